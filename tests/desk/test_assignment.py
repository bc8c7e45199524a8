"""The handler of a complaint is the framework's own assignment, in both directions."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.cache_manager import clear_doctype_map
from frappe.desk.form import assign_to

from tests.desk import factory
from tests.desk.wire import ask

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def unmailed(monkeypatch: pytest.MonkeyPatch):
    """The framework's own notice of an assignment is a mail, for which this site has no sender."""
    monkeypatch.setattr("frappe.desk.form.assign_to.notify_assignment", lambda *args, **kwargs: None)
    yield
    clear_doctype_map("Assignment Rule", "Complaint")


def person() -> str:
    return factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")


def rule(name: str, *users: str, **values: object) -> None:
    """An Assignment Rule for complaints that come in."""
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    defaults = {
        "name": name,
        "document_type": "Complaint",
        "assign_condition": "stage == 'intake'",
        "rule": "Round Robin",
        "description": "Look at {{ name }}",
        "users": [{"user": user} for user in users],
        "assignment_days": [{"day": day} for day in week],
    }
    factory.make("Assignment Rule", **defaults | values)
    clear_doctype_map("Assignment Rule", "Complaint")


def tasks(name: str) -> list[tuple[str, str]]:
    rows = frappe.get_all(
        "ToDo",
        {"reference_type": "Complaint", "reference_name": name},
        ["allocated_to", "status"],
        order_by="creation, name",
    )
    return [(row.allocated_to, row.status) for row in rows]


def assigned(name: str) -> list[str]:
    return frappe.parse_json(frappe.db.get_value("Complaint", name, "_assign") or "[]")


def test_a_new_handler_has_the_task_and_the_old_one_not_any_more():
    first, second = person(), person()
    doc = factory.complaint(complaint_owner=first)
    assert tasks(doc.name) == [(first, "Open")]
    assert assigned(doc.name) == [first]
    doc.reload()
    doc.complaint_owner = second
    doc.save()
    assert sorted(tasks(doc.name)) == sorted([(first, "Cancelled"), (second, "Open")])
    assert assigned(doc.name) == [second]


def test_saving_again_gives_no_second_task():
    doc = factory.complaint(complaint_owner=person())
    doc.reload()
    doc.subject = "Another subject"
    doc.save()
    assert len(tasks(doc.name)) == 1


def test_who_is_assigned_in_the_sidebar_is_the_handler_of_a_complaint_without_one():
    doc, user = factory.complaint(), person()
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [user]})
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == user
    assert tasks(doc.name) == [(user, "Open")]


def test_who_is_assigned_beside_a_handler_helps():
    handler, helper = person(), person()
    doc = factory.complaint(complaint_owner=handler)
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [helper]})
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == handler
    assert sorted(assigned(doc.name)) == sorted([handler, helper])


def test_an_assignment_rule_names_the_handler():
    user = person()
    rule(factory.unique("Rule"), user)
    doc = factory.complaint()
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == user
    assert tasks(doc.name) == [(user, "Open")]
    # The form goes on with the record that registering gave back.
    assert doc.complaint_owner == user
    doc.subject = "Another subject"
    doc.save()
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == user


def test_an_ended_complaint_is_nobodys_task_and_one_opened_again_is_its_handlers():
    user = person()
    doc = factory.complaint(complaint_owner=user)
    doc.reload()
    doc.void_reason = "Sent twice by mistake"
    doc.workflow_state = frappe.db.get_value(
        "Workflow Document State", {"parent": "Complaint", "update_value": "void"}, "state"
    )
    doc.save()
    assert doc.stage == "void"
    assert tasks(doc.name) == [(user, "Closed")]
    assert assigned(doc.name) == []


@pytest.mark.parametrize("handler", [True, False])
@pytest.mark.parametrize("kind", ["auditor", "disabled"])
def test_who_cannot_help_is_not_assigned(kind: str, handler: bool):
    doc = factory.complaint(complaint_owner=person() if handler else None)
    before = tasks(doc.name)
    user = (
        factory.user("QMS Auditor", email=f"{frappe.generate_hash(length=8)}@qms.example")
        if kind == "auditor"
        else person()
    )
    if kind == "disabled":
        frappe.db.set_value("User", user, "enabled", 0)
    frappe.db.savepoint("assigning")
    with pytest.raises(frappe.ValidationError, match=r"Assigned To: .*Choose somebody else"):
        assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [user]})
    frappe.db.rollback(save_point="assigning")
    assert tasks(doc.name) == before
    assert user not in assigned(doc.name)


def test_a_task_that_is_handed_on_is_asked_about_again():
    helper = person()
    doc = factory.complaint(complaint_owner=person())
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [helper]})
    task = frappe.get_doc("ToDo", {"reference_name": doc.name, "allocated_to": helper})
    task.allocated_to = factory.user("QMS Auditor", email=f"{frappe.generate_hash(length=8)}@qms.example")
    with pytest.raises(frappe.ValidationError, match="is an auditor"):
        task.save()


def test_tasks_about_other_records_are_none_of_our_business():
    auditor = factory.user("QMS Auditor", email=f"{frappe.generate_hash(length=8)}@qms.example")
    item = factory.item()
    assign_to.add({"doctype": "Item", "name": item.name, "assign_to": [auditor]})
    assert frappe.db.exists("ToDo", {"reference_name": item.name, "allocated_to": auditor})


def of_accounts(doc) -> str:
    """Somebody of accounts, to whom the complaint is open because it has a settlement."""
    settlement = frappe.get_doc(
        {"doctype": "Complaint Settlement", "complaint": doc.name, "company": doc.company,
         "customer": doc.customer, "currency": doc.currency, "reason": "Agreed"}
    )  # fmt: skip
    settlement.set_new_name()
    settlement.db_insert()  # past its checks: nobody asks here what was sold
    return factory.person("Accounts User")


def with_a_share(doc) -> str:
    """Somebody without a role of the app, to whom the complaint was shared for reading."""
    reader = factory.person("Stock User")
    frappe.share.add("Complaint", doc.name, reader, read=1)
    return reader


@pytest.mark.parametrize("reader_of", [of_accounts, with_a_share])
@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("frappe.desk.form.assign_to.add", {}),
        ("frappe.desk.form.assign_to.add", {"assignment_rule": "Complaints in turn"}),
        ("frappe.desk.form.assign_to.add_multiple", {}),
        ("frappe.client.insert", {}),
    ],
)
def test_who_may_not_change_the_record_names_no_handler(method, values, reader_of):
    doc, user = factory.complaint(), person()
    reader = reader_of(doc)
    rule("Complaints in turn", person(), disabled=1)
    task = {"reference_type": "Complaint", "reference_name": doc.name, "allocated_to": user}
    sent = {
        "frappe.desk.form.assign_to.add": {"doctype": "Complaint", "name": doc.name, "assign_to": [user]},
        "frappe.desk.form.assign_to.add_multiple": {
            "doctype": "Complaint",
            "name": json.dumps([doc.name]),
            "assign_to": [user],
        },
        "frappe.client.insert": {
            "doc": {"doctype": "ToDo", "description": "Look", "assigned_by": reader, **task}
        },
    }[method]
    answer = ask("POST", f"/api/method/{method}", sent | values, user=reader, keep=True)
    assert answer.status == 200, answer.body
    assert tasks(doc.name) == [(user, "Open")]
    assert not frappe.db.get_value("Complaint", doc.name, "complaint_owner")


def test_who_may_change_the_record_names_the_handler_by_the_same_request():
    doc, user = factory.complaint(), person()
    sent = {"doctype": "Complaint", "name": doc.name, "assign_to": [user]}
    answer = ask("POST", "/api/method/frappe.desk.form.assign_to.add", sent, user=person(), keep=True)
    assert answer.status == 200, answer.body
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == user


def test_an_assignment_rule_names_the_handler_whoever_registers():
    user = person()
    rule(factory.unique("Rule"), user)
    buyer = factory.customer().name
    with factory.as_user("Guest"):
        doc = frappe.get_doc(
            {
                "doctype": "Complaint",
                "subject": "Handle broken",
                "description": "It broke.",
                "complaint_type": "Broken or Damaged",
                "customer": buyer,
                "company": factory.company(),
            }
        ).insert(ignore_permissions=True)
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == user
