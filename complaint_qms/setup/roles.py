"""The app's own roles: desk access, made once, removed with everything that hangs on them."""

import frappe

from complaint_qms.constants.roles import OWN_ROLES

# Rows of other records that name a role and mean nothing without it.
_HOLDERS = ("Has Role", "Custom DocPerm", "DocPerm", "Workflow Action Permitted Role")


def ensure_roles() -> None:
    """Make the roles that are missing."""
    for name in OWN_ROLES:
        if not frappe.db.exists("Role", name):
            frappe.get_doc({"doctype": "Role", "role_name": name, "desk_access": 1}).insert(
                ignore_permissions=True
            )


def remove_roles() -> None:
    """Remove the roles and every assignment of them."""
    for doctype in _HOLDERS:
        frappe.db.delete(doctype, {"role": ("in", OWN_ROLES)})
    frappe.db.delete("Role", {"name": ("in", OWN_ROLES)})
    frappe.clear_cache()
