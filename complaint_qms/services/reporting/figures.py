"""The figures of the workspace: what its charts and cards show, and which complaints lie behind each mark.

Every figure counts only what the user may read. Nothing is cached: the framework's cache for charts is one for all
users, and would show one user the counts of another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Date
from frappe.utils import cint, escape_html, getdate, nowdate
from frappe.utils.dateutils import (
    get_dates_from_timegrain,
    get_from_date_from_timespan,
    get_period_beginning,
)
from pypika import Order
from pypika.terms import Term

from complaint_qms.constants.clock import AT_RISK, ON_TRACK, OVERDUE, PAUSED
from complaint_qms.constants.stages import COMPLAINT_ENDED, COMPLAINT_UNENDED, NO_COMPLAINT
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, month_day, month_name
from complaint_qms.services.record.scalars import FIRST_YEAR, LAST_YEAR
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.filters import ReportFilters, read_object

OPEN = ["not in", list(COMPLAINT_ENDED)]
SHOWN_TYPES = 10
CLOCK = (ON_TRACK, AT_RISK, OVERDUE, PAUSED)
# interval of a chart → days of such a period
INTERVALS = {"Daily": 1, "Weekly": 7, "Monthly": 30, "Quarterly": 91, "Yearly": 365}
# More marks than a screen has room for tell nobody anything, and take their time.
SHOWN_PERIODS = 400


def received(
    filters: Mapping | str | None = None,
    timespan: str | None = None,
    interval: str | None = None,
    from_date: str | date | None = None,
    to_date: str | date | None = None,
) -> dict:
    """Complaints received, by day, week, month, quarter or year over one of the chart's spans of time.

    A span with too many periods to draw is shown by the next longer kind of period.
    """
    last = _day(to_date or nowdate())
    first = _day(from_date or get_from_date_from_timespan(last, timespan or "Last Quarter"))
    interval = _drawable(interval or "Weekly", first, last)
    first = getdate(get_period_beginning(first, interval))
    complaint = frappe.qb.DocType("Complaint")
    by_day = _counts(
        Date(complaint.received_at),
        ReportFilters.read({**read_object(filters)} | {"from_date": first, "to_date": last}),
    )
    ends = [getdate(end) for end in get_dates_from_timegrain(first, last, interval)]
    starts = [first, *[end + timedelta(days=1) for end in ends[:-1]]]
    values = [0] * len(ends)
    for day, count in by_day.items():
        values[bisect_left(ends, getdate(day))] += count
    named = [_period_name(start, interval) for start in starts]
    spans = [["between", [str(start), str(min(end, last))]] for start, end in zip(starts, ends, strict=True)]
    return _chart(named, {_("Complaints"): values}, [{"received_at": span} for span in spans], filters)


def open_by_stage(filters: Mapping | str | None = None) -> dict:
    """Open complaints, in the order of the way through."""
    complaint = frappe.qb.DocType("Complaint")
    counts = _counts(complaint.stage, ReportFilters.read({**read_object(filters)} | {"state": "open"}))
    stages = list(COMPLAINT_UNENDED)
    values = [counts.get(stage, 0) for stage in stages]
    names = [word(stage) for stage in stages]
    return _chart(names, {_("Complaints"): values}, [{"stage": ["=", stage]} for stage in stages], filters)


def clock_status(filters: Mapping | str | None = None) -> dict:
    """Open complaints by how their clock stands."""
    complaint = frappe.qb.DocType("Complaint")
    counts = _counts(complaint.sla_status, ReportFilters.read({**read_object(filters)} | {"state": "open"}))
    without = sum(count for key, count in counts.items() if key not in CLOCK)
    names = [*[word(key) for key in CLOCK], _("No Clock")]
    routes = [{"sla_status": ["=", key], "stage": OPEN} for key in CLOCK]
    values = [*[counts.get(key, 0) for key in CLOCK], without]
    return _chart(
        names,
        {_("Complaints"): values},
        [*routes, {"sla_status": ["not in", list(CLOCK)], "stage": OPEN}],
        filters,
    )


def by_type(filters: Mapping | str | None = None) -> dict:
    """Pareto of the last twelve months: the commonest types, and how much of all complaints they make together."""
    last = getdate(nowdate())
    year = {"from_date": last - timedelta(days=364), "to_date": last, "state": "valid"}
    complaint = frappe.qb.DocType("Complaint")
    counts = _counts(complaint.complaint_type, ReportFilters.read(year | {**read_object(filters)}))
    typed = [(name, count) for name, count in counts.items() if name]
    shown = typed[:SHOWN_TYPES]
    names = [_(name) for name, _count in shown]
    values = [count for _name, count in shown]
    routes: list[dict] = [{"complaint_type": ["=", name]} for name, _count in shown]
    others = [name for name, _count in typed[SHOWN_TYPES:]]
    if others:
        names.append(_("Other Types"))
        values.append(sum(count for _name, count in typed[SHOWN_TYPES:]))
        routes.append({"complaint_type": ["in", others]})
    untyped = sum(count for name, count in counts.items() if not name)
    if untyped:
        names.append(_("No Type"))
        values.append(untyped)
        routes.append({"complaint_type": ["is", "not set"]})
    span = {
        "received_at": ["between", [str(year["from_date"]), str(last)]],
        "stage": ["not in", list(NO_COMPLAINT)],
    }
    figure = _chart(
        names,
        {_("Complaints"): values, _("Cumulative Count"): list(accumulate(values))},
        [span | route for route in routes],
        filters,
    )
    if figure:
        figure["datasets"][0]["chartType"], figure["datasets"][1]["chartType"] = "bar", "line"
    return figure


# name of the Dashboard Chart → its figure
CHARTS = {
    "Complaints Received": received,
    "Open Complaints by Stage": open_by_stage,
    "Complaints by Type": by_type,
    "Complaint Clock Status": clock_status,
}


def chart(name: str) -> dict:
    """A chart's data as the user has set it up: with the filters and the span of time that the desk keeps for them."""
    settings = frappe.db.get_value("Dashboard Settings", frappe.session.user, "chart_config")
    own = (frappe.parse_json(settings) or {}).get(name) or {}
    if CHARTS[name] is not received:
        return CHARTS[name](own.get("filters"))
    record = frappe.get_cached_doc("Dashboard Chart", name)
    return received(
        own.get("filters"),
        timespan=own.get("timespan") or record.timespan,
        interval=own.get("time_interval") or record.time_interval,
        from_date=own.get("from_date"),
        to_date=own.get("to_date"),
    )


def severe_open() -> dict:
    """A number card: open complaints of the gravest two fifths of the site's severities (at least one of them)."""
    levels = severe_levels() or [""]
    filters: dict[str, Any] = {"stage": OPEN, "severity": ["in", levels]}
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(complaint).select(Count("*"))
    query = query.where(complaint.stage.notin(COMPLAINT_ENDED) & complaint.severity.isin(levels))
    return {
        "value": cint(permitted(query).run()[0][0]),
        "fieldtype": "Int",
        "route": ["List", "Complaint", "List"],
        "route_options": filters,
    }


def severe_levels() -> list[str]:
    """Names of the gravest severities: of five levels the upper two, of three the uppermost."""
    names = frappe.get_all("Risk Severity", pluck="name", order_by="`tabRisk Severity`.`rank` desc, name asc")
    return names[: max(len(names) * 2 // 5, 1)]


def _counts(by: Term, filters: ReportFilters) -> dict[Any, int]:
    """Complaints by a term, most first."""
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(by, Count("*"))
        .groupby(by)
        .orderby(Count("*"), order=Order.desc)
        .orderby(by)
    )
    return {key: cint(count) for key, count in permitted(filters.apply(query, complaint)).run()}


def _chart(
    names: list[str], datasets: dict[str, list], routes: list[dict], filters: Mapping | str | None
) -> dict:
    """A chart's data with `routes`: the list filters behind each mark. Empty when there is nothing to draw."""
    if not any(any(values) for values in datasets.values()):
        return {}
    chosen = ReportFilters.read(filters)
    return {
        "labels": [escape_html(name) for name in names],  # a chart draws them as markup
        "datasets": [{"name": name, "values": values} for name, values in datasets.items()],
        "routes": [chosen.route(route) for route in routes],
    }


def _day(value: str | date) -> date:
    """A day of the years in which complaints can lie."""
    day = getdate(value)
    if not day:
        frappe.throw(_("{0} is no date a chart can begin or end with.").format(escape_html(str(value))))
    return min(max(day, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 31))


def _drawable(interval: str, first: date, last: date) -> str:
    """`interval`, or the shortest of the longer ones that makes no more periods than can be shown."""
    kinds = list(INTERVALS)
    if interval not in INTERVALS:
        frappe.throw(
            _("There is no interval {0}. Choose one of {1}.").format(
                escape_html(interval), comma_list(_(kind) for kind in kinds)
            )
        )
    longer = kinds[kinds.index(interval) :]
    days = (last - first).days
    return next((kind for kind in longer if days <= INTERVALS[kind] * SHOWN_PERIODS), kinds[-1])


def _period_name(start: date, interval: str) -> str:
    """Name of the period that begins on `start`, in the user's language."""
    if interval == "Yearly":
        return str(start.year)
    if interval == "Quarterly":
        return _("Q{0} {1}").format((start.month + 2) // 3, start.year)
    return month_name(start) if interval == "Monthly" else month_day(start)
