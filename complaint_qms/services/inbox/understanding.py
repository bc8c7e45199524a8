"""Reads what was kept, each item by the reader of its road, in a job of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.inbox import (
    ADDED,
    BACK_OFF,
    DISMISSED,
    DOCTYPE,
    IN_ORDER,
    NEW,
    OPENERS,
    REGISTERED,
    ROADS,
    WAITING,
)
from complaint_qms.engine.message import Message
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.inbox import reasons
from complaint_qms.services.inbox.item import locked, write
from complaint_qms.services.inbox.outcomes import Added, Outcome, Registered, Waits
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.transactions import roll_back_to

_METHOD: Final = f"{__name__}.understand_due"
_AT_ONCE: Final = 200
# What a reader says by these, a person can mend; anything else is a fault that may pass.
_REFUSALS: Final = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)
_PASSING: Final = (frappe.TimestampMismatchError, frappe.DocumentLockedError)


def request(name: str) -> None:
    """Have an item read by a job once the present transaction is committed."""
    frappe.enqueue(_METHOD, queue="short", names=[name], enqueue_after_commit=True)


def enqueue_due(now: datetime) -> None:
    """Have items read that are due: what a killed worker or a failed attempt left behind."""
    if _due(now, 1):
        frappe.enqueue(_METHOD, queue="short")


def understand_due(names: list[str] | None = None, now: datetime | None = None) -> int:
    """Read these items, or all that are due, as Administrator; how many were. Commits after each.

    What somebody else is reading at the moment is left to them, so any number of jobs may run at once.
    """
    read = 0
    with acting_as():  # whoever's request has started this job
        due = _due(now or now_datetime(), _AT_ONCE) if names is None else names
        ordered = _in_order(due) if names else {}
        for name in due:
            read += bool(frappe.get_attr(ordered[name])(name) if name in ordered else understand(name, now))
            frappe.db.commit()
    return read


def understand(name: str, now: datetime | None = None) -> str | None:
    """Read one item that is due and that nobody has decided; the state it is in now, None for one that is left alone.

    Commits that it is tried before it is: one that takes its worker down is behind all others then, and waits in the end.
    Whatever its reader raises takes back what it did: a refusal makes the item wait with the reason, a technical fault is
    tried again later, and waits in the end.
    """
    begun = _begin(name, now or now_datetime())
    frappe.db.commit()
    item = _undecided(name) if begun == NEW else None
    if not item:
        return begun if begun == WAITING else None
    frappe.db.savepoint("understand")
    frappe.flags.qms_inbox_item = name
    try:
        with messages_dropped_on(Exception):
            if item.is_sealed:
                frappe.get_attr(OPENERS[item.road])(item)
                frappe.db.commit()  # what it says is there to be seen, whatever becomes of it
                if not (item := _undecided(name)):
                    return None
                frappe.db.savepoint("understand")
            outcome = _read(item)
            item.reload()  # a complaint that was made of it has marked it
            return _take(item, outcome)
    except Exception as error:
        roll_back_to("understand")
        # A deadlock has taken the lock away, and somebody else may have the item now.
        item = _undecided(name)
        return _failed(item, error) if item else None
    finally:
        frappe.flags.qms_inbox_item = None


def _due(now: datetime, most: int) -> list[str]:
    return frappe.get_all(
        DOCTYPE,
        {"state": NEW, "next_attempt": ("<=", now), "road": ("not in", list(IN_ORDER))},
        pluck="name",
        order_by="next_attempt asc, name asc",
        limit=most,
    )


def _in_order(names: list[str]) -> dict[str, str]:
    """Items whose road has an order → what reads them in it."""
    asked = {"name": ("in", names), "road": ("in", list(IN_ORDER)), "sender_address": ("is", "set")}
    rows = frappe.get_all(DOCTYPE, asked, ["name", "road"], order_by="name asc")
    return {row.name: IN_ORDER[row.road] for row in rows}


def _undecided(name: str) -> Document | None:
    item = locked(name, skip=True)
    return item if item and item.state == NEW else None


def _begin(name: str, now: datetime) -> str | None:
    """Count an attempt, and when the next one is due if this one is cut off; the state it is in then, None for one that is
    left alone: what is not due another worker has begun with this moment, or it has failed."""
    item = _undecided(name)
    if not item or (item.next_attempt and item.next_attempt > now):
        return None
    if item.attempts > len(BACK_OFF):
        reason = Message(
            "It could not be read: attempt {attempts}, the last one, was cut off. Try again, or decide what it is.",
            {"attempts": item.attempts},
        )
        write(item, state=WAITING, next_attempt=None, reason=reasons.of_message(reason))
        return WAITING
    pause = BACK_OFF[min(item.attempts, len(BACK_OFF) - 1)]
    values = {"attempts": item.attempts + 1, "next_attempt": now + pause}
    writing.set_values(DOCTYPE, name, values, "attempt to read begun")
    return NEW


def _read(item: Document) -> Outcome:
    reader = ROADS.get(item.road)
    if not reader:
        return Waits(Message("Nobody reads messages of this road by itself. Decide what it is."))
    return frappe.get_attr(reader)(item)


def _take(item: Document, outcome: Outcome) -> str:
    if isinstance(outcome, Registered | Added):
        state = REGISTERED if isinstance(outcome, Registered) else ADDED
        values = {"complaint": outcome.complaint, "reason": None}
        if isinstance(outcome, Added) and outcome.communication:
            values["communication"] = outcome.communication
    else:
        state = WAITING if isinstance(outcome, Waits) else DISMISSED
        values = {"reason": reasons.of_message(outcome.reason)}
    write(item, state=state, next_attempt=None, **values)
    return state


def _failed(item: Document, error: Exception) -> str:
    """What becomes of it; when it is tried again was settled when the attempt began."""
    attempts = item.attempts
    if isinstance(error, _REFUSALS) and not isinstance(error, _PASSING):
        write(item, state=WAITING, next_attempt=None, reason=reasons.of_error(error))
    elif attempts > len(BACK_OFF):
        frappe.log_error(
            title="Inbox item not read",
            message=way_of(error),
            reference_doctype=DOCTYPE,
            reference_name=item.name,
        )
        reason = Message(
            "It could not be read after {attempts} attempts because of a technical fault, which the Error Log names. Try again, or decide what it is.",
            {"attempts": attempts},
        )
        write(item, state=WAITING, next_attempt=None, reason=reasons.of_message(reason))
    return item.state
