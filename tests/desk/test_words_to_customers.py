"""What the site says to customers by itself: that a complaint has arrived, what was promised, how it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, format_date, get_datetime, getdate, now_datetime, nowdate

from complaint_qms.api import answers, visitor, work
from complaint_qms.constants.clock import CLOCKS
from complaint_qms.services.correspondence import first_response
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.correspondence.merge_fields import merge_field_names, merge_fields
from complaint_qms.services.outreach import acknowledgement, status
from complaint_qms.services.rules import runner
from tests.desk import factory, mail_road
from tests.desk.chatting import a_channel, chat_of, send_all, turns
from tests.desk.mailbox import Mailbox, delivering, without_account
from tests.desk.ruled import rule
from tests.desk.test_chat import registered
from tests.desk.visiting import filed, guest, page_open

ANN = "ann@customer.example"
SECRET = re.compile(r"/complaint/track\?_lang=\w+#([A-Za-z0-9_-]{32})")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with delivering(monkeypatch) as box:
        yield box


@pytest.fixture(autouse=True)
def acknowledging(site) -> None:
    switched(acknowledge=1)


def switched(**values: object) -> None:
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update(values)
    settings.save()
    frappe.clear_messages()


def told(name: str, kind: str = "Acknowledgement") -> list[frappe._dict]:
    about = {"reference_name": name, "complaint_message": kind}
    return frappe.get_all("Communication", about, ["*"], order_by="creation asc")


def about(**values: object) -> frappe.model.document.Document:
    return factory.complaint(
        **{"contact_email": ANN, "complainant_name": "Ann Lee", "language": "en"} | values
    )


def acknowledge(doc: frappe.model.document.Document) -> bool:
    done = acknowledgement.acknowledge_due(doc.name)
    doc.reload()
    return bool(done)


def test_who_sends_the_page_gets_a_number_a_link_and_a_day_once_and_a_person_still_owes_an_answer(
    mailbox: Mailbox,
) -> None:
    with page_open():
        _answered, doc = filed()
        assert acknowledge(doc)
        assert not acknowledge(doc), "once"
        mailbox.send_queued()
        assert mailbox.sent_to == [ANN]
        mail, text = mailbox.mails[0], mailbox.last()
        assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
        assert "Dear Ann Lee" in text
        assert doc.name in mail["Subject"]
        assert format_date(doc.promised_on, "long") in text
        assert getdate(doc.promised_on) == getdate(doc.resolution_due)
        token = SECRET.search(text)[1]
        seen = guest(lambda: visitor.look(token))
        assert (seen["number"], seen["promised"]) == (doc.name, str(doc.promised_on))
        (message,) = told(doc.name)
        assert token not in message.content, "who reads the timeline is let in by nothing"
        assert token not in str(frappe.db.get_value("Complaint", doc.name, "*"))
    assert doc.acknowledged_at
    assert not doc.first_response_at
    assert not first_response._answered_by_mail(doc, now_datetime())


def test_it_answers_a_mail_in_its_thread_and_language_and_the_mailbox_says_nothing_beside_it(
    mailbox: Mailbox,
) -> None:
    box = mail_road.account(enable_auto_reply=1, auto_reply_message="We got it.", complaint_language="zh")
    doc, mail = mail_road.conversation(box)
    message = {
        "communication_type": "Communication",
        "communication_medium": "Email",
        "sent_or_received": "Received",
    }
    supplier = {
        "sender": "sales@supplier.example",
        "subject": "Our secret terms",
        "content": "Cheap.",
        "reference_doctype": "Complaint",
    }
    frappe.get_doc({"doctype": "Communication", **message, **supplier, "reference_name": doc.name}).insert()
    assert acknowledge(doc)
    mailbox.send_queued()
    assert len(mailbox.mails) == 1, [one["Subject"] for one in mailbox.mails]
    (answer,) = mailbox.mails
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert "terms" not in answer["Subject"]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["Reply-To"] in (None, box.email_id)
    assert "您好！" in mailbox.last()
    assert "We got it." not in mailbox.last()


def test_who_complains_in_a_chat_is_told_there_and_the_link_stays_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = a_channel()
    with page_open():
        chat = registered(channel)
        doc = frappe.get_doc("Complaint", chat.complaint)
        assert acknowledge(doc)
        turn = turns(chat_of(channel), "assistant")[-1]
        assert doc.name in turn.text
        assert SECRET.search(turn.text)
        assert "#" not in chat_of(channel).last_message
        (message,) = told(doc.name)
        assert (message.communication_medium, message.name) == ("Chat", turn.communication)
        assert not SECRET.search(message.content)
        sent = []
        monkeypatch.setattr(
            "complaint_qms.integrations.messaging.signed_webhook.send_reply",
            lambda _account, reply, _tokens: sent.append(reply.text) or "1",
        )
        send_all()
        assert SECRET.search(sent[-1])
        assert not SECRET.search(frappe.db.get_value("Complaint Chat Message", turn.name, "text"))
    assert not doc.first_response_at


def test_a_rule_writes_into_the_chat_as_well_and_answers_nothing() -> None:
    channel = a_channel()
    doc = frappe.get_doc("Complaint", registered(channel).complaint)
    words = frappe.get_doc({"doctype": "Email Template", "__newname": factory.unique("Words"), "subject": "x", "response": "<p>At it: {{ name }}</p>"}).insert()  # fmt: skip
    mine = rule({"do": "message_customer", "email_template": words.name}, when_event="when_called")
    runner.run_named(mine.name, [doc.name])
    turn = turns(chat_of(channel), "assistant")[-1]
    (message,) = told(doc.name, "Automatic Message")
    assert (turn.text, turn.communication, message.communication_medium) == (
        f"At it: {doc.name}",
        message.name,
        "Chat",
    )
    assert not frappe.db.get_value("Complaint", doc.name, "first_response_at")


def test_colleagues_machines_imports_and_those_who_want_none_are_told_nothing(mailbox: Mailbox) -> None:
    quiet = frappe.get_doc(
        {
            "doctype": "Complaint Channel",
            "channel_name": factory.unique("Quiet"),
            "channel_key": frappe.generate_hash(length=8),
            "no_messages": 1,
        }
    ).insert()
    colleague = factory.user("Complaint Agent")
    for values in (
        {"channel": quiet.name},
        {"contact_email": colleague},
        {"contact_email": "no-reply@shop.example"},
        {"contact_email": "mailer-daemon@shop.example"},
        {"contact_email": None},
        {"received_at": add_days(now_datetime(), -4)},
    ):
        doc = about(**values)
        assert doc.acknowledge_at is None or not acknowledge(doc), values
        assert not told(doc.name), values
    machine = about()
    frappe.get_doc({"doctype": "Communication", "communication_type": "Communication", "communication_medium": "Email", "sent_or_received": "Received",
        "sender": ANN, "subject": "Out of office", "content": "Away", "reference_doctype": "Complaint", "reference_name": machine.name}).insert()  # fmt: skip
    frappe.db.set_value(
        "Communication", {"reference_name": machine.name}, "complaint_automatic", "Automatic Reply"
    )
    assert not acknowledge(machine)
    merged = about()
    frappe.db.set_value("Complaint", merged.name, "stage", "duplicate")
    assert not acknowledge(merged)
    switched(acknowledge=0)
    assert not about().acknowledge_at
    mailbox.send_queued()
    assert not mailbox.mails


def test_nobody_is_told_again_and_again_within_a_day(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaint_qms.services.correspondence.by_itself.MOST", 2)
    assert [acknowledge(about()) for _time in range(3)] == [True, True, False]


def test_it_counts_as_the_first_response_where_the_settings_say_so(mailbox: Mailbox) -> None:
    switched(acknowledgement_counts=1)
    doc = about()
    assert acknowledge(doc)
    assert doc.first_response_at


def test_the_template_of_the_nearest_type_speaks_and_one_that_cannot_be_read_is_told_on_the_timeline(
    mailbox: Mailbox,
) -> None:
    kind = frappe.get_all("Complaint Type", {"is_group": 0, "parent_complaint_type": ("is", "set")}, ["name", "parent_complaint_type"], limit=1, order_by="name")[0]  # fmt: skip

    def template(of_type: str, response: str) -> None:
        frappe.get_doc({"doctype": "Email Template", "__newname": factory.unique("Ours"), "subject": "Ours", "response": response,
            "complaint_message": "Acknowledgement", "complaint_language": "en", "complaint_for_type": of_type}).insert()  # fmt: skip

    template(kind.parent_complaint_type, "<p>Above {{ name }}</p>")
    doc = about(complaint_type=kind.name)
    assert acknowledge(doc)
    assert "Above" in told(doc.name)[0].content
    template(kind.name, "<p>Nearest</p>{{ 1 / 0 }}")
    broken = about(complaint_type=kind.name)
    assert not acknowledge(broken)
    assert not told(broken.name)
    lines = frappe.get_all("Comment", {"reference_name": broken.name}, pluck="content")
    assert any("could not be sent" in line for line in lines), lines
    assert broken.acknowledge_at is None
    assert acknowledge(about()), "all others have the one for all"


def test_what_cannot_be_sent_says_so_and_leaves_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("outreach.customer_messages", "correspondence.by_itself"):
        monkeypatch.setattr(
            f"complaint_qms.services.{room}.why_no_mail", lambda: "Set up an Email Account that sends."
        )
    with page_open():
        doc = about()
        assert not acknowledge(doc)
        assert not frappe.get_all("Complaint Tracking Link", {"complaint": doc.name})
    lines = frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content")
    assert any("Set up an Email Account" in line for line in lines), lines


def test_a_form_that_was_open_before_the_acknowledgement_takes_no_promise_back(mailbox: Mailbox) -> None:
    doc = about()
    before = frappe.get_doc("Complaint", doc.name)
    assert acknowledge(doc)
    before.update({"modified": doc.modified, "subject": "Ours"})
    before.save()
    assert before.promised_on == getdate(doc.promised_on)
    doc.reload()
    doc.promised_on = None
    doc.save()
    assert not doc.reload().promised_on, "who knows of it may take it back"


def test_a_mail_to_a_supplier_is_no_word_to_the_customer(mailbox: Mailbox) -> None:
    switched(status_days=1)
    doc = factory.at_stage("solve", contact_email=ANN, language="en")
    frappe.db.set_value("Complaint", doc.name, "received_at", add_days(now_datetime(), -30))
    mail = {
        "communication_type": "Communication",
        "communication_medium": "Email",
        "sent_or_received": "Sent",
    }
    frappe.get_doc({"doctype": "Communication", **mail, "recipients": "sales@supplier.example", "subject": "Lot",
        "content": "Please look.", "reference_doctype": "Complaint", "reference_name": doc.name}).insert()  # fmt: skip
    monday = get_datetime(add_days(nowdate(), 7 - getdate().weekday())).replace(hour=11)
    status.end_silences(monday)
    assert len(told(doc.name, "Status")) == 1


def test_a_template_is_shown_as_its_customer_reads_it() -> None:
    doc = about(language="zh")
    shown = answers.preview_template("投诉自动受理通知", doc.name)
    assert (shown["complaint"], shown["subject"]) == (doc.name, "已收到您的投诉")
    assert "Ann Lee，您好！" in shown["page"]
    assert "#" not in re.search(r'href="([^"]*track[^"]*)"', shown["page"])[1]
    with factory.as_user(factory.user("CAPA Action Owner")), pytest.raises(frappe.PermissionError):
        answers.preview_template("Complaint Received", doc.name)
    unsaved = {"subject": "Hello {{ custmer_name }}", "response": "<p>About {{ name }}</p>", "use_html": ""}
    shown = answers.preview_template("Complaint Received", doc.name, unsaved)
    assert f"About {doc.name}" in shown["page"]
    assert len(shown["wrong"]) == 1
    assert shown["wrong"][0].startswith("Subject: there is no merge field “custmer_name”")
    template = frappe.get_doc("Email Template", "Complaint Received")
    assert "custmer_name" not in template.subject, "to look at it saves nothing"
    with factory.as_user(factory.user("Complaint Agent")), pytest.raises(frappe.PermissionError):
        answers.preview_template("Complaint Received", doc.name, unsaved)
    for field, text, said in (
        ("subject", "Hello {{ custmer_name }}", r"Subject: there is no merge field “custmer_name”"),
        ("subject", "Hello {{ customer_name", r"Subject: line 1 cannot be read"),
        ("response", "<p>{% if product %}It</p>", r"Response: line 1 cannot be read"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            frappe.get_doc("Email Template", template.name).update({field: text}).save()
    assert merge_fields(doc).keys() == merge_field_names()


def test_a_promise_stands_on_my_work_before_a_later_clock_until_the_answer_is_out() -> None:
    agent = factory.user("Complaint Agent")
    doc = about(complaint_owner=agent)
    doc.promised_on = nowdate()
    doc.save()
    # Whatever the hour is, its clocks run for longer than this day.
    later = {f"{clock}_due": add_days(now_datetime(), 2) for clock in CLOCKS if doc.get(f"{clock}_due")}
    frappe.db.set_value("Complaint", doc.name, later)
    with factory.as_user(agent):
        row = next(row for row in work.mine()["rows"] if row["name"] == doc.name)
    assert (row["time"].get("promised"), row["group"]) == (True, "today")
    frappe.db.set_value("Complaint", doc.name, "reply_sent_at", now_datetime())
    with factory.as_user(agent):
        row = next(row for row in work.mine()["rows"] if row["name"] == doc.name)
    assert not row["time"].get("promised")
    doc.reload()
    doc.promised_on = add_days(nowdate(), -1)
    with pytest.raises(frappe.ValidationError, match="the day has passed"):
        doc.save()


def test_the_customer_hears_at_the_stages_that_the_settings_name_and_after_a_silence(
    mailbox: Mailbox,
) -> None:
    switched(status_at_solve=1, status_days=2)
    doc = factory.at_stage("solve", contact_email=ANN, language="en")
    assert status.tell_due(doc.name) == 1
    assert status.tell_due(doc.name) == 0, "once a stage"
    (message,) = told(doc.name, "Status")
    assert "We are working on a solution." in message.content
    friday = get_datetime(add_days(nowdate(), -getdate().weekday() - 10)).replace(hour=11)
    frappe.db.set_value("Communication", {"reference_name": doc.name}, "creation", friday)
    frappe.db.set_value("Complaint", doc.name, "received_at", friday)
    for hours, count in ((5, 1), (50, 1), (4 * 24, 2), (4 * 24 + 1, 2), (4 * 24 + 12, 2)):
        now = friday + timedelta(hours=hours)
        status.end_silences(now)
        frappe.db.set_value(
            "Communication",
            {"name": ("in", [row.name for row in told(doc.name, "Status")[1:]])},
            "creation",
            now,
        )
        assert len(told(doc.name, "Status")) == count, hours
    doc.reload()
    frappe.db.set_value("Complaint", doc.name, "stage", "closed")
    assert not status._tell(frappe.get_doc("Complaint", doc.name))


def test_settings_that_have_nothing_to_say_are_refused() -> None:
    frappe.db.delete("Email Template", {"complaint_message": "Status"})
    with pytest.raises(frappe.ValidationError, match="there is no Email Template"):
        switched(status_days=3)
    with pytest.raises(frappe.ValidationError, match="Low Score"):
        switched(status_days=0, low_score=9)
    switched(survey_valid_days=14)
    with pytest.raises(frappe.ValidationError, match=r"Link Is Valid for \(Days\): enter 1 to 365"):
        switched(survey_valid_days=0)


def test_what_is_switched_on_without_an_account_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    without_account(monkeypatch)
    monkeypatch.setitem(
        frappe.local.conf, "mute_emails", 1
    )  # the framework stands in with an account that sends nothing
    for switch in ("acknowledge", "survey_enabled"):
        switched(**{switch: 0})
        frappe.get_doc("Complaint QMS Settings").update({switch: 1}).save()
        assert any("no outgoing mail account" in str(one) for one in frappe.message_log), switch
        frappe.clear_messages()
    doc = about()
    assert not acknowledge(doc)
    lines = frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content")
    assert any("could not be sent" in line and "no outgoing mail account" in line for line in lines), lines


@pytest.mark.parametrize(("swept", "field"), [(acknowledgement, "acknowledge_at"), (status, "status_due_at")])
def test_the_sweep_looks_at_complaints_alone_that_wait(swept, field: str) -> None:
    """However many there are that wait for nothing: it takes two hundred at a time."""
    waiting, others = about().name, [about().name for _number in range(2)]
    frappe.db.set_value("Complaint", {"name": ("in", others)}, field, None)
    frappe.db.set_value("Complaint", waiting, field, now_datetime())
    assert swept._due(now_datetime() + timedelta(minutes=10)) == [waiting]
    assert swept._due(now_datetime()) == []


def test_what_a_killed_worker_left_is_done_by_the_sweep(mailbox: Mailbox) -> None:
    doc = about()
    assert doc.reload().acknowledge_at
    assert acknowledgement.acknowledge_due(now=now_datetime()) == 0, "its own job is about to"
    done = acknowledgement.acknowledge_due(now=now_datetime() + timedelta(minutes=10))
    assert done >= 1, (
        why_no_mail(),
        frappe.get_all("Error Log", ["method", "error"], order_by="creation desc", limit=3),
    )
    assert told(doc.name)
