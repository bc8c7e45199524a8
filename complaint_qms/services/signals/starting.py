"""A scan is started by its submission: queued, seen on its form, run again where it was interrupted."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.background_jobs import get_job, get_job_status
from rq.job import JobStatus

from complaint_qms.constants.signals import COMPLETED, DRAFT, QUEUED, SCAN
from complaint_qms.services import writing
from complaint_qms.services.importing import run_lock
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting

RESULTS = (
    "status", "progress", "started_by", "started_at", "finished_at", "seconds", "engine_version", "inputs_digest", "error_message",
    "result", "complaints_read", "series_scanned", "weeks_scanned", "first_week", "last_day", "weekly_signals", "findings",
    "new_signals", "followed_signals", "faded_signals",
)  # fmt: skip
"""What the run alone writes."""
_RUN = "complaint_qms.services.signals.run.run_job"
_LONGEST_SECONDS = 3600


def keep_results(scan: Document) -> None:
    """What a request sends as a result is put back."""
    guard.protect(scan, RESULTS)
    if scan.is_new():
        scan.status = DRAFT


def request_run(scan: Document) -> None:
    """Have a worker run it once this is committed."""
    values = {"status": QUEUED, "progress": 0, "started_by": acting()[-1], "error_message": None}
    writing.set_values(SCAN, scan.name, values, "scan")
    scan.update(values)
    if left := get_job(_job(scan.name)):  # of a run that was killed: the queue takes it for under way
        left.delete()
    frappe.enqueue(
        _RUN,
        queue="long",
        timeout=_LONGEST_SECONDS,
        job_id=_job(scan.name),
        enqueue_after_commit=True,
        name=scan.name,
        language=frappe.local.lang,
    )


def run_again(scan: Document) -> None:
    """Raises:
    frappe.ValidationError: it is a draft, complete or under way.
    """
    if not scan.docstatus.is_submitted() or scan.status == COMPLETED:
        frappe.throw(_("This scan is a draft or complete. Only one that was interrupted is run again."))
    if is_alive(scan):
        frappe.throw(_("This scan is under way."))
    request_run(scan)


def progress_of(scan: Document) -> dict[str, Any]:
    """How far it is, and whether a job of it waits or a process runs it."""
    shown = ("status", "progress", "error_message", "findings", "new_signals")
    return {"name": scan.name, "alive": is_alive(scan), **{name: scan.get(name) for name in shown}}


def is_alive(scan: Document) -> bool:
    """Whether a job of the scan waits, or one of its company runs."""
    waits = get_job_status(_job(scan.name)) == JobStatus.QUEUED
    return waits or run_lock.is_running(f"signal-scan:{scan.company}")


def _job(name: str) -> str:
    return f"complaint_qms_signal_scan::{name}"
