"""What a person decides about a message that came in: once, by name, within their companies."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api.inbox import draft as draft_of_form
from complaint_qms.constants import roles
from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, NEW, REGISTERED
from complaint_qms.exceptions import GateError
from complaint_qms.services.inbox import decisions, draft, likely_complaints, understanding
from complaint_qms.services.inbox.outcomes import Registered
from complaint_qms.services.inbox.store import Sender
from complaint_qms.services.intake import register
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.inbound import NOW, PHOTO, answer, take_over, waiting
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    take_over(monkeypatch)


def test_an_item_becomes_a_complaint_with_its_files():
    item = waiting(files=(PHOTO,))
    agent = factory.person(roles.AGENT)
    frappe.set_user(agent)
    made = decisions.make_complaint(item.name, {"expectation": "refund"})
    item.reload()
    assert (item.state, item.complaint, item.decided_by) == (REGISTERED, made.name, agent)
    assert item.decided_at
    assert not item.reason
    assert (made.subject, made.contact_email, made.received_at) == (item.subject, item.sender_address, NOW)
    assert "&lt;b&gt;each" in made.description
    (row,) = made.evidence
    assert (row.kind, row.caption[:4], bool(row.sha256)) == ("photo", "leak", True)
    with pytest.raises(frappe.ValidationError, match=f"stands on {made.name}"):
        decisions.make_complaint(item.name, {})
    with pytest.raises(frappe.ValidationError, match="taken up already"):
        decisions.belongs_to(item.name, made.name)
    with pytest.raises(frappe.ValidationError, match="taken up already"):
        decisions.not_a_complaint(item.name, "no")
    with pytest.raises(frappe.ValidationError, match="taken up already"):
        decisions.try_again(item.name)
    assert frappe.db.count("Complaint", {"source_name": item.name}) == 1


def test_a_message_takes_no_key_of_another_complaint():
    key, item = frappe.generate_hash(length=12), waiting()
    known = register.register({"subject": "Handle broken", "idempotency_key": key})
    frappe.db.commit()
    door = "/api/method/complaint_qms.api.inbox.make_complaint"
    answer = ask("POST", door, {"name": item.name, "values": {"idempotency_key": key}}, keep=True)
    assert (answer.status, "“idempotency_key” cannot be sent here" in answer.said) == (417, True)
    answer = ask("POST", door, {"name": item.name, "values": {"idempotency_key": None}}, keep=True)
    made = answer.body["message"]["name"]
    assert made != known.name
    assert frappe.db.get_value(DOCTYPE, item.name, ["state", "complaint"]) == (REGISTERED, made)


def test_the_form_of_a_new_complaint_takes_the_item_as_well():
    """The desk fills a new complaint by this draft; saving it is the decision."""
    item = waiting(files=(PHOTO,))
    frappe.set_user(factory.person(roles.AGENT))
    values = draft_of_form(item.name)
    doc = frappe.get_doc(values)
    doc.insert()
    assert frappe.db.get_value(DOCTYPE, item.name, ["state", "complaint"]) == (REGISTERED, doc.name)
    with pytest.raises(frappe.ValidationError, match="taken up already"):
        frappe.get_doc(values).insert()


def test_a_draft_names_the_customer_of_the_address():
    customer = factory.customer()
    contact = factory.contact(customer.name)
    item = waiting(sender=Sender("Somebody", contact.email_id))
    assert draft.proposed_values(item)["customer"] == customer.name


def test_an_item_is_as_open_as_the_complaint_it_became():
    customers = [factory.customer(), factory.customer()]
    items = [waiting() for _ in customers]
    for item, customer in zip(items, customers, strict=True):
        decisions.make_complaint(item.name, {"customer": customer.name})
    frappe.set_user(factory.person(roles.AGENT, Customer=customers[0].name))
    seen = frappe.get_list(DOCTYPE, pluck="name", order_by="name", limit=0)
    assert [item.name in seen for item in items] == [True, False]


def test_an_item_belongs_to_a_complaint():
    item, complaint = waiting(files=(PHOTO,)), factory.complaint()
    agent = factory.person(roles.AGENT)
    frappe.set_user(agent)
    decisions.belongs_to(item.name, complaint.name)
    item.reload()
    assert (item.state, item.complaint, item.decided_by) == (ADDED, complaint.name, agent)
    mail = frappe.get_doc("Communication", item.communication)
    assert (mail.reference_name, mail.sent_or_received) == (complaint.name, "Received")
    assert "handle" in mail.content
    assert [row.caption[:4] for row in frappe.get_doc("Complaint", complaint.name).evidence] == ["leak"]


def test_nobody_adds_to_a_complaint_that_they_may_not_change():
    item, complaint = waiting(), factory.complaint(company=factory.other_company())
    frappe.set_user(factory.person(roles.AGENT, Company=factory.company()))
    with pytest.raises(frappe.PermissionError):
        decisions.belongs_to(item.name, complaint.name)


def test_an_item_is_no_complaint_for_a_reason():
    item = waiting()
    with pytest.raises(frappe.ValidationError, match="write why"):
        decisions.not_a_complaint(item.name, " ")
    decisions.not_a_complaint(item.name, "An advertisement.")
    item.reload()
    assert (item.state, item.decision_note, item.decided_by) == (
        DISMISSED,
        "An advertisement.",
        "Administrator",
    )
    with pytest.raises(frappe.ValidationError, match="decided already"):
        decisions.not_a_complaint(item.name, "again")
    made = decisions.make_complaint(item.name, {})  # a mistake is mended
    assert frappe.db.get_value(DOCTYPE, item.name, "complaint") == made.name


def test_an_item_is_read_once_more():
    item, jobs = waiting(), []
    answer.append(lambda item: Registered(register.register(draft.proposed_values(item)).name))
    decisions.try_again(item.name)
    item.reload()
    assert (item.state, item.attempts) == (NEW, 0)
    assert understanding.understand(item.name) == REGISTERED
    item.reload()
    assert item.complaint
    assert not item.decided_by
    assert not jobs


def test_likely_complaints_are_named_by_number_and_by_sender():
    named, same = factory.complaint(), factory.complaint(contact_email="same@example.com")
    item = waiting(text=f"About {named.name.lower()}: it leaks.", sender=Sender("", "same@example.com"))
    found = likely_complaints.likely_complaints(item)
    assert [row["name"] for row in found] == [named.name, same.name]


def test_a_request_writes_no_item_and_changes_none():
    values = {"doctype": DOCTYPE, "road": "mail", "subject": "forged", "company": factory.company()}
    with pytest.raises(frappe.ValidationError, match="when a message comes in"):
        frappe.get_doc(values).insert()
    item = waiting()
    frappe.set_user(factory.person(roles.MANAGER))
    doc = frappe.get_doc(DOCTYPE, item.name)
    doc.state = REGISTERED
    with pytest.raises(frappe.ValidationError, match="when a message comes in"):
        doc.save()
    frappe.set_user("Administrator")
    with pytest.raises(GateError, match="never deleted"):
        frappe.delete_doc(DOCTYPE, item.name)


def test_nobody_sees_the_items_of_another_company():
    mine, other = waiting(company=factory.company()), waiting(company=factory.other_company())
    frappe.set_user(factory.person(roles.AGENT, Company=factory.company()))
    seen = frappe.get_list(DOCTYPE, pluck="name", order_by="name", limit=0)
    assert mine.name in seen
    assert other.name not in seen
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc(DOCTYPE, other.name).check_permission("read")
    for act in (decisions.make_complaint, decisions.not_a_complaint, decisions.belongs_to):
        with pytest.raises(frappe.PermissionError):
            act(other.name, "x")
    with pytest.raises(frappe.PermissionError):
        decisions.try_again(other.name)


def test_what_waits_stands_on_my_work():
    item = waiting(received_at=now_datetime())
    found = {}
    for role in (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.AUDITOR):
        user = factory.person(role)
        frappe.set_user(user)
        rows = my_work(user, now_datetime())["rows"]
        found[role] = [row for row in rows if row["name"] == item.name]
        frappe.set_user("Administrator")
    assert [role for role, rows in found.items() if rows] == [roles.AGENT, roles.MANAGER]
    (row,) = found[roles.AGENT]
    assert (row["group"], row["first_missing"]) == ("today", "“Company” is missing.")


def test_who_decides_on_it_is_in_its_versions():
    item = waiting()
    decisions.not_a_complaint(item.name, "Spam.")
    (version,) = frappe.get_all(
        "Version", {"docname": item.name}, ["owner", "data"], order_by="creation desc", limit=1
    )
    assert ["decision_note", None, "Spam."] in json.loads(version.data)["changed"]
