"""What the audit trail keeps of other apps' records and of requests: files that are evidence, who may do what, names that change,
exports, refusals, sign-ins that failed, views of what is confidential."""

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.audit import RIGHTS
from complaint_qms.services.compliance.audit_trail import accesses, recording, views


def after_insert_of_file(doc: Document, method: str | None = None) -> None:
    recording.of_file(doc)


def on_update_of_file(doc: Document, method: str | None = None) -> None:
    before = doc.get_doc_before_save()
    if before and any(before.get(field) != doc.get(field) for field in ("file_url", "evidence_sha256")):
        recording.of_file(doc)


def after_delete_of_file(doc: Document, method: str | None = None) -> None:
    recording.of_file(doc, gone=True)


def rights_changed(doc: Document, method: str | None = None) -> None:
    if not _is_moving():
        recording.saved(doc, RIGHTS[doc.doctype])


def rights_gone(doc: Document, method: str | None = None) -> None:
    if not _is_moving():
        recording.deleted(doc, RIGHTS[doc.doctype])


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Whatever links to the record has its new name by now, past every save."""
    if not _is_moving():
        recording.renamed(doc.doctype, old, new, merge)


def after_insert_of_activity(doc: Document, method: str | None = None) -> None:
    if doc.operation == "Login" and doc.status == "Failed":
        accesses.sign_in_failed(doc.user)


def after_request(response: Any, request: Any) -> None:
    """Behind the transaction of the request: a file that was given out, or what was refused, is told of once it is known."""
    status, form = getattr(response, "status_code", 0), getattr(frappe.local, "form_dict", None)
    if (
        status not in (200, 403)
        or form is None
        or not getattr(frappe.local, "db", None)
        or frappe.flags.read_only
    ):
        return
    door, user = str(form.get("cmd") or request.path.rpartition("/")[2]), frappe.session.user
    told = status == 200 and door in accesses.EXPORTS and accesses.exported(door, form)
    if status == 403 and user != "Guest":
        told = accesses.refused(f"{request.method} {door}", *accesses.asked_for(form, request.path))
    elif status == 200 and frappe.get_cached_value("User", user, "user_type") == "System User":
        # Customers see what they said themselves.
        told = views.viewed(f"{request.method} {door}", form, request.path) or told
    if told:
        frappe.db.commit()


def _is_moving() -> bool:
    """Whether an app comes or goes, or is brought up to date: the table may not be there."""
    return bool(frappe.flags.in_install or frappe.flags.in_uninstall or frappe.flags.in_migrate)
