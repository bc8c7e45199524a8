"""What whoever directs sees at a glance, of what they may see: five numbers with their change, three findings, risk, cost, promises."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import fmt_money, getdate, now_datetime

from complaint_qms.constants.signals import DISMISSED, SIGNAL
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport, pace_figures
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.columns import money, percent
from complaint_qms.services.reporting.filter_values import PERIODS
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.review.by_clause import signal_sentence, signals_of
from complaint_qms.services.review.drawing import NARROW, Shape, chart_svg
from complaint_qms.services.review.frozen import frozen_chart, frozen_number, told_plainly
from complaint_qms.services.review.outlook import outlook_chart, outlook_of, outlook_text
from complaint_qms.services.review.spans import Span

FINDINGS: Final = 3
DEFAULT_PERIOD: Final = "last_90_days"
_REFUSALS: Final = (frappe.PermissionError, frappe.ValidationError)


@dataclass(frozen=True)
class KeyNumber:
    """Attributes:
    key: of the measure that defines it.
    value, before: of the period and of the equally long one before; None where it is not known.
    text: the value for a reader.
    report, by: report that tells it with the same filters, and what it groups by.
    less_is_better: whether a fall is good.
    """

    key: str
    value: float | None
    before: float | None
    text: str
    report: str
    by: str
    less_is_better: bool

    def as_data(self, span: Span) -> dict[str, Any]:
        """{key, label, definition, value, text, before, change, tone, change_text, report, filters}; `tone` is green, red or empty."""
        measure = MEASURES[self.key]
        change = _change(self.before, self.value, measure.unit == "percent")
        moved = change and ((change < 0) is self.less_is_better)
        return {
            "key": self.key,
            "label": measure.label(),
            "definition": measure.definition(),
            "value": self.value,
            "text": self.text,
            "before": self.before,
            "change": change,
            "change_text": _change_text(change, measure.unit == "percent"),
            "tone": "" if not change else "green" if moved else "red",
            "report": self.report,
            "filters": span.asked(by=self.by),
        }


def key_numbers(span: Span, now: datetime | None = None) -> list[KeyNumber]:
    """Complaints, their rate, how fast they are closed, promises kept, and cost; the last only for who may see it."""
    moment = now or now_datetime()
    back = span.before()
    here, there = Pareto(span.asked(by="item")), Pareto(back.asked(by="item"))
    pace, pace_before = (
        pace_figures(EfficiencyReport(one.asked(by="month"), moment).measured.whole) for one in (span, back)
    )
    count = here.whole.count
    numbers = [
        KeyNumber("complaints", count, here.before, fmt_money(count, precision=0), "Complaint Pareto", "item", True),
        KeyNumber("rate", here.rate, there.rate, _shown(here.rate, 2), "Complaint Pareto", "item", True),
        *[
            KeyNumber(key, pace[key], pace_before[key], _shown(pace[key], 1, sign), "Complaint Efficiency", "month", less)
            for key, sign, less in (("days_median", "", True), ("promises_kept", " %", False))
        ],
    ]  # fmt: skip
    # A part of the cost would be taken for the whole: who may not see all of it sees four numbers.
    with suppress(frappe.PermissionError), messages_dropped_on(frappe.PermissionError):
        numbers.append(_cost(span, back))
    return numbers


def findings_of(span: Span, most: int = FINDINGS) -> list[dict[str, Any]]:
    """The signals with most complaints beyond what was expected, without what was dismissed: {name, title, text, state, doctype}."""
    found = [row for row in signals_of(span) if row.decision != DISMISSED]
    return [
        {
            "doctype": SIGNAL,
            "name": row.name,
            "title": row.title or row.name,
            "text": signal_sentence(row),
            "state": word(row.decision or row.state),
        }
        for row in found[:most]
    ]


def overview_of(
    given: dict | str | None, is_narrow: bool = False, now: datetime | None = None
) -> dict[str, Any]:
    """The whole view.

    Args:
        given: `company`, and `period`: a name of `PERIODS`, or `from_date` and `to_date`; the last 90 days without.

    Returns:
        {company, from_date, to_date, numbers, findings, risk, cost, promises, outlook}; of each part {report, filters, chart_html, numbers, told}.
    """
    span = _span_of(read_object(given))
    shape = NARROW if is_narrow else Shape(520, 220)
    return {
        "company": span.company,
        "from_date": str(span.first),
        "to_date": str(span.last),
        "numbers": [one.as_data(span) for one in key_numbers(span, now)],
        "findings": findings_of(span),
        "risk": refusal_or(lambda: _risk(span)),
        "cost": refusal_or(lambda: _cost_part(span, shape)),
        "promises": refusal_or(lambda: _promises(span, shape, now)),
        "outlook": refusal_or(lambda: _outlook(span, shape)),
    }


def refusal_or(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A part, or why there is none: what one may not see, or what the site has not set up, hides no other part."""
    try:
        with messages_dropped_on(*_REFUSALS):
            return make()
    except _REFUSALS as error:
        return {"refused": str(error)}


def _span_of(given: Any) -> Span:
    asked = {
        name: given.get(name) for name in ("company", "period", "from_date", "to_date") if given.get(name)
    }
    if not asked.keys() & {"period", "from_date", "to_date"}:
        asked["period"] = DEFAULT_PERIOD
    filters = ReportFilters.read(asked)
    first, last = PERIODS[DEFAULT_PERIOD](getdate())
    return Span(filters.only("company") or "", filters.from_date or first, filters.to_date or last)


def _cost(span: Span, back: Span) -> KeyNumber:
    here, there = (QualityCost(one.asked()) for one in (span, back))
    currency = next(iter((*here.currencies, *there.currencies)), "")
    value, before = (of.wholes[currency].total if currency in of.wholes else 0.0 for of in (here, there))
    text = money({one: cost.total for one, cost in here.wholes.items()}) if here.wholes else fmt_money(0, precision=0)  # fmt: skip
    return KeyNumber("cost_total", value, before, text, "Cost of Poor Quality", "complaint_type", True)


def _risk(span: Span) -> dict[str, Any]:
    report = RiskMatrixReport(span.asked())
    columns, rows, _message, _chart, cards, _skip = report.run()
    shown = [
        one["fieldname"] for one in columns if one["fieldname"].startswith("o") and one["fieldname"] != "open"
    ]
    grid = {
        "heads": [one["label"] for one in columns if one["fieldname"] in shown],
        "rows": [
            {
                "label": row["severity"],
                "cells": [{key: row["cells"][name].get(key) for key in ("total", "open", "color", "route", "level")} for name in shown],
            }
            for row in rows
            if not row.get("is_total_row")
        ],
    }  # fmt: skip
    return _part("Complaint Risk Matrix", span.asked(), cards=cards) | {"grid": grid}


def _cost_part(span: Span, shape: Shape) -> dict[str, Any]:
    _columns, _rows, message, chart, cards, _skip = QualityCost(span.asked(by="complaint_type")).run()
    return _part("Cost of Poor Quality", span.asked(by="complaint_type"), cards, chart, shape, message, _("Cost of Poor Quality"))  # fmt: skip


def _promises(span: Span, shape: Shape, now: datetime | None) -> dict[str, Any]:
    """Promises kept by month, with the numbers of the report."""
    asked = span.asked(by="month")
    report = EfficiencyReport(asked, now)
    rows = [row for row in report.rows() if row["promises_kept"] is not None][::-1]
    name, said = MEASURES["promises_kept"].label(), ""
    chart: dict[str, Any] | None = {"data": {"labels": [row["group"] for row in rows], "datasets": [{"name": name, "values": [row["promises_kept"] for row in rows]}]}, "type": "bar", "colors": ["#3B8F6B"]}  # fmt: skip
    if not rows:
        chart, said = None, _("No complaint of the period was promised an answer by a day that is over.")
    return _part("Complaint Efficiency", asked, report.summary(), chart, shape, said, name)


def _outlook(span: Span, shape: Shape) -> dict[str, Any]:
    outlook = outlook_of(span)
    svg = chart_svg(
        outlook_chart(outlook, 24 if shape.width > NARROW.width else 15), _("Complaints by Month"), shape
    )
    return {"chart_html": svg, "told": outlook_text(outlook), "numbers": [], "report": "Complaint Pareto", "filters": span.asked(by="month")}  # fmt: skip


def _part(report: str, filters: dict, cards: list[dict], chart: dict | None = None, shape: Shape | None = None, message: str | None = "", title: str = "") -> dict[str, Any]:  # fmt: skip
    return {
        "report": report,
        "filters": filters,
        "numbers": [frozen_number(card) for card in cards],
        "chart_html": chart_svg(frozen_chart(chart), title, shape) if shape else "",
        "told": told_plainly(message) if not chart else [],
    }


def _change(before: float | None, value: float | None, is_share: bool) -> float | None:
    """In percent of what it was; of a share in points."""
    if before is None or value is None:
        return None
    if is_share:
        return round(value - before, 1)
    return percent(value - before, before)


def _change_text(change: float | None, is_share: bool) -> str:
    if change is None:
        return ""
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    shown = fmt_money(abs(change), precision=1)
    return _("{0} points").format(f"{sign}{shown}") if is_share else f"{sign}{shown} %"


def _shown(value: float | None, places: int, sign: str = "") -> str:
    return "–" if value is None else f"{fmt_money(value, precision=places)}{sign}"
