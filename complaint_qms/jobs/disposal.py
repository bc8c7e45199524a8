"""The scheduler's door to terms of keeping that nobody has reckoned yet, and to disposals whose job was lost."""

import frappe

from complaint_qms.services.disposal import running

JOB_ID = "complaint_qms_terms_of_keeping"


def do_left_disposals() -> None:
    """What ended without a term gets one; what was approved and not finished goes on."""
    frappe.enqueue(
        "complaint_qms.services.compliance.retention.fill_in_missing",
        queue="long",
        job_id=JOB_ID,
        deduplicate=True,
    )
    running.start_left_disposals()
