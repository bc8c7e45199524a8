"""A Help Article of a complaint that was closed: what happened, why, what solved it and what the customer was told, without whoever
it happened to. A draft; somebody else publishes it (`review.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists
from frappe.utils import escape_html, get_fullname

from complaint_qms.constants import knowledge
from complaint_qms.engine.personal_data import Known
from complaint_qms.engine.redaction import Taken, without_personal
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.knowledge.addresses import below_category, page_of
from complaint_qms.services.lifecycle.links import investigations_of
from complaint_qms.services.record.collected import without_names
from complaint_qms.services.record.language import speaking

_NUMBERS: Final = (
    "name", "customer_reference", "sales_order", "delivery_note", "sales_invoice", "serial_no", "external_id", "contract",
)  # fmt: skip
_OURS: Final = ("complaint_owner", "received_by", "reply_sent_by")


def draft_of(complaint: Document) -> dict[str, Any]:
    """What an article of a complaint would say: {title, content, reply, language, taken: [{kind, text}], existing (articles there are)}."""
    language = language_of(complaint)
    known = known_of(complaint)
    taken: dict[Taken, None] = {}

    def clean(text: str) -> str:
        left, found = without_personal(text, known)
        taken.update(dict.fromkeys(found))
        return left

    title = clean(complaint.subject or "")
    with speaking(language):
        parts = {
            _("What Happened"): clean(plain_lines(without_names(complaint.description or ""))),
            _("Cause"): clean("\n".join(_causes(complaint.name))),
            _("Solution"): clean(complaint.closing_summary or ""),
        }
    reply = clean(plain_lines(complaint.reply or ""))
    # Without a summary of its own, what the customer was told is the solution.
    parts = {
        heading: text or (reply if heading == list(parts)[-1] else "") for heading, text in parts.items()
    }
    return {
        "title": title,
        "content": "".join(f"<h3>{escape_html(name)}</h3>{_paragraphs(text)}" for name, text in parts.items() if text),
        "reply": _paragraphs(reply),
        "language": language,
        "taken": [{"kind": one.kind, "text": one.text} for one in taken],
        "existing": articles_of(complaint.name),
    }  # fmt: skip


def write_article(name: str) -> Document:
    """Store the draft of a complaint, which stays locked: of two people who press at once, the second is told of the first's.

    Raises:
        frappe.ValidationError: the complaint is not closed, says nothing of a solution, or has an article.
    """
    complaint = frappe.get_doc("Complaint", name, for_update=True)
    if complaint.stage != "closed":
        frappe.throw(_("{0} is not closed yet. Close it first: only then is known what helped.").format(name))
    # As it is now: the transaction may have begun before the other's article was there.
    if title := frappe.db.get_value(knowledge.ARTICLE, {knowledge.COMPLAINT: name}, "title", for_update=True):
        frappe.throw(
            _("There is an article of {0} already: {1}. Open that one.").format(name, escape_html(title))
        )
    draft = draft_of(complaint)
    if not (draft["reply"] or complaint.closing_summary):
        frappe.throw(_("{0} says nothing of a solution: fill Closing Summary or Reply first.").format(name))
    article = frappe.get_doc(
        {
            "doctype": knowledge.ARTICLE,
            "title": draft["title"],
            "category": knowledge.CATEGORY,
            "content": draft["content"],
            "author": get_fullname(),
            "level": "Beginner",
            "published": 0,
            knowledge.COMPLAINT: name,
            knowledge.LANGUAGE: draft["language"],
            knowledge.TYPE: complaint.complaint_type,
            knowledge.ITEM: complaint.item_code,
            knowledge.REPLY: draft["reply"],
        }
    )
    article.flags.of_complaint = True
    ensure_category()
    page = append_number_if_name_exists(knowledge.ARTICLE, page_of(draft["title"]) or "article")
    article.route = page
    article.route = below_category(article)
    return article.insert(set_name=page)


def ensure_category() -> None:
    """Make the category of these articles where it is missing, or was deleted."""
    if not frappe.db.exists(knowledge.CATEGORY_TYPE, knowledge.CATEGORY):
        category = {"doctype": knowledge.CATEGORY_TYPE, "category_name": knowledge.CATEGORY}
        frappe.get_doc(category).insert(ignore_permissions=True)


def articles_of(complaint: str) -> list[dict[str, Any]]:
    """Articles that were written of a complaint: {name, title, published}, the oldest first."""
    return frappe.get_all(
        knowledge.ARTICLE,
        {knowledge.COMPLAINT: complaint},
        ["name", "title", "published"],
        order_by="creation asc, name asc",
    )


def personal_in(article: Document) -> list[dict[str, str]]:
    """What in an article still tells who somebody is: {kind, text} each."""
    name = article.get(knowledge.COMPLAINT)
    complaint = frappe.get_doc("Complaint", name) if name and frappe.db.exists("Complaint", name) else None
    known = known_of(complaint) if complaint else []
    text = "\n".join(
        (article.title or "", plain_lines(article.content), plain_lines(article.get(knowledge.REPLY)))
    )
    return [{"kind": one.kind, "text": one.text} for one in without_personal(text, known)[1]]


def known_of(complaint: Document) -> list[Known]:
    """By what the people of a complaint are known."""
    found = [Known("name", complaint.complainant_name or "", person=True)]
    if complaint.customer:
        found += _customer(complaint.customer)
    if complaint.contact_person:
        contact = frappe.db.get_value("Contact", complaint.contact_person, ["first_name", "last_name"]) or ()
        found.append(Known("name", " ".join(filter(None, contact)), person=True))
    found += [
        Known("name", get_fullname(complaint.get(field)), person=True)
        for field in _OURS
        if complaint.get(field)
    ]
    found += [Known("number", str(complaint.get(field) or "")) for field in _NUMBERS]
    found += [Known("mail", complaint.contact_email or ""), Known("phone", complaint.contact_phone or "")]
    found += [Known("address", line) for line in _address(complaint) if len(line) > len("00000")]
    return [one for one in found if one.text.strip()]  # fmt: skip


def _customer(customer: str) -> list[Known]:
    row = frappe.db.get_value("Customer", customer, ["customer_name", "customer_type"], as_dict=True)
    if not row:
        return [Known("name", customer)]
    is_person = row.customer_type == "Individual"
    return [Known("name", row.customer_name or "", is_person), Known("name", customer, is_person)]


def _address(complaint: Document) -> Iterable[str]:
    fields = ["address_line1", "address_line2"]
    stored = (
        frappe.db.get_value("Address", complaint.customer_address, fields)
        if complaint.customer_address
        else ()
    )
    return [*filter(None, stored or ()), *(line.strip() for line in (complaint.address_text or "").splitlines())]  # fmt: skip


def _causes(complaint: str) -> list[str]:
    """Verified causes of a complaint, in words."""
    cause = frappe.qb.DocType("Root Cause")
    studies = [row["name"] for row in investigations_of([complaint])[complaint]]
    rows = (
        frappe.qb.from_(cause)
        .select(cause.title, cause.description)
        .where((cause.status == "verified") & ((cause.complaint == complaint) | cause.investigation.isin(studies or [""])))
        .orderby(cause.name)
    ).run()  # fmt: skip
    return ["\n".join(filter(None, (title, plain_lines(description)))) for title, description in rows]


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape_html(line)}</p>" for line in text.splitlines() if line.strip())
