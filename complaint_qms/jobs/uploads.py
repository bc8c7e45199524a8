"""The scheduler's door to files that visitors have left behind."""

import frappe

JOB_ID = "complaint_qms_uploads"


def delete_left_uploads() -> None:
    """Have uploads deleted that no complaint took within their time."""
    frappe.enqueue(
        "complaint_qms.services.visitor.uploads.sweep_uploads", queue="long", job_id=JOB_ID, deduplicate=True
    )
