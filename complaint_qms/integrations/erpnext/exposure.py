"""Exposure: how many units reached customers, net of what came back. The denominator of every complaint rate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import frappe
from frappe.query_builder.functions import Coalesce, Sum
from pypika.queries import QueryBuilder, Table
from pypika.terms import Field, Term

from complaint_qms.integrations.erpnext.stock_movements import in_slices


def units_delivered(
    start: date,
    end: date,
    *,
    company: str | None = None,
    item_code: str | None = None,
    batch_no: str | None = None,
) -> float:
    """Units of stock UOM delivered from `start` to `end`, both included, less returns posted in the same span.

    Counts submitted Delivery Notes and Sales Invoices that moved stock themselves. With a batch, both the bundles of
    ERPNext 15 and the older batch column of the row are read.
    """
    total = 0.0
    for doctype in ("Delivery Note", "Sales Invoice"):
        total += _moved(doctype, start, end, company, item_code, batch_no)
    return total


def units_delivered_of(start: date, end: date, items: Iterable[str]) -> dict[tuple[str, str], float]:
    """(company, item) → the same for each of `items`, in two queries; those that nothing moved of are left out."""
    wanted = sorted(items)
    total: dict[tuple[str, str], float] = defaultdict(float)
    for doctype in ("Delivery Note", "Sales Invoice") if wanted else ():
        parent, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
        query = (
            frappe.qb.from_(row)
            .inner_join(parent)
            .on(row.parent == parent.name)
            .select(parent.company, row.item_code, Coalesce(Sum(row.stock_qty), 0))
            .where((parent.docstatus == 1) & parent.posting_date[start:end] & row.item_code.isin(wanted))
            .groupby(parent.company, row.item_code)
        )
        if doctype == "Sales Invoice":
            query = query.where(parent.update_stock == 1)
        for company, item, units in query.run():
            total[company, item] += float(units)
    return dict(total)


def deliveries_by_day(
    by: str, names: Iterable[str], until: date
) -> dict[tuple[str, str], list[tuple[date, float]]]:
    """(company, batch or item) → units delivered less returns of each day until then, without order; two queries for each slice of items,
    four of batches.

    Args:
        by: "batch_no" or "item_code".
    """
    found: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    for some in in_slices(sorted(names)):
        for doctype in ("Delivery Note", "Sales Invoice"):
            for query in _daily(doctype, by, some, until):
                for company, name, day, units in query.run():
                    found[company, name].append((day, float(units)))
    return dict(found)


def unbooked_at_tills(
    items: Iterable[str], start: date, end: date, company: str | None = None
) -> list[tuple[str, str, str, float]]:
    """(company, warehouse, item, units less what came back) of sales at points of sale that no invoice has consolidated yet: neither a
    Delivery Note nor a Sales Invoice knows of them; one query."""
    wanted = sorted(items)
    if not wanted:
        return []
    sale, row = frappe.qb.DocType("POS Invoice"), frappe.qb.DocType("POS Invoice Item")
    query = (
        frappe.qb.from_(row)
        .inner_join(sale)
        .on((sale.name == row.parent) & (row.parenttype == "POS Invoice"))
        .select(sale.company, row.warehouse, row.item_code, Coalesce(Sum(row.stock_qty), 0))
        .where((sale.docstatus == 1) & sale.posting_date[start:end] & row.item_code.isin(wanted))
        .where(Coalesce(sale.consolidated_invoice, "") == "")
        .groupby(sale.company, row.warehouse, row.item_code)
    )
    found = (query.where(sale.company == company) if company else query).run()
    return [(company, warehouse or "", item, float(units)) for company, warehouse, item, units in found]


def _daily(doctype: str, by: str, names: list[str], until: date) -> Iterator[QueryBuilder]:
    parent, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
    query = (
        frappe.qb.from_(row)
        .inner_join(parent)
        .on(row.parent == parent.name)
        .where((parent.docstatus == 1) & (parent.posting_date <= until))
    )
    if doctype == "Sales Invoice":
        query = query.where(parent.update_stock == 1)
    if by == "batch_no":
        entry = frappe.qb.DocType("Serial and Batch Entry")
        bundled = query.inner_join(entry).on(entry.parent == row.serial_and_batch_bundle)
        yield _by_day(bundled.where(entry.batch_no.isin(names)), parent, entry.batch_no, -Sum(entry.qty))
        query = query.where(Coalesce(row.serial_and_batch_bundle, "") == "")
    yield _by_day(query.where(row[by].isin(names)), parent, row[by], Sum(row.stock_qty))


def _by_day(query: QueryBuilder, parent: Table, name: Field, units: Term) -> QueryBuilder:
    selected = query.select(parent.company, name, parent.posting_date, Coalesce(units, 0))
    return selected.groupby(parent.company, name, parent.posting_date)


def _moved(
    doctype: str, start: date, end: date, company: str | None, item_code: str | None, batch_no: str | None
) -> float:
    parent, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
    query = (
        frappe.qb.from_(row)
        .inner_join(parent)
        .on(row.parent == parent.name)
        .where((parent.docstatus == 1) & parent.posting_date[start:end])
    )
    if doctype == "Sales Invoice":
        query = query.where(parent.update_stock == 1)
    if company:
        query = query.where(parent.company == company)
    if item_code:
        query = query.where(row.item_code == item_code)
    if not batch_no:
        return float(query.select(Coalesce(Sum(row.stock_qty), 0)).run()[0][0])
    entry = frappe.qb.DocType("Serial and Batch Entry")
    # An outward entry is negative in a bundle, a return positive: turned round it is what the customer has.
    bundled = (
        query.inner_join(entry)
        .on(entry.parent == row.serial_and_batch_bundle)
        .where(entry.batch_no == batch_no)
        .select(Coalesce(Sum(entry.qty), 0))
    ).run()[0][0]
    legacy = (
        query.where((row.batch_no == batch_no) & (Coalesce(row.serial_and_batch_bundle, "") == "")).select(
            Coalesce(Sum(row.stock_qty), 0)
        )
    ).run()[0][0]
    return float(legacy) - float(bundled)
