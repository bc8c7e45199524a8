"""Roles hold on the server where a site switches the workflow off, deletes it, or runs one that knows no stages."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.workflow import WorkflowPermissionError

from complaint_qms.constants import roles
from complaint_qms.constants.records import FIRST_STAGE, MOVES
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle import shipped_workflow
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.shipped_workflow import roles_of_steps
from tests.desk import factory
from tests.desk.factory import as_user

CLOSING = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "x"}
EVERY_ROLE = (
    *roles.OWN_ROLES,
    roles.QUALITY_MANAGER,
    roles.ACCOUNTS_USER,
    roles.ACCOUNTS_MANAGER,
    "System Manager",
)


def switched_off(doctype):
    frappe.db.set_value("Workflow", doctype, "is_active", 0)


def deleted(doctype):
    frappe.delete_doc("Workflow", doctype, force=True)


@pytest.fixture(autouse=True)
def read_anew():
    """What is cached of workflows goes after each test, which is rolled back."""
    yield
    forget()


@pytest.fixture(params=[switched_off, deleted])
def off(request):
    def turn(doctype):
        request.param(doctype)
        forget()

    return turn


def forget():
    for doctype in FIRST_STAGE:
        frappe.clear_cache(doctype=doctype)
        frappe.clear_document_cache("Workflow", doctype)


def move(doc, stage, **values):
    doc.update({"stage": stage, **values})
    doc.save()


STEPS = [
    (doctype, origin, target)
    for doctype, moves in MOVES.items()
    for origin, targets in moves.items()
    for target in targets
]


@pytest.mark.parametrize(("doctype", "origin", "target"), STEPS)
def test_each_step_is_refused_to_whoever_lacks_its_role(doctype, origin, target, monkeypatch):
    """Every step of every workflow, with the gates left open and nothing to sign: the role alone decides."""
    from complaint_qms.services.lifecycle import guard

    monkeypatch.setattr(guard, "missing_of", lambda *_: [])
    monkeypatch.setattr(guard, "stage_map", lambda _doctype: {})
    monkeypatch.setattr(guard.shipped_workflow, "keep_state", lambda _doc: None)
    doc = frappe.get_doc({"doctype": doctype, "name": "X-1", "stage": target})
    monkeypatch.setattr(type(doc), "gates", staticmethod(lambda *_: []))
    doc._doc_before_save = frappe.get_doc({"doctype": doctype, "name": "X-1", "stage": origin})
    allowed = roles_of_steps(doctype)[origin, target]
    assert allowed
    for role in EVERY_ROLE:
        monkeypatch.setattr(frappe.session, "user", "somebody@qms.example")
        monkeypatch.setattr(frappe, "get_roles", lambda *_, role=role: [role])
        doc.stage = target
        if role in allowed:
            assert guard.guard(doc) == (origin, target)
        else:
            with pytest.raises(frappe.PermissionError, match="that needs the role"):
                guard.guard(doc)


@pytest.mark.parametrize("user", ["Administrator", roles.MANAGER])
def test_a_step_that_is_given_to_nobody_is_open_to_nobody(off, monkeypatch, user):
    doc = factory.in_triage()
    off("Complaint")
    steps = {
        pair: held for pair, held in roles_of_steps("Complaint").items() if pair != ("triage", "on_hold")
    }
    monkeypatch.setattr(shipped_workflow, "roles_of_steps", lambda _doctype: steps)
    with as_user(user if user == "Administrator" else factory.person(user)):
        doc.reload()
        with pytest.raises(frappe.PermissionError, match="gives this step to no role"):
            move(doc, "on_hold", hold_reason="Sample awaited")


def test_an_agent_closes_and_rejects_nothing(off):
    doc = factory.at_stage("review")
    off("Complaint")
    with as_user(factory.person(roles.AGENT)):
        doc.reload()
        with pytest.raises(frappe.PermissionError, match="Complaint Manager"):
            move(doc, "closed", **CLOSING)
    with as_user(factory.person(roles.MANAGER)):
        doc.reload()
        move(doc, "closed", **CLOSING)
    assert (doc.stage, doc.workflow_state) == ("closed", "Closed")


def test_a_workflow_that_knows_no_stages_opens_none():
    doc = factory.at_stage("review")
    factory.make(
        "Workflow",
        workflow_name=factory.unique("Own way"),
        document_type="Complaint",
        workflow_state_field="workflow_state",
        is_active=1,
        states=[{"state": "Pending", "doc_status": "0", "allow_edit": "All"}],
    )
    forget()
    doc.db_set("workflow_state", "Pending")
    with as_user(factory.person(roles.AGENT)):
        doc.reload()
        with pytest.raises(frappe.PermissionError, match="Complaint Manager"):
            move(doc, "closed", **CLOSING)
    with as_user(factory.person(roles.MANAGER)):
        doc.reload()
        move(doc, "closed", **CLOSING)
    assert (doc.stage, doc.workflow_state) == ("closed", "Pending")


def test_independence_needs_no_workflow(off):
    study = factory.under_review()
    off("Investigation")
    author = factory.person(roles.INVESTIGATOR, roles.QUALITY_MANAGER)
    study.db_set("investigator", author)
    for user in (author, study.submitted_by):
        with as_user(user):
            study.reload()
            with pytest.raises((GateError, frappe.PermissionError)):
                move(study, "completed")
    with as_user(factory.person(roles.QUALITY_MANAGER)):
        study.reload()
        move(study, "completed")


def test_a_state_sent_alone_moves_and_shows_nothing(off):
    doc = factory.in_triage()
    off("Complaint")
    doc.reload()
    doc.workflow_state = "Closed"
    doc.save()
    doc.reload()
    assert (doc.stage, doc.workflow_state) == ("triage", "In Triage")


def test_records_are_in_step_when_the_workflow_comes_back():
    switched_off("Complaint")
    forget()
    doc = factory.complaint()
    assert (doc.stage, doc.workflow_state) == (FIRST_STAGE["Complaint"], "New")
    doc.checklist and factory.tick_all(doc)
    move(doc, "triage")
    frappe.db.set_value("Workflow", "Complaint", "is_active", 1)
    forget()
    doc.reload()
    assert doc.workflow_state == "In Triage"
    take_step(doc, "Hold", {"hold_reason": "Sample awaited"})
    assert doc.stage == "on_hold"


def test_with_the_workflow_on_a_stage_or_a_state_sent_goes_the_same_way():
    doc = factory.at_stage("review")
    with as_user(factory.person(roles.AGENT)):
        doc.reload()
        doc.stage = "closed"
        doc.save()
        assert doc.reload().stage == "review"
        doc.update({"workflow_state": "Closed", **CLOSING})
        with pytest.raises(WorkflowPermissionError, match="not allowed"):
            doc.save()


def test_a_sites_own_rule_against_self_approval_holds_for_a_plain_save():
    workflow = frappe.get_doc("Workflow", "Complaint")
    for row in workflow.transitions:
        row.allow_self_approval = int(row.action != "Start Triage")
    workflow.save()
    creator = factory.person(roles.AGENT)
    with as_user(creator):
        doc = frappe.get_doc(
            {
                "doctype": "Complaint",
                "subject": "x",
                "description": "x",
                "complainant_name": "A stranger",
                "company": factory.company(),
            }
        ).insert()
        doc.workflow_state = "In Triage"
        with pytest.raises(GateError, match="somebody else takes the step"):
            doc.save()
    with as_user(factory.person(roles.AGENT)):
        doc.reload()
        doc.workflow_state = "In Triage"
        doc.save()
    assert doc.stage == "triage"
