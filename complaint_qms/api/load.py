"""The load view and the calendar of due times over the wire."""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from complaint_qms.api.arguments import checked, read_by_the_framework, read_filters
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import Wrong, moment
from complaint_qms.services.record.site_time import site_zone, stored
from complaint_qms.services.transactions import once_others_are_done
from complaint_qms.services.work import calendar, load, reassignment
from complaint_qms.services.work.timing import viewer

# Of the database's moments.
_FIRST_YEAR = 1000


@frappe.whitelist(methods=["GET", "POST"])
@checked
def view() -> dict[str, Any]:
    """Who has how much, as far as the caller sees it: {now, days, people, sees_all}; see services.work.load."""
    frappe.has_permission("Complaint", "read", throw=True)
    now = now_datetime()
    return {"now": now, **load.load_of(viewer(frappe.session.user, now))}


@frappe.whitelist(methods=["POST"])
@checked
def give(name: str, user: str = "", holder: str = "") -> dict[str, Any]:
    """Give a complaint to somebody else, by the rules of its form: {name, holder, before}.

    Args:
        user: who is to have it; empty for nobody, which takes back that it was given to anybody.
        holder: who has it as the caller saw it; where somebody else has it by now nothing happens.
    """
    frappe.has_permission("Complaint", "write", throw=True)
    return once_others_are_done(partial(reassignment.give, name, user, holder))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def due_times(start: str, end: str, filters: Any = None) -> list[dict[str, Any]]:
    """Due times of open complaints that the caller may read, as events of the framework's calendar.

    Args:
        start: first moment shown; a date and time of the site, or a date, which is the caller's own day and begins with it.
        end: last one, in the same way.
        filters: of the list that the calendar is a view of.
    """
    frappe.has_permission("Complaint", "read", throw=True)
    chosen = read_filters(filters, "Complaint")
    now = now_datetime()
    zone = viewer(frappe.session.user, now).zone
    first, last = _moment("start", start, zone), _moment("end", end, zone)
    with read_by_the_framework("filters"):
        return calendar.due_events(first, last, chosen, now)


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        at = get_datetime(moment(text))
        if at.year < _FIRST_YEAR:
            raise Wrong
        # Frappe 15 asks with days of the calendar on the screen, Frappe 16 with moments of the site.
        return at if ":" in text else stored(at.replace(tzinfo=zone), site_zone())
    except (Wrong, OverflowError):
        refuse(_("“{0}” is no moment. Write it as 2026-01-31 14:30.").format(name))
