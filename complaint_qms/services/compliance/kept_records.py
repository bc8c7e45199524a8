"""What nobody deletes, by no way in: quality records and what shows them to be true, and what is said about them (G7)."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.retention import KEPT, NO_WORDS, ONCE_SUBMITTED, TALK_KEPT
from complaint_qms.exceptions import GateError
from complaint_qms.services.record.deletion_refusal import refuse_for_good
from complaint_qms.services.record.gate_codes import gate_code


def refuse_kept(doc: Document) -> None:
    """Before a record of the app is deleted, and behind it, for who has the framework leave out what comes before. When the app leaves a
    site, its settings leave with it.

    Raises:
        GateError: it is kept.
    """
    kept = "" if frappe.flags.in_uninstall else KEPT.get(doc.doctype)
    if kept and (kept != ONCE_SUBMITTED or doc.docstatus):
        refuse_for_good(doc, _("{0} {1} is kept and is never deleted."))


def refuse_talk_deletion(doc: Document) -> None:
    """Before a comment, mail, task or version is deleted. Who deletes an open task takes it from whoever has it, which the record itself
    tells (`services/people/assignment.py`).

    Raises:
        GateError: it is about a quality record.
    """
    if (doc.doctype == "Comment" and doc.comment_type in NO_WORDS) or (
        doc.doctype == "ToDo" and doc.status == "Open"
    ):
        return
    if about := record_spoken_of(doc):
        frappe.throw(
            gate_code("G7")
            + _("This {0} belongs to {1} {2} and stays with it. What is wrong in it is put right by another one.").format(
                _(doc.doctype), _(about[0]), escape_html(about[1])
            ),
            GateError,
            title=_("Kept for good"),
        )  # fmt: skip


def refuse_rewriting(comment: Document) -> None:
    """Before a comment is saved: what somebody wrote about a quality record stays as it was written.

    Raises:
        GateError: other words stand in it now.
    """
    before = comment.get_doc_before_save()
    if not before or before.comment_type != "Comment" or comment.content == before.content:
        return
    if about := record_spoken_of(before):
        frappe.throw(
            gate_code("G7")
            + _("A comment on {0} {1} stays as it was written. Write another one that puts it right.").format(
                _(about[0]), escape_html(about[1])
            ),
            GateError,
        )


def record_spoken_of(doc: Document) -> tuple[str, str] | None:
    """The quality record (DocType, name) that a comment, mail, task or version is about; of a proposal that may go none."""
    kind, name = (doc.get(field) for field in TALK_KEPT[doc.doctype])
    named = [(kind, name), *((row.link_doctype, row.link_name) for row in doc.get("timeline_links") or ())]
    for doctype, record in named:
        if doctype not in QUALITY_RECORDS or not record:
            continue
        docstatus = frappe.db.get_value(doctype, record, "docstatus")
        if docstatus is not None and (KEPT[doctype] != ONCE_SUBMITTED or docstatus):
            return doctype, record
    return None
