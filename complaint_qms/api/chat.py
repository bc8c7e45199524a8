"""Chats over the wire: the address that each chat service posts to, and what persons do in a chat."""

from __future__ import annotations

import time
from typing import Any, Final

import frappe
from frappe.model.document import Document
from werkzeug.wrappers import Response

from complaint_qms.api.arguments import checked
from complaint_qms.api.signed_doors import answer_signed, plain
from complaint_qms.constants import chat as constants
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.integrations.messaging.inbound import NotTaken, Refused, Request
from complaint_qms.services.chat import channels, complaint_chats, conversation, presence, receiving, replying
from complaint_qms.services.outreach import customer_messages

_CMD: Final = f"{__name__}.webhook"


def webhook(key: str) -> Response:
    """Answer a chat service: the handshake by GET, messages by POST. Who cannot sign hears nothing but 403.

    No whitelisted method: `overrides/signed_addresses.py` leads here, so that the address has no parameters of ours.
    """
    channel = channels.by_key(key)
    return answer_signed(
        _CMD,
        channel.name if channel else "",
        lambda: _take(channel),
        (constants.REQUESTS_A_MINUTE, constants.REFUSED_AN_HOUR),
        # The service sends it again; what was kept before is known then.
        "Chat message not taken",
    )


@frappe.whitelist(methods=["POST"])
@checked
def reply(chat: str, text: str, kind: str = "", key: str = "", seen: str = "") -> dict[str, Any]:
    """Send a message in a chat; who sends it has the chat from then on: {name, state} of the message.

    Args:
        kind: "Answer", "Question" or "Information", where the chat belongs to a complaint; by default what its stage calls for.
        key: what the sender's program calls this one message; sent again with the same one, it is the same message.
        seen: name of the last turn that its author saw; where somebody else has answered since, it is refused.
    """
    _chat_to_answer(chat)
    turn = replying.reply(chat, text, kind or None, key, seen)
    return {"name": turn.name, "state": turn.state}


@frappe.whitelist(methods=["POST"])
@checked
def writing(chat: str) -> list[str]:
    """Say that one writes in a chat, for half a minute; the users who do so as well."""
    return presence.note_writing(_chat_to_answer(chat))


@frappe.whitelist(methods=["POST"])
@checked
def take_over(chat: str) -> dict[str, Any]:
    """Have a chat, in which the assistant is silent then: {mode, handed_to}."""
    _chat(chat)
    return _standing(replying.take_over(chat))


@frappe.whitelist(methods=["POST"])
@checked
def give_back(chat: str) -> dict[str, Any]:
    """Give a chat back to the assistant: {mode, handed_to}."""
    _chat(chat)
    return _standing(replying.give_back(chat))


@frappe.whitelist(methods=["POST"])
@checked
def send_again(name: str) -> dict[str, Any]:
    """Try a message once more that could not be sent: {name, state}."""
    _chat_to_answer(frappe.db.get_value(constants.MESSAGE, name, "chat") or name)
    customer_messages.renew_link(name)
    turn = replying.send_again(name)
    return {"name": turn.name, "state": turn.state}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def talk(chat: str, before: str = "") -> list[dict[str, Any]]:
    """The newest 200 turns of a chat: [{name, who, user, at, text, state, error, files}].

    Args:
        before: name of a turn; the newest of those before it then.
    """
    frappe.has_permission(constants.CHAT, "read", throw=True)
    doc = frappe.get_doc(constants.CHAT, chat)
    doc.check_permission("read")
    return conversation.shown_turns(doc, before)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def of_complaint(complaint: str) -> list[dict[str, Any]]:
    """The chats of a complaint, the one that was written in last first: [{name, title, channel, mode, waits}]."""
    frappe.get_doc("Complaint", complaint).check_permission("read")
    return complaint_chats.chats_of(complaint) if frappe.has_permission(constants.CHAT, "read") else []


@frappe.whitelist(methods=["GET", "POST"])
@checked
def message_to_decide(chat: str) -> str:
    """The message of a chat that a complaint is made of: the one that waits, else the newest."""
    doc = _chat(chat)
    frappe.has_permission(INBOX, "write", throw=True)
    return doc.inbox_item or complaint_chats.newest_item(doc)


def _take(channel: Document | None) -> Response:
    request = frappe.request
    if not channel or request.method not in ("GET", "POST"):
        raise Refused
    largest = channels.client_of(channel).LARGEST_BODY
    if (request.content_length or 0) > largest:
        return plain("", 413)
    body = request.get_data()
    if len(body) > largest:
        return plain("", 413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    sent = Request(request.method, dict(request.args.items()), headers, body, time.time())
    try:
        return plain(receiving.take(channel, sent), 200)
    except NotTaken as error:
        return plain(str(error), 413)


def _chat(name: str) -> Document:
    frappe.has_permission(constants.CHAT, "write", throw=True)
    doc = frappe.get_doc(constants.CHAT, name)
    doc.check_permission("write")
    return doc


def _chat_to_answer(name: str) -> Document:
    """A chat that the present user may answer in: on a complaint, as they may write mails about it."""
    doc = _chat(name)
    if doc.complaint:
        frappe.get_doc("Complaint", doc.complaint).check_permission("email")
    return doc


def _standing(doc: Document) -> dict[str, Any]:
    return {"mode": doc.mode, "handed_to": doc.handed_to}
