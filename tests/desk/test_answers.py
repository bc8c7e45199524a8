"""Messages to the customer: what is proposed, what really arrives, and what it counts for on the complaint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import frappe
import pytest
from frappe.core.doctype.communication.email import make as framework_send
from frappe.utils import get_datetime, now_datetime

from complaint_qms.api import answers
from tests.desk import factory
from tests.desk.mailbox import Mailbox, delivering, without_account

AGENT = "Complaint Agent"
ANN = "ann@customer.example"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with delivering(monkeypatch) as box:
        yield box


def about(**values: object) -> frappe.model.document.Document:
    return factory.complaint(**{"contact_email": ANN, "complainant_name": "Ann Lee"} | values)


def send(doc: frappe.model.document.Document, kind: str = "Information", **values: object) -> dict:
    given = {"recipients": ANN, "subject": "Your complaint", "content": "<p>We look into it.</p>"}
    return answers.send(name=doc.name, kind=kind, **given | values)


def test_a_mail_is_proposed_in_the_customers_words(mailbox: Mailbox) -> None:
    doc = about(language="en", product_model="Lamp <b>7</b>")
    said = answers.compose(name=doc.name, kind="Question")
    assert said["recipients"] == ANN
    assert said["template"] == "Complaint Question"
    assert doc.name in said["subject"]
    assert "Dear Ann Lee" in said["content"]
    assert "Lamp &lt;b&gt;7&lt;/b&gt;" in said["content"], "what people wrote is text"
    assert "the batch or serial number on the label" in said["content"]
    assert "which product it is" not in said["content"], "nobody is asked what is known"
    assert said["no_account"] == ""


def test_a_chinese_customer_is_written_in_chinese(mailbox: Mailbox) -> None:
    doc = about(language="zh")
    said = answers.compose(name=doc.name, kind="Question")
    assert said["language"] == "zh"
    assert said["template"] == "投诉询问"
    assert "Ann Lee，您好！" in said["content"]
    assert "标签上的批号或序列号" in said["content"]
    assert frappe.local.lang != "zh", "the language of whoever writes stays"


def test_the_customers_record_tells_the_language(mailbox: Mailbox) -> None:
    doc = about(customer=factory.customer(language="zh").name)
    assert answers.compose(name=doc.name)["language"] == "zh"


def test_a_template_that_cannot_be_used_is_named(mailbox: Mailbox) -> None:
    doc = about(language="en")
    frappe.db.set_value("Email Template", "Complaint Question", "response", "{{ 1 / ")
    with pytest.raises(frappe.ValidationError, match="Complaint Question"):
        answers.compose(name=doc.name, kind="Question")
    with pytest.raises(frappe.ValidationError, match="There is no Email Template"):
        answers.compose(name=doc.name, template="Nowhere")


def test_the_mail_arrives_and_counts_as_the_first_response(mailbox: Mailbox) -> None:
    doc = about()
    file = factory.upload("Complaint", doc.name, file_name="label.png")
    agent = factory.user(AGENT)
    with factory.as_user(agent):
        answer = send(doc, attachments=[file.name])
    mailbox.send_queued()
    assert mailbox.sent_to == [ANN]
    assert agent in str(mailbox.mails[0]["From"])
    assert "We look into it." in mailbox.last()
    assert [part.get_filename() for part in mailbox.mails[0].iter_attachments()] == [file.file_name]
    doc.reload()
    assert abs(get_datetime(doc.first_response_at) - now_datetime()) < timedelta(minutes=1)
    assert not doc.reply_sent_at, "information is no reply"
    assert answer["values"]["first_response_at"]
    message = frappe.get_doc("Communication", answer["message"])
    assert (message.reference_name, message.sent_or_received, message.complaint_message) == (
        doc.name, "Sent", "Information",
    )  # fmt: skip


def test_the_answer_is_the_reply(mailbox: Mailbox) -> None:
    doc = factory.at_stage("solve", contact_email=ANN)
    agent = factory.user(AGENT)
    with factory.as_user(agent):
        send(doc, "Answer", content="<p>You get a new one.</p>")
    doc.reload()
    assert "You get a new one." in doc.reply
    assert doc.reply_sent_by == agent
    assert doc.reply_sent_at
    assert doc.first_response_at


def test_a_drafted_reply_stands_in_the_answer_and_one_that_was_sent_does_not(mailbox: Mailbox) -> None:
    doc = factory.at_stage("solve", contact_email=ANN, language="en", reply="<p>You get a new one.</p>")
    drafted = answers.compose(name=doc.name, kind="Answer")["content"]
    assert "You get a new one." in drafted
    send(doc, "Answer", content=drafted)
    again = answers.compose(name=doc.name, kind="Answer")["content"]
    assert "You get a new one." not in again
    assert again.count("Dear ") == 1


def test_who_answers_again_is_who_sent_it(mailbox: Mailbox) -> None:
    doc = factory.at_stage("solve", contact_email=ANN)
    first, second = factory.user(AGENT), factory.user(AGENT)
    for who, text in ((first, "A discount."), (second, "A new one.")):
        with factory.as_user(who):
            send(doc, "Answer", content=f"<p>{text}</p>")
    doc.reload()
    assert "A new one." in doc.reply
    assert doc.reply_sent_by == second


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"recipients": ""}, "To: enter"),
        ({"recipients": "ann at home"}, "ann at home"),
        ({"cc": "nobody"}, "CC"),
        ({"subject": " "}, "Subject"),
        ({"content": "<p> </p>"}, "Message"),
        ({"kind": "Love Letter"}, "Love Letter"),
        ({"attachments": ["no-such-file"]}, "no-such-file"),
        ({"in_reply_to": "no-such-mail"}, "In Reply To"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_sent(mailbox: Mailbox, changed: dict, named: str) -> None:
    doc = about()
    with pytest.raises(frappe.ValidationError, match=named):
        send(doc, **{"kind": "Information"} | changed)
    assert not frappe.db.exists("Communication", {"reference_name": doc.name})
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")


def some(count: int, start: int = 0) -> str:
    return ", ".join(
        f"Reader {number} <reader{number}@customer.example>" for number in range(start, start + count)
    )


@pytest.mark.parametrize(
    ("to", "cc", "bcc", "named"),
    [
        (some(21), "", "", "To: 21 addresses"),
        (ANN, some(20), "", "To, CC: 21 addresses"),
        (ANN, "", some(300), "To, BCC: 301 addresses"),
        (some(7), some(7, 7), some(7, 14), "To, CC, BCC: 21 addresses"),
    ],
)
def test_one_mail_goes_to_no_more_than_twenty(
    mailbox: Mailbox, to: str, cc: str, bcc: str, named: str
) -> None:
    doc = about()
    with pytest.raises(
        frappe.ValidationError, match=f"{named} are too many, one mail goes to 20 at most. Take some out"
    ):
        send(doc, recipients=to, cc=cc, bcc=bcc)
    assert not frappe.db.exists("Communication", {"reference_name": doc.name})
    assert not frappe.db.count("Email Queue", {"reference_name": doc.name})


def test_twenty_are_written_to_and_the_same_address_counts_once(mailbox: Mailbox) -> None:
    doc = about()
    send(doc, recipients=some(10), cc=some(10, 10), bcc=f"READER3@customer.example, {some(4)}")
    mailbox.send_queued()
    assert set(mailbox.sent_to) == {f"reader{number}@customer.example" for number in range(20)}


def test_files_of_other_records_do_not_go_out(mailbox: Mailbox) -> None:
    secret = factory.upload("Complaint", factory.complaint().name, file_name="secret.png")
    with pytest.raises(frappe.ValidationError, match="no file of"):
        send(about(), attachments=[secret.name])


def test_without_an_account_it_says_what_to_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    without_account(monkeypatch)
    doc = about()
    assert "Email Account" in answers.compose(name=doc.name)["no_account"]
    with pytest.raises(frappe.ValidationError, match="no outgoing mail account"):
        send(doc)
    # A muted site has an account of the framework's making, which sends nothing: nothing counts as answered by it.
    monkeypatch.setitem(frappe.local.conf, "mute_emails", 1)
    monkeypatch.setattr(frappe.local, "outgoing_email_account", {}, raising=False)
    with pytest.raises(frappe.ValidationError, match="no outgoing mail account"):
        send(doc)
    doc.reload()
    assert not (doc.first_response_at)
    assert not (doc.reply_sent_at)
    monkeypatch.setitem(frappe.local.conf, "mail_server", "localhost")
    monkeypatch.setattr(frappe.local, "outgoing_email_account", {}, raising=False)
    said = answers.compose(name=doc.name)
    assert not said["no_account"]
    assert "mute_emails" in said["held_back"]


def test_an_account_that_waits_for_its_password_sends_nothing(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    frappe.db.set_value("Email Account", {"default_outgoing": 1}, "awaiting_password", 1)
    monkeypatch.setattr(frappe.local, "outgoing_email_account", {}, raising=False)
    with pytest.raises(frappe.ValidationError, match="waits for its password"):
        send(about())


def test_a_phone_call_is_noted_and_counts(mailbox: Mailbox) -> None:
    doc = about(contact_phone="+49 30 1")
    at = get_datetime(doc.received_at).replace(second=0, microsecond=0)
    noted = answers.note(doc.name, "Information", "Phone", "She will send a photo.", str(at))
    mailbox.send_queued()
    assert mailbox.mails == []
    message = frappe.get_doc("Communication", noted["message"])
    assert (message.communication_medium, message.phone_no) == ("Phone", "+49 30 1")
    assert get_datetime(frappe.db.get_value("Complaint", doc.name, "first_response_at")) == doc.received_at


def test_a_call_before_the_limit_is_noted_with_what_was_said(mailbox: Mailbox) -> None:
    doc = about(received_at=now_datetime() - timedelta(days=20))
    due = get_datetime(doc.response_due)
    assert due < now_datetime()
    answers.note(
        doc.name, "Information", "Phone", "Told her that we look into it.", str(due - timedelta(minutes=5))
    )
    doc.reload()
    assert doc.response_status == "met"
    assert doc.first_response_reason == "Told her that we look into it."


@pytest.mark.parametrize(
    ("medium", "said", "at", "named"),
    [
        ("Pigeon", "Hello", None, "Pigeon"),
        ("Phone", "  ", None, "What Was Said"),
        ("Phone", "Hello", "2999-01-01 10:00", "future"),
        ("Phone", "Hello", "tomorrow-ish", "tomorrow-ish"),
    ],
)
def test_a_note_that_cannot_be_is_refused(medium: str, said: str, at: str | None, named: str) -> None:
    doc = about()
    with pytest.raises(frappe.ValidationError, match=named):
        answers.note(doc.name, "Information", medium, said, at)


def framework_mail(doc: frappe.model.document.Document, recipients: str, **values: object) -> dict:
    return framework_send(
        doctype=doc.doctype, name=doc.name, recipients=recipients, subject="Hello", content="<p>From the composer.</p>",
        send_email=1, **values,
    )  # fmt: skip


def test_mail_from_the_frameworks_composer_counts_the_same(mailbox: Mailbox) -> None:
    early = about()
    framework_mail(early, ANN)
    early.reload()
    assert early.first_response_at
    assert not early.reply_sent_at
    late = factory.at_stage("solve", contact_email=ANN)
    framework_mail(late, f"Ann <{ANN.upper()}>")
    late.reload()
    assert late.reply_sent_at
    assert "From the composer." in late.reply
    assert late.reply_sent_by == frappe.session.user


def test_mail_to_colleagues_is_no_answer(mailbox: Mailbox) -> None:
    doc = about()
    framework_mail(doc, factory.user(AGENT))
    framework_mail(doc, "supplier@elsewhere.example")
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")


def test_where_no_address_is_known_anybody_outside_is_the_customer(mailbox: Mailbox) -> None:
    doc = factory.complaint(complainant_name="A stranger")
    framework_mail(doc, factory.user(AGENT))
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")
    framework_mail(doc, "stranger@somewhere.example")
    assert frappe.db.get_value("Complaint", doc.name, "first_response_at")


def test_what_arrives_or_is_sent_by_itself_is_no_answer(mailbox: Mailbox) -> None:
    doc = about()
    values = {
        "reference_doctype": "Complaint", "reference_name": doc.name, "recipients": ANN, "subject": "x", "content": "x",
        "communication_medium": "Email",
    }  # fmt: skip
    factory.make("Communication", communication_type="Communication", sent_or_received="Received", **values)
    factory.make("Communication", communication_type="Automated Message", sent_or_received="Sent", **values)
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")


def test_who_may_not_write_to_customers_cannot_say_that_they_have(mailbox: Mailbox) -> None:
    doc = about()
    values = {
        "communication_type": "Communication", "communication_medium": "Phone", "sent_or_received": "Sent",
        "complaint_message": "Answer", "subject": "x", "content": "Told her.",
    }  # fmt: skip
    for user in (factory.user("Accounts User"), "Guest"):
        with factory.as_user(user):
            mail = frappe.get_doc({"doctype": "Communication", "reference_doctype": "Complaint", **values})
            mail.reference_name = doc.name
            with pytest.raises(frappe.PermissionError):
                mail.insert(ignore_permissions=True)
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")


def test_a_mail_goes_out_even_where_it_cannot_be_entered(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the framework's composer: the mail is what was wanted, and it tells what has to be entered by hand."""
    doc = about()
    refuse = lambda *_args, **_more: frappe.throw("Fill in the batch.")  # noqa: E731
    monkeypatch.setattr("complaint_qms.complaint_qms.doctype.complaint.complaint.check_consistency", refuse)
    framework_mail(doc, ANN)
    mailbox.send_queued()
    assert len(mailbox.mails) == 1
    assert any("could not be entered" in message.message for message in frappe.message_log)


def test_the_thread_goes_on(mailbox: Mailbox) -> None:
    doc = about()
    received = factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Received",
        sender=ANN, subject="It is broken", content="x", reference_doctype="Complaint", reference_name=doc.name,
        message_id="first@customer.example",
    )  # fmt: skip
    said = answers.compose(name=doc.name)
    assert (said["subject"], said["in_reply_to"]) == (f"Re: It is broken (#{doc.name})", received.name)
    send(doc, subject=said["subject"], in_reply_to=said["in_reply_to"])
    mailbox.send_queued()
    assert "first@customer.example" in str(mailbox.mails[0]["In-Reply-To"])


def test_who_may_not_write_mails_may_not_answer() -> None:
    doc = about()
    for role in ("QMS Auditor", "Accounts User"):
        with factory.as_user(factory.user(role)):
            for call in (
                lambda: answers.compose(name=doc.name),
                lambda: send(doc),
                lambda: answers.preview(doc.name, "a", "b"),
            ):
                with pytest.raises(frappe.PermissionError):
                    call()
            with pytest.raises(frappe.PermissionError):
                answers.note(doc.name, "Answer", "Phone", "Hello")


def test_a_preview_of_what_no_mail_is_is_refused() -> None:
    name = about().name
    told = []
    for content in ("[" * 5000, "<div>" * 5000):
        try:
            told.append("<html" in answers.preview(name, "Your complaint", content))
        except frappe.ValidationError as refused:
            told.append("content" in str(refused))
    assert told == [True, True]


def test_the_preview_is_the_mail_and_does_nothing(mailbox: Mailbox) -> None:
    page = answers.preview(about().name, "Your complaint", "<p>Hello</p><script>alert(1)</script>")
    assert ">Hello</p>" in page
    assert "<script" not in page
