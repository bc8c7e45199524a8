"""What of a complaint a model is told: facts, messages, what happened; and whose personal data stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, split_emails

from complaint_qms.constants.language_model import (
    DRAFT,
    FACTS,
    KEPT,
    LONGEST_MESSAGE,
    LONGEST_TEXT,
    MOST_MESSAGES,
    SUMMARY,
)
from complaint_qms.engine import placeholders
from complaint_qms.services.correspondence.addresses import addresses_of_complainant, bare
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.record.labels import word
from complaint_qms.services.story.tell import tell


@dataclass(frozen=True)
class Collected:
    """
    Attributes:
        lines: what is told.
        known: kind of personal data → what of it may stand there.
        kept: codes that are none.
    """

    lines: list[str]
    known: dict[str, set[str]]
    kept: set[str]


def collect(complaint: Document, purpose: str, settings: Document) -> Collected:
    """What the settings let the model be told of a complaint that the present user may read, in their language."""
    messages = _messages(complaint, purpose) if cint(settings.send_messages) else []
    told = [*_facts(complaint), *_described(complaint)]
    told += _section(_("Messages so far"), _newest(_message(row) for row in reversed(messages)))
    if purpose == SUMMARY and cint(settings.send_story):
        story = (f"{frappe.format(one.at, 'Datetime')}: {one.text}" for one in tell(complaint))
        told += _section(_("What happened"), _newest(story))
    return Collected(
        told, _known(complaint, messages), {str(complaint.get(field) or "") for field in KEPT} - {""}
    )


def _facts(complaint: Document) -> list[str]:
    found = [f"{_('Complaint')}: {complaint.name}"]
    for name in FACTS:
        value = complaint.get(name)
        if value in (None, "", 0):
            continue
        field = complaint.meta.get_field(name)
        said = (
            word(value, "Complaint") if field.fieldtype == "Select" else frappe.format(value, field.fieldtype)
        )
        if field.fieldtype in ("Data", "Link", "Small Text"):
            said = str(value)
        found.append(f"{_(field.label, context='Complaint')}: {' '.join(str(said).split())}")
    return found


def _described(complaint: Document) -> list[str]:
    told = _section(
        _("Description", context="Complaint"), plain_lines(complaint.description)[:LONGEST_TEXT].splitlines()
    )
    return told + _section(
        _("Reply to the Customer", context="Complaint"),
        plain_lines(complaint.reply)[:LONGEST_TEXT].splitlines(),
    )


def _messages(complaint: Document, purpose: str) -> list[frappe._dict]:
    """The newest first. Mails to and from others than who complains, as suppliers, are no matter of an answer."""
    rows = frappe.get_all(
        "Communication",
        {
            "reference_doctype": complaint.doctype,
            "reference_name": complaint.name,
            "communication_type": "Communication",
        },
        [
            "sender",
            "sender_full_name",
            "recipients",
            "phone_no",
            "sent_or_received",
            "communication_medium",
            "communication_date",
            "subject",
            "content",
        ],
        order_by="communication_date desc, creation desc",
        limit=MOST_MESSAGES,
    )
    if purpose != DRAFT:
        return rows
    customer = addresses_of_complainant(complaint)
    return [row for row in rows if row.communication_medium != "Email" or customer & _addresses(row)]


def _addresses(row: frappe._dict) -> set[str]:
    written = [row.sender] if row.sent_or_received == "Received" else split_emails(row.recipients or "")
    return {bare(one or "") for one in written} - {""}


def _message(row: frappe._dict) -> str:
    head = _("{0}, received from {1}") if row.sent_or_received == "Received" else _("{0}, sent by {1}")
    who = row.sender_full_name or row.sender or _("Somebody")
    at = frappe.format(row.communication_date, "Datetime")
    return f"{head.format(at, who)}:\n{plain_lines(row.content)[:LONGEST_MESSAGE]}"


def _newest(parts: Iterable[str]) -> list[str]:
    """Of texts in their order the last ones that there is room for, as lines."""
    kept: list[str] = []
    room = LONGEST_TEXT
    for part in reversed(list(parts)):
        room -= len(part)
        if room < 0:
            kept.append(_("(Earlier ones are left out.)"))
            break
        kept.append(part)
    return [line for part in reversed(kept) for line in part.splitlines()]


def _section(title: str, told: list[str]) -> list[str]:
    return ["", f"{title}:", *told] if told else []


def _known(complaint: Document, messages: list[frappe._dict]) -> dict[str, set[str]]:
    contact = _row(
        "Contact", complaint.contact_person, ["first_name", "last_name", "full_name", "designation"]
    )
    address = _row("Address", complaint.customer_address, ["address_line1", "address_line2", "pincode"])
    customer_name = (
        frappe.db.get_value("Customer", complaint.customer, "customer_name") if complaint.customer else ""
    )
    people = {complaint.complainant_name, contact.get("full_name"), complaint.contact_person}
    people |= {row.sender_full_name for row in messages}
    names = {one for one in people if one and "@" not in one}
    parts = {part for name in names for part in name.replace("-", " ").split() if _is_part(part)}
    staff = frappe.get_all("User", {"user_type": "System User"}, pluck="full_name", order_by="name asc")
    own = {complaint.contact_email, *(row.sender for row in messages)}
    places = [*(complaint.address_text or "").splitlines(), *address.values()]
    return {
        placeholders.CUSTOMER: _filled([complaint.customer, customer_name]),
        placeholders.NAME: _filled(
            [*names, *parts, *staff, contact.get("first_name"), contact.get("last_name")]
        ),
        placeholders.MAIL: _filled(own),
        placeholders.PHONE: _filled([complaint.contact_phone, *(row.phone_no for row in messages)]),
        placeholders.ADDRESS: {one for one in _filled(places) if len(one) > 3},
    }


def _row(doctype: str, name: str | None, fields: list[str]) -> dict[str, Any]:
    return (frappe.db.get_value(doctype, name, fields, as_dict=True) if name else None) or {}


def _filled(values: Iterable[Any]) -> set[str]:
    return {value.strip() for value in values if isinstance(value, str) and value.strip()}


def _is_part(part: str) -> bool:
    """Whether one word of a name is told from other words: short ones, and titles, are not."""
    plain = part.strip(".,")
    return len(plain) > 2 and plain[0].isupper() and not part.endswith(".")
