"""When a rule of each kind would have been asked in the past: complaints of the site's records with the moment of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

import frappe
from pypika import Order
from pypika.queries import QueryBuilder, Table
from pypika.terms import Field

from complaint_qms.constants import rules
from complaint_qms.constants.correspondence import AUTOMATIC_FIELD
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.permissions.query import MatchCondition, list_condition
from complaint_qms.services.rules.records import Record, records_where

Keys = Iterable[str]
_AT: Final = "asked_at"


def asked_then(
    when: str, keys: Keys, company: str, since: datetime, until: datetime
) -> tuple[list[tuple[datetime, Record]], bool]:
    """((moment, complaint as its fields are today) of each time a rule of a kind would have been asked, oldest first; whether there
    are older ones than the newest `MOST_TRIED`, which are left out); of the complaints that the user's own list holds."""
    rows = _WAYS[when](keys, company, since, until)
    found = [(row.pop(_AT), row) for row in rows]
    held = sorted(((at, row) for at, row in found if at and since < at <= until), key=lambda pair: pair[0])
    return held[-rules.MOST_TRIED :], len(held) > rules.MOST_TRIED


def _at_column(
    column: str, keys: Keys, company: str, since: datetime, until: datetime, **fixed: Any
) -> Iterator[Record]:
    def narrowed(query: QueryBuilder, complaint: Table) -> QueryBuilder:
        moment = complaint[column]
        return _newest(_seen(query, complaint, company).where((moment > since) & (moment <= until)), moment)

    for row in records_where(keys, narrowed, {_AT: lambda complaint: complaint[column]}):
        yield row | fixed


def _at_any(columns: tuple[str, ...], *args: Any) -> Iterator[Record]:
    for column in columns:
        yield from _at_column(column, *args)


def _of_moves(keys: Keys, company: str, since: datetime, until: datetime) -> Iterator[Record]:
    """Entries of the stage history; the first one is the registration."""
    log = frappe.qb.DocType("Complaint Stage Log")

    def narrowed(query: QueryBuilder, complaint: Table) -> QueryBuilder:
        query = query.inner_join(log).on((log.parent == complaint.name) & (log.parenttype == "Complaint"))
        entered = (log.entered_at > since) & (log.entered_at <= until) & (log.idx > 1)
        return _newest(_seen(query, complaint, company).where(entered), log.entered_at)

    more = {_AT: lambda _complaint: log.entered_at, "stage": lambda _complaint: log.stage}
    yield from records_where([key for key in keys if key != "stage"], narrowed, more)


def _of_overdue_stages(keys: Keys, company: str, since: datetime, until: datetime) -> Iterator[Record]:
    """Stages that were not left before their time was over, then the clocks of first response and of the whole."""
    log = frappe.qb.DocType("Complaint Stage Log")

    def narrowed(query: QueryBuilder, complaint: Table) -> QueryBuilder:
        query = query.inner_join(log).on((log.parent == complaint.name) & (log.parenttype == "Complaint"))
        passed = (
            (log.due_at > since) & (log.due_at <= until) & (log.left_at.isnull() | (log.left_at > log.due_at))
        )
        return _newest(_seen(query, complaint, company).where(passed), log.due_at)

    yield from records_where(keys, narrowed, {_AT: lambda _complaint: log.due_at})
    for due, done in (("response_due", "first_response_at"), ("resolution_due", "closed_at")):

        def late(query: QueryBuilder, complaint: Table, due: str = due, done: str = done) -> QueryBuilder:
            missed = complaint[done].isnull() | (complaint[done] > complaint[due])
            passed = (complaint[due] > since) & (complaint[due] <= until) & missed
            return _newest(_seen(query, complaint, company).where(passed), complaint[due])

        yield from records_where(keys, late, {_AT: lambda complaint, due=due: complaint[due]})


def _of_words(keys: Keys, company: str, since: datetime, until: datetime) -> Iterator[Record]:
    """Mails about complaints that a person wrote."""
    mail = frappe.qb.DocType("Communication")

    def narrowed(query: QueryBuilder, complaint: Table) -> QueryBuilder:
        about = (mail.reference_name == complaint.name) & (mail.reference_doctype == "Complaint")
        query = query.inner_join(mail).on(about & (mail.sent_or_received == "Received"))
        by_person = mail[AUTOMATIC_FIELD].isnull() | (mail[AUTOMATIC_FIELD] == "")
        came = (mail.communication_date > since) & (mail.communication_date <= until)
        return _newest(_seen(query, complaint, company).where(came & by_person), mail.communication_date)

    yield from records_where(keys, narrowed, {_AT: lambda _complaint: mail.communication_date})


def _of_open_ones(keys: Keys, company: str, since: datetime, until: datetime) -> Iterator[Record]:
    def narrowed(query: QueryBuilder, complaint: Table) -> QueryBuilder:
        still = complaint.stage.isin(list(COMPLAINT_OPEN))
        still &= complaint.received_at <= until
        return _newest(_seen(query, complaint, company).where(still), complaint.received_at)

    for row in records_where(keys, narrowed):
        yield row | {_AT: until}


def _newest(query: QueryBuilder, moment: Field) -> QueryBuilder:
    """No more than a trial looks at, and one that tells that there are more."""
    return query.orderby(moment, order=Order.desc).limit(rules.MOST_TRIED + 1)


def _seen(query: QueryBuilder, complaint: Table, company: str) -> QueryBuilder:
    """Of those that the user's list holds, and of one company where the rule is for one."""
    if condition := list_condition("Complaint", frappe.session.user):
        query = query.where(MatchCondition(condition))
    return query.where(complaint.company == company) if company else query


_WAYS: Final[dict[str, Callable[..., Iterator[Record]]]] = {
    rules.REGISTRATION: partial(_at_column, "received_at", stage="intake"),
    rules.CHANGE: partial(_at_column, "modified"),
    "on_move": _of_moves,
    "on_answer": partial(_at_column, "first_response_at"),
    "on_customer_word": _of_words,
    "on_survey": partial(_at_column, "rated_at"),
    "on_warning": partial(_at_any, ("response_warn_at", "stage_warn_at", "resolution_warn_at")),
    "on_overdue": _of_overdue_stages,
    "on_hold_end": _of_open_ones,
    rules.DAILY: _of_open_ones,
    rules.CALLED: partial(_at_column, "received_at"),
}
"""Kind → its moments; a kind without a trace in the records is asked of the complaints as they are today."""
