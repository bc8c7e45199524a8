"""Proposals of who and what for a complaint whose customer or product is not known yet; only for fields that nobody filled."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.personal_data import IDENTITY
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.integrations.erpnext.source_facts import SOURCES
from complaint_qms.permissions.personal_data import sees
from complaint_qms.services.intake import matching
from complaint_qms.services.record import match_keys

_PRODUCT: Final = ("item_code", "batch_no", "serial_no", *SOURCES.values())
_LONGEST: Final = 5_000


def proposed_matches(doc: Document) -> dict[str, list[dict[str, Any]]]:
    """{who: [candidate], what: [candidate]} as of `matching`, their values without those of fields that are filled; nothing is
    asked of the database where both are known."""
    text = f"{match_keys.wording(doc)} {doc.get('product_model') or ''} {doc.get('reported_lot') or ''}"[
        :_LONGEST
    ]
    return {"who": _who(doc, text), "what": _what(doc, text)}


def matches_beside(doc: Document) -> dict[str, list[dict[str, Any]]]:
    """The same beside a complaint that is stored: while it is not at its end, for who may take a proposal over. Asked where the panel
    comes into sight and not with every opening, for a number is looked for in every spelling it may have been mistyped in."""
    if doc.stage not in COMPLAINT_UNENDED or not frappe.has_permission("Complaint", "write", doc=doc):
        return {"who": [], "what": []}
    found = proposed_matches(doc)
    return found if sees([IDENTITY]) else found | {"who": []}


def _who(doc: Document, text: str) -> list[dict[str, Any]]:
    sender = matching.ContactDetails(
        phone=doc.get("contact_phone"),
        email=doc.get("contact_email"),
        name=doc.get("complainant_name"),
        customer_id=doc.get("customer_reference"),
    )
    if doc.get("customer") or not (sender.phone or sender.email or sender.name or sender.customer_id):
        return []
    return _open(
        doc, [one for one in matching.who(sender, text, doc.get("company")) if one["values"].get("customer")]
    )


def _what(doc: Document, text: str) -> list[dict[str, Any]]:
    if any(doc.get(field) for field in _PRODUCT) or len(text.strip(" .")) < matching.SHORTEST_TEXT:
        return []
    return _open(doc, matching.what(text, doc.get("customer") or "", doc.get("company") or ""))


def _open(doc: Document, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        one | {"values": {name: value for name, value in one["values"].items() if not doc.get(name)}}
        for one in found
    ]
