"""Whose complaint it is, stored without a person only where nobody else can be meant: drafts of the inbox, mails and the public page."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.inbox import CHAT, MAIL, PAGE, REST
from complaint_qms.integrations.erpnext.party_matching import contacts_with
from complaint_qms.services.correspondence.addresses import addresses_of, addresses_of_complainant
from complaint_qms.services.inbox import draft, store
from complaint_qms.services.visitor import new_complaint
from tests.desk import factory
from tests.desk.portal import login

PHONE, MAIL_ADDRESS = "+86 139 8765 4329", "sure@customer.example"
PARTY = ("customer", "contact_person", "complainant_name")


@pytest.fixture
def known():
    customer = factory.customer().name
    return customer, reached_by(customer, PHONE, MAIL_ADDRESS)


def reached_by(customer: str | None, phone: str = "", mail: str = "") -> str:
    """Name of a contact of a customer, or of nobody."""
    return factory.contact(
        customer,
        first_name=factory.unique("Ann"),
        links=[{"link_doctype": "Customer", "link_name": customer}] if customer else [],
        email_ids=[{"email_id": mail, "is_primary": 1}] if mail else [],
        phone_nos=[{"phone": phone, "is_primary_mobile_no": 1}] if phone else [],
    ).name


def drafted(address: str, road: str = MAIL, name: str = "", **sent: object) -> tuple:
    """Customer and contact that the draft of a message stores."""
    message = store.InboundMessage(
        road=road, sender=store.Sender(name, address), text="It leaks.", company=factory.company(),
        payload=json.dumps(sent) if road == REST else "",
    )  # fmt: skip
    values = draft.proposed_values(store._item(message, factory.unique("key")))
    return values.get("customer"), values.get("contact_person")


@pytest.mark.parametrize("address", [PHONE, "0086 139-8765-4329", "13987654329", MAIL_ADDRESS.upper()])
def test_who_is_sure_is_stored(known, address: str) -> None:
    for road in (MAIL, REST, PAGE, CHAT):
        assert drafted(address, road) == known


@pytest.mark.parametrize("ending", ["87654329", "654329"])
def test_a_number_that_ends_alike_is_nobodys(known, ending: str) -> None:
    assert drafted(ending) == (None, None)


def test_what_two_customers_have_is_left_to_a_person(known) -> None:
    for phone, mail in ((PHONE, ""), ("", MAIL_ADDRESS)):
        other = reached_by(factory.customer().name, phone, mail)
        assert drafted(phone or mail) == (None, None)
        frappe.delete_doc("Contact", other)


def test_a_contact_of_two_customers_is_left_to_a_person() -> None:
    name = reached_by(factory.customer().name, PHONE)
    contact = frappe.get_doc("Contact", name)
    contact.append("links", {"link_doctype": "Customer", "link_name": factory.customer().name})
    contact.save()
    assert drafted(PHONE) == (None, None)


def test_of_two_contacts_of_one_customer_the_customer_alone(known) -> None:
    reached_by(known[0], PHONE, MAIL_ADDRESS)
    assert [drafted(PHONE), drafted(MAIL_ADDRESS)] == [(known[0], None)] * 2


def test_contacts_of_nobody_stand_in_nobodys_way(known) -> None:
    for _n in range(6):
        reached_by(None, PHONE, MAIL_ADDRESS)
    assert [drafted(PHONE), drafted(MAIL_ADDRESS)] == [known] * 2


def test_what_a_request_says_itself_is_not_mixed_with_another(known) -> None:
    other = factory.customer().name
    assert drafted(PHONE, REST, customer=other) == (other, None)


def test_a_chat_account_is_whose_complaint_it_wrote_about() -> None:
    doc, account = factory.complaint(), factory.unique("wx_")
    item = frappe.new_doc("Complaint Inbox Item")
    item.update(
        {"road": CHAT, "sender_address": account, "complaint": doc.name, "state": "registered", "company": doc.company}
    )  # fmt: skip
    item.name = factory.unique("CIN")
    item.db_insert()
    assert drafted(account, CHAT) == (doc.customer, None)
    assert drafted(account) == (None, None), "the name of an account is none of a mailbox"


def test_contacts_that_the_user_may_not_choose_are_not_named(known, monkeypatch) -> None:
    frappe.set_user(factory.person(roles.AGENT))
    allowed = frappe.has_permission

    def without_contacts(doctype: str, *args: object, **more: object) -> bool:
        return doctype != "Contact" and allowed(doctype, *args, **more)

    monkeypatch.setattr(frappe, "has_permission", without_contacts)
    assert drafted(MAIL_ADDRESS)[1] is None


def test_who_has_no_name_in_the_message_has_the_contacts(known) -> None:
    message = store.InboundMessage(road=MAIL, sender=store.Sender("", PHONE), text="It leaks.")
    values = draft.proposed_values(store._item(message, factory.unique("key")))
    assert values["complainant_name"] == frappe.db.get_value("Contact", known[1], "full_name")


class TestPage:
    def filed(self, **values: str) -> tuple:
        message = store.InboundMessage(
            road=PAGE, text="The lid cracked.", subject="The lid cracked", company=factory.company(),
            payload=json.dumps({"name": "A. L.", **values}),
        )  # fmt: skip
        item = store._item(message, factory.unique("key"))
        item.name = factory.unique("CIN")
        item.db_insert()
        doc = frappe.get_doc("Complaint", new_complaint.read_filed(item).complaint)
        return doc.customer, doc.contact_person, doc.complainant_name

    def test_who_is_sure_is_on_the_complaint(self, known) -> None:
        assert self.filed(phone="13987654329") == (*known, "A. L.")
        assert self.filed(email=MAIL_ADDRESS) == (*known, "A. L.")

    def test_who_is_not_sure_is_proposed_on_the_form(self, known) -> None:
        reached_by(factory.customer().name, PHONE)
        assert self.filed(phone=PHONE) == (None, None, "A. L.")
        assert self.filed(phone="654329") == (None, None, "A. L.")


def test_a_contact_that_a_customer_made_is_nobody_and_no_address_of_theirs() -> None:
    """Frappe lets everybody who logs in make contacts, of any customer."""
    customer = factory.customer().name
    phone, mail = "+86 138 1111 4328", f"{frappe.generate_hash(length=8)}@evil.example"
    made = reached_by(customer, phone, mail)
    doc = factory.complaint(customer=customer)
    assert drafted(mail) == drafted(phone) == (customer, made)
    assert mail in addresses_of(doc)
    visitor = login()
    frappe.db.set_value("Contact", made, "owner", visitor)
    assert drafted(mail) == drafted(phone) == (None, None)
    name = frappe.db.get_value("Contact", made, "full_name")
    assert not contacts_with(phone, mail, name, None)
    assert mail not in addresses_of(doc)
    doc.contact_person = made
    assert not {mail} & {*addresses_of(doc), *addresses_of_complainant(doc)}
    frappe.db.set_value("Contact", made, "owner", factory.user(roles.AGENT))
    assert drafted(mail) == (customer, made)
    assert mail in addresses_of_complainant(doc)
