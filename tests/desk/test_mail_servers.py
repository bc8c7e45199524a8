"""Mails of every awkward kind over a real Postfix and Dovecot: none is lost, none is taken twice, no machine is answered for ever.

`QMS_MAILS=300 pytest tests/desk/test_mail_servers.py` sends as many; by default each kind comes a few times.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants import mailbox
from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, REGISTERED, WAITING
from complaint_qms.services.inbox import understanding
from complaint_qms.services.inbox.reasons import in_words
from complaint_qms.services.mailbox import fetching
from tests import mails
from tests.desk import factory, mail_servers
from tests.desk.mail_servers import MailServers
from tests.desk.mailbox import without_account

pytestmark = pytest.mark.skipif(bool(mail_servers.why_not()), reason=mail_servers.why_not() or "-")

SERVICE, GERMAN, ANN = "service@harbour.example", "reklamation@harbour.example", "ann@customer.example"
COUNT = int(os.environ.get("QMS_MAILS", "26"))
LARGE = 20 * 1024 * 1024
PHOTO = mails.png(1600, 1200)


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with mail_servers.mail_servers() as found:
        yield found


@pytest.fixture
def box(servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Document]:
    """Makes an Email Account that reads a mailbox of the servers and sends through them."""
    without_account(monkeypatch)

    def make(address: str = "", **values: object) -> Document:
        return factory.make(
            "Email Account",
            **{
                "email_account_name": factory.unique("Complaints"), "email_id": address or f"{frappe.generate_hash(length=8)}@harbour.example",
                "enable_incoming": 1, "use_imap": 1, "email_server": "127.0.0.1", "incoming_port": servers.imap, "password": mail_servers.PASSWORD,
                "email_sync_option": "UNSEEN", "imap_folder": [{"folder_name": "INBOX"}], "enable_outgoing": 1, "smtp_server": "127.0.0.1",
                "smtp_port": servers.smtp, "no_smtp_authentication": 1, mailbox.REGISTERS: 1, mailbox.SINCE: "2020-01-01",
            } | values,
        )  # fmt: skip

    return make


def fetch(*boxes: Document) -> None:
    """As the scheduler and its workers do."""
    for one in boxes:
        frappe.get_doc("Email Account", one.name).receive()
    understanding.understand_due()


def items(*boxes: Document) -> list[Document]:
    return frappe.get_all(
        DOCTYPE, {"mailbox": ("in", [one.name for one in boxes])}, ["*"], order_by="creation asc, name asc"
    )


def made(number: int, kind: str, to: str, first_id: str) -> tuple[bytes, str]:
    """One mail of a kind, and the state that it has to end in."""
    word, sender = f"N{number:04d}", f"Customer {number} <c{number}@customer.example>"
    at = format_datetime(mails.AT + timedelta(seconds=number))
    head = {"subject": f"Pump {word}", "sender": sender, "to": to, "Date": at}
    if kind == "gb18030":
        return mails.raw_text(
            f"水泵 {word} 漏水了，请尽快换货。㐀",
            "gb18030",
            "gb2312",
            mails.encoded_word(f"水泵漏水 {word}", "gb18030", "gb2312"),
        ).replace(b"ann@", f"c{number}@".encode()), REGISTERED
    if kind == "html":
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, head["subject"], at
        mail["Message-ID"] = f"<html{number}@customer.example>"
        mail.set_content(f"<html><body><p>The pump <b>{word}</b> leaks.</p></body></html>", subtype="html")
        return mail.as_bytes(), REGISTERED
    if kind == "large":
        mail = mails.plain(f"The film of {word}.", **head)
        mail.add_attachment(os.urandom(LARGE), maintype="video", subtype="mp4", filename="leak.mp4")
        return mail.as_bytes(), REGISTERED
    if kind == "broken":
        return (
            f'From: {sender}\nTo: {to}\nSubject: Pump {word}\nMessage-ID: <broken{number}@customer.example>\nDate: {at}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain; charset=x-nobody\nContent-Transfer-Encoding: base64\n\nVGhl!!IHB1bXAgbGVha3Mu\n--x\nContent-Type: image/png; name="=?x?B?broken"\n\n'.encode(),
            REGISTERED,
        )
    if kind == "winmail":
        return mails.with_winmail([("leak.png", PHOTO)], body=f"See {word}.", **head).as_bytes(), REGISTERED
    if kind == "reply":
        return mails.plain(
            f"One more thing, {word}.", **{**head, "sender": ANN}, In_Reply_To=first_id
        ).as_bytes(), ADDED
    if kind == "stranger":
        return mails.plain(f"I have heard of {word}.", **head, In_Reply_To=first_id).as_bytes(), WAITING
    if kind == "machine":
        return mails.plain(
            "I am away.", **{**head, "subject": f"Automatic reply: {word}"}
        ).as_bytes(), DISMISSED
    if kind == "newsletter":
        return mails.plain(
            f"Buy {word}.", **head, List_Unsubscribe="<https://x.example>", Precedence="bulk"
        ).as_bytes(), DISMISSED
    if kind == "unnamed":
        return mails.plain(f"The pump {word} leaks.", **head, Message_ID="").as_bytes(), REGISTERED
    return mails.plain(f"The pump {word} leaks.", **head).as_bytes(), REGISTERED


KINDS = ("plain", "gb18030", "html", "broken", "winmail", "reply", "stranger", "machine", "newsletter", "unnamed", "twice", "plain")  # fmt: skip


def test_no_mail_is_lost_and_none_is_taken_twice(servers: MailServers, box: Callable[..., Document]) -> None:
    first, second = box(SERVICE), box(GERMAN)
    opening = mails.plain("The first pump leaks.", "First pump", sender=ANN, to=SERVICE)
    servers.send(opening.as_bytes(), SERVICE)
    servers.wait_for({SERVICE: 1})
    fetch(first)
    expected, delivered = Counter({REGISTERED: 1}), Counter({SERVICE: 1})
    begun = time.monotonic()
    for number in range(1, COUNT):
        kind = "large" if number == COUNT // 2 else KINDS[number % len(KINDS)]
        raw, state = made(number, kind, SERVICE, opening["Message-ID"])
        expected[state] += 1
        for address in (SERVICE, GERMAN) if kind == "twice" else (SERVICE,):
            servers.send(raw, address, ANN)
            delivered[address] += 1
    servers.wait_for(dict(delivered))
    sent = time.monotonic()
    for _turn in range(2 + COUNT // 100):
        fetch(first, second)
    done = time.monotonic()
    found = items(first, second)
    assert Counter(item.state for item in found) == expected, [(item.subject, item.state, in_words(item.reason)) for item in found if item.state == WAITING]  # fmt: skip
    assert len(found) == COUNT
    complaints = [item.complaint for item in found if item.state == REGISTERED]
    assert (
        len(set(complaints)) == len(complaints) == frappe.db.count("Complaint", {"name": ("in", complaints)})
    )
    talk = frappe.get_all("Communication", {"reference_name": ("in", complaints)}, ["name", "message_id"], order_by="name")  # fmt: skip
    assert len(talk) == expected[REGISTERED] + expected[ADDED]
    check_kinds(found)
    for one in (first, second):
        one.reload().db_set("email_sync_option", "ALL")
        one.imap_folder[0].db_set(mailbox.LAST_UID, 0)
    for _turn in range(1 + COUNT // 100):
        fetch(first, second)
    assert one.reload().imap_folder[0].get(mailbox.LAST_UID), "all were fetched once more"
    assert len(items(first, second)) == COUNT, "and none was taken twice"
    print(f"\n{COUNT} mails: sent and delivered in {sent - begun:.1f} s, fetched and understood in {done - sent:.1f} s; {dict(expected)}")  # fmt: skip


def check_kinds(found: list[Document]) -> None:
    words = {item.name: item for item in found}
    chinese = [item for item in found if "水泵漏水" in (item.subject or "")]
    assert chinese
    for item in chinese:
        assert "请尽快换货。㐀" in frappe.db.get_value("Complaint", item.complaint, "description")
    rows = frappe.get_all(
        "Complaint Evidence", {"parent": ("in", [item.complaint for item in found if item.complaint])}, ["parent", "caption", "file"], order_by="name"
    )  # fmt: skip
    captions = Counter(row.caption for row in rows)
    assert captions["leak.mp4"] == 1
    assert captions["leak.png"] == sum("See N" in (item.text or "") for item in words.values())
    (film,) = [row.file for row in rows if row.caption == "leak.mp4"]
    assert Path(frappe.get_site_path(film.strip("/"))).stat().st_size == LARGE


def test_two_machines_do_not_answer_each_other_for_ever(
    servers: MailServers, box: Callable[..., Document]
) -> None:
    robot = f"{frappe.generate_hash(length=8)}@customer.example"
    ours = box(enable_auto_reply=1, auto_reply_message="We have received your complaint.", default_outgoing=1)
    servers.send(
        mails.plain("The pump leaks.", "Pump", sender=robot, to=ours.email_id).as_bytes(),
        ours.email_id,
        robot,
    )
    arrived, answered = 1, 0
    for turn in range(8):
        servers.wait_for({ours.email_id: arrived})
        fetch(ours)
        for name in frappe.get_all("Email Queue", {"status": "Not Sent"}, pluck="name", order_by="creation"):
            frappe.get_doc("Email Queue", name).send()
        sent = frappe.db.count("Email Queue", {"status": "Sent", "reference_name": ("in", [item.complaint or "-" for item in items(ours)])})  # fmt: skip
        if sent == answered:
            break
        servers.wait_for({robot: sent})
        for reply in read_all(servers, robot)[answered:]:
            # It has no manners: neither does it say what it is, nor what it answers.
            back = mails.plain(
                f"I am away, day {turn}.",
                f"Away {turn} {reply['Subject'][:20]}",
                sender=robot,
                to=ours.email_id,
            )
            servers.send(back.as_bytes(), ours.email_id, robot)
            arrived += 1
        answered = sent
    assert answered <= mailbox.MOST_ANSWERED
    assert len(items(ours)) == arrived


def read_all(servers: MailServers, address: str) -> list[EmailMessage]:
    with servers.reading(address) as client:
        client.select("INBOX", readonly=True)
        numbers = client.search(None, "ALL")[1][0].split()
        return [
            message_from_bytes(client.fetch(number, "(BODY.PEEK[])")[1][0][1], policy=policy.default)
            for number in numbers
        ]


def test_a_conversation_goes_both_ways(servers: MailServers, box: Callable[..., Document]) -> None:
    from complaint_qms.api import answers

    ann = f"{frappe.generate_hash(length=8)}@customer.example"
    ours = box(default_outgoing=1)
    servers.send(
        mails.plain("The pump leaks.", "Pump", sender=ann, to=ours.email_id).as_bytes(), ours.email_id, ann
    )
    servers.wait_for({ours.email_id: 1})
    fetch(ours)
    (item,) = items(ours)
    with factory.as_user(factory.user("Complaint Agent")):
        composed = answers.compose(name=item.complaint, kind="Question")
        assert composed["recipients"] == ann
        answers.send(
            name=item.complaint, kind="Question", recipients=ann, subject=composed["subject"], content="<p>Which batch?</p>", in_reply_to=composed["in_reply_to"]
        )  # fmt: skip
    for name in frappe.get_all("Email Queue", {"status": "Not Sent"}, pluck="name", order_by="creation"):
        frappe.get_doc("Email Queue", name).send()
    servers.wait_for({ann: 1})
    (asked,) = read_all(servers, ann)
    assert asked["In-Reply-To"] == f"<{item.message_id}>"
    assert asked["Reply-To"] == ours.email_id, "and not the agent's own mailbox, which the site does not read"
    servers.send(mails.plain("Batch A-7.", f"Re: {asked['Subject']}", sender=ann, to=ours.email_id, In_Reply_To=asked["Message-ID"]).as_bytes(), ours.email_id, ann)  # fmt: skip
    servers.wait_for({ours.email_id: 2})
    fetch(ours)
    assert {one.complaint for one in items(ours)} == {item.complaint}
    told = frappe.get_all(
        "Communication", {"reference_name": item.complaint}, pluck="sent_or_received", order_by="creation"
    )
    assert told == ["Received", "Sent", "Received"]


@pytest.mark.parametrize("where", ["folder", "account"])
def test_the_frameworks_append_to_goes_the_same_road(
    servers: MailServers, box: Callable[..., Document], where: str
) -> None:
    """The framework itself stores a complaint without company, channel or description, past every rule."""
    row = {"folder_name": "INBOX", "append_to": "Complaint" if where == "folder" else None}
    ours = box(
        **{
            mailbox.REGISTERS: 0,
            "imap_folder": [row],
            "append_to": "Complaint" if where == "account" else None,
        }
    )
    servers.send(mails.plain("The pump leaks.", "Pump", to=ours.email_id).as_bytes(), ours.email_id)
    servers.wait_for({ours.email_id: 1})
    fetch(ours)
    (item,) = items(ours)
    doc = frappe.get_doc("Complaint", item.complaint)
    assert (doc.channel, doc.description, doc.contact_email) == ("Email", "<p>The pump leaks.</p>", ANN)
    assert doc.company


def test_a_mailbox_that_registers_nothing_is_the_frameworks(
    servers: MailServers, box: Callable[..., Document]
) -> None:
    ours = box(**{mailbox.REGISTERS: 0})
    made = mails.plain("Hello", "Hello", to=ours.email_id)
    servers.send(made.as_bytes(), ours.email_id)
    servers.wait_for({ours.email_id: 1})
    before = frappe.db.count("Complaint")
    fetch(ours)
    assert items(ours) == []
    assert frappe.db.count("Complaint") == before
    assert frappe.db.exists(
        "Communication", {"message_id": made["Message-ID"].strip("<>"), "reference_name": ("is", "not set")}
    )


@pytest.mark.parametrize("option", ["UNSEEN", "ALL"])
def test_a_mail_that_could_not_be_kept_is_fetched_again(
    servers: MailServers, box: Callable[..., Document], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    ours = box(email_sync_option=option)
    for number in range(3):
        servers.send(
            mails.plain(f"Pump {number} leaks.", f"Pump {number}", to=ours.email_id).as_bytes(), ours.email_id
        )
    servers.wait_for({ours.email_id: 3})
    real, turns = fetching.keep_mail, []

    def keep_mail(raw: bytes, account: Document):
        turns.append(1)
        if len(turns) in (2, 3):  # neither as it was understood nor its bytes
            raise ConnectionError
        return real(raw, account)

    monkeypatch.setattr(fetching, "keep_mail", keep_mail)
    monkeypatch.setattr(fetching, "keep_bytes", keep_mail)
    monkeypatch.setattr(
        frappe.db, "rollback", lambda *args, **more: None
    )  # the transaction is that of the test
    fetch(ours)
    assert len(items(ours)) == 2
    fetch(ours)
    assert len(items(ours)) == 3
