"""Whether the demo company is on the site, and what a job on it is doing."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.utils.background_jobs import get_job, get_job_status
from rq.job import JobStatus

from complaint_qms.services.importing import run_lock
from complaint_qms.services.onboarding.checks import has_own_complaints

REGISTRY: Final = "Complaint Demo Record"
FINISHED: Final = "finished"
_JOB: Final = "complaint_qms_demo"
_TOLD: Final = "complaint_qms_demo_progress"
_PASSWORD: Final = "complaint_qms_demo_password"
_SHOWN_FOR: Final = 3600  # seconds


def state_of_demo() -> str:
    """ "": no demo on the site; "finished"; "broken": the command was interrupted."""
    if not frappe.db.count(REGISTRY):
        return ""
    return FINISHED if frappe.db.exists(REGISTRY, {"document_type": FINISHED}) else "broken"


def start(task: str) -> None:
    """Let a job load the demo ("load") or take it back ("remove").

    Raises:
        frappe.ValidationError: a job is under way, or the site is none for a demo.
    """
    if is_under_way():
        frappe.throw(_("The demo is being loaded or removed. Wait until that is done."))
    if task == "load":
        check_empty()
    elif not state_of_demo():
        frappe.throw(_("There is no demo on this site."))
    if left := get_job(
        _JOB
    ):  # of a run that was killed: the queue takes it for under way until its time is up
        left.delete()
    tell_progress(_("Waiting for a background worker …"))
    frappe.enqueue(
        f"complaint_qms.demo.background.{task}_demo",
        queue="long",
        timeout=3600,
        job_id=_JOB,
        user=frappe.session.user,
        language=frappe.local.lang,
        enqueue_after_commit=True,
    )


def check_empty() -> None:
    """Refuse a site whose own work the demo would mix with: it trades through the company's books as people would.

    Raises:
        frappe.ValidationError: naming what is there.
    """
    standing = state_of_demo()
    if standing == FINISHED:
        frappe.throw(_("The demo is on this site already."))
    if standing:
        frappe.throw(_("An earlier demo was interrupted. Remove it, then load it again."))
    if has_own_complaints():
        frappe.throw(_("This site has complaints of its own. Use a site for trials."))
    if frappe.db.exists("GL Entry", {"is_cancelled": 0}):
        frappe.throw(
            _(
                "The books of this site have entries, and the demo buys, makes and sells through them. Use a site for trials."
            )
        )


def is_under_way() -> bool:
    """Whether a job waits, or a process loads or removes the demo."""
    return get_job_status(_JOB) == JobStatus.QUEUED or run_lock.is_held(_JOB)


def lock() -> Any:
    """Context within which one process alone works on the demo."""
    return run_lock.held(_JOB)


def tell_progress(text: str, *, error: bool = False) -> None:
    """What the job is at, for who watches it."""
    frappe.cache.set_value(_TOLD, {"text": text, "error": error}, expires_in_sec=_SHOWN_FOR)


def show_password(user: str, password: str) -> None:
    """Keep the password of the demo's users for a while, for who loaded it and nobody else."""
    frappe.cache.set_value(_PASSWORD, password, user=user, expires_in_sec=_SHOWN_FOR)


def demo_now() -> dict[str, Any]:
    """`state`, whether a job is under way, what it said last, and the users with their password for who loaded it."""
    told = frappe.cache.get_value(_TOLD) or {}
    standing = state_of_demo()
    finished = standing == FINISHED
    password = frappe.cache.get_value(_PASSWORD, user=frappe.session.user) if finished else None
    users = {"document_type": "User"}
    return {
        "state": standing,
        "under_way": is_under_way(),
        "text": told.get("text") or "",
        "error": bool(told.get("error")),
        "password": password,
        "users": frappe.get_all(REGISTRY, users, pluck="document_name", order_by="creation asc, name asc")
        if password
        else [],
    }
