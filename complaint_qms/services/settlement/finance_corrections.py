"""Finance corrects a draft upward: with a written reason, and never above what the sale has left to give back."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.constants import roles
from complaint_qms.constants.settlement import CORRECTED, CORRECTION_FIELD
from complaint_qms.engine.sop.gates import blank
from complaint_qms.integrations.erpnext import drafted_documents
from complaint_qms.integrations.erpnext.credited import left_to_give_back


def keep_reason(doc: Document) -> None:
    """Put back what somebody outside finance wrote as the reason."""
    if doc.doctype in CORRECTED and doc.get("complaint_settlement") and not _of_finance():
        before = doc.get_doc_before_save()
        doc.set(CORRECTION_FIELD, before.get(CORRECTION_FIELD) if before else None)


def correction_of(doc: Document) -> str:
    """Why finance gives more than was granted; empty without a reason, or when somebody else raises it further."""
    reason = (doc.get(CORRECTION_FIELD) or "").strip()
    if blank(reason):
        return ""
    if _of_finance():
        return reason
    before = doc.get_doc_before_save()
    stands = before and all(
        figure(doc) <= figure(before) + 1e-6
        for figure in (drafted_documents.remedy_value, drafted_documents.total)
    )
    return reason if stands else ""


def keep_within_sale(doc: Document) -> None:
    """Refuse a credit above what was billed less what was given back, drafts of others included.

    Raises:
        frappe.ValidationError: with what is asked, what is left, and the way out.
    """
    left = left_to_give_back(doc)
    half = 0.5 * 10 ** -doc.precision("grand_total")
    for asked, rest in (
        (drafted_documents.remedy_value(doc), left.value),
        (drafted_documents.worth(doc), left.payable),
    ):
        if asked > rest + half:
            refuse_more(doc, asked, rest)


def refuse_more(doc: Document, asked: float, left: float) -> None:
    """Refuse a return that gives back more than is left of its sale."""
    frappe.throw(
        _(
            "{0} {1}: {2} asked, but only {3} of what {4} billed are not given back yet. Lower the document."
        ).format(
            _(doc.doctype),
            escape_html(doc.name),
            fmt_money(asked, currency=doc.currency),
            fmt_money(max(flt(left), 0), currency=doc.currency),
            escape_html(doc.return_against),
        ),
        title=_("More Than Was Billed"),
    )


def _of_finance() -> bool:
    return bool({roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER} & set(frappe.get_roles()))
