"""Doors of the framework's desk that count and step through rows past the rights of whoever asks."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.desk.form import utils as form_utils

from complaint_qms.api.arguments import check_doctype, checked, read_by_the_framework, read_parts
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions.personal_data import hidden_fields
from complaint_qms.services.record import input_validation


@frappe.whitelist()
@checked
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: Any) -> list[dict[str, Any]]:
    """States of records that a workflow does not know, for the form of Workflow. The framework counts all records by any field;
    these are those of the user's own list, by a field that they read."""
    check_doctype(doctype)
    frappe.has_permission(doctype, "read", throw=True)
    known = read_parts("states", states) or []
    if not isinstance(known, list):
        input_validation.refuse(_("“{0}” has to be a list or an object, or its JSON text.").format("states"))
    field = frappe.get_meta(doctype).get_field(workflow_state_field)
    if not field or field.fieldname in hidden_fields(doctype):
        return []
    column = field.fieldname
    with read_by_the_framework("workflow_state_field", "states"):
        rows = frappe.get_list(
            doctype,
            filters={column: ("not in", known or [""])},
            fields=[column, "count(*) as count"],
            group_by=column,
            order_by=column,
            limit=0,
        )
    return [row for row in rows if row.get(column)]


@frappe.whitelist()
@checked
def get_next(
    doctype: str, value: str, prev: Any, filters: Any = None, sort_order: str = "desc", sort_field: str = "modified"
) -> str | None:  # fmt: skip
    """The record before or after another one, by the values of one that the user sees."""
    check_doctype(doctype)
    if doctype in QUALITY_RECORDS:
        frappe.has_permission(doctype, "read", doc=value, throw=True)
    narrowed = read_parts("filters", filters) or []
    with read_by_the_framework("filters", "prev", "sort_order", "sort_field"):
        return form_utils.get_next(doctype, value, prev, narrowed, sort_order, sort_field)
