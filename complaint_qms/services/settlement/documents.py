"""Keeps a settlement's list of documents and its complaint true, whatever finance does with the drafts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.events import DOCUMENT_CHANGED, SETTLED, SETTLEMENT_LOST
from complaint_qms.constants.settlement import (
    CORRECTED,
    CREDIT_NOTE,
    DELETED,
    DOCTYPE,
    DRAFT,
    LIVE,
    SUBMITTED,
)
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.message import Message
from complaint_qms.integrations.erpnext import drafted_documents
from complaint_qms.integrations.erpnext.remaining import INVOICE
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle.settlement_state import refresh_complaint
from complaint_qms.services.notify.sentences import document_line, settlement_line
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Link, Money, Text, line
from complaint_qms.services.settlement.finance_corrections import correction_of


def tell(doc: Document, what: str) -> None:
    """Write a line into the complaint's story and bring its figures up to date.

    Args:
        what: proposed, rejected, submitted, cancelled or deleted.
    """
    complaint = frappe.get_doc("Complaint", doc.complaint)
    told = {
        "settlement": doc.name,
        "state": what,
        "amount": doc.total_amount,
        "currency": doc.currency,
    }
    said = settlement_line(**told)
    if what == "rejected":
        said = line("{0}: {1}", said, Text(doc.rejection_reason))
        timeline.note_on(doc, said)
    _write(complaint, said, told if what == "cancelled" else None)
    refresh_complaint(doc.complaint)
    if what == "submitted":
        announce([Event(SETTLED, DOCTYPE, doc.name, {"complaint": doc.complaint})])


def document_changed(doc: Document, *, deleted: bool = False) -> None:
    """An ERPNext document of a settlement was saved, submitted, cancelled or deleted: show it on both records."""
    settlement = doc.get("complaint_settlement")
    if not settlement or doc.flags.drafted_by_settlement or frappe.flags.settlement_taken_back == settlement:
        return
    row = frappe.db.get_value(
        "Complaint Settlement Document",
        {"parent": settlement, "document_type": doc.doctype, "document_name": doc.name},
        ["name", "document_status", "amount", "remedy_value", "purpose", "correction_reason"],
        as_dict=True,
    )
    if not row:
        row = _list_amended(doc, settlement)
    if not row:
        return
    now = {"document_status": DELETED if deleted else drafted_documents.state_of(doc)}
    if doc.doctype == INVOICE:  # finance may have corrected the draft
        now |= {"amount": drafted_documents.worth(doc), "remedy_value": drafted_documents.remedy_value(doc)}
    if doc.doctype in CORRECTED and not deleted:
        now["correction_reason"] = correction_of(doc)
    if any((row.get(key) or "") != (value or "") for key, value in now.items()):
        writing.set_values(
            "Complaint Settlement Document", row.name, now, "document changed by finance", old=row
        )
    complaint = frappe.db.get_value(DOCTYPE, settlement, "complaint")
    if row.document_status != now["document_status"]:
        lost = row.document_status in LIVE and now["document_status"] not in LIVE
        told = {
            "document_type": doc.doctype,
            "document_name": doc.name,
            "settlement": settlement,
            "state": now["document_status"],
        }
        _write(frappe.get_doc("Complaint", complaint), document_line(**told), told if lost else None)
        announce([Event(DOCUMENT_CHANGED, DOCTYPE, settlement, told)])
    reason = now.get("correction_reason")
    if reason and reason != row.get("correction_reason"):
        _write(frappe.get_doc("Complaint", complaint), _correction_line(doc, settlement, reason))
    refresh_complaint(complaint)


def keep_one_road(doc: Document) -> None:
    """Refuse a second credit for goods whose credit note the settlement has drafted already."""
    if not (doc.get("complaint_settlement") and doc.is_return and doc.issue_credit_note):
        return
    note = frappe.db.get_value(
        "Complaint Settlement Document",
        {
            "parent": doc.complaint_settlement,
            "purpose": CREDIT_NOTE,
            "document_status": ("in", (DRAFT, SUBMITTED)),
        },
        "document_name",
    )
    if note:
        frappe.throw(
            _(
                "Issue Credit Note: settlement {0} has drafted the credit note {1} for these goods. Clear the box."
            ).format(escape_html(doc.complaint_settlement), note)
        )


def _correction_line(doc: Document, settlement: str, reason: str) -> Message:
    return line(
        "{0} {1} of settlement {2} now comes to {3}. Reason: {4}",
        doc.doctype,
        Link(doc.doctype, doc.name),
        Link(DOCTYPE, settlement),
        Money(drafted_documents.worth(doc), doc.currency),
        Text(reason),
    )


def _list_amended(doc: Document, settlement: str) -> frappe._dict | None:
    """A corrected version of a listed document joins the list with the same purpose."""
    origin = doc.get("amended_from") and frappe.db.get_value(
        "Complaint Settlement Document",
        {"parent": settlement, "document_type": doc.doctype, "document_name": doc.amended_from},
        ["purpose", "source_name", "remedy_value", "granted_value", "granted_total", "granted_qty"],
        as_dict=True,
    )
    if not origin:
        return None
    parent = frappe.get_doc(DOCTYPE, settlement)
    row = parent.append(
        "documents",
        {
            "document_type": doc.doctype,
            "document_name": doc.name,
            "amount": drafted_documents.worth(doc),
            **origin,
        },
    )
    writing.insert_row(row, "amended document")
    return frappe._dict(row.as_dict())


def _write(complaint: Document, said: Message, lost: dict[str, Any] | None = None) -> None:
    """A line in the timeline; what an ended complaint loses is somebody's task as well."""
    if lost and complaint.stage in COMPLAINT_ENDED:
        announce([Event(SETTLEMENT_LOST, "Complaint", complaint.name, lost)])
    else:
        timeline.note_on(complaint, said)
