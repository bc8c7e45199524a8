"""What moved lots of stock: the rows of the stock ledger that count, with the batches and serial numbers of their bundles.

A row of ERPNext 15 or 16 names a Serial and Batch Bundle, whose entries have batch, serial number and quantity; one from before
carries batch and serial numbers itself. Cancelled rows never count. What was sold at a point of sale and is not consolidated
yet has no row: its bundle counts until the consolidated invoice has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import frappe
from frappe.utils import getdate
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Field

from complaint_qms.engine.trace import Lot, to_units
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.party_search import like

AT_ONCE: Final = 2000
"""Names in one condition; more of them are asked for in slices."""
_MOST_TEXTS: Final = 50
"""Serial numbers that a condition looks for in the text of a row; more are looked for among all such rows of their items."""
_POS: Final = "POS Invoice"
_SOLD_BY: Final = ("Delivery Note", "Sales Invoice")


class StockRow(NamedTuple):
    """A quantity of a lot that a voucher moved; positive into the warehouse, in units of 10⁻⁹.

    Attributes:
        id: of the entry or the ledger row, told apart by serial number where one row has several.
        is_pending: the ledger does not know of it yet.
        detail: row of the voucher that moved it; of what is packed in a product bundle, the row that sells the bundle.
    """

    id: str
    voucher: tuple[str, str]
    company: str
    posted: datetime
    lot: Lot
    warehouse: str
    qty: int
    is_pending: bool = False
    detail: str = ""


def rows_of_lots(lots: Iterable[Lot]) -> list[StockRow]:
    """All that moved these lots: a serial number by itself, a batch without one as a whole. At most seven queries for each `AT_ONCE`."""
    lots = list(lots)
    batches = sorted({lot.batch for lot in lots if lot.batch and not lot.serial})
    numbered = sorted((lot.serial, lot.item) for lot in lots if lot.serial)
    found: list[StockRow] = []
    for names in in_slices(batches):
        found += _bundled("batch_no", names) + _pending("batch_no", names)
        ledger = _ledger()
        found += _before_bundles(_select(ledger).where(_unbundled(ledger) & ledger.batch_no.isin(names)))
    for pairs in in_slices(numbered):
        names = [serial for serial, _item in pairs]
        found += _bundled("serial_no", names) + _pending("serial_no", names)
        wanted = set(names)
        found += [row for row in _texts_with(pairs) if row.lot.serial in wanted]
    return found


def rows_of_vouchers(vouchers: Iterable[tuple[str, str]]) -> list[StockRow]:
    """All that these vouchers moved, items that nobody tracks as well; one query for each DocType and `AT_ONCE`."""
    by_kind: dict[str, list[str]] = {}
    for doctype, name in sorted(vouchers):
        by_kind.setdefault(doctype, []).append(name)
    found: list[StockRow] = []
    for doctype, every in by_kind.items():
        for names in in_slices(every):
            ledger, entry = _ledger(), frappe.qb.DocType("Serial and Batch Entry")
            query = (
                _select(ledger)
                .left_join(entry)
                .on(entry.parent == ledger.serial_and_batch_bundle)
                .select(*_of_entry(entry))
                .where((ledger.is_cancelled == 0) & (ledger.voucher_type == doctype))
                .where(ledger.voucher_no.isin(names))
            )
            rows = query.run(as_dict=True)
            found += [_entry_row(row) for row in rows if row.entry]
            found += _texts([row for row in rows if not row.entry])
    return [row for row in found if row.qty]


def rows_sold(
    items: Iterable[str], start: date, end: date, company: str | None = None, most: int = 200_000
) -> list[StockRow] | None:
    """What deliveries and invoices took from stock of these items from `start` to `end`, both included; one query. None where there
    are more than `most` entries."""
    ledger, entry = _ledger(), frappe.qb.DocType("Serial and Batch Entry")
    query = (
        _select(ledger)
        .left_join(entry)
        .on(entry.parent == ledger.serial_and_batch_bundle)
        .select(*_of_entry(entry))
        .where((ledger.is_cancelled == 0) & ledger.item_code.isin(sorted(items)) & (ledger.actual_qty < 0))
        .where(ledger.voucher_type.isin(_SOLD_BY) & ledger.posting_date[start:end])
        .limit(most + 1)
    )
    rows = (query.where(ledger.company == company) if company else query).run(as_dict=True)
    if len(rows) > most:
        return None
    found = [_entry_row(row) for row in rows if row.entry] + _texts([row for row in rows if not row.entry])
    return [row for row in found if row.qty]


def in_slices(names: list[Any]) -> Iterator[list[Any]]:
    """`AT_ONCE` of them at a time; nothing of nothing."""
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


def _bundled(field: str, names: list[str]) -> list[StockRow]:
    ledger, entry = _ledger(), frappe.qb.DocType("Serial and Batch Entry")
    query = (
        frappe.qb.from_(entry)
        .inner_join(ledger)
        .on(ledger.serial_and_batch_bundle == entry.parent)
        .select(*_of_ledger(ledger), *_of_entry(entry))
        .where(entry[field].isin(names) & (ledger.is_cancelled == 0))
    )
    return [made for row in query.run(as_dict=True) if (made := _entry_row(row)).qty]


def _pending(field: str, names: list[str]) -> list[StockRow]:
    """Of sales at a point of sale that no invoice has consolidated yet."""
    entry, bundle, sale = (
        frappe.qb.DocType("Serial and Batch Entry"),
        frappe.qb.DocType("Serial and Batch Bundle"),
        frappe.qb.DocType(_POS),
    )
    query = (
        frappe.qb.from_(entry)
        .inner_join(bundle)
        .on(bundle.name == entry.parent)
        .inner_join(sale)
        .on(sale.name == bundle.voucher_no)
        .select(
            bundle.item_code,
            bundle.warehouse,
            bundle.voucher_type,
            bundle.voucher_no,
            sale.company,
            sale.posting_date,
            sale.posting_time,
            sale.is_return,
            *_of_entry(entry),
        )
        .where(entry[field].isin(names) & (bundle.voucher_type == _POS) & (bundle.is_cancelled == 0))
        .where((sale.docstatus == 1) & _is_empty(sale.consolidated_invoice))
    )
    rows = query.run(as_dict=True)
    for row in rows:
        row.actual_qty = 1 if row.is_return else -1
    return [_entry_row(row)._replace(is_pending=True) for row in rows]


def _before_bundles(query: QueryBuilder) -> list[StockRow]:
    return [row for row in _texts(query.run(as_dict=True)) if row.qty]


def _texts_with(pairs: list[tuple[str, str]]) -> list[StockRow]:
    """Ledger rows from before bundles whose text of serial numbers may hold one of these."""
    ledger = _ledger()
    items = sorted({item for _serial, item in pairs})
    query = _select(ledger).where(_unbundled(ledger) & ledger.item_code.isin(items))
    if len(pairs) <= _MOST_TEXTS:
        texts = [ledger.serial_no.like(like(serial)) for serial, _item in pairs]
        return _before_bundles(query.where(Criterion.any(texts)))
    return _before_bundles(query.where(~_is_empty(ledger.serial_no)))


def _texts(rows: Iterable[frappe._dict]) -> list[StockRow]:
    """Rows that carry their batch and serial numbers themselves; one for each serial number."""
    found = []
    for row in rows:
        serials = split_serials(row.serial_no)
        lot = Lot(row.item_code, row.batch_no or "")
        if not serials:
            found.append(_stock_row(row, row.name, lot, to_units(row.actual_qty)))
            continue
        one = to_units(1) if row.actual_qty > 0 else -to_units(1)
        for serial in dict.fromkeys(serials):
            found.append(_stock_row(row, f"{row.name} {serial}", lot._replace(serial=serial), one))
    return found


def _entry_row(row: frappe._dict) -> StockRow:
    qty = abs(to_units(row.entry_qty))
    if not row.actual_qty:
        qty = to_units(row.entry_qty)
    elif row.actual_qty < 0:
        qty = -qty
    lot = Lot(row.item_code, row.entry_batch or "", row.entry_serial or "")
    return _stock_row(row, row.entry, lot, qty)


def _stock_row(row: frappe._dict, identity: str, lot: Lot, qty: int) -> StockRow:
    moment = row.posting_time or timedelta()
    posted = datetime.combine(getdate(row.posting_date), time()) + moment
    return StockRow(
        identity,
        (row.voucher_type, row.voucher_no),
        row.company,
        posted,
        lot,
        row.warehouse,
        qty,
        detail=row.voucher_detail_no or "",
    )


def _ledger() -> Table:
    return frappe.qb.DocType("Stock Ledger Entry")


def _select(ledger: Table) -> QueryBuilder:
    return frappe.qb.from_(ledger).select(*_of_ledger(ledger))


def _unbundled(ledger: Table) -> Criterion:
    return (ledger.is_cancelled == 0) & _is_empty(ledger.serial_and_batch_bundle)


def _is_empty(field: Field) -> Criterion:
    return field.isnull() | (field == "")


def _of_ledger(ledger: Table) -> list[Field]:
    names = ("name", "item_code", "warehouse", "voucher_type", "voucher_no", "company", "posting_date")
    more = ("posting_time", "actual_qty", "batch_no", "serial_no", "voucher_detail_no")
    return [ledger[name] for name in (*names, *more)]


def _of_entry(entry: Table) -> list[Field]:
    return [
        entry.name.as_("entry"),
        entry.batch_no.as_("entry_batch"),
        entry.serial_no.as_("entry_serial"),
        entry.qty.as_("entry_qty"),
    ]
