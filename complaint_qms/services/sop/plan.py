"""Reads a Complaint SOP as a plan the clock can work with: calendar, limits, who answers for a stage.

Plans are kept for the request. The key holds the time of the last change of the SOP and of its holiday list, so a
plan is never older than what it was read from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt, getdate, to_timedelta
from frappe.utils.data import get_system_timezone

from complaint_qms.constants.clock import WEEKDAYS
from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import ClockError, WorkCalendar
from complaint_qms.engine.sla.steps import Step
from complaint_qms.engine.sla.workday import usual_workday
from complaint_qms.services.sop.escalation_table import check_ladder, ladder_of

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """Working time allowed, and the share of it (0 … 1) after which there is a warning; None: no warning."""

    budget: timedelta
    warn: float | None


@dataclass(frozen=True)
class Plan:
    """What an SOP lays down. ``stages`` holds only the stages that have a limit.

    ``ladder``: key → step of escalation, in the order of the table; ``reminds``: whether handler and superior are told of what is
    at risk and overdue without a step of their own.

    ``fingerprint`` differs for plans that give other due times or steps: 16 hexadecimal digits over hours, holidays, zone, limits and ladder.
    """

    calendar: WorkCalendar
    response: Limit | None
    resolution: Limit | None
    stages: dict[str, Limit] = field(default_factory=dict)
    fingerprint: str = ""
    ladder: dict[str, Step] = field(default_factory=dict)
    reminds: bool = True


def plan_of(complaint: Document) -> Plan | None:
    """Plan of the complaint's SOP, None when it has none and for history, whose time has run already."""
    if not complaint.sop or complaint.is_migrated:
        return None
    sop = frappe.get_cached_doc("Complaint SOP", complaint.sop)
    company = sop.company or complaint.company
    holiday_list = sop.holiday_list or (
        frappe.get_cached_value("Company", company, "default_holiday_list") if company else None
    )
    days = frappe.get_cached_doc("Holiday List", holiday_list) if holiday_list else None
    key = ("complaint_qms.plan", sop.name, str(sop.modified), holiday_list, str(days and days.modified))
    plans = frappe.local.cache
    if key not in plans:
        plans[key] = _read(sop, days)
    return plans[key]


def workday_of(complaint: Document) -> int | None:
    """Seconds of a usual working day under the complaint's SOP; None without one."""
    plan = plan_of(complaint)
    return usual_workday(plan.calendar) if plan else None


def usual_workday_of(sop: Document) -> int:
    """Seconds of a usual working day of an SOP; 0 where its hours are wrong, which is told when it is saved."""
    try:
        return usual_workday(calendar_of(sop))
    except ClockError:
        return 0


def calendar_of(sop: Document, holidays: set[date] | tuple = ()) -> WorkCalendar:
    """Work calendar of an SOP.

    Raises:
        ClockError: unknown time zone, or a shift without length.
    """
    zone = (sop.time_zone or "").strip() or get_system_timezone()
    if cint(sop.round_the_clock):
        return clock.always(zone)
    shifts: dict[int, tuple[tuple[time, time], ...]] = {}
    for row in sop.working_hours:
        day = WEEKDAYS.index(row.workday)
        shifts[day] = (*shifts.get(day, ()), (_time_of_day(row.start_time), _time_of_day(row.end_time)))
    return WorkCalendar(shifts, frozenset(holidays), zone)


def check_sop(sop: Document) -> None:
    """Refuse an SOP that the clock could not work with; called when an SOP is saved.

    Raises:
        frappe.ValidationError: naming the row or field.
    """
    for row in sop.working_hours:
        if to_timedelta(row.start_time) % _DAY == to_timedelta(row.end_time) % _DAY != timedelta(0):
            frappe.throw(_("Working Hours, row {0}: the shift has no length").format(row.idx))
    try:
        calendar = calendar_of(sop)
    except ClockError:
        frappe.throw(
            _("Time Zone: {0} is not known; use a name such as Europe/Berlin").format(
                escape_html(sop.time_zone)
            )
        )
    _check_overlaps(sop)
    timed = (
        flt(sop.first_response_time) or flt(sop.resolution_time) or any(flt(r.time_limit) for r in sop.stages)
    )
    if timed and not calendar.shifts:
        frappe.throw(_("Working Hours: give the hours of at least one day, or tick Round the Clock"))
    check_ladder(sop)


def _check_overlaps(sop: Document) -> None:
    """No hour of a week is given twice; a shift that ends before it begins ends on the next day."""
    if cint(sop.round_the_clock):
        return
    shifts = []
    for row in sop.working_hours:
        day = WEEKDAYS.index(row.workday) * _DAY
        start, end = (to_timedelta(value) % _DAY for value in (row.start_time, row.end_time))
        shifts.append((day + start, day + (end if end > start else end + _DAY), row.idx))
    shifts.sort()
    for (_start, end, first), (start, _end, second) in pairwise(shifts):
        if start < end:
            frappe.throw(
                _(
                    "Working Hours, row {0}: the hours overlap with those of row {1}. Give each hour once."
                ).format(*sorted((first, second), reverse=True))
            )


def _read(sop: Document, holiday_list: Document | None) -> Plan:
    stages: dict[str, Limit] = {}
    for row in sop.stages:
        limit = _limit(row.time_limit, row.warn_percent)
        if limit:
            stages.setdefault(row.stage, limit)
    holidays = {getdate(row.holiday_date) for row in holiday_list.holidays} if holiday_list else ()
    calendar = calendar_of(sop, holidays)
    whole = (
        _limit(sop.first_response_time, sop.warn_percent),
        _limit(sop.resolution_time, sop.warn_percent),
    )
    steps = ladder_of(sop)
    mark = _fingerprint(calendar, whole, stages, steps)
    return Plan(calendar, *whole, stages, mark, steps, bool(cint(sop.basic_reminders)))


def _fingerprint(
    calendar: WorkCalendar, whole: tuple[Limit | None, ...], stages: dict[str, Limit], steps: dict[str, Step]
) -> str:
    told = (
        calendar.tz,
        sorted(calendar.shifts.items()),
        sorted(calendar.holidays),
        whole,
        sorted(stages.items()),
        *([sorted(steps)] if steps else ()),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _time_of_day(value: timedelta | str) -> time:
    # the database gives a duration since midnight; 24:00 is the midnight at the end of the day
    return (datetime.min + to_timedelta(value) % _DAY).time()


def _limit(seconds: float | None, warn_percent: float | None) -> Limit | None:
    if flt(seconds) <= 0:
        return None
    percent = flt(warn_percent)
    return Limit(timedelta(seconds=flt(seconds)), percent / 100 if 0 < percent < 100 else None)
