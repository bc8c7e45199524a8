"""What goes by channels: all that waits for one reader in one call, tried again with longer pauses, given up in the end. A reader is a user, a
group, or somebody with a telephone number alone.

Rows are claimed before a call (`LEASE`), so that two workers send nothing twice; an attempt is counted before it is made, so that
what takes its worker down is given up in the end. A run spends a bounded time on a channel and leaves one alone that fails.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from html import unescape
from time import monotonic
from typing import Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Min
from frappe.translate import print_language
from frappe.utils import cint, get_url_to_form, get_url_to_list, now_datetime
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.constants.notify import (
    BACK_OFF,
    BUDGET,
    CHANNEL,
    LEASE,
    MOST_FAILURES,
    MOST_LINES,
    TO_PERSONS,
)
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.integrations.messaging.notice import Notice, NoticeLine
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.notify import digest, outbox
from complaint_qms.services.notify.channels import nowhere, send_by
from complaint_qms.services.notify.outbox import (
    EMAIL,
    EXPIRED,
    GIVEN_UP,
    OUTBOX,
    QUEUED,
    SENT,
    mark_messages,
    visible,
)
from complaint_qms.services.notify.person import Person, people_of
from complaint_qms.services.notify.preferences import reached_at
from complaint_qms.services.notify.sentences import HEADINGS
from complaint_qms.services.record.tags import without_tags

_CUT_OFF: Final = Message("The last attempt was interrupted.")
_OFF: Final = Message("The notification channel is switched off, or gone.")
_FAULT: Final = Message("The message could not be composed. See the Error Log.")


class _Reader(NamedTuple):
    """Who waits for something by a channel: a user, an address of somebody who is none, or neither for its group."""

    user: str | None
    address: str | None


_ORDER: Final = {kind: place for place, kind in enumerate(HEADINGS)}


def enqueue_channels(now: datetime) -> None:
    """Have sent what is due: what waited for the end of quiet hours, or was left by a failed attempt or a killed worker."""
    table = frappe.qb.DocType(OUTBOX)
    query = frappe.qb.from_(table).select(table.notification_channel).distinct().where(_due(table, now))
    outbox.request_delivery(query.run(pluck=True))


def send_waiting(channel: str, now: datetime | None = None, *, is_further: bool = False) -> int:
    """Send what is due by a channel; how many were told. Commits before and after each call.

    Args:
        is_further: whether this run goes on where another ended.
    """
    told, failed, began = 0, 0, monotonic()
    taken: set[_Reader] = set()
    with acting_as():
        outbox.expire(now or now_datetime())
        doc = frappe.get_doc(CHANNEL, channel) if frappe.db.exists(CHANNEL, channel) else None
        frappe.db.commit()
        for reader in _readers(channel, now or now_datetime()):
            if failed >= MOST_FAILURES or monotonic() - began > BUDGET:
                break
            rows = _claimed(channel, reader, now or now_datetime())
            frappe.db.commit()
            if not rows:
                taken.add(reader)
                continue
            sent = _send_to(doc, channel, reader, rows, now or now_datetime())
            frappe.db.commit()
            told += sent is True
            failed = failed + 1 if sent is False else 0
        if failed < MOST_FAILURES and set(_readers(channel, now or now_datetime())) - taken:
            # What was written while this run lasted asked for a job in vain: this one was there.
            outbox.request_delivery([channel], is_further=not is_further)
            frappe.db.commit()
    return told


def send_again(names: list[str], now: datetime) -> int:
    """Queue messages that were given up once more, as new ones; how many of `names` were. Sent once this is committed. What went to somebody who
    is no user had a link of its own, which is gone: whatever wrote it sends it anew."""
    about = {"name": ("in", names), "channel": ("!=", outbox.DESK), "state": GIVEN_UP}
    given_up = frappe.get_all(
        OUTBOX,
        about | {"to_address": ("is", "not set")},
        ["name", "channel", "notification_channel"],
        order_by="name asc",
    )
    values = {"state": QUEUED, "attempts": 0, "next_attempt": now, "error": None}
    writing.set_where(OUTBOX, [row.name for row in given_up], values, "sent again", modified=True)
    if any(row.channel == EMAIL for row in given_up):
        digest.enqueue_again()
    outbox.request_delivery({row.notification_channel for row in given_up if row.notification_channel})
    return len(given_up)


def _due(table: Table, now: datetime) -> Criterion:
    return table.notification_channel.isnotnull() & (table.state == QUEUED) & (table.next_attempt <= now)


def _readers(channel: str, now: datetime) -> list[_Reader]:
    """Who waits for something by a channel, who waits longest first."""
    table = frappe.qb.DocType(OUTBOX)
    query = (
        frappe.qb.from_(table)
        .select(table.to_user, table.to_address)
        .groupby(table.to_user, table.to_address)
        .where(_due(table, now) & (table.notification_channel == channel))
    )
    rows = query.orderby(Min(table.next_attempt)).orderby(table.to_user).orderby(table.to_address).run()
    return [_Reader(user, address or None) for user, address in rows]


def _send_to(
    channel: Document | None, name: str, reader: _Reader, rows: list[frappe._dict], now: datetime
) -> bool | None:
    """Whether the service has taken what waits for a reader; None where that says nothing of the service: there was nothing to send,
    or it was refused for this reader alone."""
    if not (channel and cint(channel.enabled)):
        return _give_up(rows, _OFF)
    user = reader.user
    person = people_of([user]).get(user) if user else None
    if user and not person:
        mark_messages([row.name for row in rows], state=EXPIRED, next_attempt=None)
        return None
    rows = visible(rows, user) if user else rows
    if not rows:
        return None
    to = reader.address or ""
    if channel.service in TO_PERSONS and not to:
        to = reached_at([user], channel.service).get(user, "") if user else ""
        if not to:
            return _give_up(rows, nowhere(person.full_name if person else name, channel.service))
    try:
        send_by(channel, _notice(rows, to, person))
    except ServiceError as error:
        return _failed(rows, error.said, now, passing=error.passing)
    except Exception:
        frappe.log_error(title="Notification of a complaint failed", message=frappe.get_traceback())
        _failed(rows, _FAULT, now, passing=True)
        return None  # a fault of ours: the service was not asked, or has answered
    mark_messages(
        [row.name for row in rows], state=SENT, sent_at=now, next_attempt=None, error=None, link=None
    )
    return True


def _claimed(channel: str, reader: _Reader, now: datetime) -> list[frappe._dict]:
    """What is due for a reader and nobody else is sending: the attempt is counted, and theirs for the length of a lease."""
    table = frappe.qb.DocType(OUTBOX)
    theirs = table.to_user == reader.user if reader.user else table.to_user.isnull()
    theirs &= table.to_address == reader.address if reader.address else table.to_address.isnull()
    due = _due(table, now)
    found = frappe.qb.from_(table).select(table.name).where(
        due & (table.notification_channel == channel) & theirs
    )  # fmt: skip
    # By their names: a search by anything else locks what it passes, and others' rows would be skipped by others' workers.
    # A link of somebody's own is not left out of a text for want of room: each goes by itself.
    names = (found.orderby(table.creation).limit(1) if reader.address else found).run(pluck=True)
    if not names:
        return []
    query = (
        frappe.qb.from_(table)
        .select(table.name, table.kind, table.text, table.link, table.language, table.reference_doctype, table.reference_name, table.attempts)
        .where(table.name.isin(names) & due)
        .orderby(table.creation)
        .orderby(table.name)
    )  # fmt: skip
    rows = query.for_update(skip_locked=True).run(as_dict=True)
    if cut_off := [row for row in rows if row.attempts > len(BACK_OFF)]:
        _give_up(cut_off, _CUT_OFF)
    rows = [row for row in rows if row.attempts <= len(BACK_OFF)]
    for attempts in sorted({row.attempts for row in rows}):
        same = [row.name for row in rows if row.attempts == attempts]
        pause = BACK_OFF[min(attempts, len(BACK_OFF) - 1)]
        # An error says that no attempt is going on (`outbox.withdraw_messages`).
        mark_messages(same, attempts=attempts + 1, next_attempt=now + max(pause, LEASE), error=None)
    return sorted(rows, key=lambda row: _ORDER.get(row.kind, len(_ORDER)))


def _notice(rows: list[frappe._dict], to: str, person: Person | None) -> Notice:
    language = person.language if person else rows[0].language or frappe.local.lang
    # the same rows, sent again, are the same message
    key = sha256("".join(sorted(row.name for row in rows)).encode()).hexdigest()[:32]
    with print_language(language):
        rest = _("and {0} more: {1}")
    more, list_url = len(rows) - MOST_LINES, get_url_to_list("Complaint")
    lines = tuple(
        NoticeLine(
            row.kind,
            unescape(without_tags(row.text or "")),
            row.reference_doctype or "",
            row.reference_name or "",
            row.link
            or (get_url_to_form(row.reference_doctype, row.reference_name) if row.reference_name else ""),
        )
        for row in rows[:MOST_LINES]
    )
    return Notice(key, lines, to, lambda left: rest.format(left, list_url), language, max(more, 0))


def _failed(rows: list[frappe._dict], why: Message, now: datetime, *, passing: bool) -> bool | None:
    """A call was made in vain: tried again later, or given up. False where the next call may fail as well."""
    last = [row for row in rows if not passing or row.attempts + 1 > len(BACK_OFF)]
    _give_up(last, why)
    for attempts in sorted({row.attempts for row in rows if row not in last}):
        same = [row.name for row in rows if row.attempts == attempts]
        mark_messages(same, next_attempt=now + BACK_OFF[attempts], error=_said(why))
    return False if passing else None


def _give_up(rows: list[frappe._dict], why: Message) -> None:
    if rows:
        mark_messages(
            [row.name for row in rows], state=GIVEN_UP, next_attempt=None, error=_said(why), link=None
        )


def _said(why: Message) -> str:
    return why.render(_)[:500]
