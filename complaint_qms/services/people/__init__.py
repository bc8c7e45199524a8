"""Who acts, who holds a role, who is away and who may be named for a piece of work.

Read from ERPNext's users, roles and employees; the app keeps of a person only what these do not know: what complaints they take
(`roster`).
"""
