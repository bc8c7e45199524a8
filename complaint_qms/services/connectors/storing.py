"""Calls and facts are written by the server alone."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document


def refuse_foreign_writes(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: a request inserts or changes what a connector has found.
    """
    if not doc.flags.by_server:
        frappe.throw(_("{0} is written when an outside system is called.").format(_(doc.doctype)))


def insert_by_server(doc: Document) -> Document:
    doc.flags.by_server = True
    # What was asked about may be gone, or renamed, by the time of the answer.
    doc.flags.ignore_links = True
    return doc.insert(ignore_permissions=True)
