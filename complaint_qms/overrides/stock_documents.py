"""Goods on quality hold stay: what ERPNext's documents are asked when they move stock."""

from frappe.model.document import Document

from complaint_qms.services.containment import gate


def on_submit(doc: Document, method: str | None = None) -> None:
    gate.check_submitted(doc)


def before_cancel(doc: Document, method: str | None = None) -> None:
    gate.check_cancelled(doc)


def on_update(doc: Document, method: str | None = None) -> None:
    gate.warn_draft(doc)


def on_ledger_entry(doc: Document, method: str | None = None) -> None:
    gate.check_entry(doc)


def on_bundle(doc: Document, method: str | None = None) -> None:
    gate.check_bundle(doc)
