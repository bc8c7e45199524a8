"""Keeps each mail of a mailbox in the inbox, and has that committed, before its server is told that the mail was taken.

The framework marks a mail as read, or deletes it, as soon as its bytes are there, and works on a hundred of them afterwards: a
worker that is killed, or one mail that it cannot read, would lose them all.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any, Final

import frappe
from frappe.email.receive import EmailServer
from frappe.model.document import Document
from frappe.utils import cint, convert_utc_to_system_timezone

from complaint_qms.constants.inbox import MAIL
from complaint_qms.constants.mailbox import COMPANY, LANGUAGE, LAST_UID
from complaint_qms.engine.mail.charsets import header_text
from complaint_qms.engine.mail.mail_parser import Mail, message_id_of, parse, read_mail
from complaint_qms.engine.mail.parts import bare_subject
from complaint_qms.services import writing
from complaint_qms.services.inbox.store import (
    InboundFile,
    InboundMessage,
    Kept,
    Sender,
    keep_message,
    open_sealed,
    raw_of,
)
from complaint_qms.services.mailbox import accounts
from complaint_qms.services.record.error_text import logged_only, way_of

_ALL: Final = "ALL"
_UNSEEN: Final = "UNSEEN"
_FILE: Final = "mail.eml"
_LONGEST_HEAD: Final = 1 << 18
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_SPACES: Final = re.compile(rb"\s+")


class KeepingServer(EmailServer):
    """The framework's connection to a mail server; mails of folders that register complaints go to the inbox one by one."""

    def __init__(self, server: EmailServer, account: Document) -> None:
        super().__init__(server.settings)
        vars(self).update(vars(server))
        self.account = account
        self.folder = ""
        self.row: Document | None = None
        self.keeps = False
        self._behind = False

    def get_messages(self, folder: str = "INBOX") -> dict[str, Any]:
        self.folder = folder
        self.row = accounts.row_of(self.account, folder)
        self.keeps = accounts.registers_folder(self.account, folder)
        self._behind = False
        found = super().get_messages(folder)
        # What was kept is not handed on; the framework makes Communications of the rest.
        return {**found, "latest_messages": []} if self.keeps else found

    def check_imap_uidvalidity(self, folder: str) -> None:
        super().check_imap_uidvalidity(folder)
        if not (self.keeps and self.row and self.account.email_sync_option == _ALL):
            return
        if self.uid_reindexed:
            self._went_on(0)
        elif last := cint(self.row.get(LAST_UID)):
            # The framework looks for the last Communication, and not every mail becomes one.
            self.settings.email_sync_rule = f"UID {last + 1}:*"

    def _post_retrieve_cleanup(self, uid: bytes, msg_num: int) -> None:
        if self.keeps:
            # What could not be fetched or kept stays where it is, and the next fetch begins with it.
            if not self.latest_messages:
                self._behind = True
                return
            raw = self.latest_messages.pop()
            if not self._was_read(uid) and not self._keep(raw, uid):
                self._behind = True
                return
        super()._post_retrieve_cleanup(uid, msg_num)

    def _was_read(self, uid: bytes) -> bool:
        """At the first fetch the framework asks for the last mails, read or not; a mailbox that wants the unread ones gets those."""
        return self.account.email_sync_option == _UNSEEN and self.seen_status.get(uid) == "SEEN"

    def _keep(self, raw: bytes, uid: bytes) -> bool:
        if not keep_safely(raw, self.account):
            return False
        if self.row and not self._behind:
            self._went_on(max(cint(uid.decode("ascii", "replace")), cint(self.row.get(LAST_UID))))
            frappe.db.commit()
        return True

    def _went_on(self, uid: int) -> None:
        self.row.set(LAST_UID, uid)
        writing.set_values(self.row.doctype, self.row.name, {LAST_UID: uid}, "mails taken")


def keep_safely(raw: bytes, account: Document) -> bool:
    """Keep one mail and commit; False where neither what was understood nor the bytes alone can be stored."""
    for attempt in (keep_mail, keep_bytes):
        try:
            attempt(raw, account)
            frappe.db.commit()
            return True
        except Exception as error:
            frappe.db.rollback()
            # A traceback would hold what the mail says.
            frappe.log_error(title="Mail not kept", message=f"{account.name}: {way_of(error)}")
            frappe.db.commit()
    return False


def keep_mail(raw: bytes, account: Document) -> Kept:
    """Keep one mail as it was sent; the same one again, from whichever mailbox, is the first one's item.

    Nothing but its head is looked at, and of that a bounded part: what it says is read by a job, whose attempts are counted, so that a
    mail that takes its worker down is kept, and does not come first again.
    """
    mail = None
    with logged_only("Mail not read"):
        mail = read_mail(_head(raw))
    return keep_message(_message(raw, account, mail))


def open_mail(item: Document) -> None:
    """What a mail says and has brought along is read out of the bytes that were kept; for `constants/inbox.OPENERS`."""
    raw = raw_of(item)
    open_sealed(item, _message(raw, accounts.account_of(item), read_mail(raw)))


def keep_bytes(raw: bytes, account: Document) -> Kept:
    """Keep a mail without a look at what it says, not even for its name: the sum of its bytes tells it from others."""
    return keep_message(_bare(raw, account))


def identity_of(raw: bytes) -> tuple[str, str]:
    """(Message-ID, within what it counts). Programs exist that give every mail the same one, so it counts for its sender and
    moment; one without gets the sum of what it says, which is the same in each mailbox that it was delivered to."""
    message = parse(_head(raw))
    sender, date = header_text(message.get("From")), header_text(message.get("Date"))
    if name := message_id_of(message):
        return name, f"{sender[:150]} {date[:60]}".strip()
    body = _SPACES.sub(b" ", raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2])
    told = "\n".join((sender, date, header_text(message.get("Subject")))).encode("utf-8", "replace")
    return f"{hashlib.sha256(told + body).hexdigest()}@content", ""


def text_of(mail: Mail) -> str:
    """What the mail is about: what was written, with a mail that was forwarded; what was quoted where there is nothing else."""
    parts = mail.parts
    return "\n\n".join(filter(None, (parts.written, parts.forwarded))) or parts.quoted or parts.signature


def _head(raw: bytes) -> bytes:
    """The lines above what a mail says, as much as is ever needed of them."""
    most = raw[:_LONGEST_HEAD]
    end = _HEAD_END.search(most)
    return most[: end.end()] if end else most


def _message(raw: bytes, account: Document, mail: Mail | None) -> InboundMessage:
    name, scope = identity_of(raw)
    values: dict[str, Any] = {"message_id": name, "scope": scope}
    if mail:
        parts = mail.parts
        values |= {
            "sender": Sender(*mail.sender),
            "received_at": convert_utc_to_system_timezone(mail.sent_at) if mail.sent_at else None,
            # The marks of an answer alone name nothing.
            "subject": "" if bare_subject(f"{mail.subject} x") == "x" else mail.own_subject,
            "text": text_of(mail),
            "set_apart": "\n\n".join(filter(None, (parts.signature, parts.quoted))),
            "files": () if mail.automatic or mail.newsletter else _files(mail),
            "language": account.get(LANGUAGE) or mail.language,
        }
    return replace(_bare(raw, account), **values)


def _bare(raw: bytes, account: Document) -> InboundMessage:
    return InboundMessage(
        road=MAIL,
        payload=raw,
        payload_name=_FILE,
        channel=accounts.channel_of(account),
        company=account.get(COMPANY),
        mailbox=account.name,
        is_sealed=True,
    )


def _files(mail: Mail) -> tuple[InboundFile, ...]:
    return tuple(InboundFile(file.name, file.content) for file in mail.enclosed)
