"""What suppliers have delivered: lots with their quantities, and how much in all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import frappe
from frappe.query_builder.functions import Sum

from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices, rows_of_vouchers

_MOST = 2000
"""Receipts of one kind that are looked at, the newest first."""


def received_from(
    suppliers: Iterable[str], items: Iterable[str], start: date, end: date
) -> tuple[list[StockRow], bool]:
    """What submitted receipts and invoices of these suppliers brought into stock of these items in a time, and whether there was more;
    four queries at most."""
    names, wanted = sorted(set(suppliers)), sorted(set(items))
    documents: list[tuple[str, str]] = []
    is_cut = False
    for doctype in ("Purchase Receipt", "Purchase Invoice") if names and wanted else ():
        table, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
        query = (
            frappe.qb.from_(table)
            .inner_join(row)
            .on(row.parent == table.name)
            .select(table.name, table.posting_date)
            .distinct()
            .where((table.docstatus == 1) & table.supplier.isin(names) & table.posting_date[start:end])
            .where(row.item_code.isin(wanted))
            .orderby(table.posting_date, order=frappe.qb.desc)
            .orderby(table.name, order=frappe.qb.desc)
            .limit(_MOST + 1)
        )
        found = [(doctype, name) for name, _posted in query.run()]
        is_cut = is_cut or len(found) > _MOST
        documents += found[:_MOST]
    rows = [row for some in in_slices(documents) for row in rows_of_vouchers(some)]
    return [row for row in rows if row.lot.item in wanted and row.lot.is_tracked], is_cut


def units_received(
    first: date, last: date, only: Mapping[str, Collection[str]] | None = None
) -> dict[str, float]:
    """Supplier → stock units that submitted receipts, and invoices that move stock, brought in from `first` to `last`, both included,
    less what was sent back in that time; two queries.

    Args:
        only: `company`, `supplier` or `item_code` → the values that count.
    """
    only = only or {}
    found: dict[str, float] = {}
    for doctype in ("Purchase Receipt", "Purchase Invoice") if all(only.values()) else ():
        table, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
        query = (
            frappe.qb.from_(table)
            .inner_join(row)
            .on(row.parent == table.name)
            .select(table.supplier, Sum(row.stock_qty))
            .where((table.docstatus == 1) & table.posting_date[first:last])
            .groupby(table.supplier)
        )
        if doctype == "Purchase Invoice":
            query = query.where(table.update_stock == 1)
        for field, values in only.items():
            column = row.item_code if field == "item_code" else table[field]
            query = query.where(column.isin(sorted(values)))
        for supplier, units in query.run():
            found[supplier] = found.get(supplier, 0.0) + float(units or 0)
    return found
