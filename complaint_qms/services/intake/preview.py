"""A complaint before it is saved: what it names fills the rest, and what the customer, the unit and the text say already."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.engine.sop.at_once import against
from complaint_qms.engine.text import code_tokens
from complaint_qms.integrations.erpnext import product_search
from complaint_qms.integrations.erpnext.source_facts import SOURCES, complaint_from
from complaint_qms.permissions.choices import is_one
from complaint_qms.services.intake import context, proposal_answers, proposals, proposed_matches, register
from complaint_qms.services.lifecycle.overview import why_not_at_once
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import read_values
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.sop.at_once import facts_at_once
from complaint_qms.services.sop.procedure import choose_sop

# What a person may have entered, and what is filled in beside it
ENTERED: Final = (
    "company", "customer", "contact_person", "complainant_name", "contact_email", "contact_phone", "customer_reference", "item_code",
    "product_model", "batch_no", "serial_no", "reported_lot", "qty", "sales_order", "delivery_note", "sales_invoice",
    "subject", "description", "expectation", "channel", "complaint_type", "severity", "urgency", "harm_level",
    "reportable", "complaint_owner",
)  # fmt: skip
_FILLED: Final = (
    "company", "customer", "contact_person", "complainant_name", "contact_email", "contact_phone", "customer_address",
    "territory", "country", "language", "item_code", "item_name", "item_group", "batch_no", "serial_no", "uom",
    "supplier", "manufacturing_date", "expiry_date", "warranty_until", "sales_order", "delivery_note",
    "sales_invoice", "currency",
)  # fmt: skip
_LINKS: Final = {
    "customer": "Customer",
    "contact_person": "Contact",
    "item_code": "Item",
    "batch_no": "Batch",
    "serial_no": "Serial No",
    **{field: doctype for doctype, field in SOURCES.items()},
}
_SALES: Final = 6
_LONGEST: Final = 20_000


def look(sent: dict[str, Any]) -> tuple[Document, dict[str, Any]]:
    """The complaint in memory, and what can be said of it.

    Args:
        sent: fields of Complaint that are filled so far.

    Returns:
        (complaint, {filled: {field: value} that the caller left empty, items: [of the document that is named],
        sales: [where such a unit was sold], mentions: [{field, value, doctype} found in the text], candidates: as of
        `proposed_matches`, proposals: as of a
        saved complaint, context: what stands beside it, at_once: whether it may be solved at once as far as it is told, not_at_once:
        why it may not where its SOP lets the user do so}). Nothing is told of a record that the user may not see.
    """
    values = read_values("Complaint", {field: sent[field] for field in ENTERED if sent.get(field)})
    doc = frappe.get_doc({"doctype": "Complaint", "stage": "intake", **_seen(values)})
    items = _take_document(doc)
    sales = _sales_of(doc)
    register.fill_in(doc)
    proposals.refresh(doc)
    filled = {field: doc.get(field) for field in _FILLED if doc.get(field) and not sent.get(field)}
    return doc, {
        "filled": filled,
        "items": items if not doc.item_code else [],
        "sales": sales,
        "mentions": (mentions := _mentions(doc)),
        "candidates": _candidates(doc, mentions),
        "proposals": proposal_answers.stored_proposals(doc),
        "context": context.beside(doc),
        **_of_at_once(doc),
    }


def _of_at_once(doc: Document) -> dict[str, Any]:
    doc.sop = doc.sop or choose_sop(doc)
    facts = {**doc.as_dict(), "at_once": facts_at_once(doc)}
    return {"at_once": not against(facts), "not_at_once": why_not_at_once(doc, facts)}


def _seen(values: dict[str, Any]) -> dict[str, Any]:
    """The values without the names of records that the user may not see; one query for each kind of record."""
    hidden = [
        field
        for field, doctype in _LINKS.items()
        if values.get(field) and not readable(doctype, [values[field]])
    ]
    if values.get("company") and not is_one("Company", values["company"]):
        hidden.append("company")
    return {field: value for field, value in values.items() if field not in hidden}


def _take_document(doc: Document) -> list[dict[str, Any]]:
    """A sales document that is named fills the complaint in; its items, for who has to choose one."""
    for field in ("delivery_note", "sales_invoice", "sales_order"):
        if name := doc.get(field):
            return _take(doc, next(kind for kind, of in SOURCES.items() if of == field), name)
    return []


def _take(doc: Document, doctype: str, name: str) -> list[dict[str, Any]]:
    if frappe.db.get_value(doctype, name, "docstatus") != 1:
        return []  # said when it is saved
    facts = complaint_from(doctype, name)
    shown = _seen({field: value for field, value in facts.items() if not field.startswith("source_")})
    for field, value in shown.items():
        # Another item of the document was chosen: its lot is another one.
        if field in ("batch_no", "serial_no") and doc.item_code and doc.item_code != facts.get("item_code"):
            continue
        if not doc.get(field):
            doc.set(field, value)
    items = product_search.items_of(doctype, name)
    if doc.item_code and not (doc.batch_no or doc.serial_no):
        doc.update(_seen(product_search.lot_of(doctype, name, doc.item_code)))
    return items


def _sales_of(doc: Document) -> list[dict[str, Any]]:
    """Where such a unit was sold. The only sale there is is taken, with the customer it went to; of somebody who was named
    otherwise it is offered, for the unit may have been sold on."""
    if any(doc.get(field) for field in SOURCES.values()):
        return []
    unit = {field: doc.get(field) for field in ("serial_no", "batch_no", "item_code") if doc.get(field)}
    if not unit or (not doc.customer and set(unit) == {"item_code"}):
        return []
    found = product_search.sales_of(unit, doc.customer or "", doc.company or "", permitted, _SALES)
    names = {(sale["doctype"], sale["name"]) for sale in found}
    if len(names) != 1 or (doc.complainant_name and not doc.customer):
        return found
    doctype, name = names.pop()
    doc.set(SOURCES[doctype], name)
    _take(doc, doctype, name)
    return []


def _candidates(doc: Document, mentions: list[dict[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Who and what it may be; what is offered as a number of the text is not offered twice."""
    offered = {one["value"] for one in mentions}
    found = proposed_matches.proposed_matches(doc)
    return found | {"what": [one for one in found["what"] if not offered & {*one["values"].values()}]}


def _mentions(doc: Document) -> list[dict[str, str]]:
    """Numbers in the text that are those of a batch, a serial number or a sales document, and not in its field yet."""
    text = f"{doc.subject or ''} {without_tags(doc.description or '')}"[:_LONGEST]
    found = product_search.named_in(code_tokens(text), doc.company or "")
    return [one | {"label": _(one["doctype"])} for one in found if doc.get(one["field"]) != one["value"]]
