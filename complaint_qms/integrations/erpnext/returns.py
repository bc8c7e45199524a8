"""Drafts credit notes and returns with ERPNext's own `make_sales_return`.

What ERPNext's mapper leaves to the bookkeeper is done here: only the agreed rows and quantities, no stock movement
for money alone, fixed charges, fixed discounts and till payments in the share of what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as return_note
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.integrations.erpnext.billing_status import is_more_than_outstanding
from complaint_qms.integrations.erpnext.credited import given_back
from complaint_qms.integrations.erpnext.draft_marks import Marks, insert_draft, mapping_allowed
from complaint_qms.integrations.erpnext.pos_refunds import pay_back
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, RETURN_OF, SoldRow
from complaint_qms.integrations.erpnext.rounding import settle_cents, share_charges

# Fields of an invoice row by which ERPNext sums up what is billed of an order or a delivery.
_BILLED = ("sales_order", "so_detail", "delivery_note", "dn_detail")
_NOT_COPIED = (
    "name",
    "idx",
    "parent",
    "parenttype",
    "parentfield",
    "owner",
    "creation",
    "modified",
    "modified_by",
)


@dataclass(frozen=True)
class Back:
    """What comes back of one sold row.

    Attributes:
        qty: in the unit of `row`, positive.
        rate: per that unit, in the document's currency.
        warehouse: where goods are received; None: ERPNext's choice (the company's returns warehouse, else the
            one they left from).
        batch_no, serials: tracked units, for goods only; empty: ERPNext picks from what was delivered.
        stays: money for goods that the customer keeps, on a credit note.
    """

    row: SoldRow
    qty: float
    rate: float
    warehouse: str | None = None
    batch_no: str | None = None
    serials: tuple[str, ...] = ()
    stays: bool = False


@dataclass(frozen=True)
class Grant:
    """An amount granted on an invoice, with the tax and the accounts of one of its rows."""

    row: SoldRow
    amount: float
    text: str


def draft_credit_note(invoice: str, backs: Sequence[Back], marks: Marks, *, with_goods: bool) -> Document:
    """Draft a Sales Invoice return of `backs`; `with_goods` also books them into stock (update_stock)."""
    source = frappe.get_doc(INVOICE, invoice)
    with mapping_allowed():
        doc = return_invoice(invoice)
    doc.update_stock = int(with_goods)
    # Money for goods that stay leaves the delivery billed; otherwise ERPNext would offer it for billing again.
    doc.update_billed_amount_in_delivery_note = int(not all(back.stays for back in backs))
    _keep_rows(doc, backs, goods=with_goods)
    return _finish_invoice(doc, source, marks)


def draft_goodwill_note(invoice: str, grants: Sequence[Grant], account: str | None, marks: Marks) -> Document:
    """Draft a credit note of amounts: one row without item and stock for every grant, taxed as the invoice was.

    Args:
        account: income or expense account to book to; None, or one of another company: that of the invoice's row.
    """
    source = frappe.get_doc(INVOICE, invoice)
    remark = ""
    if account and (owner := frappe.get_cached_value("Account", account, "company")) != source.company:
        remark = _(
            "Goodwill Account {0} belongs to {1}: this is booked to the accounts of the invoice instead."
        ).format(escape_html(account), escape_html(owner))
        account = None
    with mapping_allowed():
        doc = return_invoice(invoice)
    doc.update_stock = doc.update_billed_amount_in_delivery_note = 0
    _grant_rows(doc, grants, account)
    for tax in doc.taxes:
        if tax.charge_type == "On Item Quantity":
            # A gesture refunds neither freight nor what a unit was charged.
            tax.update({"charge_type": "Actual", "rate": 0, "tax_amount": 0})
    return _finish_invoice(doc, source, marks, remark)


def draft_goods_return(note: str, backs: Sequence[Back], marks: Marks) -> Document:
    """Draft a Delivery Note return of `backs`."""
    source = frappe.get_doc(NOTE, note)
    with mapping_allowed():
        doc = return_note(note)
    doc.issue_credit_note = 0  # the settlement drafts the credit note itself
    doc.set_warehouse = None
    _keep_rows(doc, backs, goods=True)
    _share_of_charges(doc, source, backs)
    doc.run_method("calculate_taxes_and_totals")
    return insert_draft(doc, marks, f"{_(NOTE)} {note}")


def _keep_rows(doc: Document, backs: Sequence[Back], *, goods: bool) -> None:
    """Replace the mapper's rows (everything still open) by what was agreed."""
    mapped = {row.get(RETURN_OF[doc.doctype]): row.as_dict() for row in doc.items}
    doc.set("items", [])
    doc.set("packed_items", [])  # ERPNext packs product bundles again when it saves
    for back in backs:
        values = {key: value for key, value in mapped[back.row.name].items() if key not in _NOT_COPIED}
        values.update(qty=-back.qty, stock_qty=-flt(back.qty * back.row.conversion_factor, 6))
        if flt(back.rate, 9) != flt(back.row.rate, 9):
            # A margin or discount left on the row would make ERPNext compute the old rate again.
            values.update(
                rate=back.rate, price_list_rate=back.rate, margin_type=None, margin_rate_or_amount=0
            )
            values.update(discount_percentage=0, discount_amount=0, rate_with_margin=0)
        if back.stays:
            # ERPNext sums up these links anew with every later invoice or credit, whatever this document says.
            values.update(dict.fromkeys(_BILLED))
        values.update(serial_and_batch_bundle=None, serial_no=None, batch_no=None, use_serial_batch_fields=0)
        if goods:
            if back.warehouse:
                values["warehouse"] = back.warehouse
            if back.batch_no or back.serials:
                values.update(
                    use_serial_batch_fields=1,
                    batch_no=back.batch_no,
                    serial_no="\n".join(back.serials) or None,
                )
        doc.append("items", values)


def _grant_rows(doc: Document, grants: Sequence[Grant], account: str | None) -> None:
    mapped = {row.sales_invoice_item: row for row in doc.items}
    doc.set("items", [])
    doc.set("packed_items", [])
    for grant in grants:
        like = mapped[grant.row.name]
        doc.append(
            "items",
            {
                "item_name": _("Goodwill"),
                "description": grant.text,
                "qty": -1,
                "uom": like.uom,
                "stock_uom": like.uom,
                "conversion_factor": 1,
                "rate": grant.amount,
                "income_account": account or like.income_account,
                "cost_center": like.cost_center,
                "project": like.project,
                "item_tax_template": like.item_tax_template,
                "item_tax_rate": like.item_tax_rate,
            },
        )


def _finish_invoice(doc: Document, source: Document, marks: Marks, remark: str = "") -> Document:
    doc.remarks = "\n".join(filter(None, (marks.note, remark)))
    doc.write_off_amount = doc.write_off_outstanding_amount_automatically = 0
    doc.set("advances", [])
    doc.set("payment_schedule", [])
    doc.set("payments", [])
    given = given_back(source.name)
    settle_cents(doc, share_charges(doc, source, given))
    if doc.is_pos:
        pay_back(doc, source, given)
    else:
        # An invoice that is still unpaid is lowered; a credit on a paid one stays open until it is paid out.
        doc.update_outstanding_for_self = int(is_more_than_outstanding(doc, source))
    return insert_draft(doc, marks, f"{_(INVOICE)} {source.name}")


def _share_of_charges(doc: Document, source: Document, backs: Sequence[Back]) -> None:
    """Fixed charges and a fixed discount in the share of the delivery that comes back; it bills nothing by itself.

    The mapper negates them whole, and a shipping rule would charge the parcel again.
    """
    doc.shipping_rule = None
    doc.set("taxes", doc.taxes[: len(source.taxes)])
    share = sum(back.qty * back.rate for back in backs) / source.total if source.total else 0.0
    for tax, charged in zip(doc.taxes, source.taxes, strict=True):
        if tax.charge_type == "Actual":
            tax.tax_amount = -flt(charged.tax_amount * share, tax.precision("tax_amount"))
    if not doc.additional_discount_percentage:
        doc.discount_amount = -flt(source.discount_amount * share, doc.precision("discount_amount"))
