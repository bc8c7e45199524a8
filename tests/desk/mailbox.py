"""A mail server on this machine, and an account of the site that sends through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import frappe
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from scripts import services
from tests.desk import factory

ADDRESS = "service@harbour.example"


class Mailbox:
    """What the server took, oldest first, and to whom."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sent_to: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.sent_to += envelope.rcpt_tos
        return "250 OK"

    def send_queued(self) -> None:
        """Send what waits in the site's queue, as its worker does."""
        for name in frappe.get_all("Email Queue", {"status": "Not Sent"}, pluck="name", order_by="creation"):
            frappe.get_doc("Email Queue", name).send()

    def last(self, subtype: str = "html") -> str:
        """The text of the last mail."""
        return self.mails[-1].get_body((subtype,)).get_content()


def without_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site send mails, and take away what it could send them with."""
    monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)
    monkeypatch.setitem(frappe.local.conf, "mail_server", None)
    monkeypatch.setitem(frappe.flags, "mute_emails", False)
    monkeypatch.setitem(frappe.flags, "testing_email", True)  # else Frappe keeps the mails of tests to itself
    monkeypatch.setattr(
        frappe.local, "outgoing_email_account", {}, raising=False
    )  # which Frappe has found before
    frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)


@contextmanager
def delivering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Inside, the site has a default outgoing account, and its mails reach a real server."""
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=services.free_port(),
        # An account that also reads mails has a password, and the framework uses it to send as well.
        authenticator=lambda *_asked: AuthResult(success=True),
        auth_require_tls=False,
    )
    controller.start()
    without_account(monkeypatch)
    try:
        factory.make(
            "Email Account",
            email_account_name=factory.unique("Service"),
            email_id=ADDRESS,
            enable_outgoing=1,
            default_outgoing=1,
            no_smtp_authentication=1,
            smtp_server="127.0.0.1",
            smtp_port=controller.port,
        )
        yield mailbox
    finally:
        controller.stop()
