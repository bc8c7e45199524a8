"""A person's answer in a chat: sent as the assistant's are, and an answer to the customer where there is a complaint."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_formatted_email

from complaint_qms.constants.chat import FAILED, LONGEST_REPLY, MESSAGE, PERSON, QUEUED
from complaint_qms.constants.correspondence import KIND_FIELD
from complaint_qms.services.chat import channels, conversation, handover, presence, sending
from complaint_qms.services.correspondence.composing import check_kind, likely_kind
from complaint_qms.services.inbox.draft import paragraphs
from complaint_qms.services.record.input_validation import refuse


def reply(name: str, text: str, kind: str | None = None, key: str = "", seen: str = "") -> Document:
    """Send what a person writes; they have the chat from then on. The turn.

    Args:
        kind: what it is for the complaint (`constants/correspondence.KINDS`); by default what the stage calls for.
        key: what the sender's program calls this one message; sent again with the same one, it is the same message.
        seen: the last turn that they saw; where somebody else has answered since, it is not sent.

    Raises:
        frappe.ValidationError: nothing is written, it is too long, somebody has answered meanwhile, or the channel sends nothing.
    """
    chat = conversation.locked(name)
    unique = conversation.unique_key(chat.name, frappe.session.user, key) if key else None
    if unique and (known := frappe.db.get_value(MESSAGE, {"unique_key": unique}, "name", for_update=True)):
        return frappe.get_doc(MESSAGE, known)
    channel = channels.channel_named(chat.channel)
    said = text.strip()
    if not said:
        refuse(_("Message: write what the sender is to read."))
    if len(said) > LONGEST_REPLY:
        refuse(_("Message: at most {0} characters.").format(LONGEST_REPLY))
    if not channel or not cint(channel.enabled) or not cint(channel.replies):
        refuse(
            _(
                "Chat Channel: “{0}” sends no replies. Switch “Send Replies” on there, or answer in another way."
            ).format(chat.channel)
        )
    presence.check_unanswered(chat, seen)
    presence.end_writing(chat)
    user = frappe.session.user
    if chat.handed_to != user:
        handover.take_over(chat, user)
    communication = _communication(chat, said, kind) if chat.complaint else None
    turn = conversation.add_turn(
        chat, PERSON, said, QUEUED, user=user, communication=communication, unique_key=unique
    )
    conversation.write_chat(chat, "answered by a person", waits=0)
    sending.queue(chat, turn)
    return turn


def send_again(name: str) -> Document:
    """Try a message once more that was given up.

    Raises:
        frappe.ValidationError: it was not given up.
    """
    turn = frappe.get_doc(MESSAGE, name, for_update=True)
    if turn.state != FAILED:
        refuse(_("Only a message that could not be sent is sent again."))
    sending.requeue(turn)
    return turn


def take_over(name: str) -> Document:
    """The present user has the chat from now on."""
    chat = conversation.locked(name)
    handover.take_over(chat, frappe.session.user)
    return chat


def give_back(name: str) -> Document:
    """The assistant has the word again.

    Raises:
        frappe.ValidationError: the channel has no assistant.
    """
    chat = conversation.locked(name)
    channel = channels.channel_named(chat.channel)
    if not channel or not channels.has_assistant(channel):
        refuse(_("Chat Channel: “{0}” has no assistant. Switch it on there first.").format(chat.channel))
    handover.return_to_assistant(chat)
    return chat


def _communication(chat: Document, said: str, kind: str | None) -> str:
    """The answer on the complaint's timeline; it counts as a mail does."""
    complaint = frappe.get_doc("Complaint", chat.complaint)
    kind = kind or likely_kind(complaint)
    check_kind(kind)
    message = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Chat",
            "sent_or_received": "Sent",
            "sender": get_formatted_email(frappe.session.user),
            "recipients": None,
            "subject": _("{0}: {1}").format(_("Chat"), complaint.subject),
            "content": paragraphs(said),
            "reference_doctype": complaint.doctype,
            "reference_name": complaint.name,
            KIND_FIELD: kind,
        }
    )
    message.flags.skip_add_signature = True
    return message.insert(ignore_permissions=True).name
