"""Mail both ways over real servers: our answer goes out by SMTP, the customer's comes in by IMAP and lands on the same complaint."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, make_msgid
from pathlib import Path

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import answers
from complaint_qms.constants import events, roles
from complaint_qms.engine import automatic_mail
from complaint_qms.services.correspondence import undelivered
from complaint_qms.services.correspondence.addresses import addresses_of
from scripts import services
from tests.desk import factory
from tests.desk.mailbox import ADDRESS, Mailbox, delivering

ANN = "ann@customer.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"seal" * 20


class Inbox:
    """The account of the site that reads mails, and the folder its server keeps them in."""

    def __init__(self, folder: Path, account: Document) -> None:
        self.folder, self.account = folder, account

    def get(self, mail: EmailMessage | MIMEMultipart) -> Document | None:
        """Let a mail arrive and be fetched as the scheduler does; the Communication it became."""
        number = len(list(self.folder.iterdir())) + 1
        (self.folder / f"{number}.eml").write_bytes(
            mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        )
        frappe.get_doc("Email Account", self.account.name).receive()
        found = frappe.get_all(
            "Communication", {"message_id": mail["Message-ID"].strip("<>")}, pluck="name", order_by="name"
        )
        return frappe.get_doc("Communication", found[0]) if found else None


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with delivering(monkeypatch) as box:
        yield box


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Port of an IMAP server, and the folder whose mails it has."""
    port, folder = services.free_port(), tmp_path_factory.mktemp("mails")
    script = Path(__file__).with_name("imap_server.py")
    command = [sys.executable, str(script), str(folder), str(port), ADDRESS, "secret"]
    server = subprocess.Popen(command, cwd=folder)
    try:
        wait_for(port, server)
        yield port, folder
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.fixture
def inbox(
    mailbox: Mailbox, mail_server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Inbox]:
    port, folder = mail_server
    # What the framework commits after each mail is taken back with the test.
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    account = frappe.get_doc("Email Account", {"email_id": ADDRESS})
    account.update(
        {
            "enable_incoming": 1,
            "use_imap": 1,
            "email_server": "127.0.0.1",
            "incoming_port": port,
            "use_ssl": 0,
            "login_id": ADDRESS,
            "password": "secret",
            "awaiting_password": 0,
            "email_sync_option": "UNSEEN",
            "imap_folder": [{"folder_name": "INBOX"}],
        }
    )
    account.save()
    yield Inbox(folder, account)
    for mail in folder.iterdir():
        mail.unlink()


def wait_for(port: int, server: subprocess.Popen, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the IMAP server did not start", pytrace=False)


def answered(mailbox: Mailbox, **values: object) -> tuple[Document, EmailMessage]:
    """A complaint whose handler has written to the customer, and the mail that arrived there."""
    handler = factory.user(roles.AGENT, email=f"{frappe.generate_hash(length=8)}@qms.example")
    doc = factory.at_stage("solve", contact_email=ANN, complainant_name="Ann Lee")
    doc.complaint_owner = handler
    doc.save()
    with factory.as_user(handler):
        answers.send(
            name=doc.name, kind="Answer", recipients=ANN, subject="Your complaint", content="<p>You get a new one.</p>", **values
        )  # fmt: skip
    mailbox.send_queued()
    (sent,) = [mail for mail in mailbox.mails if mail["To"] and ANN in mail["To"]]
    return doc.reload(), sent


def reply(sent: EmailMessage, text: str = "Thank you, that is fine.", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Ann Lee <{ANN}>", ADDRESS
    mail["Subject"] = f"Re: {sent['Subject']}"
    mail["Message-ID"], mail["Date"] = make_msgid(domain="customer.example"), format_datetime(now_datetime())
    mail["In-Reply-To"] = sent["Message-ID"]
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        if value:
            mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def told(doc: Document, kind: str) -> list[tuple[str, str]]:
    about = {"reference_name": doc.name, "kind": kind}
    rows = frappe.get_all("QMS Message", about, ["to_user", "text"], order_by="name")
    return [(row.to_user, row.text) for row in rows]


def test_the_customers_answer_lands_on_the_same_complaint_and_the_handler_hears_of_it(
    mailbox: Mailbox, inbox: Inbox
) -> None:
    doc, sent = answered(mailbox)
    before = frappe.db.count("Complaint")
    message = inbox.get(reply(sent))
    assert (message.reference_doctype, message.reference_name) == ("Complaint", doc.name)
    assert (message.sent_or_received, message.sender) == ("Received", ANN)
    ours = frappe.get_value("Communication", {"message_id": sent["Message-ID"].strip("<>")})
    assert message.in_reply_to == ours
    ((who, text),) = told(doc, events.CUSTOMER_WROTE)
    assert who == doc.complaint_owner
    assert "Thank you, that is fine." in text
    assert frappe.db.count("Complaint") == before, "no complaint is made of it"
    after = doc.reload()
    assert "You get a new one." in after.reply, "what we said stays what we said"


def test_fetched_again_it_is_not_told_again(mailbox: Mailbox, inbox: Inbox) -> None:
    doc, sent = answered(mailbox)
    mail = reply(sent)
    first = inbox.get(mail)
    assert inbox.get(mail).name == first.name
    assert len(told(doc, events.CUSTOMER_WROTE)) == 1


def test_its_files_are_private_and_evidence(mailbox: Mailbox, inbox: Inbox) -> None:
    doc, sent = answered(mailbox)
    mail = reply(sent, "See the picture.")
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="seal.png")
    message = inbox.get(mail)
    (file,) = frappe.get_all(
        "File",
        {"attached_to_doctype": "Communication", "attached_to_name": message.name},
        ["name", "is_private", "evidence_sha256", "file_url"],
        order_by="name",
    )
    assert file.is_private
    assert file.evidence_sha256
    assert Path(frappe.get_doc("File", file.name).get_full_path()).read_bytes() == PNG
    with pytest.raises(frappe.ValidationError):
        frappe.delete_doc("File", file.name)
    assert message.reference_name == doc.name


def test_an_answer_by_the_references_alone_finds_its_way(mailbox: Mailbox, inbox: Inbox) -> None:
    doc, sent = answered(mailbox)
    message = inbox.get(reply(sent, In_Reply_To="", References=f"<older@x.example> {sent['Message-ID']}"))
    assert message.reference_name == doc.name


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied; x=1"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
    ],
    ids=str,
)
def test_an_answering_machine_is_nobodys_answer(
    mailbox: Mailbox, inbox: Inbox, headers: dict[str, str]
) -> None:
    doc, sent = answered(mailbox)
    doc.contact_email = None
    doc.save()
    message = inbox.get(
        reply(sent, "I am out of the office.", From="Ann <away@elsewhere.example>", **headers)
    )
    assert message.reference_name == doc.name, "it is on the timeline"
    assert message.complaint_automatic == "Automatic Reply"
    assert not told(doc, events.CUSTOMER_WROTE)
    assert "away@elsewhere.example" not in addresses_of(doc.reload())


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-generated; x=1"}, {"Precedence": "bulk"}, {"Precedence": "list"}],
    ids=str,
)
def test_what_the_customers_ticket_system_passes_on_is_their_word(
    mailbox: Mailbox, inbox: Inbox, headers: dict[str, str]
) -> None:
    doc, sent = answered(mailbox)
    message = inbox.get(reply(sent, "It broke again.", **headers))
    assert message.reference_name == doc.name
    assert not message.complaint_automatic
    ((who, text),) = told(doc, events.CUSTOMER_WROTE)
    assert who == doc.complaint_owner
    assert "It broke again." in text


def test_a_mail_that_cannot_be_read_costs_no_other_mail(
    mailbox: Mailbox, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc, sent = answered(mailbox)

    def broken(*_args: object) -> str:
        raise ValueError(ANN)

    before = frappe.db.count("Error Log")
    with monkeypatch.context() as patch:
        patch.setattr(automatic_mail, "automatic_kind", broken)
        message = inbox.get(reply(sent))
    assert message.reference_name == doc.name, "received all the same"
    assert frappe.db.count("Error Log") == before + 1
    log = frappe.get_last_doc("Error Log", {"method": "Headers of a mail not read"})
    assert "ValueError" in log.error
    assert ANN not in log.error


def bounce(sent: EmailMessage, *, threaded: bool, actions: tuple[str, ...] = ("failed",)) -> MIMEMultipart:
    mail = MIMEMultipart("report", **{"report-type": "delivery-status"})
    mail["From"], mail["To"] = "Mail Delivery <MAILER-DAEMON@mx.customer.example>", ADDRESS
    mail["Subject"], mail["Message-ID"] = (
        "Undelivered Mail Returned to Sender",
        make_msgid(domain="mx.customer.example"),
    )
    mail["Date"] = format_datetime(now_datetime())
    if threaded:
        mail["In-Reply-To"] = sent["Message-ID"]
    mail.attach(MIMEText("User unknown: ann@customer.example"))
    status, of_server = MIMENonMultipart("message", "delivery-status"), Message()
    of_server["Reporting-MTA"] = "dns; mx.customer.example"
    recipients = []
    for action in actions:
        recipient = Message()
        recipient["Final-Recipient"], recipient["Action"] = f"rfc822; {ANN}", action
        recipients.append(recipient)
    status.set_payload([of_server, *recipients])
    mail.attach(status)
    headers = MIMEText(f"Message-ID: {sent['Message-ID']}\r\nSubject: x\r\n", "rfc822-headers")
    mail.attach(headers)
    return mail


@pytest.mark.parametrize("threaded", [True, False])
def test_a_mail_that_did_not_arrive_is_told_and_is_nobodys_answer(
    mailbox: Mailbox, inbox: Inbox, threaded: bool
) -> None:
    doc, sent = answered(mailbox)
    message = inbox.get(bounce(sent, threaded=threaded))
    assert message.reference_name == doc.name
    assert message.complaint_automatic == "Returned Mail"
    assert not told(doc, events.CUSTOMER_WROTE)
    ((who, text),) = told(doc, events.MAIL_RETURNED)
    assert who == doc.complaint_owner
    assert "did not arrive" in text
    assert "User unknown" in text
    assert not [address for address in addresses_of(doc) if "daemon" in address]
    # The next mail answers the customer, not the server.
    assert answers.compose(name=doc.name, kind="Question")["in_reply_to"] != message.name


def test_a_mail_that_was_given_up_is_told_once_with_its_reason(mailbox: Mailbox) -> None:
    began = now_datetime()
    undelivered.enqueue_failed(add_to_date(began, minutes=-5))
    doc, _sent = answered(mailbox)
    (queued,) = frappe.get_all("Email Queue", {"reference_name": doc.name}, pluck="name")
    error = "Traceback (most recent call last):\n  File x\nsmtplib.SMTPRecipientsRefused: {'ann@customer.example': (550, b'No such <b>user</b>')}\n"
    frappe.db.set_value("Email Queue", queued, {"status": "Error", "error": error})
    frappe.db.set_value("Email Queue Recipient", {"parent": queued}, "status", "Not Sent")
    later = add_to_date(now_datetime(), minutes=2)
    assert undelivered.tell_failed(later) == 1
    ((who, text),) = told(doc, events.MAIL_FAILED)
    assert who == doc.complaint_owner
    assert "a mail to ann@customer.example was not sent. The reason: “" in text
    assert "550" in text
    assert "Traceback" not in text
    assert "smtplib" not in text
    assert "<b>user" not in text
    assert undelivered.tell_failed(later) == 0
    frappe.db.set_value("Email Queue", queued, {"status": "Error"})
    assert undelivered.tell_failed(add_to_date(now_datetime(), minutes=2)) == 1, (
        "tried again, and given up again"
    )
    undelivered.forget_looks()


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_mail_that_is_on_its_way_is_not_told_as_returned(
    mailbox: Mailbox, inbox: Inbox, action: str
) -> None:
    doc, sent = answered(mailbox)
    message = inbox.get(bounce(sent, threaded=True, actions=(action,)))
    assert message.reference_name == doc.name, "it is on the timeline"
    assert message.complaint_automatic == "Automatic Reply"
    assert not told(doc, events.MAIL_RETURNED)
    assert not told(doc, events.CUSTOMER_WROTE)


def test_one_recipient_of_several_is_enough_for_a_returned_mail(mailbox: Mailbox, inbox: Inbox) -> None:
    doc, sent = answered(mailbox)
    message = inbox.get(bounce(sent, threaded=True, actions=("delivered", "Failed (user unknown)")))
    assert message.complaint_automatic == "Returned Mail"
    assert told(doc, events.MAIL_RETURNED)


def test_the_handler_is_not_told_of_their_own_mail(mailbox: Mailbox, inbox: Inbox) -> None:
    doc, sent = answered(mailbox)
    inbox.get(reply(sent, From=doc.complaint_owner))
    assert not told(doc, events.CUSTOMER_WROTE)


def test_nobody_claims_to_be_a_machine(mailbox: Mailbox) -> None:
    doc, _sent = answered(mailbox)
    message = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Received",
            "reference_doctype": "Complaint",
            "reference_name": doc.name,
            "sender": ANN,
            "subject": "x",
            "content": "Not so.",
            "complaint_automatic": "Automatic Reply",
        }
    ).insert()
    assert not message.complaint_automatic


def test_what_a_person_writes_is_no_machines() -> None:
    mail = EmailMessage()
    mail["Auto-Submitted"] = "no"
    mail.set_content("x")
    assert automatic_mail.automatic_kind(mail, ANN) == ""
