"""Moves the due times of open complaints when working hours, holidays or limits change.

Each complaint keeps the fingerprint of the plan its clocks were reckoned by (`clock_plan`), so what is out of date can
be told at any time: by the job that a change starts, by the sweep before it raises anything, and again after a job that
was killed. Whoever handles a complaint is told once for all of theirs; its own timeline says what moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from time import sleep
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import format_datetime, get_datetime, now_datetime

from complaint_qms.constants.clock import CLOCKS, OWN_FIELDS
from complaint_qms.constants.events import DUE_TIMES_MOVED
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.notify.sentences import clock_name
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.sop import clock
from complaint_qms.services.sop.plan import plan_of
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS

BATCH: Final = 500
"""Complaints per transaction."""
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


def request(doc: Document | None = None, method: str | None = None) -> None:
    """Have the clocks looked at once this transaction is final; an event of what plans are made of."""
    frappe.enqueue("complaint_qms.services.sop.reclock.reclock_open", queue="long", enqueue_after_commit=True)


def request_for_company(doc: Document, method: str | None = None) -> None:
    """Company, on_update: its holidays are those of every SOP without a list of its own."""
    if not doc.is_new() and doc.has_value_changed("default_holiday_list"):
        request()


def reclock_open(now: datetime | None = None) -> int:
    """Reckon every open complaint anew whose plan is not what it was; the number of those whose due times moved.

    Commits batch by batch; killed in between, the next run goes on with what is left.
    """
    moment = now or now_datetime()
    frappe.db.commit()  # what was read before may be older than the change
    moved = reckon(_names(_out_of_date()), moment)
    for pause in RETRIES:
        # Who was saving one has reckoned by the old plan. An earlier due time would be missed until then: nothing else asks.
        if not (left := _names(_out_of_date())):
            break
        sleep(pause)
        moved += reckon(left, moment)
    return moved


def reckon(names: Iterable[str], now: datetime) -> int:
    """The same for the complaints named, as far as nobody else is saving them at the moment."""
    moved = 0
    wanted = list(names)
    for start in range(0, len(wanted), BATCH):
        frappe.db.commit()  # what is read below has to be at least as new as the lock
        part = wanted[start : start + BATCH]
        what = "Due times of a complaint could not be reckoned"
        moved += sum(
            in_parts(part, lambda some: _reckon_batch(some, now), what, lambda name: ("Complaint", name))
        )
    return moved


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


def _reckon_batch(names: list[str], now: datetime) -> int:
    docs = _locked(names)
    changed: dict[str, dict[str, Any]] = {}
    logged: dict[str, dict[str, Any]] = {}
    moved: list[tuple[Document, str]] = []
    for doc in docs:
        before = {field: doc.get(field) for field in OWN_FIELDS}
        rows = {row.name: [row.get(field) for field in _LOGGED] for row in doc.stage_log}
        if not clock.bring_up_to_date(doc, now):
            continue
        changed[doc.name] = {field: doc.get(field) for field in OWN_FIELDS}
        for row in doc.stage_log:
            if [row.get(field) for field in _LOGGED] != rows[row.name]:
                logged[row.name] = {field: row.get(field) for field in _LOGGED}
        if text := _what_moved(doc, before):
            moved.append((doc, text))
    writing.set_many("Complaint", changed, "due times reckoned anew")
    writing.set_many(_LOG, logged, "due times reckoned anew")
    announce(
        Event(
            DUE_TIMES_MOVED,
            "Complaint",
            doc.name,
            {"complaint": frappe._dict({name: doc.get(name) for name in COMPLAINT_FIELDS}), "moved": text},
            at=now,
        )
        for doc, text in moved
    )
    return len(moved)


def _locked(names: list[str]) -> list[Document]:
    complaint, log = frappe.qb.DocType("Complaint"), frappe.qb.DocType(_LOG)
    rows = (
        frappe.qb.from_(complaint)
        .select(*(complaint[field] for field in _READ))
        .where(complaint.name.isin(names) & complaint.stage.isin(COMPLAINT_UNENDED))
        .orderby(complaint.name, order=Order.asc)
        .for_update(skip_locked=True)
    ).run(as_dict=True)
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


def _what_moved(doc: Document, before: dict[str, Any]) -> str:
    """“Triage: 3 May 10:00 → 4 May 10:00”, for each clock whose due time is another now; in the site's language."""
    parts = []
    for name in CLOCKS:
        old, new = before[f"{name}_due"], doc.get(f"{name}_due")
        if old and new and get_datetime(old) != get_datetime(new):
            parts.append(f"{clock_name(name, doc.stage)}: {format_datetime(old)} → {format_datetime(new)}")
    return "; ".join(parts)
