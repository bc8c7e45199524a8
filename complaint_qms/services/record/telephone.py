"""A telephone number in a field of which the framework takes digits and a few signs alone."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.engine import phone_number
from complaint_qms.services.record.language import labelled, speaking

FIELD: Final = "contact_phone"


def keep_number(complaint: Document) -> None:
    """The number of what a new complaint brings along, by whichever way it comes; all that was written goes below the description where it
    says more. What holds no number is left to the framework, which refuses it."""
    written = complaint.get(FIELD)
    number = phone_number.storable(written) if isinstance(written, str) else ""
    if not number or number == written:
        return
    complaint.set(FIELD, number)
    if phone_number.says_more(written):
        with speaking(complaint.language or frappe.local.lang):
            line = labelled(_(complaint.meta.get_label(FIELD), context=complaint.doctype), written.strip())
        complaint.description = f"{complaint.description or ''}<p>{escape_html(line)}</p>"
