"""The app's own roles: desk access for those of people, made once, removed with everything that hangs on them."""

import frappe

from complaint_qms.constants.roles import MACHINE, OWN_ROLES

_ALL = (*OWN_ROLES, MACHINE)
# Rows of other records that name a role and mean nothing without it.
_HOLDERS = ("Has Role", "Custom DocPerm", "DocPerm", "Workflow Action Permitted Role")


def ensure_roles() -> None:
    """Make the roles that are missing."""
    for name in _ALL:
        is_person = int(name != MACHINE)
        if not frappe.db.exists("Role", name):
            frappe.get_doc({"doctype": "Role", "role_name": name, "desk_access": is_person}).insert(
                ignore_permissions=True
            )
        elif not is_person and frappe.db.get_value("Role", name, "desk_access"):
            # The framework makes the roles that a DocType names, with the desk.
            frappe.get_doc("Role", name).update({"desk_access": 0}).save(ignore_permissions=True)


def remove_roles() -> None:
    """Remove the roles and every assignment of them."""
    for doctype in _HOLDERS:
        frappe.db.delete(doctype, {"role": ("in", _ALL)})
    frappe.db.delete("Role", {"name": ("in", _ALL)})
    frappe.clear_cache()
