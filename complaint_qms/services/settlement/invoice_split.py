"""Divides a line of a settlement where one delivery was billed in several invoices, or one invoice row left in parts.

A line stands on one invoiced and one delivered row. What was billed comes first, invoice by invoice; what nobody billed
comes back without money and keeps a line of its own, so that everybody sees it before submitting.
"""

from __future__ import annotations

from collections import defaultdict

from frappe import _
from frappe.model import default_fields
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.settlement import CONSUMING, CREDIT, RETURN_CREDIT
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, Sold, SoldRow
from complaint_qms.services.settlement.matched_line import (
    TOLERANCE,
    Problems,
    number,
    place,
)

Part = tuple[SoldRow | None, SoldRow | None, float]
"""Invoiced row, delivered row, quantity in the stock unit."""


class Splitter:
    """Divides the lines of one settlement.

    Args:
        doc: Complaint Settlement; its lines are replaced by their parts, which keep the row number of their line.
        sold: what its lines stand on.
        problems: told what cannot be divided.
    """

    def __init__(self, doc: Document, sold: Sold, problems: Problems) -> None:
        self.doc, self.sold, self.problems = doc, sold, problems
        self.asked: dict[str, float] = defaultdict(float)

    def split(self) -> bool:
        """Divide every line that needs it; says whether this changed for what money is given."""
        changed, lines = False, []
        for line in self.doc.lines:
            for doctype in (INVOICE, NOTE) if line.remedy in CONSUMING else ():
                named = line.sales_invoice_item if doctype == INVOICE else line.delivery_note_item
                if (doctype == INVOICE or named) and (row := self._row(line, doctype)):
                    self.asked[row.name] += flt(line.qty) * row.conversion_factor
        for line in list(self.doc.lines):
            parts = self._parts(line) if line.remedy in CONSUMING and flt(line.qty) > 0 else None
            billed = line.sales_invoice_item
            made = self._divide(line, parts) if parts else [line]
            changed = changed or len(made) > 1 or made[0].sales_invoice_item != billed
            lines += made
        self.doc.lines = lines
        return changed

    def _parts(self, line: Document) -> list[Part] | None:
        """None when the line stays as it is."""
        if line.delivery_note and not line.sales_invoice:
            row = self._row(line, NOTE)
            return self._by_invoice(line, row) if row else None
        comes_back = line.remedy == RETURN_CREDIT or line.goods_come_back
        if line.sales_invoice and comes_back and not (line.delivery_note or self.doc.delivery_note):
            row = self._row(line, INVOICE)
            return self._by_delivery(line, row) if row else None
        return None

    def _by_invoice(self, line: Document, row: SoldRow) -> list[Part] | None:
        """Of a delivered row: every invoice that bills it in turn, the settlement's own first; then what nobody bills."""
        mine = sorted(self.sold.partners(row), key=lambda other: other.parent != self.doc.sales_invoice)
        if not mine:
            return None
        unit = row if line.uom in (None, "", row.uom) else mine[0]
        whole = left = flt(line.qty) * unit.conversion_factor
        parts: list[Part] = []
        for other in mine:
            taken = min(left, max(other.remaining_stock_qty - self.asked[other.name], 0.0))
            if taken > TOLERANCE:
                parts.append((other, row, taken))
                self.asked[other.name] += taken
                left -= taken
        if left <= TOLERANCE:
            return parts
        if self.sold.unbilled_stock_qty(row) > TOLERANCE:
            if line.remedy == CREDIT:
                self._refuse_credit(line, row, whole - left, unit.conversion_factor)
            return [*parts, (None, row, left)]
        # More than there is: the line is refused with the figures of the invoice.
        *before, last = parts or [(mine[0], row, 0.0)]
        return [*before, (last[0], row, last[2] + left)]

    def _by_delivery(self, line: Document, row: SoldRow) -> list[Part] | None:
        """Of an invoiced row: all its deliveries when everything comes back; otherwise somebody has to say from which."""
        open_of = {
            other.name: max(other.remaining_stock_qty - self.asked[other.name], 0.0)
            for other in self.sold.partners(row)
        }
        mine = [other for other in self.sold.partners(row) if open_of[other.name] > TOLERANCE]
        wanted = flt(line.qty) * row.conversion_factor
        if len(open_of) < 2 or (len(mine) > 1 and abs(sum(open_of.values()) - wanted) > TOLERANCE):
            return None
        if len(mine) == 1:
            self.asked[mine[0].name] += wanted
            return [(row, mine[0], wanted)]
        return [(row, other, open_of[other.name]) for other in mine]

    def _refuse_credit(self, line: Document, row: SoldRow, billed: float, factor: float) -> None:
        self.problems.add(
            line,
            _(
                "Quantity: {0} asked, but only {1} of {2} are invoiced and not credited yet. Lower the quantity, or choose "
                "Return and Credit."
            ).format(number(line.qty), number(billed / factor), place(row)),
        )

    def _row(self, line: Document, doctype: str) -> SoldRow | None:
        """The row a line names, or the only one with its item; None when there is a doubt."""
        parent, name = (
            (line.sales_invoice, line.sales_invoice_item)
            if doctype == INVOICE
            else (line.delivery_note, line.delivery_note_item)
        )
        rows = self.sold.of(doctype, parent) if parent else []
        found = [
            row for row in rows if (row.name == name if name else line.item_code in (None, "", row.item_code))
        ]
        return found[0] if len(found) == 1 else None

    def _divide(self, line: Document, parts: list[Part]) -> list[Document]:
        serials = split_serials(line.serial_no)
        named = len(parts) > 1 and abs(len(serials) - sum(part[2] for part in parts)) < TOLERANCE
        values = {key: value for key, value in line.as_dict().items() if key not in default_fields}
        made: list[Document] = []
        full = len(parts) > 1 and flt(line.rate) <= max((part[0] or part[1]).rate for part in parts)
        for invoiced, delivered, stock_qty in parts:
            part = line if not made else self.doc.append("lines", values)
            part.idx = line.idx
            base = invoiced or delivered
            if invoiced:
                part.sales_invoice, part.sales_invoice_item = invoiced.parent, invoiced.name
            part.delivery_note, part.delivery_note_item = delivered.parent, delivered.name
            part.qty = flt(stock_qty / base.conversion_factor, 6)
            if full:  # the invoices may have charged different rates
                part.rate = min(flt(values.get("rate")), base.rate)
            if named:
                count = round(stock_qty)
                part.serial_no, serials = "\n".join(serials[:count]), serials[count:]
            made.append(part)
        return made
