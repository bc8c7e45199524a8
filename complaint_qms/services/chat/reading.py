"""The reader of the inbox's chat road: what a message is, and what becomes of it; those of one sender in their order."""

from __future__ import annotations

import json
from typing import Any, Final
from zlib import crc32

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address
from frappe.utils.synchronization import filelock

from complaint_qms.constants.chat import WITH_PERSON
from complaint_qms.constants.inbox import CHAT, DOCTYPE, NEW, WAITING
from complaint_qms.engine.dialog import State, Step
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import Inbound
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import assistant, channels, conversation, filing, handing, media
from complaint_qms.services.inbox import draft, understanding
from complaint_qms.services.inbox.outcomes import Dismissed, Outcome, Registered, Waits
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.intake.register import register
from complaint_qms.services.record.language import labelled

_METHOD: Final = f"{__name__}.read_chat"
_LOCKS: Final = 256
_PATIENCE: Final = 120
"""Seconds that a job waits for the one that reads the same sender's messages before it; the sweep reads what is left then."""
_AT_ONCE: Final = 200
_SUBJECT: Final = 100
_NO_ASSISTANT: Final = Message("This channel has no assistant: a person answers.")
_NOT_READABLE: Final = Message("It cannot be read as a message of this chat service. Decide what it is.")


def request_reading(channel: str, address: str) -> None:
    """Have a sender's messages read by a job once the present transaction is committed."""
    frappe.enqueue(_METHOD, queue="short", channel=channel, address=address, enqueue_after_commit=True)


def read_chat(channel: str, address: str) -> int:
    """Read what is new of one sender of a channel, in the order in which it came; how many. Commits after each."""
    place = crc32(f"{channel}\0{address}".encode("utf-8", "replace")) % _LOCKS
    with acting_as(), filelock(f"complaint_chat_{place}", timeout=_PATIENCE):
        frappe.db.commit()  # what came in meanwhile is seen
        names = frappe.get_all(
            DOCTYPE,
            {"road": CHAT, "scope": channel, "sender_address": address, "state": NEW},
            pluck="name",
            order_by="received_at asc, creation asc, name asc",
            limit=_AT_ONCE,
        )
        for name in names:
            understanding.understand(name)
            frappe.db.commit()
    return len(names)


def read_item(item: Document) -> Outcome:
    """Understand one message: it goes on with a complaint, is answered, becomes one, or waits for a person."""
    data, channel = _payload(item), channels.channel_named(item.scope)
    if not channel or not data.get("inbound"):
        return Waits(_NOT_READABLE)
    inbound = Inbound.from_data(data["inbound"])
    refused = data.get("refused", 0) + media.fetch_files(channel, inbound, item)
    chat = conversation.of_sender(channel, inbound)
    conversation.heard(chat, inbound)
    turn = conversation.add_received(chat, inbound, item)
    complaint = filing.open_complaint(chat)
    if chat.complaint and not complaint:
        filing.begin_anew(chat)
    if not channels.has_assistant(channel):
        return _without_assistant(chat, channel, turn, item, complaint)
    if chat.mode == WITH_PERSON and not complaint and not _is_waited_for(chat):
        handing.return_to_assistant(chat)  # somebody has decided that it was no complaint
    before = assistant.state_of(chat, channel)
    done = assistant.next_step(chat, channel, item, media.count(item))
    if complaint and before.registered and not done.state.registered:
        filing.begin_anew(chat)  # the sender has begun to tell of something else
        complaint = None
    assistant.keep_state(chat, done.state)
    return _take(chat, channel, turn, item, complaint, done, refused)


def _take(
    chat: Document,
    channel: Document,
    turn: Document,
    item: Document,
    complaint: Document | None,
    done: Step,
    refused: int,
) -> Outcome:
    replies, outcome = done.replies, None
    if complaint:
        outcome = filing.go_on(chat, turn, item, complaint)
    elif done.action == "register":
        doc = _register(chat, item, done.state)
        chat.reload()
        replies, outcome = assistant.with_number(replies, doc.name), Registered(doc.name)
    if done.hands_over:
        handing.to_person(chat, channel, done.reasons, None if outcome else item)
        outcome = outcome or Waits(done.reasons[0])
    elif chat.mode == WITH_PERSON:
        outcome = outcome or _goes_on(chat)
        _wait_on(chat, channel)
    silent = chat.mode == WITH_PERSON and not replies
    assistant.say(chat, channel, replies, done.state.language, refused=0 if silent else refused)
    return outcome or Dismissed(Message("A turn of a chat in which no complaint was registered so far."))


def _without_assistant(
    chat: Document, channel: Document, turn: Document, item: Document, complaint: Document | None
) -> Outcome:
    if complaint:
        outcome = filing.go_on(chat, turn, item, complaint)
        _wait_on(chat, channel)
        return outcome
    if chat.mode == WITH_PERSON and _is_waited_for(chat):
        _wait_on(chat, channel)
        return _goes_on(chat)
    handing.to_person(chat, channel, [_NO_ASSISTANT], item)
    return Waits(_NO_ASSISTANT)


def _is_waited_for(chat: Document) -> bool:
    """Whether a person has the chat, or its message still waits for one."""
    waits = chat.inbox_item and frappe.db.get_value(DOCTYPE, chat.inbox_item, "state") == WAITING
    return bool(chat.handed_to or waits)


def _goes_on(chat: Document) -> Outcome:
    if chat.inbox_item:
        return Dismissed(
            Message("It goes on with {item}, which waits for a person.", {"item": chat.inbox_item})
        )
    return Dismissed(Message("A turn of a chat that a person has taken over."))


def _wait_on(chat: Document, channel: Document) -> None:
    """One more message for the person; they are told once until they answer."""
    if not chat.waits:
        conversation.write_chat(chat, "message for a person", waits=1)
        if not chat.complaint:
            handing.tell_waiting(chat, channel)


def _register(chat: Document, item: Document, state: State) -> Document:
    turns = conversation.open_turns(chat)
    told = state.happened or filing.story(turns)
    contact = state.contact
    is_mail = bool(validate_email_address(contact)) if contact else False
    earlier = [turn.inbox_item for turn in turns if turn.inbox_item and turn.inbox_item != item.name]
    party = draft.party_of(item.sender_address or "", chat.title or "", item.company, CHAT)
    values: dict[str, Any] = {
        "subject": _subject(told) or chat.title,
        "description": draft.paragraphs("\n".join([told, *_numbers(state)])),
        "complainant_name": state.name or chat.title,
        "contact_email": contact if is_mail else None,
        "contact_phone": chat.phone or (None if is_mail else contact),
        "product_model": state.product,
        "reported_lot": state.batch or state.serial,
        "channel": item.channel,
        "company": item.company,
        "language": chat.language,
        "received_at": turns[0].at if turns else item.received_at,
        "evidence": filing.rows_of(earlier),
    }
    source = {"source_doctype": DOCTYPE, "source_name": item.name}
    return register(party | {name: value for name, value in values.items() if value} | source)


def _numbers(state: State) -> list[str]:
    """What was collected beside the story, a line each, in which the desk finds it again."""
    found = (
        (_("Number"), state.order),
        (_("Serial number"), state.serial),
        (_("Batch"), state.batch),
        (_("Complaint"), state.complaint),
    )
    return [labelled(name, value) for name, value in found if value]


def _subject(told: str) -> str:
    """The first line, shortened at a word."""
    line = next((part.strip() for part in told.splitlines() if part.strip()), "")
    if len(line) <= _SUBJECT:
        return line
    cut = line[:_SUBJECT]
    return (cut.rpartition(" ")[0] if " " in cut[_SUBJECT // 2 :] else cut).rstrip(" ,;，；") + "…"


def _payload(item: Document) -> dict[str, Any]:
    try:
        data = json.loads(raw_of(item))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
