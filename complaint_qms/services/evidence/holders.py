"""What a file is evidence of, and whether it has to stay."""

from typing import Any

import frappe

from complaint_qms.constants.evidence import SHA256, TALK
from complaint_qms.constants.records import ENDED, QUALITY_RECORDS
from complaint_qms.services.evidence.disk import evidence_at

Record = tuple[str, str]


def record_of(file: Any) -> Record | None:
    """The quality record (DocType, name) that a file hangs on, by itself or by a mail or comment about it.

    Args:
        file: File, or a row with its attached_to_doctype and attached_to_name.
    """
    record = file.attached_to_doctype, file.attached_to_name
    if record[0] in TALK and record[1]:
        record = reference_of(*record) or (None, None)
    if record[0] not in QUALITY_RECORDS or not record[1] or not frappe.db.exists(*record):
        return None
    return record


def reference_of(doctype: str, name: str) -> Record | None:
    """The quality record that a mail or comment is about, if it is one."""
    found = frappe.db.get_value(doctype, name, ["reference_doctype", "reference_name"])
    return found if found and found[0] in QUALITY_RECORDS and found[1] else None


def is_proposal(record: Record) -> bool:
    """A settlement that was never submitted may go, and its files with it."""
    return record[0] == "Complaint Settlement" and not frappe.db.get_value(*record, "docstatus")


def kept_by(file: Any) -> Record | None:
    """The record (DocType, name) that a file is kept for as it is; None when it is no evidence."""
    record = record_of(file)
    if record:
        return None if is_proposal(record) else record
    if file.get(SHA256):
        return file.attached_to_doctype or "File", file.attached_to_name or file.name
    return None


def keeps_from_removal(file: Any) -> Record | None:
    """The same for its removal by the user: a wrong upload that nothing names yet may go, by who sent it."""
    holder = kept_by(file)
    attached = file.attached_to_doctype, file.attached_to_name
    if not holder or attached != holder or holder[0] not in QUALITY_RECORDS:
        return holder
    if file.owner != frappe.session.user or is_fixed(*holder):
        return holder
    return holder if _came_with_talk(file) or _is_spoken_of(file.file_url, *holder) else None


def is_fixed(doctype: str, name: str) -> bool:
    """Whether a record has ended, or is reported as done."""
    if doctype in ENDED:
        return frappe.db.get_value(doctype, name, "stage") in ENDED[doctype]
    if doctype == "Root Cause":
        return frappe.db.get_value(doctype, name, "status") in ("verified", "rejected")
    if doctype == "Reportability Assessment":
        return frappe.db.get_value(doctype, name, "status") in ("reported", "not_reportable")
    if doctype == "Regulatory Report":
        return frappe.db.get_value(doctype, name, "status") == "submitted"
    return doctype == "Complaint Settlement" and not is_proposal((doctype, name))


def _came_with_talk(file: Any) -> bool:
    """Whether the file was left here by a mail or comment that moved on."""
    others = evidence_at([file.file_url], besides=file.name)
    return any(other.attached_to_doctype in TALK for other in others)


def _is_spoken_of(url: str | None, doctype: str, name: str) -> bool:
    """Whether a field or row of the record, or a comment or mail about it, names or shows the file."""
    if not url:
        return False
    doc = frappe.get_doc(doctype, name)
    texts = (value for row in (doc, *doc.get_all_children()) for value in row.as_dict(no_nulls=True).values())
    if any(isinstance(text, str) and url in text for text in texts):
        return True
    about = {"reference_doctype": doctype, "reference_name": name, "content": ("like", f"%{url}%")}
    return bool(
        frappe.db.exists("Comment", {**about, "comment_type": "Comment"})
        or frappe.db.exists("Communication", about)
    )
