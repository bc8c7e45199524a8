"""Sales paid at a till (Sales Invoice with Include Payment): a refund goes back the way the money came.

Never more than was paid less what was refunded. What is not refunded lowers what is still owed, then takes back what was
written off; only what was settled in another way (loyalty points, a later payment) stays open on the credit note.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.integrations.erpnext.credited import GivenBack, given_back, payable
from complaint_qms.integrations.erpnext.remaining import INVOICE

_FLOAT = 1e-9


def pay_back(doc: Document, source: Document, given: GivenBack) -> None:
    """Fill the payments of a drafted credit note, and decide which document carries what they leave."""
    places = doc.precision("paid_amount")
    left = -payable(doc)
    refundable = _refundable(source, given)
    doc.set("payments", [])
    for payment in source.payments:
        by_mode = refundable.by_mode.pop(payment.mode_of_payment, 0.0)
        amount = flt(min(left, by_mode, refundable.total), places)
        if amount <= 0:
            continue
        left, refundable.total = flt(left - amount, places), flt(refundable.total - amount, places)
        doc.append(
            "payments",
            {
                "mode_of_payment": payment.mode_of_payment,
                "type": payment.type,
                "account": payment.account,
                "default": payment.default,
                "amount": -amount,
                "base_amount": flt(-amount * doc.conversion_rate, places),
            },
        )
    written_off = flt(source.write_off_amount) - given.written_off
    owed = flt(left - _outstanding(source), places)
    if 0 < owed <= flt(written_off, places):
        doc.write_off_account, doc.write_off_amount = source.write_off_account, -owed
    _choose_side(doc, source, left)
    settle_floats(doc)
    doc.run_method("calculate_taxes_and_totals")


def settle_floats(doc: Document) -> None:
    """Before ERPNext compares the payments of a refund with its total: let no binary fraction make them more.

    It adds up floats as they are, so 7.16 and 4.78 are more than 11.94 to it: it refuses the credit note, or moves the
    whole refund to the till's default mode of payment. The last payment is set so that the sum is the total; what is
    stored is rounded and stays the same.
    """
    if not (doc.doctype == INVOICE and doc.is_pos and doc.is_return and doc.return_against and doc.payments):
        return
    total, last = payable(doc), doc.payments[-1]
    before = sum(flt(payment.amount) for payment in doc.payments[:-1])
    if abs(before + flt(last.amount) - total) > _FLOAT:
        return
    last.amount = total - before
    while before + last.amount < total:
        last.amount = math.nextafter(last.amount, math.inf)


def check_refund(doc: Document) -> None:
    """Before a settlement's credit note on a sale at a till is saved or submitted: never more than is refundable.

    Raises:
        frappe.ValidationError: names what was paid, what was refunded and the remedy.
    """
    if not (doc.doctype == INVOICE and doc.is_pos and doc.is_return and doc.return_against):
        return
    source = frappe.get_doc(INVOICE, doc.return_against)
    given = given_back(source.name, without=doc.name)
    refund = -sum(flt(payment.amount) for payment in doc.payments)
    refundable = _refundable(source, given)
    left = refundable.total
    places = doc.precision("paid_amount")
    if flt(refund, places) > flt(left, places):
        frappe.throw(
            _(
                "Payments: {0} refunded, but only {1} of what was paid with {2} is left. Lower the payments."
            ).format(
                fmt_money(refund, currency=doc.currency),
                fmt_money(left, currency=doc.currency),
                escape_html(source.name),
            ),
            title=_("More Than Was Paid"),
        )
    _check_modes(doc, refundable.by_mode)
    _tell_what_stays(doc, refund, flt(min(-payable(doc), left), places))
    _choose_side(doc, source, flt(-payable(doc) - refund, places))


def _check_modes(doc: Document, left: dict[str, float]) -> None:
    """The form of a credit note moves the whole refund to the till's default mode as soon as its payments do not add up."""
    refunds: dict[str, float] = defaultdict(float)
    for payment in doc.payments:
        refunds[payment.mode_of_payment] -= flt(payment.amount)
    places = doc.precision("paid_amount")
    for mode, refund in refunds.items():
        if flt(refund, places) > flt(left.get(mode, 0.0), places):
            frappe.throw(
                _(
                    "Payments: {0} refunded by {1}, but only {2} of what was paid that way with {3} is left. Refund it the way it was paid."
                ).format(
                    fmt_money(refund, currency=doc.currency),
                    escape_html(_(mode)),
                    fmt_money(left.get(mode, 0.0), currency=doc.currency),
                    escape_html(doc.return_against),
                ),
                title=_("Another Way Than It Was Paid"),
            )


def _tell_what_stays(doc: Document, refund: float, due: float) -> None:
    if flt(refund, doc.precision("paid_amount")) < due:
        frappe.msgprint(
            _("Payments: {0} of {1} is refunded; the rest stays open as the customer's credit.").format(
                fmt_money(refund, currency=doc.currency), fmt_money(due, currency=doc.currency)
            ),
            indicator="orange",
            alert=True,
        )


@dataclass
class _Refundable:
    """What may still be refunded of a sale: by each mode of payment at most what was paid by it, and together no more than
    `total`, which what was refunded by a mode that the sale was not paid by has lowered as well."""

    by_mode: dict[str, float]
    total: float


def _refundable(source: Document, given: GivenBack) -> _Refundable:
    """What may still be refunded, its modes of payment in the order they were paid."""
    paid: dict[str, float] = defaultdict(float)
    change = flt(source.change_amount)
    for payment in source.payments:
        amount = flt(payment.amount)
        if change and (payment.type == "Cash" or payment.account == source.account_for_change_amount):
            taken = min(change, amount)
            amount, change = amount - taken, change - taken
        paid[payment.mode_of_payment] += amount
    total = max(sum(paid.values()) - sum(given.refunds.values()), 0.0)
    by_mode = {mode: min(max(amount - given.refunds[mode], 0.0), total) for mode, amount in paid.items()}
    return _Refundable(by_mode, total)


def _choose_side(doc: Document, source: Document, unpaid: float) -> None:
    """Let what is not refunded lower the invoice while that owes as much, else stay open on the credit note."""
    places = doc.precision("outstanding_amount")
    lowers = flt(unpaid + flt(doc.write_off_amount), places)
    beside = unpaid <= 0 or lowers > flt(_outstanding(source), places)
    doc.update_outstanding_for_self = int(beside)
    if not beside:
        doc.outstanding_amount = 0  # the ledger has it on the invoice


def _outstanding(source: Document) -> float:
    """What is owed on the invoice, in its own currency."""
    owed = flt(source.outstanding_amount)
    if source.party_account_currency == source.currency:
        return owed
    return owed / (flt(source.conversion_rate) or 1.0)
