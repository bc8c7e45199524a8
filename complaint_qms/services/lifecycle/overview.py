"""The stage bar of a record that moves through stages: where it is, what comes next and what is still missing for it."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_transitions, get_workflow_name
from frappe.utils import get_datetime, getdate, now_datetime

from complaint_qms.constants.clock import CLOCKS
from complaint_qms.constants.records import ENDED, FLOW, STAGED
from complaint_qms.constants.stages import AT_ONCE, MOCK_SKIPS
from complaint_qms.engine.sop import Missing
from complaint_qms.engine.sop.at_once import against
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.permissions.personal_data import without_hidden
from complaint_qms.services.lifecycle import guard, sending_back
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.signatures import given as signatures_given
from complaint_qms.services.signatures.required import step_signature, wanted_signatures
from complaint_qms.services.sop.assigning import why_handled
from complaint_qms.services.sop.clock import bring_up_to_date, clock_standing, stage_limit, used_in_stage
from complaint_qms.services.sop.ladder_state import ahead_of
from complaint_qms.services.sop.plan import workday_of

_CLOCK: Final = (
    "stage_due", "stage_warn_at", "stage_status", "response_due", "response_status", "resolution_due",
    "resolution_status", "on_hold_since", "sla_status",
)  # fmt: skip
_HEADLINE: Final = (
    "name", "subject", "customer", "complainant_name", "item_code", "item_name", "batch_no", "serial_no",
    "expectation", "severity", "risk_level", "risk_color", "risk_acceptability", "received_at", "closed_at",
)  # fmt: skip
# Who left a stage, and when, is stamped on the record itself; only a complaint keeps a stage log.
_LEFT: Final = {
    "Investigation": {"in_progress": ("submitted_by", None), "review": ("completed_by", "completed_at")},
    "CAPA": {
        "draft": ("submitted_by", None),
        "plan_review": ("plan_approved_by", "plan_approved_at"),
        "verify": ("verified_by", "verified_at"),
        "effectiveness": ("effect_reviewed_by", "effect_reviewed_at"),
    },
    "Field Action": {
        "scope": ("scope_by", "scope_at"),
        "approval": ("approved_by", "approved_at"),
        "under_way": ("ended_by", "ended_at"),
    },
}
# Stages beside the way from which a record goes on.
_WAITING: Final = ("on_hold", "ineffective")
# Where a CAPA goes from the check of its effect.
_ENDS_OF_EFFECT: Final = ("closed", "ineffective")
_ORDER: Final = ("forward", "back", "side")
_IN_DIALOG: Final = (
    "Check", "Data", "Date", "Datetime", "Float", "Int", "Link", "Select", "Small Text", "Text Editor",
)  # fmt: skip

_FILLED: Final = {
    "Check": 1,
    "Date": getdate("2000-01-01"),
    "Datetime": get_datetime("2000-01-01"),
    "Float": 1.0,
    "Int": 1,
}

# A moment that may end the clock of the first response, and what makes an earlier one count.
_PROVEN: Final = "reply_sent_at"
_PROOF: Final = "first_response_reason"


def overview(doc: Document, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything the stage bar needs, in one answer: steps done and to come, next moves with what they lack, and of a
    complaint its clock and headline.

    Args:
        known: the facts of `doc` where the caller has them already.
    """
    facts = (known or facts_of(doc)) | {"stage": doc.stage} if get_workflow_name(doc.doctype) else {}
    signatures = signatures_given.shown_signatures(doc)
    seen = {
        "stage": doc.stage,
        "stage_label": word(doc.stage),
        "is_closed": doc.stage in ENDED[doc.doctype],
        "steps": _steps(doc),
        "next": next_moves(doc, get_transitions(doc), facts, dialogs=True) if facts else [],
        "clock": None,
        "signatures": signatures,
        "signatures_wanted": wanted_signatures(doc, doc.stage),
    }
    return seen | _of_complaint(doc, facts, now_datetime()) if doc.doctype == "Complaint" else seen


def why_not_at_once(doc: Document, facts: dict[str, Any]) -> list[str]:
    """Why a complaint is not solved at once although its SOP lets the session's user do that, each in a sentence."""
    once = facts.get("at_once") or {}
    early = any(origin == doc.stage for origin, _target in AT_ONCE)
    if not early or not once.get("allowed") or not once["holds"]:
        return []
    return [guard.describe(doc, item)["message"] for item in against(facts)]


def put_on_form(doc: Document) -> None:
    """Send the overview along with a form that is opened or saved. Where it cannot be told the form opens all the same,
    and asks for it, and is told why."""
    with suppress(frappe.ValidationError), messages_dropped_on(frappe.ValidationError):
        doc.set_onload("overview", overview(doc))


def next_moves(
    doc: Document, transitions: Iterable[dict[str, Any]], facts: dict[str, Any], dialogs: bool = False
) -> list[dict[str, Any]]:
    """Moves along `transitions` (those open to the user), the way forward first, each with what it still lacks.

    Args:
        dialogs: whether to tell which fields the dialog of each asks for.
    """
    states = guard.stage_map(doc.doctype)
    moves: dict[tuple[str, str], dict[str, Any]] = {}
    for row in transitions:
        target = states.get(row.next_state)
        key = (row.action, row.next_state)
        if not target or key in moves or (is_at_once(doc, target) and against(facts)):
            continue
        unsigned, signature = step_signature(doc, doc.stage, target)
        found = [*doc.gates(facts, target), *unsigned]
        kind = kind_of_step(doc, target)
        moves[key] = {
            "action": row.action,
            "label": _(row.action, context=doc.doctype),
            "to_state": row.next_state,
            "to_stage": target,
            "to_label": word(target),
            "kind": kind,
            "missing": [guard.describe(doc, item) for item in found],
            "blocked": _blocked(doc, row, found) or sending_back.why_not_back(doc, doc.stage, target),
            "fields": asked_fields(doc, target, kind, facts, found) if dialogs else [],
            "signature": signature,
        }
    ranked = sorted(moves.values(), key=lambda move: (_ORDER.index(move["kind"]), len(move["missing"])))
    for index, move in enumerate(ranked):
        move["primary"] = index == 0 and move["kind"] == "forward" and not move["blocked"]
    return ranked


def kind_of_step(doc: Document, target: str) -> str:
    """How a step leads on: forward, back or aside."""
    flow = FLOW[doc.doctype]
    if doc.get("verdict") == "ineffective" and target in _ENDS_OF_EFFECT:
        # The figures say that it did not help: the way on is to say so, and to plan anew.
        return "side" if target == "closed" else "forward"
    if target not in flow or doc.stage not in (*flow, *_WAITING) or is_at_once(doc, target):
        return "side"
    return "back" if doc.stage in flow and flow.index(target) < flow.index(doc.stage) else "forward"


def is_at_once(doc: Document, target: str) -> bool:
    """Whether a step passes over the stages between, which is a way beside and not the next step."""
    return doc.doctype == "Complaint" and (doc.stage, target) in AT_ONCE


def asked_fields(
    doc: Document, target: str, kind: str, facts: dict[str, Any], found: Iterable[Missing]
) -> list[str]:
    """Fields the hand-over dialog asks for: those of the step, those it lacks that can be filled in place, and those that an
    answer to one of them makes necessary."""
    if doc.stage in ENDED[doc.doctype]:
        return ["reopen_reason"] if doc.doctype == "Complaint" else []
    if _asks_nothing(doc, kind):
        return []
    wanted = list(STAGED[doc.doctype].asked.get("at_once" if is_at_once(doc, target) else target, ()))
    lacking = dict.fromkeys(item.field for item in found)
    wanted += [name for name in lacking if name not in wanted and is_asked(doc, name)]
    if STAGED[doc.doctype].under_review.get(doc.stage) is not None:
        # What is under review cannot be mended here; that it is missing is told all the same.
        return [name for name in wanted if not stands_still(doc, name)]
    wanted = _with_made_necessary(doc, target, facts, wanted, {*lacking})
    if _PROVEN in wanted and _may_take_proof(doc):
        wanted.insert(wanted.index(_PROVEN) + 1, _PROOF)
    return wanted


def is_supplied(doc: Document, kind: str, item: dict[str, Any]) -> bool:
    """Whether the dialog of a step takes in what is missing, as `guard.describe` tells it."""
    name = item["field"]
    if "lies_with" in item:
        return False
    if name == "checklist":
        return True
    return not _asks_nothing(doc, kind) and not stands_still(doc, name) and is_asked(doc, name)


def is_entered(doc: Document, item: dict[str, Any]) -> bool:
    """Whether what is missing is entered on the form by hand."""
    name = item["field"]
    field = doc.meta.get_field(name) if name and item.get("lies_with") != "person" else None
    return bool(field) and not field.read_only and not stands_still(doc, name)


def stands_still(doc: Document, name: str) -> bool:
    """Whether a field waits for somebody's judgement as it is."""
    open_fields = STAGED[doc.doctype].under_review.get(doc.stage)
    return open_fields is not None and name not in open_fields


def is_asked(doc: Document, name: str) -> bool:
    """Whether a dialog can ask for a field."""
    field = doc.meta.get_field(name) if name else None
    return bool(field) and field.fieldtype in _IN_DIALOG and not field.read_only


def _asks_nothing(doc: Document, kind: str) -> bool:
    return kind == "back" or (kind == "forward" and doc.stage in _WAITING)


def _blocked(doc: Document, transition: Any, found: Iterable[Missing]) -> str | None:
    """Why somebody else has to take a step (G6): it is offered to nobody who would be refused whatever they enter."""
    return guard.independence(doc, found) or guard.own_record(doc, transition)


def _of_complaint(doc: Document, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    bring_up_to_date(doc, now)
    return {
        "handler_reason": why_handled(doc),
        "not_at_once": why_not_at_once(doc, facts)
        if frappe.has_permission(doc.doctype, "write", doc=doc)
        else [],
        "held_stage": doc.held_stage if doc.stage == "on_hold" else None,
        "clock": {name: doc.get(name) for name in _CLOCK}
        | {f"{clock}_status": clock_standing(doc, clock, now) for clock in CLOCKS}
        | {
            "now": now,
            "stage_used": used_in_stage(doc, now),
            "stage_limit": stage_limit(doc),
            "workday": workday_of(doc),
        },
        "ladder": ahead_of(doc),
        "headline": without_hidden(doc.doctype, {name: doc.get(name) for name in _HEADLINE})
        | {"open_for_seconds": _age(doc, now), "stage_label": word(doc.stage)},
    }


def _steps(doc: Document) -> list[dict[str, Any]]:
    """The stages in order, those behind the record with what is known of them."""
    flow = FLOW[doc.doctype]
    current = {"on_hold": doc.get("held_stage"), "ineffective": "effectiveness"}.get(doc.stage, doc.stage)
    passed = flow[: flow.index(current)] if current in flow else ()
    visits = _logged(doc) if doc.doctype == "Complaint" else _stamped(doc, passed)
    reached = len(passed) if current in flow else sum(stage in visits for stage in flow)
    names = values_of("User", (visit.get("by") for visit in visits.values()), "full_name")
    steps = []
    for index, stage in enumerate(flow):
        if stage == current:
            status = "done" if stage == flow[-1] else "now"
        elif index < reached:
            status = "done" if stage in visits else "skipped"
        else:
            status = "next"
        row = {"stage": stage, "label": word(stage), "status": status}
        if status != "next":
            row |= visits.get(stage, {})
        if row.get("by"):
            row["by_name"] = names.get(row["by"], row["by"])
        steps.append(row)
    return steps


def _logged(doc: Document) -> dict[str, dict[str, Any]]:
    """What the log says of each stage; one visited twice shows its last visit."""
    return {
        row.stage: {
            "entered_at": row.entered_at,
            "left_at": row.left_at,
            "by": row.left_by,
            "used_seconds": row.used_seconds,
            "due_at": row.due_at,
            "time_limit": row.time_limit,
            "sla_status": row.status,
        }
        for row in doc.stage_log
    }


def _stamped(doc: Document, passed: Iterable[str]) -> dict[str, dict[str, Any]]:
    if doc.get("is_mock"):
        passed = [stage for stage in passed if stage not in MOCK_SKIPS]
    stamps = ((stage, *_LEFT.get(doc.doctype, {}).get(stage, (None, None))) for stage in passed)
    return {
        stage: {"by": doc.get(by), "left_at": doc.get(at) if at else None} if by else {}
        for stage, by, at in stamps
    }


def _with_made_necessary(
    doc: Document, target: str, facts: dict[str, Any], asked: list[str], told: set[str]
) -> list[str]:
    """`asked`, each field followed by those that the gates miss once it is answered one way or another: tried on the gates
    themselves, with everything else as it is and with everything else filled in."""
    wanted, at = list(asked), 0
    while at < len(wanted):
        field = doc.meta.get_field(wanted[at])
        at += 1
        filled = facts | {name: _FILLED.get(doc.meta.get_field(name).fieldtype, "-") for name in wanted}
        for base in (facts, filled):
            for answer in _answers(field):
                for item in doc.gates(base | {field.fieldname: answer}, target):
                    if item.field not in told and item.field not in wanted and is_asked(doc, item.field):
                        wanted.insert(at, item.field)
    return wanted


def _answers(field: Any) -> tuple[Any, ...]:
    """Answers that a field may get: each choice, or something where nothing stands yet."""
    if field.fieldtype == "Select":
        return (None, *filter(None, (field.options or "").split("\n")))
    if field.fieldtype == "Check":
        return (0, 1)
    return (None, _FILLED.get(field.fieldtype, "-"))


def _may_take_proof(doc: Document) -> bool:
    """Whether a reply that is entered now may be the first response, and was due: an earlier moment alone is refused then."""
    due = doc.get("response_due")
    return bool(due) and not doc.first_response_at and get_datetime(due) < now_datetime()


def _age(doc: Document, now: datetime) -> int:
    if not doc.received_at:
        return 0
    end = get_datetime(doc.closed_at) if doc.closed_at else now
    return int((end - get_datetime(doc.received_at)).total_seconds())
