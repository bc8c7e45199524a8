"""The complaints of a customer, page by page: what waits for them first, then the newest; how each stands in plain words. A constant
number of queries a page, whatever it holds."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.query_builder import Case, Order
from frappe.query_builder.functions import Coalesce
from pypika.functions import Function
from pypika.queries import QueryBuilder
from pypika.terms import Term

from complaint_qms.constants.inbox import ADDED, DISMISSED, OPEN, PAGE, PORTAL
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.permissions.portal import Party, own
from complaint_qms.services.correspondence import agreement, standing
from complaint_qms.services.record.subjects import subject_of
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.visitor import talk

COUNT: Final = 20
_FURTHEST: Final = 10_000
_FIRST_WORDS: Final = 400
"""Signs of what was written that its first line is looked for in; the subject of an item is no more as it was typed."""
STATES: Final = ("open", "ended", "all")
_ENDED: Final = (*COMPLAINT_ENDED, standing.ELSEWHERE)


def complaints(party: Party, state: str, page: int) -> dict[str, Any]:
    """Complaints of a party: {rows, more}, of rows {name, title, product, received, sentence, step, waits, ended}; `waits` names what
    waits for the customer: a "solution", a "question".

    Args:
        state: one of STATES; anything else counts as the first of them.
        page: counted from 1.
    """
    state = state if state in STATES else STATES[0]
    start = min(max(page - 1, 0) * COUNT, _FURTHEST)
    complaint = frappe.qb.DocType("Complaint")
    asked = talk.open_questions(complaint, own(complaint, party)) if state != "ended" else set()
    rows = _query(party, state, asked).limit(COUNT + 1).offset(start).run(as_dict=True)
    told = [_row(row, asked) for row in rows[:COUNT]]
    if not start:
        waiting = [row for row in told if row["waits"]]
        told = [*waiting, *_messages(party, state), *told[len(waiting) :]]
    return {"rows": told, "more": len(rows) > COUNT and start + COUNT <= _FURTHEST}


def _query(party: Party, state: str, asked: set[str]) -> QueryBuilder:
    complaint, original = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Complaint").as_("original")
    item = frappe.qb.DocType(INBOX)
    stage = Case().when(complaint.stage == "duplicate", Coalesce(original.stage, standing.ELSEWHERE)).else_(complaint.stage)  # fmt: skip
    query = (
        frappe.qb.from_(complaint)
        .left_join(original)
        .on(
            (original.name == complaint.duplicate_of)
            & (complaint.stage == "duplicate")
            & own(original, party)
        )
        .left_join(item)
        .on(
            (item.name == complaint.source_name)
            & (complaint.source_doctype == INBOX)
            # What others wrote or entered about it is in their words.
            & item.road.isin((PAGE, PORTAL))
        )
        .select(
            complaint.name,
            complaint.received_at,
            Coalesce(complaint.item_name, complaint.product_model).as_("product"),
            item.subject.as_("title"),
            Function("LEFT", item.text, _FIRST_WORDS).as_("words"),
            stage.as_("told_stage"),
            complaint.stage,
            complaint.held_stage,
            complaint.reply_sent_at,
            complaint.customer_agreement,
        )
        .where(own(complaint, party))
    )
    waits = agreement.waiting(complaint) | complaint.name.isin(sorted(asked) or [""])
    first = Case().when(waits, 0).else_(1)
    query = _in_state(query, stage, state).orderby(first, order=Order.asc)
    return query.orderby(complaint.received_at, complaint.name, order=Order.desc)


def _in_state(query: QueryBuilder, stage: Term, state: str) -> QueryBuilder:
    if state == "all":
        return query
    return query.where(stage.isin(_ENDED) if state == "ended" else stage.notin(_ENDED))


def _row(row: frappe._dict, asked: set[str]) -> dict[str, Any]:
    stage = row.told_stage if row.told_stage == standing.ELSEWHERE else standing.known_stage(row.told_stage)
    waits = agreement.waits_for_word(row)
    return {
        "name": row.name,
        "title": subject_of(row.words or "") or row.title or as_typed(row.product or ""),
        "product": as_typed(row.product or "") if row.title else "",
        "received": standing.instant(row.received_at),
        "sentence": standing.sentence_of(
            stage, waits=row.stage == "duplicate" or waits, answer=row.customer_agreement
        ),
        "step": standing.step_of(stage, row.held_stage),
        "waits": [*(["solution"] if waits else []), *(["question"] if row.name in asked else [])],
        "ended": row.told_stage in _ENDED,
    }


def _messages(party: Party, state: str) -> list[dict[str, Any]]:
    """What this login has sent and is no complaint of theirs: nobody could read it by itself, or somebody has put it away or on a
    complaint that is not told. It is not lost either."""
    item, complaint = frappe.qb.DocType(INBOX), frappe.qb.DocType("Complaint")
    over = (item.state == DISMISSED) | ((item.state == ADDED) & complaint.name.isnull())
    wanted = {"open": item.state.isin(OPEN), "ended": over}.get(state, item.state.isin(OPEN) | over)
    rows = (
        frappe.qb.from_(item)
        .left_join(complaint)
        .on((complaint.name == item.complaint) & own(complaint, party))
        .select(item.name, item.subject, item.text, item.received_at, item.state)
        .where((item.road == PORTAL) & (item.scope == party.user) & wanted)
        .orderby(item.received_at, item.name, order=Order.desc)
        .limit(COUNT)
    ).run(as_dict=True)
    return [
        {
            "name": row.name,
            "title": subject_of((row.text or "")[:_FIRST_WORDS]) or row.subject or "",
            "product": "",
            "received": standing.instant(row.received_at),
            "sentence": standing.sentence_of(standing.stage_of_message(row.state), waits=False),
            "step": standing.step_of(standing.stage_of_message(row.state), None),
            "waits": [],
            "ended": row.state not in OPEN,
        }
        for row in rows
    ]
