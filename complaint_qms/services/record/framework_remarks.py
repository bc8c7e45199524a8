"""What the framework keeps about rows that it keeps about a record itself: that a task was closed, a remark on a file."""

from collections.abc import Mapping
from typing import Any

import frappe

from complaint_qms.constants.about_records import ABOUT_RECORDS

_KEPT = ("Comment", "Version")


def delete_remarks(doctype: str, filters: Mapping[str, Any]) -> None:
    """Delete what is kept about the rows of `doctype` that match; the rows themselves are left to the caller.

    Frappe 16 closes a task by its document, which writes a Version of the task; 15 does not.
    """
    if doctype.startswith("__"):
        return
    for about in _KEPT:
        if about == doctype:
            continue
        kind, name = ABOUT_RECORDS[about]
        table = frappe.qb.DocType(about)
        rows = frappe.qb.get_query(doctype, fields=["name"], filters=dict(filters))
        frappe.qb.from_(table).delete().where((table[kind] == doctype) & table[name].isin(rows)).run()
