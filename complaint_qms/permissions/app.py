"""Who sees the app on the apps screen."""

import frappe

from complaint_qms.constants import roles


def has_app_permission() -> bool:
    """Whoever holds a role of the app, or manages the system."""
    if frappe.session.user == "Administrator":
        return True
    wanted = {
        *roles.OWN_ROLES,
        roles.QUALITY_MANAGER,
        roles.ACCOUNTS_USER,
        roles.ACCOUNTS_MANAGER,
        "System Manager",
    }
    return bool(wanted & set(frappe.get_roles()))
