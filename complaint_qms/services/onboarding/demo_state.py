"""Whether the demo company is on the site, and what a job on it is doing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils.background_jobs import get_job, get_queue, get_workers
from rq.job import JobStatus

from complaint_qms.services.importing import run_lock
from complaint_qms.services.onboarding import own_work

REGISTRY: Final = "Complaint Demo Record"
FINISHED: Final = "finished"
BROKEN: Final = "broken"
# How far a job is, as it tells itself.
WAITING: Final = "waiting"
AT_WORK: Final = "at work"
FAILED: Final = "failed"
DONE: Final = "done"
_JOB: Final = "complaint_qms_demo"
_QUEUE: Final = "long"
_TOLD: Final = "complaint_qms_demo_progress"
_PASSWORD: Final = "complaint_qms_demo_password"
_SHOWN_FOR: Final = 3600  # seconds
# A worker that took a job up has the lock within this time, in seconds; later it is gone.
_BEGINS_WITHIN: Final = 300
# A job that waits for longer is told of when nothing takes it up.
_PATIENCE: Final = 20


def state_of_demo() -> str:
    """ "": no demo on the site; "finished"; "broken": the command was interrupted."""
    if not frappe.db.count(REGISTRY):
        return ""
    return FINISHED if frappe.db.exists(REGISTRY, {"document_type": FINISHED}) else BROKEN


def start(task: str) -> None:
    """Let a job load the demo ("load") or take it back ("remove").

    Raises:
        frappe.ValidationError: a job is under way, or the site is none for a demo.
    """
    if is_under_way():
        frappe.throw(_nobody_works() or _("The demo is being loaded or removed. Wait until that is done."))
    if task == "load":
        check_empty()
    elif not state_of_demo():
        frappe.throw(_("There is no demo on this site."))
    # Of a run that was killed: the queue takes it for under way until its time is up.
    if left := get_job(_JOB):
        left.delete()
    tell_progress(_("Waiting for a background worker …"), WAITING)
    frappe.enqueue(
        f"complaint_qms.demo.background.{task}_demo",
        queue=_QUEUE,
        timeout=3600,
        job_id=_JOB,
        user=frappe.session.user,
        language=frappe.local.lang,
        enqueue_after_commit=True,
    )


def check_empty(*, force: bool = False) -> None:
    """Refuse a site that has the demo, or part of it, or work of its own.

    Args:
        force: work of its own is no hindrance.

    Raises:
        frappe.ValidationError: naming what is there.
    """
    standing = state_of_demo()
    if standing == FINISHED:
        frappe.throw(_("The demo is on this site already."))
    if standing:
        frappe.throw(_("An earlier demo was interrupted. Remove it, then load it again."))
    if not force:
        own_work.check_no_own_work()


def is_under_way() -> bool:
    """Whether a job waits or begins, or a process loads or removes the demo."""
    if run_lock.is_running(_JOB):
        return True
    job = get_job(_JOB)
    status = job and job.get_status()
    if status == JobStatus.STARTED:
        # The queue takes a killed job for under way; one that had begun its work and lost the lock is such a job.
        return _told().get("stage") == WAITING and _age(job.started_at) < _BEGINS_WITHIN
    return status == JobStatus.QUEUED


@contextmanager
def lock() -> Iterator[None]:
    """Context within which one process alone works on the demo."""
    with run_lock.exclusive_run(
        _JOB, overtaken=_("The demo is being loaded or removed. Wait until that is done.")
    ):
        yield


def tell_progress(text: str, stage: str = AT_WORK) -> None:
    """What the job is at, for who watches it."""
    frappe.cache.set_value(_TOLD, {"text": text, "stage": stage}, expires_in_sec=_SHOWN_FOR)


def tell_begun() -> None:
    """The job has the lock; from here on, a free lock means that its process is gone. Who was done before keeps the word."""
    told = _told()
    if told.get("stage") == WAITING:
        tell_progress(told["text"])


def tell_needless(text: str) -> None:
    """A job found its work done already: by another one, whose word of that stays."""
    if _told().get("stage") != DONE:
        tell_progress(text, DONE)


def show_password(user: str, password: str) -> None:
    """Keep the password of the demo's users for a while, for who loaded it and nobody else."""
    frappe.cache.set_value(_PASSWORD, password, user=user, expires_in_sec=_SHOWN_FOR)


def demo_now(*, started: bool = False) -> dict[str, Any]:
    """`state`, whether a job is under way, what it said last, and the users with their password for who loaded it.

    Args:
        started: a job was asked for in this request, and is in the queue at its end.
    """
    standing = state_of_demo()
    under_way = started or is_under_way()
    password = frappe.cache.get_value(_PASSWORD, user=frappe.session.user) if standing == FINISHED else None
    users = {"document_type": "User"}
    return {
        "state": standing,
        "under_way": under_way,
        **_how_it_goes(standing, under_way),
        "password": password,
        "users": frappe.get_all(REGISTRY, users, pluck="document_name", order_by="creation asc, name asc")
        if password
        else [],
    }


def _how_it_goes(standing: str, under_way: bool) -> dict[str, Any]:
    told = _told()
    stage, text = told.get("stage"), told.get("text") or ""
    if under_way:
        return {"text": _nobody_works() or text, "error": False}
    if stage == FAILED:
        return {"text": text, "error": True}
    # A process that was killed says nothing any more.
    if standing == BROKEN:
        text = _("It was interrupted, and part of the demo stays. Remove it, then load it again.")
        return {"text": text, "error": True}
    if stage in (WAITING, AT_WORK):
        return {"text": _("The job was stopped before its end. Start it again."), "error": True}
    return {"text": text, "error": False}


def _nobody_works() -> str:
    """That no worker takes up the job which waits; empty while there is one, and for a moment after the job was asked for."""
    job = get_job(_JOB)
    waits = job and job.get_status() == JobStatus.QUEUED and _age(job.enqueued_at) > _PATIENCE
    if not waits or get_workers(get_queue(_QUEUE)):
        return ""
    return _(
        "No background worker runs that takes up long jobs, so nothing is done yet. Ask the administrator of the server to start one; the demo goes on by itself then."
    )


def _told() -> dict[str, str]:
    return frappe.cache.get_value(_TOLD, expires=True) or {}  # what a job told, and not what was read first


def _age(moment: datetime | None) -> float:
    """Seconds since a moment of the queue, which is in UTC with or without saying so."""
    if moment is None:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - aware).total_seconds()
