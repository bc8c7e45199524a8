"""Mails that go on with what is there: answers both ways, returned mails, automatic replies, copies."""

from __future__ import annotations

import frappe
import pytest
from frappe.email import relink
from frappe.utils import convert_utc_to_system_timezone

from complaint_qms.constants import events, mailbox
from complaint_qms.constants.inbox import ADDED, DISMISSED, REGISTERED, WAITING
from complaint_qms.services.correspondence import mailboxes
from complaint_qms.services.correspondence.return_address import mailbox_of
from complaint_qms.services.inbox import decisions
from complaint_qms.services.inbox.reasons import in_words
from tests import mails
from tests.desk import factory
from tests.desk.mail_road import ANN, PHOTO, SERVICE, account, answer, conversation, kept, mail
from tests.desk.mailbox import delivering


def test_an_answer_goes_on_with_its_complaint() -> None:
    box = account()
    doc, first = conversation(box)
    doc.complaint_owner = factory.user("Complaint Agent")
    doc.save()
    made = answer(first["Message-ID"], "And now the second one.\n\n> The pump leaks.\n> Ann")
    made.add_attachment(PHOTO, maintype="image", subtype="png", filename="second.png")
    before = frappe.db.count("Complaint")
    item = kept(made, box)
    assert (item.state, item.complaint, item.text) == (ADDED, doc.name, "And now the second one.")
    message = frappe.get_doc("Communication", item.communication)
    assert (message.reference_doctype, message.reference_name) == ("Complaint", doc.name)
    assert message.in_reply_to, "the framework threads them as well"
    assert frappe.db.count("Complaint") == before
    told = frappe.get_all(
        "QMS Message", {"reference_name": doc.name, "kind": events.CUSTOMER_WROTE}, order_by="name"
    )
    assert len(told) == 1, "once, and not of the mail that the complaint was made of"
    assert "second.png" in [row.caption for row in doc.reload().evidence]


@pytest.mark.parametrize("way", ["reference", "number", "mark"])
def test_an_answer_is_found_by_its_references_or_the_number_in_its_subject(way: str) -> None:
    box = account()
    doc, first = conversation(box)
    made = {
        "reference": lambda: mail(References=f"<unknown@x.example> {first['Message-ID']} <later@x.example>"),
        "number": lambda: mail(subject=f"Your complaint {doc.name}: one more thing"),
        "mark": lambda: mail(subject=f"Re: whatever (#{doc.name})"),
    }[way]()
    item = kept(made, box)
    assert (item.state, item.complaint) == (ADDED, doc.name)


@pytest.mark.parametrize("way", ["reference", "number"])
def test_who_takes_no_part_waits(way: str) -> None:
    box = account()
    doc, first = conversation(box)
    more = {"In_Reply_To": first["Message-ID"]} if way == "reference" else {"subject": f"About {doc.name}"}
    item = kept(mail(sender="Eve <eve@elsewhere.example>", **more), box)
    assert item.state == WAITING
    assert doc.name in in_words(item.reason)
    assert "eve@elsewhere.example" in in_words(item.reason)
    assert not frappe.db.exists(
        "Communication", {"reference_name": doc.name, "sender": "eve@elsewhere.example"}
    )
    decisions.belongs_to(item.name, doc.name)
    item.reload()
    assert (item.state, item.complaint) == (ADDED, doc.name)
    assert frappe.db.get_value("Communication", item.communication, "message_id") == item.message_id


def test_nobody_takes_part_by_naming_others_or_by_playing_a_mail_server() -> None:
    """A stranger knows the public mailbox, perhaps the customer, and can guess a number: none of it is proof."""
    box = account()
    doc, _first = conversation(box)
    about = f"Your complaint {doc.name}"
    items = []
    for named in (SERVICE, ANN):
        made = mail(subject=about, sender="Eve <eve@elsewhere.example>", Reply_To=named)
        made.add_attachment(PHOTO, maintype="image", subtype="png", filename="planted.png")
        items.append(kept(made, box))
    given_back = mails.returned("<nobody@x.example>").replace(
        b"Undelivered Mail Returned to Sender", about.encode()
    )
    items.append(kept(given_back.replace(b"MAILER-DAEMON@mail.customer", b"eve@elsewhere"), box))
    for item in items:
        assert (item.state, item.complaint) == (WAITING, None), in_words(item.reason)
        assert "eve@elsewhere.example has no part" in in_words(item.reason)
    assert not [row for row in doc.reload().evidence if row.caption == "planted.png"]
    # What a server seems to have given back makes its sender no correspondent either.
    factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Received", subject="x", content="x",
        sender="MAILER-DAEMON@elsewhere.example", reference_doctype="Complaint", reference_name=doc.name,
    )  # fmt: skip
    assert kept(mail(subject=about, sender="mailer-daemon@elsewhere.example"), box).state == WAITING


def test_an_answer_follows_a_mail_that_was_moved_to_another_record() -> None:
    """The framework's Relink changes the Communication alone; what was sent, and the inbox, still say where it stood."""
    box = account()
    doc, first = conversation(box)
    other = factory.complaint(company=doc.company, contact_email=ANN)
    factory.make(
        "Email Queue", message_id="said@harbour.example", message="x", sender=SERVICE,
        reference_doctype="Complaint", reference_name=doc.name,
    )  # fmt: skip
    factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="x", content="x",
        sender=SERVICE, recipients=ANN, message_id="said@harbour.example", reference_doctype="Complaint", reference_name=doc.name,
    )  # fmt: skip
    received = first["Message-ID"].strip("<>")
    for message_id in (received, "said@harbour.example"):
        relink(frappe.db.get_value("Communication", {"message_id": message_id}), "Complaint", other.name)
        item = kept(answer(f"<{message_id}>"), box)
        assert (item.state, item.complaint) == (ADDED, other.name), message_id


def test_who_was_copied_takes_part() -> None:
    box = account()
    doc, first = conversation(box, Cc="Bo <bo@customer.example>")
    item = kept(answer(first["Message-ID"], sender="bo@customer.example"), box)
    assert (item.state, item.complaint) == (ADDED, doc.name)


def test_an_answer_to_a_merged_complaint_goes_to_the_one_it_was_merged_into() -> None:
    box = account()
    doc, first = conversation(box)
    original = factory.complaint(company=doc.company, contact_email=ANN)
    frappe.db.set_value("Complaint", doc.name, {"stage": "duplicate", "duplicate_of": original.name})
    item = kept(answer(first["Message-ID"]), box)
    assert (item.state, item.complaint) == (ADDED, original.name)


def test_an_answer_to_a_mail_about_another_record_stands_there_and_waits() -> None:
    customer = factory.customer()
    sent = factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="Offer", content="x",
        sender=SERVICE, recipients=ANN, reference_doctype="Customer", reference_name=customer.name, message_id="offer@harbour.example",
    )  # fmt: skip
    item = kept(answer("<offer@harbour.example>"), account())
    assert item.state == WAITING
    assert customer.name in in_words(item.reason)
    message = frappe.get_doc("Communication", item.communication)
    assert (message.reference_name, message.in_reply_to) == (customer.name, sent.name)
    doc = decisions.make_complaint(item.name, {})
    message.reload()
    assert message.reference_name == customer.name
    assert (doc.doctype, doc.name) in [(link.link_doctype, link.link_name) for link in message.timeline_links]


def test_colleagues_who_answer_from_a_mail_program_have_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    box = account()
    doc, first = conversation(box)
    made = mail(
        "We send you a new one.", f"Re: {doc.subject}", sender=f"Harbour <{SERVICE}>", to=ANN, Cc=SERVICE, In_Reply_To=first["Message-ID"]
    )  # fmt: skip
    item = kept(made, box)
    assert (item.state, item.complaint) == (ADDED, doc.name)
    message = frappe.get_doc("Communication", item.communication)
    assert message.sent_or_received == "Sent"
    assert doc.reload().first_response_at


def test_what_the_site_sent_itself_comes_back_as_nothing() -> None:
    factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="x", content="x",
        sender=SERVICE, recipients=ANN, message_id="ours@harbour.example",
    )  # fmt: skip
    box = account()
    assert (
        kept(mail(Message_ID="<ours@harbour.example>", sender="Bea <bea@harbour.example>"), box).state
        == DISMISSED
    )
    assert kept(mail(sender=SERVICE), box).state == DISMISSED


def test_a_returned_mail_is_told_to_the_handler() -> None:
    box = account()
    doc, _first = conversation(box)
    doc.complaint_owner = factory.user("Complaint Agent")
    doc.save()
    factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="x", content="x",
        sender=SERVICE, recipients=ANN, message_id="gone@harbour.example", reference_doctype="Complaint", reference_name=doc.name,
    )  # fmt: skip
    item = kept(mails.returned("<gone@harbour.example>"), box)
    assert (item.state, item.complaint) == (ADDED, doc.name)
    assert frappe.db.get_value("Communication", item.communication, "complaint_automatic") == "Returned Mail"
    assert frappe.db.exists("QMS Message", {"reference_name": doc.name, "kind": events.MAIL_RETURNED})


def test_a_new_complaint_is_answered_once_and_says_that_a_machine_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with delivering(monkeypatch) as sent:
        box = account(enable_auto_reply=1, auto_reply_message="We got it: {{ subject }}")
        item = kept(mail(subject="Pump leaks badly"), box)
        kept(answer(f"<{item.message_id}>"), box)
        sent.send_queued()
        (reply,) = [one for one in sent.mails if ANN in str(one["To"])]
        assert (reply["Auto-Submitted"], reply["Precedence"]) == ("auto-replied", "auto_reply")
        assert item.complaint in reply["Subject"]
        assert reply["In-Reply-To"] == f"<{item.message_id}>"
        assert "We got it: Pump leaks badly" in sent.last()
        # The answering machine on the other side, if it has no manners.
        back = kept(answer(reply["Message-ID"], "I am away.", "Away"), box)
        assert (back.state, back.complaint) == (ADDED, item.complaint)
        sent.send_queued()
        assert len([one for one in sent.mails if ANN in str(one["To"])]) == 1
        for _turn in range(5):
            kept(mail(), box)
        sent.send_queued()
        assert len([one for one in sent.mails if ANN in str(one["To"])]) == mailbox.MOST_ANSWERED


def test_a_mail_that_is_in_the_system_already_makes_no_second_complaint() -> None:
    box = account()
    complaint, customer = factory.complaint(), factory.customer()
    states = []
    for record in (complaint, customer, None):
        made = mail()
        factory.make(
            "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Received", subject="x", content="x",
            sender=ANN, message_id=made["Message-ID"].strip("<>"), communication_date=get_system_time(), reference_doctype=record and record.doctype, reference_name=record and record.name,
        )  # fmt: skip
        item = kept(made, box)
        states.append((item.state, item.complaint == complaint.name))
    assert states == [(ADDED, True), (WAITING, False), (REGISTERED, False)]
    assert frappe.db.count("Communication", {"message_id": item.message_id}) == 1, (
        "one that stood nowhere stands there now"
    )


def get_system_time():
    return convert_utc_to_system_timezone(mails.AT).replace(tzinfo=None)


def test_an_answer_comes_back_to_the_mailbox_of_the_conversation() -> None:
    first, second = (
        account(enable_outgoing=1, smtp_server="127.0.0.1"),
        account(email_id="reklamation@harbour.example", complaint_language="de"),
    )
    doc, _mail = conversation(second)
    assert mailbox_of(doc.name).name == second.name, "to which the customer wrote"
    by_phone = factory.complaint(company=doc.company, language="en")
    assert mailbox_of(by_phone.name).name == first.name
    assert mailbox_of(factory.complaint(company=doc.company, language="de").name).name == second.name
    first.db_set("complaint_company", doc.company)
    assert mailbox_of(by_phone.name).name == first.name
    sent = factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="x", content="x",
        sender="bea@elsewhere.example", recipients=ANN, reference_doctype="Complaint", reference_name=by_phone.name,
    )  # fmt: skip
    assert sent.email_account == first.name
    assert sent.get_incoming_email_account().email_id == SERVICE
    # Frappe 16 has what answers a mail answered to whoever wrote it.
    received = frappe.db.get_value("Communication", {"reference_name": doc.name}, "name")
    for record, in_reply_to, address in (
        (by_phone, None, SERVICE),
        (doc, None, second.email_id),
        (doc, received, second.email_id),
    ):
        reply = factory.make(
            "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Sent", subject="x", content="x",
            sender="bea@elsewhere.example", recipients=ANN, reference_doctype="Complaint", reference_name=record.name, in_reply_to=in_reply_to,
        )  # fmt: skip
        assert reply.sendmail_input_dict()["reply_to"] == address
    for box in (first, second):
        box.db_set("enable_incoming", 0)
    assert mailbox_of(by_phone.name) is None


@pytest.mark.parametrize("incoming", [0, 1])
@pytest.mark.parametrize("of_folder", ["", "Complaint", "Customer"])
@pytest.mark.parametrize("of_account", ["", "Complaint", "Customer"])
@pytest.mark.parametrize("ticked", [0, 1])
def test_answers_come_back_to_every_mailbox_that_registers(
    ticked: int, of_account: str, of_folder: str, incoming: int
) -> None:
    box = account(
        **{
            mailbox.REGISTERS: ticked,
            "imap_folder": [{"folder_name": "INBOX"}, {"folder_name": "Claims"}],
        }
    )
    box.imap_folder[1].db_set("append_to", of_folder)
    box.db_set({"append_to": of_account, "enable_incoming": incoming})
    registers = bool(ticked) or "Complaint" in (of_account, of_folder)
    assert mailboxes.registers(box.reload()) == registers
    found = {row.name for row in mailboxes.registering()}
    assert (box.name in found) == bool(registers and incoming)
    if len(found) <= 1:
        answered = mailbox_of(factory.complaint().name)
        assert (answered and answered.name) == (next(iter(found), None))
