"""Which lots a batch, a serial number, a document or a supplier's own number stands for, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import frappe
from pypika.queries import Table
from pypika.terms import Function

from complaint_qms.engine.trace import Lot, to_units
from complaint_qms.integrations.erpnext.batches_and_serials import alike
from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices, rows_of_vouchers
from complaint_qms.integrations.erpnext.stock_vouchers import STOCK_ENTRY, entries_of

# DocType of what brings goods in → where the supplier's own number stands
_SUPPLIER_NUMBERS: Final = {
    "Purchase Receipt": "supplier_delivery_note",
    "Purchase Invoice": "bill_no",
    "Subcontracting Receipt": "supplier_delivery_note",
}


def lot_of_batch(name: str) -> Lot | None:
    """By the name it has: the database finds it in other letter case and with blanks at the end as well."""
    found = frappe.db.get_value("Batch", name, ("name", "item"))
    return Lot(found[1], found[0]) if found and found[1] else None


def lot_of_serial(name: str) -> Lot | None:
    found = frappe.db.get_value("Serial No", name, ("name", "item_code", "batch_no"))
    return Lot(found[1], found[2] or "", found[0]) if found and found[1] else None


def known_lots(batches: Iterable[str], serials: Iterable[str]) -> dict[tuple[str, str], Lot]:
    """(DocType, name) → the lot of each batch and serial number that belongs to an item, by the names as they were given; two queries, and one
    where a name is spelled otherwise than the database has it, which takes letters with and without accents for the same."""
    batch, serial = frappe.qb.DocType("Batch"), frappe.qb.DocType("Serial No")
    of_batches = frappe.qb.from_(batch).select(batch.name, batch.item, batch.name)
    of_serials = frappe.qb.from_(serial).select(serial.name, serial.item_code, serial.batch_no)
    found: dict[tuple[str, str], Lot] = {}
    for doctype, query, table, given in (
        ("Batch", of_batches, batch, batches),
        ("Serial No", of_serials, serial, serials),
    ):
        for names in in_slices(sorted(set(given))):
            lots = {
                name: Lot(item, its_batch or "", name if doctype == "Serial No" else "")
                for name, item, its_batch in query.where(table.name.isin(names)).run()
                if item
            }
            stored = {name: name for name in names if name in lots}
            if lots and len(stored) < len(names):
                stored |= _as_stored(table, [name for name in names if name not in lots])
            found |= {(doctype, given): lots[name] for given, name in stored.items() if name in lots}
    return found


def lots_made_for(work_order: str) -> list[Lot]:
    """What was produced for a Work Order, by-products and scrap as well."""
    entries = entries_of([work_order])
    return _inward(rows_of_vouchers((STOCK_ENTRY, name) for name in entries))


def lots_made_by(orders: Iterable[str]) -> dict[str, set[Lot]]:
    """Work Order → batches that its entries produced, serial numbers as their batch; two queries for each slice of orders."""
    entry = frappe.qb.DocType(STOCK_ENTRY)
    found: dict[str, set[Lot]] = {}
    for names in in_slices(sorted(set(orders))):
        wanted = (entry.docstatus == 1) & (entry.purpose == "Manufacture") & entry.work_order.isin(names)
        order_of = dict(frappe.qb.from_(entry).select(entry.name, entry.work_order).where(wanted).run())
        for row in rows_of_vouchers((STOCK_ENTRY, name) for name in order_of):
            if row.qty > 0 and row.lot.is_tracked:
                found.setdefault(order_of[row.voucher[1]], set()).add(row.lot.folded())
    return found


def lots_received(doctype: str, name: str) -> list[Lot]:
    """What a submitted document brought into stock."""
    return _inward(rows_of_vouchers([(doctype, name)]))


def lots_of_supplier(number: str, supplier: str = "") -> list[Lot]:
    """What a supplier calls by this number: batches of that name, and what came with a delivery or an invoice of that number."""
    supplier = (supplier and frappe.db.exists("Supplier", supplier)) or supplier
    batch = frappe.qb.DocType("Batch")
    query = frappe.qb.from_(batch).select(batch.item, batch.name).where(batch.name == number)
    found = [Lot(*row) for row in query.run()]
    documents: list[tuple[str, str]] = []
    for doctype, field in _SUPPLIER_NUMBERS.items():
        table = frappe.qb.DocType(doctype)
        named = (table[field] == number) & (table.docstatus == 1)
        named = named & (table.supplier == supplier) if supplier else named
        documents += [
            (doctype, name) for name in frappe.qb.from_(table).select(table.name).where(named).run(pluck=True)
        ]
    found = [lot for lot in found if not supplier or _came_from(lot, supplier)]
    return list(dict.fromkeys(found + _inward(rows_of_vouchers(documents))))


def lots_sold_with(doctype: str, name: str, item_code: str) -> list[Lot]:
    """Lots of an item, or of what is packed in it, that a delivery or an invoice took from stock; those of its deliveries where it
    took none itself."""
    found = _sold(doctype, [name], item_code)
    if found or doctype != "Sales Invoice":
        return found
    row, note = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType("Delivery Note Item")
    billed = frappe.qb.from_(row).select(row.delivery_note.as_("note")).where(row.parent == name)
    followed = frappe.qb.from_(note).select(note.parent.as_("note")).where(note.against_sales_invoice == name)
    notes = {one for one in billed.union(followed).run(pluck=True) if one}
    return _sold("Delivery Note", sorted(notes), item_code)


def stock_units(items: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Item → (name, stock unit of measure)."""
    item, found = frappe.qb.DocType("Item"), {}
    for names in in_slices(sorted(set(items))):
        query = frappe.qb.from_(item).select(item.name, item.item_name, item.stock_uom)
        rows = query.where(item.name.isin(names)).run()
        found |= {code: (title or code, uom or "") for code, title, uom in rows}
    return found


def recorded_on_hand(lots: Iterable[Lot]) -> dict[Lot, int]:
    """What ERPNext's own records of batches and serial numbers say lies in stock, in units of 10⁻⁹."""
    lots = list(lots)
    found: dict[Lot, int] = {}
    batch, serial = frappe.qb.DocType("Batch"), frappe.qb.DocType("Serial No")
    by_batch = {lot.batch: lot for lot in lots if lot.batch and not lot.serial}
    for names in in_slices(sorted(by_batch)):
        query = frappe.qb.from_(batch).select(batch.name, batch.batch_qty).where(batch.name.isin(names))
        found |= {by_batch[name]: to_units(qty) for name, qty in query.run()}
    by_serial = {lot.serial: lot for lot in lots if lot.serial}
    for names in in_slices(sorted(by_serial)):
        query = frappe.qb.from_(serial).select(serial.name, serial.warehouse).where(serial.name.isin(names))
        found |= {by_serial[name]: to_units(1 if place else 0) for name, place in query.run()}
    return found


def titles_of(doctype: str, names: Iterable[str], field: str) -> dict[str, str]:
    """Customer or supplier → what they are called."""
    table, found = frappe.qb.DocType(doctype), {}
    for some in in_slices(sorted(set(names))):
        query = frappe.qb.from_(table).select(table.name, table[field]).where(table.name.isin(some))
        found |= {name: title or name for name, title in query.run()}
    return found


def _as_stored(table: Table, given: list[str]) -> dict[str, str]:
    """Name as it was given → as the database has it, and has found it by."""
    spelled, place = alike(given), Function("FIELD", table.name, *given)
    rows = frappe.qb.from_(table).select(table.name, place).where(table.name.isin(given)).run()
    return {name: stored for stored, at in rows for name in spelled[given[at - 1]]}


def _came_from(lot: Lot, supplier: str) -> bool:
    return frappe.db.get_value("Batch", lot.batch, "supplier") in (supplier, None, "")


def _inward(rows: Iterable[StockRow]) -> list[Lot]:
    return list(dict.fromkeys(row.lot for row in rows if row.qty > 0 and row.lot.is_tracked))


def _sold(doctype: str, names: list[str], item_code: str) -> list[Lot]:
    if not names:
        return []
    line = frappe.qb.DocType(f"{doctype} Item")
    selling = frappe.qb.from_(line).select(line.name).where(line.parent.isin(names))
    lines = set(selling.where(line.item_code == item_code).run(pluck=True))
    wanted = (
        row.lot
        for row in rows_of_vouchers((doctype, name) for name in names)
        if row.qty < 0 and row.lot.is_tracked and (row.lot.item == item_code or row.detail in lines)
    )
    return list(dict.fromkeys(wanted))
