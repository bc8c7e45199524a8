"""Moves the due times of open complaints when working hours, holidays or limits change.

Each complaint keeps the fingerprint of the plan its clocks were reckoned by (`clock_plan`), so what is out of date can
be told at any time: by the job that a change starts, by the sweep before it raises anything, and again after a job that
was killed. Whoever handles a complaint is told once for all of theirs; its own timeline says what moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import get_datetime, now_datetime
from frappe.utils.background_jobs import get_job_status
from redis.exceptions import RedisError
from rq.job import JobStatus

from complaint_qms.constants.clock import CLOCKS, OWN_FIELDS
from complaint_qms.constants.events import DUE_TIMES_MOVED
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.sop import clock
from complaint_qms.services.sop.plan import plan_of
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS

BATCH: Final = 500
"""Complaints per transaction."""
JOB_IDS: Final = ("complaint_qms_reclock", "complaint_qms_reclock_next")
RETRIES: Final = (2, 10, 30, 60)
"""Seconds after which complaints that somebody was saving are taken up again."""

_BY: Final = ("sop", "company", "clock_plan")
_LOG: Final = "Complaint Stage Log"
_LOGGED: Final = ("due_at", "time_limit", "status", "paused_seconds")
_READ: Final = tuple(
    dict.fromkeys(
        (
            *COMPLAINT_FIELDS,
            "received_at",
            "first_response_at",
            "is_migrated",
            "held_stage",
            *OWN_FIELDS,
        )
    )
)


def request() -> None:
    """Have the clocks looked at once this transaction is final."""
    if not frappe.flags.qms_reclock_requested:
        frappe.flags.qms_reclock_requested = True
        frappe.db.after_commit.add(_start)
        frappe.db.after_rollback.add(_forget)


def request_for_company(doc: Document) -> None:
    """The same where a company that is saved has other holidays."""
    if not doc.is_new() and doc.has_value_changed("default_holiday_list"):
        request()


def reclock_open(now: datetime | None = None) -> int:
    """Reckon every open complaint anew whose plan is not what it was; the number of those whose due times moved.

    Commits batch by batch; killed in between, the next run goes on with what is left.
    """
    moment = now or now_datetime()
    moved, hopeless = 0, set()
    # Who was saving one has reckoned by the old plan. An earlier due time would be missed until then: nothing else asks.
    for pause in (0, *RETRIES):
        frappe.db.commit()  # what was read before may be older than the change
        if not (left := [name for name in _names(_out_of_date()) if name not in hopeless]):
            break
        sleep(pause)
        for batch in _reckon(left, moment):
            moved += batch.moved
            hopeless |= batch.hopeless
    return moved


def reckon(names: Iterable[str], now: datetime) -> int:
    """The same for the complaints named, as far as nobody else is saving them at the moment."""
    return sum(batch.moved for batch in _reckon(list(names), now))


def documents_of(names: Iterable[str]) -> list[Document]:
    """Open complaints as far as their clocks need them, in memory and not locked; two queries."""
    return _documents(list(names), lock=False)


def out_of_date(names: Iterable[str]) -> list[str]:
    """Those of the complaints whose clocks were reckoned by a plan that holds no longer; one query."""
    complaint = frappe.qb.DocType("Complaint")
    wanted = list(names)
    if not wanted:
        return []
    rows = (
        frappe.qb.from_(complaint)
        .select(complaint.name, *(complaint[field] for field in _BY))
        .where(complaint.name.isin(wanted) & (complaint.is_migrated == 0))
        .where(complaint.clock_plan.isnotnull() & complaint.stage.isin(COMPLAINT_UNENDED))
        .orderby(complaint.name, order=Order.asc)
    ).run(as_dict=True)
    stale = set(_stale({tuple(row[field] for field in _BY) for row in rows}))
    return [row.name for row in rows if tuple(row[field] for field in _BY) in stale]


@dataclass(frozen=True)
class _Batch:
    """What became of some complaints: of how many the due times moved, and which another try would leave as they are."""

    moved: int
    hopeless: frozenset[str] = frozenset()


def _start() -> None:
    """Put the job into the queue, unless one waits there already; one that runs may have read what was before."""
    _forget()
    try:
        states = {name: get_job_status(name) for name in JOB_IDS}
    except RedisError:  # without a queue the framework does it here or says so
        states = dict.fromkeys(JOB_IDS)
    if JobStatus.QUEUED in states.values():
        return
    free = next((name for name, state in states.items() if state != JobStatus.STARTED), None)
    frappe.enqueue("complaint_qms.services.sop.reclock.reclock_open", queue="long", job_id=free)


def _forget() -> None:
    frappe.flags.qms_reclock_requested = False


def _out_of_date() -> list[tuple[str, str, str]]:
    complaint = frappe.qb.DocType("Complaint")
    found = (
        frappe.qb.from_(complaint)
        .select(*(complaint[field] for field in _BY))
        .distinct()
        .where(complaint.stage.isin(COMPLAINT_UNENDED) & (complaint.is_migrated == 0))
        .where(complaint.clock_plan.isnotnull())
    ).run()
    return list(_stale(found))


def _stale(by: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for sop, company, known in by:
        plan = plan_of(frappe._dict(sop=sop, company=company))
        if plan and known and plan.fingerprint != known:
            yield sop, company, known


def _names(by: Iterable[tuple[str, str, str]]) -> list[str]:
    complaint = frappe.qb.DocType("Complaint")
    names: list[str] = []
    for sop, company, known in by:
        names += (
            frappe.qb.from_(complaint)
            .select(complaint.name)
            .where((complaint.sop == sop) & (complaint.company == company) & (complaint.clock_plan == known))
            .where(complaint.stage.isin(COMPLAINT_UNENDED) & (complaint.is_migrated == 0))
            .orderby(complaint.name, order=Order.asc)
        ).run(pluck=True)
    return names


def _reckon(wanted: list[str], now: datetime) -> Iterator[_Batch]:
    what = "Due times of a complaint could not be reckoned"
    for start in range(0, len(wanted), BATCH):
        frappe.db.commit()  # what is read below has to be at least as new as the lock
        part = wanted[start : start + BATCH]
        done = in_parts(
            part, lambda some: (some, _reckon_batch(some, now)), what, lambda name: ("Complaint", name)
        )
        yield from (batch for _names, batch in done)
        if failed := set(part).difference(*(some for some, _batch in done)):
            yield _Batch(0, frozenset(failed))


def _reckon_batch(names: list[str], now: datetime) -> _Batch:
    docs = _locked(names)
    changed: dict[str, dict[str, Any]] = {}
    logged: dict[str, dict[str, Any]] = {}
    moved: list[tuple[Document, list[tuple[str, datetime, datetime]]]] = []
    for doc in docs:
        before = {field: doc.get(field) for field in OWN_FIELDS}
        rows = {row.name: [row.get(field) for field in _LOGGED] for row in doc.stage_log}
        if not clock.bring_up_to_date(doc, now):
            continue
        changed[doc.name] = {field: doc.get(field) for field in OWN_FIELDS}
        for row in doc.stage_log:
            if [row.get(field) for field in _LOGGED] != rows[row.name]:
                logged[row.name] = {field: row.get(field) for field in _LOGGED}
        if due := _what_moved(doc, before):
            moved.append((doc, due))
    writing.set_many("Complaint", changed, "due times reckoned anew")
    writing.set_many(_LOG, logged, "due times reckoned anew")
    announce(
        Event(
            DUE_TIMES_MOVED,
            "Complaint",
            doc.name,
            {"complaint": frappe._dict({name: doc.get(name) for name in COMPLAINT_FIELDS}), "moved": due},
            at=now,
        )
        for doc, due in moved
    )
    return _Batch(len(moved), frozenset(doc.name for doc in docs if doc.name not in changed))


def _locked(names: list[str]) -> list[Document]:
    return _documents(names, lock=True)


def _documents(names: list[str], lock: bool) -> list[Document]:
    complaint, log = frappe.qb.DocType("Complaint"), frappe.qb.DocType(_LOG)
    query = (
        frappe.qb.from_(complaint)
        .select(*(complaint[field] for field in _READ))
        .where(complaint.name.isin(names) & complaint.stage.isin(COMPLAINT_UNENDED))
        .orderby(complaint.name, order=Order.asc)
    )
    rows = (query.for_update(skip_locked=True) if lock else query).run(as_dict=True)
    visits = defaultdict(list)
    if rows:
        for row in (
            frappe.qb.from_(log)
            .select("*")
            .where(log.parent.isin([row.name for row in rows]) & (log.parenttype == "Complaint"))
            .orderby(log.parent, log.idx, order=Order.asc)
        ).run(as_dict=True):
            visits[row.parent].append(row)
    return [frappe.get_doc({"doctype": "Complaint", **row, "stage_log": visits[row.name]}) for row in rows]


def _what_moved(doc: Document, before: dict[str, Any]) -> list[tuple[str, datetime, datetime]]:
    """(clock, due before, due now), for each clock whose due time is another now."""
    due = [(name, before[f"{name}_due"], doc.get(f"{name}_due")) for name in CLOCKS]
    due = [(name, get_datetime(old), get_datetime(new)) for name, old, new in due if old and new]
    return [(name, old, new) for name, old, new in due if old != new]
