"""Actions that wait for a job: webhooks, and what one transaction had no room for. They stand in the log, so that none is lost."""

from __future__ import annotations

from typing import Final

import frappe

from complaint_qms.constants import rules

JOB_ID: Final = "complaint_qms_rules"
_WORK: Final = "complaint_qms.services.rules.leftovers.do_waiting"


def request_work() -> None:
    """Have what waits done by a job once this transaction is final."""
    if not frappe.flags.qms_rules_requested:
        frappe.flags.qms_rules_requested = True
        frappe.db.after_commit.add(_start)
        frappe.db.after_rollback.add(_forget)


def enqueue_waiting() -> None:
    """What a lost job has left behind."""
    if frappe.db.exists(rules.LOG, {"state": rules.WAITING}):
        frappe.enqueue(_WORK, queue="long", job_id=JOB_ID, deduplicate=True)


def _start() -> None:
    _forget()
    frappe.enqueue(_WORK, queue="long", job_id=JOB_ID, deduplicate=True)


def _forget() -> None:
    frappe.flags.qms_rules_requested = False
