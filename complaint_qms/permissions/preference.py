"""Who sees how a person is told: that person, who administers the site, and auditors."""

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import is_auditor

_READING = (None, "read", "select", "print", "report")
_ALL = "System Manager"


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    if _sees_all(user) or is_auditor(user):
        return ""
    return f"(`tabComplaint Notification Preference`.`user` = {frappe.db.escape(user)})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    user = user or frappe.session.user
    if _sees_all(user) or (is_auditor(user) and ptype in _READING):
        return unless(None)
    stored = None if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, "user")
    return unless(doc.user not in (None, "", user) or stored not in (None, user))


def _sees_all(user: str) -> bool:
    return user == "Administrator" or _ALL in frappe.get_roles(user)
