"""A complaint that is made of an item: in one transaction, so that no message becomes two."""

from __future__ import annotations

import mimetypes

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants.inbox import DOCTYPE, REGISTERED, REST, TAKEN
from complaint_qms.services.evidence.disk import PRIVATE
from complaint_qms.services.inbox import rest_keys
from complaint_qms.services.inbox.item import locked, write

_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


def take_item(complaint: Document) -> None:
    """Before a new complaint that names an item as its source is stored: nobody has taken the item, and its files come along.

    Raises:
        frappe.ValidationError: it stands on a complaint already.
        frappe.PermissionError: the user may not decide on it.
    """
    if complaint.source_doctype != DOCTYPE or not complaint.source_name:
        return
    item = locked(complaint.source_name)
    if not _is_read_by_its_road(item):
        item.check_permission("write")
    check_free(item)
    if item.road == REST and item.message_id:
        rest_keys.pass_on(item, complaint)
    complaint.received_at = complaint.received_at or item.received_at
    named = {row.file for row in complaint.get("evidence")}
    for row in evidence_rows(item):
        if row["file"] not in named:
            complaint.append("evidence", row)


def settle_item(complaint: Document) -> None:
    """After it is stored: the item says what has become of it."""
    if complaint.source_doctype != DOCTYPE or not complaint.source_name:
        return
    item = locked(complaint.source_name)
    by_hand = not _is_read_by_its_road(item)
    write(
        item,
        state=REGISTERED,
        complaint=complaint.name,
        company=complaint.company,
        reason=None,
        next_attempt=None,
        decided_by=frappe.session.user if by_hand else None,
        decided_at=now_datetime() if by_hand else None,
    )


def check_free(item: Document) -> None:
    """Raises:
    frappe.ValidationError: it stands on a complaint already.
    """
    if item.state in TAKEN:
        frappe.throw(
            _("{0} {1} was taken up already: it stands on {2}.").format(
                _(DOCTYPE), escape_html(item.name), escape_html(item.complaint or "")
            )
        )


def evidence_rows(item: Document) -> list[dict[str, str]]:
    """The files of an item as rows of evidence of a complaint."""
    files = frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": item.name, "is_folder": 0},
        ["name", "file_url", "file_name"],
        order_by="creation asc, name asc",
    )
    return [
        {
            "file": file.file_url,
            "kind": kind_of(file.file_name),
            "caption": file.file_name,
            "received_at": item.received_at,
        }
        for file in files
        if file.name != item.payload_file and (file.file_url or "").startswith(PRIVATE)
    ]


def kind_of(name: str | None) -> str:
    """Which kind of evidence a file is, by its name."""
    guessed = mimetypes.guess_type(name or "")[0] or ""
    return _KINDS.get(guessed.partition("/")[0], "document")


def _is_read_by_its_road(item: Document) -> bool:
    return frappe.flags.qms_inbox_item == item.name
