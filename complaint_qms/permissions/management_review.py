"""Who sees which management review: its figures are of a whole company, and were frozen for everybody. Whoever something but a company keeps
from complaints sees none and makes none."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.query import NOTHING
from complaint_qms.permissions.signal import is_kept_to_some


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    return NOTHING if user != "Administrator" and is_kept_to_some(user) else ""


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    return unless(writes_as_auditor(ptype, user) or is_kept_to_some(user))
