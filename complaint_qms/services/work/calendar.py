"""Due times of complaints as events of the framework's calendar; they follow from the clocks and are moved by nobody's hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime

from complaint_qms.constants.clock import AT_RISK, CLOCKS, OVERDUE, RUNNING, STEPS
from complaint_qms.constants.load import MOST_EVENTS
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import labelled
from complaint_qms.services.sop.clock import clock_standing

_LENGTH: Final = timedelta(minutes=30)
_FIELDS: Final = (
    "name",
    "subject",
    "stage",
    *(f"{clock}_{part}" for clock in CLOCKS for part in (*dict(STEPS), "status")),
)
_PRESSING: Final = (OVERDUE, AT_RISK)


def due_events(begin: datetime, end: datetime, filters: list[Any], now: datetime) -> list[dict[str, Any]]:
    """What runs out between two moments of the site, of open complaints that the user may read; an event for each clock, the first
    due first. Where there are more than a calendar holds, the reader is told.

    Args:
        filters: of the list of complaints, which the calendar is a view of.
    """
    found = [
        (get_datetime(row[f"{clock}_due"]), row.name, clock, row)
        for clock in CLOCKS
        for row in _rows(clock, begin, end, filters)
    ]
    found.sort(key=lambda one: one[:3])
    if len(found) > MOST_EVENTS:
        told = _(
            "Only the first {0} due times of this span are shown. Filter the list, or show a week or a day."
        )
        frappe.msgprint(told.format(MOST_EVENTS), indicator="orange", alert=True)
    return [_event(row, clock, now) for _due, _name, clock, row in found[:MOST_EVENTS]]


def _rows(clock: str, begin: datetime, end: datetime, filters: list[Any]) -> list[frappe._dict]:
    """Complaints of which one clock runs out then, the first due first; one more than a calendar holds."""
    return frappe.get_list(
        "Complaint",
        filters=[
            *filters,
            ["Complaint", "stage", "in", list(COMPLAINT_UNENDED)],
            ["Complaint", f"{clock}_status", "in", list(RUNNING)],
            # With "<=" Frappe 16 compares texts, and leaves out what is due at the last moment itself.
            ["Complaint", f"{clock}_due", "between", [str(begin), str(end)]],
        ],
        fields=list(_FIELDS),
        order_by=f"{clock}_due asc, name asc",
        limit_page_length=MOST_EVENTS + 1,
    )  # fmt: skip


def _event(row: frappe._dict, clock: str, now: datetime) -> dict[str, Any]:
    due, standing = get_datetime(row[f"{clock}_due"]), clock_standing(row, clock, now)
    what = {
        "response": _("First response"),
        "stage": word(row.stage),
        "resolution": _("Whole complaint"),
    }[clock]
    told = " · ".join(filter(None, (labelled(row.name, what), row.subject)))
    return {
        "doctype": "Complaint",
        "name": row.name,
        # The framework reads a title as markup.
        "title": escape_html(told if standing not in _PRESSING else f"{told} · {word(standing)}"),
        "tooltip": f"{told} · {word(standing)}",
        "due": due,
        "until": due + _LENGTH,
        "standing": standing,
        "movable": False,
        "all_day": False,
    }
