"""Mails of a mailbox that registers complaints: kept once, registered, dismissed, or left to a person."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants import mailbox
from complaint_qms.constants.inbox import DISMISSED, DOCTYPE, REGISTERED, WAITING
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox import decisions, understanding
from complaint_qms.services.inbox.reasons import in_words
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.mailbox import fetching
from complaint_qms.services.mailbox.fetching import keep_mail
from tests import mails
from tests.desk import factory
from tests.desk.mail_road import ANN, PHOTO, account, complaint_of, kept, mail, no_server_asked
from tests.desk.test_visitor_uploads import photo


def test_a_photo_by_mail_is_evidence_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what its camera wrote is lost, and what is too large is still told."""
    assert frappe.get_system_settings("strip_exif_metadata_from_uploaded_images")
    content = photo((200, 200), place=True)
    box, made = account(), mail()
    made.add_attachment(content, maintype="image", subtype="jpeg", filename="leak.jpg")
    (row,) = complaint_of(kept(made, box)).evidence
    assert disk.bytes_of(row.file) == content
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(frappe.conf, "max_file_size", 1000)
    made = mail()
    made.add_attachment(content, maintype="image", subtype="jpeg", filename="large.jpg")
    assert not complaint_of(kept(made, box)).evidence


def test_a_mail_becomes_a_complaint() -> None:
    company, box = factory.company(), account(complaint_language="de")
    made = mail("The pump leaks.\n\nBest regards,\nAnn Lee", subject="Re: Pump leaks")
    made.add_attachment(PHOTO, maintype="image", subtype="png", filename="leak.png")
    item = kept(made, box)
    doc = complaint_of(item)
    assert (doc.subject, doc.complainant_name, doc.contact_email) == ("Pump leaks", "Ann Lee", ANN)
    assert (doc.channel, doc.company, doc.language) == ("Email", company, "de")
    assert doc.received_at == item.received_at
    assert doc.description == "<p>The pump leaks.</p>"
    assert "Best regards" in item.set_apart
    assert [row.caption for row in doc.evidence] == ["leak.png"]
    assert raw_of(item) == made.as_bytes()
    message = frappe.get_doc("Communication", item.communication)
    assert (message.reference_name, message.sender, message.message_id) == (doc.name, ANN, item.message_id)
    assert "Best regards" in message.content
    assert message.email_account == box.name


def test_nothing_but_its_head_is_looked_at_before_a_mail_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, read = [], fetching.read_mail

    def look(raw: bytes):
        seen.append(raw)
        return read(raw)

    monkeypatch.setattr(fetching, "read_mail", look)
    made = mail("The pump leaks.", subject="Re: Pump leaks")
    made.add_attachment(PHOTO, maintype="image", subtype="png", filename="leak.png")
    box = account()
    item = frappe.get_doc(DOCTYPE, keep_mail(made.as_bytes(), box).name)
    assert b"The pump leaks" not in b"".join(seen)
    assert (item.is_sealed, item.subject, item.sender_address, item.text) == (1, "Pump leaks", ANN, "")
    assert raw_of(item) == made.as_bytes()
    keep_mail(b"Subject: " + b"x" * 10_000_000, box)
    assert max(map(len, seen)) < 1 << 19
    understanding.understand(item.name)
    item.reload()
    assert (item.is_sealed, item.text) == (0, "The pump leaks.")
    assert frappe.db.count("File", {"attached_to_name": item.name, "file_name": ("like", "leak%")}) == 1


def test_the_same_mail_is_one_whichever_mailbox_it_came_by() -> None:
    one, other = account(), account(email_id="reklamation@harbour.example")
    made = mail()
    first = kept(made, one)
    again = kept(b"Received: by another\r\nDelivered-To: x@harbour.example\r\n" + made.as_bytes(), other)
    assert (again.name, again.complaint) == (first.name, first.complaint)
    unnamed = mails.plain("The pump leaks without a name.", subject="No id", Message_ID="")
    first = kept(unnamed, one)
    assert kept(b"Received: by another\r\n" + unnamed.as_bytes(), other).name == first.name
    assert not keep_mail(unnamed.as_bytes().replace(b"\n", b"\r\n"), one).is_new


def test_the_same_words_as_in_a_mail_that_a_person_has_put_away_wait_for_a_person() -> None:
    box, words = account(), "Win a prize today, click here."
    put_away = keep_mail(mail(words, "A prize").as_bytes(), box).name
    decisions.not_a_complaint(put_away, "It sells something.")
    again = kept(mail(words, "A prize"), box)
    assert (again.state, put_away in in_words(again.reason)) == (WAITING, True)


@pytest.mark.parametrize("subject", ["", "  ", "Re:", "\u200b", "AW: Fwd:"])
def test_a_mail_without_a_subject_is_called_by_its_first_words(subject: str) -> None:
    made = mails.plain("Hello,\n\n" + "the pump leaks at the flange since this morning " * 4, subject or " ")
    if not subject:
        del made["Subject"]
    box = account()
    assert complaint_of(kept(made, box)).subject.startswith("the pump leaks at the flange")
    photo = mails.plain("", " ")
    photo.add_attachment(PHOTO, maintype="image", subtype="png", filename="leak.png")
    assert complaint_of(kept(photo, box)).subject == "Message from Ann Lee"


def test_programs_that_give_every_mail_the_same_id_lose_none() -> None:
    box = account()
    names = {
        keep_mail(
            mail(Message_ID="<0@scanner>", Date=f"Fri, 27 Nov 2026 15:0{minute}:00 +0000").as_bytes(), box
        ).name
        for minute in range(3)
    }
    assert len(names) == 3


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic reply"),
        ({"subject": "Automatic reply: Your order"}, "automatic reply"),
        ({"subject": "自动回复：您好"}, "automatic reply"),
        ({"sender": "MAILER-DAEMON@mail.example"}, "returned"),
        ({"List_Unsubscribe": "<https://x.example>", "List_Id": "<news.x.example>"}, "newsletter"),
        ({"Date": "Wed, 01 Jan 2014 10:00:00 +0000"}, "before this mailbox"),
    ],
)
def test_what_no_customer_wrote_is_dismissed(headers: dict, said: str) -> None:
    box = account(enable_auto_reply=1, auto_reply_message="Thank you.")
    before, queued = frappe.db.count("Complaint"), frappe.db.count("Email Queue")
    item = kept(mail(**headers), box)
    assert item.state == DISMISSED
    assert said in in_words(item.reason)
    assert (frappe.db.count("Complaint"), frappe.db.count("Email Queue")) == (before, queued)
    doc = decisions.make_complaint(item.name, {})
    assert frappe.db.get_value("Communication", {"reference_name": doc.name}, "message_id") == item.message_id


def test_a_mail_from_nobody_waits() -> None:
    item = kept(b"Subject: Pump\r\n\r\nIt leaks.", account())
    assert item.state == WAITING
    doc = decisions.make_complaint(item.name, {"complainant_name": "Somebody"})
    assert frappe.db.exists("Communication", {"reference_name": doc.name})


@pytest.mark.parametrize(
    ("choice", "state"),
    [(mailbox.WAIT, WAITING), (mailbox.DISMISS, DISMISSED), (mailbox.REGISTER, REGISTERED), ("", WAITING)],
)
def test_mails_of_colleagues(choice: str, state: str) -> None:
    item = kept(mail(sender="Bea <bea@harbour.example>"), account(complaint_colleagues=choice))
    assert item.state == state


def test_at_a_public_domain_nobody_is_a_colleague() -> None:
    item = kept(mail(sender="ann@qq.com"), account(email_id="harbour@qq.com"))
    assert item.state == REGISTERED


@pytest.mark.parametrize("choice", [mailbox.REGISTER, mailbox.WAIT])
def test_what_a_colleague_forwards_is_the_complaint_of_who_wrote_it(choice: str) -> None:
    customer = factory.customer()
    contact = factory.make(
        "Contact", first_name="Bo", email_ids=[{"email_id": "bo@mill.example", "is_primary": 1}],
        links=[{"link_doctype": "Customer", "link_name": customer.name}],
    )  # fmt: skip
    text = "FYI\n\n---------- Forwarded message ---------\nFrom: Bo Wu <bo@mill.example>\nDate: Fri, 27 Nov 2026\nSubject: Pump leaks\nTo: Sales\n\nIt leaks at the seal."
    box = account(complaint_colleagues=choice)
    item = kept(mail(text, "Fwd: Pump leaks", sender="Bea <bea@harbour.example>"), box)
    doc = decisions.make_complaint(item.name, {}) if choice == mailbox.WAIT else complaint_of(item)
    assert (doc.complainant_name, doc.contact_email, doc.customer) == (
        "Bo Wu",
        "bo@mill.example",
        customer.name,
    )
    assert doc.contact_person == contact.name
    assert "It leaks at the seal." in doc.description


def test_the_customer_is_found_by_exactly_the_address() -> None:
    customer, other = factory.customer(), factory.customer()
    for address, owner in (("pump@mill.example", customer), ("bigpump@mill.example", other)):
        factory.make(
            "Contact", first_name=address, email_ids=[{"email_id": address, "is_primary": 1}],
            links=[{"link_doctype": "Customer", "link_name": owner.name}],
        )  # fmt: skip
    box = account()
    assert complaint_of(kept(mail(sender="Pump@mill.example"), box)).customer == customer.name
    assert not complaint_of(kept(mail(sender="ump@mill.example"), box)).customer


def test_a_machine_that_does_not_say_so_makes_no_loop() -> None:
    box = account()
    first = kept(mail("I am away.", "Away"), box)
    assert first.state == REGISTERED
    same = kept(mail("I am away.", "Re: Away"), box)
    assert same.state == WAITING
    assert first.name in in_words(same.reason)


def test_the_same_words_with_another_photo_are_another_complaint() -> None:
    box = account()
    states = []
    for shown in (PHOTO, PHOTO + b"x", PHOTO):
        made = mail("See attached.", "Pump")
        made.add_attachment(shown, maintype="image", subtype="png", filename="leak.png")
        states.append(kept(made, box).state)
    assert states == [REGISTERED, REGISTERED, WAITING]


def test_who_writes_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_OF_ONE_SENDER", 2)
    box = account()
    assert [kept(mail(), box).state for _turn in range(3)] == [REGISTERED, REGISTERED, WAITING]
    assert kept(mail(sender="bo@customer.example"), box).state == REGISTERED


def test_what_is_quoted_and_signed_is_kept_apart_and_readable() -> None:
    item = kept(
        mail("It leaks.\n\n-- \nAnn\n\nOn 27 Nov 2026, at 15:04, Bo <b@x.example> wrote:\n> Old words"),
        account(),
    )
    assert item.text == "It leaks."
    assert "Old words" in item.set_apart
    assert "-- \nAnn".replace("-- ", "--") in item.set_apart
    assert "Old words" in frappe.db.get_value("Communication", item.communication, "content")


def test_pictures_of_a_signature_and_a_winmail_dat() -> None:
    made = mails.with_winmail(
        [("leak.png", PHOTO), ("report.txt", b"no real PDF")], body=f"See {frappe.generate_hash(length=6)}"
    )
    doc = complaint_of(kept(made, account()))
    assert [row.caption for row in doc.evidence] == ["leak.png", "report.txt"]


def test_chinese_of_any_charset_arrives_whole() -> None:
    word = frappe.generate_hash(length=6)
    raw = mails.raw_text(
        f"您好，水泵 {word} 漏水了，请尽快换货。㐀",
        "gb18030",
        "gb2312",
        mails.encoded_word("水泵漏水㐀", "gb18030", "gb2312"),
    )
    item = kept(raw, account())
    doc = complaint_of(item)
    assert (doc.subject, doc.language) == ("水泵漏水㐀", "zh")
    assert "请尽快换货。㐀" in doc.description
    message = frappe.get_doc("Communication", item.communication)
    assert "请尽快换货。㐀" in message.content
    assert message.subject == "水泵漏水㐀"


def test_what_the_site_takes_as_no_file_stays_in_the_mail_as_it_was_sent() -> None:
    box = account()
    made = mail()
    made.add_attachment(b"x" * 4_000_000, maintype="application", subtype="zip", filename="big.zip")
    made.add_attachment(
        b"%PDF-1.4 small", maintype="application", subtype="octet-stream", filename="report.txt"
    )
    frappe.db.set_single_value("System Settings", "max_file_size", 2)
    frappe.clear_document_cache("System Settings")
    item = kept(made, box)
    doc = complaint_of(item)
    assert [row.caption for row in doc.evidence] == ["report.txt"]
    assert raw_of(item) == made.as_bytes()
    (note,) = frappe.get_all(
        "Comment", {"reference_name": item.name, "comment_type": "Info"}, pluck="content", order_by="name"
    )
    assert "big.zip" in note


def test_a_mailbox_that_begins_to_register_leaves_its_old_mails_alone() -> None:
    box = account(**{mailbox.REGISTERS: 0, mailbox.SINCE: None})
    assert not box.get(mailbox.SINCE)
    box.set(mailbox.REGISTERS, 1)
    with no_server_asked():
        box.save()
    assert abs(get_datetime(box.get(mailbox.SINCE)) - now_datetime()) < timedelta(minutes=1)


def test_the_timeline_shows_a_mail_as_it_was_written() -> None:
    box = account()
    plain = kept(mail("One <b>line</b>.\nAnother line."), box)
    assert "One &lt;b&gt;line&lt;/b&gt;.<br>Another line." in message_of(plain)
    made = MIMEMultipart("related")
    made["From"], made["Subject"], made["Message-ID"] = ANN, "Pictures", "<pictures@customer.example>"
    made.attach(MIMEText('<p>See <img src="cid:photo"></p><p>Ann <img src="cid:logo"></p>', "html", "utf-8"))
    for cid, content in (("photo", PHOTO), ("logo", mails.png(100, 40))):
        part = MIMEImage(content, "png")
        part.add_header("Content-ID", f"<{cid}>")
        part.add_header("Content-Disposition", "inline", filename=f"{cid}.png")
        made.attach(part)
    item = kept(made, box)
    (row,) = complaint_of(item).evidence
    assert f'src="{row.file}"' in message_of(item), (
        "at the address of the evidence, which who sees the complaint may open"
    )
    assert message_of(item).count("<img") == 1
    agent = factory.user("Complaint Agent")
    with factory.as_user(agent):
        assert any(
            frappe.get_doc("File", name).has_permission("read")
            for name in frappe.get_all("File", {"file_url": row.file}, pluck="name", order_by="name")
        )


def message_of(item: Document) -> str:
    return frappe.db.get_value("Communication", item.communication, "content")


def test_a_service_without_a_mail_server_hands_its_mails_to_the_inbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = account()
    made = mail()
    handed = [InboundMail(made.as_bytes(), box)]
    monkeypatch.setattr(EmailAccount, "get_inbound_mails", lambda _account: list(handed))
    assert len(box.get_inbound_mails()) == 1, "an account with a server keeps them as they are fetched"
    box.service = "Frappe Mail"
    assert box.get_inbound_mails() == []
    assert frappe.db.exists(DOCTYPE, {"message_id": made["Message-ID"].strip("<>")})
    handed[0] = InboundMail(mail().as_bytes(), box)
    with monkeypatch.context() as patch:  # the transaction is that of the test, which is taken back after it
        patch.setattr(fetching, "keep_message", lambda _message: 1 / 0)
        patch.setattr(frappe.db, "rollback", lambda *_args, **_more: None)
        assert len(box.get_inbound_mails()) == 1, "what cannot be kept is the framework's"
