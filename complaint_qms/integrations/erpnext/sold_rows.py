"""Rows of invoices and deliveries: what was sold, and which of them stand for the same sale.

One delivery may be billed in several invoices and only in part, one invoice may bill several deliveries: rows of both
are matched many to many, by their direct links first and then by the order row that they share.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import frappe
from frappe.utils import flt

INVOICE, NOTE = "Sales Invoice", "Delivery Note"


@dataclass
class SoldRow:
    """A row of a submitted Sales Invoice or Delivery Note.

    Attributes:
        stock_qty: sold, in the stock unit; `conversion_factor` stock units make one `uom`.
        rate, amount: per `uom` and of the row, in the document's currency, as printed on it.
        value: what is left of `amount` after the discount on the whole document.
        books: of an invoice row: item tax template, item tax rates, account, cost center and project.
        used_qty: of an invoice row: credited or replaced already; of a delivery row: come back already. Drafts
            included, in the stock unit.
        used_value: of an invoice row: part of `value` given back already, in money or in free goods, drafts included.
        replaced_qty, exchanged_qty: of a delivery row: replaced though not invoiced; and those of them that came back.
        used_by: names of the documents behind what is used.
    """

    doctype: str
    parent: str
    name: str
    idx: int
    item_code: str
    item_name: str
    description: str | None
    uom: str
    conversion_factor: float
    stock_qty: float
    rate: float
    amount: float
    value: float
    warehouse: str | None
    batch_no: str | None
    serial_no: str | None
    serial_and_batch_bundle: str | None
    so_detail: str | None
    link: str | None
    books: tuple[str, ...] = ()
    used_qty: float = 0.0
    used_value: float = 0.0
    replaced_qty: float = 0.0
    exchanged_qty: float = 0.0
    used_by: set[str] = field(default_factory=set)

    @property
    def qty(self) -> float:
        """Sold, in the row's own unit."""
        return self.stock_qty / self.conversion_factor

    @property
    def remaining_stock_qty(self) -> float:
        return max(flt(self.stock_qty - self.used_qty, 6), 0.0)

    @property
    def remaining_qty(self) -> float:
        """Still open to a remedy, in the row's own unit."""
        return flt(self.remaining_stock_qty / self.conversion_factor, 6)

    @property
    def remaining_value(self) -> float:
        return max(self.value - self.used_value, 0.0)

    @property
    def value_share(self) -> float:
        """Factor from amounts as printed to the value after the discount on the whole document."""
        return self.value / self.amount if self.amount else 1.0


@dataclass
class Sold:
    """Invoices and delivery notes with their rows.

    Attributes:
        headers: (DocType, name) to the fields of the document; `credited` is the value given back of it, `apart` the
            part of that in credit notes that do not name it.
        rows: row name to the row; names of rows are unique over both DocTypes.
        billed: (name of the invoice row, of the delivery row) to the quantity of one sale that they share.
    """

    headers: dict[tuple[str, str], frappe._dict]
    rows: dict[str, SoldRow]
    billed: dict[tuple[str, str], float] = field(init=False)

    def __post_init__(self) -> None:
        self._partners: dict[str, list[SoldRow]] = defaultdict(list)
        self.billed = {}
        self._match()

    def of(self, doctype: str, parent: str) -> list[SoldRow]:
        """Rows of one document in their order."""
        return [row for row in self.rows.values() if (row.doctype, row.parent) == (doctype, parent)]

    def credit(self, doctype: str, name: str, value: float) -> None:
        """Add value that was given back to what was given back of the whole document."""
        header = self.headers[(doctype, name)]
        header.credited = flt(header.credited) + abs(flt(value))

    def credit_apart(self, doctype: str, name: str, value: float) -> None:
        """The same by a credit note that does not name the document."""
        self.credit(doctype, name, value)
        header = self.headers[(doctype, name)]
        header.apart = flt(header.apart) + abs(flt(value))

    def value_of(self, invoice: str) -> float:
        """What a whole invoice was worth, in the terms of its rows' `value`."""
        return sum(row.value for row in self.of(INVOICE, invoice))

    def partners(self, row: SoldRow) -> list[SoldRow]:
        """Rows of the other DocType for the same sale: delivered for an invoiced row, invoiced for a delivered one.

        Those that share a quantity with it come first.
        """
        return self._partners[row.name]

    def unbilled_stock_qty(self, row: SoldRow) -> float:
        """Quantity of a delivered row that no invoice bills and that did not come back or was replaced."""
        invoices = self.partners(row)
        credited = sum(
            min(other.used_qty, self.billed.get((other.name, row.name), 0.0)) for other in invoices
        )
        # What came back was credited, exchanged, or not billed.
        back = max(row.used_qty - credited - row.exchanged_qty, 0.0)
        return max(flt(self.never_billed(row) - row.replaced_qty - back, 6), 0.0)

    def never_billed(self, row: SoldRow) -> float:
        """Quantity of a delivered row for which there is no invoice."""
        billed = sum(self.billed.get((other.name, row.name), 0.0) for other in self.partners(row))
        return max(flt(row.stock_qty - billed, 6), 0.0)

    def _match(self) -> None:
        """Match invoiced and delivered rows: direct links first, then what is left of rows of the same order row."""
        invoiced = [row for row in self.rows.values() if row.doctype == INVOICE]
        delivered = [row for row in self.rows.values() if row.doctype == NOTE]
        left = {row.name: row.stock_qty for row in self.rows.values()}
        linked = [
            (mine, other) for mine in invoiced for other in delivered
            if other.name == mine.link or other.link == mine.name
        ]  # fmt: skip
        self._share(linked, left)
        # An invoice that moved stock has no delivery. A row whose links take all of it belongs to them alone.
        open_rows = {
            row.name for row in self.rows.values()
            if row.so_detail and flt(left[row.name], 6) > 0 and not self._moved_stock(row)
        }  # fmt: skip
        ordered = [
            (mine, other) for mine in invoiced for other in delivered
            if mine.so_detail == other.so_detail and {mine.name, other.name} <= open_rows
            and (mine.name, other.name) not in self.billed
        ]  # fmt: skip
        self._share(ordered, left)
        for row in self.rows.values():
            self._partners[row.name].sort(key=lambda other: not self._shared(row, other))

    def _share(self, pairs: list[tuple[SoldRow, SoldRow]], left: dict[str, float]) -> None:
        for mine, other in pairs:
            both = min(left[mine.name], left[other.name])
            self.billed[(mine.name, other.name)] = both
            left[mine.name] -= both
            left[other.name] -= both
            self._partners[mine.name].append(other)
            self._partners[other.name].append(mine)

    def _shared(self, row: SoldRow, other: SoldRow) -> float:
        return self.billed.get((row.name, other.name)) or self.billed.get((other.name, row.name)) or 0.0

    def _moved_stock(self, row: SoldRow) -> bool:
        header = self.headers.get((row.doctype, row.parent))
        return bool(row.doctype == INVOICE and header and header.update_stock)
