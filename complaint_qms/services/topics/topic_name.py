"""What the form of a complaint calls its topic. Loads no arrays."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.constants.topics import TOPIC
from complaint_qms.permissions.topic import sees_some


def topic_on_form(doc: Document) -> str:
    """Name of the complaint's topic; empty without one, and for whoever sees but some complaints, of whose words it may not be made."""
    if not doc.get("topic") or sees_some(frappe.session.user):
        return ""
    return frappe.db.get_value(TOPIC, doc.topic, "topic_name") or ""
