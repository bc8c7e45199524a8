"""The reader of the inbox's chat road: what a message is, and what becomes of it; those of one sender in their order."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import validate_email_address
from frappe.utils.background_jobs import get_job_status
from redis.exceptions import RedisError
from rq.job import JobStatus

from complaint_qms.constants.chat import WITH_PERSON
from complaint_qms.constants.inbox import CHAT, DOCTYPE, NEW, WAITING
from complaint_qms.engine.dialog import State, Step
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import Inbound
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import (
    assistant,
    channels,
    complaint_chats,
    conversation,
    handover,
    late_files,
    media,
    own_complaint,
    sender_text,
)
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run
from complaint_qms.services.inbox import draft, understanding
from complaint_qms.services.inbox.outcomes import Dismissed, Outcome, Registered, Waits
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.intake import matching
from complaint_qms.services.intake.register import register
from complaint_qms.services.record import collected
from complaint_qms.services.record.subjects import subject_of

_METHOD: Final = f"{__name__}.read_chat"
_JOB: Final = "complaint_qms_chat"
_PATIENCE: Final = 2
"""Seconds that a job waits for another one at the same sender: enough for one that has looked for the last time to let go."""
_AT_ONCE: Final = 200
_NO_ASSISTANT: Final = Message("This channel has no assistant: a person answers.")
_NOT_READABLE: Final = Message("It cannot be read as a message of this chat service. Decide what it is.")


def request_reading(channel: str, address: str) -> None:
    """Have a sender's messages read by a job once the present transaction is committed."""
    frappe.db.after_commit.add(lambda: _start(channel, address))


def enqueue_reading(now: datetime) -> None:
    """Have messages read that are due: what a killed worker or a failed attempt left behind."""
    item = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(item).select(item.scope, item.sender_address).distinct()
    query = query.where((item.road == CHAT) & (item.state == NEW) & (item.next_attempt <= now))
    for channel, address in query.orderby(item.scope).orderby(item.sender_address).limit(_AT_ONCE).run():
        _start(channel, address or "")


def read_with_others(name: str) -> int:
    """Read an item, after what is new of its sender before it; how many were read."""
    item = frappe.db.get_value(DOCTYPE, name, ["scope", "sender_address"], as_dict=True)
    return read_chat(item.scope, item.sender_address or "") if item else 0


def read_chat(channel: str, address: str, now: datetime | None = None) -> int:
    """Read what is new of one sender of a channel, in the order in which it came; how many. Commits after each.

    One that has to be tried again later holds up those after it: an answer before its question is understood by nobody. Where
    another job is at the same sender, it reads what this one would: it looks once more after each message.
    """
    read = 0
    try:
        with (
            acting_as(),
            exclusive_run(_sender_key(channel, address), overtaken="read elsewhere", patience=_PATIENCE),
        ):
            for _time in range(_AT_ONCE):
                frappe.db.commit()  # what came in meanwhile is seen
                name = _first(channel, address)
                if not name or understanding.understand(name, now) in (None, NEW):
                    break
                read += 1
            frappe.db.commit()
    except Overtaken:
        return 0
    return read


def read_item(item: Document) -> Outcome:
    """Understand one message: it goes on with a complaint, is answered, becomes one, or waits for a person."""
    data, channel = _payload(item), channels.channel_named(item.scope)
    if not channel or not data.get("inbound"):
        return Waits(_NOT_READABLE)
    inbound = Inbound.from_data(data["inbound"])
    fetched = media.fetch_files(channel, inbound, item)
    refused = data.get("refused", 0) + fetched.refused
    chat = conversation.of_sender(channel, inbound)
    conversation.heard(chat, inbound)
    complaint = complaint_chats.open_complaint(chat)
    if chat.complaint and not complaint:
        complaint_chats.begin_anew(chat)  # with what is said now
    turn = conversation.add_received(chat, inbound, item, **late_files.kept_for_later(fetched.late))
    if complaint and (told := own_complaint.hear_own(chat, channel, turn, item, complaint)):
        return told
    if not channels.has_assistant(channel):
        return _without_assistant(chat, channel, turn, item, complaint)
    if chat.mode == WITH_PERSON and not complaint and not _is_waited_for(chat):
        handover.return_to_assistant(chat)  # somebody has decided that it was no complaint
    before = assistant.state_of(chat, channel)
    done = assistant.next_step(chat, channel, item, media.count(item) + len(fetched.late))
    if complaint and before.registered and (done.action == "register" or not done.state.registered):
        # The sender has begun to tell of something else.
        complaint_chats.begin_anew(chat, turn, before.in_question)
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
        outcome = complaint_chats.go_on(chat, turn, item, complaint)
    elif done.action == "register":
        doc = _register(chat, item, done.state)
        chat.reload()
        replies, outcome = assistant.with_number(replies, doc.name), Registered(doc.name)
    if done.hands_over:
        handover.to_person(chat, channel, done.reasons, None if outcome else item)
        outcome = outcome or Waits(done.reasons[0])
    elif chat.mode == WITH_PERSON:
        outcome = outcome or _goes_on(chat)
        _wait_on(chat, channel)
    silent = chat.mode == WITH_PERSON and not replies
    assistant.say(chat, channel, replies, done.state.language, refused=0 if silent else refused)
    return outcome or Dismissed(complaint_chats.UNREGISTERED)


def _without_assistant(
    chat: Document, channel: Document, turn: Document, item: Document, complaint: Document | None
) -> Outcome:
    if complaint:
        outcome = complaint_chats.go_on(chat, turn, item, complaint)
        _wait_on(chat, channel)
        return outcome
    if chat.mode == WITH_PERSON and _is_waited_for(chat):
        _wait_on(chat, channel)
        return _goes_on(chat)
    handover.to_person(chat, channel, [_NO_ASSISTANT], item)
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
            handover.tell_waiting(chat, channel)


def _register(chat: Document, item: Document, state: State) -> Document:
    turns = conversation.open_turns(chat)
    told = state.happened or sender_text.told_so_far(chat)
    harm = (
        sender_text.own_text(chat, item.text or "") if state.warned else ""
    )  # it is this message that tells of it
    contact = state.contact
    is_mail = bool(validate_email_address(contact)) if contact else False
    earlier = [turn.inbox_item for turn in turns if turn.inbox_item and turn.inbox_item != item.name]
    party = draft.party_of(item.sender_address or "", chat.title or "", item.company, CHAT)
    values: dict[str, Any] = {
        "subject": subject_of(harm) or subject_of(told) or chat.title,
        "description": draft.paragraphs("\n".join([told, *collected.lines_of(state.to_data())])),
        "complainant_name": state.name or chat.title,
        "contact_email": contact if is_mail else None,
        "contact_phone": chat.phone or (None if is_mail else contact),
        "product_model": state.product,
        "reported_lot": state.batch or state.serial,
        "channel": item.channel,
        "company": item.company,
        "language": chat.language,
        "received_at": turns[0].at if turns else item.received_at,
        "evidence": complaint_chats.rows_of(earlier),
    }
    source = {"source_doctype": DOCTYPE, "source_name": item.name}
    product = matching.exact_product(
        "\n".join([harm if state.apart else sender_text.told_so_far(chat), state.product]),
        state.serial,
        state.batch,
        own_numbers=(contact, chat.phone or "", state.order),
    )
    return register(party | {name: value for name, value in values.items() if value} | product | source)


def _start(channel: str, address: str) -> None:
    """Put the job of a sender into the queue, unless one waits there already; one that runs may have read what was before."""
    jobs = [f"{_JOB}_{_sender_key(channel, address)}_{number}" for number in range(2)]
    try:
        states = {job: get_job_status(job) for job in jobs}
    except RedisError:  # without a queue the framework does it here or says so
        states = dict.fromkeys(jobs)
    if JobStatus.QUEUED in states.values():
        return
    free = next((job for job, state in states.items() if state != JobStatus.STARTED), None)
    frappe.enqueue(_METHOD, queue="short", job_id=free, channel=channel, address=address)


def _sender_key(channel: str, address: str) -> str:
    told = f"{channel}\0{address}".encode("utf-8", "replace")
    return f"chat-{hashlib.sha256(told).hexdigest()[:24]}"


def _first(channel: str, address: str) -> str | None:
    """The oldest message of a sender that nobody has read."""
    found = frappe.get_all(
        DOCTYPE,
        {"road": CHAT, "scope": channel, "sender_address": address, "state": NEW},
        pluck="name",
        order_by="received_at asc, creation asc, name asc",
        limit=1,
    )
    return found[0] if found else None


def _payload(item: Document) -> dict[str, Any]:
    try:
        data = json.loads(raw_of(item))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
