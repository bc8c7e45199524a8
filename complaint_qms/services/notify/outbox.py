"""The outbox: every message to a person, with its channel and what became of it.

A message is written in the transaction of what it tells of. In the desk it is there at once, as the framework's own
Notification Log; what goes by mail waits for `digest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.translate import print_language
from frappe.utils import cint

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.sight import Sight
from complaint_qms.services import writing
from complaint_qms.services.notify import sentences
from complaint_qms.services.notify.person import Person

OUTBOX: Final = "QMS Message"
DESK, EMAIL = "desk", "email"
QUEUED, SENT, GIVEN_UP, EXPIRED = "queued", "sent", "given_up", "expired"
AUTHOR: Final = "Administrator"


@dataclass(frozen=True)
class Message:
    """One person is told one thing about one record. `data`: that of the event (`constants/events.py`)."""

    kind: str
    person: Person
    doctype: str
    name: str
    data: dict[str, Any]
    author: str = AUTHOR


def send(messages: Iterable[Message], now: datetime, writer: sentences.Writer | None = None) -> list[Message]:
    """Write messages in their readers' languages: notices in the desk, and mails that wait to be sent. Who may not see
    a quality record is not told of it, whoever asked for that. Those that were written, on one channel at least."""
    wanted = _visible([message for message in messages if message.person.notices or message.person.mails])
    if not wanted:
        return []
    writer, mailed = writer or sentences.Writer(), by_mail()
    for author in sorted({message.author for message in wanted}):
        desk, outbox = [], []
        for message in _by_language([one for one in wanted if one.author == author]):
            text = writer.sentence(message.kind, message.name, message.data, message.person)
            if message.person.notices:
                desk.append(_notice(message, text))
                outbox.append(_row(message, text, DESK, now))
            if mailed and message.person.mails and message.kind in sentences.HEADINGS:
                outbox.append(_row(message, text, EMAIL, now))
        writing.insert_rows(OUTBOX, outbox, now, author, "message")
        _show(desk, now, author)
    return [one for one in wanted if one.person.notices or (mailed and one.kind in sentences.HEADINGS)]


def by_mail() -> bool:
    """Whether the site mails notices."""
    return bool(cint(frappe.get_cached_doc(SETTINGS).notify_by_email))


def _visible(messages: list[Message]) -> list[Message]:
    """Those whose readers may see what they are about."""
    names = {kind: {one.name for one in messages if one.doctype == kind} for kind in QUALITY_RECORDS}
    sight = {kind: Sight(kind, wanted) for kind, wanted in names.items() if wanted}
    return [
        one
        for one in messages
        if one.doctype not in sight or sight[one.doctype].sees(one.person.user, one.name)
    ]


def _by_language(messages: list[Message]) -> Iterator[Message]:
    """The messages, grouped by their reader's language, which is the present language while a group is walked."""
    for language in sorted({message.person.language for message in messages}):
        with print_language(language):
            yield from (message for message in messages if message.person.language == language)


def _notice(message: Message, text: str) -> dict[str, Any]:
    return {
        "type": "Alert",
        "subject": text,
        "for_user": message.person.user,
        "from_user": message.author,
        "document_type": message.doctype,
        "document_name": message.name,
    }


def _row(message: Message, text: str, channel: str, now: datetime) -> dict[str, Any]:
    waits = channel == EMAIL
    return {
        "kind": message.kind,
        "channel": channel,
        "to_user": message.person.user,
        "language": message.person.language,
        "text": text,
        "reference_doctype": message.doctype,
        "reference_name": message.name,
        "state": QUEUED if waits else SENT,
        "next_attempt": now if waits else None,
        "sent_at": None if waits else now,
    }


def _show(rows: list[dict[str, Any]], now: datetime, author: str) -> None:
    """Notices in the desk, seen by their readers at once."""
    if not rows:
        return
    writing.insert_rows("Notification Log", rows, now, author, "message")
    users = sorted({row["for_user"] for row in rows})
    settings = frappe.qb.DocType("Notification Settings")
    frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(users)).run()
    for user in users:
        frappe.publish_realtime("notification", user=user, after_commit=True)
