"""Events of File: what an ended record rests on is neither deleted nor changed."""

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless
from complaint_qms.services.files import kept_by, kept_message, refuse_change


def may_delete(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """File, has_permission. The framework empties the disk before anything else hears of a deletion, so the question
    whether one may delete is the last moment to say no."""
    holder = kept_by(doc) if ptype == "delete" else None
    if holder:
        frappe.msgprint(kept_message(*holder))
    return unless(holder)


def before_validate(doc: Document, method: str | None = None) -> None:
    refuse_change(doc)
