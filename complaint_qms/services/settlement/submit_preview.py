"""Whether somebody may submit a settlement, told beside its total before they try. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.settlement import DOCTYPE
from complaint_qms.services.record.input_validation import read_values
from complaint_qms.services.settlement.approval_limits import granted_before, refusal
from complaint_qms.services.settlement.totals import Source, add_up, name_source, source_of


def drafted(user: str, company: str, complaint: str | None, draft: Mapping[str, Any]) -> Document:
    """A settlement that is being written and stands nowhere yet: proposed by `user`, with what it comes to.

    Args:
        draft: {sales_invoice, delivery_note, lines: [{sales_invoice, delivery_note, amount}]}, as far as it is filled in.

    Raises:
        frappe.ValidationError: naming every field that is unknown or whose value could not be stored.
    """
    doc = frappe.new_doc(DOCTYPE)
    doc.update(read_values(DOCTYPE, draft))
    customer = complaint and frappe.db.get_value("Complaint", complaint, "customer")
    doc.update({"company": company, "complaint": complaint, "customer": customer, "proposed_by": user})
    for line in doc.lines:
        name_source(doc, line)
    add_up(doc, _rates(doc))
    return doc


def verdict(user: str, doc: Document) -> dict[str, Any]:
    """Returns {total (company currency), why: the refusal that submitting would meet, None when it would meet none}."""
    (granted,) = granted_before([doc])
    return {"total": doc.base_total_amount, "why": refusal(doc, user, granted)}


def _rates(doc: Document) -> dict[Source, float]:
    """Exchange rates of the sales that the lines stand on; one query a kind. Of the complaint's customer alone."""
    if not doc.customer:
        return {}
    names: dict[str, set[str]] = defaultdict(set)
    for doctype, name in map(source_of, doc.lines):
        if name:
            names[doctype].add(name)
    rates: dict[Source, float] = {}
    for doctype, wanted in names.items():
        rows = frappe.get_all(
            doctype,
            filters={"name": ("in", sorted(wanted)), "customer": doc.customer, "company": doc.company},
            fields=["name", "conversion_rate"],
            order_by="name",
        )
        rates |= {(doctype, row.name): row.conversion_rate for row in rows}
    return rates
