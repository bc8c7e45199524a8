"""Who sees how a person is told: that person, and who administers the site."""

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless

_ALL = "System Manager"


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    if _sees_all(user):
        return ""
    return f"(`tabComplaint Notification Preference`.`user` = {frappe.db.escape(user)})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    user = user or frappe.session.user
    if _sees_all(user):
        return unless(None)
    stored = None if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, "user")
    return unless(doc.user not in (None, "", user) or stored not in (None, user))


def _sees_all(user: str) -> bool:
    return user == "Administrator" or _ALL in frappe.get_roles(user)
