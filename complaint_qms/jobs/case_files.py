"""The scheduler's door to whole files that are kept no longer."""

import frappe

JOB_ID = "complaint_qms_case_files"


def delete_old() -> None:
    """Have those deleted whose days are over."""
    frappe.enqueue(
        "complaint_qms.services.case_file.keeping.delete_old", queue="long", job_id=JOB_ID, deduplicate=True
    )
