"""What a field action told whom, and what they said, is written by the app alone and kept for good."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.exceptions import GateError
from complaint_qms.services.record import deletion_refusal
from complaint_qms.services.record.gate_codes import gate_code


def refuse_foreign_writes(doc: Document) -> None:
    """Raises:
    GateError: a form, a request or an import writes it by itself, past what its field action checks and notes.
    """
    if not doc.flags.by_app:
        told = _("{0} is written by its field action alone: open the field action and enter it there.")
        frappe.throw(
            gate_code("G7") + told.format(_(doc.doctype)), GateError, title=_("Change It in the Record")
        )


def keep_what_was_told(doc: Document) -> None:
    """Raises:
    GateError: always.
    """
    deletion_refusal.refuse_for_good(
        doc,
        _("{0} {1} belongs to a field action and is never deleted. A customer is left out with a reason."),
    )


def insert_by_app(doc: Document) -> Document:
    doc.flags.by_app = True
    return doc.insert(ignore_permissions=True)


def save_by_app(doc: Document) -> Document:
    """Store a record anew, or for the first time."""
    if not doc.get("creation"):
        return insert_by_app(doc)
    doc.flags.by_app = True
    return doc.save(ignore_permissions=True)
