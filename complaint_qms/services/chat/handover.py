"""Between the assistant and persons: who has the word in a chat, who is told, and what was left in the middle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.chat import CHAT, LEFT_AFTER, UNFINISHED
from complaint_qms.constants.events import CHAT_WAITS
from complaint_qms.constants.inbox import DISMISSED, WAITING
from complaint_qms.engine.message import Message
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import assistant, channels, conversation, sender_text
from complaint_qms.services.events import Event, announce
from complaint_qms.services.inbox import item as items
from complaint_qms.services.inbox import reasons as stored
from complaint_qms.services.record import batches
from complaint_qms.services.record.subjects import subject_of

LEFT = Message("The sender has begun to complain and has written no more.")
_AT_ONCE = 200
_SHOWN = 200


def to_person(
    chat: Document, channel: Document, why: Sequence[Message], item: Document | None = None
) -> None:
    """A person has the word from now on; who is responsible for the channel is told.

    Args:
        item: the message that waits for them where there is no complaint yet; it says what was said before as well.
    """
    state = assistant.set_person(chat, channel, with_person=True)
    assistant.keep_state(chat, state)
    conversation.write_chat(
        chat,
        "handed over to a person",
        waits=1,
        inbox_item=item.name if item else chat.inbox_item,
        reasons=json.dumps([stored.of_message(one) for one in why]),
    )
    if item:
        said = sender_text.told_so_far(chat)
        if said and said != item.text:
            items.write(item, text=said, subject=subject_of(said))
    tell_waiting(chat, channel, why)


def tell_waiting(chat: Document, channel: Document | None, why: Sequence[Message] = ()) -> None:
    """Say that a chat waits: to who has it, else to who handles its complaint, else to those with the channel's role."""
    said = " ".join((chat.last_message or "").split())[:_SHOWN]
    handler = frappe.db.get_value("Complaint", chat.complaint, "complaint_owner") if chat.complaint else None
    data = {
        "user": chat.handed_to or handler,
        "role": channel.responsible_role if channel else None,
        "sender": chat.title or "",
        "said": said,
        "reasons": [stored.of_message(one) for one in why],
    }
    announce([Event(CHAT_WAITS, CHAT, chat.name, data)])


def take_over(chat: Document, user: str) -> None:
    """A person takes the word; the assistant is silent."""
    channel = channels.channel_named(chat.channel)
    assistant.keep_state(chat, assistant.set_person(chat, channel, with_person=True))
    conversation.write_chat(chat, "taken over by a person", handed_to=user)


def return_to_assistant(chat: Document) -> None:
    """The assistant has the word again."""
    channel = channels.channel_named(chat.channel)
    assistant.keep_state(chat, assistant.set_person(chat, channel, with_person=False))
    conversation.write_chat(
        chat, "given back to the assistant", handed_to=None, waits=0, inbox_item=None, reasons=None
    )


def hand_over_left(now: datetime | None = None) -> int:
    """Chats in which the sender began to complain and stopped: a person looks at each; how many were handed over. Commits
    after each; one that cannot be is logged and left for the next time."""
    before = (now or now_datetime()) - LEFT_AFTER
    names = frappe.get_all(
        CHAT,
        {"mode": ("in", UNFINISHED), "last_message_at": ("<", before)},
        pluck="name",
        order_by="last_message_at asc",
        limit=_AT_ONCE,
    )
    with acting_as():
        done = [
            batches.in_parts(
                [name],
                lambda left: _hand_over_left(left[0], before),
                "Chat not handed over",
                lambda left: (CHAT, left),
            )
            for name in names
        ]
    return sum(one == [True] for one in done)


def enqueue_left(now: datetime) -> None:
    """Have chats handed over that were left."""
    left = {"mode": ("in", UNFINISHED), "last_message_at": ("<", now - LEFT_AFTER)}
    if frappe.db.exists(CHAT, left):
        frappe.enqueue(
            f"{__name__}.hand_over_left",
            queue="short",
            job_id="complaint_qms_chats_left",
            deduplicate=True,
        )


def _hand_over_left(name: str, before: datetime) -> bool:
    row = frappe.db.get_value(CHAT, name, "name")
    turns = conversation.open_turns(frappe.get_doc(CHAT, row)) if row else []
    last = next((turn.inbox_item for turn in reversed(turns) if turn.inbox_item), None)
    item = items.locked(last) if last else None
    chat = conversation.locked(name)
    if chat.mode not in UNFINISHED or chat.last_message_at >= before:
        return False
    waits = item if item and item.state == DISMISSED and not item.decided_by else None
    to_person(chat, channels.channel_named(chat.channel), [LEFT], waits)
    if waits:
        items.write(waits, state=WAITING, next_attempt=None, reason=stored.of_message(LEFT))
    return True
