"""What deliveries say of how goods went to the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import frappe

from complaint_qms.integrations.erpnext.stock_movements import in_slices

NOTE = "Delivery Note"


def transporters(documents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Delivery Note → name of its transporter, where one stands on it."""
    note, found = frappe.qb.DocType(NOTE), {}
    for names in in_slices(sorted({name for doctype, name in documents if doctype == NOTE})):
        query = frappe.qb.from_(note).select(note.name, note.transporter, note.transporter_name)
        for name, transporter, title in query.where(note.name.isin(names)).run():
            if title or transporter:
                found[NOTE, name] = title or transporter
    return found


def notes_of_invoices(invoices: Iterable[str]) -> dict[str, set[str]]:
    """Sales Invoice → Delivery Notes that it bills, or that were made of it."""
    line, row = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType("Delivery Note Item")
    found: dict[str, set[str]] = defaultdict(set)
    for names in in_slices(sorted(set(invoices))):
        billed = frappe.qb.from_(line).select(line.parent, line.delivery_note)
        made = frappe.qb.from_(row).select(row.against_sales_invoice, row.parent)
        for query, field in ((billed, line.parent), (made, row.against_sales_invoice)):
            for invoice, note in query.where(field.isin(names)).distinct().run():
                if note:
                    found[invoice].add(note)
    return dict(found)
