"""Each rejection of a settlement is a row of its own; until now the last one alone was kept, past a new proposal as well."""

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants.settlement import DOCTYPE, REJECTED
from complaint_qms.services import writing

_ROW = "Complaint Settlement Rejection"


def execute() -> None:
    """Give those that were rejected their row, and take the words off those that were proposed again."""
    kept = frappe.get_all(_ROW, {"parenttype": DOCTYPE}, pluck="parent", order_by="parent asc")
    rows = frappe.get_all(
        DOCTYPE,
        {"rejected_at": ("is", "set"), "name": ("not in", kept or [""])},
        ["name", "status", "docstatus", "rejection_reason", "rejected_by", "rejected_at"],
        order_by="name asc",
    )
    made = [
        {
            "parent": row.name,
            "parenttype": DOCTYPE,
            "parentfield": "rejections",
            "idx": 1,
            "docstatus": row.docstatus,
            "rejected_at": row.rejected_at,
            "rejected_by": row.rejected_by,
            "reason": row.rejection_reason,
        }
        for row in rows
    ]
    writing.insert_rows(_ROW, made, now_datetime(), frappe.session.user, "upgrade")
    again = [row.name for row in rows if row.status != REJECTED]
    nothing = dict.fromkeys(("rejection_reason", "rejected_by", "rejected_at"))
    writing.set_where(DOCTYPE, again, nothing, "upgrade")
