"""Documents that finance or stock make by hand beside a settlement."""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe.model.document import Document

from tests.desk import factory

Refused = frappe.ValidationError


def by_hand(mapped: Document, qty: float, submit: bool = False) -> Document:
    """A return as a bookkeeper enters it: one row, less than the whole."""
    mapped.items[0].qty = -qty
    mapped.insert(ignore_permissions=True)
    if submit:
        mapped.submit()
    return mapped


# Money of another currency, taxes, tills -------------------------------------------------------------------------


def euro_invoice(rate: float) -> Document:
    receivable = factory.make(
        "Account",
        account_name=factory.unique("Debtors EUR"),
        parent_account=frappe.db.get_value(
            "Account", {"account_type": "Receivable", "company": factory.company()}, "parent_account"
        ),
        company=factory.company(),
        account_type="Receivable",
        account_currency="EUR",
    )
    line = factory.stocked(10)
    buyer = factory.customer(default_currency="EUR")
    note = factory.delivery(buyer.name, replace(line, qty=10), currency="EUR", conversion_rate=rate)
    return factory.invoice_of(note.name, debit_to=receivable.name, conversion_rate=rate)
