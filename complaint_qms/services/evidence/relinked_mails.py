"""Mails and comments that come to a quality record, or move on from one, with their files."""

from typing import Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.evidence import SHA256
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.services.evidence import disk
from complaint_qms.services.evidence.capture import attach, secure

Reference = tuple[str | None, str | None]
_FIELDS: Final = ("name", "file_name", "file_url", "is_private", "owner", "content_hash", SHA256)


def moved(doc: Document, was: Reference | None, now: Reference) -> None:
    """After a mail or comment was saved: files that are evidence where it was stay there too, where it is now they
    become it. No query for what is about no record of ours.

    Args:
        was, now: what it was and is about; `was` is None for a new one, which has no files yet.
    """
    if was in (None, now):
        return
    leaves, comes = _is_record(was), _is_record(now)
    if not (leaves or comes):
        return
    files = frappe.get_all(
        "File",
        {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_folder": 0},
        [*_FIELDS, "attached_to_doctype", "attached_to_name"],
        order_by="creation asc, name asc",
    )
    if leaves:
        attach((file.file_url, *was) for file in files if file[SHA256])
    if comes:
        secure([disk.as_file(file) for file in files if not file[SHA256]])


def _is_record(reference: Reference) -> bool:
    return reference[0] in QUALITY_RECORDS and bool(reference[1]) and bool(frappe.db.exists(*reference))
