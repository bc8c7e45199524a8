"""Settlements over the wire: prefill, limits, and what stands behind a drafted document."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.constants.settlement import DOCTYPE, DOCUMENT_TYPES
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.settlement import proposal as settlement_proposal
from complaint_qms.services.settlement import submit_preview as settlement_verdict


@frappe.whitelist(methods=["GET", "POST"])
@checked
def propose(complaint: str) -> dict[str, Any]:
    """Unsaved settlement of a complaint, prefilled with what is left of its invoice or delivery note."""
    return settlement_proposal.proposed_settlement(_settleable(complaint))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def lines(
    complaint: str, sales_invoice: str | None = None, delivery_note: str | None = None
) -> dict[str, Any]:
    """Lines for what is left of a sale to the complaint's customer: {currency, conversion_rate, sales_invoice, lines}."""
    doc = _settleable(complaint)
    if not sales_invoice and not delivery_note:
        frappe.throw(_("Choose a Sales Invoice or a Delivery Note first."))
    return settlement_proposal.lines_of(doc, sales_invoice, delivery_note)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def limits(
    company: str, complaint: str | None = None, settlement: str | None = None, draft: Any = None
) -> dict[str, Any]:
    """What the caller may submit, what was granted before that counts against it, and whether they may submit this settlement.

    Args:
        settlement: a saved one, judged as it stands; company and complaint are its own.
        draft: one that the caller is writing, {sales_invoice, delivery_note, lines: [{sales_invoice, delivery_note,
            amount}]}, as an object or as its JSON text.

    Returns:
        {amount (null: no limit), own, role (null: no right), currency, granted, granted_own}, and of a settlement or
        draft {total (company currency), why: the refusal that submitting would meet; null when it would meet none}.
    """
    frappe.has_permission(DOCTYPE, "read", throw=True)
    doc = None
    if settlement:
        doc = frappe.get_doc(DOCTYPE, settlement)
        doc.check_permission("read")
        company, complaint = doc.company, doc.complaint
    if complaint:
        frappe.has_permission("Complaint", "read", complaint, throw=True)
    user = frappe.session.user
    if draft and not doc:
        sent = read_object(draft, _("Send the fields of the settlement as an object in “draft”."))
        doc = settlement_verdict.drafted(user, company, complaint, sent)
    rights = settlement_proposal.rights(user, company, complaint)
    return rights | settlement_verdict.verdict(user, doc) if doc else rights


@frappe.whitelist(methods=["GET", "POST"])
@checked
def origin(doctype: str, name: str) -> dict[str, Any] | None:
    """Complaint, agreement, limit and evidence behind a document that a settlement drafted; null for others."""
    if doctype not in DOCUMENT_TYPES:
        frappe.throw(_("Settlements draft no {0}.").format(escape_html(_(doctype))))
    document = frappe.get_doc(doctype, name)
    document.check_permission("read")
    return settlement_proposal.origin(document)


def _settleable(complaint: str):
    doc = frappe.get_doc("Complaint", complaint)
    doc.check_permission("read")
    frappe.has_permission("Complaint Settlement", "create", throw=True)
    return doc
