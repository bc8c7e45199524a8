"""What a credit note gives back: the share of charges and discount, to the last cent, by the way it was paid."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from frappe.model.document import Document
from frappe.utils import flt

from tests.desk import factory, settling

CASH, CARD = "Cash", "Credit Card"


def shares(settlement: Document) -> Document:
    (document,) = settling.documents(settlement).values()
    return document


def credits(invoice: Document, *quantities: float) -> list[Document]:
    """Submitted credit notes for these quantities of the first row, one after the other."""
    made = []
    for qty in quantities:
        credit = shares(settling.submitted(invoice, {"qty": qty}))
        credit.submit()
        made.append(credit)
    return made


def owed(invoice: Document) -> float:
    return flt(frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount"), 6)


# Charges, discount, rounding -----------------------------------------------------------------------------------------


def freight(amount: float) -> dict:
    return {
        "charge_type": "Actual",
        "account_head": factory.tax_account(),
        "description": "Freight",
        "tax_amount": amount,
    }


def test_freight_goes_back_in_shares_that_add_up() -> None:
    invoice = sale(3, 33.33, taxes=[freight(10)])
    parts = credits(invoice, 1, 1, 1)
    assert [credit.taxes[0].tax_amount for credit in parts] == [-3.33, -3.34, -3.33]
    assert owed(invoice) == 0


def test_a_shipping_rule_is_not_charged_again() -> None:
    account = factory.tax_account()
    rule = factory.make(
        "Shipping Rule",
        label=factory.unique("Parcel"),
        shipping_rule_type="Selling",
        calculate_based_on="Fixed",
        shipping_amount=12,
        company=factory.company(),
        account=account,
        cost_center=factory.company_value("cost_center"),
    )
    invoice = sale(4, 25, shipping_rule=rule.name)
    assert invoice.grand_total == 112
    parts = credits(invoice, 1, 3)
    assert [(credit.grand_total, credit.shipping_rule) for credit in parts] == [(-28, None), (-84, None)]
    assert owed(invoice) == 0


def test_freight_that_somebody_gave_back_whole_is_not_given_back_again() -> None:
    invoice = sale(4, 25, taxes=[freight(10)])
    by_hand = return_invoice(invoice.name)
    by_hand.items[0].qty = -1
    by_hand.update_outstanding_for_self = 0
    by_hand.insert()
    by_hand.submit()
    assert by_hand.grand_total == -35
    (credit,) = credits(invoice, 3)
    assert credit.grand_total == -75
    assert owed(invoice) == 0


@pytest.mark.parametrize("on", ["Net Total", "Grand Total"])
@pytest.mark.parametrize(
    "discount", [{"discount_amount": 10}, {"additional_discount_percentage": 7}], ids=["amount", "percentage"]
)
@pytest.mark.parametrize("included", [0, 1])
def test_parts_of_a_discounted_and_taxed_invoice_leave_nothing(
    on: str, discount: dict, included: int
) -> None:
    tax = {
        "charge_type": "On Net Total",
        "account_head": factory.tax_account(),
        "description": "VAT",
        "rate": 19,
        "included_in_print_rate": included,
    }
    invoice = sale(3, 33.33, taxes=[tax], apply_discount_on=on, **discount)
    parts = credits(invoice, 1, 1, 1)
    assert owed(invoice) == 0
    assert flt(sum(credit.discount_amount for credit in parts), 6) == -invoice.discount_amount
    assert booked(invoice, *parts, account=tax["account_head"]) == 0
    assert booked(invoice, *parts, account=invoice.items[0].income_account) == 0


def test_the_rounding_of_the_whole_goes_back_with_the_last_part() -> None:
    frappe.db.set_value("Currency", "USD", "smallest_currency_fraction_value", 0)
    frappe.db.value_cache.clear()
    invoice = sale(3, 33.2, disable_rounded_total=0)
    assert (invoice.grand_total, invoice.rounded_total) == (99.6, 100)
    parts = credits(invoice, 1, 1, 1)
    assert [credit.grand_total for credit in parts] == [-33.2, -33.2, -33.6]
    assert owed(invoice) == 0
    whole = sale(3, 33.2, disable_rounded_total=0)
    (credit,) = credits(whole, 3)
    assert (credit.grand_total, credit.rounded_total) == (-99.6, -100)
    assert owed(whole) == 0


def sale(qty: float, rate: float, **values: object) -> Document:
    line = replace(factory.stocked(qty), qty=qty, rate=rate)
    defaults = {"update_stock": True, "disable_rounded_total": 1}
    return factory.invoice(factory.customer().name, line, **defaults | values)


def booked(*documents: Document, account: str) -> float:
    names = [doc.name for doc in documents]
    rows = frappe.get_all("GL Entry", {"voucher_no": ("in", names), "account": account}, ["debit", "credit"])
    return flt(sum(row.debit - row.credit for row in rows), 6)


# Sales at a till -----------------------------------------------------------------------------------------------------


def till_sale(qty: float, rate: float, payments: dict[str, float], **values: object) -> Document:
    """A sale with its payments by mode; the card pays into an account of its own."""
    card = frappe.get_doc("Mode of Payment", CARD)
    if not card.accounts:
        cash = factory.company_value("default_cash_account")
        account = factory.make(
            "Account",
            account_name=factory.unique("Card"),
            parent_account=frappe.db.get_value("Account", cash, "parent_account"),
            account_type="Cash",
            company=factory.company(),
        )
        card.append("accounts", {"company": factory.company(), "default_account": account.name})
        card.save()
    rows = [{"mode_of_payment": mode, "amount": amount} for mode, amount in payments.items()]
    return sale(qty, rate, is_pos=1, payments=rows, **values)


def refunds(credit: Document) -> dict[str, float]:
    return {row.mode_of_payment: -row.amount for row in credit.payments}


def test_a_refund_goes_back_by_both_modes_and_never_more_than_was_paid() -> None:
    invoice = till_sale(5, 20, {CASH: 60, CARD: 40})
    parts = credits(invoice, 2, 2, 1)
    assert [refunds(credit) for credit in parts] == [{CASH: 40}, {CASH: 20, CARD: 20}, {CARD: 20}]
    assert [owed(doc) for doc in (invoice, *parts)] == [0, 0, 0, 0]


def test_binary_fractions_are_no_excess() -> None:
    """-7.16 - 4.78 is less than -11.94 to a computer."""
    invoice = till_sale(1, 11.94, {CASH: 7.16, CARD: 4.78})
    (credit,) = credits(invoice, 1)
    assert refunds(credit.reload()) == {CASH: 7.16, CARD: 4.78}
    assert [owed(invoice), owed(credit)] == [0, 0]


def test_two_drafts_do_not_refund_the_same_payment() -> None:
    invoice = till_sale(5, 20, {CASH: 60, CARD: 40})
    first, second = (shares(settling.submitted(invoice, {"qty": qty})) for qty in (3, 2))
    assert [refunds(first), refunds(second)] == [{CASH: 60}, {CARD: 40}]
    second.submit()
    first.submit()
    assert [owed(doc) for doc in (invoice, first, second)] == [0, 0, 0]


def test_change_is_not_refunded() -> None:
    invoice = till_sale(5, 20, {CASH: 150})
    assert invoice.change_amount == 50
    (credit,) = credits(invoice, 5)
    assert refunds(credit) == {CASH: 100}


@pytest.mark.parametrize(
    ("paid", "refunded", "left"),
    [(0, [{}, {}], [60, 0]), (50, [{CASH: 40}, {CASH: 10}], [50, 0]), (30, [{CASH: 30}, {}], [60, 0])],
)
def test_an_unpaid_part_lowers_what_is_owed(paid: float, refunded: list[dict], left: list[float]) -> None:
    invoice = till_sale(5, 20, {CASH: paid})
    assert invoice.outstanding_amount == 100 - paid
    for qty, back, rest in zip((2, 3), refunded, left, strict=True):
        (credit,) = credits(invoice, qty)
        assert refunds(credit) == back
        assert owed(invoice) == rest
        assert owed(credit) == 0


def test_what_was_written_off_is_taken_back_and_not_paid_out() -> None:
    account = factory.company_value("write_off_account")
    invoice = till_sale(5, 20, {CASH: 97}, write_off_account=account, write_off_amount=3)
    assert invoice.outstanding_amount == 0
    (credit,) = credits(invoice, 5)
    assert (refunds(credit), credit.write_off_amount) == ({CASH: 97}, -3)
    assert booked(invoice, credit, account=account) == 0
    assert [owed(invoice), owed(credit)] == [0, 0]


def test_a_refund_above_what_was_paid_is_refused() -> None:
    invoice = till_sale(5, 20, {CASH: 30})
    credit = shares(settling.submitted(invoice, {"qty": 5}))
    credit.payments[0].amount = -50
    with pytest.raises(frappe.ValidationError, match=r"Payments: \$ 50.00 refunded, but only \$ 30.00"):
        credit.save()


def test_a_refund_by_another_mode_than_it_was_paid_by_is_refused() -> None:
    """A form whose payments do not add up moves them all to the till's default mode."""
    invoice = till_sale(5, 20, {CASH: 60, CARD: 40})
    credits(invoice, 2)
    credit = shares(settling.submitted(invoice, {"qty": 2}))
    assert refunds(credit) == {CASH: 20, CARD: 20}
    credit.payments[0].amount, credit.payments[1].amount = -40, 0
    refused = r"\$ 40.00 refunded by Cash, but only \$ 20.00 of what was paid that way"
    with pytest.raises(frappe.ValidationError, match=refused):
        credit.save()
    credit.reload()
    cheque = factory.make("Mode of Payment", mode_of_payment=factory.unique("Cheque"), type="Bank").name
    credit.append(
        "payments", {"mode_of_payment": cheque, "amount": -5, "account": credit.payments[0].account}
    )
    credit.payments[0].amount = -15
    with pytest.raises(frappe.ValidationError, match=rf"\$ 5.00 refunded by {cheque}, but only \$ 0.00"):
        credit.save()


@pytest.mark.parametrize(
    ("by_hand", "left"),
    [
        ({CASH: 50}, {}),
        ({CASH: 20}, {CARD: 30}),
        ({CASH: 20, CARD: 10}, {CARD: 20}),
        ({CARD: 30}, {CARD: 20}),
    ],
)
def test_what_was_refunded_by_another_mode_than_it_was_paid_by_is_not_refunded_again(
    by_hand: dict[str, float], left: dict[str, float]
) -> None:
    """Half of the sale is paid: what is refunded comes to no more than that, whichever way it went."""
    invoice = till_sale(10, 10, {CARD: 50})
    refund_by_hand(invoice, by_hand)
    credit = shares(settling.submitted(invoice, {"qty": 10 - sum(by_hand.values()) / 10}))
    assert refunds(credit) == left
    pay(credit, invoice, {CARD: sum(left.values()) + 1})
    with pytest.raises(frappe.ValidationError, match=r"refunded, but only \$ .* of what was paid with"):
        credit.save()


def test_two_modes_share_what_a_third_one_refunded() -> None:
    invoice = till_sale(10, 10, {CASH: 30, CARD: 20})
    account = {"company": factory.company(), "default_account": factory.company_value("default_cash_account")}
    third = factory.make(
        "Mode of Payment", mode_of_payment=factory.unique("Voucher"), type="General", accounts=[account]
    )
    refund_by_hand(invoice, {third.name: 30})
    credit = shares(settling.submitted(invoice, {"qty": 7}))
    assert refunds(credit) == {CASH: 20}
    pay(credit, invoice, {CASH: 10, CARD: 11})
    with pytest.raises(frappe.ValidationError, match=r"\$ 21.00 refunded, but only \$ 20.00"):
        credit.save()
    credit.reload()
    pay(credit, invoice, {CASH: 5, CARD: 15})
    credit.save()
    credit.submit()
    assert refunds(credit.reload()) == {CASH: 5, CARD: 15}


def pay(credit: Document, invoice: Document, by_mode: dict[str, float]) -> None:
    accounts = {row.mode_of_payment: row.account for row in invoice.payments}
    credit.set("payments", [])
    for mode, amount in by_mode.items():
        row = {"mode_of_payment": mode, "amount": -amount, "account": accounts[mode]}
        credit.append("payments", row)


def refund_by_hand(invoice: Document, by_mode: dict[str, float]) -> None:
    """A submitted refund of somebody at the till, by modes that they chose."""
    credit = return_invoice(invoice.name)
    for row in credit.items:
        row.qty = -sum(by_mode.values()) / row.rate
    account = factory.company_value("default_cash_account")
    credit.set("payments", [])
    for mode, amount in by_mode.items():
        credit.append("payments", {"mode_of_payment": mode, "amount": -amount, "account": account})
    credit.insert()
    credit.submit()


def test_who_refunds_less_is_told_what_stays_open() -> None:
    invoice = till_sale(5, 20, {CASH: 60, CARD: 40})
    credit = shares(settling.submitted(invoice, {"qty": 2}))
    credit.payments[0].amount = -10
    frappe.clear_messages()
    credit.save()
    assert [str(message.message) for message in frappe.get_message_log()] == [
        "Payments: $ 10.00 of $ 40.00 is refunded; the rest stays open as the customer's credit."
    ]
    credit.submit()
    assert [owed(invoice), owed(credit)] == [0, -30]
