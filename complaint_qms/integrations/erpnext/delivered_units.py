"""Units that customers were handed and gave back, summed up by the database along the dimensions that are asked for.

Counts submitted Delivery Notes, Sales Invoices that move stock themselves and sales at points of sale that no invoice has
consolidated yet. A return counts on its own day. The batches of a row stand in its bundle (ERPNext 15 and 16) or in the row (before).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Coalesce, Count, Sum
from pypika import CustomFunction
from pypika.functions import Floor
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case, Criterion, Term, ValueWrapper

SOURCES: Final = ("Delivery Note", "Sales Invoice", "POS Invoice")
DIMENSIONS: Final = ("company", "item_code", "batch_no", "customer", "territory", "sold_in")
"""`sold_in`: of a return, the week in which its original was delivered, as an ordinal; None where none is named."""
BATCHES: Final = "batch_no"
Span = tuple[date, date]
Only = Mapping[str, Collection[str]]
"""Dimension → the values that count; an empty text stands for none."""

_MONDAY: Final = 719525
"""`TO_DAYS` of the Monday that weeks are counted from, as `engine.signals.series.ordinals` does: 29 December 1969."""
_NO_DAY: Final = 365
"""What `TO_DAYS` counts more than Python's ordinals of days."""
_to_days = CustomFunction("TO_DAYS", ["day"])
_crc32 = CustomFunction("CRC32", ["text"])
_joined = CustomFunction("CONCAT_WS", ["separator", "name", "quantity", "original"])


def delivered(
    by: Sequence[str], spans: Sequence[Span], *, weekly: bool = False, only: Only | None = None
) -> Iterator[tuple[Any, ...]]:
    """Rows of (one value for each of `by`, day or week, units delivered, units returned), without order, several of one key.

    One query for each source, three with batches.

    Args:
        by: some of `DIMENSIONS`.
        spans: first and last day, both included.
        weekly: ordinals of weeks (`engine.signals.series.ordinals`) in place of days as ordinals of Python's `date`.
    """
    if not spans:
        return
    only = only or {}
    for source in SOURCES:
        parts = _Source(source, spans, only)
        if BATCHES not in by and BATCHES not in only:
            yield from parts.rows(by, weekly)
        elif BATCHES in by:
            yield from parts.by_batch(by, weekly)
        else:
            for _batch, *row in parts.by_batch((BATCHES, *by), weekly):
                yield tuple(row)


def fingerprints(
    first: date | None = None, end: date | None = None, company: str | None = None
) -> dict[tuple[str, int], str]:
    """(company, ordinal of a week) → what tells whether the documents that count in the week are those they were; three queries.

    Of the documents as a set, whatever their order: how many, and a checksum of names and quantities, which stand once they are
    submitted. The last change of a document would tell of payments and bills as well.

    Args:
        first, end: days from which, and before which.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for source in SOURCES:
        parent = frappe.qb.DocType(source)
        quantity = _joined("|", parent.name, parent.total_qty, parent.return_against)
        query = (
            frappe.qb.from_(parent)
            .select(parent.company, week_term(parent.posting_date), Count("*"), Sum(_crc32(quantity)))
            .where(_counts(source, parent))
            .groupby(parent.company, week_term(parent.posting_date))
        )
        if first:
            query = query.where(parent.posting_date >= first)
        if end:
            query = query.where(parent.posting_date < end)
        if company:
            query = query.where(parent.company == company)
        for name, week, count, total in query.run():
            found.setdefault((name, int(week)), []).append(f"{source[0]}{count}:{int(total):x}")
    return {key: " ".join(parts) for key, parts in found.items()}


def with_delivery_week(query: QueryBuilder, record: Table) -> tuple[QueryBuilder, Term]:
    """A query over records that may name a Delivery Note or a Sales Invoice, joined with both, and the week in which the goods went out as
    an ordinal; null where neither says."""
    note, bill = frappe.qb.DocType("Delivery Note"), frappe.qb.DocType("Sales Invoice")
    query = query.left_join(note).on((note.name == record.delivery_note) & (note.docstatus == 1))
    query = query.left_join(bill).on((bill.name == record.sales_invoice) & (bill.docstatus == 1))
    return query, week_term(Coalesce(note.posting_date, bill.posting_date))


def week_term(day: Term) -> Term:
    """Ordinal of the week of a day, as `engine.signals.series.ordinals` counts them."""
    return Floor((_to_days(day) - _MONDAY) / 7)


def groups_of(doctype: str, field: str) -> dict[str, str]:
    """Name → group of every Customer or Item, as it is now; one query."""
    table = frappe.qb.DocType(doctype)
    rows = frappe.qb.from_(table).select(table.name, Coalesce(table[field], "")).run()
    return dict(rows)


def _counts(source: str, parent: Table) -> Criterion:
    if source == "Sales Invoice":
        return (parent.docstatus == 1) & (parent.update_stock == 1)
    if source == "POS Invoice":
        return (parent.docstatus == 1) & (Coalesce(parent.consolidated_invoice, "") == "")
    return parent.docstatus == 1


class _Source:
    """Queries over one of the sources."""

    def __init__(self, source: str, spans: Iterable[Span], only: Only) -> None:
        self.parent, self.row = frappe.qb.DocType(source), frappe.qb.DocType(f"{source} Item")
        self.entry = frappe.qb.DocType("Serial and Batch Entry")
        self.original = frappe.qb.DocType(source).as_("original")
        self.only = only
        within = Criterion.any([self.parent.posting_date[first:last] for first, last in spans])
        self.condition = _counts(source, self.parent) & within

    def rows(self, by: Sequence[str], weekly: bool) -> Sequence[tuple[Any, ...]]:
        return self._sums(self._rows(), by, weekly, self.row.stock_qty)

    def by_batch(self, by: Sequence[str], weekly: bool) -> Iterator[tuple[Any, ...]]:
        """The batches of bundles, what bundles hold without one, and rows that name theirs themselves."""
        wanted, place = self.only.get(BATCHES), by.index(BATCHES)
        bundle, batch = Coalesce(self.row.serial_and_batch_bundle, ""), self.entry.batch_no
        with_none = wanted is None or "" in wanted
        named = Coalesce(batch, "") != "" if with_none else batch.isin(sorted(wanted))
        entries = (
            self._rows().inner_join(self.entry).on(self.entry.parent == self.row.serial_and_batch_bundle)
        )
        # An outward entry is negative in a bundle, a return positive: turned round it is what the customer has.
        for row in self._sums(entries.where(named), by, weekly, self.entry.qty * -1, batch):
            if wanted is None or row[place] in wanted:
                yield row
            if with_none:
                yield (*row[:place], "", *row[place + 1 : -2], -row[-2], -row[-1])
        if with_none:
            yield from self._sums(self._rows().where(bundle != ""), by, weekly, self.row.stock_qty)
        before = self._rows().where(bundle == "")
        batch = self.row.batch_no
        if wanted is not None:
            named = batch.isin(sorted(wanted))
            before = before.where((named | batch.isnull()) if with_none else named)
        yield from self._sums(before, by, weekly, self.row.stock_qty, batch)

    def _rows(self) -> QueryBuilder:
        parent, row = self.parent, self.row
        query = frappe.qb.from_(row).inner_join(parent).on(row.parent == parent.name).where(self.condition)
        for dimension, values in self.only.items():
            if dimension != BATCHES:
                query = query.where(self._term(dimension).isin(sorted(values)))
        return query

    def _sums(
        self, query: QueryBuilder, by: Sequence[str], weekly: bool, quantity: Term, batch: Term | None = None
    ) -> Sequence[tuple[Any, ...]]:
        """Batches are named by `batch`, or none is."""
        parent = self.parent
        if "sold_in" in by:
            query = query.left_join(self.original).on(self.original.name == parent.return_against)
        keys = [self._batch(batch) if name == BATCHES else self._term(name) for name in by]
        when = week_term(parent.posting_date) if weekly else _to_days(parent.posting_date) - _NO_DAY
        outward = Sum(Case().when(parent.is_return == 0, quantity).else_(0))
        inward = Sum(Case().when(parent.is_return == 1, quantity * -1).else_(0))
        grouped = query.select(*keys, when, outward, inward)
        for term in (*(key for key in keys if not isinstance(key, ValueWrapper)), when):
            grouped = grouped.groupby(term)
        return grouped.run()

    def _term(self, dimension: str) -> Term:
        if dimension == "sold_in":
            return week_term(self.original.posting_date)
        if dimension == "item_code":
            return self.row.item_code
        if dimension == "company":
            return self.parent.company
        return Coalesce(self.parent[dimension], "")

    @staticmethod
    def _batch(batch: Term | None) -> Term:
        return ValueWrapper("") if batch is None else Coalesce(batch, "")
