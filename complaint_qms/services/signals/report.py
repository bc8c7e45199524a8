"""Complaints for each 1,000 units delivered, by product, batch, customer, place or month, beside what the age of the units leads to expect."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import frappe
import numpy as np
from frappe import _
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import add_days, add_months, cint, fmt_money, getdate
from pypika.functions import Extract
from pypika.queries import QueryBuilder
from scipy import special

from complaint_qms.integrations.erpnext.delivered_units import groups_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.language import month_name
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import column, nothing_found, sentences, summary
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.signals import closing
from complaint_qms.services.signals.expected import HISTORY, Outlook, outlook
from complaint_qms.services.signals.exposure import FIELDS, GROUPS, exposure
from complaint_qms.services.signals.kept_weeks import LEAST, monday, week_of
from complaint_qms.services.signals.units_scope import units_scope

MONTH: Final = "month"
BY: Final = ("item", "batch", "item_group", "customer", "customer_group", "territory", MONTH)
MOST_ROWS: Final = 2000
_MOST_SHOWN: Final = 15
_MOST_NAMED: Final = 50
"""Customers or items of a group that an address names."""
_CONFIDENCE: Final = 0.95
_EARLIEST: Final = date(1990, 1, 1)
"""Nothing is asked of days before: each would be a line of its own, or a slip in the year."""
_DOCTYPES: Final = {"item": "Item", "batch": "Batch", "item_group": "Item Group", "customer": "Customer", "customer_group": "Customer Group", "territory": "Territory"}  # fmt: skip
_TITLES: Final = {"Item": "item_name", "Customer": "customer_name"}


class DeliveredUnitsReport:
    """One line for each product, batch, customer, place or month. Units are those delivered in the period, less what came back in it; of a
    batch all that were delivered by its end, for it is delivered once and complained about later."""

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        by = asked.get("by")
        self.by = by if by in BY else BY[0]
        read = ReportFilters.read(asked, own=("by",))
        today = getdate()
        end = max(min(read.to_date or today, today), _EARLIEST)
        start = max(min(read.from_date or getdate(add_days(add_months(end, -12), 1)), end), _EARLIEST)
        self.filters = replace(read, from_date=start, to_date=end, date_field="received_at")
        self.user = frappe.session.user

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return (
            self.columns(),
            rows[:MOST_ROWS],
            self.message(rows),
            self.chart(rows),
            self.summary(rows),
            True,
        )

    def columns(self) -> list[dict]:
        names = {
            "item": _("Item"), "batch": _("Batch", context="Complaint QMS"), "item_group": _("Item Group"), "customer": _("Customer"),
            "customer_group": _("Customer Group"), "territory": _("Territory"), MONTH: _("Month"),
        }  # fmt: skip
        more = {"link_to": _DOCTYPES[self.by], "link_from": "key"} if self.by in _DOCTYPES else {}
        amount = {"fieldtype": "Float", "width": 130}
        rate = {"fieldtype": "Float", "precision": 2, "width": 130}
        return [
            column("group", names[self.by], width=180, **more),
            column("units", _("Units Delivered"), **amount),
            column("returned", _("Units Returned"), **amount),
            column("complaints", _("Complaints"), "Int", 100),
            column("rate", _("Per 1,000 Units"), **rate),
            column("lower", _("At Least"), **rate | {"width": 100}),
            column("upper", _("At Most"), **rate | {"width": 100}),
            column("expected", _("Expected by Age"), **rate | {"precision": 1, "width": 140}),
            column("ratio", _("Times Expected"), **rate | {"width": 140}),
        ]

    def rows(self) -> list[dict]:
        """What drew most complaints first; months in their order."""
        units, returned = self._units
        expected = self._expected
        keys = set(units) | set(self._counts)
        ordered = sorted(keys, key=lambda key: (-self._counts.get(key, 0), -units.get(key, 0.0), str(key)))
        keys_shown = sorted(keys) if self.by == MONTH else ordered
        names = self._names(keys_shown[:MOST_ROWS])
        counts = np.array([self._counts.get(key, 0) for key in keys_shown], dtype=float)
        amounts = np.array([units.get(key, 0.0) for key in keys_shown])
        rates, lower, upper = _rates(counts, amounts)
        rows = []
        for at, key in enumerate(keys_shown):
            hoped = expected.get(key, 0.0) if expected is not None and key else None
            rows.append(
                {
                    "key": key,
                    "group": names.get(key, key),
                    "units": round(float(amounts[at]), 3),
                    "returned": round(float(returned.get(key, 0.0)), 3),
                    "complaints": int(counts[at]),
                    "rate": _number(rates[at], 3),
                    "lower": _number(lower[at], 3),
                    "upper": _number(upper[at], 3),
                    "expected": None if hoped is None else round(hoped, 2),
                    "ratio": round(float(counts[at]) / hoped, 2) if hoped and hoped >= 0.05 else None,
                    "route": self._route(key),
                }
            )
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([nothing_found(True)])
        told = [
            _("Units Delivered are less what came back in the period, from Delivery Notes, Sales Invoices that move stock and sales at points of sale; of a batch all until the end of the period. “At Least” and “At Most” hold the rate with 95 % confidence."),
            self._about_expected(),
        ]  # fmt: skip
        if len(rows) > MOST_ROWS:
            told.append(_("The first {0} of {1} lines are shown.").format(MOST_ROWS, len(rows)))
        told.append(self.filters.not_listed(FIELDS.get(self.by, "")))
        standing = closing.weeks_left() if frappe.has_permission("Delivered Units Week", "read") else None
        if standing and standing["left"]:
            told.append(
                _("{0} of {1} weeks with deliveries are still to be summed up; until then they are counted from the documents, which takes longer.").format(standing["left"], standing["weeks"])
            )  # fmt: skip
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        shown = [row for row in rows if row["rate"] is not None]
        shown = shown[-24:] if self.by == MONTH else shown[:_MOST_SHOWN]
        if not shown:
            return None
        return {
            "data": {
                "labels": [row["group"] for row in shown],
                "datasets": [{"name": _("Per 1,000 Units"), "values": [row["rate"] for row in shown]}],
            },
            "type": "line" if self.by == MONTH and len(shown) > 1 else "bar",
            "colors": ["#C0392B"],
            "height": 220,
        }

    def summary(self, rows: list[dict]) -> list[dict]:
        if not rows:
            return []
        units, complaints = sum(row["units"] for row in rows), sum(row["complaints"] for row in rows)
        whole = [
            summary(_("Units Delivered"), fmt_money(units, precision=0), "", "Data"),
            summary(
                _("Units Returned"), fmt_money(sum(row["returned"] for row in rows), precision=0), "", "Data"
            ),
            summary(_("Complaints"), complaints),
        ]
        if units > LEAST:
            whole.append(
                summary(
                    _("Per 1,000 Units"), fmt_money(1000 * complaints / units, precision=2), "blue", "Data"
                )
            )
        return whole

    # Counting --------------------------------------------------------------------------------------------------------

    @cached_property
    def _only(self) -> dict[str, set[str]]:
        return units_scope(self.filters, self.user)

    @cached_property
    def _units(self) -> tuple[dict[Any, float], dict[Any, float]]:
        """(net, returned) of each line."""
        begin, end = self.filters.from_date, self.filters.to_date + timedelta(days=1)
        if self.by == MONTH:
            months = self._months()
            found = exposure("all", months, end=end, only=self._only)
            keys = [month.year * 100 + month.month for month in months]
            lines = found.units.sum(axis=0), found.returned.sum(axis=0)
            return tuple({key: float(line[at]) for at, key in enumerate(keys)} for line in lines)
        if self.by == "batch":
            begin = monday(week_of(end) - 2 * HISTORY)
        found = exposure(self.by, [begin], end=end, only=self._only)
        net, back = found.units[:, 0], found.returned[:, 0]
        places = [
            at for at, label in enumerate(found.labels) if abs(net[at]) > LEAST or abs(back[at]) > LEAST
        ]
        places = [at for at in places if found.labels[at] or self.by != "batch"]
        return tuple({found.labels[at]: float(line[at]) for at in places} for line in (net, back))

    @cached_property
    def _counts(self) -> dict[Any, int]:
        complaint = frappe.qb.DocType("Complaint")
        if self.by == MONTH:
            key = Extract("YEAR_MONTH", complaint.received_at)
        else:
            key = Coalesce(complaint[FIELDS[self.by]], "")
        query = self._complaints().where(self.filters.within(complaint.received_at))
        rows = query.select(key, Count("*")).groupby(key).run()
        found: dict[Any, int] = {}
        names = groups_of(*GROUPS[self.by]) if self.by in GROUPS else None
        for label, count in rows:
            name = label if names is None else names.get(label, "")
            if name or self.by != "batch":
                found[name] = found.get(name, 0) + cint(count)
        return found

    @cached_property
    def _outlook(self) -> Outlook | None:
        last, over = week_of(self.filters.to_date), week_of(getdate()) - 1
        fields = [] if self.by == MONTH else [FIELDS[self.by]]
        complaint = frappe.qb.DocType("Complaint")
        return outlook(fields, self._complaints(), complaint, self._only, last, min(last, over))

    @cached_property
    def _expected(self) -> dict[Any, float] | None:
        """Complaints to be expected in the period, of each line; a week that it cuts counts by its days."""
        found = self._outlook
        if found is None:
            return None
        periods = self._months() if self.by == MONTH else [self.filters.from_date]
        days = [day.toordinal() for day in (*periods, self.filters.to_date + timedelta(days=1))]
        begins = np.array([monday(found.first + at).toordinal() for at in range(found.weekly.shape[1])])
        inside = [np.clip(np.minimum(begins + 7, after) - np.maximum(begins, before), 0, 7) / 7 for before, after in itertools.pairwise(days)]  # fmt: skip
        sums = found.weekly @ np.array(inside).T
        if self.by == MONTH:
            return {
                month.year * 100 + month.month: float(sums[:, at].sum()) for at, month in enumerate(periods)
            }
        names = groups_of(*GROUPS[self.by]) if self.by in GROUPS else None
        lines: dict[Any, float] = {}
        for (label,), line in zip(found.labels, sums, strict=True):
            name = label if names is None else names.get(label, "")
            lines[name] = lines.get(name, 0.0) + float(line[0])
        return lines

    def _complaints(self) -> QueryBuilder:
        """Complaints of any time that the filters and the user's rights leave; a group is the one of today, as it is of units."""
        complaint = frappe.qb.DocType("Complaint")
        rest = tuple(one for one in self.filters.branches if one[0] != "item_group")
        query = replace(self.filters, branches=rest).apply_undated(frappe.qb.from_(complaint), complaint)
        if len(rest) < len(self.filters.branches):
            query = query.where(complaint.item_code.isin(sorted(self._only["item_code"]) or [""]))
        return permitted(query)

    def _months(self) -> list[date]:
        start, end = self.filters.from_date, self.filters.to_date
        count = (end.year - start.year) * 12 + end.month - start.month
        firsts = [getdate(add_months(start.replace(day=1), at)) for at in range(1, count + 1)]
        return [start, *firsts]

    # Words -----------------------------------------------------------------------------------------------------------

    def _about_expected(self) -> str:
        found = self._outlook
        if found is None:
            return _("How many are to be expected is not told: too few complaints name the delivery, the invoice or the batch that they are about.")  # fmt: skip
        told = _("“Expected by Age” is how many complaints the units that are out there would draw at the rate of all units of the same age, as learned of {0} complaints whose delivery is known, of {1}.")  # fmt: skip
        return told.format(found.dated, found.complaints)

    def _names(self, keys: list[Any]) -> dict[Any, str]:
        if self.by == MONTH:
            return {key: month_name(date(key // 100, key % 100, 1)) for key in keys}
        doctype = _DOCTYPES[self.by]
        found = (
            values_of(doctype, [key for key in keys if key], _TITLES[doctype]) if doctype in _TITLES else {}
        )
        shown = {}
        for key in keys:
            title = found.get(key)
            shown[key] = (f"{key} · {title}" if title and title != key else key) if key else _("Not Set")
            if self.by in ("item_group", "customer_group", "territory") and key:
                shown[key] = _(key)
        return shown

    def _route(self, key: Any) -> dict[str, list] | None:
        """The complaints of a line, as filters of the Complaint list; None where an address could not name them."""
        route = self.filters.list_filters(FIELDS.get(self.by, ""))
        if route is None:
            return None
        if self.by == MONTH:
            begin = date(key // 100, key % 100, 1)
            first = max(begin, self.filters.from_date)
            last = min(getdate(add_days(add_months(begin, 1), -1)), self.filters.to_date)
            return route | {"received_at": ["between", [str(first), str(last)]]}
        field = FIELDS[self.by]
        if self.by not in GROUPS:
            return route | {field: ["=", key] if key else ["is", "not set"]}
        members = self._members.get(key, [])
        if "" in members:
            return route | {field: ["is", "not set"]} if len(members) == 1 else None
        return route | {field: ["in", members]} if len(members) <= _MOST_NAMED else None

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        """Group → its customers or items that have complaints."""
        complaint = frappe.qb.DocType("Complaint")
        query = self._complaints().where(self.filters.within(complaint.received_at))
        names, field = groups_of(*GROUPS[self.by]), complaint[FIELDS[self.by]]
        found: dict[str, list[str]] = {}
        for name in query.select(Coalesce(field, "")).distinct().run(pluck=True):
            found.setdefault(names.get(name, ""), []).append(name)
        return found


def _rates(counts: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per 1,000 units, with the exact interval of a Poisson rate (Garwood, Biometrika 1936); nan without units."""
    tail = (1 - _CONFIDENCE) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(units > LEAST, 1000 / units, np.nan)
        lower = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1), tail), 0.0)
        upper = special.gammainccinv(counts + 1, tail)
    return counts * scale, lower * scale, upper * scale


def _number(value: float, places: int) -> float | None:
    return round(float(value), places) if np.isfinite(value) else None
