"""The SOP clock of a complaint: first response, each stage, the whole.

Every function takes the document and the present moment (a time of the site, as the database keeps it), changes the
document in memory and saves nothing. What happened is kept in the stage log; due times and standings are reckoned
from it, so that a changed SOP or a corrected date of receipt can be applied with `refresh`.

Who raises a standing: only the sweep (`services/sop/escalation`) moves a running clock from on track to at risk to
overdue, because each such step reminds or escalates exactly once; here a standing is carried on, lowered or ended. On
the last day of a hold it reminds the handler. `next_check_at` is when its next step is due, in the past until it came by.

How the log is kept: a row per stage visited, open (without `left_at`) while the complaint is in it. A hold is a row
of its own beside the open row of the stage that waits. A closed, rejected, duplicate or void complaint has an open
row of that stage; reopening closes it, and the time in between counts for nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.clock import (
    CLOCKS,
    HOLD,
    MET,
    MISSED,
    OVERDUE,
    OWN_FIELDS,
    PAUSING,
    STEPS,
)
from complaint_qms.constants.stages import COMPLAINT_ENDED, COMPLAINT_OPEN
from complaint_qms.engine.sla import ladder
from complaint_qms.services import writing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record import handler_log
from complaint_qms.services.record.site_time import site_zone
from complaint_qms.services.sop import ladder_state
from complaint_qms.services.sop.clock_reading import ClockReading, ClockStory
from complaint_qms.services.sop.plan import Plan, plan_of


def start_clock(doc: Document, now: datetime) -> None:
    """Begin to count: a complaint is registered and stands at the first stage, where every complaint begins.

    The whole and the first response count from its receipt, the stage from `now`.
    """
    doc.set("stage_log", [])
    doc.set("escalations", [])
    _blank(doc)
    _open_row(doc, COMPLAINT_OPEN[0], now)
    refresh(doc, now)


def set_aside(doc: Document) -> None:
    """Take the row that `start` opened out of a new record until the record is stored.

    The row is the server's own from first to last. As a row of the record, Frappe would name, default and check it
    like one that somebody typed, which makes registering a tenth dearer.
    """
    doc.flags.first_row = doc.stage_log.pop() if doc.stage_log else None


def give_back(doc: Document) -> Document | None:
    """Put the row that was set aside back into the record."""
    row = doc.flags.pop("first_row", None)
    if row:
        doc.stage_log.append(row)
    return row


def log_start(doc: Document) -> None:
    """Write the row that was set aside, now that its record has a number, and give it back."""
    row = give_back(doc)
    if not row:
        return
    row.name = frappe.generate_hash(length=10)
    row.parent, row.owner, row.modified_by = doc.name, doc.owner, doc.owner
    row.creation = row.modified = doc.creation
    writing.insert_row(row, "first row of the stage log", is_told=False)


def enter_stage(doc: Document, stage: str, now: datetime, reason: str | None = None) -> None:
    """The complaint moves to `stage`: the clock of the old stage ends, that of the new one begins.

    From on hold or from an end it resumes; to on hold or to an end it is the same as `hold` or `stop`. The stage
    that it is in already is no move.
    """
    if stage == HOLD:
        return put_on_hold(doc, now)
    if stage in COMPLAINT_ENDED:
        return stop(doc, now, stage)
    pause = _open(doc, PAUSING)
    if pause:
        _close_row(doc, pause, now)
    current = _open(doc, COMPLAINT_OPEN)
    if not current or current.stage != stage:
        if current:
            _close_row(doc, current, now)
        doc.stage_status = ""  # the new stage's clock does not inherit the standing of the old one's
        _open_row(doc, stage, now, reason)
    refresh(doc, now)


def put_on_hold(doc: Document, now: datetime) -> None:
    """Stop the clocks until `resume`: the complaint waits for somebody outside. On hold already: nothing."""
    if _open(doc, PAUSING):
        return
    current = _open(doc, COMPLAINT_OPEN)
    doc.held_stage = current.stage if current else doc.stage
    _open_row(doc, HOLD, now, reason=doc.hold_reason)
    refresh(doc, now)


def resume(doc: Document, now: datetime) -> None:
    """Let the clocks run again after `hold`, with the time that was left. Not on hold: nothing."""
    row = _open(doc, (HOLD,))
    if row:
        _close_row(doc, row, now)
        refresh(doc, now)


def answered(doc: Document, now: datetime) -> None:
    """The customer got a first response. Only the first one counts."""
    if not doc.first_response_at:
        doc.first_response_at = now
    refresh(doc, now)


def stop(doc: Document, now: datetime, stage: str | None = None) -> None:
    """End all clocks: the complaint is closed, rejected, a duplicate or void."""
    ended = stage or (doc.stage if doc.stage in COMPLAINT_ENDED else "closed")
    for row in (_open(doc, PAUSING), _open(doc, COMPLAINT_OPEN)):
        if row and row.stage == ended:
            return
        if row:
            _close_row(doc, row, now)
    _open_row(doc, ended, now)
    refresh(doc, now)


def note_handler(doc: Document, now: datetime) -> None:
    """Write down who is replaced as handler in the stage that the complaint is in; the row itself names who had it first."""
    before = doc.get_doc_before_save()
    gone = before.complaint_owner if before else None
    row = _open(doc, COMPLAINT_OPEN) if gone and gone != doc.complaint_owner else None
    if row:
        row.replaced_handlers = handler_log.with_another(row.replaced_handlers, gone, now)


def keep_clock(doc: Document) -> None:
    """Take the clock's fields and log from the database, whatever the form, import or request says they are.

    Call it first when an existing complaint is validated: the sweep may have moved the clock since the form was
    opened, and nobody else may move it. Reads the version that saving has locked; no query of its own.
    """
    before = doc.get_doc_before_save()
    if not before:
        return
    for fieldname in OWN_FIELDS:
        doc.set(fieldname, before.get(fieldname))
    for table in ("stage_log", "escalations"):
        doc.set(table, [row.as_dict() for row in before.get(table)])


def refresh(doc: Document, now: datetime) -> None:
    """Reckon due times, standings and the next check anew from the log, the date of receipt and the SOP."""
    now = get_datetime(now)
    pause = _open(doc, PAUSING)
    current = _open(doc, COMPLAINT_OPEN)
    ended_at = get_datetime(pause.entered_at) if pause and pause.stage in COMPLAINT_ENDED else None
    doc.on_hold_since = pause.entered_at if pause and pause.stage == HOLD else None
    doc.total_hold_seconds = sum(
        _seconds(row) for row in doc.stage_log if row.stage == HOLD and row.left_at
    )  # fmt: skip
    doc.stage_entered_at = (pause if ended_at else current or pause or doc).get("entered_at")

    plan = plan_of(doc)
    doc.clock_plan = plan.fingerprint if plan else None
    readings = dict.fromkeys(CLOCKS, ClockReading())
    doc.response_used = doc.resolution_used = 0
    if plan:
        story = ClockStory(plan, site_zone(), _pauses(doc), now)
        received = doc.received_at or (doc.stage_log[0].entered_at if doc.stage_log else now)
        first_answer = get_datetime(doc.first_response_at) if doc.first_response_at else None
        readings["response"] = story.read(
            plan.response,
            received,
            first_answer or ended_at,
            doc.response_status,
            ladder_state.steps_for(plan, "response"),
        )
        doc.response_used = story.used(received, first_answer) if first_answer else 0
        readings["resolution"] = story.read(
            plan.resolution,
            received,
            ended_at,
            doc.resolution_status,
            ladder_state.steps_for(plan, "resolution"),
        )
        doc.resolution_used = story.used(received, ended_at) if ended_at else 0
        if current:
            readings["stage"] = story.read(
                plan.stages.get(current.stage),
                current.entered_at,
                None,
                doc.stage_status,
                ladder_state.steps_for(plan, "stage", current),
            )
            current.due_at = readings["stage"].due
            current.time_limit = _budget(plan, current.stage)
            current.status = readings["stage"].status
            current.paused_seconds = _paused_within(doc, current, now)
    for clock, reading in readings.items():
        doc.set(f"{clock}_due", reading.due)
        doc.set(f"{clock}_warn_at", reading.warn)
        doc.set(f"{clock}_status", reading.status)
    doc.sla_status = ladder.worst(reading.status for reading in readings.values())
    ahead = [] if ended_at else [step for reading in readings.values() for step in reading.ladder]
    ladder_state.keep_ladder(doc, plan, ahead, stands=bool(pause))
    steps = [*(reading.next_step for reading in readings.values()), doc.ladder_next_at]
    if pause and pause.stage == HOLD:
        steps.append(_hold_ends(doc, now))
    doc.next_check_at = min((step for step in steps if step), default=None)
    if OVERDUE not in (reading.status for reading in readings.values()):
        doc.escalation_level = 0


def bring_up_to_date(doc: Document, now: datetime) -> bool:
    """Reckon anew, in memory, a clock that was reckoned by hours, holidays or limits that hold no longer; whether it was."""
    plan = plan_of(doc) if doc.clock_plan and doc.stage not in COMPLAINT_ENDED else None
    if not plan or plan.fingerprint == doc.clock_plan:
        return False
    refresh(doc, now)
    return True


def used_in_stage(doc: Document, now: datetime) -> int:
    """Seconds of working time the complaint has spent in its present stage, pauses left out; 0 without a plan."""
    row = _open(doc, COMPLAINT_OPEN)
    return used_since(doc, row.entered_at, now) if row else 0


def used_since(doc: Document, begin: datetime | str, now: datetime) -> int:
    """Seconds of working time of the complaint from `begin` to `now`, pauses left out; 0 without a plan."""
    plan = plan_of(doc)
    return ClockStory(plan, site_zone(), _pauses(doc), now).used(begin, now) if plan else 0


def stage_limit(doc: Document) -> int | None:
    """Seconds of working time that the present stage may take; None without a limit."""
    open_rows = [row for row in doc.stage_log if not row.left_at and row.time_limit]
    return open_rows[-1].time_limit if open_rows else None


def clock_standing(doc: Document | dict[str, Any], clock: str, now: datetime) -> str | None:
    """How a clock stands this minute; the sweep, which writes it down and alarms, comes only every few minutes."""
    moments = [
        get_datetime(moment) if moment else None for moment in (doc.get(f"{clock}_{at}") for at, _to in STEPS)
    ]
    return ladder.standing(moments, now, doc.get(f"{clock}_status"))


def _hold_ends(doc: Document, now: datetime) -> datetime | None:
    """When the handler is reminded that the hold was to end; None without a date, or when it has passed."""
    moment = get_datetime(doc.hold_until) if doc.hold_until else None
    return moment if moment and moment > now else None


def _blank(doc: Document) -> None:
    for fieldname in OWN_FIELDS:
        doc.set(fieldname, None)
    doc.escalation_level = doc.total_hold_seconds = 0
    doc.held_stage = None


def _open(doc: Document, stages: tuple[str, ...]) -> Document | None:
    """The open row of one of these stages."""
    return next((row for row in doc.stage_log if not row.left_at and row.stage in stages), None)


def _open_row(doc: Document, stage: str, now: datetime, reason: str | None = None) -> None:
    user, *behind = acting()
    doc.append(
        "stage_log",
        {
            "stage": stage,
            "state": doc.workflow_state,
            "entered_at": now,
            "entered_by": user,
            "entered_behind": behind[0] if behind else None,
            "handler": doc.complaint_owner,
            "reason": reason,
        },
    )


def _close_row(doc: Document, row: Document, now: datetime) -> None:
    row.left_at = now
    row.left_by = frappe.session.user
    if row.stage in PAUSING:
        row.paused_seconds = _seconds(row)
        return
    row.paused_seconds = _paused_within(doc, row, now)
    plan = plan_of(doc)
    if not plan:
        return
    row.used_seconds = used_since(doc, row.entered_at, now)
    row.time_limit = _budget(plan, row.stage)
    if row.time_limit:
        row.status = MISSED if row.due_at and get_datetime(now) > get_datetime(row.due_at) else MET


def _budget(plan: Plan, stage: str) -> int | None:
    limit = plan.stages.get(stage)
    return int(limit.budget.total_seconds()) if limit else None


def _pauses(doc: Document) -> list[tuple[datetime, datetime | None]]:
    """Times in which nothing counted, in order."""
    return sorted(
        (get_datetime(row.entered_at), get_datetime(row.left_at) if row.left_at else None)
        for row in doc.stage_log
        if row.stage in PAUSING
    )


def _seconds(row: Document) -> int:
    return int((get_datetime(row.left_at) - get_datetime(row.entered_at)).total_seconds())


def _paused_within(doc: Document, row: Document, now: datetime) -> int:
    """Seconds by the wall clock during which the stage of `row` waited."""
    begin, end = get_datetime(row.entered_at), get_datetime(now)
    spans = ((max(low, begin), min(high or end, end)) for low, high in _pauses(doc))
    return int(sum(max((high - low).total_seconds(), 0) for low, high in spans))
