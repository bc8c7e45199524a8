"""Sight of ERPNext's records for the app's roles: an agent has to choose a customer and open the invoice complained about.

Given once, at install, and reading only; a site that takes a right away keeps it so. Frappe keeps such rights as
Custom DocPerm, and copies the standard ones beside the first of them; uninstalling takes both back.
"""

import frappe
from frappe.permissions import add_permission, reset_perms, update_permission_property

from complaint_qms.constants import roles

_MASTERS = ("Customer", "Item", "Batch", "Serial No")
_SALES = ("Sales Order", "Delivery Note", "Sales Invoice")
SIGHT = {
    roles.AGENT: (*_MASTERS, "Contact", "Address", *_SALES),
    roles.MANAGER: (*_MASTERS, "Contact", "Address", *_SALES),
    roles.INVESTIGATOR: (*_MASTERS, "Delivery Note"),
    roles.REGULATORY: _MASTERS,
    roles.AUDITOR: (*_MASTERS, *_SALES),
}
_RIGHTS = {"select": 1, "read": 1, "export": 0}
# What makes two permission rows the same, apart from whose row it is.
_UNIMPORTANT = ("name", "creation", "modified", "modified_by", "owner", "idx", "docstatus", "parent", "parenttype", "parentfield")  # fmt: skip


def grant_sight() -> None:
    """Let each role read what its work needs; rows that are there already stay as they are."""
    for role, doctypes in SIGHT.items():
        for doctype in doctypes:
            if frappe.db.exists("Custom DocPerm", {"parent": doctype, "role": role, "permlevel": 0}):
                continue
            add_permission(doctype, role)
            for right, value in _RIGHTS.items():
                update_permission_property(doctype, role, 0, right, value, validate=False)


def withdraw_sight() -> None:
    """Take the rows back; a DocType whose other rows equal the standard ones gets its standard rights again."""
    for doctype in sorted({doctype for doctypes in SIGHT.values() for doctype in doctypes}):
        frappe.db.delete("Custom DocPerm", {"parent": doctype, "role": ("in", roles.OWN_ROLES)})
        if _rows("Custom DocPerm", doctype) == _rows("DocPerm", doctype):
            reset_perms(doctype)
        frappe.clear_cache(doctype=doctype)


def _rows(kind: str, doctype: str) -> list[list[tuple[str, str]]]:
    shared = {field.fieldname for field in frappe.get_meta("DocPerm").fields} & {
        field.fieldname for field in frappe.get_meta("Custom DocPerm").fields
    }
    return sorted(
        sorted(
            (key, str(value or 0)) for key, value in row.items() if key in shared and key not in _UNIMPORTANT
        )
        for row in frappe.get_all(kind, filters={"parent": doctype}, fields=["*"], order_by="role asc")
    )
