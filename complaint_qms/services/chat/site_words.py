"""What the site says by itself in the chat in which a complaint was told."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.chat import ASSISTANT, LONGEST_REPLY, MESSAGE, QUEUED
from complaint_qms.constants.correspondence import KIND_FIELD
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.services.chat import channels, conversation, sending
from complaint_qms.services.correspondence.by_itself import without_secrets
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.inbox.draft import paragraphs

_COMPLAINT: Final = "Complaint"


def can_tell(complaint: Document) -> bool:
    """Whether a complaint was told in a chat that is still about it and whose channel sends replies."""
    return bool(_chat_of(complaint))


def tell_in_chat(complaint: Document, kind: str, said: dict[str, str]) -> bool:
    """Say something in that chat, in its order with everything else; it stands on the timeline. Whether there is such a chat.

    Args:
        said: {subject, content (markup)}.
    """
    name = _chat_of(complaint)
    if not name:
        return False
    chat = conversation.locked(name)
    text = plain_lines(said["content"])[:LONGEST_REPLY]
    message = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Chat",
            "sent_or_received": "Sent",
            "sender_full_name": complaint.company,
            "subject": _("{0}: {1}").format(_("Chat"), complaint.subject),
            "content": paragraphs(without_secrets(text)),
            "reference_doctype": _COMPLAINT,
            "reference_name": complaint.name,
            KIND_FIELD: kind,
        }
    )
    message.flags.skip_add_signature = True
    message.insert(ignore_permissions=True)
    turn = conversation.add_turn(
        chat, ASSISTANT, text, QUEUED, complaint=complaint.name, communication=message.name
    )
    sending.queue(chat, turn)
    return True


def _chat_of(complaint: Document) -> str | None:
    if complaint.source_doctype != DOCTYPE or not complaint.source_name:
        return None
    name = frappe.db.get_value(MESSAGE, {"inbox_item": complaint.source_name}, "chat")
    chat = name and frappe.db.get_value("Complaint Chat", name, ["complaint", "channel"], as_dict=True)
    if not chat or chat.complaint != complaint.name:
        return None
    channel = channels.channel_named(chat.channel)
    return name if channel and cint(channel.enabled) and cint(channel.replies) else None
