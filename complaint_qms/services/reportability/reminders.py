"""Who is told that the deadline of an open assessment is near: whoever answers for it, without one Regulatory Affairs; once it has passed
all of them and the Quality Managers."""

from __future__ import annotations

from datetime import date
from typing import Final

import frappe
from frappe.utils import add_days, getdate, now_datetime
from pypika.terms import Criterion

from complaint_qms.constants import roles
from complaint_qms.constants.events import ASSESSMENT_DUE
from complaint_qms.constants.reportability import REMIND_DAYS
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.events import Event, announce
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.sop.recipients import Directory

_ASSESSMENT: Final = "Reportability Assessment"
_METHOD: Final = "complaint_qms.services.reportability.reminders.remind_of_deadlines"
_AT_ONCE: Final = 500


def told_by_opening(due: date) -> int:
    """Reminders that the message of a new assessment makes needless; that its deadline has passed is told all the same."""
    return min(_reached(due, getdate()), len(REMIND_DAYS) - 1)


def enqueue_due_reminders() -> None:
    """Have reminders sent, where any are due."""
    if _due(getdate(), 1):
        frappe.enqueue(_METHOD, queue="short", job_id="complaint_qms_reporting_deadlines", deduplicate=True)


def remind_of_deadlines(today: date | None = None) -> int:
    """Announce open assessments whose next reminder is due, each reminder once; how many. Commits after each batch."""
    day, told = today or getdate(), 0
    with acting_as():
        while rows := _due(day, _AT_ONCE):
            reached = {row.name: {"reminded": _reached(row.deadline, day)} for row in rows}
            writing.set_many(_ASSESSMENT, reached, "reminded of the deadline")
            announce([_event(row, day) for row in rows])
            frappe.db.commit()
            told += len(rows)
    return told


def of_due(events: list[Event]) -> None:
    """Listens to it: who is told."""
    directory = Directory()
    acting = directory.acting({event.data["assessor"] for event in events})
    messages = []
    for event in events:
        own = acting.get(event.data["assessor"])
        people = [own] if own else directory.with_roles([roles.REGULATORY])
        if event.data["days"] < 0:
            people = [*people, *directory.with_roles([roles.REGULATORY, roles.QUALITY_MANAGER])]
        for person in {person.user: person for person in people}.values():
            messages.append(Notice(event.kind, person, event.doctype, event.name, event.data, event.by))
    if send(messages, events[0].at):
        digest.enqueue_at_once()


def _due(day: date, most: int) -> list[frappe._dict]:
    """Open assessments with a reminder that was not sent, the most urgent first."""
    table = frappe.qb.DocType(_ASSESSMENT)
    waiting = [
        (table.deadline <= add_days(day, before)) & (table.reminded < step)
        for step, before in enumerate(REMIND_DAYS, start=1)
    ]
    fields = ("name", "jurisdiction", "complaint", "signal", "deadline", "assessor", "company")
    query = frappe.qb.from_(table).select(*(table[field] for field in fields)).where(table.status == "open")
    query = query.where(Criterion.any(waiting)).orderby(table.deadline).orderby(table.name)
    return query.limit(most).run(as_dict=True)


def _reached(due: date, day: date) -> int:
    """How many of the reminders are behind on a day."""
    left = (getdate(due) - day).days
    return sum(left <= before for before in REMIND_DAYS)


def _event(row: frappe._dict, day: date) -> Event:
    data = {
        "jurisdiction": row.jurisdiction,
        "about": row.complaint or row.signal,
        "deadline": str(row.deadline),
        "days": (getdate(row.deadline) - day).days,
        "assessor": row.assessor,
        "company": row.company,
    }
    return Event(ASSESSMENT_DUE, _ASSESSMENT, row.name, data, now_datetime())
