"""Every dialog of a step asks for every field that its gates can miss: derived from the workflows and the gates.

Each transition is tried on many states of a record, drawn with a fixed seed from the choices of its fields and from what hangs
on it; then what the dialog asks is answered in many ways. A field that an answer makes necessary has to be asked already.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import frappe
import pytest
from frappe.utils import add_days, getdate

from complaint_qms.constants.records import ENDED, FLOW, MOVES, STAGED
from complaint_qms.services.lifecycle.overview import asked_fields, is_asked, kind_of_step

DRAWS = 60
ANSWERS = 40


def transitions() -> list[tuple[str, str, str]]:
    return [
        (doctype, origin, target)
        for doctype, moves in MOVES.items()
        for origin in moves
        for target in moves[origin]
    ]


def record(doctype: str, stage: str, draw: random.Random) -> dict[str, Any]:
    """Values of a record at a stage: each field empty or one of its choices, and records that hang on it."""
    values = {field.fieldname: value(field, draw) for field in fields_of(doctype)}
    return values | LINKED[doctype](draw) | {"doctype": doctype, "name": "X", "stage": stage, "user": "a@b.c"}


def value(field: Any, draw: random.Random) -> Any:
    match field.fieldtype:
        case "Select":
            return draw.choice([*(field.options or "").split("\n"), ""])
        case "Check":
            return draw.randint(0, 1)
        case "Int" | "Float" | "Currency" | "Percent":
            return draw.choice([0, 5])
        case "Date" | "Datetime":
            return draw.choice([None, getdate()])
        case _:
            return draw.choice([None, "x"])


@cache
def fields_of(doctype: str) -> tuple[Any, ...]:
    tables = ("Table", "Table MultiSelect", "HTML", "Button", "Section Break", "Column Break", "Tab Break")
    own = ("stage", "workflow_state", "naming_series", "amended_from")
    return tuple(
        field for field in frappe.get_meta(doctype).fields
        if field.fieldtype not in tables and field.fieldname not in own
    )  # fmt: skip


def of_complaint(draw: random.Random) -> dict[str, Any]:
    return {
        "investigations": draw.choice([[], [{"name": "I", "stage": "in_progress", "covers": False}], [{"name": "I", "stage": "completed", "covers": False}]]),
        "covering_stage": draw.choice([None, "completed", "in_progress"]),
        "root_causes": draw.choice([0, 1]),
        "assessments": draw.choice([[], [{"name": "A", "status": "open"}], [{"name": "A", "status": "reported"}], [{"name": "A", "status": "not_reportable"}]]),
        "settlements": draw.choice([[], [{"name": "S", "docstatus": 0, "status": "proposed"}], [{"name": "S", "docstatus": 0, "status": "approval_rejected"}], [{"name": "S", "docstatus": 1}]]),
        "capas": draw.choice([[], [{"name": "C", "stage": "draft"}]]),
        "checklist": draw.choice([[], [{"stage": "intake", "check": "x", "mandatory": 1, "done": 0}]]),
        "judges_investigation": draw.choice([True, False]),
        "original_stage": draw.choice([None, "triage", "closed"]),
        "held_stage": draw.choice(["", "triage"]),
    }  # fmt: skip


def of_investigation(draw: random.Random) -> dict[str, Any]:
    causes = [[], [{"name": "R", "status": "draft"}], [{"name": "R", "status": "verified"}]]
    return {"root_causes": draw.choice(causes), "closed_on_it": draw.choice([[], ["C"]])}


def of_capa(draw: random.Random) -> dict[str, Any]:
    action = {
        "idx": 1,
        "action": "x",
        "action_owner": "o@b.c",
        "due_date": getdate(),
        "status": "done",
        "evidence_note": "x",
    }
    return {
        "root_causes": draw.choice([[], [{"root_cause": "R", "status": "verified"}]]),
        "actions": draw.choice([[], [action], [action | {"status": "open"}]]),
        "window_end": draw.choice([None, add_days(getdate(), -1), add_days(getdate(), 1)]),
        "computed_on": draw.choice([None, getdate()]),
        "today": getdate(),
    }


def of_field_action(draw: random.Random) -> dict[str, Any]:
    return {"scope_not_shown": draw.choice([0, 2])}


LINKED = defaultdict(
    lambda: lambda draw: {},
    {
        "Complaint": of_complaint,
        "Investigation": of_investigation,
        "CAPA": of_capa,
        "Field Action": of_field_action,
    },
)


def answers(asked: list[str], doctype: str, draw: random.Random) -> Iterator[dict[str, Any]]:
    """What people may write into the fields of a dialog."""
    fields = [field for field in fields_of(doctype) if field.fieldname in asked]
    for _one in range(ANSWERS):
        yield {field.fieldname: value(field, draw) for field in fields}


@pytest.mark.parametrize(
    ("doctype", "origin", "target"), [pytest.param(*step, id=" ".join(step)) for step in transitions()]
)
def test_what_an_answer_makes_necessary_is_asked_in_the_same_dialog(
    doctype: str, origin: str, target: str
) -> None:
    draw, unasked = random.Random(f"{doctype}{origin}{target}"), {}
    for _state in range(DRAWS):
        facts = record(doctype, origin, draw)
        doc = frappe.get_doc({key: facts[key] for key in facts if key not in LINKED[doctype](draw)})
        kind = kind_of_step(doc, target)
        before = doc.gates(facts, target)
        asked = asked_fields(doc, target, kind, facts, before)
        at_first = {row.field for row in before}
        for given in answers(asked, doctype, draw):
            for row in doc.gates(facts | given, target):
                if row.field not in asked and row.field not in at_first and is_asked(doc, row.field):
                    unasked[row.field] = row.text()
        # And what lacks from the start is asked, unless it stands still while somebody else judges it.
        for row in before:
            if is_asked(doc, row.field) and row.field not in asked and not stands_still(doctype, origin):
                unasked[row.field] = row.text()
    assert not unasked


def stands_still(doctype: str, stage: str) -> bool:
    return stage in STAGED[doctype].under_review or stage in ENDED[doctype]


@pytest.mark.parametrize("doctype", FLOW)
def test_the_shipped_workflow_has_no_step_that_the_table_does_not_know(doctype: str) -> None:
    workflow = frappe.get_doc("Workflow", {"document_type": doctype, "is_active": 1})
    stages = {row.state: row.update_value for row in workflow.states}
    steps = {(doctype, stages[row.state], stages[row.next_state]) for row in workflow.transitions}
    assert steps <= set(transitions())
