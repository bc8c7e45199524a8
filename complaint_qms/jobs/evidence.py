"""The scheduler's door to the daily check of evidence."""

import frappe

JOB_ID = "complaint_qms_evidence_check"


def check_evidence() -> None:
    """Put one check into the queue; while one waits or runs there, no second one is added."""
    frappe.enqueue(
        "complaint_qms.services.evidence.integrity_check.run_daily_check",
        queue="long",
        timeout=6 * 60 * 60,
        job_id=JOB_ID,
        deduplicate=True,
    )
