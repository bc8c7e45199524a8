"""That a similar investigation covers a complaint carries a name of its own; until now it was that of the step past G2."""

import frappe
from frappe.query_builder import Order

from complaint_qms.constants.stages import COMPLAINT_FLOW
from complaint_qms.services import writing

_BEFORE_G2 = COMPLAINT_FLOW[: COMPLAINT_FLOW.index("solve")]
_PAST_G2 = COMPLAINT_FLOW[COMPLAINT_FLOW.index("solve") :]


def execute() -> None:
    """Give the name and moment of the last step past G2. What was imported beyond it was never decided here."""
    complaint, log = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Complaint Stage Log")
    rows = (
        frappe.qb.from_(complaint)
        .inner_join(log)
        .on((log.parent == complaint.name) & (log.parenttype == "Complaint"))
        .select(log.parent, log.stage, log.entered_by, log.entered_at)
        .where(complaint.covered_by_investigation.isnotnull() & (complaint.covered_by_investigation != ""))
        .where(complaint.coverage_decided_by.isnull() | (complaint.coverage_decided_by == ""))
        .where(log.stage.isin((*_BEFORE_G2, *_PAST_G2)))
        .orderby(log.parent, log.idx, order=Order.asc)
    ).run(as_dict=True)
    decided, before = {}, None
    for row in rows:
        came_from = before.stage if before and before.parent == row.parent else None
        if row.stage in _BEFORE_G2:
            decided.pop(row.parent, None)  # sent back, so it was let past G2 anew
        elif came_from in _BEFORE_G2 and row.entered_by:
            decided[row.parent] = {
                "coverage_decided_by": row.entered_by,
                "coverage_decided_at": row.entered_at,
            }
        before = row
    writing.set_many("Complaint", decided, "upgrade")
