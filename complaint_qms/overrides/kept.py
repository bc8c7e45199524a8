"""Events by which nothing disappears: deletions of what is kept, of what is said about it, and of what it names; merging."""

import frappe
from frappe.model.document import Document

from complaint_qms.services.compliance import kept_records, named_masters


def on_trash(doc: Document, method: str | None = None) -> None:
    """Of any record of any app."""
    if not _is_moving():
        named_masters.refuse_named(doc)


def on_trash_of_talk(doc: Document, method: str | None = None) -> None:
    """Comment, Communication, ToDo and Version."""
    kept_records.refuse_talk_deletion(doc)


def before_save_of_comment(doc: Document, method: str | None = None) -> None:
    kept_records.refuse_rewriting(doc)


def before_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Of any record of any app."""
    if merge and not _is_moving():
        named_masters.refuse_merging(doc.doctype, old, new)


def _is_moving() -> bool:
    """Whether an app comes or goes, or is brought up to date."""
    return bool(frappe.flags.in_install or frappe.flags.in_uninstall or frappe.flags.in_migrate)
