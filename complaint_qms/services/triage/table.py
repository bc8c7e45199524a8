"""A page of the triage table: complaints in intake and triage that the user may see, what runs out first on top.

The number of queries is the same however many rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import unescape
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import get_datetime

from complaint_qms.constants import roles, triage
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.permissions.personal_data import hidden_fields, shown_value, without_hidden
from complaint_qms.services.compliance.decisions import TRIAGE_JUDGES
from complaint_qms.services.intake import proposals
from complaint_qms.services.intake.proposal_answers import stored_proposals
from complaint_qms.services.lifecycle import merge_several
from complaint_qms.services.people.session_users import may
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.risk.priority import priority_of
from complaint_qms.services.sop.clock import bring_up_to_date
from complaint_qms.services.triage.occurrence import proposed_occurrences
from complaint_qms.services.work.loading import documents_of
from complaint_qms.services.work.timing import clock_of

_FAR: Final = "9999-12-31"
_SHOWN: Final = (
    "name",
    "subject",
    "stage",
    "customer",
    "item_code",
    "batch_no",
    "serial_no",
    "channel",
    "received_at",
)
_FORWARD: Final = (("intake", "triage"), ("triage", "investigate"), ("triage", "solve"))
_PEOPLE: Final = ("complaint_owner", "triage_decided_by", "reportable_decided_by", "modified_by")
_RANKED: Final = {"severity": "Risk Severity", "occurrence": "Risk Occurrence"}
_ORDERS: Final = {
    "urgency": ("low", "normal", "high", "critical"),
    "harm_level": ("none", "minor", "serious", "death"),
}


def page(now: datetime, start: int = 0) -> dict[str, Any]:
    """{rows, total, start, most, now, may: {write, judge, report, merge, reject, step}} from the row `start` on."""
    complaint = frappe.qb.DocType("Complaint")
    here = complaint.stage.isin(COMPLAINT_EARLY)
    total = permitted(frappe.qb.from_(complaint).select(Count("*")).where(here)).run()[0][0]
    start = max(0, min(start, (total - 1) // triage.PAGE * triage.PAGE))
    query = (
        frappe.qb.from_(complaint)
        .select(complaint.name)
        .where(here)
        .orderby(Coalesce(complaint.stage_due, complaint.resolution_due, _FAR), order=Order.asc)
        .orderby(complaint.name, order=Order.asc)
        .limit(triage.PAGE)
        .offset(start)
    )
    names = permitted(query).run(pluck=True)
    write = bool(frappe.has_permission("Complaint", "write"))
    return {
        "rows": rows_of(documents_of("Complaint", names), now),
        "total": total,
        "start": start,
        "most": triage.PAGE,
        "now": now,
        "may": {
            "write": write,
            "judge": write and may(*TRIAGE_JUDGES),
            "report": write and may(*roles.REPORTABILITY_JUDGES),
            "merge": merge_several.is_open("triage", "duplicate"),
            "reject": merge_several.is_open("triage", "rejected"),
            "step": any(merge_several.is_open(origin, target) for origin, target in _FORWARD),
        },
    }


def rows_of(docs: Sequence[Document], now: datetime) -> list[dict[str, Any]]:
    """What the table shows of complaints whose reading was asked for; a row each, in their order."""
    for doc in docs:
        bring_up_to_date(doc, now)
        proposals.refresh(doc)
    is_told = "proposals" not in hidden_fields("Complaint")
    proposed = {doc.name: _proposals_of(doc) if is_told else {} for doc in docs}
    types = {
        doc.name: doc.complaint_type or (proposed[doc.name].get("complaint_type") or {}).get("value")
        for doc in docs
    }
    for name, occurrence in proposed_occurrences(docs, types).items():
        proposed[name].setdefault("occurrence", occurrence)
    customers = values_of("Customer", (doc.customer for doc in docs), "customer_name")
    people = values_of("User", (doc.get(field) for doc in docs for field in _PEOPLE), "full_name")
    return [_row(doc, proposed[doc.name], now, customers, people) for doc in docs]


def _proposals_of(doc: Document) -> dict[str, dict[str, Any]]:
    return {field: found for field, found in stored_proposals(doc).items() if field in triage.PROPOSED}


def _row(
    doc: Document, proposed: dict[str, Any], now: datetime, customers: dict[str, str], people: dict[str, str]
) -> dict[str, Any]:
    # Paragraphs are told apart by a blank.
    told = shown_value("Complaint", "description", doc.description) or ""
    text = " ".join(unescape(without_tags(told.replace("<", " <"))).split())
    values = without_hidden("Complaint", {field: doc.get(field) for field in triage.ENTERED})
    offered = {
        field: _offered(doc, field, found)
        for field, found in proposed.items()
        if field in values and _is_open(doc, field, found)
    }
    hoped = {
        field: doc.get(field) or proposed.get(field, {}).get("value") for field in ("severity", "occurrence")
    }
    received = get_datetime(doc.received_at) if doc.received_at else None
    return {
        **{field: doc.get(field) for field in _SHOWN},
        "modified": str(doc.modified),
        "modified_by": people.get(doc.modified_by, doc.modified_by),
        "customer_name": customers.get(doc.customer)
        or doc.customer
        or shown_value("Complaint", "complainant_name", doc.complainant_name),
        "product": doc.item_name or doc.item_code or doc.product_model,
        "words": text[: triage.FIRST_WORDS] + ("…" if len(text) > triage.FIRST_WORDS else ""),
        "mood": proposals.mood_of(doc),
        "age": max(0, int((now - received).total_seconds())) if received else None,
        "time": clock_of(doc, now),
        "owner_name": people.get(doc.complaint_owner),
        "values": values,
        "proposals": offered,
        "priority": priority_of(doc.severity, doc.occurrence, doc.detection),
        "priority_proposed": priority_of(hoped["severity"], hoped["occurrence"], doc.detection),
        "judged": {
            "is_complaint": _judged(doc.is_complaint, doc.triage_decided_by, doc.triage_decided_at, people),
            "reportable": _judged(doc.reportable, doc.reportable_decided_by, doc.reportable_since, people),
        },
    }


def _judged(answer: str | None, by: str | None, at: Any, people: dict[str, str]) -> dict[str, Any] | None:
    return {"answer": answer, "by": people.get(by, by) if by else None, "at": at} if answer else None


def _is_open(doc: Document, field: str, proposal: dict[str, Any]) -> bool:
    return not proposal.get("state") and str(doc.get(field) or "") != str(proposal["value"])


def _offered(doc: Document, field: str, proposal: dict[str, Any]) -> dict[str, Any]:
    """A proposal as it is shown: `fills` an answer that nobody gave, or is `graver` than the one that stands."""
    value, default = doc.get(field), doc.meta.get_field(field).default
    return {
        "value": proposal["value"],
        "confidence": proposal["confidence"],
        "reasons": proposal["reasons"],
        "source": proposal.get("source", ""),
        "fills": not value or value == default,
        "graver": bool(value) and _rank(field, proposal["value"]) > _rank(field, value),
    }


def _rank(field: str, value: str) -> int:
    if field in _RANKED:
        return level_ranks()[_RANKED[field]].get(value, 0)
    order = _ORDERS.get(field, ())
    return order.index(value) + 1 if value in order else 0
