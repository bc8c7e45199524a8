"""Who acts, who holds a role, who is away and who may be named for a piece of work.

Read from ERPNext's users, roles and employees; the app keeps of a person only what these do not know (`roster`).

session_users  who acts, and as what              system_users  users who are people
role_holders   people behind roles                assignees     who may be named for a piece of work
roster         who takes on complaints: how many, which, and who was given one last
workload       who could take on one more         assignment    the handler as the framework's assignment
absence        who cannot act any more            leave         who is away today and comes back
hand_over      who may put somebody else in their place
home           where somebody begins when they log in
"""
