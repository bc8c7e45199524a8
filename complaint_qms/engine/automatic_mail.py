"""Mails that no person wrote: answering machines, and servers that give a mail back. Read off their headers (RFC 3834, RFC 3464),
and off what the subject begins with where the headers say nothing.

What a ticket system passes on (auto-generated, or in bulk) is what a person wrote, so it is no automatic mail. Nor is what comes
through a mailing list that people write to; one that only its owner writes to is a newsletter (RFC 2369, RFC 8058).

Plain Python: no frappe, no clock.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import Final

from complaint_qms.constants.correspondence import AUTOMATIC_REPLY, RETURNED
from complaint_qms.engine.mail.charsets import header_text
from complaint_qms.engine.mail.files import parts_within

_SERVERS: Final = re.compile(r"^(mailer-daemon|postmaster)@", re.IGNORECASE)
_ID: Final = re.compile(r"<([^<>\s]+)>")
_ID_LINE: Final = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_MACHINE: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-AutoReply-From")
_REPLIED: Final = ("auto-replied", "auto-notified")
_REPLYING: Final = ("auto_reply", "auto-reply")
# What answering machines put before the subject. A person who complains of a machine writes no colon there.
_REPLY_SUBJECT: Final = re.compile(
    r"^\s*(?:\[?auto(?:matic|mated)?[- ]?(?:reply|response|antwort)\]?|out of (?:the )?office(?: reply| autoreply)?|automatische antwort"
    r"|abwesenheits(?:notiz|meldung|assistent|agent)|abwesend|nicht im büro|réponse automatique|absence(?: du bureau)?|message d['’]absence"
    r"|respuesta automática|fuera de (?:la )?oficina|ausente|resposta automática|fora do escritório|ausência(?: temporária)?"
    r"|自动回复|自動回覆|自动答复|自動回復|外出自动回复|不在办公室|自動応答|自動返信|不在通知|risposta automatica|automatisch antwoord)\s*(?:[:：]|$)",
    re.IGNORECASE,
)
_RETURNED_SUBJECT: Final = re.compile(
    r"^\s*(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed)|returned mail|mail delivery (?:failed|failure|system)"
    r"|failure notice|unzustellbar|nicht zustellbar|échec de (?:la )?remise|non remis|no se puede entregar|no entregado|não (?:entregue|é possível entregar)"
    r"|系统退信|退信|邮件退回|投递失败|無法傳遞|郵件退回|配信不能|配信エラー|配達不能)",
    re.IGNORECASE,
)
_CAMPAIGN: Final = (
    "Feedback-ID",
    "X-Campaign",
    "X-CampaignId",
    "X-Campaign-ID",
    "X-Mailgun-Tag",
    "X-CSA-Complaints",
    "X-MC-User",
)


def automatic_kind(mail: Message, sender: str = "") -> str:
    """What kind of automatic mail this is; empty for one that a person wrote."""
    report = mail.get_content_type() == "multipart/report"
    if report and _report_type(mail) == "delivery-status":
        actions = _actions(mail)
        # One that does not say what became of the mail may well give it back.
        return RETURNED if not actions or "failed" in actions else AUTOMATIC_REPLY
    if is_server(sender):
        return RETURNED
    subject = header_text(mail.get("Subject"))
    said = str(mail.get("Auto-Submitted") or "").split(";")[0].strip().lower()
    precedence = str(mail.get("Precedence") or "").strip().lower()
    if report or said in _REPLIED or precedence in _REPLYING or any(mail.get(name) for name in _MACHINE):
        return AUTOMATIC_REPLY
    # Only what nobody is to answer comes from no address (RFC 5321 4.5.5).
    nobody = str(mail.get("Return-Path") or "").strip() == "<>"
    if nobody and _RETURNED_SUBJECT.match(subject):
        return RETURNED
    if nobody or _REPLY_SUBJECT.match(subject) or _answers_meeting(mail):
        return AUTOMATIC_REPLY
    return ""


def is_newsletter(mail: Message) -> bool:
    """Whether many people got this mail, who can only leave the list and not write to it."""
    if not mail.get("List-Unsubscribe"):
        return False
    posting = str(mail.get("List-Post") or "").strip().upper()
    if posting not in ("", "NO", "<NO>"):
        return False
    bulk = str(mail.get("Precedence") or "").strip().lower() in ("bulk", "list", "junk")
    campaign = any(mail.get(name) for name in _CAMPAIGN)
    return bool(bulk or campaign or mail.get("List-Unsubscribe-Post") or mail.get("List-Id"))


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
            original = next((within.get("Message-ID") for within in parts_within(part)), None)
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            found = _ID_LINE.search(text) if isinstance(text, bytes) else None
            original = found.group(1).decode("ascii", "replace") if found else None
        if original and (found_ids := _ID.findall(str(original))):
            return found_ids[0]
    return None


def _answers_meeting(mail: Message) -> bool:
    """Who accepts an invitation writes nothing."""
    return any(
        part.get_content_type() == "text/calendar" and str(part.get_param("method") or "").lower() == "reply"
        for part in mail.walk()
    )


def _report_type(mail: Message) -> str:
    return str(mail.get_param("report-type") or "").lower()


def _actions(mail: Message) -> set[str]:
    """What became of a mail for each of its recipients: failed, delayed, delivered, relayed or expanded (RFC 3464 2.3.3)."""
    blocks = [
        block
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in parts_within(part)
    ]
    return {str(block["Action"]).split("(")[0].strip().lower() for block in blocks if block["Action"]}
