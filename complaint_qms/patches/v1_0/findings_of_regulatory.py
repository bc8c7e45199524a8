"""Findings of Regulatory Affairs are taken back by them alone; those of before carry no mark of it yet."""

import frappe

from complaint_qms.constants import roles
from complaint_qms.engine.sop.exits import FOUND_REPORTABLE


def execute() -> None:
    """Mark what was decided by who holds the role, one statement."""
    complaint, held = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Has Role")
    holders = (
        frappe.qb.from_(held)
        .select(held.parent)
        .where((held.parenttype == "User") & (held.role == roles.REGULATORY))
    )
    frappe.qb.update(complaint).set(complaint.found_by_regulatory, 1).where(
        complaint.reportable.isin(FOUND_REPORTABLE)
        & complaint.reportable_decided_by.isin(holders)
        & (complaint.found_by_regulatory == 0)
    ).run()
