"""What a visitor without a login sends and sees: kept in the inbox, registered at once, followed by a secret link."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import answers, tracking_links, visitor
from complaint_qms.constants import roles
from complaint_qms.constants.visitor import LINK, STEP_OF_STAGE
from complaint_qms.services.visitor import product_codes, tracking, uploads
from tests.desk import factory
from tests.desk.mailbox import delivering
from tests.desk.test_visitor_uploads import nothing_stays, photo, sent  # noqa: F401
from tests.desk.wire import ask

DOOR = "/api/method/complaint_qms.api.visitor."
KEY = "k" * 32
TOLD = {
    "description": "The lid cracked. It leaks since Monday.",
    "name": "Ann Lee",
    "email": "ann@customer.example",
}


@pytest.fixture
def mailbox(monkeypatch):
    with delivering(monkeypatch) as box:
        yield box


@pytest.fixture(autouse=True)
def open_page(site):
    """The page is open, and nobody has knocked yet."""
    frappe.cache.delete_keys("rl:")
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update({"page_enabled": 1, "page_proof_of_work": 0, "page_most_files": 3})
    settings.save()
    yield
    frappe.cache.delete_keys("rl:")


def key() -> str:
    return frappe.generate_hash(length=32)


def filed(**more) -> tuple[dict, frappe.model.document.Document]:
    """What the page answers, and the complaint that was made."""
    answered = guest(lambda: visitor.file_complaint(key(), {**TOLD, **more}))
    return answered, frappe.get_doc("Complaint", answered["number"])


def guest(door):
    frappe.set_user("Guest")
    try:
        return door()
    finally:
        frappe.set_user("Administrator")


def token(answered: dict) -> str:
    return answered["link"].partition("#")[2]


def look(answered: dict) -> dict:
    return guest(lambda: visitor.look(token(answered)))


def test_a_complaint_is_registered_with_all_that_was_told():
    day = add_days(nowdate(), -3)
    answered, doc = filed(
        phone="+49 30 901820", product="Lamp 7", number="LOT-5", order="SO-2026-1", happened_on=day, wishes=["refund", "apology"]
    )  # fmt: skip
    assert "/complaint/track?_lang=en#" in answered["link"]
    assert doc.subject == "The lid cracked. It leaks since Monday."
    assert (doc.complainant_name, doc.contact_email, doc.contact_phone) == (
        "Ann Lee",
        "ann@customer.example",
        "+49 30 901820",
    )
    assert (doc.product_model, doc.reported_lot, str(doc.incident_date)) == ("Lamp 7", "LOT-5", day)
    assert "SO-2026-1" in doc.description
    assert (doc.expectation, doc.channel, doc.stage) == ("refund", "Web Form", "intake")
    assert "Apology" in doc.expectation_note
    item = frappe.get_doc(doc.source_doctype, doc.source_name)
    assert (item.road, item.state, item.complaint) == ("page", "registered", doc.name)
    assert json.loads(item.payload)["description"] == TOLD["description"]


def test_no_job_reads_what_the_visitor_waits_for(monkeypatch):
    """It would hold the item when the visitor's own request reads it, who would get the item's number."""
    jobs = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **given: jobs.append((method, given)))
    answered, doc = filed()
    assert answered["number"] == doc.name
    assert [method for method, _given in jobs if "understand" in str(method)] == []


def test_the_same_form_sent_twice_is_one_complaint():
    first = guest(lambda: visitor.file_complaint(KEY, TOLD))
    second = guest(lambda: visitor.file_complaint(KEY, TOLD | {"description": "Changed meanwhile"}))
    assert first["number"] == second["number"]
    assert first["link"] != second["link"]
    assert look(first)["number"] == look(second)["number"]


def test_photos_become_evidence_of_the_complaint():
    content = photo()
    tokens = guest(lambda: [sent(content), sent(content, "again.jpg")])
    answered = guest(lambda: visitor.file_complaint(key(), TOLD, tokens))
    doc = frappe.get_doc("Complaint", answered["number"])
    assert [row.kind for row in doc.evidence] == ["photo", "photo"]
    assert all(row.sha256 and row.file.startswith("/private/files/") for row in doc.evidence)
    assert not uploads.are_complete(tokens)


def test_a_file_that_has_not_arrived_keeps_the_complaint_back_and_nothing_is_lost():
    content = photo()
    half = guest(lambda: uploads.begin_upload("a.jpg", len(content))["upload"])
    with pytest.raises(frappe.ValidationError, match="has not arrived"):
        guest(lambda: visitor.file_complaint(key(), TOLD, [half]))
    with pytest.raises(frappe.ValidationError, match="At most 3 files"):
        guest(lambda: visitor.file_complaint(key(), TOLD, ["a", "b", "c", "d"]))


def test_a_product_code_fills_in_item_and_batch():
    item = factory.item(has_batch_no=1)
    batch = factory.batch(item.name)
    code = product_codes.code_of({"item_code": item.name, "batch_no": batch.name})
    _answered, doc = filed(code=code)
    assert (doc.item_code, doc.batch_no) == (item.name, batch.name)
    _answered, doc = filed(code=product_codes.code_of({"item_code": "No longer sold"}))
    assert not doc.item_code
    _answered, doc = filed(code="forged")
    assert not doc.item_code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"description": "  "}, "What happened"),
        ({"description": None}, "What happened"),
        ({"name": ""}, "Your name"),
        ({"email": ""}, "Email or phone"),
        ({"email": "nobody"}, "Email: “nobody”"),
        ({"phone": "abc"}, "Phone: “abc”"),
        ({"happened_on": "yesterday"}, "Choose a day"),
        ({"happened_on": "2999-01-01"}, "lie ahead"),
        ({"happened_on": "0001-01-01"}, "lie ahead"),
        ({"wishes": ["everything"]}, "Choose among"),
        ({"wishes": "refund"}, "Choose among"),
        ({"wishes": [["refund"]]}, "Choose among"),
        ({"name": "x" * 141}, "at most 140"),
        ({"description": "x" * 10_001}, "at most 10000"),
        ({"name": ["Ann"]}, "enter a text"),
        ({"description": {"a": 1}}, "enter a text"),
    ],
)
def test_what_is_missing_or_wrong_is_named(wrong, said):
    count = frappe.db.count("Complaint Inbox Item")
    with pytest.raises(frappe.ValidationError, match=said):
        guest(lambda: visitor.file_complaint(key(), TOLD | wrong))
    assert frappe.db.count("Complaint Inbox Item") == count


def test_machines_are_told_apart():
    with pytest.raises(frappe.ValidationError, match="machine"):
        guest(lambda: visitor.file_complaint(key(), TOLD, website="https://spam.example"))
    frappe.db.set_single_value("Complaint QMS Settings", "page_proof_of_work", 1)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    with pytest.raises(frappe.ValidationError, match="open for too long"):
        guest(lambda: visitor.file_complaint(key(), TOLD, challenge="x", answer="1"))


def test_a_page_that_is_shut_answers_nobody():
    answered, doc = filed()
    frappe.db.set_single_value("Complaint QMS Settings", "page_enabled", 0)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    for door, values in (
        ("begin_upload", {"file_name": "a.jpg", "size": 10}), ("send_piece", {"upload": "x", "offset": 0}), ("upload_state", {"upload": "x"}),
        ("file_complaint", {"key": KEY, "data": TOLD}), ("new_challenge", {}), ("look", {"token": token(answered)}),
        ("answer", {"key": KEY, "token": token(answered), "text": "x"}), ("decide", {"token": token(answered), "accepted": True}),
    ):  # fmt: skip
        got = ask("POST", DOOR + door, values, user="Guest")
        assert (got.status, "not taken" in got.said) == (403, True), door
    with pytest.raises(frappe.PermissionError):
        tracking_links.give_link(doc.name)


def test_each_stage_is_told_in_plain_words_and_nothing_from_inside():
    answered, doc = filed()
    seen = {look(answered)["step"]}
    assert set(tracking._SENTENCES) >= set(STEP_OF_STAGE) | {"on_hold"}
    inside = "Only for colleagues"
    for stage in (
        "triage",
        "investigate",
        "solve",
        "confirm",
        "execute",
        "review",
        "closed",
        "on_hold",
        "rejected",
        "void",
    ):
        frappe.db.set_value(
            "Complaint", doc.name,
            {"stage": stage, "held_stage": "investigate" if stage == "on_hold" else None, "triage_rationale": inside, "hold_reason": inside, "rejection_reason": inside, "void_reason": inside, "closing_summary": inside, "agreement_note": inside},
        )  # fmt: skip
        told = look(answered)
        seen.add(told["step"])
        assert inside not in json.dumps(told)
        assert told["sentence"]
        assert "Administrator" not in json.dumps(told)
    assert seen == {"received", "checked", "investigated", "solution", "done"}


def test_a_merged_complaint_tells_how_the_other_one_stands_and_nothing_of_it():
    answered, doc = filed()
    other, original = filed(description="Something private of another customer", name="Bob")
    guest(lambda: visitor.answer(token(other), key(), "Bob's words"))
    frappe.db.set_value("Complaint", doc.name, {"stage": "duplicate", "duplicate_of": original.name})
    frappe.db.set_value("Complaint", original.name, "stage", "solve")
    told = look(answered)
    assert told["step"] == "solution"
    assert not any(text in json.dumps(told) for text in ("private", "Bob", original.name))


def test_a_question_is_answered_and_the_handler_hears_of_it(mailbox):
    answered, doc = filed()
    handler = factory.person(roles.AGENT)
    doc.reload()
    doc.complaint_owner = handler
    doc.save()
    given = {
        "recipients": "ann@customer.example",
        "subject": "Your complaint",
        "content": "<p>Which colour?</p><p>Red or blue?</p>",
    }
    answers.send(name=doc.name, kind="Question", **given)
    answers.send(
        name=doc.name,
        kind="Information",
        **given | {"recipients": "supplier@other.example", "content": "Your part broke."},
    )
    told = look(answered)
    assert told["question"] == "Which colour?\nRed or blue?"
    assert "Your part broke" not in json.dumps(told)
    after = guest(lambda: visitor.answer(token(answered), key(), "Red <b>one</b>"))
    assert after["question"] is None
    assert [row["text"] for row in after["messages"]] == ["Which colour?\nRed or blue?", "Red <b>one</b>"]
    notices = frappe.get_all(
        "Notification Log", {"for_user": handler, "document_name": doc.name}, pluck="subject"
    )
    assert any("Ann Lee wrote" in notice for notice in notices)


def test_files_that_are_sent_later_are_evidence():
    answered, doc = filed()
    one = guest(lambda: sent(photo()))
    told = guest(lambda: visitor.answer(token(answered), key(), "", [one]))
    assert told["messages"][-1]["files"] == ["photo.jpg"]
    doc.reload()
    assert [(row.kind, row.caption) for row in doc.evidence] == [("photo", "photo.jpg")]
    (item,) = frappe.get_all(
        "Complaint Inbox Item", {"complaint": doc.name, "state": "added"}, ["road", "communication"]
    )
    assert item.road == "page"
    assert frappe.db.get_value("Communication", item.communication, "reference_name") == doc.name
    with pytest.raises(frappe.ValidationError, match="Write something"):
        guest(lambda: visitor.answer(token(answered), key(), " "))


@pytest.mark.parametrize(("accepted", "kept"), [(True, "agreed"), (False, "disagreed")])
def test_a_solution_is_accepted_or_refused_once(accepted, kept):
    early, _doc = filed()
    with pytest.raises(frappe.ValidationError, match="No solution waits"):
        guest(lambda: visitor.decide(token(early), True))
    doc = factory.at_stage("confirm")
    told = {"reply": "<p>We send a new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None}
    frappe.db.set_value("Complaint", doc.name, told)
    answered = tracking_links.give_link(doc.name)
    told = look(answered)
    assert told["solution"] == {"text": "We send a new lid.", "waits": True, "answer": None}
    if not accepted:
        with pytest.raises(frappe.ValidationError, match="Tell us why"):
            guest(lambda: visitor.decide(token(answered), False, " "))
    told = guest(lambda: visitor.decide(token(answered), accepted, "Too late for me"))
    assert told["solution"]["answer"] == kept
    doc.reload()
    assert (doc.customer_agreement, doc.agreement_note) == (kept, "Too late for me")
    assert doc.agreement_at
    with pytest.raises(frappe.ValidationError, match="No solution waits"):
        guest(lambda: visitor.decide(token(answered), not accepted, "Changed my mind"))


def test_a_message_sent_twice_is_one():
    answered, _doc = filed()
    once = key()
    for _again in range(2):
        told = guest(lambda: visitor.answer(token(answered), once, "It is red"))
    assert [row["text"] for row in told["messages"]] == ["It is red"]
    with pytest.raises(frappe.ValidationError, match="too old"):
        guest(lambda: visitor.answer(token(answered), "short", "It is red"))


def test_links_end():
    answered, doc = filed()
    given = tracking_links.give_link(doc.name)
    assert look(given)["number"] == doc.name
    frappe.db.set_value(LINK, {"complaint": doc.name}, "expires_on", add_days(nowdate(), -1))
    for one in (answered, given):
        with pytest.raises(frappe.DoesNotExistError, match="not valid"):
            look(one)
    again = tracking_links.give_link(doc.name)
    assert tracking_links.revoke_links(doc.name)["revoked"] >= 1
    with pytest.raises(frappe.DoesNotExistError):
        look(again)
    frappe.set_user(factory.user(roles.AUDITOR))
    for door in (tracking_links.give_link, tracking_links.revoke_links):
        with pytest.raises(frappe.PermissionError):
            door(doc.name)


def test_no_secret_is_kept():
    answered, _doc = filed()
    secret = token(answered)
    for row in frappe.get_all(LINK, ["*"]):
        assert secret not in json.dumps(row, default=str)
    assert secret not in json.dumps(frappe.get_all("Complaint Inbox Item", ["*"]), default=str)


def test_one_address_knocks_so_often_and_no_more(monkeypatch):
    for _knock in range(20):
        assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user="Guest").status == 417
    assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user="Guest").status == 429


def test_a_visitor_reads_a_refusal_in_their_language(monkeypatch):
    monkeypatch.setattr(frappe.local, "lang", "zh")
    with pytest.raises(frappe.ValidationError, match="邮箱或电话"):
        guest(lambda: visitor.file_complaint(key(), {"name": "李安"}))
    _answered, doc = filed(wishes=["refund", "apology"])
    assert doc.language == "zh"


def test_the_settings_refuse_what_is_no_site():
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.page_frame_origins = "https://www.example.com\nhttps://*.shop.example:8443"
    settings.save()
    settings.page_frame_origins = "www.example.com; script-src *"
    with pytest.raises(frappe.ValidationError, match="no address of a site"):
        settings.save()
