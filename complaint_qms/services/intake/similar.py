"""Complaints that tell the same story as the one on screen."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, strip_html_tags

from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar import Record, Settings, rank

_KEYS = ("batch_no", "serial_no", "delivery_note", "sales_invoice", "customer", "item_code", "complaint_type")
_PER_KEY = 60
# Below the score of a likely duplicate: a colleague judges better than a number whether a case is alike.
_WORTH_SHOWING = 0.3
_FIELDS = (
    "name", "subject", "description", "customer", "item_code", "batch_no", "sales_order", "delivery_note",
    "received_at", "stage",
)  # fmt: skip


def similar_complaints(doc: Document, limit: int = 6) -> list[dict[str, Any]]:
    """The complaints most like `doc` among those the user may read, best first, each with score and reasons.

    Candidates share a batch, a document, a customer, an item or a type; the newest of each are compared.
    """
    candidates: dict[str, dict[str, Any]] = {}
    for key in _KEYS:
        if doc.get(key) and len(candidates) < 4 * _PER_KEY:
            for row in frappe.get_list(
                "Complaint",
                filters={key: doc.get(key), "name": ("!=", doc.name or ""), "stage": ("!=", "void")},
                fields=list(_FIELDS),
                order_by="received_at desc",
                limit=_PER_KEY,
            ):
                candidates[row.name] = row
    found = rank(_record(doc), [_record(row) for row in candidates.values()], limit=limit)
    return [
        {
            "name": match.id,
            "score": round(match.score, 2),
            "is_duplicate": match.score >= Settings().duplicate,
            "reasons": [_sentence(reason) for reason in match.reasons],
            **{name: candidates[match.id][name] for name in ("subject", "stage", "received_at", "customer")},
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
        text=f"{row.get('subject') or ''}. {strip_html_tags(row.get('description') or '')}",
        customer=row.get("customer") or "",
        item=row.get("item_code") or "",
        batch=row.get("batch_no") or "",
        order=row.get("sales_order") or row.get("delivery_note") or "",
        date=getdate(row.get("received_at")) if row.get("received_at") else None,
    )
