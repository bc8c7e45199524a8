"""One sender's chat and its turns: made once, locked while a message is read, written by the server alone."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.chat import CHAT, MESSAGE, OPEN, RECEIVED, SENDER, WITH_PERSON
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.integrations.messaging.inbound import Inbound
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services import writing
from complaint_qms.services.correspondence.by_itself import without_secrets
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record import deletion_refusal
from complaint_qms.services.record.language import sentence_list
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.transactions import roll_back_to

MOST_SHOWN: Final = 200
_SHORT: Final = 140
_MADE_ALREADY: Final = (frappe.UniqueValidationError, frappe.DuplicateEntryError)
_SAME: Final = timedelta(minutes=1)
"""A solution that is told in a chat is one of its turns, written a moment before or after it counts as told."""


def of_sender(channel: Document, inbound: Inbound) -> Document:
    """The chat of who wrote, made if they never wrote before; locked until the transaction ends."""
    key = unique_key(channel.name, inbound.sender_id)
    name = frappe.db.get_value(CHAT, {"chat_key": key}, "name") or _made(channel, inbound, key)
    return locked(name)


def locked(name: str) -> Document:
    """A chat as it is at this moment, locked until the transaction ends."""
    return frappe.get_doc(CHAT, name, for_update=True)


def unique_key(*parts: str) -> str:
    """What there is once, as the value of a unique field."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def write_chat(chat: Document, why: str, **values: Any) -> None:
    """Store what became of a chat; who has it open sees the change."""
    writing.set_values(CHAT, chat.name, values, why)
    chat.update(values)
    show(chat.name)


def show(name: str) -> None:
    """Who has a chat open sees what changed."""
    frappe.publish_realtime(
        "complaint_chat_changed", {"chat": name}, doctype=CHAT, docname=name, after_commit=True
    )


def add_turn(chat: Document, who: str, text: str, state: str, **values: Any) -> Document:
    """Keep a turn; the chat says what was said last."""
    turn = frappe.get_doc(
        {
            "doctype": MESSAGE,
            "chat": chat.name,
            "who": who,
            "at": now_datetime(),
            "text": text,
            "state": state,
            "complaint": chat.complaint,
            **values,
        }
    )
    turn.flags.by_server = True
    turn.insert(ignore_permissions=True)
    write_chat(chat, "turn of a chat", last_message_at=turn.at, last_message=_line(without_secrets(text)))
    return turn


def add_received(chat: Document, inbound: Inbound, item: Document, **values: Any) -> Document:
    """Keep what the sender said; the same message twice is refused by its key."""
    name = inbound.message_id or item.name
    return add_turn(
        chat,
        SENDER,
        inbound.text,
        RECEIVED,
        at=item.received_at,
        inbox_item=item.name,
        provider_id=name,
        unique_key=unique_key(chat.channel, name),
        **values,
    )


def heard(chat: Document, inbound: Inbound) -> None:
    """What a message tells of its sender, and what an answer to it needs."""
    values: dict[str, Any] = {"context": json.dumps(dict(inbound.context))}
    name = _line(inbound.sender_name)
    if name and chat.title in (chat.sender_id, chat.phone, _line(chat.sender_id)):
        values["title"] = name
    if inbound.phone and not chat.phone:
        values["phone"] = inbound.phone
    if any(chat.get(field) != value for field, value in values.items()):
        write_chat(chat, "told by a message", **values)


def of_item(item: Document) -> Document | None:
    """The chat that an item of the inbox is a turn of, locked."""
    name = frappe.db.get_value(MESSAGE, {"inbox_item": item.name}, "chat")
    return locked(name) if name else None


def turns(chat: Document, most: int | None = None, **filters: Any) -> list[frappe._dict]:
    """Turns of a chat in their order.

    Args:
        most: of those the newest so many; all without it.
    """
    rows = frappe.get_all(
        MESSAGE,
        {"chat": chat.name, **filters},
        [
            "name",
            "who",
            "user",
            "at",
            "text",
            "state",
            "error",
            "inbox_item",
            "complaint",
            "article",
            "creation",
        ],
        order_by="creation desc, name desc",
        limit=most,
    )
    return rows[::-1]


def open_turns(chat: Document) -> list[frappe._dict]:
    """What the sender has said since this talk began, and stands on no complaint."""
    since = {"creation": (">=", chat.began_at)} if chat.began_at else {}
    return turns(chat, who=SENDER, complaint=("is", "not set"), **since)


def was_told_since(chat: Document, moment: datetime) -> bool:
    """Whether somebody of ours, or the assistant, has said anything in the chat well after this moment."""
    later = get_datetime(moment) + _SAME
    return bool(
        frappe.db.exists(MESSAGE, {"chat": chat.name, "who": ("!=", SENDER), "creation": (">", later)})
    )


def shown_turns(chat: Document, before: str = "") -> list[dict[str, Any]]:
    """The newest `MOST_SHOWN` turns with their files, for the form.

    Args:
        before: a turn; those before it then.
    """
    until = frappe.db.get_value(MESSAGE, {"name": before, "chat": chat.name}, "creation") if before else None
    if before and not until:
        return []
    rows = turns(chat, MOST_SHOWN, **({"creation": ("<", until)} if until else {}))
    items = [row.inbox_item for row in rows if row.inbox_item]
    files: dict[str, list[dict[str, str]]] = {}
    raw = _raw_files(items)
    for file in _files(items):
        if not file.attached_to_field and file.name not in raw:
            one = {"file": file.file_url, "caption": file.file_name}
            files.setdefault(file.attached_to_name, []).append(one)
    return [
        {
            **{key: row[key] for key in ("name", "who", "user", "text", "state", "article")},
            "error": reasons.in_words(row.error),
            "at": str(row.at),
            "files": files.get(row.inbox_item, []),
        }
        for row in rows
    ]


def reasons_of(chat: Document) -> str:
    """Why a chat came to a person, in the present language; empty where it is with none."""
    stored = json.loads(chat.reasons or "[]") if chat.mode == WITH_PERSON else []
    return sentence_list(reasons.in_words(one) for one in stored)


def refuse_from_outside(doc: Document) -> None:
    """Chats and their turns are made of messages alone.

    Raises:
        frappe.ValidationError: a request inserts or changes one.
    """
    if not doc.flags.by_server:
        frappe.throw(
            _(
                "{0} is written when a message comes in or goes out. Answer with the buttons of the chat."
            ).format(_(doc.doctype))
        )


def refuse_chat_deletion(doc: Document) -> None:
    """Raises:
    GateError: always.
    """
    deletion_refusal.refuse_for_good(doc, _("{0} {1} is kept as it was said and is never deleted."))


def _made(channel: Document, inbound: Inbound, key: str) -> str:
    frappe.db.savepoint("chat")
    chat = frappe.get_doc(
        {
            "doctype": CHAT,
            "title": _line(inbound.sender_name) or inbound.phone or _line(inbound.sender_id),
            "mode": OPEN,
            "channel": channel.name,
            "company": channel.company,
            "sender_id": inbound.sender_id,
            "phone": inbound.phone,
            "chat_key": key,
            "began_at": now_datetime(),
            "context": json.dumps(dict(inbound.context)),
        }
    )
    chat.flags.by_server = True
    try:
        with messages_dropped_on(*_MADE_ALREADY):
            return chat.insert(ignore_permissions=True).name
    except _MADE_ALREADY:
        # Another message of the same sender is being read at the same moment.
        roll_back_to("chat")
        return frappe.db.get_value(CHAT, {"chat_key": key}, "name", for_update=True)


def _files(items: list[str]) -> list[frappe._dict]:
    if not items:
        return []
    return frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": ("in", items), "is_folder": 0},
        ["name", "file_url", "file_name", "attached_to_name", "attached_to_field"],
        order_by="creation asc, name asc",
    )


def _raw_files(items: list[str]) -> set[str]:
    if not items:
        return set()
    names = frappe.get_all(DOCTYPE, {"name": ("in", items)}, pluck="payload_file", order_by="name asc")
    return {name for name in names if name}


def _line(text: str) -> str:
    """On one line, without what a list could take for markup."""
    plain = " ".join(without_tags(text).split()) if "<" in text else " ".join(text.split())
    return plain if len(plain) <= _SHORT else plain[: _SHORT - 1] + "…"
