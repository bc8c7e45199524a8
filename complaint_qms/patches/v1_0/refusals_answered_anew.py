"""A refusal says nothing of an answer that went out after it: whoever was answered anew is asked anew."""

from datetime import timedelta

import frappe

from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services import writing
from complaint_qms.services.intake.receipt_dates import asked_anew
from complaint_qms.services.record import timeline

_PART = 1000
# A refusal is noted to the minute: an answer within the same one may have come before it.
_MINUTE = timedelta(minutes=1)


def execute() -> None:
    fields = ["name", "agreement_note", "agreement_at", "reply_sent_at"]
    about = {
        "stage": ("in", COMPLAINT_UNENDED),
        "customer_agreement": "disagreed",
        "reply_sent_at": ("is", "set"),
        "agreement_at": ("is", "set"),
    }
    rows = frappe.get_all("Complaint", about, fields, order_by="name asc")
    anew = [row for row in rows if row.reply_sent_at >= row.agreement_at + _MINUTE]
    none = {"customer_agreement": None, "agreement_note": None, "agreement_at": None}
    for start in range(0, len(anew), _PART):
        part = anew[start : start + _PART]
        timeline.note("Complaint", {row.name: asked_anew(row.agreement_note) for row in part})
        writing.set_where("Complaint", [row.name for row in part], none, "patch")
