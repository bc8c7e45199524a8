"""A complaint that is made of an item: in one transaction, so that no message becomes two."""

from __future__ import annotations

import mimetypes

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants.inbox import DOCTYPE, FILERS, REGISTERED, REST, TAKEN
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.integrations.erpnext.source_facts import STARTS
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.evidence.capture import attach
from complaint_qms.services.evidence.disk import PRIVATE
from complaint_qms.services.inbox import rest_keys, same_form
from complaint_qms.services.inbox.item import is_raw, locked, write
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.transactions import roll_back_to

_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


def check_source(complaint: Document) -> None:
    """Before anything tells whether the record exists that a new complaint names as its source: it is of a kind from which complaints
    are made, and open to the user.

    Raises:
        frappe.ValidationError: it is not, or there is none; which of them nobody is told.
    """
    kind, name = complaint.source_doctype, complaint.source_name
    if not (kind and name):
        complaint.source_doctype = complaint.source_name = None
    elif not _is_open(kind, name):
        refuse(
            _("{0}: a complaint starts from a record of these kinds that you may read: {1}.").format(
                _(complaint.meta.get_label("source_name"), context=complaint.doctype),
                comma_list(_(one) for one in (*STARTS, DOCTYPE)),
            )
        )


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
    if item.road == REST:
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
        communication=filed(item, complaint) or item.communication,
        reason=None,
        next_attempt=None,
        decided_by=frappe.session.user if by_hand else None,
        decided_at=now_datetime() if by_hand else None,
    )
    same_form.read_form_again(item)


def filed(item: Document, complaint: Document, *, founds: bool = True) -> str | None:
    """Put the message itself on the complaint's timeline, where its road can; the name of its Communication.

    By the road's own reader, which tries again, it has to succeed. Nobody who decides by hand is kept from it.

    Args:
        founds: the complaint was made of it; otherwise who handles the complaint hears of it.
    """
    filer = FILERS.get(item.road)
    if not filer:
        return None
    if _is_read_by_its_road(item):
        return frappe.get_attr(filer)(item, complaint, founds=founds)
    frappe.db.savepoint("filing")
    try:
        with messages_dropped_on(Exception):
            return frappe.get_attr(filer)(item, complaint, founds=founds)
    except Exception as error:
        roll_back_to("filing")
        frappe.log_error(title="Message not put on the timeline", message=way_of(error))
        return None


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


def evidence_rows(*items: Document) -> list[dict[str, str]]:
    """The files of items as rows of evidence of a complaint."""
    of = {item.name: item for item in items}
    files = frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": ("in", list(of)), "is_folder": 0},
        ["name", "file_url", "file_name", "attached_to_name", "attached_to_field"],
        order_by="creation asc, name asc",
    )
    return [
        {
            "file": file.file_url,
            "kind": kind_of(file.file_name),
            "caption": file.file_name,
            "received_at": of[file.attached_to_name].received_at,
        }
        for file in files
        if not is_raw(file, of[file.attached_to_name].payload_file)
        and (file.file_url or "").startswith(PRIVATE)
    ]


def told_by_sender(item: Document, complaint: Document) -> None:
    """What the next save changes is the doing of who sent a message that was read without a person: its version says so."""
    if _is_read_by_its_road(item):
        complaint.flags.updater_reference = {
            "doctype": DOCTYPE,
            "docname": item.name,
            "label": _("via {0}").format(item.sender_name or item.sender_address or item.name),
        }


def add_evidence(item: Document, complaint: Document) -> None:
    """The files of an item become evidence of a complaint that is there already, which is stored with them."""
    rows = evidence_rows(item)
    told_by_sender(item, complaint)
    if rows and complaint.stage in COMPLAINT_ENDED:
        # What ended takes no rows any more; the files stand beside it.
        attach((row["file"], complaint.doctype, complaint.name) for row in rows)
    elif rows:
        complaint.extend("evidence", rows)
        complaint.save()


def kind_of(name: str | None) -> str:
    """Which kind of evidence a file is, by its name."""
    guessed = mimetypes.guess_type(name or "")[0] or ""
    return _KINDS.get(guessed.partition("/")[0], "document")


def _is_open(kind: str, name: str) -> bool:
    if kind == DOCTYPE:
        return frappe.flags.qms_inbox_item == name or (
            frappe.has_permission(DOCTYPE, "write") and bool(readable(DOCTYPE, [name]))
        )
    return kind in STARTS and bool(readable(kind, [name]))


def _is_read_by_its_road(item: Document) -> bool:
    return frappe.flags.qms_inbox_item == item.name
