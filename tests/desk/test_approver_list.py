"""Who may take the next step stands in the framework's list from a record's first change on, with one entry open."""

from __future__ import annotations

import frappe
import pytest
from frappe.workflow.doctype.workflow_action import workflow_action

from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")
FIRST, SECOND = "New", "In Triage"
# What Frappe 15 asks of records that nobody is listed for, and 16 does not.
LOOKS_FOR_USERS = hasattr(workflow_action, "clear_old_workflow_actions_using_user")


def listed(name: str) -> list[tuple[str, str, set[str]]]:
    """State, status and roles of the entries, oldest first."""
    fields = ["name", "workflow_state", "status"]
    rows = frappe.get_all("Workflow Action", {"reference_name": name}, fields, order_by="creation asc")
    return [
        (
            row.workflow_state,
            row.status,
            set(frappe.get_all("Workflow Action Permitted Role", {"parent": row.name}, pluck="role")),
        )
        for row in rows
    ]


def may_move(stage: str) -> set[str]:
    workflow = frappe.db.get_value("Workflow", {"document_type": "Complaint", "is_active": 1})
    return set(frappe.get_all("Workflow Transition", {"parent": workflow, "state": stage}, pluck="allowed"))


def test_a_change_lists_who_may_move_the_record_on() -> None:
    doc = factory.complaint()
    assert listed(doc.name) == []
    for number in range(2):
        doc.closing_summary = f"Change {number}"
        doc.save()
        assert listed(doc.name) == [(FIRST, "Open", may_move(FIRST))]


def test_who_moves_it_at_its_first_change_has_done_the_first_entry() -> None:
    doc = factory.complaint()
    take_step(doc, "Start Triage", {})
    done = [(FIRST, "Completed", may_move(FIRST))] if LOOKS_FOR_USERS else []
    assert listed(doc.name) == [*done, (SECOND, "Open", may_move(SECOND))]


def test_a_workflow_that_mails_still_does(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = frappe.db.get_value("Workflow", {"document_type": "Complaint", "is_active": 1})
    frappe.db.set_value("Workflow", workflow, "send_email_alert", 1)
    frappe.db.set_value("Workflow Document State", {"parent": workflow}, "send_email", 1)
    frappe.clear_document_cache("Workflow", workflow)
    mailed: list[str] = []
    monkeypatch.setattr(workflow_action, "enqueue", lambda _send, doc, **_more: mailed.append(doc.name))
    doc = factory.complaint()
    assert mailed == [doc.name]
    take_step(doc, "Start Triage", {})
    assert mailed == [doc.name, doc.name]
    frappe.clear_document_cache("Workflow", workflow)


def test_a_move_of_a_listed_record_adds_one_entry() -> None:
    doc = factory.complaint()
    doc.closing_summary = "Changed"
    doc.save()
    take_step(doc, "Start Triage", {})
    assert [row[:2] for row in listed(doc.name)] == [(FIRST, "Completed"), (SECOND, "Open")]
