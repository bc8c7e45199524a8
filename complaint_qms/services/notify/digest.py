"""Mails: one a person, with everything that waits for them, through the framework's own Email Queue.

A mail takes much longer to compose than a notice, so it is made by a job. Its messages are locked, marked and queued in one
transaction: a kill in between costs nothing. What cannot be sent is tried again after a while, and given up in the end.
"""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import get_url_to_form, get_url_to_list, now_datetime
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.constants import events
from complaint_qms.services.events import BACK_OFF
from complaint_qms.services.notify.outbox import (
    EMAIL,
    EXPIRED,
    GIVEN_UP,
    OUTBOX,
    QUEUED,
    SENT,
    by_mail,
    expire,
    mark_messages,
    visible,
)
from complaint_qms.services.notify.person import Person, people_of
from complaint_qms.services.notify.sentences import ESCALATED, HEADINGS

ROWS = 50
"""Records listed in a mail; the rest is a number and a link."""
JOB_ID = "complaint_qms_clock_digests"


def enqueue(now: datetime) -> None:
    """Have the mails composed in a job of their own, if any are to be."""
    if _readers(now):
        frappe.enqueue(send, queue="long", job_id=JOB_ID, deduplicate=True)


def enqueue_at_once() -> None:
    """Have the mails composed as soon as this is committed, without waiting for the next round of the scheduler."""
    frappe.enqueue(
        "complaint_qms.services.notify.digest.send",
        queue="short",
        job_id=f"{JOB_ID}_now",
        deduplicate=True,
        enqueue_after_commit=True,
    )


def enqueue_again() -> None:
    """Have mails that were given up sent once more, once this is committed."""
    frappe.enqueue(send, queue="long", job_id=JOB_ID, deduplicate=True, enqueue_after_commit=True)


def send(now: datetime | None = None) -> int:
    """Put one mail per person into the framework's queue with all that waits for them; the number of mails.

    Commits after each person.
    """
    moment = now or now_datetime()
    expire(moment)
    queued, readers = 0, _readers(moment)
    can_send, people = bool(readers) and _can_send(), people_of(readers)
    for user in readers:
        queued += _send_to(user, people.get(user), moment, can_send)
        frappe.db.commit()
    return queued


def _readers(now: datetime) -> list[str]:
    table = frappe.qb.DocType(OUTBOX)
    query = frappe.qb.from_(table).select(table.to_user).distinct().where(_due(table, now))
    return query.orderby(table.to_user).run(pluck=True)


def _due(table: Table, now: datetime) -> Criterion:
    return (table.channel == EMAIL) & (table.state == QUEUED) & (table.next_attempt <= now)


def _can_send() -> bool:
    """Whether the site has anything to send mails with; one that has not keeps its notices in the desk."""
    return bool(frappe.conf.get("mail_server") or frappe.db.exists("Email Account", {"enable_outgoing": 1}))


def _send_to(user: str, person: Person | None, now: datetime, can_send: bool) -> bool:
    """Whether a mail to this person is in the queue now. What waits for somebody who left, or who wants no mails any more,
    expires."""
    table = frappe.qb.DocType(OUTBOX)
    rows = (
        frappe.qb.from_(table)
        .select(table.name, table.kind, table.text, table.reference_doctype, table.reference_name, table.attempts)
        .where((table.to_user == user) & _due(table, now))
        .orderby(table.creation)
        .orderby(table.name)
        .for_update(skip_locked=True)
        .run(as_dict=True)
    )  # fmt: skip
    if not rows:
        return False
    if not person or not person.mails or not by_mail():
        mark_messages([row.name for row in rows], state=EXPIRED, next_attempt=None)
        return False
    if not can_send:
        _try_again(rows, now, _("Set up an Email Account with Enable Outgoing."))
        return False
    rows = visible(rows, user)
    if not rows:
        return False
    frappe.db.savepoint("digest")
    # the language is given back only when nothing is raised within, so errors end inside
    with print_language(person.language):
        try:
            _queue(person.email, person.full_name, rows)
        except Exception as error:
            trace = frappe.get_traceback()
            frappe.db.rollback(save_point="digest")
            if isinstance(error, frappe.OutgoingEmailError):
                frappe.clear_last_message()  # an account is there, but none that may send for complaints
                trace = str(error)
            else:
                frappe.log_error(title="Digest of complaints failed", message=trace)
            _try_again(rows, now, trace)
            return False
    mark_messages([row.name for row in rows], state=SENT, sent_at=now, next_attempt=None, error=None)
    return True


def _try_again(rows: list[frappe._dict], now: datetime, error: str) -> None:
    for attempts in sorted({row.attempts for row in rows}):
        same = [row for row in rows if row.attempts == attempts]
        last = attempts + 1 > len(BACK_OFF)
        mark_messages(
            [row.name for row in same],
            state=GIVEN_UP if last else QUEUED,
            attempts=attempts + 1,
            next_attempt=None if last else now + BACK_OFF[attempts],
            error=error[-500:],
        )


def _queue(email: str, full_name: str, rows: list[frappe._dict]) -> None:
    groups = {kind: [row for row in rows if row.kind == kind] for kind in HEADINGS}
    order = list(HEADINGS)
    shown = {row.name for row in sorted(rows, key=lambda row: order.index(row.kind))[:ROWS]}
    frappe.sendmail(
        recipients=[email],
        subject=_subject({kind: len(found) for kind, found in groups.items()}),
        template="complaint_clock_digest",
        args={
            "full_name": full_name,
            "groups": [
                (HEADINGS[kind](), [_line(row) for row in lines if row.name in shown])
                for kind, lines in groups.items()
            ],
            "more": len(rows) - len(shown),
            "list_url": get_url_to_list("Complaint"),
        },
        reference_doctype="Complaint",
        add_unsubscribe_link=0,
    )


def _subject(count: dict[str, int]) -> str:
    """What matters most among what the mail holds."""
    if grave := count[events.GRAVE]:
        return _("Severe or harmful complaints: {0}").format(grave)
    late, close = count[ESCALATED] + count[events.OVERDUE], count[events.AT_RISK]
    if late or close:
        return _("Complaints: {0} overdue, {1} at risk").format(late, close)
    if steps := count[events.ESCALATION_STEP]:
        return _("Complaints: {0} steps of escalation").format(steps)
    if taken_back := count[events.INVESTIGATION_REOPENED] + count[events.CAUSE_REJECTED]:
        return _("Opened again or ruled out: what {0} of your records rest on").format(taken_back)
    if lost := count[events.EVIDENCE_LOST]:
        return _("Files of evidence lost: {0}").format(lost)
    if unsettled := count[events.SETTLEMENT_LOST]:
        return _("Ended complaints without their settlement: {0}").format(unsettled)
    if held := count[events.HOLD_OVER]:
        return _("Complaints: {0} on hold longer than planned").format(held)
    return _("Complaint work waiting for you: {0}").format(sum(count.values()))


def _line(row: frappe._dict) -> dict[str, str]:
    # the text is our own HTML with everything in it escaped
    return {"url": get_url_to_form(row.reference_doctype, row.reference_name), "text": row.text}
