"""Ties the lines of a settlement to what was sold, fills them, and finds what is wrong with them.

Nothing here writes. Problems come back as sentences that name the row and the way out, all at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.settlement import CONSUMING, CREDIT, GOODWILL, REPAIR, REPLACEMENT, RETURN_CREDIT
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, Sold, SoldRow, load
from complaint_qms.integrations.erpnext.tracking import Units, split_serials, units_with_customer

TOLERANCE = 1e-6
SETTINGS = "Complaint QMS Settings"


@dataclass
class Tied:
    """A line with the sold rows it stands on.

    Attributes:
        invoiced, delivered: row of the Sales Invoice and of the Delivery Note; None where there is none.
        goods: row through which goods come back; None when none do.
    """

    line: Document
    invoiced: SoldRow | None = None
    delivered: SoldRow | None = None
    goods: SoldRow | None = None

    @property
    def base(self) -> SoldRow | None:
        """The row whose quantity the remedy uses up, in whose unit the line counts."""
        return self.invoiced or self.delivered


class Lines:
    """Lines of one settlement against the present state of its invoices and deliveries.

    Args:
        doc: Complaint Settlement; empty fields of its lines are filled.
        locked: see `remaining.load`.
    """

    def __init__(self, doc: Document, *, locked: bool = False) -> None:
        self.doc = doc
        self.problems: list[str] = []
        for line in doc.lines:
            self._name_source(line)
        self.sold: Sold = load(
            {line.sales_invoice for line in doc.lines if line.sales_invoice},
            {line.delivery_note for line in doc.lines if line.delivery_note},
            without_settlement=doc.name,
            locked=locked,
        )
        self._check_documents()
        self.tied = [] if self.problems else [self._tie(line) for line in doc.lines]
        rows = [row for tied in self.tied for row in (tied.delivered, tied.invoiced, tied.goods) if row]
        self.units: dict[str, Units] = units_with_customer(rows, locked=locked)
        if self.problems:
            return
        for tied in self.tied:
            self._fill(tied)
        self._check_quantities()
        self._check_units()
        self._check_money()

    # Sources ---------------------------------------------------------------------------------------------------------

    def _name_source(self, line: Document) -> None:
        """A line without a source stands on the settlement's own."""
        if not line.sales_invoice and not line.delivery_note:
            line.sales_invoice = self.doc.sales_invoice
            line.delivery_note = None if self.doc.sales_invoice else self.doc.delivery_note
        if not line.sales_invoice and not line.delivery_note:
            self._problem(line, _("choose the Sales Invoice or the Delivery Note the goods were sold with."))

    def _check_documents(self) -> None:
        seen = set()
        for line in self.doc.lines:
            for doctype, name in ((INVOICE, line.sales_invoice), (NOTE, line.delivery_note)):
                if name and (doctype, name) not in seen:
                    seen.add((doctype, name))
                    self._check_document(line, doctype, self.sold.headers[(doctype, name)])

    def _check_document(self, line: Document, doctype: str, header: frappe._dict) -> None:
        what = f"{_(doctype)} {header.name}"
        if header.docstatus != 1:
            self._problem(line, _("{0} is not submitted: submit it first, or choose another.").format(what))
        if header.is_return:
            self._problem(
                line,
                _("{0} is itself a return: choose the original, {1}.").format(
                    what, header.return_against or "?"
                ),
            )
        if doctype == INVOICE and header.is_consolidated:
            self._problem(
                line,
                _("{0} gathers sales of a till: return the sale in its POS Invoice instead.").format(what),
            )
        for field, label in (
            ("customer", _("Customer")),
            ("company", _("Company")),
            ("currency", _("Currency")),
        ):
            if header[field] != self.doc.get(field):
                self._problem(
                    line,
                    _(
                        "{0} has {1} {2}, this settlement {3}. Choose a document that agrees, or settle it apart."
                    ).format(what, label, header[field], self.doc.get(field) or "?"),
                )

    def _tie(self, line: Document) -> Tied:
        tied = Tied(line)
        whole_invoice = line.remedy == GOODWILL and not line.item_code and not line.sales_invoice_item
        if line.sales_invoice and not whole_invoice:
            tied.invoiced = self._row(line, INVOICE, line.sales_invoice, line.sales_invoice_item)
        if line.delivery_note and (line.delivery_note_item or not tied.invoiced):
            tied.delivered = self._row(line, NOTE, line.delivery_note, line.delivery_note_item)
        if tied.delivered and not tied.invoiced and not line.sales_invoice:
            tied.invoiced = self._partner(tied.delivered)
        elif tied.invoiced and not tied.delivered:
            tied.delivered = self._partner(tied.invoiced, line.delivery_note or self.doc.delivery_note)
        if tied.invoiced and tied.delivered and tied.delivered not in self.sold.partners(tied.invoiced):
            self._problem(
                line,
                _(
                    "{0} and {1} do not belong to the same sale: choose the delivery of this invoice row."
                ).format(self._place(tied.invoiced), self._place(tied.delivered)),
            )
        self._tie_goods(tied)
        return tied

    def _row(self, line: Document, doctype: str, parent: str, name: str | None) -> SoldRow | None:
        """The row a line names, or the only one with its item."""
        rows = self.sold.of(doctype, parent)
        if name:
            found = [row for row in rows if row.name == name]
        else:
            found = [row for row in rows if not line.item_code or row.item_code == line.item_code]
        if len(found) == 1 and line.item_code in (None, "", found[0].item_code):
            return found[0]
        if len(found) > 1:
            self._problem(
                line,
                _("{0} {1} has several rows for this: take the row from Get Lines.").format(
                    _(doctype), parent
                ),
            )
        else:
            self._problem(
                line,
                _("Item {0} is not in {1} {2}: choose an item that was sold with it.").format(
                    line.item_code or "?", _(doctype), parent
                ),
            )
        return None

    def _partner(self, row: SoldRow, preferred: str | None = None) -> SoldRow | None:
        """The one row of the other document, when there is no doubt about it."""
        partners = self.sold.partners(row)
        if len(partners) > 1 and preferred:
            partners = [partner for partner in partners if partner.parent == preferred]
        return partners[0] if len(partners) == 1 else None

    def _tie_goods(self, tied: Tied) -> None:
        line = tied.line
        comes_back = line.remedy == RETURN_CREDIT or (line.remedy == REPLACEMENT and line.goods_come_back)
        if not comes_back or not tied.base:
            return
        books_stock = tied.invoiced and self.sold.headers[(INVOICE, tied.invoiced.parent)].update_stock
        if tied.delivered:
            tied.goods = tied.delivered
        elif books_stock and line.remedy == RETURN_CREDIT:
            tied.goods = tied.invoiced
        elif books_stock:
            self._problem(
                line,
                _(
                    "{0} delivered the goods itself, and ERPNext takes them back only with a credit. Clear Goods Come "
                    "Back and receive them with a Stock Entry, or choose Return and Credit."
                ).format(tied.invoiced.parent),
            )
        elif deliveries := self.sold.partners(tied.base):
            self._problem(
                line,
                _(
                    "delivered with several Delivery Notes ({0}): say from which one the goods come back."
                ).format(", ".join(sorted({row.parent for row in deliveries}))),
            )
        else:
            self._problem(
                line,
                _("{0} has no delivery, so nothing can come back: choose Credit for the money alone.").format(
                    self._place(tied.base)
                ),
            )

    # Filling ---------------------------------------------------------------------------------------------------------

    def _fill(self, tied: Tied) -> None:
        line, base = tied.line, tied.base
        if tied.invoiced:
            line.sales_invoice, line.sales_invoice_item = tied.invoiced.parent, tied.invoiced.name
        if tied.delivered:
            line.delivery_note, line.delivery_note_item = tied.delivered.parent, tied.delivered.name
        if base:
            line.item_code, line.item_name, line.uom = base.item_code, base.item_name, base.uom
            line.remaining_qty = self.remaining(tied)
        if line.remedy == GOODWILL:
            line.qty = line.rate = 0
            return
        if line.remedy == REPLACEMENT or (base and not flt(line.rate)):
            line.rate = base.rate  # what the free goods are worth, and the rate nobody has changed
        if line.remedy == REPAIR:
            line.rate = 0
        line.amount = flt(flt(line.qty) * flt(line.rate), line.precision("amount"))
        if tied.goods and not line.warehouse:
            line.warehouse = self._returns_warehouse()

    def remaining(self, tied: Tied) -> float:
        """Quantity still open to the line's remedy before this settlement, in the line's unit."""
        open_qty = tied.base.remaining_stock_qty
        if tied.goods:
            open_qty = min(open_qty, tied.goods.remaining_stock_qty)
        return flt(open_qty / tied.base.conversion_factor, 6)

    def _returns_warehouse(self) -> str | None:
        warehouse = frappe.get_single(SETTINGS).return_warehouse
        if warehouse and frappe.get_cached_value("Warehouse", warehouse, "company") == self.doc.company:
            return warehouse
        return None

    # Checks ----------------------------------------------------------------------------------------------------------

    def _check_quantities(self) -> None:
        """Sum of all lines on a row against what is left of it, for the sale and for the goods."""
        asked: dict[str, float] = defaultdict(float)
        for tied in self.tied:
            line, base = tied.line, tied.base
            if line.remedy == GOODWILL:
                continue
            if flt(line.qty) <= 0:
                self._problem(line, _("Quantity: enter more than zero."))
                continue
            stock_qty = flt(line.qty) * base.conversion_factor
            if line.remedy in CONSUMING or line.remedy == REPAIR:
                self._ask(asked, tied, base, stock_qty)
            if tied.goods and tied.goods is not base:
                self._ask(asked, tied, tied.goods, stock_qty)

    def _ask(self, asked: dict[str, float], tied: Tied, row: SoldRow, stock_qty: float) -> None:
        asked[row.name] += stock_qty
        if asked[row.name] <= row.remaining_stock_qty + TOLERANCE:
            return
        factor = tied.base.conversion_factor
        used = ", ".join(sorted(row.used_by))
        left = flt(max(row.remaining_stock_qty - asked[row.name] + stock_qty, 0) / factor, 6)
        message = _("Quantity: {0} {1} asked, but only {2} of {3} sold with {4} are left.").format(
            _number(tied.line.qty),
            tied.base.uom,
            _number(left),
            _number(row.stock_qty / factor),
            self._place(row),
        )
        if used:
            message += " " + _("Returned, drafted or replaced already: {0}.").format(used)
        self._problem(tied.line, message + " " + _("Lower the quantity."))

    def _check_units(self) -> None:
        """Batches and serial numbers: delivered with the row, still with the customer, and named where it matters."""
        batch_asked: dict[tuple[str, str], float] = defaultdict(float)
        serial_asked: set[str] = set()
        for tied in self.tied:
            base = tied.base
            if base is None:
                continue
            row = tied.goods or tied.delivered or base
            units, serials = self.units[row.name], split_serials(tied.line.serial_no)
            delivered = units.delivered or {row.batch_no, *split_serials(row.serial_no)}
            named = [*serials, *([tied.line.batch_no] if tied.line.batch_no else [])]
            unknown = [number for number in named if number not in delivered]
            if unknown and (tied.goods or units.delivered):
                self._problem(
                    tied.line,
                    _("{0} was not delivered with {1}: choose what was.").format(
                        ", ".join(unknown), self._place(row)
                    ),
                )
            elif tied.goods:
                self._complete_units(tied, units, serials)
                self._check_goods(tied, units, batch_asked, serial_asked)

    def _complete_units(self, tied: Tied, units: Units, serials: list[str]) -> None:
        """Name the units where only one answer is possible."""
        line, stock_qty = tied.line, flt(tied.line.qty) * tied.base.conversion_factor
        if units.has_serial and not serials and len(units.serials) == stock_qty:
            line.serial_no = "\n".join(units.serials)
        elif units.has_batch and not units.has_serial and not line.batch_no and len(units.batches) == 1:
            line.batch_no = next(iter(units.batches))

    def _check_goods(
        self,
        tied: Tied,
        units: Units,
        batch_asked: dict[tuple[str, str], float],
        serial_asked: set[str],
    ) -> None:
        line, stock_qty = tied.line, flt(tied.line.qty) * tied.base.conversion_factor
        if units.has_serial:
            serials = split_serials(line.serial_no)
            if len(serials) != stock_qty:
                self._problem(
                    line,
                    _("Serial Nos: name the {0} that come back (with the customer: {1}).").format(
                        _number(stock_qty), ", ".join(units.serials) or _("none")
                    ),
                )
            gone = [number for number in serials if number not in units.serials or number in serial_asked]
            if gone:
                self._problem(
                    line, _("Serial Nos: {0} came back already or is named twice.").format(", ".join(gone))
                )
            serial_asked.update(serials)
        elif units.has_batch and line.batch_no:
            key = (tied.goods.name, line.batch_no)
            batch_asked[key] += stock_qty
            left = units.batches.get(line.batch_no, 0.0)
            if batch_asked[key] > left + TOLERANCE:
                self._problem(
                    line,
                    _("Batch: {0} of batch {1} asked, {2} are still with the customer.").format(
                        _number(batch_asked[key]), line.batch_no, _number(left)
                    ),
                )
        elif units.has_batch and abs(sum(units.batches.values()) - stock_qty) > TOLERANCE:
            self._problem(
                line,
                _("Batch: say which batch comes back, one line for each ({0}).").format(
                    ", ".join(f"{batch}: {_number(qty)}" for batch, qty in units.batches.items())
                ),
            )

    def _check_money(self) -> None:
        """Rates not above the original, and never more money on a row or an invoice than it was worth."""
        on_row: dict[str, float] = defaultdict(float)
        on_invoice: dict[str, float] = defaultdict(float)
        for tied in self.tied:
            line = tied.line
            if line.remedy == CREDIT and not tied.invoiced:
                self._problem(
                    line,
                    _(
                        "{0} is not invoiced yet, so no money can be credited: choose a Sales Invoice, or another remedy."
                    ).format(self._place(tied.base)),
                )
                continue
            if tied.base and flt(line.rate) > tied.base.rate + TOLERANCE:
                self._problem(
                    line,
                    _("Rate: {0} is above the {1} of {2}. Lower the rate, or add a Goodwill line.").format(
                        _number(line.rate), _number(tied.base.rate), self._place(tied.base)
                    ),
                )
                continue
            if line.remedy == GOODWILL and flt(line.amount) <= 0:
                self._problem(line, _("Amount: enter the amount that is granted."))
            elif line.remedy == GOODWILL and not line.sales_invoice:
                self._problem(line, _("Sales Invoice: choose the invoice the goodwill is granted on."))
            elif line.remedy in (CREDIT, RETURN_CREDIT, GOODWILL) and line.sales_invoice:
                self._ask_money(tied, on_row, on_invoice)

    def _ask_money(self, tied: Tied, on_row: dict[str, float], on_invoice: dict[str, float]) -> None:
        line, row, cent = tied.line, tied.invoiced, 0.5 * 10 ** -tied.line.precision("amount")
        header = self.sold.headers[(INVOICE, line.sales_invoice)]
        on_invoice[header.name] += flt(line.amount)
        left, place = header.total - flt(header.credited), header.name
        asked = on_invoice[header.name]
        if row:
            on_row[row.name] += flt(line.amount)
            if row.remaining_amount - on_row[row.name] < left - asked:
                left, asked, place = row.remaining_amount, on_row[row.name], self._place(row)
        if asked > left + cent:
            self._problem(
                line,
                _(
                    "Amount: {0} asked on {1}, but only {2} of its value are not credited yet. Lower the amount."
                ).format(_number(asked), place, _number(max(left, 0))),
            )

    # Words -----------------------------------------------------------------------------------------------------------

    def _place(self, row: SoldRow) -> str:
        return _("{0} {1}, row {2}").format(_(row.doctype), row.parent, row.idx)

    def _problem(self, line: Document, text: str) -> None:
        self.problems.append(_("Row {0}: {1}").format(line.idx, text))


def _number(value: float) -> str:
    """A quantity or amount without needless zeros."""
    return f"{flt(value, 6):,.6f}".rstrip("0").rstrip(".")
