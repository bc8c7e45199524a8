"""Rules without code: what waits, and those that are asked every day."""

import frappe

from complaint_qms.services.rules import waiting


def do_waiting() -> None:
    """Have actions done that a lost job left behind."""
    waiting.enqueue_waiting()


def ask_daily() -> None:
    """Have the daily rules asked by a job."""
    frappe.enqueue(
        "complaint_qms.services.rules.leftovers.ask_daily",
        queue="long",
        job_id="complaint_qms_daily_rules",
        deduplicate=True,
    )
