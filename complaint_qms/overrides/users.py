"""Events of users and of the roles they hold, by whichever way a role comes and goes.

A role with an approval limit that somebody gives themselves is recorded; with a role go the rights that shares gave beside it.
"""

import frappe
from frappe.model.document import Document

from complaint_qms.constants.assigning import HANDLER
from complaint_qms.constants.notify import PREFERENCE
from complaint_qms.permissions import shares
from complaint_qms.services.intake import idempotency
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.settlement.approval_limit_changes import record_roles


def validate(doc: Document, method: str | None = None) -> None:
    before = doc.get_doc_before_save()
    if before:
        record_roles(doc.name, {row.role for row in doc.roles} - {row.role for row in before.roles})


def on_trash(doc: Document, method: str | None = None) -> None:
    """A user who goes takes along how they were told, and that they took on complaints: many were given that record by itself."""
    for doctype in (PREFERENCE, HANDLER):
        for name in frappe.get_all(doctype, {"user": doc.name}, pluck="name", order_by="name asc"):
            frappe.delete_doc(doctype, name, ignore_permissions=True)


def role_row_saved(doc: Document, method: str | None = None) -> None:
    """Has Role, saved by itself: the framework takes the row without the user around it."""
    before = doc.get_doc_before_save()
    if doc.parenttype == "User" and (not before or (before.parent, before.role) != (doc.parent, doc.role)):
        record_roles(doc.parent, {doc.role})
        _roles_changed(doc.parent)
    if before and before.parenttype == "User":
        _roles_changed(before.parent)


def role_row_deleted(doc: Document, method: str | None = None) -> None:
    """Has Role, deleted by itself."""
    if doc.parenttype == "User":
        _roles_changed(doc.parent)


def role_renamed(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Role, before it is merged into another: who holds the one holds the other then, and the other has the limits of both."""
    if not merge:
        return
    for user in acting():
        held = frappe.get_all(
            "Has Role", {"parenttype": "User", "parent": user}, pluck="role", order_by="role asc"
        )
        if (old in held) != (new in held):
            record_roles(user, {new}, with_limits_of=old if new in held else None)


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Whoever sends complaints under another login is known again by the keys that were sent before."""
    idempotency.follow_rename("User", old, new)


def _roles_changed(user: str) -> None:
    frappe.clear_cache(user=user)
    frappe.clear_document_cache("User", user)
    shares.take_back(user=user)
