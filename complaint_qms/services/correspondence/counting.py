"""What a message to the customer counts for: first response, reply, and who sent it.

One place for every message, whether it was sent from the app's composer, from the framework's or by another app: it hears of the
Communication. What says of itself that it is the answer is the reply; what says nothing is, while a solution waits to be told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_datetime, now_datetime

from complaint_qms.constants.correspondence import ANSWER, ANSWERING, BY_ITSELF, KIND_FIELD
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.correspondence.addresses import is_to_customer
from complaint_qms.services.correspondence.first_response import counts_as_response
from complaint_qms.services.correspondence.plain_text import plain_text, says_something
from complaint_qms.services.record.error_text import said

EVENT = "complaint_answered"
_COUNTED = (
    "first_response_at",
    "first_response_reason",
    "reply",
    "reply_sent_at",
    "reply_sent_by",
    "response_status",
    "response_used",
    "sla_status",
    "next_check_at",
)


def hear(message: Document) -> None:
    """A Communication was made. One that says of itself what it is must count; of another one it is told when it cannot.

    Raises:
        frappe.ValidationError: the complaint refuses what the message would enter.
        frappe.PermissionError: it says what it is, and who makes it may not write to the customer about this complaint.
    """
    if not _may_count(message):
        return
    if message.get(KIND_FIELD):
        _count(message)
        return
    point = "message_to_customer"
    frappe.db.savepoint(point)
    try:
        _count(message)
    except frappe.ValidationError as refusal:
        frappe.db.rollback(save_point=point)
        frappe.clear_messages()
        frappe.msgprint(
            _(
                "The message goes out, but First Response and Reply could not be entered on {0}: {1} Enter them there."
            ).format(message.reference_name, escape_html(said(refusal))),
            indicator="orange",
        )


def values_of(name: str) -> dict[str, Any]:
    """What a message may have changed on a complaint, as it is now, in the shape a form holds it."""
    values = frappe.db.get_value("Complaint", name, (*_COUNTED, "modified", "modified_by"), as_dict=True)
    return frappe.parse_json(frappe.as_json(values))


def _may_count(message: Document) -> bool:
    return (
        message.reference_doctype == "Complaint"
        and bool(message.reference_name)
        and message.sent_or_received == "Sent"
        and message.communication_type == "Communication"
        and not frappe.flags.in_import
        and (message.get(KIND_FIELD) not in BY_ITSELF or counts_as_response(message.get(KIND_FIELD)))
    )


def _count(message: Document) -> None:
    complaint = frappe.get_doc("Complaint", message.reference_name, for_update=True)
    kind = message.get(KIND_FIELD)
    may_write = frappe.has_permission("Complaint", "write", doc=complaint)
    # The framework asks who stores a message for the right to messages, and not for one to what it is about.
    if not (may_write or frappe.has_permission("Complaint", "email", doc=complaint)):
        if kind:
            frappe.throw(
                _("You may not write to the customer about {0}.").format(escape_html(complaint.name)),
                frappe.PermissionError,
            )
        return
    spoken = message.communication_medium != "Email"
    if complaint.stage in COMPLAINT_ENDED and kind != ANSWER:
        return
    if not (spoken or is_to_customer(complaint, (message.recipients, message.cc))):
        return
    is_answer = kind == ANSWER or (not kind and complaint.stage in ANSWERING and not complaint.reply_sent_at)
    at = get_datetime(message.communication_date) if spoken and kind else now_datetime()
    if _enter(complaint, message, at, is_answer=is_answer, may_write=may_write):
        _tell(complaint)


def _tell(complaint: Document) -> None:
    """Let open forms take over what was entered, so that nobody who is typing there has to load the record anew."""
    frappe.publish_realtime(
        EVENT,
        {"complaint": complaint.name, "values": values_of(complaint.name)},
        doctype=complaint.doctype,
        docname=complaint.name,
        after_commit=True,
    )


def _enter(complaint: Document, message: Document, at: datetime, *, is_answer: bool, may_write: bool) -> bool:
    if not complaint.first_response_at:
        complaint.first_response_at = at
        due = get_datetime(complaint.response_due) if complaint.response_due else None
        if due and at <= due < now_datetime():
            # What was said, and by whom it was noted, is what tells that it was said in time.
            complaint.first_response_reason = plain_text(message.content)[:1000]
    elif not is_answer:
        return False
    # One without a word leaves the reply that is there.
    if is_answer and may_write and says_something(message.content):
        complaint.reply = message.content
        complaint.reply_sent_at = at
        complaint.flags.replied_anew = True
    # Who may write to the customer answers them, whether or not the record is theirs to change.
    complaint.save(ignore_permissions=not may_write)
    return True
