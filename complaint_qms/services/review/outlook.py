"""Complaints by month, and those to be expected in the next ones: told only where the forecast has beaten the naive ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, fmt_money, getdate

from complaint_qms.constants.review import AHEAD, HISTORY_MONTHS
from complaint_qms.engine.forecast import LEAST_MONTHS, MOST_MONTHS, Forecast, forecast_counts
from complaint_qms.services.record.language import month_name
from complaint_qms.services.reporting.dimensions import DIMENSIONS, counted
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.review.spans import Span


@dataclass(frozen=True)
class Outlook:
    """``months``: first days of whole months without a gap, the oldest first; ``counts``: their complaints; ``forecast``: of those after."""

    months: list[date]
    counts: list[int]
    forecast: Forecast

    @property
    def is_shown(self) -> bool:
        return bool(self.forecast.ahead) and self.forecast.beats_naive

    @property
    def next_months(self) -> list[date]:
        return [getdate(add_months(self.months[-1], step + 1)) for step in range(len(self.forecast.ahead))]


def outlook_of(span: Span) -> Outlook:
    """From the first complaint, eight years at most, until the last whole month of the period; one query."""
    # A month of which a day is still to come would look like a fall.
    end = _month_end(min(span.last, getdate() - timedelta(days=1)))
    begin = getdate(add_months(end + timedelta(days=1), -MOST_MONTHS))
    filters = ReportFilters.read(Span(span.company, begin, end).asked())
    month = DIMENSIONS["month"]
    lines = counted(filters, [month], frappe.qb.DocType("Complaint"))
    found = {key: line.count for (key,), line in lines.items()}
    if not found:
        return Outlook([], [], Forecast(0))
    first = min(found)
    months = [date(first // 100, first % 100, 1)]
    while months[-1] < date(end.year, end.month, 1):
        months.append(getdate(add_months(months[-1], 1)))
    counts = [found.get(one.year * 100 + one.month, 0) for one in months]
    return Outlook(months, counts, forecast_counts(counts, AHEAD))


def outlook_chart(outlook: Outlook, most: int = HISTORY_MONTHS) -> dict[str, Any] | None:
    """The latest months, and where it is shown what is expected with its intervals; as `drawing` takes it."""
    if not outlook.months:
        return None
    months, counts = outlook.months[-most:], [float(one) for one in outlook.counts[-most:]]
    ahead = outlook.next_months if outlook.is_shown else []
    nothing: list[float | None] = [None] * len(months)
    chart: dict[str, Any] = {
        "labels": [month_name(one) for one in (*months, *ahead)],
        "series": [{"name": _("Complaints"), "values": [*counts, *[None] * len(ahead)], "line": len(months) > 1}],
        "is_time": True,
    }  # fmt: skip
    if ahead:
        of = outlook.forecast.ahead
        chart["series"].append({"name": _("Expected"), "values": [*nothing, *[one.mean for one in of]], "line": True, "dashed": True})  # fmt: skip
        chart["bands"] = [
            {
                "name": _("{0} % Interval").format(round(100 * level)),
                "lower": [*nothing, *[one.ranges[level][0] for one in of]],
                "upper": [*nothing, *[one.ranges[level][1] for one in of]],
            }
            for level in sorted(of[0].ranges, reverse=True)
        ]
    return chart


def outlook_text(outlook: Outlook) -> list[str]:
    """What is said of the forecast: that it is shown and why, or why it is not."""
    of = outlook.forecast
    if not of.is_long_enough:
        return [_("No forecast: it needs at least {0} whole months with complaints known, and there are {1}.").format(LEAST_MONTHS, of.months)]  # fmt: skip
    if of.relative_error is None:
        return [_("No forecast: every month is like the one before, and the last one says all.")]
    figures = (
        of.origins,
        _places(of.error),
        _places(of.naive_error),
        _places(of.seasonal_error),
        _places(of.relative_error),
    )
    tried = _("Tried from {0} past months: it erred by {1} complaints a month on average, the last month by {2}, the same month a year before by {3} (MASE {4}).").format(*figures)  # fmt: skip
    if not of.beats_naive:
        return [_("No forecast is shown: it does not beat what the last month, or the same month a year before, says by itself."), tried]  # fmt: skip
    said = [tried]
    if of.within:
        said.append(
            _("Of the later of these months, {0} lay within the 80 % interval and {1} within the 95 % interval that were known before them.").format(
                *[f"{fmt_money(100 * share, precision=0)} %" for _level, share in sorted(of.within.items())]
            )
        )  # fmt: skip
    return said


def _month_end(day: date) -> date:
    """The last day of the latest month that is over by the end of a day."""
    tomorrow = day + timedelta(days=1)
    return tomorrow.replace(day=1) - timedelta(days=1)


def _places(value: float) -> str:
    return fmt_money(value, precision=2)
