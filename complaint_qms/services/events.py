"""Something happened: said once, heard by whoever listens.

Whoever changes a record announces it and calls nobody. Listeners are functions named in two hooks, by kind of event
(`constants/events.py`); each is called with a list of events:

qms_listeners_in_transaction  at once, in the transaction of what happened: both stay, or neither does. For what has to be
                              written with it, such as the messages it gives rise to.
qms_listeners_after_commit    once it is final, in a job, each event by itself. An event waits in the table QMS Event, written
                              with what happened: a rollback, of the whole or to a savepoint, takes it along, and a killed
                              process loses none. A listener that fails is asked again later, and given up in the end.

An event that nobody listens to costs nothing but the question.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants.events import EVENTS
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.transactions import roll_back_to

IN_TRANSACTION = "qms_listeners_in_transaction"
AFTER_COMMIT = "qms_listeners_after_commit"
WAITING = "QMS Event"
BACK_OFF = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long a listener that failed is left alone, each time longer; after the last it is given up."""
JOB_ID = "complaint_qms_events"
_AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """What happened to which record, when (time of the site) and by whom; `data` as `constants/events.py` says."""

    kind: str
    doctype: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=now_datetime)
    by: str = field(default_factory=lambda: frappe.session.user)


def announce(events: Iterable[Event]) -> None:
    """Say what happened: tell those who listen in the transaction, keep it for those who wait for its end."""
    events = list(events)
    if not events:
        return
    at_once: dict[str, list[Event]] = defaultdict(list)
    later: list[tuple[Event, str]] = []
    for event in events:
        if event.kind not in EVENTS:
            raise ValueError(f"No such kind of event: {event.kind}")
        for listener in _listeners(IN_TRANSACTION, event.kind):
            at_once[listener].append(event)
        later += [(event, listener) for listener in _listeners(AFTER_COMMIT, event.kind)]
    for listener, heard in at_once.items():
        frappe.get_attr(listener)(heard)
    if later:
        _keep(later)


def is_heard(kind: str) -> bool:
    """Whether anybody listens, for callers to whom it would be dear to say what happened."""
    return bool(_listeners(IN_TRANSACTION, kind) or _listeners(AFTER_COMMIT, kind))


def enqueue(now: datetime) -> None:
    """Have waiting listeners told by a job, if any are due; what a killed process or a failed attempt left behind."""
    if _due(now, 1):
        frappe.enqueue(deliver, queue="short", job_id=JOB_ID, deduplicate=True)


def deliver(now: datetime | None = None, most: int = _AT_ONCE) -> int:
    """Tell the listeners that wait for the end of a transaction, as Administrator; how many were told. Commits after each.

    What somebody else is telling at the moment is left to them.
    """
    moment, told = now or now_datetime(), 0
    with acting_as():  # whoever's request has started this job
        for name in _due(moment, most):
            told += _tell(name, moment)
            frappe.db.commit()
    return told


def tell_again(names: Iterable[str]) -> int:
    """Let listeners that were given up be asked once more, with all attempts; how many of `names` were."""
    given_up = frappe.get_all(
        WAITING, {"name": ("in", list(names)), "state": "given_up"}, pluck="name", order_by="name asc"
    )
    if given_up:
        table = frappe.qb.DocType(WAITING)
        query = frappe.qb.update(table).set(table.state, "waiting").set(table.attempts, 0)
        query.set(table.next_attempt, now_datetime()).set(table.error, None).where(
            table.name.isin(given_up)
        ).run()
        frappe.enqueue(deliver, queue="short", job_id=JOB_ID, deduplicate=True, enqueue_after_commit=True)
    return len(given_up)


def _listeners(hook: str, kind: str) -> list[str]:
    listeners = frappe.get_hooks(hook)
    return listeners.get(kind, ()) if listeners else ()  # a hook that nobody uses comes as a list


def _keep(later: list[tuple[Event, str]]) -> None:
    now = now_datetime()
    columns = (
        "name", "creation", "modified", "owner", "modified_by", "event", "listener", "document_type",
        "document_name", "happened_at", "happened_by", "data", "state", "next_attempt",
    )  # fmt: skip
    rows = [
        (
            frappe.generate_hash(length=10), now, now, event.by, event.by, event.kind, listener, event.doctype,
            event.name, event.at, event.by, json.dumps(event.data, default=str), "waiting", now,
        )
        for event, listener in later
    ]  # fmt: skip
    frappe.db.bulk_insert(WAITING, columns, rows)
    if not frappe.flags.qms_events_kept:
        frappe.flags.qms_events_kept = True
        frappe.db.after_commit.add(_start)
        frappe.db.after_rollback.add(_forget)


def _start() -> None:
    _forget()
    frappe.enqueue(deliver, queue="short", job_id=JOB_ID, deduplicate=True)


def _forget() -> None:
    frappe.flags.qms_events_kept = False


def _due(now: datetime, most: int) -> list[str]:
    return frappe.get_all(
        WAITING,
        {"state": "waiting", "next_attempt": ("<=", now)},
        pluck="name",
        order_by="happened_at asc, name asc",
        limit=most,
    )


def _locked(name: str) -> frappe._dict | None:
    """What waits, unless somebody else is telling it."""
    table = frappe.qb.DocType(WAITING)
    query = frappe.qb.from_(table).select("*").where((table.name == name) & (table.state == "waiting"))
    rows = query.for_update(skip_locked=True).run(as_dict=True)
    return rows[0] if rows else None


def _begin(name: str, now: datetime) -> bool:
    """Count an attempt before it is made, and when the next one is due: a listener that takes its process down keeps the others
    from nothing, and is given up in the end. Whether it is to be made."""
    row = _locked(name)
    if not row or row.next_attempt > now:
        return False
    if row.attempts > len(BACK_OFF):
        _give_up(row, row.error or "The last attempt was cut off.")
        return False
    pause = BACK_OFF[min(row.attempts, len(BACK_OFF) - 1)]
    values = {"attempts": row.attempts + 1, "next_attempt": now + pause}
    frappe.db.set_value(WAITING, name, values)
    return True


def _tell(name: str, now: datetime) -> bool:
    begun = _begin(name, now)
    frappe.db.commit()
    row = _locked(name) if begun else None
    if not row:
        return False
    event = Event(
        row.event,
        row.document_type,
        row.document_name,
        json.loads(row.data),
        row.happened_at,
        row.happened_by,
    )
    frappe.db.savepoint("event")
    try:
        frappe.get_attr(row.listener)([event])
    except Exception:
        error = frappe.get_traceback()
        roll_back_to("event")
        _failed(row, error)
        return False
    frappe.db.delete(WAITING, {"name": name})
    return True


def _failed(row: frappe._dict, error: str) -> None:
    """When it is asked again was settled when the attempt began."""
    if row.attempts > len(BACK_OFF):
        _give_up(row, error)
    else:
        frappe.db.set_value(WAITING, row.name, "error", error[-2000:])


def _give_up(row: frappe._dict, error: str) -> None:
    values = {"state": "given_up", "next_attempt": None, "error": error[-2000:]}
    frappe.db.set_value(WAITING, row.name, values)
    frappe.log_error(title=f"Event given up: {row.event}, {row.listener}", message=error)
