"""Keeps what comes in, as it was sent and each message once, before anybody tries to understand it."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

import frappe
from frappe.core.doctype.file.exceptions import MaxFileSizeReachedError
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.inbox import DOCTYPE, LONGEST_INLINE, MOST_FILES, NEW, ROADS, WAITING
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.message import Message
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services import writing
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox import understanding
from complaint_qms.services.inbox.item import RAW, write
from complaint_qms.services.inbox.senders import customer_of
from complaint_qms.services.record import timeline
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.scalars import FIRST_YEAR, is_storable
from complaint_qms.services.record.subjects import is_seen, subject_of
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.transactions import roll_back_to, without_deadlock

_SHORT: Final = 140
_KEPT_ALREADY: Final = (frappe.UniqueValidationError, frappe.DuplicateEntryError)
_LONGEST_TEXT: Final = 1_000_000
_LONGEST_SCOPE: Final = 320
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_WHOLE_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<]*[>=]")
_NO_NAME: Final = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*#%\ud800-\udfff]+')
_LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class Sender:
    """Who sent it, as far as the message says: a name, and a mail address, telephone number or chat name."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class InboundFile:
    """A file that came with it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class InboundMessage:
    """A message as its road hands it over.

    Attributes:
        road: key of `constants/inbox.ROADS`.
        received_at: in the site's time zone; the present moment where it is not known or lies ahead.
        text: what it says, as plain text.
        set_apart: what stands with it and says nothing new: quotes, a signature.
        payload: the message as it was sent; bytes that are no text, or a long one, are kept as a private file.
        payload_name: name of that file.
        files: what came with it; those beyond `MOST_FILES` are found in the payload alone.
        message_id: what the sender's system calls the message; empty where it has no name.
        scope: within what a message id counts: an account, a caller, a chat.
        mailbox: the Email Account that it came in by.
        is_sealed: what it says is read out of the payload later, by the opener of its road.
        company: settled by the settings where it is not known.
        customer: whose message it is, where its road knows; else the one that its sender can only be.
    """

    road: str
    sender: Sender = Sender()
    received_at: datetime | None = None
    subject: str = ""
    text: str = ""
    set_apart: str = ""
    payload: str | bytes = ""
    payload_name: str = "message.txt"
    files: tuple[InboundFile, ...] = ()
    message_id: str = ""
    scope: str = ""
    mailbox: str = ""
    channel: str | None = None
    company: str | None = None
    customer: str | None = None
    language: str | None = None
    is_sealed: bool = False


class Kept(NamedTuple):
    """The item of a message, and whether it was not there before."""

    name: str
    is_new: bool


def keep_message(message: InboundMessage, *, read_by_caller: bool = False) -> Kept:
    """Store a message, and have it read once the transaction is committed; the caller commits.

    The same message again, also at the same moment from another process, is the first one's item. Call it where nothing
    else was written in the transaction: what a deadlock takes back is then simply done again.

    Args:
        read_by_caller: the caller reads it itself right away, so no job does; what a killed caller leaves is due.
    """
    return without_deadlock(partial(keep_within, message, read_by_caller=read_by_caller))


def keep_within(message: InboundMessage, reason: str = "", *, read_by_caller: bool = False) -> Kept:
    """The same within a transaction that holds more.

    Args:
        reason: why it waits for a person at once, as of `reasons`; nobody reads it then.

    Raises:
        frappe.QueryDeadlockError: the transaction was given up for others.
    """
    unique = unique_key(message)
    if known := _known(unique):
        return Kept(known, False)
    frappe.db.savepoint("keep")
    try:
        with messages_dropped_on(*_KEPT_ALREADY):
            doc = _item(message, unique)
            if reason:
                doc.update({"state": WAITING, "next_attempt": None, "reason": reason})
            doc.insert(ignore_permissions=True)
    except _KEPT_ALREADY:
        frappe.db.rollback(save_point="keep")
        if not (known := _known(unique, now=True)):
            raise
        return Kept(known, False)
    _attach(doc, message)
    if doc.state == NEW and not read_by_caller:
        understanding.request(doc.name)
    return Kept(doc.name, True)


def replace_content(item: Document, message: InboundMessage, **values: Any) -> None:
    """An item, which is locked, says what its sender has sent anew, and holds `values`; its versions and files keep what
    was sent before."""
    if item.payload_file:
        why = "raw message replaced by what was sent anew"
        writing.set_values("File", item.payload_file, {"attached_to_field": RAW}, why)
    write(item, payload_file=None, **_content(message), **values)
    _attach(item, message)


def keep_file(item: Document, file: InboundFile) -> str | None:
    """Put a file that arrived later beside its message; the name of the File, None for one that the site does not take. The item says
    what is not as it was sent."""
    lost: list[Message] = []
    name = _save(item, file, lost)
    for told in lost:
        timeline.note_on(item, told)
    return name


def open_sealed(item: Document, message: InboundMessage) -> None:
    """An item that was kept sealed, and is locked, says what is in it and has its files."""
    values = _content(message)
    del values["payload"]
    moment = _moment(message.received_at, item.received_at)
    item.update(
        values
        | {"is_sealed": 0, "received_at": moment, "language": _existing("Language", message.language) or ""}
    )
    item.flags.update({"by_server": True, "ignore_links": True})
    item.save(ignore_permissions=True, ignore_version=True)
    _attach(item, message, with_raw=False)


def raw_of(item: Document) -> bytes:
    """The message as it was sent; empty where its road has sent none."""
    url = item.payload_file and frappe.db.get_value("File", item.payload_file, "file_url")
    if url:
        return disk.bytes_of(url)
    return _bytes(item.payload or "")


def unique_key(message: InboundMessage) -> str:
    """What tells a message from every other: its id within its scope, else what it says."""
    names = [message.road, message.scope]
    return (
        _digest(*names, "id", message.message_id)
        if message.message_id
        else _digest(*names, content_hash(message))
    )


def content_hash(message: InboundMessage) -> str:
    """SHA-256 of all that was sent, as hexadecimal."""
    files = [part for file in message.files for part in (file.name, hashlib.sha256(file.content).hexdigest())]
    sender = message.sender
    return _digest(
        sender.name, sender.address, message.subject, message.text, _bytes(message.payload), *files
    )


def _digest(*parts: str | bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        data = _bytes(part)
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")


def _known(unique: str, *, now: bool = False) -> str | None:
    """The item of a key; `now`: as the database stands at this moment, and not when the transaction began to read."""
    return frappe.db.get_value(DOCTYPE, {"unique_key": unique}, "name", for_update=now)


def _item(message: InboundMessage, unique: str) -> Document:
    if message.road not in ROADS:
        raise ValueError(f"No such road: {message.road}")
    now = now_datetime()
    doc = frappe.get_doc(
        {
            "doctype": DOCTYPE,
            "state": NEW,
            "next_attempt": now,
            "road": message.road,
            "company": _existing("Company", message.company)
            or _existing("Company", frappe.get_cached_doc(SETTINGS).default_company),
            "language": _existing("Language", message.language)
            or "",  # not the site's, which says nothing of the sender
            "mailbox": message.mailbox,
            "is_sealed": int(message.is_sealed),
            "message_id": _short(message.message_id.strip("<>")),
            "scope": _UNSTORABLE.sub("\ufffd", message.scope)[:_LONGEST_SCOPE],
            "received_at": _moment(message.received_at, now),
            "unique_key": unique,
            **_content(message),
        }
    )
    doc.flags.by_server = True
    return doc


def _content(message: InboundMessage) -> dict[str, Any]:
    """What a message says, as the fields of an item can hold it."""
    name, address = _short(message.sender.name), _short(message.sender.address)
    return {
        "channel": _existing("Complaint Channel", message.channel) or "",
        "customer": _existing("Customer", message.customer)
        or customer_of(address, name, _existing("Company", message.company), message.road),
        "sender_name": name,
        "sender_address": address,
        "subject": _short(message.subject if is_seen(message.subject) else subject_of(message.text)) or None,
        "text": _UNSTORABLE.sub("\ufffd", message.text)[:_LONGEST_TEXT],
        "set_apart": _UNSTORABLE.sub("\ufffd", message.set_apart)[:_LONGEST_TEXT],
        "payload": _inline(message.payload),
        "content_hash": content_hash(message),
    }


def _inline(payload: str | bytes) -> str | None:
    """The raw message where it can stand in the item."""
    if not payload or len(_bytes(payload)) > LONGEST_INLINE:
        return None
    if isinstance(payload, bytes):
        try:
            payload = payload.decode()
        except UnicodeDecodeError:
            return None
    return payload if is_storable(payload) else None


def _attach(doc: Document, message: InboundMessage, *, with_raw: bool = True) -> None:
    """The files of a message, and its raw form where that does not stand in the item. A file that the site does not take
    keeps the message from nothing; the item says which it was."""
    lost: list[Message] = []
    if with_raw and message.payload and doc.payload is None:
        raw = _save(doc, InboundFile(message.payload_name, _bytes(message.payload)), lost, is_raw=True)
        writing.set_values(DOCTYPE, doc.name, {RAW: raw}, "raw message kept as a file")
    for file in message.files[:MOST_FILES]:
        _save(doc, file, lost)
    if (count := len(message.files)) > MOST_FILES:
        lost.append(
            line(
                "The first {0} of {1} files were kept; the others are in the message as it was sent.",
                MOST_FILES,
                count,
            )
        )
    if lost:
        for told in lost:
            timeline.note_on(doc, told)


def _save(doc: Document, file: InboundFile, lost: list[Message], *, is_raw: bool = False) -> str | None:
    """The name of the File; None for one that is not taken. What is not as it was sent is told by a line in `lost`. A raw
    message is always taken."""
    name = _file_name(file.name)
    if not file.content:
        lost.append(line("The file {0} came in empty.", Text(name)))
        return None
    try:
        return _insert(doc, name, file.content, is_raw=is_raw)
    except MaxFileSizeReachedError as error:
        lost.append(line("The file {0} was not kept: {1}", Text(name), Text(said(error))))
        return None
    except Exception as error:
        why = said(error)
    # What the site does not take for what it says it is, such as a PDF that is none, is kept as plain bytes.
    try:
        kept = _insert(doc, f"{name}.bin", file.content, is_raw=is_raw)
    except Exception as error:
        lost.append(line("The file {0} was not kept: {1}", Text(name), Text(said(error))))
        return None
    lost.append(line("The file {0} was kept as {1}: {2}", Text(name), Text(f"{name}.bin"), Text(why)))
    return kept


def _insert(doc: Document, name: str, content: bytes, *, is_raw: bool) -> str:
    frappe.db.savepoint("file")
    try:
        with messages_dropped_on(Exception):
            return _file(doc, name, content, is_raw=is_raw).name
    except Exception:
        roll_back_to("file")
        raise


def _file(doc: Document, name: str, content: bytes, *, is_raw: bool) -> Document:
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": name,
            "content": content,
            "folder": "Home/Attachments",
            "is_private": 1,
            "attached_to_doctype": DOCTYPE,
            "attached_to_name": doc.name,
            "attached_to_field": RAW if is_raw else None,
        }
    )
    # The framework takes out of a JPEG what its camera wrote, and compresses it anew: the sum would be of no file that was sent.
    as_sent = mimetypes.guess_type(name)[0] == "image/jpeg"
    file.flags.update({"is_evidence": True, "is_raw_message": is_raw, "kept_as_sent": as_sent})
    return file.insert(ignore_permissions=True)


def _file_name(name: str) -> str:
    """A name that every disk takes, with its ending."""
    plain = _NO_NAME.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(" ._") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending)]}.{ending}"


def _short(text: str) -> str:
    """On one line, as much as a field of one line holds."""
    plain = " ".join(_UNSTORABLE.sub("\ufffd", text).split())
    if _WHOLE_TAG.search(plain):  # the framework's lists take it for a tag and leave it out
        plain = plain.replace("<", "‹").replace(">", "›")
    return plain if len(plain) <= _SHORT else plain[: _SHORT - 1] + "…"


def _existing(doctype: str, name: str | None) -> str | None:
    # Customers come and go while a worker lives; that there was none yet must not be remembered.
    known = name and is_storable(name) and frappe.db.exists(doctype, name, cache=doctype != "Customer")
    return known or None


def _moment(sent: datetime | None, now: datetime) -> datetime:
    moment = get_datetime(sent).replace(tzinfo=None) if sent else now
    return moment if moment.year >= FIRST_YEAR and moment <= now else now
