"""An item as the values of a complaint: what the message says, for a person to complete."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.inbox import AUTHORS, DOCTYPE, REST, TELLERS
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.permissions.choices import is_one
from complaint_qms.services.inbox.rest_keys import request_of
from complaint_qms.services.inbox.senders import fields_of_address, party_of
from complaint_qms.services.intake.register import CLOSED_TO_CALLERS
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import read_values

_LONGEST: Final = 100_000
_OF_SENDER: Final = ("complainant_name", "contact_email", "contact_phone")
# A key counts for who sent it; as that of who decides it would name another complaint. `origin` passes it on.
_KEYS: Final = ("idempotency_key", "idempotency_hash")


def proposed_values(item: Document) -> dict[str, Any]:
    """Fields of Complaint that an item answers; nothing of a record that the user may not see.

    Who sent it is looked up among customers and contacts; of a request those fields are taken that can be stored.
    """
    told = frappe.get_attr(TELLERS[item.road])(item) if item.road in TELLERS else {}
    text = told.pop("text", item.text or "")
    values = {
        "source_doctype": DOCTYPE,
        "source_name": item.name,
        # A picture alone says something too; a request has to name its subject itself, and is told so.
        "subject": item.subject
        or _("Message from {0}").format(item.sender_name or item.sender_address or item.name),
        "description": paragraphs(text),
        "complainant_name": item.sender_name,
        "channel": item.channel,
        "company": item.company,
        "language": item.language,
        "received_at": item.received_at,
        **fields_of_address(item.sender_address or ""),
        **told,
    }
    sent = _sent(item) if item.road == REST else {}
    party = party_of(item.sender_address or "", item.sender_name or "", item.company, item.road)
    if sent.keys() & {"customer", "contact_person"}:
        party = {}  # of two records the contact of one beside the other would be nobody
    if author := frappe.get_attr(AUTHORS[item.road])(item) if item.road in AUTHORS else {}:
        # A colleague has passed it on, and is nobody who complains.
        party, values = author, {name: value for name, value in values.items() if name not in _OF_SENDER}
    values = party | {field: value for field, value in values.items() if value not in (None, "")} | sent
    values.setdefault("complainant_name", item.sender_address)
    return {field: value for field, value in values.items() if value not in (None, "")}


def paragraphs(text: str) -> str:
    """Plain text as the markup of a description."""
    lines = (line.strip() for line in text[:_LONGEST].splitlines())
    return "".join(f"<p>{escape_html(line)}</p>" for line in lines if line)


def _sent(item: Document) -> dict[str, Any]:
    """Those fields of a request that a complaint could hold as they are."""
    meta, values = frappe.get_meta("Complaint"), {}
    for name, value in request_of(item).items():
        field = meta.get_field(name)
        if not field or name in (*CLOSED_TO_CALLERS, *_KEYS) or field.fieldtype in frappe.model.table_fields:
            continue
        with suppress(frappe.ValidationError), messages_dropped_on(frappe.ValidationError):
            values |= read_values("Complaint", {name: value})
    links = [field for field in meta.get_link_fields() if values.get(field.fieldname)]
    for field in links:
        if not _is_open(field.options, values[field.fieldname]):
            values.pop(field.fieldname)
    return values


def _is_open(doctype: str, name: str) -> bool:
    if doctype == "Company":
        return is_one(doctype, name)
    return bool(readable(doctype, [name]))
