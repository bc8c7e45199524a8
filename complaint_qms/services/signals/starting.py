"""A scan or back-test is started by its submission: queued, seen on its form, stopped, run again where it was interrupted."""

from __future__ import annotations

from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.background_jobs import get_job, get_job_status
from rq.job import JobStatus

from complaint_qms.constants.signals import BACK_TEST, COMPLETED, DRAFT, QUEUED, RUNNING, SCAN, STOPPED
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
_LONGEST_SECONDS = 3600


class _Job(NamedTuple):
    """``run``: what a worker calls; ``lock``: what a run of a company holds."""

    run: str
    lock: str


_JOBS = {
    SCAN: _Job("complaint_qms.services.signals.run.run_job", "signal-scan"),
    BACK_TEST: _Job("complaint_qms.services.signals.trying.run_back_test_job", "signal-back-test"),
}


def keep_results(scan: Document) -> None:
    """What a request sends as a result is put back."""
    guard.protect(scan, RESULTS)
    if not scan.flags.scheduled:
        guard.protect(scan, ("adopted_from",))
    if scan.is_new():
        scan.status = DRAFT


def request_run(scan: Document) -> None:
    """Have a worker run it once this is committed."""
    values = {"status": QUEUED, "progress": 0, "started_by": acting()[-1], "error_message": None}
    if scan.doctype == BACK_TEST:
        values["stop_wanted"] = 0
    writing.set_values(scan.doctype, scan.name, values, "scan")
    scan.update(values)
    if left := get_job(_job(scan)):  # of a run that was killed: the queue takes it for under way
        left.delete()
    frappe.enqueue(
        _JOBS[scan.doctype].run,
        queue="long",
        timeout=_LONGEST_SECONDS,
        job_id=_job(scan),
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


def stop_back_test(doc: Document) -> None:
    """Have a back-test stop: at once where it waits for a worker or was killed, else before its next step.

    Raises:
        frappe.ValidationError: it is not under way.
    """
    if doc.status not in (QUEUED, RUNNING):
        frappe.throw(_("This back-test is not under way."))
    values: dict[str, Any] = {"stop_wanted": 1}
    if doc.status == QUEUED or not run_lock.is_running(own_lock_of(doc)):
        values["status"] = STOPPED
    writing.set_values(doc.doctype, doc.name, values, "stopped")
    doc.update(values)


def lock_of(doc: Document) -> str:
    """Name of the lock that a run of the company holds."""
    return f"{_JOBS[doc.doctype].lock}:{doc.company}"


def own_lock_of(doc: Document) -> str:
    """Name of the lock that the run of a back-test holds itself: another one of the company may hold the company's. Scans of a company take
    turns, so that theirs is the company's."""
    return f"{_JOBS[doc.doctype].lock}::{doc.name}" if doc.doctype == BACK_TEST else lock_of(doc)


def progress_of(scan: Document) -> dict[str, Any]:
    """How far it is, and whether a job of it waits or a process runs it."""
    shown = ("status", "progress", "error_message", "findings", "new_signals")
    return {"name": scan.name, "alive": is_alive(scan), **{name: scan.get(name) for name in shown}}


def is_alive(scan: Document) -> bool:
    """Whether a job of the scan waits or runs; of a scan whether one of its company does."""
    waits = get_job_status(_job(scan)) == JobStatus.QUEUED
    return waits or run_lock.is_running(own_lock_of(scan))


def _job(scan: Document) -> str:
    kind = _JOBS[scan.doctype].lock.replace("-", "_")
    return f"complaint_qms_{kind}::{scan.name}"
