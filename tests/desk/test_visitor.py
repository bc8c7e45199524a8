"""What a visitor without a login sends: kept in the inbox, registered at once, each once."""

from __future__ import annotations

import hashlib
import json

import frappe
import pytest
from frappe.utils import add_days, getdate, nowdate

from complaint_qms.api import tracking_links, visitor
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox import decisions, reasons, understanding
from complaint_qms.services.intake import register
from complaint_qms.services.visitor import form, new_complaint, product_codes, uploads
from complaint_qms.www.complaint import index
from tests.desk import factory
from tests.desk.framework import is_unread
from tests.desk.test_visitor_uploads import nothing_stays, photo, sent  # noqa: F401
from tests.desk.visiting import DOOR, KEY, TOLD, filed, guest, key, look, page_open, token
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def open_page(site):
    with page_open():
        yield


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
    assert [doc.country or "", doc.territory or "", doc.received_by or ""] == ["", "", ""], "nobody said so"
    assert "Apology" in doc.expectation_note
    item = frappe.get_doc(doc.source_doctype, doc.source_name)
    assert (item.road, item.state, item.complaint) == ("page", "registered", doc.name)
    assert json.loads(item.payload)["description"] == TOLD["description"]


@pytest.mark.parametrize(
    ("typed", "number", "kept"),
    [
        ("0571-88886666转8001", "0571-88886666#8001", True),
        ("+1 (555) 123-4567 x12", "+1 (555) 123-4567#12", True),
        ("138 0013 8000（微信同号）", "138 0013 8000", True),
        ("00８６ 138 0013 8000", "0086 138 0013 8000", False),
    ],
)
def test_a_telephone_number_with_more_than_a_number_is_kept_whole_by_every_road(
    typed, number, kept, monkeypatch
):
    def holds(doc) -> bool:
        return doc.contact_phone == number and (f"<p>Phone: {typed}</p>" in doc.description) == kept

    _answered, doc = filed(email=None, phone=typed)
    assert holds(doc), (doc.contact_phone, doc.description)
    assert frappe.get_doc("Complaint Inbox Item", doc.source_name).sender_address == number
    # One that waits, and that a person makes a complaint of
    with monkeypatch.context() as patched:
        patched.setattr(new_complaint, "_registered", lambda item, values: frappe.throw("Not today"))
        told = {**TOLD, "phone": typed, "product": "Lamp 7", "number": "LOT-5", "wishes": ["refund"]}
        waits = guest(lambda: visitor.file_complaint(key(), told))["number"]
    made = decisions.make_complaint(waits, {})
    assert holds(made)
    assert (made.contact_email, made.product_model, made.reported_lot, made.expectation) == (TOLD["email"], "Lamp 7", "LOT-5", "refund")  # fmt: skip
    # Other ways in: a request, an import, a mail or chat that gives it to the same register
    by_rest = register.register({"subject": "Lid", "description": "<p>Loose</p>", "contact_phone": typed})
    assert holds(by_rest)
    with pytest.raises(frappe.InvalidPhoneNumberError) as refused:
        register.register({"subject": "Lid", "contact_phone": "ask my neighbour"})
    reason = reasons.in_words(reasons.of_error(refused.value))
    assert reason == "ask my neighbour is not a valid Phone Number"


@pytest.mark.parametrize("field", ["description", "name", "email", "phone", "product", "number", "order"])
@pytest.mark.parametrize("sign", ["\ud800", "\0"])
def test_what_is_no_sign_is_refused_by_the_name_of_its_field(field, sign):
    answer = ask(
        "POST", f"{DOOR}file_complaint", {"key": key(), "data": {**TOLD, field: f"a{sign}b"}}, user="Guest"
    )
    if is_unread(sign):
        assert answer.status == 417
        return
    assert answer.status == 417, answer
    assert (
        answer.said
        == f"{form.LABELS[field]().rstrip('?')}: something in it is no letter or sign. Type it again."
    )
    assert not frappe.db.count("Complaint Inbox Item", {"road": "page"})


def test_a_form_that_was_put_away_registers_nothing_when_its_visitor_writes_on(monkeypatch):
    sent = key()
    with monkeypatch.context() as patched:
        patched.setattr(understanding, "understand_due", lambda names: None)
        first = guest(lambda: visitor.file_complaint(sent, TOLD))["number"]
    decisions.not_a_complaint(first, "A joke.")
    again = guest(lambda: visitor.file_complaint(sent, TOLD))
    told = look(again)
    assert (told["number"], told["step"], told["can_write"]) == (first, "done", False)
    assert told["sentence"] == "We have read your message, and do not handle it as a complaint."
    with pytest.raises(frappe.ValidationError, match="do not handle it as a complaint"):
        guest(lambda: visitor.answer(token(again), key(), "But it leaks"))
    for more in (TOLD, {**TOLD, "description": "It leaks, really."}):
        number = guest(lambda more=more: visitor.file_complaint(sent, more))["number"]
        assert number.startswith("CIN-"), number
    assert not frappe.db.exists("Complaint", {"source_name": ("in", [first, number])})
    assert frappe.db.get_value("Complaint Inbox Item", number, "state") == "waiting"


def test_no_job_reads_what_the_visitor_waits_for(monkeypatch):
    """It would hold the item when the visitor's own request reads it, who would get the item's number."""
    jobs = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **given: jobs.append((method, given)))
    answered, doc = filed()
    assert answered["number"] == doc.name
    assert [method for method, _given in jobs if "understand" in str(method)] == []


def test_the_same_form_sent_twice_is_one_complaint_and_what_was_added_meanwhile_is_kept():
    """The first answer may have been lost on its way."""
    name = key()
    first = guest(lambda: visitor.file_complaint(name, TOLD))
    again = guest(lambda: visitor.file_complaint(name, TOLD))
    assert first["number"] == again["number"]
    assert first["link"] != again["link"]
    more = TOLD | {"description": "The lid cracked. It leaks since Monday. Now the table is wet."}
    content = photo()
    one = guest(lambda: sent(content))
    third = guest(lambda: visitor.file_complaint(name, more, [one]))
    assert third["number"] == first["number"]
    doc = frappe.get_doc("Complaint", first["number"])
    assert len(doc.evidence) == 1
    told = frappe.get_all("Communication", {"reference_name": doc.name}, pluck="content")
    assert any("the table is wet" in text for text in told)
    assert guest(lambda: visitor.file_complaint(name, more, [one]))["number"] == first["number"]
    assert frappe.db.count("Complaint Inbox Item", {"complaint": doc.name}) == 2


def test_a_message_that_staff_put_on_another_complaint_opens_nothing_of_it(monkeypatch):
    name = key()
    with monkeypatch.context() as patched:
        patched.setattr(new_complaint, "_registered", lambda item, values: frappe.throw("Not today"))
        answered = guest(lambda: visitor.file_complaint(name, TOLD))
    assert answered["number"].startswith("CIN-")
    other = factory.complaint(description="<p>Something private of another customer</p>")
    decisions.belongs_to(answered["number"], other.name)
    told = look(answered)
    assert (told["number"], told["can_write"]) == (answered["number"], False)
    assert "private" not in json.dumps(told)
    assert told["sentence"] == "It is handled together with another complaint."
    assert guest(lambda: visitor.file_complaint(name, TOLD))["number"] == answered["number"]
    more = TOLD | {"description": "The lid cracked. It leaks since Monday, and is hot."}
    again = guest(lambda: visitor.file_complaint(name, more))
    assert frappe.db.get_value("Complaint Inbox Item", again["number"], "complaint") == other.name
    assert "private" not in json.dumps(look(again))


def test_photos_become_evidence_of_the_complaint():
    content = photo()
    tokens = guest(lambda: [sent(content), sent(content, "again.jpg")])
    answered = guest(lambda: visitor.file_complaint(key(), TOLD, tokens))
    doc = frappe.get_doc("Complaint", answered["number"])
    assert [row.kind for row in doc.evidence] == ["photo", "photo"]
    assert all(row.sha256 and row.file.startswith("/private/files/") for row in doc.evidence)


def test_a_file_that_has_not_arrived_keeps_the_complaint_back_and_nothing_is_lost():
    content = photo()
    half = guest(lambda: uploads.begin_upload("a.jpg", len(content))["upload"])
    with pytest.raises(frappe.ValidationError, match="has not arrived"):
        guest(lambda: visitor.file_complaint(key(), TOLD, [half]))
    with pytest.raises(frappe.ValidationError, match="At most 3 files"):
        guest(lambda: visitor.file_complaint(key(), TOLD, ["a", "b", "c", "d"]))


def test_a_product_code_fills_in_item_and_batch(monkeypatch):
    item = factory.item(has_batch_no=1)
    batch = factory.batch(item.name)
    code = product_codes.code_of({"item_code": item.name, "batch_no": batch.name})
    _answered, doc = filed(code=code)
    assert (doc.item_code, doc.batch_no) == (item.name, batch.name)
    _answered, doc = filed(code=product_codes.code_of({"item_code": "No longer sold"}))
    assert not doc.item_code
    _answered, doc = filed(code="forged")
    assert not doc.item_code
    for typed, unread in ((code, False), (code[:-2] + "xx", True), ("forged", True), ("", False)):
        monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(p=typed))
        told = json.loads(index.get_context(frappe._dict())["page_data"])
        assert (told["code_unread"], bool(told["product"])) == (unread, bool(typed) and not unread), typed


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"description": "  "}, "What happened"),
        ({"description": None}, "What happened"),
        ({"name": ""}, "Your name"),
        ({"email": ""}, "Email or phone"),
        ({"email": "nobody"}, "Email: “nobody”"),
        ({"phone": "abc"}, "Phone: “abc”"),
        ({"happened_on": "yesterday"}, "choose a day"),
        ({"happened_on": "2999-01-01"}, "lie ahead"),
        ({"happened_on": "0001-01-01"}, "choose a day"),
        ({"wishes": ["everything"]}, "choose among"),
        ({"wishes": "refund"}, "choose among"),
        ({"wishes": [["refund"]]}, "choose among"),
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


def test_a_question_is_named_without_its_mark_and_each_field_once():
    with pytest.raises(frappe.ValidationError) as refused:
        guest(lambda: visitor.file_complaint(key(), {"description": {"a": 1}, "name": ["Ann"], "email": 7, "happened_on": [1]}))  # fmt: skip
    assert refused.value.args[0] == [
        "Your name: enter a text.",
        "Email: enter a text.",
        "What happened: enter a text.",
        "When did it happen: enter a text.",
    ]


def test_machines_are_told_apart():
    with pytest.raises(frappe.ValidationError, match="machine"):
        guest(lambda: visitor.file_complaint(key(), TOLD, website="https://spam.example"))
    frappe.db.set_single_value("Complaint QMS Settings", "page_proof_of_work", 1)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    with pytest.raises(frappe.ValidationError, match="calculation was not accepted"):
        guest(lambda: visitor.file_complaint(key(), TOLD, challenge="x", answer="1"))


def test_a_page_that_is_shut_takes_no_complaints_and_keeps_the_links_that_were_given():
    answered, doc = filed()
    frappe.db.set_single_value("Complaint QMS Settings", "page_enabled", 0)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    content = photo()
    announced = {"file_name": "a.jpg", "size": len(content)}
    for door, values in (
        ("begin_upload", announced), ("file_complaint", {"key": KEY, "data": TOLD}), ("new_challenge", {}),
    ):  # fmt: skip
        got = ask("POST", DOOR + door, values, user="Guest")
        assert (got.status, "not taken" in got.said) == (403, True), door
    assert ask("POST", DOOR + "begin_upload", announced | {"token": "x" * 32}, user="Guest").status == 404
    with pytest.raises(frappe.PermissionError):
        tracking_links.give_link(doc.name)
    assert look(answered)["number"] == doc.name
    upload = guest(lambda: visitor.begin_upload("a.jpg", len(content), token(answered)))["upload"]
    uploads.append_piece(upload, 0, content)
    guest(lambda: visitor.answer(token(answered), key(), "Look", [upload]))
    assert [disk.bytes_of(row.file) for row in doc.reload().evidence] == [content]


def test_a_day_that_has_begun_where_the_visitor_is_counts_as_the_site_s_today():
    _answered, doc = filed(happened_on=add_days(nowdate(), 1))
    assert doc.incident_date == getdate(nowdate())
    with pytest.raises(frappe.ValidationError, match="cannot lie ahead"):
        filed(happened_on=add_days(nowdate(), 2))


def test_a_form_whose_first_try_waits_is_one_complaint_with_the_second(monkeypatch):
    name, more = key(), TOLD | {"description": "The lid cracked, and it is hot."}
    with monkeypatch.context() as patched:
        patched.setattr(new_complaint, "_registered", lambda item, values: frappe.throw("Not today"))
        first = guest(lambda: visitor.file_complaint(name, TOLD))["number"]
    number = guest(lambda: visitor.file_complaint(name, more))["number"]
    assert understanding.understand_due([first]) == 1
    became = frappe.db.get_value("Complaint Inbox Item", first, ["state", "complaint"])
    assert became == ("added", number)
    assert frappe.db.count("Complaint", {"description": ("like", "%The lid cracked%")}) == 1


@pytest.fixture
def uncounted():
    """How often strangers called counts for an hour, in whichever test it was."""
    frappe.cache.delete_keys("rl:")
    yield
    frappe.cache.delete_keys("rl:")


def test_one_address_knocks_so_often_and_no_more(monkeypatch, uncounted):
    monkeypatch.setattr(visitor, "MOST_FILED", 2)
    for _refused in range(5):
        assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user="Guest").status == 417
    # A request commits: nothing of it may stay.
    monkeypatch.setattr(new_complaint, "file_complaint", lambda *_sent, **_more: {"number": "CMP-1"})
    for expected in (200, 200, 429):  # what was refused does not count
        told = ask("POST", DOOR + "file_complaint", {"key": key(), "data": json.dumps(TOLD)}, user="Guest")
        assert told.status == expected
    assert "Try again in" in told.said
    for _knock in range(200 - 8):
        ask("POST", DOOR + "file_complaint", {"key": "short"}, user="Guest")
    assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user="Guest").status == 429


def test_a_visitor_reads_a_refusal_in_their_language(monkeypatch):
    monkeypatch.setattr(frappe.local, "lang", "zh")
    with pytest.raises(frappe.ValidationError, match="邮箱或电话"):
        guest(lambda: visitor.file_complaint(key(), {"name": "李安"}))
    with pytest.raises(frappe.ValidationError, match="发生时间：日期不能晚于今天。"):
        filed(happened_on=add_days(nowdate(), 9))
    with pytest.raises(frappe.ValidationError, match="发生了什么：请用您自己的话说明。"):
        filed(description="")
    _answered, doc = filed(wishes=["refund", "apology"], order="SO-7", phone="138 0013 8000（微信同号）")
    assert doc.language == "zh"
    assert "<p>订单号、出货单号或发票号：SO-7</p><p>电话：138 0013 8000（微信同号）</p>" in doc.description
    by_rest = register.register({"subject": "Lid", "description": "<p>x</p>", "contact_phone": "0571-88886666转8001", "language": "zh"})  # fmt: skip
    assert by_rest.description == "<p>x</p><p>电话：0571-88886666转8001</p>"


def test_the_settings_refuse_what_is_no_site():
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.page_frame_origins = "https://www.example.com\nhttps://*.shop.example:8443"
    settings.save()
    settings.page_frame_origins = "www.example.com; script-src *"
    with pytest.raises(frappe.ValidationError, match="no address of a site"):
        settings.save()


def test_a_photo_is_evidence_byte_for_byte_also_a_large_or_an_odd_one(monkeypatch):
    """The framework compresses a new JPEG anew, and stumbles over one that its library cannot read."""
    monkeypatch.setitem(frappe.conf, "max_file_size", 1000)
    odd = photo()[:200] + bytes(1000) + b"\xff\xd9"
    broken_pdf = b"%PDF-1.4\nhello\n%%EOF"
    for content, name in ((photo((200, 200), place=True), "a.jpg"), (odd, "b.jpg"), (broken_pdf, "c.pdf")):
        token = guest(lambda content=content, name=name: sent(content, name))
        answered = guest(lambda token=token: visitor.file_complaint(key(), TOLD, [token]))
        (row,) = frappe.get_doc("Complaint", answered["number"]).evidence
        assert disk.bytes_of(row.file) == content
        assert row.sha256 == hashlib.sha256(content).hexdigest()
