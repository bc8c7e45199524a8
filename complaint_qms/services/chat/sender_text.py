"""What a sender has told in a talk, in their own words: without quotes of ours, and without the answers they were offered."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.chat import ASSISTANT, CHAT, MESSAGE, PERSON
from complaint_qms.engine.dialog import is_offered, own_words
from complaint_qms.services.chat import conversation
from complaint_qms.services.intake import matching
from complaint_qms.services.record.subjects import subject_of

_MOST: Final = 200
_SHORTEST_QUOTE: Final = 8


def own_text(chat: Document, text: str) -> str:
    """A message of the sender without what it quotes of ours."""
    return own_words(text, _said_to(chat)) if len(text) >= _SHORTEST_QUOTE else text


def told_so_far(chat: Document) -> str:
    """What the sender has said since this talk began, and stands on no complaint; a paragraph for each message."""
    turns = conversation.open_turns(chat)
    said = _said_to(chat) if turns else []
    own = (own_words(turn.text or "", said) for turn in turns)
    return "\n".join(text for text in own if text and not is_offered(text))


def talk_of(item: Document) -> dict[str, Any]:
    """The whole talk of a message as fields of a complaint that a person makes of it; empty where it stands on one already."""
    name = frappe.db.get_value(MESSAGE, {"inbox_item": item.name}, "chat")
    chat = frappe.get_doc(CHAT, name) if name else None
    if not chat:
        return {}
    # What the service calls the sender may be all digits, and is no telephone number.
    phone = {"contact_phone": chat.phone}
    turns = conversation.open_turns(chat)
    if not any(turn.inbox_item == item.name for turn in turns):
        return phone
    text = told_so_far(chat)
    values = {
        "subject": subject_of(text),
        "text": text,
        "received_at": turns[0].at,
        "language": chat.language,
    }
    told = phone | {name: value for name, value in values.items() if value}
    return told | matching.exact_product(text, own_numbers=(chat.phone or "",))


def _said_to(chat: Document) -> list[str]:
    """What the assistant and persons have said in this talk."""
    since = {"creation": (">=", chat.began_at)} if chat.began_at else {}
    turns = conversation.turns(chat, _MOST, who=("in", (ASSISTANT, PERSON)), **since)
    return [turn.text for turn in turns if turn.text]
