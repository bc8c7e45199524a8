"""How a complaint stands is told to its customer at the stages that the settings name, and after a silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, now_datetime

from complaint_qms.constants.correspondence import STATUS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence import by_itself
from complaint_qms.services.correspondence.addresses import is_to_customer
from complaint_qms.services.correspondence.agreement import waits_for_word
from complaint_qms.services.correspondence.working_days import is_working_time, working_days
from complaint_qms.services.events import Event
from complaint_qms.services.outreach.customer_messages import say
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.timeline import Text, line

_METHOD: Final = f"{__name__}.tell_due"
_SILENCES: Final = f"{__name__}.end_silences"
_JOB: Final = "complaint_qms_status"
_COMPLAINT: Final = "Complaint"
_AT_ONCE: Final = 200
_LOOKED_AT: Final = 2000
_MAILS: Final = 50
_PLACE: Final = f"{_JOB}_silences_after"
_LEFT_AFTER: Final = timedelta(minutes=3)
_STAGES: Final = ("investigate", "solve", "execute")


def of_moves(events: list[Event]) -> None:
    """Records have other stages: the customers of complaints at those that the settings name are told by a job."""
    told = _told_stages()
    for event in events if told else ():
        if event.doctype != _COMPLAINT or event.data["target"] not in told:
            continue
        writing.set_values(_COMPLAINT, event.name, {"status_due_at": now_datetime()}, "customer to be told")
        frappe.enqueue(_METHOD, queue="short", complaint=event.name, enqueue_after_commit=True)


def enqueue_untold(now: datetime) -> None:
    """Have done what a killed worker left behind."""
    if _due(now):
        frappe.enqueue(_METHOD, queue="short", job_id=_JOB, deduplicate=True)


def enqueue_silences() -> None:
    """Have customers told who have heard nothing for long."""
    if cint(frappe.get_cached_doc(SETTINGS).status_days):
        frappe.enqueue(_SILENCES, queue="long", job_id=f"{_JOB}_silences", deduplicate=True)


def tell_due(complaint: str | None = None, now: datetime | None = None) -> int:
    """Tell the customer of one complaint how it stands, or those who were left; how many were told. Commits after each."""
    return _each([complaint] if complaint else _due(now or now_datetime()), _tell_at_stage)


def end_silences(now: datetime | None = None) -> int:
    """Tell customers who have heard nothing for the working days of the settings, in the working hours of their complaint; how
    many were told. Commits after each."""
    days, moment = cint(frappe.get_cached_doc(SETTINGS).status_days), now or now_datetime()
    if not days:
        return 0

    def tell(name: str) -> bool:
        complaint = frappe.get_doc(_COMPLAINT, name, for_update=True)
        if not is_working_time(complaint, moment):
            return False
        return working_days(complaint, _heard_last(complaint), moment) >= days and _tell(complaint)

    return _each(_looked_at(moment - timedelta(days=days)), tell)


def _each(names: list[str], tell) -> int:
    with acting_as():
        done = [
            batches.in_parts(
                [name], lambda left: tell(left[0]), "Customer not told how it stands", lambda left: (_COMPLAINT, left)
            )
            for name in names
        ]  # fmt: skip
    return sum(one == [True] for one in done)


def _tell_at_stage(name: str) -> bool:
    complaint = frappe.get_doc(_COMPLAINT, name, for_update=True)
    if not complaint.status_due_at:
        return False
    writing.set_values(_COMPLAINT, name, {"status_due_at": None}, "customer told")
    # It may have gone on meanwhile.
    return complaint.stage in _told_stages() and _tell(complaint)


def _tell(complaint: Document) -> bool:
    if not by_itself.is_told(complaint) or complaint.stage not in COMPLAINT_OPEN or waits_for_word(complaint):
        return False
    try:
        return bool(say(complaint, STATUS))
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        why = Text(said(refusal))
        timeline.note_on(complaint, line("The customer could not be told how it stands: {0}", why))
        return False


def _told_stages() -> list[str]:
    settings = frappe.get_cached_doc(SETTINGS)
    return [stage for stage in _STAGES if cint(settings.get(f"status_at_{stage}"))]


def _looked_at(before: datetime) -> list[str]:
    """Open complaints that came in before this moment, from where the last run ended, so that whoever cannot be told keeps nobody
    waiting."""
    complaint = frappe.qb.DocType(_COMPLAINT)
    names = (
        frappe.qb.from_(complaint)
        .select(complaint.name)
        .where(complaint.stage.isin(COMPLAINT_OPEN) & (complaint.is_migrated == 0))
        .where((complaint.received_at < before) & (complaint.name > (frappe.cache.get_value(_PLACE) or "")))
        .orderby(complaint.name)
        .limit(_LOOKED_AT)
    ).run(pluck=True)
    frappe.cache.set_value(_PLACE, names[-1] if len(names) == _LOOKED_AT else "")
    return names


def _heard_last(complaint: Document) -> datetime:
    """When the customer of a complaint has last heard from us, in words of a mail to them or spoken to them; else when it came in."""
    rows = frappe.get_all(
        "Communication",
        {"reference_doctype": _COMPLAINT, "reference_name": complaint.name, "sent_or_received": "Sent"},
        ["creation", "recipients", "cc", "communication_medium"],
        order_by="creation desc",
        limit=_MAILS,
    )
    told = (
        row.creation
        for row in rows
        if row.communication_medium != "Email" or is_to_customer(complaint, (row.recipients, row.cc))
    )
    return get_datetime(next(told, complaint.received_at))


def _due(now: datetime) -> list[str]:
    # Where nothing stands, that is earlier than anything for the framework.
    left = [["status_due_at", "is", "set"], ["status_due_at", "<", now - _LEFT_AFTER]]
    return frappe.get_all(
        _COMPLAINT, filters=left, pluck="name", order_by="status_due_at asc", limit=_AT_ONCE
    )
