"""How much time is left, and under which heading that puts a piece of work."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from complaint_qms.constants import work
from complaint_qms.constants.clock import CLOCKS, OVERDUE, RUNNING
from complaint_qms.engine.sla import ladder
from complaint_qms.services.people.absence import Cover, cover_of
from complaint_qms.services.record.site_time import aware, site_zone, stored
from complaint_qms.services.sop.clock import clock_standing, stage_limit, used_in_stage, used_since
from complaint_qms.services.sop.plan import plan_of, workday_of


@dataclass(frozen=True)
class Viewer:
    """Whose day it is. `now` is a time of the site, the days are those of the viewer's zone.

    `cover` is whose work falls to the viewer, because they cannot act any more.
    """

    user: str
    roles: frozenset[str]
    now: datetime
    zone: ZoneInfo
    cover: Cover = field(default_factory=Cover)

    def stands_for(self, *roles: str) -> list[str]:
        """The viewer and the absent whose work of that kind is theirs; with one of `roles` also that of absent users
        without a superior."""
        left = self.cover.orphans if self.roles & set(roles) else ()
        return sorted({self.user, *self.cover.reports, *left})

    @property
    def today(self) -> date:
        return self.day_of(self.now)

    def day_of(self, moment: datetime) -> date:
        """The viewer's day at a moment of the site."""
        return aware(moment, site_zone()).astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """End of a day of the viewer, as a time of the site."""
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return stored(midnight, site_zone())


def viewer(user: str, now: datetime) -> Viewer:
    """The viewer with roles and time zone; a user without a zone, or with one unknown here, has the site's."""
    named = frappe.get_cached_value("User", user, "time_zone")
    try:
        zone = ZoneInfo(named) if named else site_zone()
    except (KeyError, ValueError):
        zone = site_zone()
    return Viewer(user, frozenset(frappe.get_roles(user)), now, zone, cover_of(user))


def runs_out_first(doc: Document | frappe._dict) -> tuple[datetime, str] | None:
    """(due, clock) of the running clock of a complaint that is due first; None when none runs."""
    running = [
        (get_datetime(doc.get(f"{clock}_due")), clock)
        for clock in CLOCKS
        if doc.get(f"{clock}_status") in RUNNING and doc.get(f"{clock}_due")
    ]
    return min(running, default=None)


def clock_of(doc: Document, now: datetime) -> dict[str, Any] | None:
    """The clock of a complaint that runs out first: {clock, due, status, left (s of working time), share, workday (s)}."""
    first = runs_out_first(doc)
    if not first:
        return None
    due, clock = first
    used, limit = _spent(doc, clock, now)
    return {
        "clock": clock,
        "due": due,
        "status": clock_standing(doc, clock, now),
        "left": limit - used if limit else None,
        "share": used / limit if limit else None,
        "workday": workday_of(doc),
    }


def date_of(
    due: date | str | None, begin: date | datetime | str | None, today: date
) -> dict[str, Any] | None:
    """A due day: {day, status, days (left, negative when over), share}; `begin` is when the time began to run."""
    if not due:
        return None
    day, start = getdate(due), getdate(begin or today)
    whole = (day - start).days + 1
    share = (today - start).days / whole if whole > 0 else 1.0
    days = (day - today).days
    # A day is used up when it ends; on the last one the time is running out in any case.
    warn = start + timedelta(days=ceil(whole * work.WARN_SHARE)) if whole > 0 else today
    status = ladder.standing((min(warn, day), day + timedelta(days=1)), today)
    return {
        "day": day,
        "status": status,
        "days": days,
        "share": min(max(share, 0.0), 1.0) if days >= 0 else 1.0,
    }


def group_of(piece: dict[str, Any] | None, viewer: Viewer) -> str:
    """Heading for work that runs out when `piece` (of `clock_of` or `date_of`) says."""
    if not piece:
        return work.GROUP_LATER
    if piece["status"] == OVERDUE:
        return work.GROUP_OVERDUE
    day = piece["day"] if "day" in piece else viewer.day_of(piece["due"])
    if day <= viewer.today:
        return work.GROUP_TODAY
    return work.GROUP_WEEK if day < viewer.today + timedelta(days=work.WEEK_DAYS) else work.GROUP_LATER


def order_of(piece: dict[str, Any] | None, viewer: Viewer) -> datetime:
    """Moment to sort by: what runs out first comes first, what never does last."""
    if not piece:
        return datetime.max
    return piece["due"] if "due" in piece else viewer.end_of(piece["day"])


def _spent(doc: Document, clock: str, now: datetime) -> tuple[int, int | None]:
    """Working time used and allowed, in seconds."""
    if clock == "stage":
        return used_in_stage(doc, now), stage_limit(doc)
    plan = plan_of(doc)
    limit = getattr(plan, clock) if plan else None
    if not limit or not doc.received_at:
        return 0, None
    return used_since(doc, doc.received_at, now), int(limit.budget.total_seconds())
