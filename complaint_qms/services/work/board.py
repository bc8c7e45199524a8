"""What the cards of the team board, and lists of records, say about time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Final

import frappe
from pypika import Order

from complaint_qms.constants.clock import CLOCKS, STEPS
from complaint_qms.constants.stages import CAPA_ACTION_OPEN
from complaint_qms.services.sop.clock import clock_standing
from complaint_qms.services.work.timing import date_of, runs_out_first

_FIELDS: Final = (
    "sla_status",
    *(f"{clock}_{part}" for clock in CLOCKS for part in (*dict(STEPS), "status")),
)


def times_of(names: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """The clock that runs out first of each of these complaints that the user may read; one query.

    Returns:
        {name: {due, status}}; without a clock that runs `due` is None and `status` that of the complaint.
    """
    rows = _readable("Complaint", names, *_FIELDS)
    return {row.name: _time(row, now) for row in rows}


def due_of_capas(names: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """What is due next of each of these CAPAs that the user may read: the first open action while it is implemented, the end
    of its window while its effect is measured; two queries.

    Returns:
        {name: {due, status}}, a date in place of a moment; those of which nothing is due are left out.
    """
    rows = _readable("CAPA", names, "stage", "plan_approved_at", "window_start", "window_end")
    action = frappe.qb.DocType("CAPA Action")
    implemented = {row.name: row.plan_approved_at for row in rows if row.stage == "implement"}
    open_actions = (
        frappe.qb.from_(action)
        .select(action.parent, action.start_date, action.due_date)
        .where(action.parent.isin(list(implemented)) & (action.parenttype == "CAPA"))
        .where(action.status.isin(CAPA_ACTION_OPEN) & action.due_date.isnotnull())
        .orderby(action.due_date, order=Order.desc)
        .run()
        if implemented
        else ()
    )
    # Of a name the last one stays, which is due first.
    spans = {name: (begin or implemented[name], end) for name, begin, end in open_actions}
    spans |= {row.name: (row.window_start, row.window_end) for row in rows if row.stage == "effectiveness"}
    return {name: _day(begin, end, now) for name, (begin, end) in spans.items() if end}


def due_of_settlements(names: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """The clock of the complaint behind each of these proposed settlements that the user may read; two queries."""
    rows = [
        row for row in _readable("Complaint Settlement", names, "complaint", "docstatus") if not row.docstatus
    ]
    times = times_of({row.complaint for row in rows}, now) if rows else {}
    return {row.name: times[row.complaint] for row in rows if row.complaint in times}


DUE_OF: Final[dict[str, Callable[[Collection[str], datetime], dict[str, dict[str, Any]]]]] = {
    "Complaint": times_of,
    "CAPA": due_of_capas,
    "Complaint Settlement": due_of_settlements,
}


def _readable(doctype: str, names: Collection[str], *fields: str) -> list[frappe._dict]:
    return frappe.get_list(
        doctype,
        filters={"name": ("in", list(names))},
        fields=["name", *fields],
        order_by="name",
        limit_page_length=0,
    )


def _day(begin: date | None, due: date, now: datetime) -> dict[str, Any]:
    return {"due": due, "status": date_of(due, begin, now.date())["status"]}


def _time(row: frappe._dict, now: datetime) -> dict[str, Any]:
    first = runs_out_first(row)
    if not first:
        return {"due": None, "status": row.sla_status}
    due, clock = first
    return {"due": due, "status": clock_standing(row, clock, now)}
