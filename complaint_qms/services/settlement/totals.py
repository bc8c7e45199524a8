"""What a settlement comes to, in its own currency and in the company's."""

from __future__ import annotations

from collections.abc import Mapping

from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE

Source = tuple[str, str | None]
"""(DocType, name) of the sale a line stands on."""


def name_source(doc: Document, line: Document) -> None:
    """A line without a source stands on the settlement's own."""
    if not line.sales_invoice and not line.delivery_note:
        line.sales_invoice = doc.sales_invoice
        line.delivery_note = None if doc.sales_invoice else doc.delivery_note


def source_of(line: Document) -> Source:
    """The sale whose exchange rate a line has."""
    return (INVOICE, line.sales_invoice) if line.sales_invoice else (NOTE, line.delivery_note)


def add_up(doc: Document, rates: Mapping[Source, float]) -> None:
    """Set the totals; each line is converted at the exchange rate its own document was booked with.

    Args:
        rates: exchange rate of each source; one that is missing or 0 counts as 1.
    """
    total = base_total = 0.0
    for line in doc.lines:
        rate = flt(rates.get(source_of(line))) or 1.0
        if line.idx == 1:
            doc.conversion_rate = rate
        total += flt(line.amount)
        base_total += flt(line.amount) * rate
    doc.total_amount = flt(total, doc.precision("total_amount"))
    doc.base_total_amount = flt(base_total, doc.precision("base_total_amount"))
