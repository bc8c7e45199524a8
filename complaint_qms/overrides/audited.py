"""Events of other apps' records that the audit trail keeps: files that are evidence, who may do what, names that change."""

import frappe
from frappe.model.document import Document

from complaint_qms.constants.audit import RIGHTS
from complaint_qms.services.compliance.audit_trail import recording


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


def _is_moving() -> bool:
    """Whether an app comes or goes, or is brought up to date: the table may not be there."""
    return bool(frappe.flags.in_install or frappe.flags.in_uninstall or frappe.flags.in_migrate)
