"""The audit trail: an entry for each change, written with it (`recording`), linked into one chain (`sealing`), and compared
with what is stored (`verifying`). `docs/decisions/compliance.md` says why it is built this way.
"""
