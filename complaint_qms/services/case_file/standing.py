"""How the making of a file stands: told to whoever asked for it, and lost jobs found."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime
from frappe.utils.background_jobs import is_job_enqueued

from complaint_qms.services.case_file import keeping
from complaint_qms.services.case_file.binding import Progress

PROGRESS: Final = "complaint_case_file"
"""Realtime event for whoever asked: {key, complaint, percent, status}."""
PENDING: Final = (keeping.QUEUED, keeping.RUNNING)
LANGUAGES: Final = ("en", "zh")


def current_state(key: str, state: dict[str, Any]) -> dict[str, Any]:
    """How it stands; of one whose job was lost that it has failed."""
    if state["status"] not in PENDING or is_job_enqueued(making_job(key)):
        return state
    asked = get_datetime(state["asked_at"])
    if (now_datetime() - asked).total_seconds() < 20:  # it may be about to be put into the queue
        return state
    # It may have ended in the meantime.
    now = keeping.case_state(key)
    if now.get("status") not in PENDING:
        return now
    return keeping.note_state(
        key, status=keeping.FAILED, error=_("The job was interrupted. Have it made anew.")
    )


def percents(key: str, first: int, last: int) -> Progress:
    """Tells shares from 0 to 1 as percents from first to last."""
    known = [first]

    def tell(share: float) -> None:
        percent = int(first + (last - first) * share)
        if percent > known[0]:
            known[0] = percent
            tell_state(key, percent=percent)

    return tell


def tell_state(key: str, **values: Any) -> None:
    """Write down how it stands and tell whoever asked."""
    state = keeping.note_state(key, **values)
    told = {
        "key": key,
        "complaint": state["complaint"],
        "percent": state["percent"],
        "status": state["status"],
    }
    frappe.publish_realtime(PROGRESS, told, user=state["user"])


def making_job(key: str) -> str:
    """Id of the job that makes it."""
    return f"complaint_qms_case_file_{key}"
