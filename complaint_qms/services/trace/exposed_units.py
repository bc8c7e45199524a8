"""Delivered units of some items, and which of them were complained about.

A serial number is a unit. Of a batch without serial numbers each piece of the stock unit is one; a complaint about it counts as one piece,
however many it names, because it is one observation. Units that came back count: they were in use, or could have been. A complaint that names a document or a serial
number which was not among the deliveries is about a unit outside them and no case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import frappe
from frappe import _

from complaint_qms.engine.trace import Lot, Movement, from_units, to_units
from complaint_qms.engine.trace.movements import DELIVERED
from complaint_qms.integrations.erpnext.delivery_facts import NOTE, deliveries_of_invoices
from complaint_qms.integrations.erpnext.exposure import unbooked_at_tills
from complaint_qms.integrations.erpnext.stock_movements import StockRow, rows_sold
from complaint_qms.integrations.erpnext.stock_vouchers import as_movements
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.filters import ReportFilters

MOST_ENTRIES: Final = 200_000
MOST_COMPLAINTS: Final = 20_000
MOST_ITEMS: Final = 200
_FIELDS: Final = ("name", "item_code", "batch_no", "serial_no", "delivery_note", "sales_invoice", "customer")

Key = tuple[str, str]


@dataclass
class Cell:
    """Units of one lot that one document delivered.

    Attributes:
        lot: the batch; a serial number that belongs to none stands for itself.
        voucher: the document; ("", "") of complaints of which it is not known which delivery they are about.
        units, cases: delivered, and complained about.
        complaints: their names.
    """

    lot: Lot
    voucher: Key
    warehouses: set[str] = field(default_factory=set)
    quantity: int = 0
    serials: set[str] = field(default_factory=set)
    customer: str = ""
    taken: int = 0
    accused: set[str] = field(default_factory=set)
    nameless: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return len(self.accused) + self.nameless

    @property
    def units(self) -> int:
        whole = len(self.serials) + max(round(from_units(self.quantity)), int(self.quantity > 0))
        return max(whole - self.taken, self.cases)


@dataclass
class Exposed:
    """What was delivered and complained about.

    Attributes:
        complaints: how many there are in the scope.
        untraced: those that lead to no batch or serial number; `elsewhere` those about one that was not delivered in the period.
        again: further complaints about a serial number that is a case already.
        at_tills: units that points of sale sold and no invoice books yet; they are no deliveries.
    """

    cells: list[Cell] = field(default_factory=list)
    complaints: int = 0
    untraced: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    again: int = 0
    at_tills: float = 0


def exposed_units(filters: ReportFilters, start: date, end: date, sight: StockSight) -> Exposed:
    """Units that were delivered from `start` to `end`, both included, of the items that complaints in the scope are about, and since
    complained about. A constant number of queries.

    Raises:
        frappe.ValidationError: there are more than can be compared at once.
    """
    complaints = _complaints(filters, start)
    found = Exposed(complaints=len(complaints))
    items = {row.item_code for row in complaints if row.item_code}
    if len(items) > MOST_ITEMS:
        refuse(_("These complaints are about {0} items; {1} can be compared at once. Choose an item or an item group.").format(len(items), MOST_ITEMS))  # fmt: skip
    company = filters.only("company")
    rows = rows_sold(items, start, end, company, MOST_ENTRIES) if items else []
    if rows is None:
        refuse(_("More than {0} entries were delivered in this period. Choose an item, or a shorter period.").format(MOST_ENTRIES))  # fmt: skip
    moved = sight.movements(as_movements(sight.rows(rows)))
    if sight.is_narrowed:  # complaints of the others are not told either
        moved = [one for one in moved if not one.voucher.is_anonymous]
    book = _Book(moved)
    by_invoice = deliveries_of_invoices({row.sales_invoice for row in complaints if row.sales_invoice})
    for row in complaints:
        book.enter(row, by_invoice, found)
    found.cells = [cell for cell in book.cells.values() if cell.units]
    found.at_tills = _at_tills(items, start, end, company, sight)
    return found


def _at_tills(items: set[str], start: date, end: date, company: str | None, sight: StockSight) -> float:
    rows = [
        StockRow(str(at), ("", ""), whose, datetime.min, Lot(item), warehouse, to_units(units))
        for at, (whose, warehouse, item, units) in enumerate(unbooked_at_tills(items, start, end, company))
    ]
    if not rows or sight.is_narrowed:
        return 0
    # By a sight of its own: what is kept back here is missing from no batch's quantities.
    return from_units(sum(row.qty for row in StockSight(sight.user).rows(rows)))


class _Book:
    """Cells by lot and document, and the complaints entered into them."""

    def __init__(self, movements: Iterable[Movement]) -> None:
        self.cells: dict[tuple[Lot, Key], Cell] = {}
        self.of_serial: dict[tuple[str, str], Cell] = {}
        self.of_lot: dict[Lot, list[Cell]] = defaultdict(list)
        self.of_document: dict[Key, list[Cell]] = defaultdict(list)
        self.lots_of_batch: dict[str, Lot] = {}
        self.with_serial: dict[tuple[str, str], set[Key]] = defaultdict(set)
        self.with_item: dict[str, set[Key]] = defaultdict(set)
        for one in sorted(movements, key=lambda moved: (moved.voucher.posted, moved.voucher.key, moved.id)):
            if one.step == DELIVERED:
                self.with_item[one.lot.item].add(one.voucher.key)
                if one.lot.is_tracked:
                    self._delivered(one)

    def enter(self, row: frappe._dict, by_invoice: Mapping[str, set[Key]], found: Exposed) -> None:
        keys = set(by_invoice.get(row.sales_invoice, ()))
        if row.delivery_note:
            keys.add((NOTE, row.delivery_note))
        if row.serial_no:
            self._enter_serial(row, keys, found)
        elif row.batch_no:
            lot = self.lots_of_batch.get(row.batch_no)
            if lot and row.item_code in (None, "", lot.item):
                self._enter_lot(lot, row, keys, found)
            else:
                found.elsewhere.append(row.name)
        elif keys and not keys & self.with_item[row.item_code or ""]:
            found.elsewhere.append(row.name)
        elif lot := self._only_lot(row, keys):
            self._enter_lot(lot, row, keys, found)
        else:
            found.untraced.append(row.name)

    def _enter_serial(self, row: frappe._dict, keys: set[Key], found: Exposed) -> None:
        serial = (row.item_code or "", row.serial_no)
        cell = self.of_serial.get(serial)
        if not cell or (keys and not keys & self.with_serial[serial]):
            found.elsewhere.append(row.name)
            return
        cell.complaints.append(row.name)
        if row.serial_no in cell.accused:
            found.again += 1
        cell.accused.add(row.serial_no)

    def _enter_lot(self, lot: Lot, row: frappe._dict, keys: set[Key], found: Exposed) -> None:
        """By its document; where none is known, by the only delivery to its customer."""
        cells = self.of_lot[lot]
        named = [cell for cell in cells if cell.voucher in keys]
        if keys and not named:
            found.elsewhere.append(row.name)
            return
        if not named and row.customer:
            named = [cell for cell in cells if cell.customer == row.customer]
        cell = named[0] if len(named) == 1 else self._nowhere(lot)
        cell.complaints.append(row.name)
        cell.nameless += 1

    def _delivered(self, one: Movement) -> None:
        serial = (one.lot.item, one.lot.serial)
        lot, voucher = one.lot.folded(), one.voucher
        if one.lot.serial:
            self.with_serial[serial].add(voucher.key)
            if serial in self.of_serial:
                return  # delivered again after a return: it is one unit
        key = (lot, voucher.key)
        if key not in self.cells:
            cell = self.cells[key] = Cell(lot, voucher.key, customer=voucher.party)
            self.of_lot[lot].append(cell)
            self.of_document[voucher.key].append(cell)
            if lot.batch:
                self.lots_of_batch[lot.batch] = lot
        cell = self.cells[key]
        cell.warehouses.add(one.warehouse)
        if one.lot.serial:
            cell.serials.add(one.lot.serial)
            self.of_serial[serial] = cell
        else:
            cell.quantity -= one.qty

    def _only_lot(self, row: frappe._dict, keys: set[Key]) -> Lot | None:
        """The one lot of the complaint's item that its documents delivered."""
        lots = {
            cell.lot
            for key in keys
            for cell in self.of_document.get(key, ())
            if cell.lot.item == row.item_code
        }
        return next(iter(lots)) if len(lots) == 1 and not next(iter(lots)).serial else None

    def _nowhere(self, lot: Lot) -> Cell:
        """A cell for complaints about a lot of which nobody knows the delivery; its pieces are taken from the largest one."""
        key = (lot, ("", ""))
        if key not in self.cells:
            self.cells[key] = Cell(lot, ("", ""))
        max(self.of_lot[lot], key=lambda cell: (cell.units - cell.cases, cell.voucher)).taken += 1
        return self.cells[key]


def _complaints(filters: ReportFilters, start: date) -> list[frappe._dict]:
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(*(complaint[name] for name in _FIELDS))
        .where(complaint.received_at >= start)
        .orderby(complaint.received_at)
        .orderby(complaint.name)
        .limit(MOST_COMPLAINTS + 1)
    )
    rows = permitted(filters.apply_undated(query, complaint)).run(as_dict=True)
    if len(rows) > MOST_COMPLAINTS:
        refuse(_("There are more than {0} complaints in this scope. Choose an item or a complaint type.").format(MOST_COMPLAINTS))  # fmt: skip
    return rows
