"""What the credit notes of an invoice have given back of it, drafts included, whoever drafted them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import flt

from complaint_qms.integrations.erpnext.remaining import INVOICE, load

Charge = tuple[str, str]
"""(account, description) of a row of fixed charges."""


@dataclass
class GivenBack:
    """Figures of an invoice's living credit notes, in its currency, positive where the invoice's are.

    Attributes:
        total: of the rows, before discount and taxes; `sold` is the part of it that names a sold row.
        payable: what the customer was credited.
        qty, amount, times: by sold row; `times` counts the rows that credited it.
        taxes: by account, after discount; `charges` are the fixed ones of them, by row.
        refunds: paid back at the till, by mode of payment.
    """

    total: float = 0.0
    sold: float = 0.0
    net_total: float = 0.0
    discount: float = 0.0
    grand_total: float = 0.0
    payable: float = 0.0
    written_off: float = 0.0
    qty: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    amount: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    taxes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    charges: dict[Charge, float] = field(default_factory=lambda: defaultdict(float))
    refunds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def given_back(invoice: str, *, without: str | None = None, plans_by_hand: bool = True) -> GivenBack:
    """Read what was given back of `invoice`, as it is now and so that nobody changes it meanwhile; four queries.

    Args:
        without: credit note that does not count.
        plans_by_hand: drafts that no settlement made count as well.
    """
    found = GivenBack()
    table = frappe.qb.DocType(INVOICE)
    fields = (
        "name",
        "total",
        "net_total",
        "discount_amount",
        "grand_total",
        "rounded_total",
        "total_taxes_and_charges",
        "write_off_amount",
    )
    query = (
        frappe.qb.from_(table)
        .select(*[table[name] for name in fields])
        .where((table.return_against == invoice) & (table.is_return == 1) & (table.docstatus < 2))
        .where(table.name != (without or ""))
        .orderby(table.name, order=Order.asc)
    )
    if not plans_by_hand:
        query = query.where((table.docstatus == 1) | (table.complaint_settlement != ""))
    headers = _run(query)
    for row in headers:
        found.total -= flt(row.total)
        found.net_total -= flt(row.net_total)
        found.discount -= flt(row.discount_amount)
        found.grand_total -= flt(row.grand_total)
        found.payable -= payable(row)
        found.written_off -= flt(row.write_off_amount)
    names = [row.name for row in headers]
    if names:
        _read_rows(found, names)
    return found


@dataclass(frozen=True)
class Left:
    """What a sale has left to give back, in its currency: `value` of its rows, and `payable` with taxes and charges."""

    value: float
    payable: float


def left_to_give_back(doc: Document) -> Left:
    """What the sale behind a return has left, without what `doc` itself gives back; drafts of others and free goods count."""
    if doc.doctype == INVOICE:
        source = frappe.get_doc(INVOICE, doc.return_against)
        given = given_back(source.name, without=doc.name)
        # Credits that ERPNext made from a returned delivery name no invoice; its rows know of them.
        credited = flt(_header(source.name).credited)
        elsewhere = max(credited - given.total - _stored_value(doc), 0.0)
        share = payable(source) / flt(source.total) if source.total else 1.0
        return Left(
            flt(source.total) - given.total - elsewhere,
            payable(source) - given.payable - elsewhere * share,
        )
    source = frappe.get_doc(doc.doctype, doc.return_against)
    table = frappe.qb.DocType(doc.doctype)
    rows = _run(
        frappe.qb.from_(table)
        .select(
            table.total,
            table.net_total,
            table.grand_total,
            table.rounded_total,
            table.total_taxes_and_charges,
        )
        .where((table.return_against == source.name) & (table.is_return == 1) & (table.docstatus < 2))
        .where(table.name != doc.name)
    )
    return Left(
        flt(source.total) + sum(flt(row.total) for row in rows),
        payable(source) + sum(payable(row) for row in rows),
    )


def money_left(credit_note: Document) -> float:
    """What is left of what the invoice behind a credit note billed, without what the note itself gives back.

    Of drafts those of settlements count, which were granted.
    """
    source = frappe.get_doc(INVOICE, credit_note.return_against)
    given = given_back(source.name, without=credit_note.name, plans_by_hand=False)
    share = payable(source) / flt(source.total) if source.total else 1.0
    return payable(source) - given.payable - flt(_header(source.name).apart) * share


def payable(doc: Document | frappe._dict) -> float:
    """What a sale or credit comes to for the customer, as the ledger has it.

    Where the taxes come to nothing ERPNext books the net total, also when included taxes left a rest in the grand total.
    """
    total = doc.grand_total if flt(doc.total_taxes_and_charges) else doc.net_total
    return flt(doc.rounded_total) or flt(total)


def _header(invoice: str) -> frappe._dict:
    return load({invoice}, (), locked=True).headers[(INVOICE, invoice)]


def _stored_value(doc: Document) -> float:
    """Value of the version of `doc` that counts among the credits at present."""
    stored = frappe.db.get_value(doc.doctype, {"name": doc.name, "docstatus": ("<", 2)}, "total")
    return -flt(stored)


def _read_rows(found: GivenBack, names: list[str]) -> None:
    for row in _rows(f"{INVOICE} Item", names, "sales_invoice_item", "qty", "amount"):
        if row.sales_invoice_item:
            found.sold -= flt(row.amount)
            found.qty[row.sales_invoice_item] -= flt(row.qty)
            found.amount[row.sales_invoice_item] -= flt(row.amount)
            found.times[row.sales_invoice_item] += 1
    fields = ("account_head", "charge_type", "description", "tax_amount_after_discount_amount")
    for row in _rows("Sales Taxes and Charges", names, *fields):
        amount = flt(row.tax_amount_after_discount_amount)
        found.taxes[row.account_head] -= amount
        if row.charge_type == "Actual":
            found.charges[(row.account_head, row.description)] -= amount
    for row in _rows("Sales Invoice Payment", names, "mode_of_payment", "amount"):
        found.refunds[row.mode_of_payment] -= flt(row.amount)


def _rows(doctype: str, parents: list[str], *fields: str) -> list[frappe._dict]:
    table = frappe.qb.DocType(doctype)
    return _run(
        frappe.qb.from_(table)
        .select(*[table[name] for name in fields])
        .where((table.parenttype == INVOICE) & table.parent.isin(parents))
        .orderby(table.parent, table.idx, order=Order.asc)
    )


def _run(query: Any) -> list[frappe._dict]:
    return query.for_update().run(as_dict=True)
