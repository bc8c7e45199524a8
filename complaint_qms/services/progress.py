"""Stage bar of an investigation and of a CAPA: where it stands, what comes next, and why it cannot close yet."""

from collections.abc import Iterable
from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_transitions, get_workflow_name

from complaint_qms.constants.stages import CAPA_FLOW, ENDED, INVESTIGATION_FLOW
from complaint_qms.engine.sop import missing
from complaint_qms.services import lifecycle
from complaint_qms.services.facts import facts_of
from complaint_qms.services.values import values_of
from complaint_qms.services.words import word

FLOW: Final = {"Investigation": INVESTIGATION_FLOW, "CAPA": CAPA_FLOW}
# Who left a stage, and when, is stamped on the record itself; these records keep no stage log.
_LEFT: Final = {
    "Investigation": {"in_progress": ("submitted_by", None), "review": ("completed_by", "completed_at")},
    "CAPA": {
        "draft": ("submitted_by", None),
        "plan_review": ("plan_approved_by", "plan_approved_at"),
        "verify": ("verified_by", "verified_at"),
        "effectiveness": ("effect_reviewed_by", "effect_reviewed_at"),
    },
}
# What the dialog of a step asks for, beside what the step still lacks.
_ASKED: Final = {
    "Investigation": {"review": ("outcome", "conclusion"), "void": ("void_reason",)},
    "CAPA": {
        "effectiveness": ("verification_note", "no_harm", "no_harm_note"),
        "closed": ("effect_conclusion", "effect_note"),
        "ineffective": ("effect_conclusion", "effect_note"),
        "void": ("void_reason",),
    },
}
_IN_DIALOG: Final = (
    "Check",
    "Data",
    "Date",
    "Datetime",
    "Float",
    "Int",
    "Link",
    "Select",
    "Small Text",
    "Text Editor",
)


def overview(doc: Document) -> dict[str, Any]:
    """Steps of the way and the user's next moves with what each lacks, in the shape of the complaint's overview."""
    return {
        "stage": doc.stage,
        "stage_label": word(doc.stage),
        "is_closed": doc.stage in ENDED[doc.doctype],
        "steps": _steps(doc),
        "next": _next(doc),
        "clock": None,
    }


def _steps(doc: Document) -> list[dict[str, Any]]:
    flow = FLOW[doc.doctype]
    here = flow.index(doc.stage) if doc.stage in flow else None
    if here is None and doc.stage == "ineffective":
        here = flow.index("effectiveness")
    steps = []
    for index, stage in enumerate(flow):
        status = "next"
        if here is not None and index <= here:
            status = "now" if index == here and index < len(flow) - 1 else "done"
        row = {"stage": stage, "label": word(stage), "status": status}
        by, at = _LEFT[doc.doctype].get(stage, (None, None))
        if status == "done" and by:
            row |= {"by": doc.get(by), "left_at": doc.get(at) if at else None}
        steps.append(row)
    _name_people(steps)
    return steps


def _next(doc: Document) -> list[dict[str, Any]]:
    if not get_workflow_name(doc.doctype):
        return []
    return next_moves(doc, get_transitions(doc), facts_of(doc) | {"stage": doc.stage})


def next_moves(
    doc: Document, transitions: Iterable[dict[str, Any]], facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """Moves along `transitions` (those open to the user), the way forward first, each with what it still lacks."""
    states = lifecycle.stage_map(doc.doctype)
    moves: dict[str, dict[str, Any]] = {}
    for row in transitions:
        target = states.get(row.next_state)
        if not target or row.action in moves:
            continue
        found = missing(doc.doctype, facts, target)
        moves[row.action] = {
            "action": row.action,
            "label": _(row.action),
            "to_state": row.next_state,
            "to_stage": target,
            "to_label": word(target),
            "kind": _kind(doc, target),
            "missing": [lifecycle.describe(doc, item) for item in found],
            "fields": _fields(doc, target, [item.field for item in found]),
        }
    order = ("forward", "back", "side")
    ranked = sorted(moves.values(), key=lambda move: order.index(move["kind"]))
    for index, move in enumerate(ranked):
        move["primary"] = index == 0 and move["kind"] == "forward"
    return ranked


def _kind(doc: Document, target: str) -> str:
    flow = FLOW[doc.doctype]
    if target not in flow:
        return "side"
    if doc.stage not in flow:
        return "forward"
    return "forward" if flow.index(target) > flow.index(doc.stage) else "back"


def _fields(doc: Document, target: str, lacking: list[str]) -> list[str]:
    if _kind(doc, target) == "back":
        return []
    wanted = list(_ASKED[doc.doctype].get(target, ()))
    for name in lacking:
        field = doc.meta.get_field(name) if name else None
        if field and field.fieldtype in _IN_DIALOG and not field.read_only and name not in wanted:
            wanted.append(name)
    return wanted


def _name_people(steps: list[dict[str, Any]]) -> None:
    names = values_of("User", (row.get("by") for row in steps), "full_name")
    for row in steps:
        if row.get("by"):
            row["by_name"] = names.get(row["by"], row["by"])
