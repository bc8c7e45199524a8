"""What was said to the customer and by them, oldest first: mails, calls, notes and chats of the records of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import get_datetime

from complaint_qms.constants.chat import SENDER
from complaint_qms.constants.personal_data import TALK_IS
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions.personal_data import sees
from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import can_read

COMMUNICATION, COMMENT, CHAT, CHAT_MESSAGE = "Communication", "Comment", "Complaint Chat", "Complaint Chat Message"  # fmt: skip
_MOST_TEXT: Final = 20_000
"""Signs of one message that are printed; the archive holds all."""


@dataclass(frozen=True)
class SaidThing:
    """One message. `about`: (DocType, name) of the record; `kind`: how it was sent, as a word of Frappe; `source`: (DocType, name)."""

    at: datetime
    kind: str
    sender: str
    recipients: str
    subject: str
    text: str
    about: tuple[str, str]
    source: tuple[str, str]
    received: bool = False
    cc: str = field(default="")

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"at": str(self.at)}

    def way(self) -> str:
        """“Email, received”, in the present language."""
        named = word(self.kind) if self.source[0] == CHAT_MESSAGE else _(self.kind)
        if self.source[0] == COMMENT:
            return named
        return f"{named} · {_('Received') if self.received else _('Sent')}"

    def shown_text(self) -> str:
        return self.text if len(self.text) <= _MOST_TEXT else f"{self.text[:_MOST_TEXT]} …"


def case_talk(records: CaseRecords) -> list[SaidThing]:
    """Three queries for each kind of record that there is, whose mails and notes its form shows to who may read it, and two for chats."""
    found: list[SaidThing] = []
    for kind in (kind for kind in QUALITY_RECORDS if records.names.get(kind)):
        about = {"reference_doctype": kind, "reference_name": ("in", records.names[kind])}
        found += _mails(about) if sees(TALK_IS) else ()
        found += _notes(about)
    found += _chats(records.subject.name)
    return sorted(found, key=lambda one: (one.at, one.source))


def _mails(about: dict[str, Any]) -> Iterator[SaidThing]:
    fields = [
        "name", "communication_medium", "communication_date", "creation", "sender", "sender_full_name", "recipients", "cc", "phone_no", "subject",
        "content", "sent_or_received", "reference_doctype", "reference_name",
    ]  # fmt: skip
    of_people = {**about, "communication_type": ("in", ("Communication", "Automated Message"))}
    for row in frappe.get_all(COMMUNICATION, of_people, fields, order_by="creation asc, name asc"):
        sender = (
            f"{row.sender_full_name} <{row.sender}>" if row.sender_full_name and row.sender else row.sender
        )
        yield SaidThing(
            at=get_datetime(row.communication_date or row.creation),
            kind=row.communication_medium or "Email",
            sender=sender or row.sender_full_name or "",
            recipients=row.recipients or row.phone_no or "",
            subject=row.subject or "",
            text=plain_lines(row.content),
            about=(row.reference_doctype, row.reference_name),
            source=(COMMUNICATION, row.name),
            received=row.sent_or_received == "Received",
            cc=row.cc or "",
        )


def _notes(about: dict[str, Any]) -> Iterator[SaidThing]:
    fields = [
        "name",
        "creation",
        "comment_email",
        "comment_by",
        "content",
        "reference_doctype",
        "reference_name",
    ]
    for row in frappe.get_all(COMMENT, {**about, "comment_type": "Comment"}, fields, order_by="creation asc, name asc"):  # fmt: skip
        yield SaidThing(
            at=row.creation,
            kind=COMMENT,
            sender=row.comment_by or row.comment_email or "",
            recipients="",
            subject="",
            text=plain_lines(row.content),
            about=(row.reference_doctype, row.reference_name),
            source=(COMMENT, row.name),
        )


def _chats(complaint: str) -> Iterator[SaidThing]:
    if not can_read(CHAT) or not can_read(CHAT_MESSAGE):
        return
    chats = frappe.get_list(CHAT, filters={"complaint": complaint}, fields=["name", "title"], order_by="name asc", limit=0)  # fmt: skip
    if not chats:
        return
    titles = {chat.name: chat.title for chat in chats}
    fields = ["name", "chat", "who", "user", "at", "text", "complaint"]
    rows = frappe.get_list(
        CHAT_MESSAGE,
        filters={"chat": ("in", list(titles))},
        fields=fields,
        order_by="at asc, name asc",
        limit=0,
    )
    # A chat that goes on about another complaint: its messages belong to the file of that one.
    rows = [row for row in rows if row.complaint in (None, "", complaint)]
    names = values_of("User", {row.user for row in rows}, "full_name")
    for row in rows:
        yield SaidThing(
            at=row.at,
            kind="chat",
            sender=_sender(row, names, titles[row.chat]),
            recipients="",
            subject="",
            text=row.text or "",
            about=("Complaint", complaint),
            source=(CHAT_MESSAGE, row.name),
            received=row.who == SENDER,
        )


def _sender(row: Any, names: dict[str, str], customer: str | None) -> str:
    if row.who == SENDER:
        return customer or word(row.who)
    return names.get(row.user) or word(row.who)
