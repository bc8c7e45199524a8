"""The one door of all reports: whoever may not open a report gets none of it, by a request, a job or a mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import frappe
from frappe import _

from complaint_qms.constants.records import DOCTYPES
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.reporting.access import check_may_open
from complaint_qms.services.reporting.columns import spreadsheet_safe


def answer_report(report: str, filters: Any, made: Callable[[Mapping], tuple]) -> tuple:
    """What `made` gives for the filters of a report, safe for a spreadsheet. The framework asks for the roles of a report when its page is
    opened, and not when a job prepares it.

    Raises:
        frappe.PermissionError: the session's user may not open the report.
        frappe.ValidationError: the filters are no object: all complaints would be taken for what was asked.
    """
    check_may_open(report)
    return spreadsheet_safe(made(_as_object(filters)))


def check_sent_filters(sent: Mapping[str, Any]) -> None:
    """The framework stumbles over filters that are no object before a report sees them.

    Args:
        sent: parameters of a request.

    Raises:
        frappe.ValidationError: it names a report about records of the app, and its filters are none.
        frappe.PermissionError: its filters name what was prepared for somebody else, which the framework gives to anybody who knows the name.
    """
    report, filters = sent.get("report_name"), sent.get("filters")
    if not filters or not isinstance(report, str) or not is_storable(report):
        return
    if frappe.get_cached_value("Report", report, "ref_doctype") not in DOCTYPES:
        return
    prepared = _as_object(filters).get("prepared_report_name")
    if prepared and isinstance(prepared, str) and frappe.db.exists("Prepared Report", prepared):
        frappe.has_permission("Prepared Report", "read", doc=prepared, throw=True)


def _as_object(filters: Any) -> Mapping:
    if isinstance(filters, str) and filters:
        with suppress(ValueError, RecursionError):
            filters = frappe.parse_json(filters)
    if isinstance(filters, Mapping):
        return filters
    if filters:
        refuse(_("Send the filters of the report as an object, each by its name."))
    return {}
