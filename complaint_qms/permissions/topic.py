"""Who sees topics and their words as records: whoever sees all complaints.

A topic is made of the words of all complaints. Whoever is kept to some of them sees their own in the report Complaint Topics, with the
words that stand in these.
"""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.confidential import is_kept_besides
from complaint_qms.permissions.query import NOTHING


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of topics and fits; an empty one restricts nothing."""
    return NOTHING if sees_some(user or frappe.session.user) else ""


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record."""
    user = user or frappe.session.user
    return unless(writes_as_auditor(ptype, user) or sees_some(user))


def sees_some(user: str) -> bool:
    """Whether somebody sees but some of the complaints whose texts are read: those of confidential ones are not."""
    return is_kept_besides(user)
