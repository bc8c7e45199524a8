"""Rights on ERPNext's records: sight for the app's roles, and for accounts what submitting our drafts needs (`constants/erpnext_rights.py`).

Given once, at install; a site that takes a right away keeps it so. Frappe keeps such rights as Custom DocPerm, and copies
the standard ones beside the first of them; uninstalling takes both back.
"""

import json

import frappe
from frappe.core.doctype.doctype.doctype import validate_permissions_for_doctype
from frappe.permissions import setup_custom_perms

from complaint_qms.constants import roles
from complaint_qms.constants.erpnext_rights import (
    CHOICE,
    CHOICE_RIGHTS,
    CONTAINMENT,
    FINANCE,
    KNOWLEDGE,
    PRODUCTION,
    SIGHT,
    SIGHT_RIGHTS,
)

# Which of them the app has given, so that a right the site had given itself outlives the app.
_GIVEN = "complaint_qms_given_rights"
# What makes two permission rows the same, apart from whose row it is.
_UNIMPORTANT = ("name", "creation", "modified", "modified_by", "owner", "idx", "docstatus", "parent", "parenttype", "parentfield")  # fmt: skip


def grant_sight() -> None:
    """Let each role read what its work needs; rows that are there already stay as they are."""
    _add([(role, doctype, SIGHT_RIGHTS) for role, doctypes in SIGHT.items() for doctype in doctypes])


def grant_choice() -> None:
    """Let each role choose what the records it writes name, where neither ERPNext nor the site has said anything."""
    _grant({role: dict.fromkeys(doctypes, CHOICE_RIGHTS) for role, doctypes in CHOICE.items()})


def grant_finance() -> None:
    """Let accounts open and submit what settlements draft, where neither ERPNext nor the site has said anything."""
    _grant(FINANCE)


def grant_knowledge() -> None:
    """Let each role write or read articles about complaints, where neither the framework nor the site has said anything."""
    _grant(KNOWLEDGE)


def grant_containment() -> None:
    """Let quality managers read customers, where neither ERPNext nor the site has said anything."""
    _grant(CONTAINMENT)


def grant_production() -> None:
    """Let who looks for causes read Job Cards and inspections, where neither ERPNext nor the site has said anything."""
    _grant(PRODUCTION)


def withdraw_rights() -> None:
    """Take the rows back; a DocType whose other rows equal the standard ones gets its standard rights again."""
    given = _given()
    for doctype, role in given:
        frappe.db.delete("Custom DocPerm", {"parent": doctype, "role": role, "permlevel": 0})
    frappe.defaults.clear_default(_GIVEN, parent="__default")
    touched = {doctype for doctypes in SIGHT.values() for doctype in doctypes}
    for doctype in sorted(touched | {doctype for doctype, _role in given}):
        frappe.db.delete("Custom DocPerm", {"parent": doctype, "role": ("in", roles.OWN_ROLES)})
        if _rows("Custom DocPerm", doctype) == _rows("DocPerm", doctype):
            # Without `reset_perms`, which on 16 leaves a log of each row behind.
            frappe.db.delete("Custom DocPerm", {"parent": doctype})
        frappe.clear_cache(doctype=doctype)


def _grant(wanted: dict[str, dict[str, dict[str, int]]]) -> None:
    lacking = [
        (role, doctype, rights)
        for role, doctypes in wanted.items()
        for doctype, rights in doctypes.items()
        if not any(frappe.db.exists(kind, _row(role, doctype)) for kind in ("Custom DocPerm", "DocPerm"))
    ]
    _add(lacking)
    given = _given() + [[doctype, role] for role, doctype, _rights in lacking]
    frappe.db.set_default(_GIVEN, json.dumps(given))


def _add(wanted: list[tuple[str, str, dict[str, int]]]) -> None:
    """Write the rows that are not there, and check each DocType once all of its are: a check reads the DocType anew, which takes
    long."""
    for doctype in sorted({doctype for _role, doctype, _rights in wanted}):
        setup_custom_perms(doctype)
    changed = set()
    for role, doctype, rights in wanted:
        if frappe.db.exists("Custom DocPerm", _row(role, doctype)):
            continue
        whose = {**_row(role, doctype), "parenttype": "DocType", "parentfield": "permissions"}
        frappe.get_doc({"doctype": "Custom DocPerm", **whose, "read": 1, **rights}).insert()
        changed.add(doctype)
    for doctype in sorted(changed):
        validate_permissions_for_doctype(doctype)


def _row(role: str, doctype: str) -> dict[str, str | int]:
    return {"parent": doctype, "role": role, "permlevel": 0}


def _given() -> list[list[str]]:
    # Not get_default: what it has cached while the app is installed is older than what was just written.
    row = {"parent": "__default", "defkey": _GIVEN}
    return json.loads(frappe.db.get_value("DefaultValue", row, "defvalue") or "[]")


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
