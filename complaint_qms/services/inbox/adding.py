"""A message that goes on with a complaint that is there already: its words on the timeline, its files as evidence."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.events import CUSTOMER_WROTE
from complaint_qms.constants.inbox import CHAT, MAIL
from complaint_qms.services.events import Event, announce
from complaint_qms.services.inbox import draft
from complaint_qms.services.inbox.origin import add_evidence, filed

_MEDIA: Final = {MAIL: "Email", CHAT: "Chat"}
_ELSEWHERE: Final = "Other"
_SHOWN: Final = 200


def add_to(item: Document, complaint: Document, verdict: str = "") -> str:
    """Put an item on a complaint, whose handler hears of it; the name of its Communication.

    Args:
        verdict: agreed or disagreed, where it is their word on a solution.
    """
    communication = _message(item, complaint, verdict)
    add_evidence(item, complaint)
    return communication


def tell_of_item(item: Document, complaint: Document, *, verdict: str = "") -> None:
    """Who handles the complaint, and who helps with it, hears of it, as of a mail that finds its complaint by itself.

    Args:
        verdict: agreed or disagreed, where it is their word on a solution.
    """
    text = " ".join((item.text or item.subject or "").split())
    said = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    data = {
        "sender": item.sender_name or item.sender_address or "",
        "address": item.sender_address or "",
        "said": said,
        "tell_helpers": True,
        "verdict": verdict,
    }
    announce([Event(CUSTOMER_WROTE, "Complaint", complaint.name, data)])


def _message(item: Document, complaint: Document, verdict: str) -> str:
    """The mail itself moves to the complaint; of any other message a Communication is made."""
    if item.communication:
        mail = frappe.get_doc("Communication", item.communication)
        mail.update(
            {"reference_doctype": complaint.doctype, "reference_name": complaint.name, "status": "Linked"}
        )
        mail.save(ignore_permissions=True)
        tell_of_item(item, complaint)
        return mail.name
    if communication := filed(item, complaint, founds=False):
        return communication
    mail = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": _MEDIA.get(item.road, _ELSEWHERE),
            "sent_or_received": "Received",
            "sender": item.sender_address if item.road == MAIL else None,
            "sender_full_name": item.sender_name or item.sender_address,
            "subject": item.subject or complaint.subject,  # a photo without a word has none
            "content": draft.paragraphs(item.text or ""),
            "communication_date": item.received_at,
            "reference_doctype": complaint.doctype,
            "reference_name": complaint.name,
            "message_id": item.message_id if item.road == MAIL else None,
        }
    ).insert(ignore_permissions=True)
    if mail.communication_medium != "Email":
        tell_of_item(item, complaint, verdict=verdict)
    return mail.name
