"""What a complaint keeps of its ladder: the steps ahead, with the moment of each, and those behind it.

Both stand in one field as JSON, which the sweep reads of what is due alone; the moment of the next step has a column of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.escalation import BY_ROLE
from complaint_qms.engine.sla import steps as sla_steps
from complaint_qms.engine.sla.steps import Ahead, Step
from complaint_qms.services.sop.plan import Plan, plan_of


def steps_for(plan: Plan, clock: str, visit: Document | None = None) -> list[tuple[str, Step]]:
    """(key, step) of a clock. Those of the stage clock are taken once for each visit of a stage, whose row of the log is given."""
    stage = visit.stage if visit else ""
    mark = _mark(visit) if visit else ""
    return [(key + mark, step) for key, step in plan.ladder.items() if step.is_for(clock, stage)]


def keep_ladder(doc: Document, plan: Plan | None, ahead: Iterable[Ahead], *, stands: bool) -> None:
    """Write into a complaint, in memory, which steps its running clocks have ahead.

    Args:
        stands: its clocks stand still, so that no step is taken until they go on.
    """
    _before, behind = kept_steps(doc.ladder_steps)
    left = sla_steps.without(ahead, behind)
    doc.ladder_steps = as_kept(left, behind)
    doc.ladder_next_at = None if stands or not plan else sla_steps.next_moment(left, plan.ladder, doc.urgency)


def ahead_of(doc: Document) -> list[dict[str, Any]]:
    """The steps that an open complaint has ahead as things stand, in their order, for its form."""
    plan = plan_of(doc)
    if not plan or not doc.ladder_next_at:
        return []
    left = sorted(kept_steps(doc.ladder_steps)[0], key=lambda one: one.at)
    found = ((one, sla_steps.step_of(one, plan.ladder)) for one in left)
    return [
        {
            "at": one.at,
            "clock": step.clock,
            "stage": doc.stage if step.clock == "stage" else "",
            "moment": step.moment,
            "amount": step.amount,
            "action": step.action,
            "recipient": step.recipient,
            "role": step.role if step.recipient == BY_ROLE else "",
            "user": step.user,
            "rule": step.rule,
        }
        for one, step in found
        if step and step.fits(doc.urgency)
    ]


def kept_steps(text: str | None) -> tuple[list[Ahead], list[str]]:
    """The steps ahead, and the keys of those behind."""
    if not text:
        return [], []
    try:
        kept = json.loads(text)
        ahead = [Ahead(key, datetime.fromisoformat(at)) for key, at in kept["ahead"]]
        return ahead, kept["behind"]
    except (ValueError, TypeError, KeyError):
        return (
            [],
            [],
        )  # past the app somebody wrote something else there: the form still opens, and nothing is due


def as_kept(ahead: Iterable[Ahead], behind: Iterable[str]) -> str | None:
    """The same as the database keeps it; None for a complaint without any."""
    kept = {"ahead": [[one.key, one.at.isoformat()] for one in ahead], "behind": list(behind)}
    return json.dumps(kept, separators=(",", ":")) if kept["ahead"] or kept["behind"] else None


def _mark(visit: Document) -> str:
    return f"@{get_datetime(visit.entered_at):%y%m%d%H%M%S}"
