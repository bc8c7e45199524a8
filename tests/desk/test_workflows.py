"""The workflow loader: makes what is missing, follows a new version, never treads on a site's own edits."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants.records import FIRST_STAGE, MOVES
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.setup import workflows
from complaint_qms.setup.workflows import definitions, sync_workflows
from tests.desk import factory


def snapshot():
    return {
        name: [
            str(frappe.db.get_value("Workflow", name, "modified")),
            workflows._rows_of(frappe.get_doc("Workflow", name)),
        ]
        for name in ("Complaint", "Investigation", "CAPA")
    }


def test_running_twice_changes_nothing():
    before = snapshot()
    sync_workflows()
    assert snapshot() == before


@pytest.mark.parametrize("definition", definitions(), ids=lambda row: row["workflow_name"])
def test_every_shipped_state_has_a_stage_and_every_step_a_known_move(definition):
    moves = MOVES[definition["document_type"]]
    stages = {row["state"]: row["stage"] for row in definition["states"]}
    assert definition["states"][0]["stage"] == FIRST_STAGE[definition["document_type"]]
    assert set(stages.values()) == set(moves)
    for step in definition["transitions"]:
        assert stages[step["to"]] in moves[stages[step["from"]]], step


@pytest.mark.parametrize("definition", definitions(), ids=lambda row: row["workflow_name"])
def test_every_move_of_the_procedure_can_be_taken_by_somebody(definition):
    """But resuming a hold elsewhere, which no gate lets through."""
    stages = {row["state"]: row["stage"] for row in definition["states"]}
    offered = {(stages[step["from"]], stages[step["to"]]) for step in definition["transitions"]}
    known = {
        (origin, target)
        for origin, targets in MOVES[definition["document_type"]].items()
        for target in targets
    }
    assert known == offered


def test_a_site_edit_is_kept():
    workflow = frappe.get_doc("Workflow", "Complaint")
    workflow.append(
        "transitions",
        {"state": "New", "action": "Void", "next_state": "Void", "allowed": "Quality Investigator"},
    )
    workflow.save()
    count = len(workflow.transitions)
    sync_workflows()
    assert len(frappe.get_doc("Workflow", "Complaint").transitions) == count


def test_a_new_version_replaces_an_untouched_copy(monkeypatch):
    shipped = definitions()
    shipped[0]["transitions"] = shipped[0]["transitions"][:-1]
    monkeypatch.setattr(workflows, "definitions", lambda: shipped)
    sync_workflows()
    name = shipped[0]["workflow_name"]
    assert workflows._rows_of(frappe.get_doc("Workflow", name)) == workflows._rows(shipped[0])


def test_records_follow_a_state_that_a_new_version_names_anew(monkeypatch):
    shipped = definitions()
    definition = next(row for row in shipped if row["workflow_name"] == "Complaint")
    old, new = "In Triage", "Being Sorted"
    doc = factory.in_triage()
    for row in (*definition["states"], *definition["transitions"]):
        row |= {key: new for key in ("state", "from", "to") if row.get(key) == old}
    monkeypatch.setattr(workflows, "definitions", lambda: shipped)
    sync_workflows()
    frappe.clear_document_cache("Workflow", "Complaint")
    doc.reload()
    assert (doc.workflow_state, doc.stage) == (new, "triage")
    assert not frappe.db.exists("Workflow State", old)
    assert frappe.db.exists("Workflow State", "On Hold")
    take_step(doc, "Hold", {"hold_reason": "Waiting for the sample."})
    assert doc.stage == "on_hold"


def test_a_sites_own_workflow_stays_in_force():
    ours = frappe.get_doc("Workflow", "CAPA")
    own = frappe.copy_doc(ours)
    own.workflow_name = "Our own CAPA way"
    own.insert()
    frappe.delete_doc("Workflow", "CAPA", force=True)
    sync_workflows()
    assert frappe.db.get_value("Workflow", "Our own CAPA way", "is_active") == 1
    assert frappe.db.get_value("Workflow", "CAPA", "is_active") == 0


def test_a_deactivated_workflow_stays_so():
    frappe.db.set_value("Workflow", "CAPA", "is_active", 0)
    sync_workflows()
    assert frappe.db.get_value("Workflow", "CAPA", "is_active") == 0
