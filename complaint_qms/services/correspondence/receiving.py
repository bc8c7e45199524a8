"""What a mail that comes in means: who handles the complaint hears that the customer wrote, or that a mail did not arrive.

The framework puts an answer to a mail of ours on the timeline of its record by its Message-ID. What a machine sent is marked, so
that it counts neither as the customer's word nor as the customer's address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD, AUTOMATIC_REPLY, RETURNED
from complaint_qms.constants.events import CUSTOMER_WROTE, MAIL_RETURNED
from complaint_qms.engine import automatic_mail
from complaint_qms.services.correspondence.addresses import bare
from complaint_qms.services.correspondence.plain_text import plain_text
from complaint_qms.services.events import Event, announce

_NOTED = "qms_automatic_mails"
_FOUNDING = "qms_founding_mail"
_SHOWN = 200


def remember(mail) -> None:
    """Before a mail of an account becomes a Communication: remember what its headers say, and lead it to its thread.

    Args:
        mail: the framework's InboundMail.
    """
    if not mail.mail.get("In-Reply-To") and (answered := automatic_mail.answered_id(mail.mail)):
        mail.mail["In-Reply-To"] = f"<{answered}>"
    if mail.message_id:
        # A plain text stands on the Communication only once its files are there.
        noted = {
            "kind": automatic_mail.automatic_kind(mail.mail, mail.from_email or ""),
            "said": plain_text(mail.content),
        }
        frappe.flags.setdefault(_NOTED, {})[mail.message_id] = noted


@contextmanager
def founding(complaint: str) -> Iterator[None]:
    """Within this block a mail about a complaint is the one that it was made of: nobody is told that the customer wrote."""
    frappe.flags[_FOUNDING] = complaint
    try:
        yield
    finally:
        frappe.flags[_FOUNDING] = None


def mark(message: Document) -> None:
    """A Communication is about to be stored: what no person wrote says so of itself, and nothing else does."""
    kind = _noted(message).get("kind")
    if message.sent_or_received == "Received" and not kind and automatic_mail.is_server(bare(message.sender)):
        kind = RETURNED
    message.set(AUTOMATIC_FIELD, kind or None)


def hear(message: Document) -> None:
    """A mail about a complaint has come in."""
    if not (
        message.reference_doctype == "Complaint"
        and message.reference_name
        and message.sent_or_received == "Received"
        and message.communication_type == "Communication"
        and message.communication_medium == "Email"
        and not frappe.flags.in_import
        and frappe.flags.get(_FOUNDING) != message.reference_name
    ):
        return
    kind = message.get(AUTOMATIC_FIELD)
    if kind == AUTOMATIC_REPLY:
        return
    said = plain_text(message.content) or _noted(message).get("said") or ""
    data = {
        "sender": message.sender_full_name or bare(message.sender) or "",
        "address": bare(message.sender),
        "said": said[:_SHOWN] + ("…" if len(said) > _SHOWN else ""),
    }
    event = MAIL_RETURNED if kind == RETURNED else CUSTOMER_WROTE
    announce([Event(event, "Complaint", message.reference_name, data)])


def _noted(message: Document) -> dict[str, str]:
    if not message.flags.in_receive:
        return {}
    return (frappe.flags.get(_NOTED) or {}).get(message.message_id) or {}
