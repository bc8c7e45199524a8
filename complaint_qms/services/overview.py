"""What the head of a complaint shows: where it is, what comes next and what is still missing for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_transitions, get_workflow_name
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.clock import AT_RISK, CLOCKS, ON_TRACK, OVERDUE
from complaint_qms.constants.fields import STEP_FIELDS
from complaint_qms.constants.stages import COMPLAINT_ENDED, COMPLAINT_FLOW
from complaint_qms.engine.sop import complaint_missing
from complaint_qms.services import lifecycle
from complaint_qms.services.facts import facts_of
from complaint_qms.services.sop.clock import used_in_stage
from complaint_qms.services.values import values_of
from complaint_qms.services.words import word

_CLOCK = (
    "stage_due", "stage_warn_at", "stage_status", "response_due", "response_status", "resolution_due",
    "resolution_status", "on_hold_since", "sla_status",
)  # fmt: skip
_HEADLINE = (
    "name", "subject", "customer", "complainant_name", "item_code", "item_name", "batch_no", "serial_no",
    "expectation", "severity", "risk_level", "risk_color", "risk_acceptability", "received_at", "closed_at",
)  # fmt: skip


def overview(doc: Document) -> dict[str, Any]:
    """Everything the stage bar needs, in one answer: steps done and to come, next moves with what they lack, clock."""
    now = now_datetime()
    held = doc.stage == "on_hold"
    return {
        "stage": doc.stage,
        "stage_label": word(doc.stage),
        "held_stage": doc.held_stage if held else None,
        "is_closed": doc.stage in COMPLAINT_ENDED,
        "steps": _steps(doc),
        "next": _next(doc),
        "clock": {name: doc.get(name) for name in _CLOCK}
        | {f"{clock}_status": standing(doc, clock, now) for clock in CLOCKS}
        | {"now": now, "stage_used": used_in_stage(doc, now), "stage_limit": stage_limit(doc)},
        "headline": {name: doc.get(name) for name in _HEADLINE}
        | {"open_for_seconds": _age(doc, now), "stage_label": word(doc.stage)},
    }


def _steps(doc: Document) -> list[dict[str, Any]]:
    """The stages in order; one visited twice shows its last visit."""
    visits = {row.stage: row for row in doc.stage_log}
    current = doc.held_stage if doc.stage == "on_hold" else doc.stage
    here = COMPLAINT_FLOW.index(current) if current in COMPLAINT_FLOW else len(visits)
    names = values_of("User", (row.left_by for row in doc.stage_log), "full_name")
    steps = []
    for index, stage in enumerate(COMPLAINT_FLOW):
        visit = visits.get(stage)
        if stage == current:
            status = "done" if stage == "closed" else "now"
        elif index < here:
            status = "done" if visit else "skipped"
        else:
            status = "next"
        row = {"stage": stage, "label": word(stage), "status": status}
        if visit and status != "next":
            row |= {
                "entered_at": visit.entered_at,
                "left_at": visit.left_at,
                "by": visit.left_by,
                "by_name": names.get(visit.left_by, visit.left_by),
                "used_seconds": visit.used_seconds,
                "due_at": visit.due_at,
                "time_limit": visit.time_limit,
                "sla_status": visit.status,
            }
        steps.append(row)
    return steps


def _next(doc: Document) -> list[dict[str, Any]]:
    if not get_workflow_name("Complaint"):
        return []
    return next_moves(doc, get_transitions(doc), facts_of(doc) | {"stage": doc.stage})


def next_moves(
    doc: Document, transitions: Iterable[dict[str, Any]], facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """Moves along `transitions` (those open to the user), the way forward first, each with what it still lacks."""
    states = lifecycle.stage_map("Complaint")
    moves: dict[tuple[str, str], dict[str, Any]] = {}
    for row in transitions:
        target = states.get(row.next_state)
        key = (row.action, row.next_state)
        if not target or key in moves:
            continue
        found = complaint_missing(facts, target)
        moves[key] = {
            "action": row.action,
            "label": _(row.action),
            "to_state": row.next_state,
            "to_stage": target,
            "to_label": word(target),
            "kind": _kind(doc, target),
            "missing": [lifecycle.describe(doc, item) for item in found],
            "fields": _fields(doc, target, [item.field for item in found]),
        }
    order = {"forward": 0, "back": 1, "side": 2}
    ranked = sorted(moves.values(), key=lambda move: (order[move["kind"]], len(move["missing"])))
    for index, move in enumerate(ranked):
        move["primary"] = index == 0 and move["kind"] == "forward"
    return ranked


def _kind(doc: Document, target: str) -> str:
    if doc.stage == "on_hold" and target != "void":
        return "forward"
    if target not in COMPLAINT_FLOW or doc.stage not in COMPLAINT_FLOW:
        return "side"
    return "forward" if COMPLAINT_FLOW.index(target) > COMPLAINT_FLOW.index(doc.stage) else "back"


def _fields(doc: Document, target: str, missing: list[str]) -> list[str]:
    """Fields the hand-over dialog asks for: those of the step, and those it lacks that can be filled in place."""
    if doc.stage in ("closed", "rejected", "duplicate"):
        return ["reopen_reason"]
    if _kind(doc, target) == "back" or doc.stage == "on_hold":
        return []
    wanted = list(STEP_FIELDS.get(target, ()))
    for name in missing:
        field = doc.meta.get_field(name) if name else None
        if field and field.fieldtype not in ("HTML", "Table") and name not in wanted:
            wanted.append(name)
    return wanted


def standing(doc: Document | dict[str, Any], clock: str, now: datetime) -> str | None:
    """How a clock stands this minute; the sweep, which writes it down and alarms, comes only every few minutes."""
    status, due, warn = (doc.get(f"{clock}_{part}") for part in ("status", "due", "warn_at"))
    if status in (ON_TRACK, AT_RISK) and due and get_datetime(due) <= now:
        return OVERDUE
    if status == ON_TRACK and warn and get_datetime(warn) <= now:
        return AT_RISK
    return status


def stage_limit(doc: Document) -> int | None:
    """Seconds of working time that the present stage may take; None without a limit."""
    open_rows = [row for row in doc.stage_log if not row.left_at and row.time_limit]
    return open_rows[-1].time_limit if open_rows else None


def _age(doc: Document, now: datetime) -> int:
    if not doc.received_at:
        return 0
    end = get_datetime(doc.closed_at) if doc.closed_at else now
    return int((end - get_datetime(doc.received_at)).total_seconds())
