"""Handler and task do not drift apart: whoever takes the one away or gives it takes or gives the other."""

from __future__ import annotations

import frappe
import pytest
from frappe.cache_manager import clear_doctype_map
from frappe.desk.form import assign_to

from complaint_qms.constants import roles
from complaint_qms.patches.v1_0 import tasks_of_handlers
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.people import assignment
from tests.desk import factory
from tests.desk.factory import person
from tests.desk.test_assignment import assigned, rule, tasks, unmailed  # noqa: F401 - the fixture
from tests.desk.wire import Answer, ask

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Hand-overs that listeners hear of."""
    found: list[tuple] = []
    follow = assignment.follow

    def noting(heard: list) -> None:
        found.extend((event.name, event.data["old"], event.data["new"]) for event in heard)
        follow(heard)

    monkeypatch.setattr(assignment, "follow", noting)
    return found


def handler(name: str) -> str | None:
    return frappe.db.get_value("Complaint", name, "complaint_owner") or None


def removed(name: str, user: str, by: str, keep: bool = True) -> Answer:
    sent = {"doctype": "Complaint", "name": name, "assign_to": user}
    return ask("POST", "/api/method/frappe.desk.form.assign_to.remove", sent, user=by, keep=keep)


def task_of(name: str, user: str) -> str:
    return frappe.db.get_value(
        "ToDo", {"reference_name": name, "allocated_to": user, "status": "Open"}, order_by="creation desc"
    )


def ended(name: str) -> frappe.model.document.Document:
    doc = frappe.get_doc("Complaint", name)
    void(doc)
    return doc


def void(doc: frappe.model.document.Document) -> None:
    doc.void_reason = "Sent twice by mistake"
    doc.workflow_state = frappe.db.get_value(
        "Workflow Document State", {"parent": "Complaint", "update_value": "void"}, "state"
    )
    doc.save()
    frappe.set_user("Administrator")


def test_who_is_named_by_an_assignment_is_announced(heard):
    doc, user = factory.complaint(), person(roles.AGENT)
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [user]})
    assert heard == [(doc.name, None, user)]
    assert tasks(doc.name) == [(user, "Open")]


@pytest.mark.parametrize("way", ["removed", "closed in the list", "deleted"])
def test_the_handler_whose_assignment_is_taken_away_is_the_handler_no_more(way, heard):
    user, manager = person(roles.AGENT), person(roles.MANAGER, "System Manager")
    doc = factory.complaint(complaint_owner=user)
    heard.clear()
    task = task_of(doc.name, user)
    if way == "removed":
        answer = removed(doc.name, user, manager)
    elif way == "closed in the list":
        answer = ask("PUT", f"/api/resource/ToDo/{task}", {"status": "Cancelled"}, user=manager, keep=True)
    else:
        answer = ask("DELETE", f"/api/resource/ToDo/{task}", keep=True)
    frappe.set_user("Administrator")
    assert answer.status in (200, 202), answer.body
    assert handler(doc.name) is None
    assert heard == [(doc.name, user, None)]
    assert assigned(doc.name) == []


def test_who_may_not_hand_a_complaint_over_takes_no_task_of_its_handler_away():
    user, colleague, helper = person(roles.AGENT), person(roles.AGENT), person(roles.AGENT)
    doc = factory.complaint(complaint_owner=user)
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [helper]})
    answer = removed(doc.name, user, colleague, keep=False)
    assert answer.status == 403, answer.body
    assert "hands this over" in answer.said
    assert removed(doc.name, helper, colleague).status == 200
    frappe.set_user("Administrator")
    assert handler(doc.name) == user
    assert set(tasks(doc.name)) == {(user, "Open"), (helper, "Cancelled")}


def test_the_task_of_a_handler_is_done_when_the_complaint_is():
    user = person(roles.AGENT)
    doc = factory.complaint(complaint_owner=user)
    sent = {"doctype": "Complaint", "name": doc.name, "assign_to": user}
    answer = ask("POST", "/api/method/frappe.desk.form.assign_to.close", sent, user=user)
    frappe.set_user("Administrator")
    assert answer.status == 417, answer.body
    assert "ends with the complaint" in answer.said
    assert tasks(doc.name) == [(user, "Open")]


def told(name: str) -> list[str]:
    """Lines of the timeline about who handles the complaint."""
    lines = frappe.get_all("Comment", {"reference_name": name, "comment_type": "Info"}, pluck="content")
    return [line for line in lines if "Handler" in line or "changed" in line]


@pytest.mark.parametrize("kind", ["without a role", "kept to another customer", "auditor", "gone"])
def test_the_handlers_task_is_not_given_on_to_whom_may_not_be_named(kind, heard):
    user, manager = person(roles.AGENT), person(roles.MANAGER, "System Manager")
    other = {
        "without a role": lambda: person("Stock User"),
        "kept to another customer": lambda: person(roles.AGENT, Customer=factory.customer().name),
        "auditor": lambda: person(roles.AUDITOR),
        "gone": lambda: person(roles.AGENT),
    }[kind]()
    doc = factory.complaint(complaint_owner=user)
    if kind == "gone":
        frappe.db.set_value("User", other, "enabled", 0)
    heard.clear()
    answer = ask(
        "PUT", f"/api/resource/ToDo/{task_of(doc.name, user)}", {"allocated_to": other}, user=manager
    )
    frappe.set_user("Administrator")
    assert answer.status == 417, answer.body
    assert "Choose somebody else" in answer.said
    assert handler(doc.name) == user
    assert heard == []
    assert tasks(doc.name) == [(user, "Open")]


def test_a_task_given_on_is_one_hand_over_that_the_timeline_tells_of(heard):
    user, other, manager = person(roles.AGENT), person(roles.AGENT), person(roles.MANAGER, "System Manager")
    doc = factory.complaint(complaint_owner=user)
    heard.clear()
    task = task_of(doc.name, user)
    answer = ask("PUT", f"/api/resource/ToDo/{task}", {"allocated_to": other}, user=manager, keep=True)
    frappe.set_user("Administrator")
    assert answer.status == 200, answer.body
    assert heard == [(doc.name, user, other)]
    assert tasks(doc.name) == [(other, "Open")]
    assert (handler(doc.name), assigned(doc.name)) == (other, [other])
    assert [line for line in told(doc.name) if user in line and other in line]
    assert removed(doc.name, other, manager).status == 200
    assert [line for line in told(doc.name) if line.startswith("changed") and f"from {other} to -" in line]


@pytest.mark.parametrize("had", ["closed", "cancelled", "none"])
def test_a_rule_applied_from_the_list_makes_no_task_of_an_ended_complaint(had):
    user, manager = person(roles.AGENT), person(roles.MANAGER, "System Manager")
    doc = factory.complaint(complaint_owner=None if had == "none" else user)
    if had == "cancelled":
        assert removed(doc.name, user, manager).status == 200
        frappe.set_user("Administrator")
    ended(doc.name)
    rule(factory.unique("Rule"), person(roles.AGENT), assign_condition="1 == 1")
    sent = {"doctype": "Complaint", "docnames": frappe.as_json([doc.name])}
    path = "/api/method/frappe.automation.doctype.assignment_rule.assignment_rule.bulk_apply"
    for _again in range(2):
        answer = ask("POST", path, sent, user=manager, keep=True)
        frappe.set_user("Administrator")
        assert answer.status == 200, answer.body
        assert [row for row in tasks(doc.name) if row[1] == "Open"] == []
        assert assigned(doc.name) == []
    clear_doctype_map("Assignment Rule", "Complaint")


def test_what_a_person_opens_again_on_an_ended_complaint_stays_open():
    user, manager = person(roles.AGENT), person(roles.MANAGER, "System Manager")
    doc = factory.complaint(complaint_owner=user)
    task = task_of(doc.name, user)
    ended(doc.name)
    answer = ask("PUT", f"/api/resource/ToDo/{task}", {"status": "Open"}, user=manager, keep=True)
    frappe.set_user("Administrator")
    assert answer.status == 200, answer.body
    assert tasks(doc.name) == [(user, "Open")]


def test_a_save_that_fails_is_over(monkeypatch):
    """What a rule may do during a save, nobody may do after it."""
    doc = factory.complaint(complaint_owner=person(roles.AGENT))

    def failing(_doc):
        raise ValueError("stumbled")

    with monkeypatch.context() as patch:
        patch.setattr("complaint_qms.services.lifecycle.merge.tell_original", failing)
        with pytest.raises(ValueError, match="stumbled"):
            doc.save()
    assert not assignment.is_being_saved("Complaint", doc.name)


def test_a_save_within_a_save_ends_neither():
    doc = factory.complaint()
    with assignment.saving(doc):
        with assignment.saving(frappe.get_doc("Complaint", doc.name)):
            assert assignment.is_being_saved("Complaint", doc.name)
        assert assignment.is_being_saved("Complaint", doc.name)
    assert not assignment.is_being_saved("Complaint", doc.name)


def test_a_rule_that_unassigns_takes_the_handler_too_and_the_form_goes_on():
    user, next_one = person(roles.AGENT), person(roles.AGENT)
    here = {"assign_condition": "subject != 'Elsewhere'", "unassign_condition": "subject == 'Elsewhere'"}
    rule(factory.unique("Rule"), user, **here)
    rule(factory.unique("Rule"), next_one, assign_condition="subject == 'Elsewhere'")
    doc = factory.complaint()
    assert handler(doc.name) == user
    doc.subject = "Elsewhere"
    doc.save()
    assert handler(doc.name) == doc.complaint_owner == next_one
    assert tasks(doc.name) == [(user, "Cancelled"), (next_one, "Open")]
    doc.description = "The form goes on."
    doc.save()
    assert handler(doc.name) == next_one
    clear_doctype_map("Assignment Rule", "Complaint")


def test_a_rule_gives_the_former_handler_no_task_again():
    first, second = person(roles.AGENT), person(roles.AGENT)
    rule(factory.unique("Rule"), first)
    doc = factory.complaint()
    doc.complaint_owner = second
    doc.save()
    assert assigned(doc.name) == [second]
    assert handler(doc.name) == second


@pytest.mark.parametrize("ruled", [False, True])
def test_an_ended_complaint_is_no_task_of_helpers_either(ruled):
    if ruled:
        rule(factory.unique("Rule"), person(roles.AGENT))
    user, helper = person(roles.AGENT), person(roles.AGENT)
    doc = factory.complaint(complaint_owner=user)
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [helper]})
    ended(doc.name)
    assert {status for _user, status in tasks(doc.name)} == {"Closed"}
    assert assigned(doc.name) == []
    clear_doctype_map("Assignment Rule", "Complaint")


def test_who_is_named_in_the_step_that_ends_a_complaint_gets_no_task():
    first, last = person(roles.AGENT), person(roles.MANAGER)
    doc = factory.complaint(complaint_owner=first)
    doc.reload()
    doc.complaint_owner = last
    void(doc)
    assert handler(doc.name) == last
    assert [row for row in tasks(doc.name) if row[1] == "Open"] == []


def test_closing_with_another_handler_leaves_no_task():
    last = person(roles.MANAGER)
    doc = factory.at_stage("review")
    factory.tick_all(doc)
    closing = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
    with factory.as_user(person(roles.MANAGER)):
        take_step(doc, "Close", {**closing, "complaint_owner": last})
    assert (doc.stage, handler(doc.name)) == ("closed", last)
    assert [row for row in tasks(doc.name) if row[1] == "Open"] == []


def test_the_patch_gives_tasks_to_people_who_can_do_them():
    here, gone, then = person(roles.AGENT), person(roles.AGENT), person(roles.AGENT)
    names = {user: factory.complaint(complaint_owner=user).name for user in (here, gone, then)}
    frappe.db.delete("ToDo", {"reference_name": ("in", list(names.values()))})
    frappe.db.set_value("User", gone, "enabled", 0)
    frappe.db.set_value("Complaint", names[then], "is_migrated", 1)
    tasks_of_handlers.execute()
    assert {user: tasks(name) for user, name in names.items()} == {here: [(here, "Open")], gone: [], then: []}
