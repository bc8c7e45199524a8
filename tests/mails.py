"""Awkward mails as their programs write them, made by code: charsets, broken MIME, winmail.dat, machines, forwards."""

from __future__ import annotations

import struct
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
AT = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=2)
"""When they were sent: lately, as what is older counts as history."""


def png(width: int, height: int, filler: bytes = b"seal") -> bytes:
    """What begins like a PNG of that size; readers look at its head alone."""
    return PNG_HEAD + struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00" + filler * 50


def plain(
    text: str,
    subject: str = "Pump leaks",
    sender: str = "Ann Lee <ann@customer.example>",
    to: str = "service@harbour.example",
    **headers: str,
) -> EmailMessage:
    """A mail of one text; `In_Reply_To="<…>"` adds or replaces a header, an empty value leaves it out."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(AT), make_msgid(domain="customer.example")
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        if value:
            mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def raw_text(
    text: str, written: str, declared: str | None, subject: bytes = b"Pump", extra: bytes = b""
) -> bytes:
    """A mail whose bytes are in one charset and that declares another one, or none."""
    kind = b"Content-Type: text/plain" + (f"; charset={declared}".encode() if declared else b"")
    head = b"From: Ann Lee <ann@customer.example>\r\nTo: service@harbour.example\r\nSubject: " + subject
    ids = (
        f"\r\nMessage-ID: {make_msgid(domain='customer.example')}\r\nDate: {format_datetime(AT)}\r\n".encode()
    )
    body = text.encode(written).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return (
        head
        + ids
        + b"MIME-Version: 1.0\r\n"
        + extra
        + kind
        + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + body
    )


def encoded_word(text: str, charset: str, named: str | None = None) -> bytes:
    return f"=?{named or charset}?B?{b64encode(text.encode(charset)).decode()}?=".encode()


def winmail(files: list[tuple[str, bytes]], text: str = "") -> bytes:
    """A winmail.dat that holds files, and a text."""
    made = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x9006, struct.pack("<I", 0x10000), 8)
    made += attribute(1, 0x9007, struct.pack("<II", 1252, 0), 6)
    if text:
        made += attribute(1, 0x9003, _properties({(31, 0x1000): text.encode("utf-16-le") + b"\0\0"}), 6)
    for name, content in files:
        made += attribute(2, 0x9002, struct.pack("<HIHHHH", 1, 0xFFFFFFFF, 0, 0, 0, 0), 6)
        made += attribute(2, 0x8010, name.encode("ascii", "replace")[:12] + b"\0", 1)
        made += attribute(2, 0x800F, content, 6)
        made += attribute(2, 0x9005, _properties({(31, 0x3707): name.encode("utf-16-le") + b"\0\0"}), 6)
    return made


def with_winmail(
    files: list[tuple[str, bytes]], text: str = "", body: str = "See attached.", **more: str
) -> EmailMessage:
    mail = plain(body, **more)
    mail.add_attachment(
        winmail(files, text), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    return mail


def returned(of: str, action: str = "failed") -> bytes:
    """What a server writes that could not deliver the mail with this Message-ID."""
    return f"""From: MAILER-DAEMON@mail.customer.example
To: service@harbour.example
Subject: Undelivered Mail Returned to Sender
Message-ID: {make_msgid(domain="mail.customer.example")}
Date: {format_datetime(AT)}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

The mail could not be delivered.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.customer.example

Final-Recipient: rfc822; ann@customer.example
Action: {action}

--x
Content-Type: text/rfc822-headers

Message-ID: {of}
--x--
""".replace("\n", "\r\n").encode()


def attribute(level: int, name: int, value: bytes, kind: int) -> bytes:
    return (
        struct.pack("<BHHI", level, name, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)
    )


def _properties(values: dict[tuple[int, int], bytes]) -> bytes:
    made = struct.pack("<I", len(values))
    for (kind, name), value in values.items():
        made += struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return made
