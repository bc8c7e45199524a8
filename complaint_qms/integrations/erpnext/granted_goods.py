"""Goods that settlements gave away, counted on ERPNext's documents in stock units."""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import flt

from complaint_qms.constants.settlement import DOCTYPE as SETTLEMENT
from complaint_qms.constants.settlement import LIVE, REPLACEMENT
from complaint_qms.integrations.erpnext.remaining import INVOICE

_LISTED = "Complaint Settlement Document"


def granted_quantities(settlement: str) -> dict[str, float]:
    """Item → quantity that a settlement replaces."""
    line = frappe.qb.DocType("Complaint Settlement Line")
    billed, delivered = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType("Delivery Note Item")
    rows = (
        frappe.qb.from_(line)
        .left_join(billed)
        .on(billed.name == line.sales_invoice_item)
        .left_join(delivered)
        .on(delivered.name == line.delivery_note_item)
        .select(line.item_code, line.qty)
        .select(Coalesce(billed.conversion_factor, delivered.conversion_factor, 1).as_("factor"))
        .where((line.parent == settlement) & (line.remedy == REPLACEMENT))
        .orderby(line.idx, order=Order.asc)
    ).run(as_dict=True)
    granted: dict[str, float] = defaultdict(float)
    for row in rows:
        granted[row.item_code] += flt(row.qty) * flt(row.factor)
    return dict(granted)


def sent_quantities(doctype: str, documents: list[str]) -> dict[str, float]:
    """Item → quantity on documents of a kind."""
    sent: dict[str, float] = defaultdict(float)
    if documents:
        for row in frappe.get_all(
            f"{doctype} Item",
            {"parent": ("in", documents), "parenttype": doctype},
            ["item_code", "stock_qty"],
            order_by="idx asc",
        ):
            sent[row.item_code] += flt(row.stock_qty)
    return sent


def credited_return(rows: list[str]) -> frappe._dict | None:
    """Of rows of deliveries, the first that is a return which a settlement credits already: `name`, `settlement`, `document_name` (the
    credit note)."""
    item, note = frappe.qb.DocType("Delivery Note Item"), frappe.qb.DocType("Delivery Note")
    listed = frappe.qb.DocType(_LISTED)
    found = (
        frappe.qb.from_(item)
        .inner_join(note)
        .on(note.name == item.parent)
        .inner_join(listed)
        .on((listed.parent == note.complaint_settlement) & (listed.parenttype == SETTLEMENT))
        .select(note.name, listed.parent.as_("settlement"), listed.document_name)
        .where(item.name.isin(rows) & (note.is_return == 1))
        .where((listed.document_type == INVOICE) & listed.document_status.isin(LIVE))
        .orderby(note.name)
        .orderby(listed.idx)
        .limit(1)
        .run(as_dict=True)
    )
    return found[0] if found else None
