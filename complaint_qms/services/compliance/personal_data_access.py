"""Which roles read which class of personal data: the settings' table becomes permission levels, for every kind of record at once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.doctype.doctype import validate_permissions_for_doctype
from frappe.model.document import Document
from frappe.permissions import setup_custom_perms
from frappe.utils import cint

from complaint_qms.constants.personal_data import FIELDS, LEVELS, NOT_SHOWN_TO, TABLE
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word

_CUSTOM = "Custom DocPerm"


def check_access_rows(settings: Document) -> None:
    """Each role is named once for a class, and is one that reads complaints.

    Raises:
        frappe.ValidationError: naming the row.
    """
    seen: set[tuple[str, str]] = set()
    rows = settings.get(TABLE) or ()
    readers = _roles_at(frappe.get_meta("Complaint").permissions, 0) if rows else {}
    for row in rows:
        if (row.data_class, row.role) in seen:
            refuse(_("Who Reads Personal Data, row {0}: {1} is there twice for {2}. Remove one of the rows.").format(row.idx, _(row.role), word(row.data_class)))  # fmt: skip
        if row.role and row.role not in readers:
            refuse(_("Who Reads Personal Data, row {0}: {1} may not read complaints. Give the role that right first (Role Permissions Manager).").format(row.idx, _(row.role)))  # fmt: skip
        seen.add((row.data_class, row.role))


def settings_saved(settings: Document) -> None:
    """Bring the rights in line with the table, where that has changed."""
    before = settings.get_doc_before_save()
    if before and _chosen(before) != _chosen(settings):
        apply_access(settings)


def apply_access(settings: Document) -> None:
    """Give each role its levels. A DocType whose rights have to differ from the shipped ones keeps its own from then on, as the
    framework's Role Permissions Manager does it."""
    chosen = _chosen(settings)
    for doctype, fields in FIELDS.items():
        meta = frappe.get_meta(doctype)
        rights = _roles_at(meta.permissions, 0)
        changed = False
        for one in sorted(set(fields.values())):
            level = LEVELS[one]
            wanted = (chosen.get(one) or set(rights) - set(NOT_SHOWN_TO)) & set(rights)
            there = set(_roles_at(meta.permissions, level))
            if wanted == there:
                continue
            setup_custom_perms(doctype)
            for name in frappe.get_all(
                _CUSTOM,
                {"parent": doctype, "permlevel": level, "role": ("not in", [*wanted, ""])},
                pluck="name",
                order_by="name asc",
            ):
                frappe.delete_doc(_CUSTOM, name, ignore_permissions=True)
            for role in sorted(wanted - there):
                row = {"parent": doctype, "parenttype": "DocType", "parentfield": "permissions", "role": role}
                right = {"permlevel": level, "read": 1, "write": rights[role], "export": 0}
                frappe.get_doc({"doctype": _CUSTOM, **row, **right}).insert(ignore_permissions=True)
            changed = True
        if changed:
            validate_permissions_for_doctype(doctype)
            frappe.clear_cache(doctype=doctype)


def _chosen(settings: Document) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in settings.get(TABLE) or ():
        found[row.data_class].add(row.role)
    return dict(found)


def _roles_at(rows: Any, level: int) -> dict[str, int]:
    """Role → whether it writes at a level."""
    found: dict[str, int] = {}
    for row in rows:
        if cint(row.permlevel) == level and row.read and not row.get("if_owner"):
            found[row.role] = max(found.get(row.role, 0), cint(row.write))
    return found
