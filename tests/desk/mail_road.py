"""Mails that come into a mailbox of the site, without a server: kept and understood at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import frappe
from frappe.model.document import Document

from complaint_qms.constants import mailbox
from complaint_qms.constants.inbox import DOCTYPE, REGISTERED
from complaint_qms.services.inbox import understanding
from complaint_qms.services.inbox.reasons import in_words
from complaint_qms.services.mailbox.fetching import keep_mail
from tests import mails
from tests.desk import factory

ANN = "ann@customer.example"
SERVICE = "complaints@harbour.example"
PHOTO = mails.png(1600, 1200)


def account(**values: object) -> Document:
    """A mailbox that registers complaints, as it is stored; no server is asked."""
    with no_server_asked():
        return factory.make(
            "Email Account",
            **{
                "email_account_name": factory.unique("Complaints"), "email_id": SERVICE, "enable_incoming": 1, "use_imap": 1, "email_server": "127.0.0.1",
                "password": "secret", "imap_folder": [{"folder_name": "INBOX"}], mailbox.REGISTERS: 1, mailbox.SINCE: "2020-01-01",
            } | values,
        )  # fmt: skip


@contextmanager
def no_server_asked() -> Iterator[None]:
    """Inside, an Email Account is stored unasked: the framework of 16 looks at a flag of its own to see that it is under test."""
    frappe.flags.in_patch = True
    try:
        yield
    finally:
        frappe.flags.in_patch = False


def kept(raw: bytes | EmailMessage, into: Document) -> Document:
    """A mail as it arrives and is understood."""
    name = keep_mail(raw if isinstance(raw, bytes) else raw.as_bytes(), into).name
    understanding.understand(name)
    return frappe.get_doc(DOCTYPE, name)


def complaint_of(item: Document) -> Document:
    assert item.state == REGISTERED, (item.state, in_words(item.reason))
    return frappe.get_doc("Complaint", item.complaint)


def mail(text: str = "", subject: str = "", **more: str) -> EmailMessage:
    """A mail that says something else than any other."""
    word = frappe.generate_hash(length=8)
    return mails.plain(text or f"The pump {word} leaks.", subject or f"Pump {word}", **more)


def conversation(box: Document, **values: object) -> tuple[Document, EmailMessage]:
    """A complaint that came by mail, and the mail."""
    made = mail(Message_ID=f"<{frappe.generate_hash(length=10)}@customer.example>", **values)
    return complaint_of(kept(made, box)), made


def answer(to: str, text: str = "", subject: str = "Re: Pump", **more: str) -> EmailMessage:
    return mail(text, subject, In_Reply_To=to, **more)
