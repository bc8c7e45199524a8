"""Prefills a settlement from a complaint, and tells people what stands behind a drafted document. Writes nothing."""

from __future__ import annotations

from math import floor
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants.settlement import (
    CREDIT,
    DOCTYPE,
    REMEDY_OF_EXPECTATION,
    REPLACEMENT,
    RETURN_CREDIT,
)
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, Sold, SoldRow, load
from complaint_qms.integrations.erpnext.units import stock_factor
from complaint_qms.services.settlement.approval_limits import granted_before, limit_of, total_of


def proposed_settlement(complaint: Document) -> dict[str, Any]:
    """Unsaved settlement with what is left of the complaint's invoice or delivery note.

    Only the rows of the complaint's item, in its quantity, when it names one that was sold there.
    """
    doc = frappe.new_doc(DOCTYPE)
    doc.update(
        {
            "complaint": complaint.name,
            "customer": complaint.customer,
            "company": complaint.company,
            "sales_invoice": complaint.sales_invoice,
            "delivery_note": complaint.delivery_note,
            "currency": frappe.get_cached_value("Company", complaint.company, "default_currency"),
        }
    )
    if complaint.sales_invoice or complaint.delivery_note:
        offer = lines_of(complaint, complaint.sales_invoice, complaint.delivery_note)
        doc.currency, doc.conversion_rate = offer["currency"], offer["conversion_rate"]
        doc.sales_invoice = offer["sales_invoice"]
        for line in offer["lines"]:
            doc.append("lines", line)
    return doc.as_dict()


def lines_of(complaint: Document, invoice: str | None, note: str | None) -> dict[str, Any]:
    """Lines for everything that is left of a sale to the complaint's customer.

    Returns:
        {currency, conversion_rate, sales_invoice, lines}; `sales_invoice` also when only the delivery was named and
        one invoice bills it.

    Raises:
        frappe.ValidationError: the document is no sale to this customer by this company.
    """
    if not complaint.customer:
        frappe.throw(
            _("Complaint: {0} has no customer in the system, choose one there first.").format(
                escape_html(complaint.name)
            )
        )
    doctype, name = (INVOICE, invoice) if invoice else (NOTE, note)
    sold = load({invoice} if invoice else (), {note} if note else ())
    header = sold.headers.get((doctype, name))
    if (
        not header
        or header.docstatus != 1
        or header.is_return
        or header.customer != complaint.customer
        or header.company != complaint.company
    ):
        frappe.throw(
            _("{0}: {1} is not a submitted sale of {2} to {3}. Choose one that is.").format(
                _(doctype), escape_html(name), escape_html(complaint.company), escape_html(complaint.customer)
            )
        )
    rows = [row for row in sold.of(doctype, name) if row.item_code]
    named = [row for row in rows if row.item_code == complaint.item_code]
    counted = bool(named) and flt(complaint.qty) > 0
    wanted = _stock_qty(complaint) if counted else 0.0
    lines: list[dict[str, Any]] = []
    for row in named or rows:
        asked = wanted / row.conversion_factor if counted else row.remaining_qty
        for base, qty in _bases(sold, row, asked):
            lines += _lines_of_base(sold, row, base, qty, complaint)
            wanted -= qty * base.conversion_factor
        if counted and flt(wanted, 6) <= 0:
            break
    invoices = {line["sales_invoice"] for line in lines if line.get("sales_invoice")}
    return {
        "currency": header.currency,
        "conversion_rate": header.conversion_rate,
        "sales_invoice": invoice or (invoices.pop() if len(invoices) == 1 else None),
        "lines": lines,
    }


def rights(user: str, company: str, complaint: str | None = None) -> dict[str, Any]:
    """What a user may submit in a company, and what was granted before that counts against it (`limits.Granted`).

    Returns:
        {amount (None: no limit), own, role (None: no right), currency, granted, granted_own}.
    """
    limit = limit_of(user, company)
    customer = complaint and frappe.db.get_value("Complaint", complaint, "customer")
    (granted,) = granted_before([frappe._dict(complaint=complaint, customer=customer, company=company)])
    return {
        "amount": limit.amount,
        "own": limit.own,
        "role": limit.role,
        "currency": frappe.get_cached_value("Company", company, "default_currency"),
        "granted": total_of(granted.counting(user, limit.role)),
        "granted_own": total_of(granted.own(user)),
    }


def origin(document: Document) -> dict[str, Any] | None:
    """Where a drafted document comes from, for the person in finance who decides about it.

    Returns:
        {complaint, subject, settlement, reason, proposed_by, approved_by, approved_at (names of people), total,
        currency, limit: as `rights` of the approver, evidence: [{file, kind, caption}], documents: the settlement's
        documents}; None when no settlement drafted it, or the user may not read what stands behind it.
    """
    name = document.get("complaint_settlement")
    if not name:
        return None
    settlement = frappe.get_doc(DOCTYPE, name)
    complaint = frappe.get_doc("Complaint", settlement.complaint)
    # Who handles stock or sales orders opens such documents too, and may not look behind them.
    if not all(frappe.has_permission(each.doctype, "read", doc=each) for each in (settlement, complaint)):
        return None
    return {
        "complaint": complaint.name,
        "subject": complaint.subject,
        "settlement": settlement.name,
        "settlement_cancelled": settlement.docstatus == 2,
        "reason": settlement.reason,
        "proposed_by": frappe.utils.get_fullname(settlement.proposed_by),
        "approved_by": settlement.approved_by and frappe.utils.get_fullname(settlement.approved_by),
        "approved_at": settlement.approved_at,
        "total": settlement.total_amount,
        "base_total": settlement.base_total_amount,
        "currency": settlement.currency,
        "limit": settlement.approved_by and rights(settlement.approved_by, settlement.company),
        "evidence": [
            {"file": row.file, "kind": row.kind, "caption": row.caption}
            for row in complaint.evidence
            if row.file and not row.struck_out
        ],
        "documents": [
            {
                "doctype": row.document_type,
                "name": row.document_name,
                "purpose": row.purpose,
                "state": row.document_status,
                "amount": row.amount,
            }
            for row in settlement.documents
        ],
    }


def _stock_qty(complaint: Document) -> float:
    """What a complaint is about, in stock units of its item: a sale may count boxes where the complaint counts pieces."""
    factor = stock_factor(complaint.item_code, complaint.uom)
    if not factor:
        frappe.throw(
            _("UOM: {0} is not converted into the stock unit of {1}. Choose another unit in the complaint, or enter the conversion in the item.").format(
                escape_html(complaint.uom), escape_html(complaint.item_code)
            )
        )  # fmt: skip
    return flt(complaint.qty) * factor


def _bases(sold: Sold, row: SoldRow, wanted: float) -> list[tuple[SoldRow, float]]:
    """Rows that a remedy for `wanted` units of `row` uses up, with the quantity in their own unit."""
    if row.doctype == INVOICE:
        return [(row, flt(min(wanted, row.remaining_qty), 6))]
    left = wanted * row.conversion_factor
    found = []
    for base in (*sold.partners(row), row):
        open_qty = sold.unbilled_stock_qty(row) if base is row else base.remaining_stock_qty
        taken = min(left, open_qty)
        left -= taken
        found.append((base, flt(taken / base.conversion_factor, 6)))
    return found


def _lines_of_base(
    sold: Sold, row: SoldRow, base: SoldRow, qty: float, complaint: Document
) -> list[dict[str, Any]]:
    """A line for every invoice that bills a delivered row, and for every delivery the goods of an invoiced row left with."""
    deliveries = [row] if row.doctype == NOTE else sold.partners(row)
    remedy = _remedy(sold, base, deliveries, complaint.expectation)
    places = frappe.get_precision(
        "Complaint Settlement Line", "amount", sold.headers[(base.doctype, base.parent)].currency
    )
    left = _open_amount(base, qty, places)
    if remedy == REPLACEMENT and left is not None:
        # Goods are given whole or not at all; what is left is less than one of them: then its money.
        fit = left / base.rate
        fit = floor(flt(fit, 6)) if flt(qty).is_integer() else floor(fit * 1e6) / 1e6
        remedy, qty = (remedy, fit) if fit else (CREDIT, qty)
    rate = base.rate if left is None or remedy == REPLACEMENT else _floored(left / qty, places)
    if left is not None and not rate:
        return []
    line = {
        "remedy": remedy,
        "goods_come_back": int(remedy == REPLACEMENT and bool(deliveries)),
        "item_code": base.item_code,
        "item_name": base.item_name,
        "uom": base.uom,
        "rate": rate,
        "batch_no": complaint.batch_no if complaint.item_code == base.item_code else None,
        "serial_no": complaint.serial_no if complaint.item_code == base.item_code else None,
    }
    if base.doctype == INVOICE:
        line |= {"sales_invoice": base.parent, "sales_invoice_item": base.name}
    if len(deliveries) <= 1 or remedy == CREDIT:
        parts = [(deliveries[0] if deliveries else None, qty)]
    else:
        parts, left = [], qty
        for delivery in deliveries:
            part = min(left, delivery.remaining_stock_qty / base.conversion_factor)
            parts.append((delivery, flt(part, 6)))
            left -= part
    open_qty = base.remaining_stock_qty if base.doctype == INVOICE else sold.unbilled_stock_qty(base)
    return [
        line
        | {
            "qty": part,
            "remaining_qty": flt(open_qty / base.conversion_factor, 6),
            "amount": flt(part * rate, places),
            "delivery_note": delivery.parent if delivery else None,
            "delivery_note_item": delivery.name if delivery else None,
        }
        for delivery, part in parts
        if part > 0
    ]


def _open_amount(base: SoldRow, qty: float, places: int) -> float | None:
    """What is left of a row's value where `qty` units at their rate come to more: goodwill takes money and no units.
    None where it suffices."""
    if base.doctype != INVOICE or qty <= 0 or not base.rate:
        return None
    left = flt(base.remaining_value / (base.value_share or 1.0), places)
    # Some cents below what was sold are rounding, and no goodwill.
    return left if flt(qty * base.rate, places) > left + 10**-places * (1 + len(base.used_by)) else None


def _floored(rate: float, places: int) -> float:
    return flt(floor(flt(rate * 10**places, 6)) / 10**places, places)


def _remedy(sold: Sold, base: SoldRow, deliveries: list[SoldRow], expectation: str | None) -> str:
    """What the customer asked for, as far as this sale allows it."""
    remedy = REMEDY_OF_EXPECTATION.get(expectation or "", CREDIT)
    invoiced = base.doctype == INVOICE
    if remedy == CREDIT and not invoiced:
        return RETURN_CREDIT
    moved_stock = invoiced and sold.headers[(INVOICE, base.parent)].update_stock
    if remedy == RETURN_CREDIT and not (deliveries or moved_stock):
        return CREDIT
    return remedy
