"""What the first-reply assistant makes of a turn: what it knows, what it says, and what is to be done."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.chat import ASSISTANT, QUEUED, WITH_PERSON
from complaint_qms.engine.dialog import RULES, Reply, State, Step, Turn, step
from complaint_qms.services.chat import channels, conversation, reply_texts, sender_text, sending
from complaint_qms.services.knowledge import finder

# Whether a talk has ended says the complaint, not the clock.
_RULES: Final = replace(RULES, new_after=timedelta(days=36_500))
_DEFAULT: Final = "en"


def state_of(chat: Document, channel: Document) -> State:
    """What is known of a chat's talk; of a new one, who writes."""
    data = json.loads(chat.dialog_state) if chat.dialog_state else None
    if data:
        return State.from_data(data)
    name = "" if chat.title in (chat.sender_id, chat.phone) else chat.title or ""
    return State(language=chat.language or channel.language or _DEFAULT, name=name, contact=chat.phone or "")


def next_step(chat: Document, channel: Document, item: Document, files: int) -> Step:
    """The assistant's step for a turn; nothing is stored or said yet."""
    unheard = bool(chat.waits and not chat.handed_to)
    text, at = sender_text.own_text(chat, item.text or ""), get_datetime(item.received_at)
    turn = Turn(text, files, at, item.name, unheard)
    return step(state_of(chat, channel), turn, finder.published(), _RULES)


def keep_state(chat: Document, state: State) -> None:
    """What is known now."""
    values: dict[str, Any] = {
        "dialog_state": json.dumps(state.to_data(), ensure_ascii=False),
        "mode": state.mode,
    }
    if state.language and frappe.db.exists("Language", state.language, cache=True):
        values["language"] = state.language
    conversation.write_chat(chat, "turn read by the assistant", **values)


def set_person(chat: Document, channel: Document, *, with_person: bool) -> State:
    """The state in which a person has the word, or the assistant has it again."""
    state = state_of(chat, channel)
    return replace(state, mode=WITH_PERSON, asked="") if with_person else state.released()


def say(chat: Document, channel: Document, replies: list[Reply], language: str, *, refused: int = 0) -> None:
    """Send what the assistant says; nothing where it has nothing to say."""
    if refused:
        replies = [reply_texts.file_refused(channels.largest_file(channel) >> 20), *replies]
    if text := reply_texts.said(replies, language):
        article = next((reply.article for reply in replies if reply.article), None)
        sending.queue(chat, conversation.add_turn(chat, ASSISTANT, text, QUEUED, article=article))


def with_number(replies: list[Reply], number: str) -> list[Reply]:
    """The replies with the number of what was registered, where they tell of it."""
    found = []
    for reply in replies:
        found.append(reply)
        if reply.key == "registered":
            found.append(Reply("registered_number", {"number": number}))
    return found
