"""Lots that a document takes from where they lie: by the ledger once it is submitted, by its rows before that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Min
from frappe.utils import flt

from complaint_qms.engine.containment import COUNT, ISSUE, LEAVING, SUPPLIER_RETURN, TRANSFER
from complaint_qms.engine.trace import Lot, to_units
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices, rows_of_vouchers

# DocType → tables whose rows take goods from a warehouse
_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "Delivery Note": ("items", "packed_items"),
    "Sales Invoice": ("items", "packed_items"),
    "POS Invoice": ("items", "packed_items"),
    "Stock Entry": ("items",),
    "Pick List": ("locations",),
    "Stock Reservation Entry": ("sb_entries",),
    "Purchase Receipt": ("items",),
    "Purchase Invoice": ("items",),
}
_BUYING: Final = ("Purchase Receipt", "Purchase Invoice")
_ENTRIES: Final = {"Material Transfer": TRANSFER, "Material Issue": ISSUE}


class Move(NamedTuple):
    """A quantity of a lot that a document takes from a warehouse.

    Attributes:
        qty: in units of 10⁻⁹, positive.
        target: the warehouse it goes to; empty where it goes to none.
        kind: what it is, as `engine.containment` has it.
    """

    lot: Lot
    qty: int
    source: str
    target: str
    kind: str


def moved_by(doc: Document) -> list[Move]:
    """What a submitted document took, by the stock ledger; one query, and one where serial numbers came without their batch."""
    rows = rows_of_vouchers([(doc.doctype, doc.name)])
    kind = kind_of(doc)
    moves = _counted(rows, kind) if kind == COUNT else _taken(rows, kind)
    return with_batches([move for move in moves if move.lot.is_tracked])


def undone_by(doc: Document) -> list[Move]:
    """What cancelling a submitted document would take from where it brought it, by the stock ledger; as many queries as `moved_by`."""
    rows = [row._replace(qty=-row.qty) for row in rows_of_vouchers([(doc.doctype, doc.name)])]
    kind = _kind_undone(doc)
    moves = _counted(rows, kind) if kind == COUNT else _taken(rows, kind)
    return with_batches([move for move in moves if move.lot.is_tracked])


def first_booked(doc: Document) -> datetime | None:
    """When a document was submitted, by the clock: its rows of the ledger tell, whatever date it was posted for."""
    ledger = frappe.qb.DocType("Stock Ledger Entry")
    query = frappe.qb.from_(ledger).select(Min(ledger.creation))
    return query.where((ledger.voucher_type == doc.doctype) & (ledger.voucher_no == doc.name)).run()[0][0]


def entry_moves(entry: Document) -> list[Move]:
    """The same for one row of the ledger, of a document that nobody knows."""
    if flt(entry.actual_qty) >= 0:
        return []
    rows = carried([frappe._dict(entry.as_dict(), qty=-flt(entry.actual_qty))])
    return with_batches([Move(lot, qty, entry.warehouse or "", "", LEAVING) for _row, lot, qty in rows])


def named_by(doc: Document) -> list[Move]:
    """What a document is to take, as far as its rows and their bundles say which lots; one query where there are bundles."""
    if _takes_nothing(doc):
        return []
    kind = kind_of(doc)
    rows = [row for table in _TABLES.get(doc.doctype, ()) for row in doc.get(table) or [] if _takes(doc, row)]
    moves = []
    for row, lot, qty in carried(rows, doc.get("item_code") or ""):
        source = row.get("s_warehouse") or row.get("warehouse") or doc.get("warehouse") or ""
        moves.append(Move(lot, qty, source, row.get("t_warehouse") or "", kind))
    return with_batches(moves)


def bundle_lots(bundle: Document) -> set[Lot]:
    """What a Serial and Batch Bundle holds."""
    return {Lot(bundle.item_code or "", row.batch_no or "", row.serial_no or "") for row in bundle.entries}


def is_submitted(doctype: str | None, name: str | None) -> bool:
    return bool(doctype and name) and frappe.db.get_value(doctype, name, "docstatus") == 1


def kind_of(doc: Document) -> str:
    """What a document does with the goods that it takes."""
    if doc.doctype == "Stock Entry":
        return _ENTRIES.get(doc.purpose, LEAVING)
    if doc.doctype == "Stock Reconciliation":
        return COUNT
    if doc.doctype in (*_BUYING, "Subcontracting Receipt") and doc.get("is_return"):
        return SUPPLIER_RETURN
    return LEAVING


def with_batches(moves: Iterable[Move]) -> list[Move]:
    """A serial number that came alone belongs to the batch that its record names; one query where there are such."""
    moves = list(moves)
    alone = {move.lot.serial for move in moves if move.lot.serial and not move.lot.batch}
    if not alone:
        return moves
    batches = batches_of(alone)
    return [
        move._replace(lot=move.lot._replace(batch=batches.get(move.lot.serial, "")))
        if move.lot.serial and not move.lot.batch
        else move
        for move in moves
    ]


def batches_of(serials: Iterable[str]) -> dict[str, str]:
    """Serial number → its batch, of those that belong to one."""
    table, found = frappe.qb.DocType("Serial No"), {}
    for names in in_slices(sorted(set(serials))):
        query = frappe.qb.from_(table).select(table.name, table.batch_no).where(table.name.isin(names))
        found |= {name: batch for name, batch in query.run() if batch}
    return found


def booked_batches(serials: Iterable[str]) -> dict[str, set[str]]:
    """Serial number → each batch it was ever booked under, whatever its record names today."""
    entry, found = frappe.qb.DocType("Serial and Batch Entry"), defaultdict(set)
    for names in in_slices(sorted(set(serials))):
        query = frappe.qb.from_(entry).select(entry.serial_no, entry.batch_no).distinct()
        query = query.where(entry.serial_no.isin(names) & (entry.docstatus == 1) & (entry.batch_no != ""))
        for serial, batch in query.run():
            found[serial].add(batch)
    return found


def carried(
    rows: Iterable[Document | frappe._dict], item: str = ""
) -> Iterator[tuple[Document | frappe._dict, Lot, int]]:
    """Rows with the lots in their bundles, or with those that they name themselves."""
    rows = list(rows)
    bundles = sorted({row.get("serial_and_batch_bundle") for row in rows} - {None, ""})
    entries: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    entry = frappe.qb.DocType("Serial and Batch Entry")
    for names in in_slices(bundles):
        query = frappe.qb.from_(entry).select(entry.parent, entry.batch_no, entry.serial_no, entry.qty)
        for parent, batch, serial, qty in query.where(entry.parent.isin(names)).run():
            entries[parent].append((batch or "", serial or "", qty))
    for row in rows:
        code = row.get("item_code") or item
        if held := entries.get(row.get("serial_and_batch_bundle") or ""):
            for batch, serial, qty in held:
                yield row, Lot(code, batch, serial), abs(to_units(qty))
            continue
        batch, serials = row.get("batch_no") or "", split_serials(row.get("serial_no"))
        for serial in dict.fromkeys(serials):
            yield row, Lot(code, batch, serial), to_units(1)
        if batch and not serials:
            qty = row.get("transfer_qty") or row.get("stock_qty") or row.get("qty")
            yield row, Lot(code, batch), abs(to_units(qty))


def _kind_undone(doc: Document) -> str:
    """As what the goods go that a document brought in, where it is cancelled."""
    if doc.doctype == "Stock Entry" and doc.purpose == "Material Receipt":
        return ISSUE
    if doc.doctype in (*_BUYING, "Subcontracting Receipt"):
        return SUPPLIER_RETURN
    kind = kind_of(doc)
    return kind if kind in (TRANSFER, COUNT) else LEAVING


def _takes_nothing(doc: Document) -> bool:
    if doc.doctype in _BUYING:
        return not doc.get("is_return")
    return bool(doc.get("is_return"))


def _takes(doc: Document, row: Document) -> bool:
    return doc.doctype != "Stock Entry" or bool(row.get("s_warehouse"))


def _taken(rows: list[StockRow], kind: str) -> Iterator[Move]:
    """Each outward row with the warehouse that the same row of the document brought the same lot to."""
    targets = {(row.lot, row.detail): row.warehouse for row in rows if row.qty > 0}
    for row in rows:
        if row.qty < 0:
            target = targets.get((row.lot, row.detail), "")
            yield Move(row.lot, -row.qty, row.warehouse or "", target, kind)


def _counted(rows: list[StockRow], kind: str) -> Iterator[Move]:
    """Stock-taking writes off all that was there and in again what was found."""
    found: dict[tuple[Lot, str], int] = defaultdict(int)
    for row in rows:
        found[row.lot, row.warehouse] += row.qty
    for (lot, warehouse), qty in found.items():
        if qty < 0:
            yield Move(lot, -qty, warehouse, "", kind)
