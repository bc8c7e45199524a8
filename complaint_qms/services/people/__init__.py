"""Who acts, who holds a role, who is away and who may be named for a piece of work.

Read from ERPNext's users, roles and employees; the app keeps no directory of its own.
"""
