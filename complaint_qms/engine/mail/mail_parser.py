"""A whole mail: who wrote what to whom, in answer to what, with which files, and whether a person did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from complaint_qms.engine import automatic_mail
from complaint_qms.engine.mail.charsets import decoded, header_text
from complaint_qms.engine.mail.files import (
    MailFile,
    content_of,
    files_of,
    name_of,
    packed_text,
    parts_within,
    told_apart,
)
from complaint_qms.engine.mail.html_text import Line, lines_of_html, lines_of_text
from complaint_qms.engine.mail.parts import Parts, bare_subject, split
from complaint_qms.engine.text_language import written_language

_ID: Final = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESS: Final = re.compile(r"^[^\s@<>,;]{1,200}@[^\s@<>,;]{1,250}$")
_MOST_IDS: Final = 50
_MOST_ADDRESSES: Final = 200
_DEEPEST: Final = 60
_EARLY, _LATE = timedelta(days=30), timedelta(hours=1)
Address = tuple[str, str]


@dataclass(frozen=True)
class Mail:
    """A mail as it was understood. Addresses are (name, address in small letters)."""

    message: Message
    message_id: str
    answers: tuple[str, ...]  # Message-IDs, the nearest first
    subject: str
    sender: Address  # who is written back to
    author: Address  # who the mail says it is from
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    sent_at: datetime | None
    parts: Parts
    text: str  # all of it
    html: str
    files: tuple[MailFile, ...]
    automatic: str  # one of constants.correspondence.AUTOMATIC, or empty
    newsletter: bool
    language: str

    @property
    def own_subject(self) -> str:
        return bare_subject(self.subject)

    @property
    def enclosed(self) -> tuple[MailFile, ...]:
        """Its files without those that only decorate."""
        return tuple(file for file in self.files if not file.decoration)


def parse(raw: bytes) -> Message:
    """The message of a mail, however broken; one that nests without end is a text."""
    try:
        return message_from_bytes(raw)
    except RecursionError:
        head, _gap, body = raw.partition(b"\r\n\r\n")
        flat = Message()
        for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines():
            name, colon, value = line.partition(b":")
            if colon and name.lower() not in (b"content-type", b"content-transfer-encoding"):
                flat[name.decode("ascii", "replace")] = value.strip().decode("utf-8", "replace")
        flat.set_payload(body.decode("latin-1"))
        return flat


def message_id_of(message: Message) -> str:
    """Its Message-ID without brackets; empty where it has none."""
    said = str(message.get("Message-ID") or "").strip()
    found = _ID.search(said)
    return (found.group(1) if found else "").strip()


def read_mail(raw: bytes) -> Mail:
    """Understand a mail. Raises nothing: what cannot be read is left out of the text and stands in the raw mail."""
    message = parse(raw)
    subject = header_text(message.get("Subject"))
    lines, texts, htmls, files = _content(message)
    answers = _answers(message)
    author = next(iter(_addresses(message, "From")), ("", ""))
    reply_to = next((found for found in _addresses(message, "Reply-To") if found[1]), None)
    sender = reply_to or (author if author[1] else next(iter(_addresses(message, "Sender")), author))
    parts = split(lines, subject, is_reply=bool(answers))
    written = parts.written or parts.forwarded
    return Mail(
        message=message,
        message_id=message_id_of(message),
        answers=answers,
        subject=subject,
        sender=(sender[0] or author[0], sender[1]),
        author=author,
        to=tuple(_addresses(message, "To")),
        cc=tuple(_addresses(message, "Cc")),
        sent_at=_sent_at(message),
        parts=parts,
        text="\n".join(texts),
        html="\n".join(htmls),
        files=tuple(told_apart(files, parts.images)),
        automatic=automatic_mail.automatic_kind(message, author[1] or sender[1]),
        newsletter=automatic_mail.is_newsletter(message),
        language=written_language(f"{subject}\n{written}"),
    )


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold content; a mail within a mail is one part."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        inner = parts_within(part)
        if inner and part.get_content_maintype() == "multipart" and depth < _DEEPEST:
            waiting += [(each, depth + 1) for each in reversed(inner)]
        else:
            yield part


def _content(message: Message) -> tuple[list[Line], list[str], list[str], list[MailFile]]:
    texts: list[str] = []
    htmls: list[str] = []
    files: list[MailFile] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if part.get_content_maintype() == "multipart":
            # No boundary, or one that never comes: what was sent is a text.
            texts.append(decoded(content_of(part)))
        elif _is_text(part):
            (htmls if kind == "text/html" else texts).append(_text(part))
        elif kind not in ("message/delivery-status", "text/rfc822-headers"):
            files += files_of(part)
            packed, packed_html = packed_text(part)
            texts += [packed] if packed else []
            htmls += [packed_html] if packed_html else []
    return _lines(message, 0), texts, htmls, files


def _lines(part: Message, depth: int) -> list[Line]:
    """The text of a part: of alternatives the last that says something, of others all."""
    within = parts_within(part)
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and within and depth < _DEEPEST:
        inner = [_lines(each, depth + 1) for each in within]
        if kind == "multipart/alternative":
            return next((lines for lines in reversed(inner) if _says(lines)), [])
        if not any(map(_says, inner)):
            return next((found for each in within if (found := _packed_lines(each))), [])
        return [line for lines in inner for line in lines]
    if part.get_content_maintype() == "multipart":
        return lines_of_text(decoded(content_of(part)))
    if not _is_text(part):
        return _packed_lines(part) if not depth else []
    return lines_of_html(_text(part)) if kind == "text/html" else lines_of_text(_text(part))


def _packed_lines(part: Message) -> list[Line]:
    text, html = packed_text(part)
    return lines_of_html(html) if html else lines_of_text(text) if text else []


def _says(lines: list[Line]) -> bool:
    return any(line.text.strip() or line.images for line in lines)


def _is_text(part: Message) -> bool:
    return (
        part.get_content_type() in ("text/plain", "text/html", "text/enriched")
        and part.get_content_disposition() != "attachment"
        and not (name_of(part) and part.get_content_disposition() is not None)
    )


def _text(part: Message) -> str:
    return decoded(content_of(part), _charset(part)).replace("\x00", "")


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError, UnicodeError):
        return None


def _answers(message: Message) -> tuple[str, ...]:
    nearest = _ID.findall(str(message.get("In-Reply-To") or ""))
    before = _ID.findall(str(message.get("References") or ""))[::-1]
    if not nearest and not before and (given_back := automatic_mail.answered_id(message)):
        nearest = [given_back]
    return tuple(dict.fromkeys([*nearest, *before]))[:_MOST_IDS]


def _addresses(message: Message, name: str) -> list[Address]:
    said = [
        str(value) if isinstance(value, str) else header_text(value) for value in message.get_all(name) or []
    ]
    # An address is read before the names are decoded: a decoded name may hold a comma.
    pairs = getaddresses([" ".join(value.split())[:20_000] for value in said])[:_MOST_ADDRESSES]
    found = [(header_text(who), address.strip().lower()) for who, address in pairs]
    found = [(who, address if _ADDRESS.match(address) else "") for who, address in found]
    if not any(address for _who, address in found):
        loose = re.search(r"[\w.+'-]{1,100}@[\w.-]{3,200}", " ".join(map(header_text, said)))
        if loose:
            return [("", loose.group().strip(".").lower())]
    return [pair for pair in found if any(pair)]


def _sent_at(message: Message) -> datetime | None:
    """When it was sent, with its zone. A clock that is wrong by far gives way to the moment at which the mail arrived."""
    arrived = _moment(str((message.get_all("Received") or [""])[0]).rpartition(";")[2])
    sent = _moment(str(message.get("Date") or ""))
    if sent and arrived and not arrived - _EARLY <= sent <= arrived + _LATE:
        return arrived
    return sent or arrived


def _moment(said: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(said.strip())
        moment = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
