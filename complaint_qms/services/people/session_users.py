"""Who acts in this session."""

import frappe


def acting() -> list[str]:
    """The session's user, and who has signed in as them (Frappe's Impersonate)."""
    behind = (frappe.session.get("data") or {}).get("impersonated_by")
    return list(dict.fromkeys(filter(None, (frappe.session.user, behind))))
