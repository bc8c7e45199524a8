"""Who acts in this session, and as what."""

import frappe


def acting() -> list[str]:
    """The session's user, and who has signed in as them (Frappe's Impersonate)."""
    behind = (frappe.session.get("data") or {}).get("impersonated_by")
    return list(dict.fromkeys(filter(None, (frappe.session.user, behind))))


def may(*judges: str) -> bool:
    """Whether the session's user holds one of the roles."""
    return frappe.session.user == "Administrator" or bool(set(judges) & set(frappe.get_roles()))
