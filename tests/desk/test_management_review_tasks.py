"""Actions of a management review are tasks of who is responsible: given with the submission, ended with the action, reported by closing them."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
from frappe.utils import getdate

from complaint_qms.constants import roles
from complaint_qms.constants.review import ACTION, DOCTYPE
from complaint_qms.services.notify import outbox
from tests.desk import factory
from tests.desk.report_rows import bare_company
from tests.desk.test_management_review import review, submitted

DUE = date(2099, 1, 31)


def draft(*people: str | None):
    doc = review(bare_company(), "monthly")
    for number, person in enumerate(people):
        doc.append("actions", {"action": f"Do <b>{number}</b>", "responsible": person, "due_date": DUE})
    return doc.save()


def tasks_of(user: str) -> list[dict]:
    fields = ["name", "status", "date", "description", "reference_type", "reference_name"]
    return frappe.get_all("ToDo", {"allocated_to": user}, fields, order_by="creation asc")


def close(name: str, user: str) -> None:
    with factory.as_user(user):
        task = frappe.get_doc("ToDo", name)
        task.status = "Closed"
        task.save()


def test_who_is_responsible_gets_a_task_and_hears_of_it() -> None:
    manager, stranger = factory.user(roles.QUALITY_MANAGER), factory.user("Employee")
    doc = draft(manager, stranger, stranger, None)
    assert not tasks_of(manager), "a draft gives nobody anything to do"
    submitted(doc)
    (of_manager,) = tasks_of(manager)
    assert (of_manager.reference_type, of_manager.reference_name) == (DOCTYPE, doc.name)
    assert of_manager.date == DUE
    assert "Do &lt;b&gt;0&lt;/b&gt;" in of_manager.description
    assert [one.reference_name for one in tasks_of(stranger)] == [None, None], "may not open the review"
    assert all(doc.name in one.description for one in tasks_of(stranger))
    doc.reload()
    assert [row.task for row in doc.actions] == [
        of_manager.name,
        *(one.name for one in tasks_of(stranger)),
        None,
    ]
    told = {"to_user": stranger, "channel": outbox.DESK, "kind": "review_action_given"}
    heard = frappe.get_all(outbox.OUTBOX, told, ["text"])
    assert len(heard) == 2
    assert all("gave you an action of Management Review" in one.text for one in heard)


def test_closing_the_task_reports_the_action_as_done() -> None:
    stranger = factory.user("Employee")
    doc = submitted(draft(stranger, stranger))
    first, second = tasks_of(stranger)
    close(first.name, stranger)
    doc.reload()
    assert [(row.status, row.done_on) for row in doc.actions] == [("done", getdate()), ("open", None)]
    assert frappe.db.get_value("ToDo", second.name, "status") == "Open"


def test_what_is_entered_in_the_review_ends_the_task_or_gives_it_again() -> None:
    manager = factory.user(roles.QUALITY_MANAGER)
    doc = submitted(draft(manager, manager))
    doc.reload()
    first, second = (row.task for row in doc.actions)
    doc.actions[0].status, doc.actions[1].status = "done", "cancelled"
    doc.actions[0].task = doc.actions[1].task = "another"
    doc.save()
    assert [one.status for one in tasks_of(manager)] == ["Closed", "Cancelled"]
    assert [row.task for row in doc.actions] == [first, second], "the server keeps which task it is"
    doc.actions[0].status = "open"
    doc.save()
    assert [one.status for one in tasks_of(manager)] == ["Closed", "Cancelled", "Open"]
    doc.cancel()
    assert [one.status for one in tasks_of(manager)] == ["Closed", "Cancelled", "Cancelled"]
    close_again = frappe.get_doc("ToDo", first)
    close_again.save()
    assert frappe.db.get_value(ACTION, doc.actions[0].name, "status") == "open", (
        "a cancelled review stays as it is"
    )


def test_an_amended_review_gives_tasks_anew() -> None:
    manager = factory.user(roles.QUALITY_MANAGER)
    doc = submitted(draft(manager))
    doc.reload()
    doc.cancel()
    copy = frappe.copy_doc(doc)
    copy.actions[0].task = doc.actions[0].task
    copy.update({"amended_from": doc.name, "docstatus": 0})
    copy.insert()
    assert copy.actions[0].task is None
    copy.submit()
    assert [one.status for one in tasks_of(manager)] == ["Cancelled", "Open"]


def test_somebody_who_cannot_sign_in_is_no_choice() -> None:
    left = factory.user(roles.QUALITY_MANAGER)
    doc = draft(left)
    frappe.db.set_value("User", left, "enabled", 0)
    doc.conclusion = "Suitable."
    with pytest.raises(frappe.ValidationError, match=r"row 1: .*Choose somebody else as Responsible"):
        doc.submit()
    doc.reload()
    doc.actions[0].status = "done"
    doc.conclusion = "Suitable."
    doc.submit()
    assert not tasks_of(left)
