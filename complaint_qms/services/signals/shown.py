"""What the forms of a scan and of a signal show, in the reader's language."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.signals import COMPLETED, OF_COMPLAINT, SIGNAL
from complaint_qms.permissions.query import hidden
from complaint_qms.services.signals.storing import cases_of
from complaint_qms.services.signals.words import paragraph

_NAMED = 100


def of_signal(doc: Document) -> dict[str, Any]:
    """{words, why, chart, cases, listed}: the arithmetic, why the method, the drawing, how many complaints, filters of their list."""
    cases = json.loads(doc.decided_complaints or "null") or cases_of(doc.name)
    return {
        "words": paragraph(doc.words),
        "why": _(doc.method_reason) if doc.method_reason else "",
        "chart": json.loads(doc.chart or "null"),
        "cases": len(cases),
        "listed": _filters(doc, cases),
        "same_batch": _investigations(doc),
    }


def of_scan(doc: Document) -> list[dict[str, Any]]:
    """Findings of a scan that is complete: {title, change, trend, since, until, observed, expected, words, signal}; those whose signal the
    reader may not see are left out."""
    if doc.status != COMPLETED:
        return []
    rows = json.loads(doc.result or "{}").get("findings", [])
    away = hidden(SIGNAL, {row["signal"] for row in rows if row["signal"]}, frappe.session.user)
    return [{**row, "words": paragraph(row["words"])} for row in rows if row["signal"] not in away]


def told_of_scan(doc: Document) -> str:
    """What a complete scan says beside its findings."""
    return paragraph(json.loads(doc.result or "{}").get("told")) if doc.status == COMPLETED else ""


def _filters(doc: Document, cases: list[str]) -> dict[str, Any]:
    """Filters of the list of its complaints: these themselves, of many the criterion that they were found by."""
    if len(cases) <= _NAMED:
        return {"name": ["in", cases]}
    found: dict[str, Any] = {field: doc.get(field) for field in OF_COMPLAINT.values() if doc.get(field)}
    found["company"] = doc.company
    found["received_at"] = ["Between", [str(doc.since), str(doc.until)]]
    return found


def _investigations(doc: Document) -> list[str]:
    """Investigations of the same batch, however they were opened."""
    if not doc.batch_no:
        return []
    about = {"batch_no": doc.batch_no, "company": doc.company, "stage": ("!=", "void")}
    if not frappe.has_permission("Investigation"):
        return []
    return frappe.get_list("Investigation", about, pluck="name", order_by="creation desc", limit=5)
