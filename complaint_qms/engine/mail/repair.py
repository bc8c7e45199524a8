"""A mail as it was understood, written anew with every text in UTF-8, for readers that believe what a mail declares."""

from __future__ import annotations

from collections.abc import Sequence
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from html import escape
from typing import Final

from complaint_qms.engine.mail.charsets import header_text
from complaint_qms.engine.mail.files import MailFile
from complaint_qms.engine.mail.mail_parser import Address, Mail

# What readers and other mails refer to, as it was sent.
_KEPT: Final = (
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Precedence",
    "Return-Path",
    "Bcc",
)
_NOBODY: Final = "unknown@sender.invalid"
_LONGEST: Final = 2000


def rewritten(mail: Mail, files: Sequence[MailFile]) -> bytes:
    """The mail with these of its files. Without a sender it has one of the reserved domain “invalid” (RFC 2606)."""
    made = MIMEMultipart("mixed")
    for name in _KEPT:
        if said := mail.message.get(name):
            made[name] = header_text(said)[:_LONGEST]
    made["Subject"] = Header(mail.subject, "utf-8").encode()
    made["From"] = _written(mail.author if mail.author[1] else (mail.sender[0], mail.sender[1] or _NOBODY))
    if mail.sender[1] and mail.sender[1] != mail.author[1]:
        made["Reply-To"] = _written(mail.sender)
    for name, recipients in (("To", mail.to), ("Cc", mail.cc)):
        if recipients:
            made[name] = ", ".join(map(_written, recipients))
    if mail.sent_at:
        made["Date"] = format_datetime(mail.sent_at)
    texts = MIMEMultipart("alternative")
    texts.attach(MIMEText(_sayable(mail.text), "plain", "utf-8"))
    # Readers show plain text as markup, on one line.
    texts.attach(MIMEText(_sayable(mail.html) or _markup(mail.text), "html", "utf-8"))
    made.attach(texts)
    for file in files:
        made.attach(_part(file))
    return made.as_bytes()


def _written(address: Address) -> str:
    name, mailbox = address
    # Quotes and brackets in a name end it for simple readers.
    plain = " ".join("".join(" " if char in '"<>\\,;\r\n' else char for char in name).split())[:200]
    return formataddr((plain, mailbox), "utf-8") if mailbox.isascii() else mailbox


def _markup(text: str) -> str:
    return "<br>".join(escape(line) for line in _sayable(text).splitlines())


def _sayable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _part(file: MailFile) -> MIMEBase:
    main, _slash, sub = file.content_type.partition("/")
    made = MIMEBase(
        main if sub and main not in ("text", "message", "multipart") else "application", sub or "octet-stream"
    )
    if main in ("text", "message", "multipart"):
        made.replace_header("Content-Type", "application/octet-stream")
    made.set_payload(file.content)
    encode_base64(made)
    made.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
    if file.cid:
        made["Content-ID"] = f"<{file.cid}>"
    return made
