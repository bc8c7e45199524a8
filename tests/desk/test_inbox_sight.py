"""Messages that came in are seen by those who may see the customer and the company that are known of them."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.patches.v1_0 import customers_of_inbox_items as patch
from complaint_qms.services.inbox import decisions
from complaint_qms.services.inbox.store import Sender, keep_message
from tests.desk import factory
from tests.desk.inbound import message, take_over, waiting
from tests.desk.wire import ask

API = "/api/method/complaint_qms.api"


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    take_over(monkeypatch)


def address_of(name: str) -> str:
    return f"{name}-{frappe.generate_hash(length=8)}@customer.example"


def customer_with(address: str) -> str:
    customer = factory.customer()
    factory.contact(customer.name, email_ids=[{"email_id": address, "is_primary": 1}])
    return customer.name


def from_(address: str, **values: object) -> str:
    return waiting(sender=Sender("Ada Example", address), **values).name


def seen_by(user: str, *names: str) -> list[bool]:
    """Of each whether it stands in the user's list and can be opened; both have to say the same."""
    with factory.as_user(user):
        listed = set(frappe.get_list(DOCTYPE, {"name": ("in", names)}, pluck="name", order_by="name"))
        opened = {name for name in names if frappe.has_permission(DOCTYPE, "read", doc=name)}
    assert listed == opened
    return [name in listed for name in names]


def test_who_is_kept_to_a_customer_sees_messages_of_that_one_and_of_nobody_known() -> None:
    one, other = address_of("ann"), address_of("bob")
    mine, theirs = customer_with(one), customer_with(other)
    items = from_(one), from_(other), from_("stranger@elsewhere.example")
    assert [frappe.db.get_value(DOCTYPE, name, "customer") for name in items] == [mine, theirs, None]
    agent = factory.person(roles.AGENT, Customer=mine)
    assert seen_by(agent, *items) == [True, False, True]
    for door, more in (("not_a_complaint", {"reason": "x"}), ("draft", {}), ("likely_complaints", {})):
        sent = {"name": items[1], **more}
        assert ask("POST", f"{API}.inbox.{door}", sent, user=agent).status == 403
    assert seen_by(factory.person(roles.AGENT), *items) == [True] * 3


def test_who_is_kept_to_a_company_sees_its_messages_alone() -> None:
    company = factory.other_company()
    items = from_("a@elsewhere.example", company=company), from_("b@elsewhere.example")
    assert seen_by(factory.person(roles.AGENT, Company=company), *items) == [True, False]


def test_what_a_refused_request_says_of_its_customer_counts() -> None:
    mine, theirs = factory.customer().name, factory.customer().name
    sent = {
        "subject": "x",
        "customer": theirs.upper(),
        "qty": "many",
        "idempotency_key": factory.unique("key"),
    }
    ask("POST", f"{API}.complaint.register_many", {"data": [sent]}, keep=True)
    item = frappe.get_last_doc(DOCTYPE)
    assert item.customer == theirs
    assert seen_by(factory.person(roles.AGENT, Customer=mine), item.name) == [False]


def test_what_stands_on_a_complaint_is_of_its_customer() -> None:
    address = address_of("ann")
    customer_with(address)
    complaint, item = factory.complaint(), from_(address)
    decisions.belongs_to(item, complaint.name)
    assert frappe.db.get_value(DOCTYPE, item, "customer") == complaint.customer
    assert seen_by(factory.person(roles.AGENT, Customer=complaint.customer), item) == [True]


def test_a_look_that_fails_keeps_no_message_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object) -> None:
        raise ValueError("what nobody has thought of")

    monkeypatch.setattr("complaint_qms.services.inbox.senders.matching.sure_party", fails)
    assert keep_message(message()).is_new


def test_messages_from_before_get_their_customer() -> None:
    address = address_of("ann")
    mine, complaint = customer_with(address), factory.complaint()
    open_, taken = from_(address), from_("c@elsewhere.example")
    decisions.belongs_to(taken, complaint.name)
    frappe.db.set_value(DOCTYPE, {"name": ("in", (open_, taken))}, "customer", None)
    patch.execute()
    assert [frappe.db.get_value(DOCTYPE, name, "customer") for name in (open_, taken)] == [
        mine,
        complaint.customer,
    ]
