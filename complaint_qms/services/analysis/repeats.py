"""Repeat complaints: a customer complains of the same again, soon after it was closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.query_builder.functions import Cast, Concat, Count, Max, Min, Sum
from frappe.utils import cint, get_datetime
from pypika import CustomFunction, Order
from pypika.functions import Floor
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case, Criterion, ExistsCriterion, Interval, Term

from complaint_qms.engine.proportions import wilson
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import check_reads, permitted, readable
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
_MOMENT_LENGTH: Final = len("2026-01-31 14:30:00.000000")
_left = CustomFunction("LEFT", ["text", "length"])
_md5 = CustomFunction("MD5", ["text"])
_joined = CustomFunction("CONCAT_WS", ["separator", *SAME])
_number = CustomFunction("CONV", ["digits", "base", "to"])
_to_seconds = CustomFunction("TO_SECONDS", ["moment"])


class RepeatLine(NamedTuple):
    """Attributes:
    count: complaints.
    possible: of these, those that could repeat one.
    repeats: of these, those that do.
    members: values of its field that a dimension folds into the line.
    """

    count: int
    possible: int
    repeats: int
    members: frozenset[Any]


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
        check_reads((*SAME, "closed_at"))
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
            of["complaints"].column("count", 110, drill=self.filters.list_filters(self.by.field)),
            of["repeats_possible"].column("possible", 180),
            of["repeats"].column(width=150),
            of["repeat_rate"].column(width=120),
            of["share_lower"].column("lower", 110),
            of["share_upper"].column("upper", 110),
        ]

    def rows(self) -> list[dict]:
        """Most repeats first, then by the rate; lines without a complaint that could repeat one come last."""
        lines = self._lines
        keys = sorted(lines, key=lambda key: (-lines[key].repeats, -lines[key].count, str(key)))[:_MOST_LINES]
        names = self.by.names(keys)
        rows = []
        for key in keys:
            line = lines[key]
            possible, repeats = line.possible, line.repeats
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
                    "route": self.by.short_route(key, self.filters, line.members),
                    "only": self.by.as_filters(key, self.filters) if repeats else None,
                }
            )
        return rows

    @staticmethod
    def list_columns() -> list[dict]:
        hidden = {"subject", "stage"} - set(readable("Complaint", ["subject", "stage"]))
        columns = [
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
        return [one for one in columns if one["fieldname"] not in hidden]

    def listed(self) -> list[dict]:
        """The newest repeating complaints, each with the one that was closed last before it; two queries."""
        one = self.complaint
        fields = ("name", "received_at", *SAME, *readable("Complaint", ["subject", "stage"]))
        query = self._repeating().select(*(one[field] for field in fields))
        query = query.orderby(one.received_at, one.name, order=Order.desc).limit(_MOST_LISTED)
        rows = query.run(as_dict=True)
        earlier = self._earlier([row.name for row in rows])
        for row in rows:
            closed_at, row.earlier = earlier[row.name]
            row.days_after = (row.received_at - closed_at).days
            row.earlier_closed = closed_at.replace(microsecond=0)
            row.received_at = row.received_at.replace(microsecond=0)
            if row.stage:
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
        else:
            told.append(self.filters.not_listed(self.by.field))
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
    def _lines(self) -> dict[Any, RepeatLine]:
        possible = Sum(Case().when(self._names_all, 1).else_(0))
        counts = counted(self.filters, [self.by], self.complaint, [possible])
        term = self.by.term(self.complaint, self.filters)
        values = dict(self._repeating().select(term, Count("*")).groupby(term).run())
        folded = self.by.fold(set(values))
        repeats: dict[Any, int] = {}
        for value, count in values.items():
            repeats[folded[value]] = repeats.get(folded[value], 0) + cint(count)
        return {
            key: RepeatLine(line.count, int(line.sums[0]), repeats.get(key, 0), line.members[0])
            for (key,), line in counts.items()
        }

    @cached_property
    def _total(self) -> tuple[int, int, int]:
        if self.show == "list":
            query = self.filters.apply(frappe.qb.from_(self.complaint).select(Count("*")), self.complaint)
            return cint(permitted(query).run()[0][0]), 0, 0
        lines = self._lines.values()
        return tuple(sum(line[at] for line in lines) for at in range(3))

    @property
    def _names_all(self) -> Criterion:
        return Criterion.all([self.complaint[field] != "" for field in SAME])

    def _closings(self) -> QueryBuilder:
        """Of each customer, item and type, by stretches of as many days as a repeat may take: the first closing in the stretch, and the last
        one in the stretch before.

        A complaint repeats another one when one of the two lies within the days before it: any closing in its own stretch does that is
        earlier, and of the stretch before the last one does if any. So nothing is sorted, and nobody's closings are read for each of
        their complaints.
        """
        one = self.complaint
        closed = frappe.qb.from_(one).select(
            _same(one).as_("same"), self._stretch(one.closed_at).as_("stretch"),
            Min(one.closed_at).as_("first"), Max(one.closed_at).as_("last"),
        )  # fmt: skip
        closed = closed.where(self._names_all & (one.stage == "closed") & (one.closed_at >= one.received_at))
        if self.filters.from_date and self.filters.date_field == "received_at":
            closed = closed.where(one.closed_at >= self.filters.from_date - timedelta(days=self.days))
        if self.filters.to_date and self.filters.date_field == "received_at":
            closed = closed.where(one.closed_at < self.filters.to_date + timedelta(days=1))
        return permitted(closed).groupby(_same(one), self._stretch(one.closed_at))

    def _repeating(self) -> QueryBuilder:
        """Those of the complaints that the filters leave that repeat an earlier one; nothing is selected."""
        one, closings = self.complaint, self._closings().as_("closings")
        stretch, begin = self._stretch(one.received_at), one.received_at - Interval(days=self.days)
        lies = (closings.first < one.received_at) & (closings.last >= begin)
        found = frappe.qb.from_(closings).select(1).where(closings.same == _same(one))
        found = found.where(closings.stretch.isin([stretch - 1, stretch])).where(lies)
        query = permitted(self.filters.apply(frappe.qb.from_(one).where(self._names_all), one))
        return query.where(ExistsCriterion(found))

    def _earlier(self, names: list[str]) -> dict[str, tuple[datetime, str]]:
        """Complaint that repeats one → when the last one before it was closed, and that one's name."""
        late, one = frappe.qb.DocType("Complaint").as_("late"), self.complaint
        told = frappe.qb.from_(one).select(Concat(one.closed_at, one.name))
        told = told.where(Criterion.all([one[field] == late[field] for field in SAME]))
        told = told.where(
            (one.stage == "closed") & (one.closed_at >= one.received_at) & (one.closed_at < late.received_at)
        )
        last = permitted(told).orderby(one.closed_at, one.received_at, one.name, order=Order.desc).limit(1)
        found = frappe.qb.from_(late).select(late.name, last).where(late.name.isin(names or [""])).run()
        return {name: (get_datetime(text[:_MOMENT_LENGTH]), text[_MOMENT_LENGTH:]) for name, text in found}

    def _stretch(self, moment: Term) -> Term:
        return Floor(_to_seconds(moment) / (self.days * 86_400))


def _same(complaint: Table) -> Term:
    """A number for what a complaint may repeat: rows of names would be a hundred times as long."""
    return Cast(
        _number(_left(_md5(_joined("\n", *(complaint[field] for field in SAME))), 15), 16, 10), "unsigned"
    )


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
