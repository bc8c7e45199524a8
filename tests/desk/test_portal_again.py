"""What a customer sees and says once a solution was refused: they are asked anew, and their word counts."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import now_datetime

from complaint_qms.api import answers
from complaint_qms.api import portal as door
from complaint_qms.patches.v1_0 import refusals_answered_anew
from complaint_qms.permissions.portal import party_of
from complaint_qms.services.portal import listing
from complaint_qms.services.record import mail_address
from tests.desk import factory
from tests.desk.mailbox import Mailbox, delivering
from tests.desk.portal import DOOR, buyer, filed, look, page, portal_open, queries
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
    told = {name: seen["solution"][name] for name in ("text", "waits", "answer", "said")}
    assert told == {"text": "A new jar.", "waits": True, "answer": None, "said": ""}
    earlier = [(one["text"], one["answer"], one["said"]) for one in seen["earlier"]]
    assert earlier == [("A new lid.", "disagreed", "It is too small")], "what was refused stays to be read"
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
    low = [line for line in told if "not content (2 of 5): “Slow”" in line]
    assert len(low) == 1, told


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


def mail(name: str, text: str, *, sent: bool = False, kind: str | None = None) -> None:
    """A mail about a complaint, between staff and the customer."""
    frappe.get_doc(
        {"doctype": "Communication", "communication_type": "Communication", "communication_medium": "Email", "subject": "Lid", "content": text,
         "sent_or_received": "Sent" if sent else "Received", "sender": "staff@us.example" if sent else "ann@customer.example",
         "recipients": "ann@customer.example" if sent else "staff@us.example", "reference_doctype": "Complaint", "reference_name": name,
         "complaint_message": kind}
    ).insert(ignore_permissions=True)  # fmt: skip


def test_what_waits_for_the_customer_stands_on_top_in_words() -> None:
    customer = factory.customer().name
    email, ann = buyer(customer), {"customer": customer, "contact_email": "ann@customer.example"}
    asked, answered, supplied, offered, newest = (factory.complaint(**ann).name for _ in range(5))
    for hours, name in enumerate((asked, answered, supplied, offered, newest)):
        moment = frappe.utils.add_to_date(now_datetime(), hours=hours - 9)
        frappe.db.set_value("Complaint", name, "received_at", moment)
    for name in (asked, answered, supplied):
        mail(name, "<p>Which colour?</p>", sent=True, kind="Question")
    mail(answered, "<p>Red</p>")
    frappe.db.set_value("Communication", {"reference_name": supplied, "sent_or_received": "Sent"}, "recipients", "supplier@other.example")  # fmt: skip
    told = {"stage": "confirm", "reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime()}
    frappe.db.set_value("Complaint", offered, told)
    party = party_of(email)
    rows = listing.complaints(party, "open", 1)["rows"]
    assert [(row["name"], row["waits"]) for row in rows] == [
        (offered, ["solution"]), (asked, ["question"]), (newest, []), (supplied, []), (answered, []),
    ]  # fmt: skip
    counts = queries(lambda: listing.complaints(party, "all", 1))
    more = factory.complaint(**ann).name
    mail(more, "<p>How many?</p>", sent=True, kind="Question")
    assert queries(lambda: listing.complaints(party, "all", 1)) == counts
    shown = page(email, "complaints")
    assert shown.index("Answer our question") < shown.index(newest)
    assert "Tell us whether our solution helps you" in shown
    with factory.as_user(email):
        door.answer(asked, frappe.generate_hash(length=32), "Blue")
    assert asked not in [row["name"] for row in listing.complaints(party, "open", 1)["rows"] if row["waits"]]
    frappe.db.set_value("Complaint", more, "stage", "closed")
    assert look(email, more)["question"] is None, "nobody waits for an answer any more"


def test_a_draft_of_the_next_solution_is_not_told(waiting) -> None:
    email, doc = waiting
    decide(email, doc.name, accepted=False, text="It is too small")
    doc.reload()
    apply_workflow(doc, "Rework Solution")
    doc.reload()
    doc.reply = "<p>Perhaps a new jar?</p>"
    doc.save()
    seen = look(email, doc.name)
    assert seen["solution"] is None
    assert [(one["text"], one["said"]) for one in seen["earlier"]] == [("A new lid.", "It is too small")]
    assert "jar" not in frappe.as_json(seen)


@pytest.mark.parametrize(
    "typed",
    ["Pump <b>X</b>", "A<B", "A<B and C>D", "<Pump> & Co", "<img src=x onerror=alert(1)> 1", "a &lt; b <i>"],
)
def test_a_product_reads_as_it_was_typed(typed: str) -> None:
    customer = factory.customer().name
    email = buyer(customer)
    doc = filed(email, product=typed, description=f"{typed} leaks", number=typed[:20])
    assert "<img" not in doc.product_model
    seen = look(email, doc.name)
    shown = typed.replace("&lt;", "<")
    assert seen["about"] == [shown]
    assert seen["told"].startswith(f"{typed} leaks")
    row = listing.complaints(party_of(email), "all", 1)["rows"][0]
    assert (row["title"], row["product"]) == (f"{typed} leaks", shown)
    printed = doc.get_formatted("product_model")
    assert (printed, "<" in printed) == (frappe.utils.escape_html(shown), False)
    listed = page(email, "complaints")
    assert frappe.utils.escape_html(shown) in listed
    assert "<img src=x" not in listed


def test_what_is_too_long_is_refused_by_name_and_ends_of_lines_count_once(waiting) -> None:
    email, doc = waiting
    text = "a\r\n" * 4000
    with factory.as_user(email):
        told = door.answer(doc.name, frappe.generate_hash(length=32), text)
    assert told["messages"][-1]["mine"]
    calls = {
        "answer": ({"text": "x" * 10_001}, "Write to us: at most 10000 characters, and these are 10001."),
        "decide": ({"accepted": 0, "text": "x" * 10_001}, "Why does it not help you?: at most 10000"),
        "rate": ({"stars": 5, "text": "x" * 1001}, "What should we know? (optional): at most 1000"),
        "file_complaint": ({"data": {"description": "x" * 10_001, "phone": "1" * 141}}, "Phone: at most 140 characters, and these are 141."),
        "lines": ({"text": "x" * 141}, "Search: at most 140"),
    }  # fmt: skip
    for name, (values, said) in calls.items():
        sent = {"complaint": doc.name, "key": frappe.generate_hash(length=32), **values}
        sent = sent if name not in ("file_complaint", "lines") else {key: value for key, value in sent.items() if key != "complaint"}  # fmt: skip
        answer = ask("POST", DOOR + name, sent if name != "lines" else values, user=email)
        assert (answer.status, said in answer.said) == (417, True), (name, answer)
    long = "It is too small. " * 100
    decide(email, doc.name, accepted=False, text=long)
    doc.reload()
    assert (len(doc.agreement_note), doc.agreement_note[-1]) == (1000, "…")
    assert look(email, doc.name)["solution"]["said"] == long.strip()


def test_the_patch_asks_anew_whom_an_answer_went_to_after_a_refusal() -> None:
    now = now_datetime()
    before, after, ended = (factory.at_stage("confirm").name for _ in range(3))
    refused = {"customer_agreement": "disagreed", "agreement_note": "Too small", "agreement_at": now - timedelta(hours=2)}  # fmt: skip
    for name, hours in ((before, 3), (after, 1), (ended, 1)):
        frappe.db.set_value("Complaint", name, {**refused, "reply_sent_at": now - timedelta(hours=hours)})
    frappe.db.set_value("Complaint", ended, "stage", "closed")
    refusals_answered_anew.execute()
    kept = [frappe.db.get_value("Complaint", name, "customer_agreement") for name in (before, after, ended)]
    assert kept == ["disagreed", None, "disagreed"]
    lines = frappe.get_all("Comment", {"reference_name": after, "content": ("like", "%answered anew%")}, pluck="content")  # fmt: skip
    assert len(lines) == 1
    assert "Too small" in lines[0]
