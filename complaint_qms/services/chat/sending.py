"""What goes out in chats: each message by a job, in its chat's order, tried again with longer pauses, given up in the end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import cint, now_datetime
from pypika.terms import ExistsCriterion

from complaint_qms.constants.chat import BACK_OFF, CHAT, FAILED, LEASE, MESSAGE, PERSON, QUEUED, SENDER, SENT
from complaint_qms.constants.events import CHAT_FAILED
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import Reply, ServiceError
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import channels, conversation
from complaint_qms.services.correspondence.by_itself import without_secrets
from complaint_qms.services.events import Event, announce
from complaint_qms.services.inbox import reasons as stored
from complaint_qms.services.record.service_tokens import CachedTokens

_METHOD: Final = f"{__name__}.send_due"
_AT_ONCE: Final = 500
_JOB: Final = "complaint_qms_chat_messages"
_CUT_OFF: Final = Message("The last attempt was interrupted.")
_SILENT: Final = Message("The chat channel sends no replies, or is switched off.")
_NOT_DELIVERED: Final = Message("The service could not deliver it.")


def queue(chat: Document, turn: Document) -> None:
    """Have a turn sent once the present transaction is committed."""
    writing.set_values(MESSAGE, turn.name, {"next_attempt": now_datetime()}, "message to be sent")
    frappe.enqueue(_METHOD, queue="short", chat=chat.name, enqueue_after_commit=True)


def enqueue_due(now: datetime) -> None:
    """Have sent what is due: what a killed worker or a failed attempt left behind."""
    if _due(now, None):
        frappe.enqueue(_METHOD, queue="short", job_id=_JOB, deduplicate=True)


def send_due(chat: str | None = None, now: datetime | None = None) -> int:
    """Send what is due, of one chat or of all; how many were sent. Commits after each.

    Of a chat only its oldest waiting message is sent at any time, so that no other worker's overtakes it.
    """
    sent = 0
    with acting_as():
        for _time in range(_AT_ONCE):
            frappe.db.commit()  # what others have written meanwhile is seen
            names = _due(now or now_datetime(), chat)
            done = [_send(name, now or now_datetime()) for name in names]
            sent += sum(one is True for one in done)
            if not any(one is not None for one in done):
                break
    return sent


def requeue(turn: Document) -> None:
    """Try a message anew that was given up, with all attempts."""
    values = {"state": QUEUED, "attempts": 0, "next_attempt": now_datetime(), "error": None}
    writing.set_values(MESSAGE, turn.name, values, "failed message to be sent again")
    turn.update(values)
    frappe.enqueue(_METHOD, queue="short", chat=turn.chat, enqueue_after_commit=True)


def mark_failed(channel: str, provider_id: str, error: str) -> None:
    """A service says later that it could not deliver a message of ours."""
    turn, chat = frappe.qb.DocType(MESSAGE), frappe.qb.DocType(CHAT)
    query = frappe.qb.from_(turn).inner_join(chat).on(chat.name == turn.chat).select(turn.name)
    query = query.where((turn.provider_id == provider_id) & (turn.who != SENDER) & (chat.channel == channel))
    said = Message("The service says: {said}", {"said": error}) if error else _NOT_DELIVERED
    for name in query.where(turn.state == SENT).run(pluck=True):
        writing.set_values(MESSAGE, name, {"pieces_sent": 0}, "message not delivered")
        _give_up(name, stored.of_message(said))


def _due(now: datetime, chat: str | None) -> list[str]:
    """The oldest waiting message of each chat, where it is due."""
    turn, before = frappe.qb.DocType(MESSAGE), frappe.qb.DocType(MESSAGE).as_("before")
    earlier = frappe.qb.from_(before).select(1).where(
        (before.chat == turn.chat) & (before.state == QUEUED) & (before.creation < turn.creation)
    )  # fmt: skip
    due = (turn.state == QUEUED) & (turn.next_attempt <= now) & ExistsCriterion(earlier).negate()
    if chat:
        due &= turn.chat == chat
    query = frappe.qb.from_(turn).select(turn.name).where(due).orderby(turn.creation).orderby(turn.name)
    return query.limit(_AT_ONCE).run(pluck=True)


def _locked(name: str) -> frappe._dict | None:
    turn = frappe.qb.DocType(MESSAGE)
    query = frappe.qb.from_(turn).select("*").where((turn.name == name) & (turn.state == QUEUED))
    rows = query.for_update(skip_locked=True).run(as_dict=True)
    return rows[0] if rows else None


def _send(name: str, now: datetime) -> bool | None:
    """Try one message; None for one that somebody else is sending. An attempt is counted before it is made: what takes its
    worker down is given up in the end."""
    row = _locked(name)
    if not row or row.next_attempt > now:
        frappe.db.commit()
        return None
    if row.attempts > len(BACK_OFF):
        _give_up(name, row.error or stored.of_message(_CUT_OFF))
        frappe.db.commit()
        return False
    pause = BACK_OFF[min(row.attempts, len(BACK_OFF) - 1)]
    values = {"attempts": row.attempts + 1, "next_attempt": now + max(pause, LEASE)}
    writing.set_values(MESSAGE, name, values, "attempt to send begun")
    frappe.db.commit()
    try:
        provider_id = _sent(row, now)
    except ServiceError as error:
        last, said = row.attempts + 1 > len(BACK_OFF), stored.of_message(error.said)
        if last or not error.passing:
            _give_up(name, said)
        else:
            values = {"error": said, "next_attempt": now + pause}
            writing.set_values(MESSAGE, name, values, "attempt to send failed")
        frappe.db.commit()
        return False
    values = {"state": SENT, "next_attempt": None, "error": None}
    if provider_id:
        values["provider_id"] = provider_id
    if (kept := without_secrets(row.text or "")) != row.text:
        values["text"] = kept  # whoever reads the chat later is not let in by it
    writing.set_values(MESSAGE, name, values, "message sent")
    conversation.show(row.chat)
    frappe.db.commit()
    return True


def _sent(row: frappe._dict, now: datetime) -> str:
    chat = frappe.get_doc(CHAT, row.chat)
    channel = channels.channel_named(chat.channel)
    if not channel or not cint(channel.replies) or not cint(channel.enabled):
        raise ServiceError(_SILENT, passing=False)
    began = monotonic()

    def keep(parts: int, provider_id: str) -> None:
        """A part is gone: it is not sent again, and the next one has the whole lease."""
        until = now + timedelta(seconds=monotonic() - began) + LEASE
        values = {"pieces_sent": parts, "provider_id": provider_id or row.provider_id, "next_attempt": until}
        writing.set_values(MESSAGE, row.name, values, "part of a message sent")
        frappe.db.commit()

    context = json.loads(chat.context or "{}")
    reply = Reply(row.name, chat.sender_id, row.text or "", context, cint(row.pieces_sent), keep)
    return channels.client_of(channel).send_reply(channels.account_of(channel), reply, CachedTokens())


def _give_up(name: str, error: str) -> None:
    """
    Args:
        error: why, as a reason is stored.
    """
    values = {"state": FAILED, "next_attempt": None, "error": error}
    writing.set_values(MESSAGE, name, values, "message given up")
    row = frappe.db.get_value(MESSAGE, name, ["chat", "user", "who"], as_dict=True)
    chat = frappe.get_doc(CHAT, row.chat)
    conversation.show(chat.name)
    if row.who == PERSON:
        data = {"user": row.user, "sender": chat.title, "error": _as_data(error), "chat": chat.name}
        announce([Event(CHAT_FAILED, CHAT, chat.name, data)])


def _as_data(error: str) -> tuple[str, dict[str, Any]]:
    """A stored reason as an event carries it: its English text, and what belongs into its places."""
    try:
        (node,) = json.loads(error)
        params = {
            name: part["text"] if isinstance(part, dict) else part for name, part in node["params"].items()
        }
        return node["key"], params
    except (ValueError, KeyError, TypeError):
        return "{said}", {"said": error}
