"""Dates and moments of a complaint: they agree with each other and with the present, and nobody moves the clock."""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.records import FIRST_STAGE
from complaint_qms.engine.message import Message
from complaint_qms.services.record import timeline
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Text, Word, line

_MOMENTS = ("received_at", "first_response_at", "reply_sent_at")
_MINUTE = timedelta(minutes=1)


def keep_moments(doc: Document) -> None:
    """Put back a moment that a form's time picker has only rounded, and a date of receipt that was taken away."""
    before = doc.get_doc_before_save()
    for name in _MOMENTS if before else ():
        if name == "reply_sent_at" and doc.flags.replied_anew:
            continue  # no picker has rounded it
        stored, sent = _at(before, name), _at(doc, name)
        if stored and ((sent and abs(sent - stored) < _MINUTE) or (not sent and name == "received_at")):
            doc.set(name, stored)


def check_moments(doc: Document, now: datetime | None = None) -> None:
    """Refuse dates that contradict each other, and moments that would make the clock look better than it was.

    Raises:
        frappe.ValidationError: naming the field and what to do.
        frappe.PermissionError: the date of receipt changes after intake, and not by a manager.
    """
    moment = now or now_datetime()
    received = _at(doc, "received_at")
    if received and received > moment:
        frappe.throw(_("Received At lies in the future. Enter when the complaint reached you."))
    if not doc.is_new() and doc.has_value_changed("received_at"):
        _check_correction(doc, received)
    _check_answers(doc, received, moment)
    if doc.incident_date and received and getdate(doc.incident_date) > received.date():
        frappe.throw(_("Date of Occurrence is after Received At. Correct one of them."))
    if doc.awareness_date and getdate(doc.awareness_date) > moment.date():
        frappe.throw(_("Awareness Date lies in the future. Enter when the company first knew of the event."))
    if (
        doc.manufacturing_date
        and doc.expiry_date
        and getdate(doc.expiry_date) < getdate(doc.manufacturing_date)
    ):
        frappe.throw(_("Expiry Date is before Manufacturing Date. Correct one of them."))
    if doc.hold_until and doc.has_value_changed("hold_until") and getdate(doc.hold_until) <= moment.date():
        frappe.throw(_("Hold Until must be a day to come, or empty: on that day the handler is reminded."))


def stamp_agreement(doc: Document, now: datetime) -> None:
    """The customer's answer is of the moment at which it is recorded, unless somebody enters another."""
    if _is_asked_anew(doc):
        timeline.note_on(doc, asked_anew(doc.agreement_note))
        doc.update({"customer_agreement": None, "agreement_note": None})
    if doc.has_value_changed("customer_agreement"):
        # To the minute, as a person would write it: a form's time picker would round it and call the form changed.
        minute = now.replace(second=0, microsecond=0)
        doc.agreement_at = (doc.agreement_at or minute) if doc.customer_agreement else None


def asked_anew(note: str | None) -> Message:
    """The line of a timeline that keeps what was said to the answer before."""
    said = Text(note) if note else Word("disagreed")
    return line("The customer is answered anew. What they said to the answer before: {0}", said)


def _is_asked_anew(doc: Document) -> bool:
    """Whether the reply went out after the customer refused an earlier one: what they said of that one says nothing of this."""
    before = doc.get_doc_before_save()
    if not before or not before.reply_sent_at or doc.customer_agreement != "disagreed":
        return False
    if doc.has_value_changed("customer_agreement") or not doc.has_value_changed("reply_sent_at"):
        return False
    refused = get_datetime(doc.agreement_at) if doc.agreement_at else None
    return bool(doc.reply_sent_at) and (not refused or get_datetime(doc.reply_sent_at) > refused)


def _check_correction(doc: Document, received: datetime | None) -> None:
    """All clocks count from the date of receipt: it is corrected towards the past, and after intake by a manager."""
    before = doc.get_doc_before_save()
    registered = _at(before, "creation")
    if received and received > registered:
        frappe.throw(
            _("Received At is after the registration on {0}. Enter when the complaint reached you.").format(
                frappe.format(registered, "Datetime")
            )
        )
    if before.stage != FIRST_STAGE["Complaint"]:
        check_role(
            _("change when a complaint was received once intake is over"), roles.MANAGER, "System Manager"
        )


def _check_answers(doc: Document, received: datetime | None, moment: datetime) -> None:
    before = doc.get_doc_before_save()
    if before and before.first_response_at and doc.has_value_changed("first_response_at"):
        frappe.throw(
            _("First Response At stays as it was first entered: the clock of the first response has ended.")
        )
    for name in ("first_response_at", "reply_sent_at"):
        at = _at(doc, name)
        if not at or not (doc.has_value_changed(name) or doc.has_value_changed("received_at")):
            continue
        label = _(doc.meta.get_label(name))
        if at > moment:
            frappe.throw(_("{0} lies in the future. Enter when it happened.").format(label))
        # History knows many an answer by its day only; no clock runs for it.
        if received and at < received and not doc.is_migrated:
            frappe.throw(_("{0} is before Received At. Correct one of them.").format(label))


def _at(doc: Document, name: str) -> datetime | None:
    value = doc.get(name)
    return get_datetime(value) if value else None
