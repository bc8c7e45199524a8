"""What stays as it was settled: whose a drafted document is, how much it may come to, and for whom it was granted.

Finance may lower a draft, correct it, cancel it or delete it. It may not cut it off from its settlement, turn it to
another customer or sale, or raise it above what somebody with the right to do so has approved.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.constants.settlement import (
    DOCTYPE,
    GOODS_RETURN,
    LINK_FIELDS,
    LIVE,
    REPLACEMENT,
)
from complaint_qms.integrations.erpnext import drafted_documents
from complaint_qms.integrations.erpnext.credited import money_left
from complaint_qms.integrations.erpnext.granted_goods import credited_return
from complaint_qms.integrations.erpnext.remaining import INVOICE
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.settlement.finance_corrections import correction_of, keep_within_sale, refuse_more
from complaint_qms.services.settlement.free_goods import keep_free_goods

_LISTED = "Complaint Settlement Document"


def keep_link(doc: Document) -> None:
    """Put back which settlement and complaint a document belongs to, whatever a request sends.

    Only drafting gives a new document a settlement, and an amendment has that of its original while it stands.
    """
    if doc.flags.drafted_by_settlement:
        return
    fields = LINK_FIELDS[doc.doctype]
    origin = doc.get_doc_before_save() or (doc.get("amended_from") and _amended(doc, fields)) or {}
    for field in fields:
        if (doc.get(field) or "") != (origin.get(field) or ""):
            doc.set(field, origin.get(field))


def grant_of(purpose: str, made: Document, value: float) -> dict[str, float]:
    """What a document that was just drafted may come to, for its row in the settlement's list.

    Args:
        value: what it counts on the settlement, 0 for goods whose money another document gives back.
    """
    if _is_money(made.doctype, purpose, value):
        return {
            "granted_value": drafted_documents.remedy_value(made),
            "granted_total": drafted_documents.total(made),
        }
    return {"granted_qty": drafted_documents.free_qty(made)} if purpose == REPLACEMENT else {}


def keep_within_grant(doc: Document) -> None:
    """Refuse to save or submit a settlement's document that gives more than was granted, or gives it elsewhere.

    Raises:
        frappe.ValidationError: with what is asked, what was granted, and the way out.
    """
    settlement = doc.get("complaint_settlement")
    if not settlement or doc.flags.drafted_by_settlement:
        return
    rows = _listed(settlement, doc.doctype)
    names = {row.document_name: row for row in rows}
    row = names.get(doc.name) or names.get(doc.get("amended_from"))
    if not row:
        return
    money = _is_money(doc.doctype, row.purpose, row.granted_value)
    if not money and row.purpose != REPLACEMENT:
        return
    _keep_direction(doc, settlement, row, money)
    others = [
        other for other in rows
        if other.document_name != doc.name and other.document_status in LIVE and _same_duty(row, other)
    ]  # fmt: skip
    if money:
        _keep_amount(doc, settlement, row, others)
    else:
        keep_free_goods(doc, settlement, [other.document_name for other in others])


def keep_within_billed(doc: Document) -> None:
    """Refuse to submit a return on a sale with settlements, ours or by hand, that gives back more than is left of it.

    Between draft and submit the sale may have been returned by hand, and ERPNext itself compares quantities of sold rows
    alone: goodwill is none.

    Raises:
        frappe.ValidationError: with what is asked, what is left, and the way out.
    """
    if not doc.get("is_return"):
        return
    if not doc.get("return_against"):
        _keep_credited_once(doc)
        return
    if not (doc.get("complaint_settlement") or _has_settled_money(doc.return_against)):
        return
    # Of two drafts by hand the first to be submitted has it; one that was granted is not held up by them.
    asked, left = drafted_documents.worth(doc), money_left(doc)
    if asked > left + _tolerance(doc):
        refuse_more(doc, asked, left)


def keep_party(complaint: Document) -> None:
    """Customer and company of a complaint stay while a settlement, even a draft, is made out to them.

    Raises:
        frappe.ValidationError: names the settlements and what to do with them.
    """
    before = complaint.get_doc_before_save()
    changed = [
        field for field in ("customer", "company")
        if before and before.get(field) and before.get(field) != complaint.get(field)
    ]  # fmt: skip
    if not changed:
        return
    names = frappe.get_all(
        DOCTYPE,
        filters={"complaint": complaint.name, "docstatus": ("<", 2)},
        pluck="name",
        order_by="creation asc",
    )
    if names:
        frappe.throw(
            _(
                "{0}: settlement {1} is made out to {2}. Cancel it, or delete it while it is a draft, before you choose "
                "another."
            ).format(
                _(complaint.meta.get_label(changed[0])),
                escape_html(comma_list(names)),
                escape_html(before.get(changed[0])),
            )
        )


def _keep_credited_once(doc: Document) -> None:
    """ERPNext offers a credit note for each return of a delivery, and does not know that a settlement has drafted one with it."""
    rows = [row.dn_detail for row in doc.items if row.get("dn_detail")]
    if not rows:
        return
    found = credited_return(rows)
    if found:
        frappe.throw(
            _(
                "The goods of return {0} are credited by {1} of settlement {2}. Submit that credit note, or cancel the settlement before you credit them in another way."
            ).format(*(escape_html(found[key]) for key in ("name", "document_name", "settlement")))
        )


def _amended(doc: Document, fields: tuple[str, ...]) -> frappe._dict | None:
    cancelled = {"name": doc.amended_from, "docstatus": 2}
    origin = frappe.db.get_value(doc.doctype, cancelled, fields, as_dict=True)
    if not origin or not origin.complaint_settlement:
        return None
    stands = frappe.db.get_value(DOCTYPE, origin.complaint_settlement, "docstatus") == 1
    return origin if stands else None


def _is_money(doctype: str, purpose: str, value: float) -> bool:
    return doctype == INVOICE or (purpose == GOODS_RETURN and flt(value) > 0)


def _has_settled_money(invoice: str) -> bool:
    """Whether documents of settlements give money back on the invoice."""
    listed = {"source_name": invoice, "document_type": INVOICE, "document_status": ("in", LIVE)}
    return bool(frappe.db.exists(_LISTED, listed))


def _listed(settlement: str, doctype: str) -> list[frappe._dict]:
    table = frappe.qb.DocType(_LISTED)
    return (
        frappe.qb.from_(table)
        .select(
            table.document_name,
            table.document_status,
            table.purpose,
            table.source_name,
            table.amount,
            table.remedy_value,
            table.granted_value,
            table.granted_total,
            table.granted_qty,
        )
        .where((table.parent == settlement) & (table.document_type == doctype))
        .orderby(table.idx, table.name, order=Order.asc)
    ).run(as_dict=True)


def _same_duty(row: frappe._dict, other: frappe._dict) -> bool:
    return (row.purpose, row.source_name) == (other.purpose, other.source_name)


def _keep_direction(doc: Document, settlement: str, row: frappe._dict, money: bool) -> None:
    granted = frappe.db.get_value(DOCTYPE, settlement, ["customer", "company", "currency"], as_dict=True)
    now = {field: doc.get(field) for field in granted}
    if money:
        granted["return_against"] = row.source_name
        now["return_against"] = doc.return_against if doc.is_return else None
    for field, value in granted.items():
        if now[field] != value:
            frappe.throw(
                _(
                    "{0} {1}: {2} is {3}, but settlement {4} granted this for {5}. Set it back, or cancel the settlement "
                    "and propose another."
                ).format(
                    _(doc.doctype),
                    escape_html(doc.name),
                    _(doc.meta.get_label(field)),
                    escape_html(now[field] or _("empty")),
                    escape_html(settlement),
                    escape_html(value),
                ),
                title=_("Not What Was Granted"),
            )


def _keep_amount(doc: Document, settlement: str, row: frappe._dict, others: list[frappe._dict]) -> None:
    asked = drafted_documents.remedy_value(doc) + sum(flt(other.remedy_value) for other in others)
    total = drafted_documents.total(doc) + sum(flt(other.amount) for other in others)
    tolerance = _tolerance(doc)
    if asked > flt(row.granted_value) + tolerance:
        figures, text = (
            (asked, row.granted_value),
            _("{0} {1}: {2} asked, but settlement {3} granted {4} ({5})."),
        )
    elif total > flt(row.granted_total) + tolerance:
        figures, text = (
            (total, row.granted_total),
            _("{0} {1}: {2} asked with taxes and charges, but settlement {3} granted {4} ({5})."),
        )
    else:
        return
    if correction_of(doc):
        keep_within_sale(doc)
        return
    asked, granted = (fmt_money(figure, currency=doc.currency) for figure in figures)
    _refuse(doc, text, asked, settlement, granted, row.purpose)


def _tolerance(doc: Document) -> float:
    """Each row and each tax may have been rounded by itself."""
    places = len(doc.items) + len(doc.get("taxes") or []) + 1
    return 0.5 * places * 10 ** -doc.precision("grand_total")


def _refuse(doc: Document, text: str, asked: Any, settlement: str, granted: Any, purpose: str) -> None:
    found = text.format(_(doc.doctype), doc.name, asked, settlement, granted, word(purpose))
    way = _(
        "Lower the document, propose another settlement for the rest, or let accounts say why under Reason for Giving More."
    )
    frappe.throw(f"{found} {way}", title=_("More Than Was Granted"))
