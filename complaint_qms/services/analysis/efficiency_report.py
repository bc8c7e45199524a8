"""The report Complaint Efficiency: one line for each value of a dimension, with what is slow and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from frappe import _
from frappe.utils import fmt_money, getdate, now_datetime

from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.analysis.efficiency import BANDS, MOST_LINES, Measured, Pace
from complaint_qms.services.reporting.columns import column, nothing_found, percent, sentences
from complaint_qms.services.reporting.dimensions import dimension
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES

OWN: Final = ("by",)
_HOUR: Final = 3600
_MOST_SHOWN: Final = 15
_MOST_NAMED: Final = 50
"""Values that an address names."""


class EfficiencyReport:
    """Complaints received in the period. Times of work are those of the SOP's clocks, days are calendar days."""

    def __init__(self, given: Mapping | str | None, now: datetime | None = None) -> None:
        asked = read_object(given)
        self.filters = ReportFilters.read(asked, OWN)
        self.dimension = dimension(asked.get("by") or "month")
        self.now = now or now_datetime()
        self.measured = Measured(self.filters, self.dimension, self.now)

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(), self.chart(rows), self.summary(), True

    def columns(self) -> list[dict]:
        one = self.dimension
        more = {"link_to": one.doctype, "link_from": "key"} if one.doctype else {}
        names = (
            ("complaints", 110), ("response_median", 160), ("response_p90", 160), ("response_in_time", 150), ("one_touch", 160),
            ("closed", 90), ("handling_median", 130), ("handling_p90", 150), ("handling_in_time", 150), ("days_median", 190),
            ("days_p90", 200), ("open", 80),
        )  # fmt: skip
        bands = [
            MEASURES["open_days"].column(f"band_{at}", 170, label=f"{_('Open')}: {name}")
            for at, name in enumerate(band_names())
        ]
        return [
            column("group", one.label(), width=180, **more),
            *[MEASURES[name].column(width=width) for name, width in names],
            *bands,
            MEASURES["promises_kept"].column(width=140),
        ]

    def rows(self) -> list[dict]:
        """Months the latest first, others by how many complaints there are."""
        names = self.measured.names()
        return [
            {"key": key, "group": names[key], **pace_figures(line), **self._routes(key)}
            for key, line in self.measured.lines.items()
        ]

    def message(self) -> str:
        whole = self.measured.whole
        if not whole.complaints:
            return sentences([nothing_found(self.filters.is_narrow)])
        told = [
            _("Hours are working hours of the SOP, without the time on hold. Days are calendar days; complaints that are still open count as not closed yet, so that a recent month does not look fast because only its quick ones are closed. An empty field says that so many are not closed yet.")
        ]  # fmt: skip
        if whole.open:
            told.append(_("{0} of {1} complaints are open.").format(whole.open, whole.complaints))
        if self.measured.left_out:
            told.append(_("The first {0} of {1} lines are shown; the figures above count all.").format(MOST_LINES, MOST_LINES + self.measured.left_out))  # fmt: skip
        told.append(_("Which stage takes the time is told by the report SOP Performance by Stage."))
        told.append(self.filters.not_listed(self.dimension.field, _MOST_NAMED))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        """Days until half are closed; by month as a line."""
        shown = [row for row in rows if row["days_median"] is not None]
        shown = shown[:24][::-1] if self.dimension.is_time else shown[:_MOST_SHOWN]
        if not shown:
            return None
        return {
            "data": {
                "labels": [row["group"] for row in shown],
                "datasets": [{"name": MEASURES["days_median"].label(), "values": [row["days_median"] for row in shown]}],
            },
            "type": "line" if self.dimension.is_time and len(shown) > 1 else "bar",
            "colors": ["#5B7DB8"],
            "height": 220,
        }  # fmt: skip

    def summary(self) -> list[dict]:
        whole = self.measured.whole
        if not whole.complaints:
            return []
        found = pace_figures(whole)
        shown = [MEASURES["complaints"].card(whole.complaints)]
        for name, indicator in (
            ("response_median", ""),
            ("response_in_time", _colour(found["response_in_time"])),
            ("one_touch", "blue"),
            ("handling_median", ""),
            ("days_median", ""),
            ("promises_kept", _colour(found["promises_kept"])),
        ):
            value = found[name]
            if value is None:
                continue
            if name.endswith("median"):
                shown.append(MEASURES[name].card(fmt_money(value, precision=1), indicator, "Data"))
            else:
                shown.append(MEASURES[name].card(value, indicator, "Percent"))
        shown.append(MEASURES["open"].card(whole.open, "orange" if whole.open else "green"))
        return shown

    def _routes(self, key: Any) -> dict[str, Any]:
        """What a click on a number opens: all of the line, the open ones, those open so many days."""
        members = self.measured.members(key)
        if len(members) > _MOST_NAMED:
            return {"route": None, "open_route": None, "band_routes": []}
        route = self.filters.route(self.dimension.route(key, self.filters, members), _MOST_NAMED)
        if route is None:
            return {"route": None, "open_route": None, "band_routes": []}
        unended = route | {"stage": ["in", list(COMPLAINT_UNENDED)]}
        today = getdate(self.now)
        bands = []
        for at in range(len(BANDS) + 1):
            last = today - timedelta(days=BANDS[at - 1] + 1) if at else today
            first = today - timedelta(days=BANDS[at]) if at < len(BANDS) else None
            bands.append(self._within(unended, first, last))
        return {"route": route, "open_route": unended, "band_routes": bands}

    def _within(self, route: dict[str, list], first: Any, last: Any) -> dict[str, list] | None:
        """The route with those received in these days, as far as its own period holds them."""
        asked = route.get("received_at")
        if asked and asked[0] == "between":
            first = max(filter(None, (first, getdate(asked[1][0]))))
            last = min(last, getdate(asked[1][1]))
            if first > last:
                return None
        elif asked:
            return None
        moment = ["between", [str(first), str(last)]] if first else ["<", str(last + timedelta(days=1))]
        return route | {"received_at": moment}


def pace_figures(line: Pace) -> dict[str, Any]:
    """What the report shows of one line, by column."""
    return {
        "complaints": line.complaints,
        "response_median": _hours(line.response.get(50)),
        "response_p90": _hours(line.response.get(90)),
        "response_in_time": percent(line.response_met, line.response_met + line.response_late),
        "one_touch": percent(line.at_once, line.complaints),
        "closed": line.closed,
        "handling_median": _hours(line.handling.get(50)),
        "handling_p90": _hours(line.handling.get(90)),
        "handling_in_time": percent(line.handling_met, line.handling_met + line.handling_late),
        "days_median": line.closed_by.get(50),
        "days_p90": line.closed_by.get(90),
        "open": line.open,
        **{f"band_{at}": count for at, count in enumerate(line.bands)},
        "promises_kept": percent(line.kept, line.kept + line.broken),
    }


def band_names() -> list[str]:
    """Days open of each band, in words."""
    first = [_("up to {0} days").format(BANDS[0])]
    between = [_("{0} to {1} days").format(low + 1, high) for low, high in pairwise(BANDS)]
    return [*first, *between, _("over {0} days").format(BANDS[-1])]


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / _HOUR, 1)


def _colour(share: float | None) -> str:
    if share is None:
        return ""
    return "green" if share >= 95 else "orange" if share >= 80 else "red"
