"""What a message to the customer may not do: count for somebody without the right, say nothing, or break a mail."""

from __future__ import annotations

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
import pytest
from frappe.utils import get_datetime, now_datetime
from frappe.utils.data import get_system_timezone

from complaint_qms.api import answers
from complaint_qms.services.correspondence import addresses
from tests.desk import factory
from tests.desk.test_answers import AGENT, about, mailbox, send

__all__ = ["mailbox"]
NOTHING = ("&nbsp;", "<p>&nbsp;</p>", "<p>\u200b</p>", "&#8203;")


def stored(doc: frappe.model.document.Document, **values: object) -> frappe.model.document.Document:
    """A message as REST stores it."""
    return frappe.get_doc(
        {
            "doctype": "Communication", "communication_type": "Communication", "sent_or_received": "Sent",
            "communication_medium": "Phone", "subject": "x", "content": "<p>We told her.</p>",
            "reference_doctype": "Complaint", "reference_name": doc.name, "complaint_message": "Information",
        }
        | values
    ).insert()  # fmt: skip


def overdue() -> frappe.model.document.Document:
    return about(received_at=now_datetime() - timedelta(days=20))


def late(doc: frappe.model.document.Document) -> str:
    return str(get_datetime(doc.response_due) - timedelta(minutes=5))


def reader_with_messages(monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody who may store messages, and may read complaints alone, with what people wrote in them."""
    monkeypatch.setattr("complaint_qms.permissions.complaint.query", lambda user=None: "")
    monkeypatch.setattr("complaint_qms.permissions.personal_data.sees", lambda *asked: True)
    return factory.user("Accounts User", "Inbox User")


@pytest.mark.parametrize("kind", ["Information", "Answer"])
def test_a_stored_message_of_who_may_only_read_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    doc = overdue()
    with factory.as_user(reader_with_messages(monkeypatch)):
        with pytest.raises(frappe.PermissionError, match="write to the customer"):
            stored(doc, complaint_message=kind, communication_date=late(doc))
        stored(doc, complaint_message="")
    doc.reload()
    assert (doc.first_response_at, doc.reply, doc.reply_sent_at) == (None, None, None)


def test_a_stored_message_of_an_agent_counts() -> None:
    doc = overdue()
    with factory.as_user(factory.user(AGENT, "Inbox User")):
        stored(doc, communication_date=late(doc))
    doc.reload()
    assert (doc.response_status, doc.first_response_reason) == ("met", "We told her.")


@pytest.mark.parametrize("said", NOTHING)
def test_what_says_nothing_is_no_answer(mailbox, said: str) -> None:
    doc = overdue()
    with pytest.raises(frappe.ValidationError, match="What Was Said"):
        answers.note(doc.name, "Information", "Phone", said, late(doc))
    with pytest.raises(frappe.ValidationError, match="Message"):
        send(doc, content=said)
    with pytest.raises(frappe.ValidationError, match="was due on"):
        stored(doc, content=said, communication_date=late(doc))


@pytest.mark.parametrize("said", [None, "<p></p>", *NOTHING])
def test_an_answer_without_a_word_leaves_the_reply(said: str | None) -> None:
    doc = about(reply="<p>Take it back to the shop.</p>")
    stored(doc, content=said, complaint_message="Answer")
    assert frappe.db.get_value("Complaint", doc.name, "reply") == "<p>Take it back to the shop.</p>"


def test_a_moment_may_name_its_time_zone() -> None:
    doc = about(received_at=now_datetime() - timedelta(hours=3))
    at = (now_datetime() - timedelta(hours=1)).replace(microsecond=0)
    sent = at.replace(tzinfo=ZoneInfo(get_system_timezone())).astimezone(timezone.utc).isoformat()
    answers.note(doc.name, "Information", "Phone", "She will send a photo.", sent)
    assert get_datetime(frappe.db.get_value("Complaint", doc.name, "first_response_at")) == at


@pytest.mark.parametrize("field", ["recipients", "cc", "bcc"])
@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0d=0aBcc:_evil@x.example?= <x@x.example>",
        "=?nocharset?q?a?= <x@x.example>",
        "a." * 50_000,
    ],
)
def test_an_address_that_no_mail_can_hold_is_refused(mailbox, field: str, address: str) -> None:
    doc = about()
    with pytest.raises(frappe.ValidationError, match="is no mail address"):
        send(doc, **{field: address})


def test_what_is_too_long_for_an_address_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert addresses.bare(f"{'a' * 480} <Bo@x.example>") == "bo@x.example"
    monkeypatch.delattr(addresses, "parse_addr")  # takes ten seconds for a hundred thousand letters
    assert addresses.bare(f"{'a' * 490} <Bo@x.example>") == ""


@pytest.mark.parametrize("name", [["CMP"], {"name": "CMP"}])
def test_a_message_about_no_name_is_refused(name: object) -> None:
    with factory.as_user(factory.user("Accounts User", "Inbox User")), pytest.raises(frappe.PermissionError):
        stored(frappe._dict(name=name))
