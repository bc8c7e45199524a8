"""A kept mail as the framework's Communication: on its complaint, or on the record of another app that it answers."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Final

import frappe
from frappe.email.receive import InboundMail
from frappe.model.document import Document
from frappe.utils import convert_utc_to_system_timezone

from complaint_qms.constants.inbox import MOST_FILES
from complaint_qms.engine.mail.mail_parser import Mail, read_mail
from complaint_qms.engine.mail.repair import rewritten
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.correspondence import receiving
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.mailbox import accounts
from complaint_qms.services.record.error_text import logged_only
from complaint_qms.services.transactions import roll_back_to

_IMAGE: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)


class KeptMail(InboundMail):
    """A mail of the inbox, whose record is known; the rest is the framework's."""

    def __init__(
        self, content: bytes, account: Document, record: Document, *, is_answer: bool = False
    ) -> None:
        super().__init__(content, account)
        self._reference_document = record
        self._is_answer = is_answer

    def as_dict(self) -> dict[str, object]:
        return super().as_dict() | ({"sent_or_received": "Sent"} if self._is_answer else {})

    def file(self, there: str | None) -> Document:
        """Its Communication: `there`, which another mailbox of the site has made of it, or a new one."""
        if not there:
            return self._build_communication_doc()
        there = frappe.get_doc("Communication", there)
        record = self._reference_document
        there.update({"reference_doctype": record.doctype, "reference_name": record.name, "status": "Linked"})
        there.save(ignore_permissions=True)
        return there

    def replace_inline_images(self, attachments: list[Document]) -> str:
        """Pictures by their plain address, at which whoever may see the complaint finds its evidence; what only decorates, and so
        came along as no file, goes."""
        content = self.content
        for file in attachments:
            if cid := self.cid_map.get(file.name):
                content = content.replace(f"cid:{cid}", file.file_url)
        return _IMAGE.sub(lambda tag: "" if "cid:" in tag.group().lower() else tag.group(), content)

    def save_attachments_in_doc(self, doc: Document) -> list[Document]:
        """One by one: a file that the site does not take keeps the others from nothing. It stands in the mail as it was sent."""
        saved, attachments = [], self.attachments
        for attachment in attachments:
            self.attachments = [attachment]
            frappe.db.savepoint("attachment")
            try:
                with messages_dropped_on(Exception):
                    saved += super().save_attachments_in_doc(doc)
            except Exception:  # a broken PDF, say, stumbles in the library that looks into it
                roll_back_to("attachment")
        self.attachments = attachments
        return saved


def file_on(item: Document, record: Document, mail: Mail | None = None, *, is_answer: bool = False) -> str:
    """Put the mail of an item on a record; the name of its Communication.

    Args:
        is_answer: a colleague has written it to the customer, in a mail program; it counts as an answer from here does.

    It is written anew as it was understood, so that no charset or header of it is beyond the framework.
    """
    mail = mail or read_mail(raw_of(item))
    kept = KeptMail(
        rewritten(mail, list(mail.enclosed[:MOST_FILES])),
        accounts.account_of(item),
        record,
        is_answer=is_answer,
    )
    receiving.remember(kept)
    known = known_as(mail)
    return kept.file(known.name if known and not known.reference_name else None).name


def known_as(mail: Mail) -> frappe._dict | None:
    """The Communication that was made of the same mail before: {name, reference_doctype, reference_name}.

    Programs exist that give every mail the same Message-ID, so the sender has to be the same, too.
    """
    senders = {mail.sender[1], mail.author[1]} - {""}
    if not (mail.message_id and senders):
        return None
    same = {
        "message_id": mail.message_id,
        "sent_or_received": "Received",
        "sender": ("in", sorted(senders)),
        **({"communication_date": ("between", _around(mail.sent_at))} if mail.sent_at else {}),
    }
    fields = ["name", "reference_doctype", "reference_name"]
    rows = frappe.get_all("Communication", same, fields, order_by="creation desc", limit=1)
    return rows[0] if rows else None


def file_on_complaint(item: Document, complaint: Document, *, founds: bool) -> str:
    """Put the mail of an item on a complaint's timeline, so that answers go on with it.

    Args:
        founds: the complaint was made of this mail.
    """
    if item.communication:
        # It stands on a record of another app, and on the complaint as well.
        communication = frappe.get_doc("Communication", item.communication)
        communication.add_link(complaint.doctype, complaint.name, autosave=True)
        return communication.name
    with receiving.founding(complaint.name) if founds else nullcontext():
        return file_on(item, complaint)


def tell_helpers(communication: str) -> None:
    """As the framework does of each mail that comes in: who is assigned to its record gets a copy."""
    with logged_only("Copies of a mail not sent"):
        frappe.get_doc("Communication", communication).send_email(is_inbound_mail_communcation=True)


def _around(sent: datetime) -> tuple[datetime, datetime]:
    moment = convert_utc_to_system_timezone(sent).replace(tzinfo=None)
    return moment - timedelta(minutes=1), moment + timedelta(minutes=1)
