"""The complaints of an index, as far as the session's user may see them."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count, Sum
from pypika.terms import Case

from complaint_qms.constants.clock import LATE, OVERDUE
from complaint_qms.constants.inspection import MOST_LISTED
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.inspection.scope import InspectionScope
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.reporting.access import permitted, readable

COMPLAINT: Final = "Complaint"
FIELDS: Final = (
    "name", "received_at", "subject", "company", "customer", "item_code", "item_name", "item_group", "batch_no", "serial_no", "supplier",
    "complaint_type", "severity", "risk_level", "harm_level", "stage", "complaint_owner", "sla_status", "response_due", "stage_due",
    "resolution_due", "reportable", "reportable_reason", "covered_by_investigation", "settlement_status", "settled_amount", "currency",
    "closing_decision", "closed_at", "closed_by", "retain_until",
)  # fmt: skip


def count_of(scope: InspectionScope) -> dict[str, int]:
    """{complaints, open, overdue, bytes: of the files that are attached to them}; two queries."""
    complaint, file = frappe.qb.DocType(COMPLAINT), frappe.qb.DocType("File")
    query = frappe.qb.from_(complaint).select(
        Count("*").as_("complaints"),
        Sum(Case().when(complaint.stage.isin(COMPLAINT_ENDED), 0).else_(1)).as_("open"),
        Sum(Case().when(complaint.sla_status == OVERDUE, 1).else_(0)).as_("overdue"),
    )
    counts = permitted(scope.apply(query, complaint)).run(as_dict=True)[0]
    sizes = (
        frappe.qb.from_(complaint)
        .join(file)
        .on((file.attached_to_doctype == COMPLAINT) & (file.attached_to_name == complaint.name))
        .select(Coalesce(Sum(file.file_size), 0))
    )
    size = permitted(scope.apply(sizes, complaint)).run()[0][0]
    return {name: int(value or 0) for name, value in (*counts.items(), ("bytes", size))}


def listed_complaints(scope: InspectionScope) -> list[dict[str, Any]]:
    """Those of a scope in the order in which they were received, with the fields of `FIELDS` that the user may read; one query.

    Raises:
        frappe.ValidationError: there are more than one index holds.
    """
    complaint = frappe.qb.DocType(COMPLAINT)
    fields = readable(COMPLAINT, FIELDS)
    query = frappe.qb.from_(complaint).select(*(complaint[name] for name in fields))
    query = scope.apply(query, complaint).orderby(complaint.received_at).orderby(complaint.name)
    rows = permitted(query).limit(MOST_LISTED + 1).run(as_dict=True)
    if len(rows) > MOST_LISTED:
        refuse(_("More than {0} complaints belong to this index. Choose a shorter period or fewer products.").format(MOST_LISTED))  # fmt: skip
    return rows


def still_open(row: dict[str, Any]) -> bool:
    """Whether it still goes on."""
    return row["stage"] not in COMPLAINT_ENDED


def is_late(row: dict[str, Any]) -> bool:
    """Whether a time limit is over that is still to be kept, or was missed."""
    return row.get("sla_status") in LATE
