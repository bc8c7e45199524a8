"""Short intake: who is calling, which product, and what is known before the complaint is saved."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import intake
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.sop.procedure import type_keys
from tests.desk import factory

AGENT = "Complaint Agent"


def labels(found: list[dict]) -> set[tuple[str, str]]:
    return {(one["doctype"], one["label"]) for one in found}


def look(**values: object) -> dict:
    return intake.look(data={"company": factory.company(), **values})


@pytest.fixture
def customer() -> frappe.model.document.Document:
    return factory.customer(customer_name=factory.unique("Rhein Kaufhaus"))


@pytest.mark.parametrize("typed", ["0171 234-5678", "+49 171 2345678", "1712345678", "ann.lee@", "Ann Le"])
def test_a_caller_is_found_by_what_they_say(customer, typed: str) -> None:
    known = factory.contact(
        customer.name,
        first_name="Ann",
        last_name="Lee",
        email_ids=[{"email_id": "ann.lee@customer.example", "is_primary": 1}],
        phone_nos=[{"phone": "+49 (0)171 234-56 78", "is_primary_mobile_no": 1}],
    )
    found = [one for one in intake.parties(txt=typed) if one["values"].get("contact_person") == known.name]
    assert found, "the contact is among them"
    assert found[0]["values"]["customer"] == customer.name
    assert found[0]["values"]["contact_email"] == "ann.lee@customer.example"


def test_customers_are_found_by_name_and_not_when_out_of_use(customer) -> None:
    text = customer.customer_name[:14]
    assert ("Customer", customer.customer_name) in labels(intake.parties(txt=text))
    customer.disabled = 1
    customer.save()
    assert ("Customer", customer.customer_name) not in labels(intake.parties(txt=text))


def test_a_stranger_who_complained_before_is_known_by_telephone() -> None:
    name = factory.unique("Otto")
    factory.complaint(customer=None, complainant_name=name, contact_phone="0221-99887766")
    found = intake.parties(txt="0221 998877 66")
    assert ("Complaint", name) in labels(found)


def test_other_digits_between_those_of_a_number_are_another_number() -> None:
    name = factory.unique("Otto")
    factory.complaint(customer=None, complainant_name=name, contact_phone="0919-2939-4959")
    assert ("Complaint", name) in labels(intake.parties(txt="0919 29394959"))
    assert ("Complaint", name) not in labels(intake.parties(txt="0919 2345"))
    assert intake.parties(txt="00001") == []


def test_somebody_who_complains_often_hides_nobody() -> None:
    often, once = factory.unique("Berta"), factory.unique("Berta")
    factory.complaint(customer=None, complainant_name=once)
    for _time in range(6):
        factory.complaint(customer=None, complainant_name=often)
    assert {("Complaint", often), ("Complaint", once)} <= labels(intake.parties(txt="Berta"))


def test_what_a_stranger_has_is_not_taken_for_the_customers_it_was_sold_to() -> None:
    _customer, note, _invoice = factory.sold(with_batch=True)
    batch = look(delivery_note=note.name)["filled"]["batch_no"]
    said = look(batch_no=batch, complainant_name="Otto")
    assert "customer" not in said["filled"]
    assert [sale["name"] for sale in said["sales"]] == [note.name]


@pytest.mark.parametrize("typed", ["%%%", "__", "\\\\", "'; drop", "<b>x</b>"])
def test_signs_of_patterns_are_text(typed: str) -> None:
    factory.customer()
    assert not [one for one in intake.parties(txt=typed) if one["doctype"] == "Customer"]
    assert intake.products(txt=typed) == []


def test_a_number_of_any_kind_leads_to_the_product() -> None:
    _customer, note, invoice = factory.sold(with_batch=True)
    batch = look(delivery_note=note.name)["filled"]["batch_no"]
    item = note.items[0].item_code
    for typed, field, value in (
        (batch, "batch_no", batch),
        (note.name, "delivery_note", note.name),
        (invoice.name, "sales_invoice", invoice.name),
        (item, "item_code", item),
    ):
        assert {field: value} in [one["values"] for one in intake.products(txt=typed)], field


def test_any_one_of_them_fills_the_rest() -> None:
    _customer, note, invoice = factory.sold(with_batch=True)
    by_note = look(delivery_note=note.name)["filled"]
    assert by_note["customer"] == note.customer
    assert by_note["item_code"] == note.items[0].item_code
    assert look(sales_invoice=invoice.name)["filled"]["delivery_note"] == note.name
    by_batch = look(batch_no=by_note["batch_no"])["filled"]
    assert by_batch["item_code"] == by_note["item_code"]
    assert by_batch["delivery_note"] == note.name, "it was delivered once"
    assert by_batch["customer"] == note.customer
    by_item = look(item_code=by_note["item_code"], customer=note.customer)["filled"]
    assert by_item["delivery_note"] == note.name
    assert by_item["batch_no"] == by_note["batch_no"]


def test_without_a_text_the_customers_last_sales_are_offered() -> None:
    _customer, note, _invoice = factory.sold()
    found = intake.products(txt="", customer=note.customer)
    assert {"delivery_note": note.name} in [one["values"] for one in found]
    assert intake.products(txt="") == []


def test_of_several_items_one_has_to_be_chosen() -> None:
    customer = factory.customer().name
    first, second = factory.stocked(5), factory.stocked(5)
    note = factory.delivery(customer, first, second)
    said = look(delivery_note=note.name)
    assert [one["item_code"] for one in said["items"]] == [row.item_code for row in note.items]
    assert "item_code" not in said["filled"]
    chosen = look(delivery_note=note.name, item_code=note.items[1].item_code)
    assert chosen["items"] == []


def test_numbers_in_the_text_are_proposed() -> None:
    _customer, note, _invoice = factory.sold(with_batch=True)
    batch = look(delivery_note=note.name)["filled"]["batch_no"]
    said = look(description=f"<p>批号{batch}的杯子裂了，送货单 {note.name.lower()}。</p>")
    assert {(one["field"], one["value"]) for one in said["mentions"]} == {
        ("batch_no", batch),
        ("delivery_note", note.name),
    }
    taken = look(description=f"<p>{batch}</p>", batch_no=batch)
    assert taken["mentions"] == []


@pytest.mark.parametrize(
    ("told", "urgency", "reportable"),
    [
        ("The kettle burned my hand, it blistered.", "high", "assessing"),
        ("水壶漏水，烫伤了我的手。", "high", "assessing"),
        ("She got an electric shock from the kettle.", "critical", "assessing"),
        ("The patient died.", "critical", "assessing"),
        ("The lid could have killed somebody.", "high", None),
        ("The colour is another one.", None, None),
        ("Nobody was hurt, the box is torn.", None, None),
    ],
)
def test_harm_raises_urgency_and_asks_about_the_authority(
    told: str, urgency: str | None, reportable: str | None
) -> None:
    proposed = look(subject=told, description=f"<p>{told}</p>")["proposals"]
    assert proposed.get("urgency", {}).get("value") == urgency
    assert proposed.get("reportable", {}).get("value") == reportable
    if urgency:
        assert proposed["urgency"]["reasons"]


@pytest.mark.parametrize(
    ("text", "first", "also"),
    [
        ("要求退款并道歉。", "refund", "Also wants: Apology"),
        ("I want an apology and a refund.", "refund", "Also wants: Apology"),
        (
            "请换货并退差价。",
            "exchange",
            "Also wants: Credit",
        ),
        ("I want my money back.", "refund", None),
        ("The lid is loose.", None, None),
    ],
)
def test_every_wish_of_the_text_is_proposed(text: str, first: str | None, also: str | None) -> None:
    found = {field: row["value"] for field, row in look(description=text)["proposals"].items()}
    assert (found.get("expectation"), found.get("expectation_note")) == (first, also)


def test_a_wish_is_proposed_for_the_words_that_speak_for_it() -> None:
    found = look(description="I want my money back and an apology.")["proposals"]
    assert found["expectation"]["value"] == "refund"
    reasons = {
        field: " ".join(map(str, found[field]["reasons"])) for field in ("expectation", "expectation_note")
    }
    assert "money back" in reasons["expectation"]
    assert "apology" not in reasons["expectation"]
    assert "apology" in reasons["expectation_note"]
    assert "money back" not in reasons["expectation_note"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("孩子被热水壶烫伤，发票号码 ACC-SINV-2026-00001，要求退款。", "product.harm"),
        ("发票抬头错了，要求退款。", "billing"),
    ],
)
def test_somebody_who_was_hurt_complains_of_that_before_money(text: str, kind: str) -> None:
    proposed = look(description=text)["proposals"]["complaint_type"]["value"]
    assert type_keys()[proposed].startswith(kind)


def test_the_customer_and_the_like_complaints_stand_beside_it(customer) -> None:
    old = factory.complaint(
        customer=customer.name, subject="The lid is cracked", description="<p>A crack.</p>"
    )
    said = look(customer=customer.name, subject="The lid is cracked", description="<p>A crack.</p>")
    assert said["context"]["customer"]["name"] == customer.name
    assert said["context"]["past_complaints"]["total"] == 1
    assert [one["name"] for one in said["context"]["similar"]] == [old.name]


def test_the_handler_with_the_fewest_open_complaints_is_proposed() -> None:
    idle = factory.user(AGENT, email="idle@qms.example")
    factory.user(AGENT, email="other@qms.example")
    for agent in holders_of([AGENT])[AGENT]:
        if agent != idle:
            factory.complaint(complaint_owner=agent)
    assert look(subject="x")["handler"] is None, "nobody asked"
    assert proposed_handler() == (idle, 0)
    factory.complaint(complaint_owner=idle)
    factory.complaint(complaint_owner=idle)
    user, open_now = proposed_handler()
    assert user != idle
    assert open_now == 1


def proposed_handler() -> tuple[str, int]:
    said = intake.look(data={"company": factory.company()}, propose_handler=1)["handler"]
    return said["user"], said["open"]


def test_nothing_is_stored() -> None:
    before = frappe.db.count("Complaint")
    look(subject="x", description="<p>y</p>")
    assert frappe.db.count("Complaint") == before


def test_who_is_restricted_learns_nothing_of_others(customer) -> None:
    mine = factory.customer()
    agent = factory.user(AGENT)
    hidden = factory.contact(customer.name, first_name="Hidden", last_name=factory.unique("Person"))
    _customer, note, _invoice = factory.sold()
    frappe.permissions.add_user_permission("Customer", mine.name, agent)
    with factory.as_user(agent):
        assert ("Customer", customer.customer_name) not in labels(intake.parties(txt=customer.customer_name))
        assert intake.parties(txt=hidden.last_name) == []
        said = look(customer=customer.name, delivery_note=note.name)
        assert said["context"]["customer"] is None
        assert "contact_email" not in said["filled"]
        assert "customer" not in said["filled"]
        assert {"delivery_note": note.name} not in [one["values"] for one in intake.products(txt=note.name)]
        assert look(description=note.name)["mentions"] == []


@pytest.mark.parametrize("role", ["QMS Auditor", "Accounts User"])
def test_who_registers_no_complaints_is_refused(role: str) -> None:
    with factory.as_user(factory.user(role)):
        for ask in (
            lambda: intake.parties(txt="x"),
            lambda: intake.products(txt="x"),
            lambda: intake.look(data={}),
        ):
            with pytest.raises(frappe.PermissionError):
                ask()


@pytest.mark.parametrize(
    "sent", [None, "x", [], {"description": "x" * 10}, {"nobody": 1}, {"customer": "No such"}]
)
def test_what_is_half_entered_is_no_error(sent: object) -> None:
    if isinstance(sent, dict):
        assert intake.look(data=sent)["context"]["customer"] is None
    else:
        with pytest.raises(frappe.ValidationError, match="fields of the complaint"):
            intake.look(data=sent)
