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
from complaint_qms.services.correspondence.working_days import day_after
from complaint_qms.services.field_action import customers, notices
from complaint_qms.services.record import batches
from complaint_qms.services.transactions import without_deadlock

_METHOD: Final = f"{__name__}.remind_due"
_JOB: Final = "complaint_qms_field_reminders"
_AT_ONCE: Final = 2000


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
        ],
        order_by="sent_at asc, name asc",
        limit=_AT_ONCE,
    )
    over = [
        row for row in waiting if _is_over(action, row.reminded_at or row.sent_at or action.approved_at, now)
    ]
    # Who cannot be written to at all is phoned at once, and who was told by no mail in time.
    to_phone = [row for row in waiting if not (row.email or row.sent_at)]
    over = [row for row in over if row.email or row.sent_at]
    to_phone += [row for row in over if not row.sent_at]
    due = [row for row in over if row.sent_at]
    to_phone += [row for row in due if cint(row.reminders) >= cint(action.most_reminders)]
    to_remind = [row for row in due if cint(row.reminders) < cint(action.most_reminders)]
    # Who cannot be written to any more is phoned as well.
    unwritten = (
        to_remind if why_no_mail() else [row for row in to_remind if not _write_reminder(action, row, now)]
    )
    made = len(to_remind) - len(unwritten)
    to_phone += unwritten
    if to_phone:
        writing.set_where(CUSTOMER, [row.name for row in to_phone], {"to_phone_since": now}, "to be phoned")
        _give_task(action, to_phone, now)
    return made + len(to_phone)


def _write_reminder(action: Document, row: frappe._dict, now: datetime) -> int:
    number = cint(row.reminders) + 1
    if not notices.write_down(action, [row], number):
        return 0
    writing.set_values(CUSTOMER, row.name, {"reminders": number, "reminded_at": now}, "reminded")
    return 1


def _is_over(action: Document, since: Any, now: datetime) -> bool:
    return bool(since) and getdate(now) > _last_day(action, get_datetime(since))


def _last_day(action: Document, since: datetime) -> date:
    """The day on which the working days are over: by the SOP of the complaint, else from Monday to Friday without the company's holidays."""
    days = cint(action.reminder_days)
    if action.complaint:
        complaint = frappe.get_cached_doc("Complaint", action.complaint)
        if complaint.sop:
            return day_after(complaint, since, days)
    free = _holidays(action.company)
    day = since.date()
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in free:
            days -= 1
    return day


def _holidays(company: str) -> set[date]:
    name = frappe.get_cached_value("Company", company, "default_holiday_list")
    return (
        {getdate(row.holiday_date) for row in frappe.get_cached_doc("Holiday List", name).holidays}
        if name
        else set()
    )


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
