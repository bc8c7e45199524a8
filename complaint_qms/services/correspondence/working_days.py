"""Working days of a complaint, as its SOP has them; without an SOP every day is one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from frappe.model.document import Document

from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import ClockError
from complaint_qms.engine.sla.workday import usual_workday
from complaint_qms.services.record.site_time import aware, site_zone, stored
from complaint_qms.services.sop.plan import Plan, plan_of


def working_days(complaint: Document, since: datetime, until: datetime) -> float:
    """How many working days lie between two moments of the site."""
    plan = _plan(complaint)
    if not plan or since >= until:
        return max((until - since) / timedelta(days=1), 0.0)
    used = clock.used(aware(since, site_zone()), aware(until, site_zone()), plan.calendar)
    return used.total_seconds() / usual_workday(plan.calendar)


def is_working_time(complaint: Document, at: datetime) -> bool:
    """Whether a moment of the site is one at which somebody works."""
    plan = _plan(complaint)
    return not plan or clock.is_working(aware(at, site_zone()), plan.calendar)


def day_after(complaint: Document, since: datetime, days: int) -> date:
    """The day on which so many working days after a moment of the site are over."""
    plan = _plan(complaint)
    if plan:
        budget = timedelta(seconds=usual_workday(plan.calendar) * max(days, 1))
        try:
            return stored(clock.due(aware(since, site_zone()), budget, plan.calendar), site_zone()).date()
        except ClockError:
            pass  # the hours of the SOP are wrong, which is told where it is saved
    return (since + timedelta(days=max(days, 1))).date()


def _plan(complaint: Document) -> Plan | None:
    plan = plan_of(complaint)
    return plan if plan and plan.calendar.shifts else None
