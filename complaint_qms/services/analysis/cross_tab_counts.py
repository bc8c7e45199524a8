"""Counts complaints in two ways at once, and says where those of a cell come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

import frappe
import numpy as np
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, getdate
from pypika import Order
from pypika.functions import Date
from pypika.queries import Table
from pypika.terms import Case, Criterion, Term

from complaint_qms.engine.cross_table import CrossTable, cross_table
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.reporting.access import permitted, readable
from complaint_qms.services.reporting.dimensions import Dimension
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.list_conditions import both

NOT_SET: Final = ""
OTHERS: Final = "\u0001"
_DUPLICATE: Final = "duplicate"
_WIDE: Final = ("item", "batch", "customer", "supplier", "handler")
"""Dimensions of which a site may have so many values that rare ones are better put together by the database."""
_FEW: Final = 20
"""Values of a dimension that is not wide, about."""
_MOST_CELLS: Final = 100_000
"""Cells up to which it is faster to count them all and put rare ones together here."""
_OF_CUSTOMERS: Final = ("customer", "customer_group")
MOST_NAMED: Final = 50
"""Values that an address names."""


@dataclass
class Side:
    """The rows or the columns of the table.

    Attributes:
        keys: in the order shown, with `OTHERS` where there are more.
        names: key → what is shown.
        members: key → values of the dimension's field that are put together in it.
    """

    dimension: Dimension
    most: int
    keys: list[Any] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)
    members: dict[Any, set[Any]] = field(default_factory=dict)

    @property
    def named(self) -> list[Any]:
        return [key for key in self.keys if key != OTHERS]

    def choose(self, counts: Mapping[Any, int]) -> None:
        """Which values are shown, and in which order: time runs on, severities from the gravest, others by their number."""
        keys = [key for key in counts if key not in (NOT_SET, OTHERS)]
        if self.dimension.is_time:
            keys = sorted(keys)[-self.most :]
        elif self.dimension.key == "severity":
            ranks = values_of("Risk Severity", keys, "rank")
            keys = sorted(keys, key=lambda key: (-cint(ranks.get(key)), str(key)))[: self.most]
        else:
            keys = sorted(keys, key=lambda key: (-counts[key], str(key)))[: self.most]
        self.keys = keys

    def close(self, has_others: bool) -> None:
        """Put the others in their place, and name all."""
        self.names = self.dimension.names(self.keys, short=False)
        if has_others:
            self.keys = [OTHERS, *self.keys] if self.dimension.is_time else [*self.keys, OTHERS]
            self.names[OTHERS] = _("Before") if self.dimension.is_time else _("Others")


@dataclass(frozen=True)
class Mixture:
    """Where the complaints of a cell come from.

    Attributes:
        customer, of_customer: who has most of them, and how many.
        same_day: how many came from a customer who had one on the same day already.
        duplicates: how many are marked as duplicates of another complaint.
    """

    customer: str = ""
    of_customer: int = 0
    same_day: int = 0
    duplicates: int = 0


class Crossed:
    """The table of one dimension against another.

    Attributes:
        without: complaints that have no value of one of them, and are not in the table.
        table: counts with what independence makes of them.
    """

    def __init__(self, filters: ReportFilters, rows: Side, columns: Side) -> None:
        self.filters, self.rows, self.columns = filters, rows, columns
        self.without = 0
        self.table = self._counted()

    @property
    def whole(self) -> int:
        return int(self.table.observed.sum())

    def route(self, row: Any, other: Any) -> dict[str, list] | None:
        """The complaints of a cell as filters of the Complaint list; None where an address cannot name them."""
        parts: dict[str, list] = {}
        for side, key in ((self.rows, row), (self.columns, other)):
            for name, asked in self._part(side, key).items():
                # Two dimensions may be of one field, as a customer and its group are: a cell is what both say.
                parts[name] = both(parts.get(name), asked)
        if None in parts.values() or any(
            one[0] == "in" and len(one[1]) > MOST_NAMED for one in parts.values()
        ):
            return None
        for name, asked in parts.items():
            base = self._base if asked[0] in ("=", "in") and name == "customer" else self._base_of_all
            if base is None:
                return None
            parts[name] = both(base.get(name), asked)
        base = self._base if parts.get("customer", [""])[0] in ("=", "in") else self._base_of_all
        return None if base is None or None in parts.values() else base | parts

    def mixtures(self, keys: list[tuple[Any, Any]]) -> dict[tuple[Any, Any], Mixture]:
        """Where the complaints of these cells come from, as far as the user may read who complained; one query."""
        complaint = frappe.qb.DocType("Complaint")
        sides = (self.rows, self.columns)
        told = readable("Complaint", ["customer", "stage"])
        if len(told) < 2 or any(side.dimension.key in _OF_CUSTOMERS for side in sides):
            return {}
        terms = [side.dimension.term(complaint, self.filters) for side in sides]
        wanted = Criterion.any(
            Criterion.all(
                term.isin(sorted(side.members[key]))
                for term, side, key in zip(terms, sides, one, strict=True)
            )
            for one in keys
        )
        doubled = Sum(Case().when(complaint.stage == _DUPLICATE, 1).else_(0))
        query = (
            frappe.qb.from_(complaint)
            .select(
                *terms, complaint.customer, Count("*"), Count(Date(complaint.received_at)).distinct(), doubled
            )
            .where(wanted)
            .groupby(*terms, complaint.customer)
        )
        rows = permitted(self.filters.apply(query, complaint)).run()
        folds = [_folded(side, {row[at] for row in rows}) for at, side in enumerate(sides)]
        found: dict[tuple[Any, Any], Mixture] = {}
        for first, second, customer, count, days, duplicates in rows:
            key = (folds[0][first], folds[1][second])
            before = found.get(key, Mixture())
            largest = bool(customer) and count > before.of_customer
            found[key] = Mixture(
                customer if largest else before.customer,
                cint(count) if largest else before.of_customer,
                before.same_day + (cint(count - days) if customer else 0),
                before.duplicates + cint(duplicates),
            )
        return found

    @cached_property
    def _base(self) -> dict[str, list] | None:
        """The filters, for a cell that says itself which customers it is of."""
        return self.filters.list_filters("customer", MOST_NAMED)

    @cached_property
    def _base_of_all(self) -> dict[str, list] | None:
        return self.filters.list_filters(most=MOST_NAMED)

    def _part(self, side: Side, key: Any) -> dict[str, list]:
        """What a side adds: one value, all others, or (None) any that is set."""
        one = side.dimension
        if key is None:
            return {} if one.is_time else {one.field: ["is", "set"]}
        if key != OTHERS:
            return one.route(key, self.filters, side.members.get(key, ()))
        if one.is_time:
            whole = one.route(side.named[0], replace(self.filters, from_date=None))
            first, begin = getdate(whole[self.filters.date_field][1][0]), self.filters.from_date
            until = ["between", [str(begin), str(first - timedelta(days=1))]] if begin else ["<", str(first)]
            return {self.filters.date_field: until}
        if one.folds:
            shown = set(side.named)
            others = [names for member, names in side.members.items() if member not in shown]
            return {one.field: ["in", sorted(set().union(*others))]}
        # The empty name goes along, because a list counts what is not set as something else.
        return {one.field: ["not in", [*side.named, ""]]}

    def _counted(self) -> CrossTable:
        """One query, and one more for each side of which only the most frequent values are told apart by the database."""
        complaint = frappe.qb.DocType("Complaint")
        sides = (self.rows, self.columns)
        terms = [self._term(side, complaint) for side in sides]
        query = frappe.qb.from_(complaint).select(*terms, Count("*")).groupby(*terms)
        found = permitted(self.filters.apply(query, complaint)).run()
        folds = [_folded(side, {row[at] for row in found}) for at, side in enumerate(sides)]
        counts: dict[tuple[Any, Any], int] = {}
        for *values, count in found:
            keys = tuple(fold.get(value, NOT_SET) for fold, value in zip(folds, values, strict=True))
            if NOT_SET in keys:
                self.without += cint(count)
                continue
            counts[keys] = counts.get(keys, 0) + cint(count)
            for side, key, value in zip(sides, keys, values, strict=True):
                side.members.setdefault(key, set()).add(value)
        for at, side in enumerate(sides):
            totals: dict[Any, int] = {}
            for keys, count in counts.items():
                totals[keys[at]] = totals.get(keys[at], 0) + count
            side.choose(totals)
            side.close(len(totals) > len(side.keys))
        table = np.zeros((len(self.rows.keys), len(self.columns.keys)))
        places = [{key: at for at, key in enumerate(side.keys)} for side in sides]
        for (row, other), count in counts.items():
            table[places[0].get(row, places[0].get(OTHERS)), places[1].get(other, places[1].get(OTHERS))] += (
                count
            )
        return cross_table(table)

    @cached_property
    def _cells(self) -> int:
        """How many cells there may be: the records of a wide dimension, few of another."""
        sides = (self.rows.dimension, self.columns.dimension)
        return math.prod(frappe.db.count(one.doctype) if one.key in _WIDE else _FEW for one in sides)

    def _term(self, side: Side, complaint: Table) -> Term:
        """What is grouped by: the value, and where there may be very many one word for all that are not frequent."""
        term = side.dimension.term(complaint, self.filters)
        if side.dimension.key not in _WIDE or self._cells <= _MOST_CELLS:
            return term
        count = Count("*")
        query = frappe.qb.from_(complaint).select(term).groupby(term).orderby(count, order=Order.desc)
        query = permitted(self.filters.apply(query.orderby(term), complaint)).where(term != NOT_SET)
        frequent = query.limit(side.most).run(pluck=True)
        if not frequent:
            return term
        return Case().when(term.isin(frequent), term).when(term == NOT_SET, NOT_SET).else_(OTHERS)


def _folded(side: Side, values: set[Any]) -> Mapping[Any, Any]:
    """Value of the query → key, the word for all others as it is."""
    known = dict(side.dimension.fold(values - {OTHERS}))
    return known | {OTHERS: OTHERS} if OTHERS in values else known
