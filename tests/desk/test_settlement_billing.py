"""What a credit leaves behind on the delivery, the order and the invoice that ERPNext shows and offers for billing."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as invoice_order
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from frappe.model.document import Document
from frappe.utils import nowdate

from tests.desk import factory, settling


def submit_all(settlement: Document, *purposes: str) -> None:
    """Submit the settlement's documents in the order of `purposes`."""
    made = settling.documents(settlement)
    for purpose in purposes or made:
        made[purpose].submit()


def to_bill(note: Document) -> float:
    """Units that ERPNext's own “Create → Sales Invoice” offers for a delivery."""
    try:
        return sum(row.qty for row in make_sales_invoice(note.name).items)
    except frappe.ValidationError:
        frappe.clear_messages()
        return 0


def ordered(qty: float = 10) -> tuple[Document, Document, Document]:
    """(order, delivery, invoice) of `qty`; the invoice bills the order, not the delivery."""
    line = factory.stocked(qty)
    order = factory.sales_order(factory.customer().name, replace(line, qty=qty))
    made = []
    for mapped in (make_delivery_note(order.name), invoice_order(order.name)):
        made.append(mapped.insert())
        mapped.submit()
    return order.reload(), *made


@pytest.mark.parametrize(
    "line", [{"qty": 3}, {"remedy": "goodwill", "amount": 300}], ids=["credit", "goodwill"]
)
def test_goods_that_stay_are_not_offered_for_billing_again(line: dict) -> None:
    _, note, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, line)
    (credit,) = settling.documents(settlement).values()
    assert not credit.update_billed_amount_in_delivery_note
    credit.submit()
    assert (note.reload().status, note.per_billed, to_bill(note)) == ("Completed", 100, 0)
    # Billing figures that ERPNext sums up anew, because something else is billed or credited, stay right.
    submit_all(settling.submitted(invoice, {"remedy": "return_credit", "qty": 2}))
    assert (note.reload().status, note.per_billed, to_bill(note)) == ("Completed", 100, 0)


@pytest.mark.parametrize("order", [("credit_note", "goods_return"), ("goods_return", "credit_note")])
def test_goods_that_come_back_lower_what_was_billed_whichever_document_is_submitted_first(
    order: tuple,
) -> None:
    _, note, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 4})
    assert settling.documents(settlement)["credit_note"].update_billed_amount_in_delivery_note
    submit_all(settlement, *order)
    note.reload()
    assert (note.status, note.per_billed, to_bill(note)) == ("Completed", 100, 0)
    assert note.items[0].billed_amt == 6 * factory.RATE
    settling.documents(settlement)["goods_return"].cancel()
    assert (note.reload().status, note.per_billed) == ("Partially Billed", 60)


def test_some_stay_and_some_come_back_with_one_credit_note() -> None:
    _, note, invoice = factory.sold(10)
    submit_all(settling.submitted(invoice, {"qty": 1}, {"remedy": "return_credit", "qty": 2}))
    note.reload()
    assert (note.status, note.per_billed, to_bill(note)) == ("Completed", 100, 0)
    assert note.items[0].billed_amt == 8 * factory.RATE


def test_an_order_is_not_offered_for_billing_again_either() -> None:
    order, note, invoice = ordered(10)
    settling.documents(settling.submitted(invoice, {"qty": 3}))["credit_note"].submit()
    submit_all(settling.submitted(invoice, {"remedy": "return_credit", "qty": 2}))
    assert (note.reload().per_billed, note.status) == (100, "Completed")
    assert order.reload().per_billed == 100


# An invoice in another currency than the account it is booked on ------------------------------------------------------


def foreign_invoice(rate: float = 1.25) -> Document:
    """Ten units for 1,000 EUR, booked on the company's own receivable account in dollars."""
    frappe.db.set_single_value(
        "Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
    )
    line = factory.stocked(10)
    buyer = factory.customer()
    note = factory.delivery(buyer.name, replace(line, qty=10), currency="EUR", conversion_rate=rate)
    return factory.invoice_of(note.name, conversion_rate=rate)


def pay(invoice: Document, amount: float) -> None:
    """Pay `amount` of the invoice, in the currency of its account."""
    payment = get_payment_entry("Sales Invoice", invoice.name, party_amount=amount)
    payment.reference_no, payment.reference_date = "1", nowdate()
    payment.insert()
    payment.submit()


@pytest.mark.parametrize(
    ("rate", "paid", "qty", "own"),
    [
        (1.25, 0, 10, 0),  # 1,000 EUR on 1,250 USD outstanding
        (
            1.25,
            250,
            10,
            1,
        ),  # 1,250 USD on 1,000 outstanding, though 1,000 EUR are no more than the figure 1,000
        (1.25, 250, 8, 0),  # 1,000 USD on 1,000 outstanding
        (0.5, 0, 10, 0),  # 500 USD on 500 outstanding, though the figure 1,000 is more than 500
        (0.5, 100, 9, 1),  # 450 USD on 400 outstanding
    ],
)
def test_outstanding_and_credit_are_compared_in_one_currency(
    rate: float, paid: float, qty: float, own: int
) -> None:
    invoice = foreign_invoice(rate)
    assert (invoice.currency, invoice.party_account_currency) == ("EUR", "USD")
    if paid:
        pay(invoice, paid)
    outstanding = invoice.reload().outstanding_amount
    assert outstanding == 1000 * rate - paid
    credit = settling.documents(settling.submitted(invoice, {"qty": qty}))["credit_note"]
    assert credit.update_outstanding_for_self == own
    credit.submit()
    assert credit.reload().update_outstanding_for_self == own
    assert credit.outstanding_amount == (-qty * factory.RATE * rate if own else 0)
    lowered = 0 if own else qty * factory.RATE * rate
    assert invoice.reload().outstanding_amount == pytest.approx(outstanding - lowered)


def test_a_credit_stays_open_when_the_invoice_was_paid_meanwhile_or_finance_wants_it() -> None:
    invoice = foreign_invoice(1.25)
    settlement = settling.submitted(invoice, {"qty": 9})
    credit = settling.documents(settlement)["credit_note"]
    assert credit.update_outstanding_for_self == 0
    pay(invoice, 250)
    credit.submit()
    assert credit.reload().update_outstanding_for_self == 1
    assert (credit.outstanding_amount, invoice.reload().outstanding_amount) == (-1125, 1000)
    wanted = settling.documents(settling.submitted(foreign_invoice(0.5), {"qty": 1}))["credit_note"]
    wanted.update_outstanding_for_self = 1
    wanted.save()
    assert wanted.reload().update_outstanding_for_self == 1


def test_goods_that_a_settlement_credits_are_not_credited_once_more_from_their_return() -> None:
    _order, note, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 2})
    submit_all(settlement)
    (back,) = (doc for doc in settling.documents(settlement).values() if doc.doctype == "Delivery Note")
    again = make_sales_invoice(back.name).insert()
    assert again.is_return
    with pytest.raises(frappe.ValidationError, match=f"credited by .* of settlement {settlement.name}"):
        again.submit()
    again.reload().delete()
    by_hand = make_return_doc("Delivery Note", note.name)
    by_hand.items[0].qty = -1
    by_hand.insert().submit()
    make_sales_invoice(by_hand.name).insert().submit()
