"""What a customer sees and says once a solution was refused: they are asked anew, and their word counts."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import now_datetime

from complaint_qms.api import answers
from complaint_qms.api import portal as door
from tests.desk import factory
from tests.desk.mailbox import Mailbox, delivering
from tests.desk.portal import buyer, look, portal_open


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
