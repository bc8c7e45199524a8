"""Thresholds above which an investigation opens by itself."""

import frappe

from complaint_qms.services.rules import thresholds


def ask_new() -> None:
    """Have complaints looked at that were registered since the last look, where the site has thresholds."""
    if thresholds.any_set():
        frappe.enqueue(
            "complaint_qms.services.rules.thresholds.ask_new_complaints",
            queue="long",
            job_id="complaint_qms_thresholds",
            deduplicate=True,
        )
