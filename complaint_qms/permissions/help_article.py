"""Articles about complaints: a draft is as open as the complaint it was written of, and the app's roles write no other articles."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.constants.knowledge import ARTICLE, CATEGORY, COMPLAINT
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.query import as_text, hidden, in_list

# Whoever holds one of these writes whatever the site publishes.
_EDITOR = "Knowledge Base Editor"
_EDITORS = {_EDITOR, "Knowledge Base Contributor", "System Manager", "Website Manager"}
_OWN = {roles.AGENT, roles.MANAGER, roles.QUALITY_MANAGER}
_READING = (None, "read", "select", "print", "email", "report", "export")


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; empty where every complaint is open to `user`."""
    user = user or frappe.session.user
    if user in ("Administrator", "Guest"):
        return ""
    article = frappe.qb.DocType(ARTICLE)
    visible = in_list("Complaint", article[COMPLAINT], user)
    if visible is None:
        return ""
    free = (article.published == 1) | article[COMPLAINT].isnull() | (article[COMPLAINT] == "")
    return f"({as_text(free | visible)})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same for one article, and who may write it: as it is stored, whatever was sent."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    stored = _stored(doc)
    complaint = stored.get(COMPLAINT)
    if (
        complaint
        and not stored.get("published")
        and user != "Guest"
        and hidden("Complaint", [complaint], user)
    ):
        return unless(True)
    if ptype in _READING:
        return unless(None)
    is_closed = _is_other(doc, stored) and not is_editor(user)
    if is_closed and ptype == "create" and doc.is_new():
        # The framework's own words would name neither a role nor a way.
        frappe.throw(
            _(
                "Category: with your roles you write articles about complaints alone. Press Write Help Article on a closed complaint, or ask somebody with the role {0}."
            ).format(_(_EDITOR)),
            frappe.PermissionError,
        )
    return unless(writes_as_auditor(ptype, user) or is_closed)


def is_editor(user: str) -> bool:
    """Whether somebody writes whatever the site publishes, and not articles about complaints alone."""
    held = set(frappe.get_roles(user))
    return user == "Administrator" or not held & _OWN or bool(held & _EDITORS)


def _stored(doc: Document) -> dict[str, Any]:
    """An article as it is stored; a new one belongs to a complaint only where the server says so."""
    if doc.is_new():
        return {COMPLAINT: doc.get(COMPLAINT) if doc.flags.of_complaint else None, "category": CATEGORY}
    fields = [COMPLAINT, "category", "published"]
    return frappe.db.get_value(ARTICLE, doc.name, fields, as_dict=True) or {}


def _is_other(doc: Document, stored: dict[str, Any]) -> bool:
    """Whether an article is none about complaints, or would leave its category."""
    kept = (None, "", CATEGORY, stored.get("category"))
    return (
        not (stored.get(COMPLAINT) or stored.get("category") == CATEGORY) or doc.get("category") not in kept
    )
