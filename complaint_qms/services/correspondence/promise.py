"""The day by which a customer was told to hear from us."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.engine.dialog import tells_of_harm
from complaint_qms.services.record.collected import told_text


def day_of(complaint: Document) -> date | None:
    """The day that was promised; where none was, the one that the SOP gives us until the end, else for a first word. None for whom
    somebody was hurt, until a person promises one: they are called at once, and not told to wait."""
    told = complaint.promised_on
    if not told and not tells_of_harm(told_text(complaint)):
        told = complaint.resolution_due or complaint.response_due
    return getdate(told) if told else None


def is_owed(complaint: Document | frappe._dict) -> bool:
    """Whether a promise waits to be kept: our answer has not gone out."""
    return bool(
        complaint.promised_on and not complaint.reply_sent_at and complaint.stage in COMPLAINT_UNENDED
    )


def promise_told(complaint: Document) -> str | None:
    """The day for the customer's own page; None where nothing was promised, it is kept, or it has passed."""
    if not is_owed(complaint) or getdate(complaint.promised_on) < getdate():
        return None
    return getdate(complaint.promised_on).isoformat()


def keep_promise(doc: Document) -> None:
    """What the acknowledgement has promised meanwhile is not taken back by a form that was opened before it went out."""
    before = doc.get_doc_before_save()
    if before and before.acknowledged_at and not doc.acknowledged_at and not doc.promised_on:
        doc.promised_on = before.promised_on


def check_promise(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: a promise is entered for a day that has passed.
    """
    if not doc.promised_on or doc.flags.by_import or not doc.has_value_changed("promised_on"):
        return
    if getdate(doc.promised_on) < getdate(doc.flags.now):
        frappe.throw(
            _("{0}: the day has passed. Enter the day by which the customer will hear from us.").format(
                _(doc.meta.get_label("promised_on"), context=doc.doctype)
            )
        )
