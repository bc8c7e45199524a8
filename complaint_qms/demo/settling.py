"""The remedy of a demo complaint, proposed as a settlement on the sale it is about."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.model.document import Document

from complaint_qms.constants.settlement import DOCTYPE, REJECTED
from complaint_qms.demo.supply import Sale
from complaint_qms.demo.time_travel import at


def settle(complaint: Document, sale: Sale, remedy: str) -> str:
    """Name of the proposed settlement: a credit or a replacement for the pieces complained about."""
    currency = frappe.db.get_value("Sales Invoice", sale.sales_invoice, "currency")
    line = {
        "remedy": remedy,
        "item_code": sale.item_code,
        "qty": complaint.qty or 1,
        "sales_invoice": sale.sales_invoice,
        "sales_invoice_item": sale.invoice_row,
    }
    if complaint.serial_no:
        line["serial_no"] = complaint.serial_no
    values = {
        "complaint": complaint.name,
        "customer": complaint.customer,
        "company": complaint.company,
        "currency": currency,
        "sales_invoice": sale.sales_invoice,
        "reason": "Agreed with the customer by phone.",
        "lines": [line],
    }
    return frappe.get_doc({"doctype": "Complaint Settlement", **values}).insert().name


def reject(name: str, user: str, moment: datetime) -> None:
    """Whoever may approve the settlement says no to it, and why."""
    with at(moment, user):
        doc = frappe.get_doc(DOCTYPE, name)
        doc.status = REJECTED
        doc.rejection_reason = "Photos show four pieces with scratches, not all of them. Credit those alone."
        doc.save()
