"""The scheduler's door to evidence whose years are over, and to requests of persons whose job was lost."""

import frappe

from complaint_qms.services.personal_data import requests

JOB_ID = "complaint_qms_personal_data"


def remove_expired() -> None:
    """Put one pass into the queue; while one waits or runs there, no second one is added."""
    requests.resume()
    frappe.enqueue(
        "complaint_qms.services.personal_data.terms.remove_expired",
        queue="long",
        timeout=6 * 60 * 60,
        job_id=JOB_ID,
        deduplicate=True,
    )
