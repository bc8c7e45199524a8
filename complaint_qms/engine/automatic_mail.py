"""Mails that no person wrote: answering machines, and servers that give a mail back. Read off their headers (RFC 3834, RFC 3464).

What a ticket system passes on (auto-generated, or in bulk) is what a person wrote, so it is no automatic mail.

Plain Python: no frappe, no clock.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import Final

from complaint_qms.constants.correspondence import AUTOMATIC_REPLY, RETURNED

_SERVERS: Final = re.compile(r"^(mailer-daemon|postmaster)@", re.IGNORECASE)
_ID: Final = re.compile(r"<([^<>\s]+)>")
_ID_LINE: Final = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_MACHINE: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-AutoReply-From")
_REPLIED: Final = ("auto-replied", "auto-notified")
_REPLYING: Final = ("auto_reply", "auto-reply")


def automatic_kind(mail: Message, sender: str = "") -> str:
    """What kind of automatic mail this is; empty for one that a person wrote."""
    report = mail.get_content_type() == "multipart/report"
    if report and _report_type(mail) == "delivery-status":
        actions = _actions(mail)
        # One that does not say what became of the mail may well give it back.
        return RETURNED if not actions or "failed" in actions else AUTOMATIC_REPLY
    if is_server(sender):
        return RETURNED
    said = str(mail.get("Auto-Submitted") or "").split(";")[0].strip().lower()
    precedence = str(mail.get("Precedence") or "").strip().lower()
    if report or said in _REPLIED or precedence in _REPLYING or any(mail.get(name) for name in _MACHINE):
        return AUTOMATIC_REPLY
    return ""


def is_server(address: str) -> bool:
    """Whether an address is that of a mail server and nobody's."""
    return bool(_SERVERS.match(address.strip()))


def answered_id(mail: Message) -> str | None:
    """The Message-ID of what a mail without In-Reply-To answers: the last of its references, or the mail that it gives back."""
    if referred := _ID.findall(str(mail.get("References") or "")):
        return referred[-1]
    for part in mail.walk():
        kind = part.get_content_type()
        original = None
        if kind == "message/rfc822":
            original = next((within.get("Message-ID") for within in _within(part)), None)
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            found = _ID_LINE.search(text) if isinstance(text, bytes) else None
            original = found.group(1).decode("ascii", "replace") if found else None
        if original and (found_ids := _ID.findall(str(original))):
            return found_ids[0]
    return None


def _report_type(mail: Message) -> str:
    return str(mail.get_param("report-type") or "").lower()


def _actions(mail: Message) -> set[str]:
    """What became of a mail for each of its recipients: failed, delayed, delivered, relayed or expanded (RFC 3464 2.3.3)."""
    blocks = [
        block
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in _within(part)
    ]
    return {str(block["Action"]).split("(")[0].strip().lower() for block in blocks if block["Action"]}


def _within(part: Message) -> list[Message]:
    """The messages that a part holds; none if it came broken."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
