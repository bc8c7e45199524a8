"""Notices that have not left when their action ends or is cancelled are taken back, out of the mail queue and the outbox as well. One that is being sent
at that moment is left alone; where it does not get through, it is taken back before it is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.field_action import DOCTYPE, NOTICE, QUEUED, TAKEN_BACK, WAITING
from complaint_qms.services import writing
from complaint_qms.services.field_action import customers
from complaint_qms.services.notify import outbox
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.timeline import line
from complaint_qms.services.transactions import without_deadlock

OVER: Final = ("ended", "cancelled")
_QUEUE: Final = "Email Queue"
_NOT_SENT: Final = "Not Sent"
_SENDING: Final = "Sending"
_EXPIRED: Final = "Expired"
"""The framework's states of a mail; it sends none that expired, also where all that failed are sent again."""


class _Kept(NamedTuple):
    """What a queue keeps back of what was asked for, and what it is sending; of both the names of mails or messages."""

    taken: set[str]
    leaving: set[str]


def withdraw_notices(action: Document, *, is_late: bool = False) -> int:
    """Take back what has not left; how many notices. The history says so.

    Args:
        action: held, and over.
        is_late: asked again, for what was being sent when it ended.
    """
    notice = frappe.qb.DocType(NOTICE)
    # Past the snapshot: what was given to a queue a moment ago counts.
    query = frappe.qb.from_(notice).select(notice.name, notice.state, notice.communication, notice.message)
    query = query.where((notice.field_action == action.name) & notice.state.isin((WAITING, QUEUED)))
    rows = query.orderby(notice.name).for_update().run(as_dict=True)
    queued = [row for row in rows if row.state == QUEUED]
    why = _WORDS[action.stage]()
    mails = _take_mails([row.communication for row in queued if not row.message and row.communication], why)
    taken, leaving = outbox.withdraw_messages([row.message for row in queued if row.message], why)
    taken, leaving = taken | mails.taken, leaving | mails.leaving
    names = [row.name for row in rows if row.state == WAITING or (row.message or row.communication) in taken]
    writing.set_where(NOTICE, names, {"state": TAKEN_BACK, "error": why}, "withdrawn before it left")
    if names:
        timeline.note_on(action, line("Notices withdrawn before they left: {0}", len(names)))
    if leaving and not is_late:
        timeline.note_on(
            action, line("Notices that were just being sent and could not be withdrawn: {0}", len(leaving))
        )
    return len(names)


def withdraw_late() -> None:
    """What was being sent when its action ended, and did not get through. Commits after each action."""
    notice, action = frappe.qb.DocType(NOTICE), frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(notice).inner_join(action).on(action.name == notice.field_action)
    query = query.where(notice.state.isin((WAITING, QUEUED)) & action.stage.isin(OVER))
    for name in query.select(action.name).distinct().orderby(action.name).run(pluck=True):
        batches.in_parts(
            [name],
            lambda one: without_deadlock(partial(_withdraw_late, one[0])),
            "Notices of a field action not withdrawn",
            lambda one: (DOCTYPE, one),
        )


def _withdraw_late(name: str) -> None:
    action = customers.hold_action(name)
    if action.stage in OVER:
        withdraw_notices(action, is_late=True)


def _take_mails(messages: Iterable[str], why: str) -> _Kept:
    """Communications whose mails wait in the queue, and those that its worker is sending. The worker asks for the state of each behind the same lock."""
    messages = list(messages)
    if not messages:
        return _Kept(set(), set())
    queue = frappe.qb.DocType(_QUEUE)
    query = frappe.qb.from_(queue).select(queue.name, queue.communication, queue.status)
    query = query.where(
        queue.communication.isin(messages) & queue.status.isin((_NOT_SENT, _SENDING))
    ).orderby(queue.name)
    rows = query.for_update().run(as_dict=True)
    waiting = [row for row in rows if row.status == _NOT_SENT]
    taken = {row.communication for row in waiting}
    writing.set_where(
        _QUEUE, [row.name for row in waiting], {"status": _EXPIRED, "error": why}, "withdrawn", modified=True
    )
    writing.set_where("Communication", taken, {"delivery_status": _EXPIRED}, "withdrawn before it left")
    return _Kept(taken, {row.communication for row in rows} - taken)


_WORDS: Final = {
    "ended": lambda: _("Withdrawn before it left: the field action has ended."),
    "cancelled": lambda: _("Withdrawn before it left: the field action was cancelled."),
}
