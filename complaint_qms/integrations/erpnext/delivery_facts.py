"""What deliveries say of how goods went to the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import frappe

from complaint_qms.integrations.erpnext.stock_movements import in_slices

NOTE: Final = "Delivery Note"
INVOICE: Final = "Sales Invoice"


def transporters(documents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Delivery Note → name of its transporter, where one stands on it."""
    note, found = frappe.qb.DocType(NOTE), {}
    for names in in_slices(sorted({name for doctype, name in documents if doctype == NOTE})):
        query = frappe.qb.from_(note).select(note.name, note.transporter, note.transporter_name)
        for name, transporter, title in query.where(note.name.isin(names)).run():
            if title or transporter:
                found[NOTE, name] = title or transporter
    return found


def deliveries_of_invoices(invoices: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """Sales Invoice → the documents that delivered what it bills: itself where it moved the stock, Delivery Notes that it bills, and
    those that were made of it. Of one that is not there it is not known."""
    invoice, line = frappe.qb.DocType(INVOICE), frappe.qb.DocType("Sales Invoice Item")
    row = frappe.qb.DocType("Delivery Note Item")
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for names in in_slices(sorted(set(invoices))):
        moved = frappe.qb.from_(invoice).select(invoice.name).where(invoice.update_stock == 1)
        for name in moved.where(invoice.name.isin(names)).run(pluck=True):
            found[name].add((INVOICE, name))
        billed = frappe.qb.from_(line).select(line.parent, line.delivery_note)
        made = frappe.qb.from_(row).select(row.against_sales_invoice, row.parent)
        for query, field in ((billed, line.parent), (made, row.against_sales_invoice)):
            for name, note in query.where(field.isin(names)).distinct().run():
                if note:
                    found[name].add((NOTE, note))
    return dict(found)
