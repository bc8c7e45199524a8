"""Calls that wait for a job: made, made again with longer and longer pauses, given up to a person. Each is a row, so that none is lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_datetime, now_datetime

from complaint_qms.constants.connectors import (
    AT_ONCE,
    CALL,
    CONNECTOR,
    DONE,
    EVENT_SENT,
    FACTS_RECEIVED,
    FAILED,
    ISSUE,
    ISSUE_OPENED,
    JOB_SECONDS,
    LEASE,
    OUTSIDE_FACTS,
    TEST,
    WAITING,
)
from complaint_qms.engine.connectors import pause_after
from complaint_qms.engine.message import Message
from complaint_qms.integrations.connectors.calling import Answered
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.connectors import breaker, receiving, telling
from complaint_qms.services.connectors.asking import FAULT, SeenFacts, ask_system, prepare_request
from complaint_qms.services.connectors.facts import connectors_for, store_facts
from complaint_qms.services.connectors.issues import (
    new_issue,
    note_opened,
    open_there,
    opening_connectors,
    prepare_opening,
)
from complaint_qms.services.connectors.storing import insert_by_server
from complaint_qms.services.connectors.subjects import (
    Subject,
    is_about,
    subject_of_call,
    subject_of_issue,
    subjects_of,
)
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse

_GONE: Final = Message("What the system was to be asked about is not there any more.")
_OFF: Final = Message("The connector was switched off meanwhile. Switch it on, and try again.")
_CUT_OFF: Final = Message("The last attempt was cut off. Try again.")


def request_facts(doc: Document) -> int:
    """Have all systems asked by a job that know something of a complaint or an investigation, its item or its batch; how many calls wait
    then. What waits already is not asked for twice.

    Raises:
        frappe.ValidationError: there is no such system.
    """
    asked = connectors_for(doc)
    wanted = [(name, subject) for subject in subjects_of(doc) for name in asked.get(subject.about, ())]
    if not wanted:
        refuse(
            _(
                "No outside system is connected that knows this record, its item or its batch. A System Manager connects one in {0}."
            ).format(_(CONNECTOR))
        )
    waiting = _waiting([subject for _name, subject in wanted])
    names = [
        _insert(connector, subject)
        for connector, subject in wanted
        if (connector, subject.about) not in waiting
    ]
    if names:
        frappe.enqueue(telling.JOB, queue="long", names=names, enqueue_after_commit=True)
    return len(wanted)


def request_issue(connector: Document, doc: Document, action: str = "") -> Document:
    """Have an issue opened by a job, once for a record and system however often it is asked for; the issue. One that was never opened,
    and whose call the log has dropped, is asked for anew.

    Raises:
        frappe.ValidationError: the connector opens none for such a record.
    """
    subject = subject_of_issue(doc, action)
    if connector.name not in [row["name"] for row in opening_connectors(doc)]:
        refuse(
            _("{0} opens no issues for this record. Choose another connector.").format(
                escape_html(connector.title)
            )
        )
    issue, is_new = new_issue(connector, subject)
    if is_new or not (issue.issue_key or _opening_call(connector.name, subject)):
        name = _insert(connector.name, subject, ISSUE_OPENED)
        frappe.enqueue(telling.JOB, queue="long", names=[name], enqueue_after_commit=True)
    return issue


def enqueue_calls(now: datetime) -> None:
    """Have calls made that are due: to be tried again, or left behind by a killed job."""
    if _due(now, 1):
        frappe.enqueue(telling.JOB, queue="long", job_id=telling.JOB_ID, deduplicate=True)


def call_due(names: list[str] | None = None, now: datetime | None = None) -> int:
    """Make these calls, or all that are due, as Administrator; how many were made. Commits before and after each."""
    made, began = 0, monotonic()
    with acting_as():  # whoever's request has started this job
        for name in names if names is not None else _due(now or now_datetime(), AT_ONCE):
            if monotonic() - began > JOB_SECONDS:
                break
            made += bool(make_call(name, now))
            frappe.db.commit()
    return made


def make_call(name: str, now: datetime | None = None) -> str | None:
    """Make one call that is due; its state then, None for one that is left alone.

    An attempt is counted and committed before it is made, so that nothing is locked while a system thinks, and one that takes its worker
    down is not made for ever.
    """
    begun = _begin(name, now or now_datetime())
    frappe.db.commit()
    if not begun:
        return None
    row, turn = begun
    connector, subject = frappe.get_doc(CONNECTOR, row.connector), subject_of_call(row)
    began, prepared, found, error = monotonic(), None, None, None
    try:
        if row.kind == EVENT_SENT:
            prepared = telling.prepare_event(connector, row.message)
            found = SeenFacts({}, telling.send_event(prepared))
        elif row.kind == FACTS_RECEIVED:
            read = receiving.read_again(connector, row)
            subject, found = read.subject, SeenFacts(read.facts, Answered(0, None, row.message.encode()))
        elif not subject:
            raise ServiceError(_GONE, passing=False)
        elif row.kind == ISSUE_OPENED:
            prepared = prepare_opening(connector, subject)
            answer, issue = open_there(connector, subject, prepared)
            found = SeenFacts({"issue": issue}, answer)
        else:
            prepared = prepare_request(connector, subject)
            found = ask_system(connector, prepared)
    except ServiceError as failed:
        error = failed
    except Exception as fault:
        # What it says may hold what was asked.
        frappe.db.rollback()
        frappe.log_error(title="Outside system not called", message=way_of(fault))
        error = ServiceError(FAULT, passing=False)
    frappe.db.commit()  # what is read from here on is as it stands now
    ended = now or now_datetime()
    values: dict[str, Any] = {
        "seconds": round(monotonic() - began, 1),
        "sent": prepared.shown if prepared else None,
    }
    if error:
        breaker.note_error(connector.name, error, turn, ended)
        values |= _after_error(row, connector, error, ended)
    elif found:
        breaker.note_success(connector.name, ended)
        values |= _after_success(row, connector, subject, found, prepared.source if prepared else "", ended)
    _write(row, values)
    return values["state"]


def try_again(names: Iterable[str]) -> int:
    """Let calls that were given up be made once more, with all attempts; how many of `names` were."""
    found = frappe.get_all(
        CALL,
        {"name": ("in", list(names)), "state": FAILED, "kind": ("!=", TEST)},
        ["name", "kind", "message_key"],
        order_by="creation asc",
    )
    # Of what was sent to us, that alone can be read again which was kept.
    rows = [row.name for row in found if row.kind != FACTS_RECEIVED or row.message_key]
    values = {"state": WAITING, "attempts": 0, "next_attempt": now_datetime(), "error": None}
    writing.set_where(CALL, rows, values, "tried again by a person", modified=True)
    if rows:
        frappe.enqueue(telling.JOB, queue="long", names=rows, enqueue_after_commit=True)
    return len(rows)


def log_call(values: dict[str, Any]) -> Document:
    """A row for a call, by the present user."""
    return insert_by_server(frappe.get_doc({"doctype": CALL, "user": frappe.session.user, **values}))


def issue_calls(issues: list[dict[str, Any]]) -> dict[str, Any]:
    """Calls that are to open these issues: {waiting: how many, failed: [{call, connector, error}]}."""
    wanted = [row["name"] for row in issues if not row["issue_key"]]
    if not wanted:
        return {"waiting": 0, "failed": []}
    fields = ("investigation", "capa_action")
    links = frappe.get_all(ISSUE, {"name": ("in", wanted)}, ["connector", *fields], order_by="name asc")
    subjects = [Subject(field, row[field], {}) for row in links for field in fields if row[field]]
    call = frappe.qb.DocType(CALL)
    rows = (
        frappe.qb.from_(call)
        .select(call.name, call.connector, call.state, call.error)
        .where((call.kind == ISSUE_OPENED) & call.state.isin([WAITING, FAILED]) & is_about(call, subjects))
        .orderby(call.creation)
        .orderby(call.name)
        .run(as_dict=True)
    )
    failed = [row for row in rows if row.state == FAILED]
    return {
        "waiting": len(rows) - len(failed),
        "failed": [
            {"call": row.name, "connector": row.connector, "error": reasons.in_words(row.error)}
            for row in failed
        ],
    }


def tell_reason(row: Document) -> None:
    """Put the reason of a failure into the reader's language."""
    row.error = reasons.in_words(row.error) or None


def clear_calls(days: int) -> None:
    """Drop rows that are older, but those that wait."""
    row = frappe.qb.DocType(CALL)
    old = (row.creation < now_datetime() - timedelta(days=days)) & (row.state != WAITING)
    frappe.db.delete(CALL, filters=old)


def _insert(connector: str, subject: Subject, kind: str = OUTSIDE_FACTS) -> str:
    values = {
        "connector": connector,
        "kind": kind,
        "state": WAITING,
        "about": subject.about,
        "next_attempt": now_datetime(),
        **subject.links,
    }
    return log_call(values).name


def _waiting(subjects: Iterable[Subject]) -> set[tuple[str, str]]:
    """Connector and key of what it is to be asked about."""
    call = frappe.qb.DocType(CALL)
    query = frappe.qb.from_(call).select(call.connector, call.about)
    query = query.where((call.kind == OUTSIDE_FACTS) & (call.state == WAITING) & is_about(call, subjects))
    return set(query.run())


def _opening_call(connector: str, subject: Subject) -> str | None:
    """The call that is to open an issue, or was given up. The caller has locked the connector, and sees what others have asked for."""
    filters = {
        "connector": connector,
        "kind": ISSUE_OPENED,
        "state": ("in", [WAITING, FAILED]),
        subject.about: subject.name,
    }
    return frappe.db.get_value(CALL, filters, "name", for_update=True)


def _due(now: datetime, most: int) -> list[str]:
    return frappe.get_all(
        CALL,
        {"state": WAITING, "next_attempt": ("<=", now)},
        pluck="name",
        order_by="next_attempt asc, name asc",
        limit=most,
    )


def _begin(name: str, now: datetime) -> tuple[Document, breaker.Turn] | None:
    """The call and its turn, if it is this worker's to make now."""
    table = frappe.qb.DocType(CALL)
    query = frappe.qb.from_(table).select(table.name).where((table.name == name) & (table.state == WAITING))
    if not query.for_update(skip_locked=True).run():
        return None
    row = frappe.get_doc(CALL, name, for_update=True)
    if row.state != WAITING or (row.next_attempt and row.next_attempt > now):
        return None
    connector = frappe.db.get_value(CONNECTOR, row.connector, ("enabled", "attempts"), as_dict=True)
    if not connector or not cint(connector.enabled):
        _give_up(row, _OFF)
        return None
    if cint(row.attempts) >= max(1, cint(connector.attempts)):
        _give_up(row, _CUT_OFF)
        return None
    turn = breaker.turn_of(row.connector, now)
    if turn.later:
        _write(row, {"next_attempt": turn.later})
        return None
    _write(row, {"attempts": cint(row.attempts) + 1, "next_attempt": now + LEASE})
    return row, turn


def _give_up(row: Document, said: Message) -> None:
    _write(row, {"state": FAILED, "next_attempt": None, "error": reasons.of_message(said)})


def _after_success(
    row: Document,
    connector: Document,
    subject: Subject | None,
    found: SeenFacts,
    source: str,
    now: datetime,
) -> dict[str, Any]:
    values = {"state": DONE, "next_attempt": None, "error": None}
    if row.kind == FACTS_RECEIVED:
        # What its sender was answered stays; the content is the fact's from now on.
        values |= {"message": None, "about": subject.about, **subject.links}
        source, now = row.came_from or "", get_datetime(row.creation)
    else:
        values |= {"status": found.answer.status, "answer_size": len(found.answer.content)}
    if row.kind == ISSUE_OPENED:
        note_opened(connector, subject, found.facts["issue"], now)
    elif row.kind != EVENT_SENT:
        store_facts(connector, subject, found.facts, found.answer.content, source, now)
    return values


def _after_error(row: Document, connector: Document, error: ServiceError, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"error": reasons.of_message(error.said)}
    if row.kind != FACTS_RECEIVED:
        values["status"] = error.status
    if error.passing and row.attempts < max(1, cint(connector.attempts)):
        pause = pause_after(row.attempts, getattr(error, "pause", None))
        return {**values, "state": WAITING, "next_attempt": now + pause}
    return {**values, "state": FAILED, "next_attempt": None}


def _write(row: Document, values: dict[str, Any]) -> None:
    row.update(values)
    writing.set_values(CALL, row.name, values, "call of an outside system")
