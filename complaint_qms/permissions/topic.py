"""Who sees topics and their words as records: whoever sees all complaints.

A topic is made of the words of all complaints. Whoever is kept to some of them sees their own in the report Complaint Topics, with the
words that stand in these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.topics import TOPIC
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


def told_names(topics: Iterable[str]) -> dict[str, str]:
    """Topic → its name, of those whose name the session's user may read as it stands: whoever sees but some complaints reads the names that
    people gave, for the others are words of complaints they may not see. One query."""
    wanted: dict[str, Any] = {"name": ("in", sorted(set(topics)) or [""])}
    if sees_some(frappe.session.user):
        wanted["renamed"] = 1
    rows = frappe.get_all(TOPIC, wanted, ["name", "topic_name"], order_by="name asc")
    return {row.name: row.topic_name for row in rows}


def sees_some(user: str) -> bool:
    """Whether somebody sees but some of the complaints whose texts are read: those of confidential ones are not."""
    return is_kept_besides(user)
