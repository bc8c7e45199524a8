"""Who has not acknowledged a notice is reminded after so many working days, a few times, and then phoned by the handler. Asked by the scheduler;
what was done is noted with each customer, so that asking again does nothing twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_datetime, getdate, now_datetime

from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.correspondence.working_days import company_working_day, day_after, has_hours
from complaint_qms.services.field_action import customers, notices
from complaint_qms.services.field_action.ways import Ways
from complaint_qms.services.record import batches
from complaint_qms.services.transactions import without_deadlock

_METHOD: Final = f"{__name__}.remind_due"
_JOB: Final = "complaint_qms_field_reminders"


def enqueue_reminders() -> None:
    """Have customers reminded who are to be."""
    if frappe.db.exists(DOCTYPE, {"stage": "under_way", "is_mock": 0}):
        frappe.enqueue(_METHOD, queue="long", job_id=_JOB, deduplicate=True)


def remind_due(now: datetime | None = None) -> int:
    """Remind customers who have not acknowledged in time, and give the handler a task to phone those who were reminded in vain; how many
    customers. Commits after each action."""
    moment = now or now_datetime()
    names = frappe.get_all(
        DOCTYPE, {"stage": "under_way", "is_mock": 0}, pluck="name", order_by="creation asc, name asc"
    )
    with acting_as():
        done = [
            batches.in_parts(
                [name],
                lambda one: without_deadlock(lambda: _remind(one[0], moment)),
                "Customers of a field action not reminded",
                lambda one: (DOCTYPE, one),
            )
            for name in names
        ]
    if any(done):
        notices.enqueue_notices()
    return sum(count for one in done for count in one)


def _remind(name: str, now: datetime) -> int:
    action = customers.hold_action(name)
    if action.stage != "under_way" or not cint(action.reminder_days):
        return 0
    waiting = frappe.get_all(
        CUSTOMER,
        {
            "field_action": name,
            "is_left_out": 0,
            "acknowledged_at": ("is", "not set"),
            "to_phone_since": ("is", "not set"),
        },
        [
            "name",
            "customer",
            "customer_name",
            "language",
            "sent_at",
            "reminded_at",
            "reminders",
            "email",
            "phone",
            "notice_channel",
        ],
        order_by="sent_at asc, name asc",
    )
    # Who cannot be written to at all is phoned at once, and who was told by no notice in time.
    to_phone = [row for row in waiting if not _is_written_to(row)]
    is_over = _Over(action, now)
    over = [
        row
        for row in waiting
        if _is_written_to(row) and is_over(row.reminded_at or row.sent_at or action.approved_at)
    ]
    to_phone += [row for row in over if not row.sent_at or cint(row.reminders) >= cint(action.most_reminders)]
    reminded = _write_reminders(action, over, now)
    # Who cannot be written to any more is phoned as well.
    there = {row.name for row in to_phone} | reminded
    to_phone += [row for row in over if row.name not in there]
    if to_phone:
        writing.set_where(CUSTOMER, [row.name for row in to_phone], {"to_phone_since": now}, "to be phoned")
        _give_task(action, to_phone, now)
    return len(reminded) + len(to_phone)


def _write_reminders(action: Document, over: list[frappe._dict], now: datetime) -> set[str]:
    """Write down the next reminder of those who may get one more; of which customers there is one."""
    ways, reminded = Ways(has_mail=not why_no_mail()), set()
    may_have = [row for row in over if row.sent_at and cint(row.reminders) < cint(action.most_reminders)]
    for number in sorted({cint(row.reminders) + 1 for row in may_have}):
        rows = [row for row in may_have if cint(row.reminders) + 1 == number]
        names = set(notices.write_down(action, rows, number, ways))
        writing.set_where(CUSTOMER, names, {"reminders": number, "reminded_at": now}, "reminded")
        reminded |= names
    return reminded


def _is_written_to(row: frappe._dict) -> bool:
    return bool(row.email or row.notice_channel or row.sent_at)


class _Over:
    """Whether the working days of an action are over since a moment: by the SOP of its complaint, else those of the company; each moment is
    reckoned once."""

    def __init__(self, action: Document, now: datetime) -> None:
        self._days, self._today, self._company = cint(action.reminder_days), getdate(now), action.company
        complaint = frappe.get_cached_doc("Complaint", action.complaint) if action.complaint else None
        self._complaint = complaint if complaint and has_hours(complaint) else None
        self._known: dict[datetime, bool] = {}

    def __call__(self, since: Any) -> bool:
        if not since:
            return False
        moment = get_datetime(since)
        if moment not in self._known:
            self._known[moment] = self._today >= self._first_day(moment)
        return self._known[moment]

    def _first_day(self, since: datetime) -> date:
        """On which they are over: by the company one on which somebody works."""
        if self._complaint:
            return day_after(self._complaint, since, self._days) + timedelta(days=1)
        return company_working_day(self._company, since, self._days + 1)


def _give_task(action: Document, rows: list[frappe._dict], now: datetime) -> None:
    """A task of the handler: whom to phone."""
    named = "".join(
        f"<li>{escape_html(row.customer_name or row.customer)} {escape_html(row.phone or '')}</li>"
        for row in rows
    )
    text = _("Phone customers who have not acknowledged {0}:").format(escape_html(action.name))
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": action.handler,
            "reference_type": DOCTYPE,
            "reference_name": action.name,
            "description": f"<p>{text}</p><ul>{named}</ul>",
            "date": getdate(now),
            "priority": "High",
        }
    )
    task.insert(ignore_permissions=True)
