"""What ERPNext's figures say after a settlement's document: what is unpaid on the invoice, and billed of the delivery."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.integrations.erpnext.credited import payable
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE


def is_more_than_outstanding(credit: Document, invoice: Document | frappe._dict) -> bool:
    """Whether a credit note (with its totals reckoned) gives back more than is still unpaid on its invoice.

    ERPNext keeps the outstanding amount in the currency of the customer's account, which may be the company's while
    the invoice is in another one.
    """
    total = payable(credit)
    if invoice.party_account_currency != credit.currency:
        total = credit.base_rounded_total or credit.base_grand_total
    places = credit.precision("outstanding_amount")
    return flt(abs(total), places) > flt(invoice.outstanding_amount, places)


def remember_side(doc: Document) -> None:
    """Before ERPNext validates a credit note: whether it was asked to stay open beside its invoice."""
    doc.flags.asked_for_self = bool(doc.get("update_outstanding_for_self"))


def settle_side(doc: Document) -> None:
    """After ERPNext validated a credit note: compare what its ledger will have, in the currency of its account.

    ERPNext itself compares the grand total with the outstanding amount, in whatever currency either is, and so lets a credit
    lower its invoice below nothing, or leaves it open beside an invoice that it would just pay.
    """
    if not (doc.doctype == INVOICE and doc.is_return and doc.return_against and not doc.is_pos):
        return
    fields = ["outstanding_amount", "party_account_currency"]
    invoice = frappe.db.get_value(INVOICE, doc.return_against, fields, as_dict=True)
    as_shown = flt(doc.rounded_total) or flt(doc.grand_total)
    if invoice.party_account_currency == doc.currency and payable(doc) == as_shown:
        return
    for_self = bool(doc.flags.asked_for_self) or is_more_than_outstanding(doc, invoice)
    if for_self != bool(doc.update_outstanding_for_self):
        doc.update_outstanding_for_self = int(for_self)
        doc.run_method("calculate_taxes_and_totals")


def refresh_billing(doc: Document) -> None:
    """After goods came back: how much of their delivery is billed. ERPNext looks again only when something is billed."""
    if doc.doctype == NOTE and doc.is_return and doc.return_against:
        frappe.get_doc(NOTE, doc.return_against).update_billing_percentage()
