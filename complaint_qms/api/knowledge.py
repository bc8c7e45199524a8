"""Help Articles of complaints over the wire: written, proposed, used in an answer."""

from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.constants.knowledge import ARTICLE, PROPOSED
from complaint_qms.constants.personal_data import LEVELS
from complaint_qms.permissions.personal_data import check_sees
from complaint_qms.services.knowledge import drafting, proposing, review, uses
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["GET", "POST"])
@checked
def draft(name: str) -> dict[str, Any]:
    """What an article of a closed complaint would say, and what was taken out of it; nothing is stored.

    Returns:
        {title, content, reply, language, taken: [{kind, text}], existing: [{name, title, published}]}
    """
    doc = _complaint(name, "write")
    check_sees(LEVELS)
    frappe.has_permission(ARTICLE, "create", throw=True)
    return drafting.draft_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def write(name: str) -> dict[str, str]:
    """Store that draft, unpublished: {name}."""
    _complaint(name, "write")
    check_sees(LEVELS)
    frappe.has_permission(ARTICLE, "create", throw=True)
    return {"name": once_others_are_done(partial(drafting.write_article, name)).name}


@frappe.whitelist(methods=["POST"])
@checked
def propose(name: str) -> list[dict[str, Any]]:
    """Published articles that may answer a complaint, the surest first; counted as proposed where the caller handles complaints.

    Returns:
        [{article, title, link, score, reasons, language, other_language}]
    """
    doc = _complaint(name, "read")
    found = proposing.proposed(doc)
    if frappe.has_permission("Complaint", "write", doc):
        uses.count(PROPOSED, [one["article"] for one in found], doc.name)
    return found


@frappe.whitelist(methods=["GET", "POST"])
@checked
def reply(name: str, article: str) -> dict[str, str]:
    """The text of a published article for an answer to a complaint: {title, text, language}."""
    _complaint(name, "email")
    return proposing.reply_of(article)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def about(article: str) -> dict[str, Any]:
    """{is_ours, figures, personal}: how an article was used, as far as the caller sees it, and what in it may tell who somebody is."""
    doc = frappe.get_doc(ARTICLE, article)
    doc.check_permission("read")
    if not frappe.has_permission("Complaint", "read"):
        frappe.throw(_("None of your roles works with complaints."), frappe.PermissionError)
    ours = review.is_ours(doc)
    return {
        "is_ours": ours,
        "figures": uses.figures_of([article]).get(article) or dict.fromkeys(uses.FIGURES, 0),
        "personal": drafting.personal_in(doc)
        if ours and frappe.has_permission(ARTICLE, "write", doc)
        else [],
    }


def _complaint(name: str, right: str) -> Document:
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    doc.check_permission(right)
    return doc
