"""Reportability has stamps of its own; what was decided before carries those of triage."""

import frappe


def execute() -> None:
    """Fill the empty ones, one statement."""
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.update(complaint).set(complaint.reportable_decided_by, complaint.triage_decided_by)
    query = query.set(complaint.reportable_since, complaint.triage_decided_at)
    query.where(
        complaint.reportable.isnotnull() & (complaint.reportable != "") & complaint.reportable_since.isnull()
    ).run()
