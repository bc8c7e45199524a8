"""Closed complaints that a person judged, as texts with answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime
from pypika.queries import QueryBuilder

from complaint_qms.constants.classifier import FIELDS, MOST
from complaint_qms.services.intake.proposal_answers import CHANGED, stored_proposals
from complaint_qms.services.intake.proposals import told_text


@dataclass(frozen=True)
class Example:
    """``answers``: field of the complaint → what stands at the end; ``corrected``: somebody chose otherwise than proposed."""

    text: str
    answers: dict[str, str]
    received_at: datetime
    closed_at: datetime
    corrected: bool


def number_of_examples() -> int:
    """How many there are. One query."""
    complaint = frappe.qb.DocType("Complaint")
    return _judged(frappe.qb.from_(complaint).select(Count("*"))).run()[0][0]


def read_examples() -> list[Example]:
    """The latest of them, at most `MOST`, in the order in which they came in."""
    complaint = frappe.qb.DocType("Complaint")
    columns = (
        "subject",
        "description",
        "item_name",
        "received_at",
        "closed_at",
        "proposals",
        *FIELDS.values(),
    )
    query = _judged(frappe.qb.from_(complaint).select(*(complaint[column] for column in columns)))
    rows = (
        query.orderby(complaint.received_at, order=Order.desc)
        .orderby(complaint.name, order=Order.desc)
        .limit(MOST)
        .run(as_dict=True)
    )
    return [
        Example(
            told_text(row),
            {field: row[field] for field in FIELDS.values() if row[field]},
            get_datetime(row.received_at),
            get_datetime(row.closed_at),
            any(
                answer.get("state") == CHANGED
                for answer in stored_proposals(row).values()
                if isinstance(answer, dict)
            ),
        )
        for row in reversed(rows)
    ]


def _judged(query: QueryBuilder) -> QueryBuilder:
    """Closed, and triaged by somebody with a name: what was imported as history was judged elsewhere, by other rules;
    words of confidential ones stand in no reason that others read."""
    complaint = frappe.qb.DocType("Complaint")
    return query.where(
        (complaint.stage == "closed")
        & (complaint.confidential == 0)
        & (complaint.is_complaint == "yes")
        & complaint.triage_decided_by.notnull()
        & complaint.received_at.notnull()
        & complaint.closed_at.notnull()
    )
