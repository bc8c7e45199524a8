"""The workflows as they ship: who may take which step. They hold where a site runs none of its own with our stages."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name
from frappe.query_builder import Order

DOCTYPES = Path(__file__).parents[2] / "complaint_qms" / "doctype"


def definitions() -> list[dict[str, Any]]:
    """The shipped workflows, each from the folder of its DocType, in their order."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DOCTYPES.glob("*/workflow.json"))]


@cache
def roles_of_steps(doctype: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """(stage it comes from, stage it goes to) → roles that may take the step."""
    definition = _definition(doctype)
    stages = {row["state"]: row["stage"] for row in definition["states"]}
    return {
        (stages[row["from"]], stages[row["to"]]): tuple(row["roles"]) for row in definition["transitions"]
    }


def keep_state(doc: Document) -> None:
    """While no workflow is active the state follows the stage, so that a workflow that comes back finds records in step.

    A state that a request sends moves nothing then, and is not shown as if it had.
    """
    if get_workflow_name(doc.doctype):
        return
    before = doc.get_doc_before_save()
    if before and before.stage == doc.stage:
        doc.workflow_state = before.workflow_state
    else:
        doc.workflow_state = _state_of(doc.doctype, doc.stage)


def _state_of(doctype: str, stage: str) -> str | None:
    """The state that carries a stage: of the site's workflow that is switched off, else of the shipped one."""
    workflow, state = frappe.qb.DocType("Workflow"), frappe.qb.DocType("Workflow Document State")
    rows = (
        frappe.qb.from_(state)
        .inner_join(workflow)
        .on(workflow.name == state.parent)
        .select(state.state)
        .where((workflow.document_type == doctype) & (state.parenttype == "Workflow"))
        .where((state.update_field == "stage") & (state.update_value == stage))
        .orderby(workflow.modified, order=Order.desc)
        .limit(1)
        .run()
    )
    if rows:
        return rows[0][0]
    shipped = next(row["state"] for row in _definition(doctype)["states"] if row["stage"] == stage)
    return shipped if frappe.db.exists("Workflow State", shipped) else None


@cache
def _definition(doctype: str) -> dict[str, Any]:
    return next(row for row in definitions() if row["document_type"] == doctype)
