"""The scheduler's door to the sweep of the SOP clocks."""

import frappe

JOB_ID = "complaint_qms_clock_sweep"


def sweep_clocks() -> None:
    """Put one sweep into the queue; while one waits or runs there, no second one is added."""
    frappe.enqueue(
        "complaint_qms.services.sop.escalation.run_sweep", queue="default", job_id=JOB_ID, deduplicate=True
    )
