"""A complaint that a customer files in the portal about what they bought: found, chosen, sent once."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.api import portal as door
from complaint_qms.integrations.erpnext import customer_lines
from complaint_qms.permissions.portal import party_of
from complaint_qms.services.inbox import decisions
from complaint_qms.services.intake import proposals
from complaint_qms.services.portal import listing, new_complaint
from complaint_qms.services.record.collected import told_text
from complaint_qms.services.visitor import uploads
from tests.desk import factory
from tests.desk.factory import Line
from tests.desk.portal import (
    DOOR,
    TOLD,
    buyer,
    by_contact,
    by_portal_user,
    filed,
    login,
    look,
    portal_open,
    queries,
)
from tests.desk.test_visitor_uploads import nothing_stays, photo  # noqa: F401
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def open_portal(site):
    with portal_open():
        yield


def found(email: str, text: str = "", start: int = 0) -> list[dict]:
    with factory.as_user(email):
        return door.lines(text, start)["rows"]


def test_each_sale_is_offered_once_newest_first_and_found_by_its_papers():
    customer, note, bill = factory.sold(4)
    email = buyer(customer.name)
    rows = found(email)
    assert [(row["doctype"], row["document"]) for row in rows] == [("Delivery Note", note.name)]
    assert [row["document"] for row in found(email, bill.name)] == [bill.name]
    item = note.items[0].item_code
    later = factory.delivery(customer.name, Line(_stock(item), 1))
    order = factory.sales_order(customer.name, Line(item, 3))
    only_billed = factory.invoice(customer.name, Line(factory.item(is_stock_item=0).name, 1))
    assert {row["document"] for row in found(email)} == {note.name, later.name, order.name, only_billed.name}
    assert [row["document"] for row in found(email, order.name.lower())] == [order.name]
    assert found(email, "%") == []
    assert found(email, "no such thing") == []
    others = buyer(factory.customer().name)
    assert found(others) == []
    assert found(others, note.name) == []


def test_units_are_read_in_the_customers_language(monkeypatch):
    customer, _note, _bill = factory.sold(4)
    email = buyer(customer.name)
    monkeypatch.setattr(frappe.local, "lang", "zh")
    with factory.as_user(email):
        monkeypatch.setattr(frappe.local, "lang", "zh")
        assert [row["uom"] for row in door.lines("", 0)["rows"]] == ["个"]


def _stock(item: str) -> str:
    factory.receive(Line(item, 20))
    return item


def test_a_cancelled_delivery_and_a_return_are_not_offered():
    customer, note, bill = factory.sold(4)
    email = buyer(customer.name)
    row = note.items[0].name
    bill.cancel()
    note.reload()
    note.cancel()
    assert found(email) == []
    with factory.as_user(email), pytest.raises(frappe.DoesNotExistError, match="not among what was sold"):
        door.line("Delivery Note", row)


def test_the_line_fills_in_what_is_known_of_it():
    customer, note, _bill = factory.sold(3, with_batch=True, with_serials=True)
    email = login()
    contact = by_contact(customer.name, email)
    row = note.items[0]
    with factory.as_user(email):
        line = door.line("Delivery Note", row.name)
    assert len(line["serials"]) == 3
    chosen = line["serials"][1]
    assert [found_row["document"] for found_row in found(email, chosen)] == [note.name]
    doc = filed(email, doctype="Delivery Note", row=row.name, serial_no=chosen, wishes=["repair"])
    assert (doc.customer, doc.delivery_note, doc.item_code, doc.serial_no) == (
        customer.name,
        note.name,
        row.item_code,
        chosen,
    )
    assert doc.batch_no == line["batches"][0]
    assert (doc.company, doc.channel, doc.expectation) == (note.company, "Customer Portal", "repair")
    assert (doc.complainant_name, doc.contact_email, doc.contact_person) == ("Ann Lee", email, contact)
    assert doc.received_by is None
    item = frappe.get_doc(doc.source_doctype, doc.source_name)
    assert (item.road, item.state, item.scope) == ("portal", "registered", email)
    told = look(email, doc.name)
    assert note.name in told["told"]
    assert TOLD["description"] in told["told"]
    # What we wrote below it is nothing that the customer said.
    said = told_text(doc)
    assert TOLD["description"] in said
    assert note.name not in said
    assert "Delivery" not in said
    assert not doc.item_name or doc.item_name not in said
    found_type = proposals.stored_proposals(doc).get("complaint_type", {}).get("value", "")
    assert not found_type.startswith("Logistics")


def test_our_words_below_what_was_said_are_known_as_a_site_translates_them():
    doc = {"subject": "Lid", "description": "<p>It cracked.</p><p>Shipment DN-1</p>"}
    assert "DN-1" in told_text(doc)
    word = factory.make(
        "Translation", language="en", source_text="Delivery {0}", translated_text="Shipment {0}"
    )
    assert "DN-1" not in told_text(doc)
    word.delete()
    assert "DN-1" in told_text(doc)


def test_nobody_is_invented_for_a_login_without_a_contact():
    customer = factory.customer().name
    primary = factory.contact(customer, first_name="Bob")
    frappe.db.set_value(
        "Customer", customer, {"customer_primary_contact": primary.name, "mobile_no": "+49 30 5"}
    )
    frappe.clear_document_cache("Customer", customer)
    doc = filed(buyer(customer))
    assert (doc.complainant_name, doc.contact_person, doc.contact_phone) == ("Ann Lee", None, None)


def test_a_line_or_number_of_somebody_else_is_refused():
    customer, note, _bill = factory.sold(2)
    _other, theirs, _theirs_bill = factory.sold(2, with_serials=True)
    email = buyer(customer.name)
    serial = frappe.get_all("Serial No", {"item_code": theirs.items[0].item_code}, pluck="name")[0]
    for data, said in (
        ({"doctype": "Delivery Note", "row": theirs.items[0].name}, "not among what was sold"),
        ({"doctype": "User", "row": "Administrator"}, "not among what was sold"),
        ({"doctype": ["Delivery Note"], "row": note.items[0].name}, "not among what was sold"),
        ({"doctype": "Delivery Note", "row": {"name": ["!=", ""]}}, "not among what was sold"),
        ({"doctype": "Delivery Note", "row": note.items[0].name, "serial_no": serial}, "choose one of those"),
        ({"doctype": "Delivery Note", "row": note.items[0].name, "batch_no": [1]}, "choose one of those"),
        ({"description": " "}, "in your own words"),
        ({"happened_on": "2199-01-01"}, "cannot lie ahead"),
        ({"wishes": ["a house"]}, "choose among"),
    ):
        answer = ask("POST", DOOR + "file_complaint", {"key": "k" * 32, "data": TOLD | data}, user=email)
        assert (answer.status, said in answer.said) == (417, True), (data, answer)
    assert frappe.db.count("Complaint Inbox Item", {"scope": email}) == 0


def test_who_sends_says_nothing_of_who_they_are():
    customer = factory.customer().name
    email = buyer(customer)
    claims = {"name": "Somebody Else", "email": "boss@else.example", "user": "Administrator", "owner": "x", "company": "x", "code": "x"}  # fmt: skip
    with factory.as_user(email):
        number = door.file_complaint("k" * 32, TOLD | claims)["number"]
    doc = frappe.get_doc("Complaint", number)
    assert (doc.complainant_name, doc.contact_email, doc.customer) == ("Ann Lee", email, customer)


def test_something_else_asks_for_which_customer_where_there_are_several():
    first, second = factory.customer().name, factory.customer().name
    email = by_portal_user(second, by_portal_user(first, login()))
    with factory.as_user(email):
        for chosen in ("", factory_stranger(), ["x"]):
            with pytest.raises(frappe.ValidationError, match="for which of your companies"):
                door.file_complaint("k" * 32, {**TOLD, "customer": chosen})
    doc = filed(email, customer=second, product="Lamp 7", number="LOT-5", order="PO 7")
    assert (doc.customer, doc.product_model, doc.reported_lot) == (second, "Lamp 7", "LOT-5")
    assert "PO 7" in doc.description


def factory_stranger() -> str:
    with factory.as_user("Administrator"):
        return factory.customer().name


def test_the_same_form_sent_twice_is_one_complaint_with_its_files_and_what_was_added():
    customer = factory.customer().name
    email = buyer(customer)
    key = frappe.generate_hash(length=32)
    content = photo()
    with factory.as_user(email):
        begun = door.begin_upload("a.jpg", len(content))
        assert uploads.append_piece(begun["upload"], 0, content)["complete"]
        answers = [door.file_complaint(key, TOLD, [begun["upload"]]) for _again in range(2)]
        more = TOLD | {"description": TOLD["description"] + " Now the table is wet."}
        answers.append(door.file_complaint(key, more, [begun["upload"]]))
    assert len({answer["number"] for answer in answers}) == 1
    doc = frappe.get_doc("Complaint", answers[0]["number"])
    assert len(doc.evidence) == 1
    assert [row["text"].count("table is wet") for row in look(email, doc.name)["messages"]] == [1]
    # Somebody else's browser may have thought of the same key.
    stranger = buyer(factory.customer().name)
    with factory.as_user(stranger):
        other = door.file_complaint(key, TOLD)
    assert other["number"] != doc.name
    file = frappe.get_doc("File", {"file_url": doc.evidence[0].file})
    assert ask("GET", f"/api/resource/File/{file.name}", user=email).status == 403


def test_a_line_that_is_taken_back_meanwhile_waits_for_a_person_and_is_seen_as_received(monkeypatch):
    customer, note, _bill = factory.sold(2)
    email = buyer(customer.name)
    lines = customer_lines.line_of
    with monkeypatch.context() as patch:
        # It stood as it was sent, and was cancelled before it was read.
        calls = []
        patch.setattr(
            customer_lines, "line_of", lambda *given: (calls.append(given), lines(*given) if len(calls) == 1 else None)[1]
        )  # fmt: skip
        with factory.as_user(email):
            number = door.file_complaint("k" * 32, {**TOLD, "doctype": "Delivery Note", "row": note.items[0].name})["number"]  # fmt: skip
    item = frappe.get_doc("Complaint Inbox Item", number)
    assert item.state == "waiting"
    told = look(email, number)
    assert (told["step"], told["can_write"]) == ("received", False)
    assert [row["name"] for row in listing.complaints(party_of(email), "open", 1)["rows"]] == [number]
    with factory.as_user(email), pytest.raises(frappe.ValidationError, match="not read your complaint yet"):
        door.answer(number, "k" * 32, "Well?")
    with pytest.raises(frappe.DoesNotExistError):
        look(buyer(factory.customer().name), number)
    assert json.loads(item.payload)["line"]["row"] == note.items[0].name


def test_lines_cost_three_queries_however_many_there_are():
    customer, _note, _bill = factory.sold(4)
    party = party_of(buyer(customer.name))
    counts = []
    for more in range(2):
        if more:
            for _one in range(3):
                factory.invoice(customer.name, Line(factory.item(is_stock_item=0).name, 1))
        counts.append(queries(lambda: new_complaint.find_lines(party, "x", 0)))
    assert counts == [3, 3]


def test_what_a_person_registers_of_a_waiting_one_is_followed_by_its_sender(monkeypatch):
    customer = factory.customer().name
    email = buyer(customer)
    monkeypatch.setattr(new_complaint, "_registered", lambda item, values: frappe.throw("Not today"))
    with factory.as_user(email):
        number = door.file_complaint("k" * 32, TOLD)["number"]
    assert frappe.db.get_value("Complaint Inbox Item", number, "state") == "waiting"
    doc = factory.complaint(customer=customer, source_doctype="Complaint Inbox Item", source_name=number)
    assert look(email, doc.name)["number"] == doc.name
    assert look(email, number)["number"] == doc.name


def test_what_a_person_has_put_away_is_told_in_plain_words_and_leads_to_a_complaint_of_theirs(monkeypatch):
    customer = factory.customer().name
    email = buyer(customer)
    with monkeypatch.context() as patch:
        patch.setattr(new_complaint, "_registered", lambda item, values: frappe.throw("Not today"))
        with factory.as_user(email):
            none, others, own = (door.file_complaint(sign * 32, TOLD)["number"] for sign in "abc")
    theirs, private = factory.complaint(customer=customer), factory.complaint(description="Something private")
    decisions.not_a_complaint(none, "A joke.")
    decisions.belongs_to(others, private.name)
    decisions.belongs_to(own, theirs.name)
    sentences = {
        none: "We have read your message, and do not handle it as a complaint.",
        others: "It is handled together with another complaint.",
    }
    party = party_of(email)
    listed = {row["name"]: row for row in listing.complaints(party, "ended", 1)["rows"]}
    assert set(listed) == set(sentences)
    assert [row["name"] for row in listing.complaints(party, "open", 1)["rows"]] == [theirs.name]
    for name, sentence in sentences.items():
        told = look(email, name)
        assert (told["number"], told["sentence"], told["can_write"]) == (name, sentence, False)
        assert (listed[name]["sentence"], listed[name]["ended"]) == (sentence, True)
        assert "private" not in json.dumps(told)
        with factory.as_user(email), pytest.raises(frappe.ValidationError, match=sentence[:20]):
            door.answer(name, "k" * 32, "Well?")
    assert look(email, own)["number"] == theirs.name
