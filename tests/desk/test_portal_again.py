"""What a customer sees and says once a solution was refused: they are asked anew, and their word counts."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import now_datetime

from complaint_qms.api import answers
from complaint_qms.api import portal as door
from complaint_qms.services.record import mail_address
from tests.desk import factory
from tests.desk.mailbox import Mailbox, delivering
from tests.desk.portal import DOOR, buyer, look, portal_open
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def open_portal(site):
    with portal_open():
        yield


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch):
    with delivering(monkeypatch) as box:
        yield box


@pytest.fixture
def waiting() -> tuple[str, frappe.model.document.Document]:
    """A login and a complaint of theirs, of which a solution waits for their word."""
    customer = factory.customer().name
    doc = factory.at_stage("confirm", customer=customer, contact_email="ann@customer.example")
    told = {"reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None}
    frappe.db.set_value("Complaint", doc.name, told)
    return buyer(customer), doc


def decide(email: str, name: str, *, accepted: bool, text: str = "") -> dict:
    with factory.as_user(email):
        return door.decide(name, frappe.generate_hash(length=32), accepted=accepted, text=text)


def reply(name: str, kind: str = "Answer") -> None:
    answers.send(
        name=name,
        kind=kind,
        recipients="ann@customer.example",
        subject="Your complaint",
        content="<p>A new jar.</p>",
    )


def test_a_solution_told_after_a_refusal_waits_for_a_word_again(waiting, mailbox: Mailbox) -> None:
    email, doc = waiting
    seen = decide(email, doc.name, accepted=False, text="It is too small")
    assert seen["solution"]["answer"] == "disagreed"
    doc.reload()
    apply_workflow(doc, "Rework Solution")
    reply(doc.name, "Information")
    assert look(email, doc.name)["solution"]["answer"] == "disagreed"
    reply(doc.name)
    doc.reload()
    assert (doc.customer_agreement, doc.agreement_note, doc.agreement_at) == (None, None, None)
    lines = frappe.get_all("Comment", {"reference_name": doc.name, "content": ("like", "%answered anew%")}, pluck="content")  # fmt: skip
    assert len(lines) == 1
    assert "It is too small" in lines[0]
    apply_workflow(doc, "Ask the Customer")
    seen = look(email, doc.name)
    assert seen["solution"] == {"text": "A new jar.", "waits": True, "answer": None}
    assert decide(email, doc.name, accepted=True)["solution"]["answer"] == "agreed"
    assert frappe.db.get_value("Complaint", doc.name, "customer_agreement") == "agreed"


def test_what_the_customer_accepted_or_staff_recorded_stays(waiting, mailbox: Mailbox) -> None:
    email, doc = waiting
    decide(email, doc.name, accepted=True)
    reply(doc.name)
    assert frappe.db.get_value("Complaint", doc.name, "customer_agreement") == "agreed"
    other = factory.at_stage("confirm")
    frappe.db.set_value("Complaint", other.name, "received_at", now_datetime() - timedelta(days=1))
    other.reload()
    other.update({"reply_sent_at": now_datetime() - timedelta(hours=3), "customer_agreement": "disagreed"})
    other.save()
    other.reply_sent_at = now_datetime() - timedelta(hours=2)  # corrected; no later answer
    other.save()
    assert other.customer_agreement == "disagreed"


def test_before_anything_is_told_nobody_has_answered(waiting) -> None:
    email, doc = waiting
    frappe.db.set_value("Complaint", doc.name, "reply_sent_at", None)
    assert look(email, doc.name)["sentence"] == "We are preparing our answer."
    frappe.db.set_value("Complaint", doc.name, "customer_agreement", "agreed")
    assert look(email, doc.name)["sentence"] == "We have your answer and go on with it."


def test_a_word_on_the_solution_is_no_answer_to_a_question(waiting, mailbox: Mailbox) -> None:
    email, doc = waiting
    reply(doc.name, "Question")
    frappe.db.set_value("Complaint", doc.name, "reply_sent_at", now_datetime())
    seen = decide(email, doc.name, accepted=False, text='It leaks, "verdict": "none"')
    assert seen["question"] == "A new jar."
    with factory.as_user(email):
        seen = door.answer(doc.name, frappe.generate_hash(length=32), 'It says "verdict": "none"')
    assert seen["question"] is None


def test_a_refusal_and_a_low_rating_are_told_as_such(waiting) -> None:
    email, doc = waiting
    handler = factory.user("Complaint Agent")
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", handler)
    decide(email, doc.name, accepted=False, text="It is too small")
    frappe.db.set_value("Complaint", doc.name, {"customer_agreement": "agreed"})
    with factory.as_user(email):
        assert door.rate(doc.name, frappe.generate_hash(length=32), 2, "Slow")["rating"]["stars"] == 2
        with pytest.raises(frappe.ValidationError, match="rated this already"):
            door.rate(doc.name, frappe.generate_hash(length=32), 5)
    told = frappe.get_all(
        "Notification Log", {"for_user": handler, "document_name": doc.name}, pluck="subject"
    )
    assert any("does not accept the solution: “It is too small”" in line for line in told), told
    assert any("rates the handling with 2 of 5: “Slow”" in line for line in told), told


def test_the_page_says_what_the_complaint_is_about(waiting) -> None:
    email, doc = waiting
    frappe.db.set_value(
        "Complaint", doc.name, {"item_name": "Jar {0}", "batch_no": "B-7", "delivery_note": "DN-1"}
    )
    assert look(email, doc.name)["about"] == ["Jar {0}", "Batch: B-7", "Delivery DN-1"]


def test_what_is_no_number_and_neither_yes_nor_no_is_refused(waiting) -> None:
    email, doc = waiting
    key = frappe.generate_hash(length=32)
    answer = ask("POST", DOOR + "decide", {"complaint": doc.name, "key": key, "accepted": 2}, user=email)
    assert (answer.status, "yes or no" in answer.said) == (417, True), answer
    answer = ask("POST", DOOR + "rate", {"complaint": doc.name, "key": key, "stars": True}, user=email)
    assert (answer.status, "whole number" in answer.said) == (417, True), answer
    with factory.as_user(email), pytest.raises(frappe.ValidationError, match="The file is empty"):
        door.begin_upload("a.png", 0)


def test_an_address_with_two_signs_is_none_and_not_several() -> None:
    assert not mail_address.is_several("bad@@x")
    assert mail_address.is_several("a@x.example/b@y.example")
    assert mail_address.is_several("a@x.example, b@y.example")
