"""What a template may say about a complaint: its fields in the customer's words, and what follows from them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_date, get_fullname

from complaint_qms.services.correspondence import promise
from complaint_qms.services.correspondence.standing import sentence
from complaint_qms.services.record.labels import word

_MARKUP = ("Text Editor", "HTML Editor")


_BESIDE = (
    "name", "customer_name", "product", "received_on", "answer_by", "promised_by", "status", "tracking_link", "survey_link", "asked",
    "sender_name", "handler_name",
)  # fmt: skip


def merge_field_names() -> set[str]:
    """What a template may name."""
    return {field.fieldname for field in frappe.get_meta("Complaint").fields if field.fieldname} | {*_BESIDE}


def language_of(complaint: Document) -> str:
    """The customer's language: as the complaint says, as the customer's record says, else that of the site."""
    told = complaint.language
    if not told and complaint.customer:
        told = frappe.db.get_value("Customer", complaint.customer, "language")
    return told or frappe.db.get_default("lang") or "en"


def merge_fields(complaint: Document) -> dict[str, Any]:
    """Name → value, safe as markup, in the language that is spoken.

    Every field of the complaint by its name, and beside them: customer_name, product, received_on, answer_by, promised_by, status
    (how it stands, in a sentence), asked (a list of what we still need to know), sender_name, handler_name; tracking_link and
    survey_link, which only a message that the site sends by itself fills in.
    """
    fields = {field.fieldname: _shown(complaint, field) for field in complaint.meta.fields if field.fieldname}
    product = complaint.item_name or complaint.product_model
    if product and complaint.batch_no:
        product = _("{0} (batch {1})").format(product, complaint.batch_no)
    return fields | {
        "name": complaint.name,
        # What was sent is a whole letter; only a draft is text for one.
        "reply": "" if complaint.reply_sent_at else fields["reply"],
        "customer_name": escape_html(_customer_name(complaint)),
        "product": escape_html(product or ""),
        "received_on": _day(complaint.received_at),
        "answer_by": _day(complaint.resolution_due),
        "promised_by": _day(promise.day_of(complaint)),
        "status": escape_html(sentence(complaint)),
        "tracking_link": "",
        "survey_link": "",
        "asked": _listed(asked_of_customer(complaint)),
        "sender_name": escape_html(get_fullname(frappe.session.user)),
        "handler_name": escape_html(get_fullname(complaint.complaint_owner))
        if complaint.complaint_owner
        else "",
    }


def asked_of_customer(complaint: Document) -> list[str]:
    """What only the customer can tell, of what the complaint does not say."""
    asked = []
    if not (complaint.item_code or complaint.product_model):
        asked.append(_("which product it is: the name or number on the label"))
    if not (complaint.batch_no or complaint.serial_no or complaint.reported_lot):
        asked.append(_("the batch or serial number on the label"))
    if not (complaint.sales_invoice or complaint.sales_order or complaint.delivery_note):
        asked.append(_("the number of your order or invoice"))
    if not complaint.incident_date:
        asked.append(_("when it happened"))
    if not complaint.evidence:
        asked.append(_("a photo or video that shows the fault"))
    return asked or [_("what exactly happened")]


def _customer_name(complaint: Document) -> str:
    named = complaint.complainant_name
    if not named and complaint.customer:
        named = frappe.db.get_value("Customer", complaint.customer, "customer_name")
    return named or _("Customer")


def _shown(complaint: Document, field: Any) -> str:
    value = complaint.get(field.fieldname)
    if value in (None, "", []) or field.fieldtype in frappe.model.table_fields:
        return ""
    if field.fieldtype in _MARKUP:
        return value
    if field.fieldtype == "Select":
        return escape_html(word(value))
    return escape_html(str(frappe.format(value, field, complaint, translated=True)))


def _day(moment: Any) -> str:
    return format_date(moment, "long") if moment else ""


def _listed(texts: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape_html(text)}</li>' for text in texts)}</ul>"
