"""A new complaint is acknowledged at once: by the road it came on, in the customer's language, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe.utils import cint, get_datetime, getdate, now_datetime, strip_html

from complaint_qms.constants.correspondence import ACKNOWLEDGEMENT
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence import by_itself, promise
from complaint_qms.services.events import Event
from complaint_qms.services.outreach.customer_messages import say, why_not_told
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.timeline import Text, line

_METHOD: Final = f"{__name__}.acknowledge_due"
_JOB: Final = "complaint_qms_acknowledgements"
_COMPLAINT: Final = "Complaint"
_AT_ONCE: Final = 200
_LEFT_AFTER: Final = timedelta(minutes=3)
_FRESH: Final = timedelta(days=3)
"""What came in longer ago, and is entered now, is history: nobody is told that it has just arrived."""


def of_registered(events: list[Event]) -> None:
    """Complaints are in the database: those that are to be acknowledged say so, and a job does it."""
    if not cint(frappe.get_cached_doc(SETTINGS).acknowledge):
        return
    for event in events:
        if event.data["by_import"]:
            continue
        values = {"acknowledge_at": now_datetime()}
        writing.set_values(_COMPLAINT, event.name, values, "to be acknowledged")
        frappe.enqueue(_METHOD, queue="short", complaint=event.name, enqueue_after_commit=True)


def enqueue_unacknowledged(now: datetime) -> None:
    """Have done what a killed worker left behind."""
    if _due(now):
        frappe.enqueue(_METHOD, queue="short", job_id=_JOB, deduplicate=True)


def acknowledge_due(complaint: str | None = None, now: datetime | None = None) -> int:
    """Acknowledge one complaint, or those that were left; how many were. Commits after each."""
    with acting_as():
        names = [complaint] if complaint else _due(now or now_datetime())
        done = [
            batches.in_parts(
                [name], lambda left: acknowledge(left[0]), "Complaint not acknowledged", lambda left: (_COMPLAINT, left)
            )
            for name in names
        ]  # fmt: skip
    return sum(one == [True] for one in done)


def acknowledge(name: str) -> bool:
    """Acknowledge a complaint that waits for it; whether its customer was told."""
    complaint = frappe.get_doc(_COMPLAINT, name, for_update=True)
    if not complaint.acknowledge_at:
        return False
    values: dict[str, Any] = {"acknowledge_at": None}
    promised = complaint.promised_on or promise.day_of(complaint)
    complaint.promised_on = promised if promised and getdate(promised) >= getdate() else None
    try:
        may_be = _may_be(complaint)
        is_told = may_be and bool(say(complaint, ACKNOWLEDGEMENT))
        if may_be and not is_told and (why := why_not_told(complaint, ACKNOWLEDGEMENT)):
            why_said = Text(strip_html(why))
            timeline.note_on(complaint, line("The acknowledgement could not be sent: {0}", why_said))
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        timeline.note_on(complaint, line("The acknowledgement could not be sent: {0}", Text(said(refusal))))
        is_told = False
    if is_told:
        values |= {"acknowledged_at": now_datetime(), "promised_on": complaint.promised_on}
    writing.set_values(_COMPLAINT, name, values, "acknowledged")
    return is_told


def _may_be(complaint: Any) -> bool:
    is_fresh = get_datetime(complaint.received_at) > now_datetime() - _FRESH
    return is_fresh and by_itself.acknowledges(complaint) and complaint.stage not in COMPLAINT_ENDED


def _due(now: datetime) -> list[str]:
    # Where nothing stands, that is earlier than anything for the framework.
    left = [["acknowledge_at", "is", "set"], ["acknowledge_at", "<", now - _LEFT_AFTER]]
    return frappe.get_all(
        _COMPLAINT, filters=left, pluck="name", order_by="acknowledge_at asc", limit=_AT_ONCE
    )
