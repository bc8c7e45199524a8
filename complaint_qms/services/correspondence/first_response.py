"""Whether the customer was answered in time: what proves it once the time is over.

A mail proves it that went to the customer and was this complaint's mail by then. What a stored mail is about, and to whom it
went, may be changed afterwards, by the framework's “Relink” for one; from that moment on it proves something, and not before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, now_datetime

from complaint_qms.constants.correspondence import ACKNOWLEDGEMENT, BY_ITSELF, KIND_FIELD, PROOF_FROM
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services import writing
from complaint_qms.services.correspondence.addresses import is_to_customer

_PROVING: Final = (
    "reference_doctype",
    "reference_name",
    "communication_type",
    "communication_medium",
    "sent_or_received",
    "recipients",
    "cc",
)


def check_first_response(doc: Document, now: datetime) -> None:
    """A first response that is overdue is not made punctual by an earlier moment alone: it takes a mail that was sent by
    then, or words that say how the customer was answered, which stay. Call it when the due time is known.

    Raises:
        frappe.ValidationError: neither.
    """
    before = doc.get_doc_before_save()
    if before and before.first_response_at:
        doc.first_response_reason = before.first_response_reason
        return
    answered, due = (
        doc.get(name) and get_datetime(doc.get(name)) for name in ("first_response_at", "response_due")
    )
    if doc.is_migrated or doc.flags.by_import or not answered or not due or answered > due or due >= now:
        return
    if blank(doc.first_response_reason) and not _answered_by_mail(doc, due):
        frappe.throw(
            _(
                "First Response At: the first response was due on {0}, which has passed. Write in {1} how the customer was answered in time, or enter the present moment."
            ).format(
                frappe.format(due, "Datetime"), _(doc.meta.get_label("first_response_reason"))
            )
        )  # fmt: skip


def counts_as_response(kind: str) -> bool:
    """Whether what the site says by itself counts as a person's first word, as the settings have it."""
    return kind == ACKNOWLEDGEMENT and bool(cint(frappe.get_cached_doc(SETTINGS).acknowledgement_counts))


def keep_proof(message: Document) -> None:
    """A Communication is saved: one whose record or recipients change proves nothing of the time before."""
    before = message.get_doc_before_save()
    message.set(PROOF_FROM, before.get(PROOF_FROM) if before else None)
    if before and any((before.get(name) or "") != (message.get(name) or "") for name in _PROVING):
        message.set(PROOF_FROM, now_datetime())


def relinked(message: str, was: tuple[str | None, str | None], now: tuple[str | None, str | None]) -> None:
    """A mail was moved to another record past its document."""
    if was != now:
        writing.set_values("Communication", message, {PROOF_FROM: now_datetime()}, "moved to another record")


def _answered_by_mail(doc: Document, due: datetime) -> bool:
    """Whether a mail to the customer was stored with this complaint by `due`; the date that is written on it anybody may
    choose."""
    if doc.is_new():
        return False
    sent = {
        "reference_doctype": doc.doctype,
        "reference_name": doc.name,
        "communication_type": "Communication",
        "communication_medium": "Email",
        "sent_or_received": "Sent",
        "creation": ("<=", due),
    }
    fields = ["recipients", "cc", PROOF_FROM, KIND_FIELD]
    mails = frappe.get_all("Communication", sent, fields, order_by="creation asc")
    counted = [
        mail for mail in mails if mail[KIND_FIELD] not in BY_ITSELF or counts_as_response(mail[KIND_FIELD])
    ]
    by_then = [mail for mail in counted if not mail[PROOF_FROM] or mail[PROOF_FROM] <= due]
    return bool(by_then) and is_to_customer(
        doc, (text for mail in by_then for text in (mail.recipients, mail.cc))
    )
