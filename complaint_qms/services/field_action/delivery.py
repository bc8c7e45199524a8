"""What became of notices that were given to the mail queue or the outbox: sent, or given up with a reason. A notice is sent when the mail server or
the service has taken it; that somebody has read it, their opening the link says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce

from complaint_qms.constants.field_action import DOCTYPE, FAILED, NOTICE, QUEUED, SENT
from complaint_qms.services import writing
from complaint_qms.services.field_action import customers
from complaint_qms.services.notify import outbox
from complaint_qms.services.record import batches
from complaint_qms.services.record.error_text import last_line
from complaint_qms.services.transactions import without_deadlock

_AT_ONCE: Final = 5000
_QUEUE: Final = "Email Queue"
_MAIL_ENDED: Final = ("Sent", "Error", "Expired", "Partially Sent", "Partially Errored")
_LEFT: Final = ("Sent", "Opened", "Clicked", "Read")
"""States of a Communication whose mail has left."""


class _End(NamedTuple):
    """A notice that has left (`left_at`), or was given up (`error`); `carrier` is the message or mail that it is known by."""

    name: str
    action: str
    customer: str
    carrier: str | None
    left_at: datetime | None
    error: str = ""


def follow_queue() -> None:
    """Note what became of what was queued. Commits after each field action."""
    ended: dict[str, list[_End]] = {}
    for one in (*_mails(), *_messages()):
        ended.setdefault(one.action, []).append(one)
    for action, ends in ended.items():
        batches.in_parts(
            [action],
            lambda one, ends=ends: without_deadlock(lambda: _note_ends(one[0], ends)),
            "Notices of a field action not followed",
            lambda one: (DOCTYPE, one),
        )


def follow_customer(customer: Document, left_at: datetime | None = None) -> None:
    """A customer has been told once a notice has left; one that waits in a queue tells nobody."""
    left = {"field_action_customer": customer.name, "state": SENT}
    if left_at:
        customer.sent_at = customer.sent_at or left_at
    elif not frappe.db.get_value(NOTICE, left, "name", for_update=True):
        customer.sent_at = None
    customers.store(customer)


def _mails() -> Iterator[_End]:
    """Mails that ended, and those that are in the queue no more: their message says whether they have left."""
    notice, queue, message = (frappe.qb.DocType(name) for name in (NOTICE, _QUEUE, "Communication"))
    rows = (
        _queued(notice)
        .left_join(queue)
        .on(queue.communication == notice.communication)
        .left_join(message)
        .on(message.name == notice.communication)
        .select(queue.status, queue.error, queue.modified, message.delivery_status)
        .where(notice.message.isnull() & (queue.name.isnull() | queue.status.isin(_MAIL_ENDED)))
    ).run(as_dict=True)
    for row in rows:
        if row.status == "Sent" or (not row.status and row.delivery_status in _LEFT):
            yield _end(row, row.modified or row.given_at)
        elif row.status:
            yield _end(row, None, last_line(row.error) or _("The mail could not be sent."))
        else:
            yield _end(row, None, _("The mail is not in the queue any more, and nothing says that it has left. Send it again."))  # fmt: skip


def _messages() -> Iterator[_End]:
    """The same of what goes by channels."""
    notice, message = frappe.qb.DocType(NOTICE), frappe.qb.DocType(outbox.OUTBOX)
    ended = (outbox.SENT, outbox.GIVEN_UP, outbox.EXPIRED)
    rows = (
        _queued(notice)
        .left_join(message)
        .on(message.name == notice.message)
        .select(message.state, message.error, message.sent_at)
        .where(notice.message.isnotnull() & (message.name.isnull() | message.state.isin(ended)))
    ).run(as_dict=True)
    for row in rows:
        if row.state == outbox.SENT:
            yield _end(row, row.sent_at)
        elif row.state:
            yield _end(row, None, row.error or _("The service could not be reached in time."))
        else:
            yield _end(row, None, _("The message is gone, and nothing says that it has left. Send it again."))


def _queued(notice: Any) -> Any:
    return (
        frappe.qb.from_(notice)
        .select(
            notice.name,
            notice.field_action,
            notice.field_action_customer,
            notice.sent_at.as_("given_at"),
            Coalesce(notice.message, notice.communication).as_("carrier"),
        )
        .where(notice.state == QUEUED)
        .orderby(notice.creation)
        .orderby(notice.name)
        .limit(_AT_ONCE)
    )


def _end(row: frappe._dict, left_at: datetime | None, error: str = "") -> _End:
    return _End(row.name, row.field_action, row.field_action_customer, row.carrier, left_at, error[:500])


def _still_queued(ends: list[_End]) -> list[_End]:
    """Those that wait now, behind the lock, and by the same carrier: meanwhile a notice may have been sent again or withdrawn."""
    notice = frappe.qb.DocType(NOTICE)
    query = frappe.qb.from_(notice).select(notice.name, Coalesce(notice.message, notice.communication))
    query = query.where((notice.state == QUEUED) & notice.name.isin([one.name for one in ends]))
    carriers = dict(query.for_update().run())
    return [one for one in ends if one.name in carriers and carriers[one.name] == one.carrier]


def _note_ends(action: str, ends: list[_End]) -> None:
    """Notices of an action have left or were given up; a customer none of whose notices left has not been told."""
    customers.hold_action(action)
    ends = _still_queued(ends)
    docs = [customers.hold_customer(name) for name in sorted({one.customer for one in ends})]
    left = {one.name: {"state": SENT, "error": None, "sent_at": one.left_at} for one in ends if one.left_at}
    writing.set_many(NOTICE, left, "the notice has left")
    failed = {one.name: {"state": FAILED, "error": one.error} for one in ends if not one.left_at}
    writing.set_many(NOTICE, failed, "the notice was given up")
    for doc in docs:
        follow_customer(
            doc, min((one.left_at for one in ends if one.left_at and one.customer == doc.name), default=None)
        )
    customers.refresh_figures(action)
