"""Complaints that tell the same story as the one on screen."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import getdate

from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar import Record, Settings, rank
from complaint_qms.services.record.bulk_read import gathered
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.reporting.access import permitted, readable

_KEYS = ("batch_no", "serial_no", "delivery_note", "sales_invoice", "customer", "item_code", "complaint_type")
_PER_KEY = 60
# Below the score of a likely duplicate: a colleague judges better than a number whether a case is alike.
_WORTH_SHOWING = 0.3
_FIELDS = (
    "name", "subject", "description", "customer", "item_code", "batch_no", "sales_order", "delivery_note",
    "received_at", "stage", "severity",
)  # fmt: skip


def akin(doc: Document) -> dict[str, list[dict[str, Any]]]:
    """Field → the other complaints, void ones left out, that name the same in it, the newest `_PER_KEY`, newest first; of
    those that the user may read, as far as the user may read them. One query."""
    complaint = frappe.qb.DocType("Complaint")
    fields = [complaint[field] for field in readable("Complaint", _FIELDS)]
    queries = {}
    for key in readable("Complaint", _KEYS):
        if doc.get(key):
            same = (
                frappe.qb.from_(complaint)
                .select(*fields)
                .where((complaint[key] == doc.get(key)) & (complaint.name != (doc.name or "")))
                .where(complaint.stage != "void")
                .orderby(complaint.received_at, complaint.name, order=Order.desc)
                .limit(_PER_KEY)
            )
            queries[key] = permitted(same)
    return gathered(queries)


def most_alike(
    doc: Document, others: dict[str, list[dict[str, Any]]], limit: int = 6
) -> list[dict[str, Any]]:
    """Those of `others`, as of `akin`, that tell most nearly the story of `doc`, best first, with score and reasons."""
    candidates: dict[str, dict[str, Any]] = {}
    for key in _KEYS:
        if len(candidates) < 4 * _PER_KEY:
            candidates |= {row["name"]: row for row in others.get(key, ())}
    found = rank(_record(doc), [_record(row) for row in candidates.values()], limit=limit)
    return [
        {
            "name": match.id,
            "score": round(match.score, 2),
            "is_duplicate": match.score >= Settings().duplicate,
            "reasons": [_sentence(reason) for reason in match.reasons],
            **{
                name: candidates[match.id].get(name)
                for name in ("subject", "stage", "received_at", "customer")
            },
        }
        for match in found
        if match.score >= _WORTH_SHOWING
    ]


def _sentence(reason: Reason) -> str:
    values = reason.message.params.items()
    words = {key: _(value) if key == "field" else value for key, value in values}
    return _(reason.message.key).format(**words)


def _record(row: Any) -> Record:
    return Record(
        id=row.get("name") or "",
        text=f"{row.get('subject') or ''}. {without_tags(row.get('description') or '')}",
        customer=row.get("customer") or "",
        item=row.get("item_code") or "",
        batch=row.get("batch_no") or "",
        order=row.get("sales_order") or row.get("delivery_note") or "",
        date=getdate(row.get("received_at")) if row.get("received_at") else None,
    )
