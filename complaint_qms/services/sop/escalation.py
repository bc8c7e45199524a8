"""The sweep: moves the clocks that became due, reminds the handler, escalates to the superior, takes the steps of the ladder.

Its cost follows what is due, not what is open: `next_check_at` is indexed and says when a complaint changes next.
A step is made once: each batch locks its complaints, looks again whether they are due, writes standings and
messages, and commits all of it together. Killed in the middle, a batch has done nothing; run twice, the second finds
nothing due. A complaint that a listener stumbles over is found by halves, logged and left; the others go on. A complaint
that somebody is saving at the moment is left for the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce
from frappe.utils import get_datetime, now_datetime
from pypika import CustomFunction
from pypika.terms import Criterion

from complaint_qms.constants import events
from complaint_qms.constants.clock import AT_RISK, CLOCKS, HOLD, OVERDUE, OWN_FIELDS, RUNNING, STEPS
from complaint_qms.constants.escalation import CALL, LADDER_FIELDS
from complaint_qms.engine.sla import ladder
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.ladder_sentences import reached
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.sop import assigning, ladder_actions, reclock
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS

BATCH = 2000
"""Complaints per transaction."""

_LEAST = CustomFunction("LEAST", ["a", "b", "c", "d"])


@dataclass
class Sweep:
    """What a sweep did. `changed`: complaints; `at_risk`, `overdue`: clocks; `hold_over`: holds that were to end;
    `taken`: steps of ladders."""

    changed: int = 0
    at_risk: int = 0
    overdue: int = 0
    hold_over: int = 0
    taken: int = 0

    def __iadd__(self, other: Sweep) -> Sweep:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))
        return self


def run_sweep() -> None:
    """The sweep at the present moment; what the scheduled job puts into the queue."""
    now = now_datetime()
    sweep(now)
    assigning.assign_waiting(now)
    digest.enqueue(now)


def sweep(now: datetime, batch: int = BATCH) -> Sweep:
    """Make every step that is due at `now` (a time of the site) and commit batch by batch."""
    done = Sweep()
    due = _due_names(now)
    if stale := reclock.out_of_date(due):
        # Nobody is reminded by hours, holidays or limits that hold no longer.
        reclock.reckon(stale, now)
        due = _due_names(now)
    for names in _batches(due, batch):
        for part in in_parts(
            names,
            lambda some: _sweep_batch(some, now),
            "Sweep of a complaint failed",
            lambda name: ("Complaint", name),
        ):
            done += part
    return done


def _due_names(now: datetime) -> list[str]:
    complaint = frappe.qb.DocType("Complaint")
    return (
        frappe.qb.from_(complaint)
        .select(complaint.name)
        .where(complaint.next_check_at <= now)
        .orderby(complaint.next_check_at)
        .orderby(complaint.name)
        .run(pluck=True)
    )


def _batches(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _sweep_batch(names: list[str], now: datetime) -> Sweep:
    rows = _lock(names, now)
    if not rows:
        return Sweep()
    taken = ladder_actions.take_steps(rows, now)
    found = [event for row in rows if (event := _event(row, now, taken.get(row.name, [])))]
    _write_standings([row.name for row in rows], now)
    announce(found)
    announce(event for row in rows for event in _calls(row, now, taken.get(row.name, ())))
    reached = [standing for event in found for _clock, standing, _due in event.data["steps"]]
    return Sweep(
        changed=len(rows),
        at_risk=reached.count(AT_RISK),
        overdue=reached.count(OVERDUE),
        hold_over=sum(event.data["hold_over"] for event in found),
        taken=sum(len(steps) for steps in taken.values()),
    )


def _lock(names: list[str], now: datetime) -> list[frappe._dict]:
    """Lock those of the complaints that are still due; skip what somebody else holds."""
    complaint = frappe.qb.DocType("Complaint")
    return (
        frappe.qb.from_(complaint)
        .select(
            *(complaint[name] for name in (*COMPLAINT_FIELDS, *LADDER_FIELDS)),
            *(complaint[f"{clock}_{field}"] for clock in CLOCKS for field in (*dict(STEPS), "status")),
        )
        .where(complaint.name.isin(names) & (complaint.next_check_at <= now))
        .orderby(complaint.next_check_at)
        .orderby(complaint.name)
        .for_update(skip_locked=True)
        .run(as_dict=True)
    )


def _event(row: frappe._dict, now: datetime, taken: list[dict[str, Any]]) -> Event | None:
    """What becomes of a complaint at `now`; the gravest of it names the event."""
    steps = []
    for clock in CLOCKS:
        before = row[f"{clock}_status"]
        after = ladder.standing([row[f"{clock}_{field}"] for field, _to in STEPS], now, before)
        if after != before:
            steps.append((clock, after, row[f"{clock}_due"]))
    hold_over = row.stage == HOLD and bool(row.hold_until) and get_datetime(row.hold_until) <= now
    if not (steps or taken or hold_over):
        return None
    reached = {standing for _clock, standing, _due in steps}
    kind = events.OVERDUE if OVERDUE in reached else events.AT_RISK if steps else events.HOLD_OVER
    if taken and not steps:
        kind = events.ESCALATION_STEP
    data = {"complaint": row, "steps": tuple(steps), "hold_over": hold_over, "taken": taken}
    return Event(kind, "Complaint", row.name, data, at=now)


def _calls(row: frappe._dict, now: datetime, taken: Iterable[dict[str, Any]]) -> Iterator[Event]:
    """The rules that the steps call; last of all, because a rule saves the complaint."""
    for step in taken:
        if step["action"] == CALL and step["new_value"]:
            reason = line("Escalation by SOP {0}: {1}", Text(step["sop"] or ""), reached(step, row))
            yield Event(
                events.RULE_CALLED, "Complaint", row.name, {"rule": step["new_value"], "reason": reason}, now
            )


def _write_standings(names: list[str], now: datetime) -> None:
    """One statement for all: `ladder.standing` in the database's words, from the same steps. No expression depends on the
    order in which a database assigns the columns: which clocks run, and the moments of their steps, are the same
    before and after."""
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.update(complaint).where(complaint.name.isin(names))
    reached: dict[str, list[Criterion]] = {standing: [] for _field, standing in reversed(STEPS)}
    steps = []
    for clock in CLOCKS:
        status = complaint[f"{clock}_status"]
        running, step, now_at = status.isin(RUNNING), Case(), Case()
        for field, _standing in STEPS:
            moment = complaint[f"{clock}_{field}"]
            step = step.when(running & (moment > now), moment)
        for field, standing in reversed(STEPS):
            reached[standing].append(running & (complaint[f"{clock}_{field}"] <= now))
            now_at = now_at.when(reached[standing][-1], standing)
        steps.append(step)
        query = query.set(status, now_at.else_(status))
    whole = Case()
    for standing, clocks in reached.items():
        whole = whole.when(Criterion.any(clocks), standing)
    query = query.set(complaint.sla_status, whole.else_(complaint.sla_status))
    is_late = Criterion.any(reached[OVERDUE]) & (complaint.escalation_level < 1)
    query = query.set(complaint.escalation_level, Case().when(is_late, 1).else_(complaint.escalation_level))
    ladder_next = complaint[LADDER_FIELDS[1]]
    steps.append(Case().when(ladder_next > now, ladder_next))
    # LEAST is NULL when any argument is: another step stands in where one is none
    turned = (steps[place:] + steps[:place] for place in range(len(steps)))
    query = query.set(complaint.next_check_at, _LEAST(*(Coalesce(*one) for one in turned)))
    writing.update_by_query(query, "Complaint", names, OWN_FIELDS, "clock")
