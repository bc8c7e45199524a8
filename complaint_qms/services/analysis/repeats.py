"""Repeat complaints: a customer complains of the same again, soon after it was closed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint
from pypika import Order
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case, Criterion, ExistsCriterion, Interval

from complaint_qms.engine.proportions import wilson
from complaint_qms.permissions.query import MatchCondition, list_condition
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import can_read, permitted
from complaint_qms.services.reporting.columns import (
    column,
    nothing_found,
    percent,
    sentences,
    summary,
)
from complaint_qms.services.reporting.dimensions import DIMENSIONS, counted, dimension
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES

SAME: Final = ("customer", "item_code", "complaint_type")
BY: Final = ("item", *(key for key in DIMENSIONS if key != "item"))
SHOWN: Final = ("by", "list")
DAYS: Final = 90
MOST_DAYS: Final = 3650
_MOST_LINES: Final = 500
_MOST_LISTED: Final = 1000
_MOST_DRAWN: Final = 15


class RepeatComplaints:
    """By a dimension how many complaints repeat an earlier one, or the repeating complaints themselves.

    Args:
        given: the shared filters; `show`: "by" or "list"; `by`: key of a dimension; `days`: after closing.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        self.filters = ReportFilters.read(asked, own=("show", "by", "days"))
        self.show = asked.get("show") if asked.get("show") in SHOWN else SHOWN[0]
        self.by = dimension(asked.get("by"), BY)
        self.days = _days(asked.get("days"))
        self.complaint = frappe.qb.DocType("Complaint")

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        if self.show == "list":
            rows = self.listed()
            return self.list_columns(), rows, self.message(rows), None, [], True
        rows = self.rows()
        return self.columns(), rows, self.message(rows), self.chart(rows), self.summary(), True

    def columns(self) -> list[dict]:
        of = MEASURES
        name = {"link_to": self.by.doctype, "link_from": "key"} if self.by.doctype else {}
        return [
            column("group", self.by.label(), width=220, **name),
            of["complaints"].column("count", 110, drill=self.filters.list_filters()),
            of["repeats_possible"].column("possible", 180),
            of["repeats"].column(width=150),
            of["repeat_rate"].column(width=120),
            of["share_lower"].column("lower", 110),
            of["share_upper"].column("upper", 110),
        ]

    def rows(self) -> list[dict]:
        """Most repeats first, then by the rate; lines without a complaint that could repeat one come last."""
        lines = self._lines
        keys = sorted(lines, key=lambda key: (-lines[key].sums[1], -lines[key].count, str(key)))[:_MOST_LINES]
        names = self.by.names(keys)
        rows = []
        for key in keys:
            line = lines[key]
            possible, repeats = (int(part) for part in line.sums)
            share = wilson(repeats, possible)
            rows.append(
                {
                    "key": key,
                    "group": names[key],
                    "count": line.count,
                    "possible": possible,
                    "repeats": repeats,
                    "repeat_rate": percent(repeats, possible),
                    "lower": share and round(100 * share.lower, 1),
                    "upper": share and round(100 * share.upper, 1),
                    "route": self.by.route(key, self.filters, line.members[0]),
                    "only": self.by.as_filters(key, self.filters) if repeats else None,
                }
            )
        return rows

    @staticmethod
    def list_columns() -> list[dict]:
        return [
            column("name", _("Complaint"), width=150, link_to="Complaint"),
            column("received_at", _("Received At"), "Datetime", 150),
            column("subject", _("Subject"), width=220),
            column("customer", _("Customer"), width=150, link_to="Customer"),
            column("item_code", _("Item"), width=130, link_to="Item"),
            column("complaint_type", _("Type"), width=150, link_to="Complaint Type"),
            column("stage", _("Stage"), width=110),
            column("earlier", _("Repeats"), width=150, link_to="Complaint"),
            column("earlier_closed", _("Closed"), "Datetime", 150),
            column("days_after", _("Days After Closing"), "Int", 150),
        ]

    def listed(self) -> list[dict]:
        """The newest repeating complaints, each with the one that was closed last before it; two queries."""
        one = self.complaint
        fields = ("name", "received_at", "subject", *SAME, "stage")
        query = (
            frappe.qb.from_(one)
            .select(*(one[field] for field in fields))
            .where(self._names_all & self._repeats)
            .orderby(one.received_at, one.name, order=Order.desc)
            .limit(_MOST_LISTED)
        )
        rows = permitted(self.filters.apply(query, one)).run(as_dict=True)
        earlier = self._earlier([row.name for row in rows])
        for row in rows:
            row.earlier, closed_at = earlier[row.name]
            row.days_after = (row.received_at - closed_at).days
            row.earlier_closed = closed_at.replace(microsecond=0)
            row.received_at = row.received_at.replace(microsecond=0)
            row.stage = word(row.stage)
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows and not self._total[0]:
            return sentences([nothing_found(True)])
        told = [
            _("A complaint repeats an earlier one when the same customer complains about the same item and type not later than {0} days after that one was closed.").format(self.days)
        ]  # fmt: skip
        if self.show == "list":
            if not rows:
                told.append(_("No complaint of these repeats an earlier one."))
            if len(rows) == _MOST_LISTED:
                told.append(_("The newest {0} are listed.").format(_MOST_LISTED))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        drawn = [row for row in rows if row["repeats"]][:_MOST_DRAWN]
        if not drawn:
            return None
        if self.by.is_time:
            drawn.sort(key=lambda row: row["key"])
        names = self.by.names([row["key"] for row in drawn], short=True)
        return {
            "data": {
                "labels": [names[row["key"]] for row in drawn],
                "datasets": [{"name": _("Repeat Complaints"), "values": [row["repeats"] for row in drawn]}],
            },
            "type": "bar",
            "colors": ["#C0392B"],
            "height": 220,
        }

    def summary(self) -> list[dict]:
        count, possible, repeats = self._total
        if not count:
            return []
        shown = [
            MEASURES["complaints"].card(count, "blue"),
            MEASURES["repeats"].card(repeats, "orange" if repeats else "green"),
        ]
        rate = percent(repeats, possible)
        if rate is not None:
            shown.append(MEASURES["repeat_rate"].card(rate, "blue"))
        if count > possible:
            shown.append(summary(_("Without Customer, Item or Type"), count - possible))
        return shown

    @cached_property
    def _lines(self) -> dict[Any, Any]:
        repeats = Case().when(self._names_all & self._repeats, 1).else_(0)
        possible = Case().when(self._names_all, 1).else_(0)
        found = counted(self.filters, [self.by], self.complaint, [Sum(possible), Sum(repeats)])
        return {key: line for (key,), line in found.items()}

    @cached_property
    def _total(self) -> tuple[int, int, int]:
        if self.show == "list":
            query = self.filters.apply(frappe.qb.from_(self.complaint).select(Count("*")), self.complaint)
            return cint(permitted(query).run()[0][0]), 0, 0
        lines = self._lines.values()
        return sum(line.count for line in lines), *(
            int(sum(line.sums[at] for line in lines)) for at in (0, 1)
        )

    @property
    def _names_all(self) -> Criterion:
        return Criterion.all([self.complaint[field] != "" for field in SAME])

    @property
    def _repeats(self) -> Criterion:
        earlier = frappe.qb.DocType("Complaint").as_("earlier")
        return ExistsCriterion(self._within(frappe.qb.from_(earlier).select(1), earlier))

    def _within(self, query: QueryBuilder, earlier: Table) -> QueryBuilder:
        """`earlier` was closed not longer than the days before the complaint was received, and the user may see it too."""
        one = self.complaint
        query = query.where(Criterion.all([earlier[field] == one[field] for field in SAME]))
        query = query.where((earlier.stage == "closed") & (earlier.name != one.name))
        query = query.where((earlier.closed_at <= one.received_at) & (earlier.closed_at >= one.received_at - Interval(days=self.days)))  # fmt: skip
        condition = list_condition("Complaint", frappe.session.user) if can_read("Complaint") else ""
        if not condition:
            return query
        seen = frappe.qb.DocType("Complaint")
        return query.where(earlier.name.isin(frappe.qb.from_(seen).select(seen.name).where(MatchCondition(condition))))  # fmt: skip

    def _earlier(self, names: list[str]) -> dict[str, tuple[str, Any]]:
        """Complaint → the one that it repeats and when that was closed."""
        if not names:
            return {}
        one, earlier = self.complaint, frappe.qb.DocType("Complaint").as_("earlier")
        query = frappe.qb.from_(one).inner_join(earlier).on(earlier.customer == one.customer)
        query = query.select(one.name, earlier.name, earlier.closed_at).where(one.name.isin(names))
        rows = self._within(query, earlier).orderby(earlier.closed_at).orderby(earlier.name).run()
        return {name: (other, closed_at) for name, other, closed_at in rows}


def _days(given: Any) -> int:
    """After closing; the usual number without one.

    Raises:
        frappe.ValidationError: it is none, or out of range.
    """
    if given in (None, ""):
        return DAYS
    days = cint(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else 0
    if not 1 <= days <= MOST_DAYS:
        refuse(_("Days After Closing: enter a number from 1 to {0}.").format(MOST_DAYS))
    return days
