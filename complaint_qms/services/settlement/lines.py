"""Ties the lines of a settlement to what was sold, fills them, and has them checked.

Nothing here writes. Problems come back as sentences that name the row and the way out, all at once.
"""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants.settlement import CONSUMING, GOODWILL, REPAIR, REPLACEMENT, RETURN_CREDIT
from complaint_qms.engine.shares import shares
from complaint_qms.integrations.erpnext.batches_and_serials import Units, units_with_customer
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, Sold, SoldRow, load
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.settlement.invoice_split import Splitter
from complaint_qms.services.settlement.matched_line import Problems, Tied, place
from complaint_qms.services.settlement.open_amounts import check_money
from complaint_qms.services.settlement.open_quantities import check_quantities, check_units, open_stock_qty
from complaint_qms.services.settlement.returns_warehouse import check_warehouses, fill_warehouses
from complaint_qms.services.settlement.serials import check_serials
from complaint_qms.services.settlement.totals import name_source


class Lines:
    """Lines of one settlement against the present state of its invoices and deliveries.

    Args:
        doc: Complaint Settlement; empty fields of its lines are filled.
        locked: see `remaining.load`.
    """

    def __init__(self, doc: Document, *, locked: bool = False) -> None:
        self.doc = doc
        self.problems = Problems()
        for line in doc.lines:
            self._name_source(line)
        self.sold: Sold = load(
            {line.sales_invoice for line in doc.lines if line.sales_invoice},
            {line.delivery_note for line in doc.lines if line.delivery_note},
            without_settlement=doc.name,
            locked=locked,
        )
        self._check_documents()
        if not self.problems:
            self._split()
        self.tied = [] if self.problems else [self._tie(line) for line in doc.lines]
        rows = [row for tied in self.tied for row in (tied.delivered, tied.invoiced, tied.goods) if row]
        self.units: dict[str, Units] = units_with_customer(rows, locked=locked)
        if self.problems:
            return
        for tied in self.tied:
            self._fill(tied)
        fill_warehouses(self.tied, doc.company, told=not locked)
        check_warehouses(self.tied, doc.company, self.problems)
        check_quantities(self.tied, self.sold, self.problems)
        check_units(self.tied, self.units, self.problems)
        check_serials(self.tied, self.units, self.problems, without=doc.name, locked=locked)
        self.asked_value = check_money(self.tied, self.sold, self.problems)
        for number, line in enumerate(doc.lines, 1):
            line.idx = number  # until here the parts of a line had its number, which is what its writer sees

    def grants(self, tied: Tied) -> list[tuple[SoldRow, float]]:
        """(row, amount) of a goodwill line: its row, or the rows of the whole invoice with the same tax and accounts.

        One row for each kind of tax and account, with the part of the amount that its rows' worth calls for.
        """
        amount = flt(tied.line.amount)
        if tied.invoiced:
            return [(tied.invoiced, amount)]
        groups: dict[tuple[str, ...], list[SoldRow]] = defaultdict(list)
        for row in self.sold.of(INVOICE, tied.line.sales_invoice):
            groups[row.books].append(row)
        open_values = [
            sum(max(row.remaining_value - self.asked_value[row.name], 0.0) for row in rows)
            for rows in groups.values()
        ]
        parts = shares(amount, open_values, tied.line.precision("amount"))
        return [(rows[0], part) for rows, part in zip(groups.values(), parts, strict=True) if part]

    def remaining(self, tied: Tied) -> float:
        """Quantity still open to the line's remedy before this settlement, in the line's unit."""
        open_qty = open_stock_qty(tied, self.sold)
        if tied.goods:
            open_qty = min(open_qty, tied.goods.remaining_stock_qty)
        return flt(open_qty / tied.base.conversion_factor, 6)

    # Sources ---------------------------------------------------------------------------------------------------------

    def _split(self) -> None:
        changed = Splitter(self.doc, self.sold, self.problems).split()
        if changed and self.doc.docstatus.is_submitted() and self.doc.get_doc_before_save():
            self.problems.append(
                _(
                    "What is billed of the delivered goods has changed. Save the draft again and look at its lines."
                )
            )

    def _name_source(self, line: Document) -> None:
        name_source(self.doc, line)
        if not line.sales_invoice and not line.delivery_note:
            self.problems.add(
                line, _("choose the Sales Invoice or the Delivery Note the goods were sold with.")
            )

    def _check_documents(self) -> None:
        seen = set()
        for line in self.doc.lines:
            for doctype, name in ((INVOICE, line.sales_invoice), (NOTE, line.delivery_note)):
                if name and (doctype, name) not in seen:
                    seen.add((doctype, name))
                    self._check_document(line, doctype, self.sold.headers[(doctype, name)])

    def _check_document(self, line: Document, doctype: str, header: frappe._dict) -> None:
        what = f"{_(doctype)} {escape_html(header.name)}"
        if header.docstatus != 1:
            self.problems.add(
                line, _("{0} is not submitted: submit it first, or choose another.").format(what)
            )
        if header.is_return:
            self.problems.add(
                line,
                _("{0} is itself a return: choose the original, {1}.").format(
                    what, escape_html(header.return_against or "?")
                ),
            )
        if doctype == INVOICE and header.is_consolidated:
            self.problems.add(
                line,
                _("{0} gathers sales of a till: return the sale in its POS Invoice instead.").format(what),
            )
        for field, label in (
            ("customer", _("Customer")),
            ("company", _("Company")),
            ("currency", _("Currency")),
        ):
            if header[field] != self.doc.get(field):
                self.problems.add(
                    line,
                    _(
                        "{0} has {1} {2}, this settlement {3}. Choose a document that agrees, or settle it apart."
                    ).format(
                        what, label, escape_html(header[field]), escape_html(self.doc.get(field) or "?")
                    ),
                )

    def _tie(self, line: Document) -> Tied:
        tied = Tied(line)
        whole_invoice = line.remedy == GOODWILL and not line.item_code and not line.sales_invoice_item
        if line.sales_invoice and not whole_invoice:
            tied.invoiced = self._row(line, INVOICE, line.sales_invoice, line.sales_invoice_item)
        if line.delivery_note and (line.delivery_note_item or not tied.invoiced):
            tied.delivered = self._row(line, NOTE, line.delivery_note, line.delivery_note_item)
        if tied.delivered and not tied.invoiced and not line.sales_invoice:
            # What consumes was divided by invoices before; what has none left is not billed.
            tied.invoiced = None if line.remedy in CONSUMING else self._partner(tied.delivered)
        elif tied.invoiced and not tied.delivered:
            tied.delivered = self._partner(tied.invoiced, line.delivery_note or self.doc.delivery_note)
        if tied.invoiced and tied.delivered and tied.delivered not in self.sold.partners(tied.invoiced):
            self.problems.add(
                line,
                _(
                    "{0} and {1} do not belong to the same sale: choose the delivery of this invoice row."
                ).format(place(tied.invoiced), place(tied.delivered)),
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
            self.problems.add(
                line,
                _("{0} {1} has several rows for this: take the row from Get Lines.").format(
                    _(doctype), escape_html(parent)
                ),
            )
        else:
            self.problems.add(
                line,
                _("Item {0} is not in {1} {2}: choose an item that was sold with it.").format(
                    escape_html(line.item_code or "?"), _(doctype), escape_html(parent)
                ),
            )
        return None

    def _partner(self, row: SoldRow, preferred: str | None = None) -> SoldRow | None:
        """The one row of the other document, when there is no doubt about it."""
        partners = self.sold.partners(row)
        if len(partners) > 1 and preferred:
            partners = [partner for partner in partners if partner.parent == preferred]
        return partners[0] if len(partners) == 1 else None

    # Filling ---------------------------------------------------------------------------------------------------------

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
            self.problems.add(
                line,
                _(
                    "{0} delivered the goods itself, and ERPNext takes them back only with a credit. Clear Goods Come "
                    "Back and receive them with a Stock Entry, or choose Return and Credit."
                ).format(escape_html(tied.invoiced.parent)),
            )
        elif deliveries := self.sold.partners(tied.base):
            self.problems.add(
                line,
                _(
                    "delivered with several Delivery Notes ({0}): say from which one the goods come back."
                ).format(escape_html(comma_list(sorted({row.parent for row in deliveries})))),
            )
        else:
            self.problems.add(
                line,
                _("{0} has no delivery, so nothing can come back: choose Credit for the money alone.").format(
                    place(tied.base)
                ),
            )

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
