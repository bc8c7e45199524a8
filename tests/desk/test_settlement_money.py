"""Currency, taxes, discounts and tills of the sale decide what a settlement pays back."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import nowdate

from tests.desk import factory, settling
from tests.desk.hand_made import Refused, euro_invoice


def test_a_credit_note_keeps_currency_and_rate_of_the_invoice() -> None:
    invoice = euro_invoice(rate=1.25)
    settlement = settling.submitted(invoice, {"qty": 4})
    assert (settlement.currency, settlement.conversion_rate) == ("EUR", 1.25)
    assert (settlement.total_amount, settlement.base_total_amount) == (400, 500)
    credit = settling.documents(settlement)["credit_note"]
    assert (credit.currency, credit.conversion_rate, credit.grand_total, credit.base_grand_total) == (
        "EUR",
        1.25,
        -400,
        -500,
    )
    credit.submit()
    assert settling.figures(settlement.complaint) == ("settled", 500)  # the complaint counts in USD


def test_taxes_and_freight_come_back_in_the_share_of_the_goods() -> None:
    invoice = factory.taxed_invoice()
    assert invoice.grand_total == 1000 + 100 + 40
    credit = settling.documents(settling.submitted(invoice, {"qty": 3}))["credit_note"]
    assert [tax.tax_amount for tax in credit.taxes] == [-30, -12]
    rest = settling.documents(settling.submitted(invoice, {"qty": 7}))["credit_note"]
    assert credit.grand_total + rest.grand_total == -invoice.grand_total


def shared_account(rate: float, *, qty: float) -> Document:
    """Submitted Sales Invoice with 10 % tax and 4 for freight, both on one account and both charged."""
    both = {"account_head": factory.tax_account(), "description": "Both"}
    mark = "set_by_item_tax_template"
    taxes = [
        both | {"charge_type": "On Net Total", "rate": 10},
        both | {"charge_type": "Actual", "tax_amount": 4, mark: 1},
    ]
    line = replace(factory.stocked(qty), qty=qty, rate=rate)
    made = factory.invoice(factory.customer().name, line, update_stock=True, taxes=taxes)
    # Frappe 15 needs no such mark to charge both; on 16 an invoice of that time has none.
    for tax in made.taxes:
        if tax.meta.has_field(mark):
            tax.db_set(mark, 0)
    return made.reload()


def test_what_earlier_credits_rounded_off_leaves_the_tax_its_rate() -> None:
    invoice = shared_account(33.33, qty=3)
    assert [tax.tax_amount for tax in invoice.taxes] == [10, 4]
    parts = []
    for qty in (1, 1, 1):
        parts.append(settling.documents(settling.submitted(invoice, {"qty": qty}))["credit_note"])
        parts[-1].submit()
    # The last cent of the tax is a row of its own; saved again, all stays as it is.
    assert [[tax.tax_amount for tax in credit.taxes] for credit in parts] == [
        [-3.33, -1.33],
        [-3.33, -1.34],
        [-3.33, -1.33, -0.01],
    ]


def test_a_charge_on_the_account_of_a_tax_takes_nothing_of_it() -> None:
    invoice = shared_account(100, qty=10)
    assert invoice.grand_total == 1000 + 100 + 4
    credit = settling.documents(settling.submitted(invoice, {"qty": 3}))["credit_note"]
    assert [tax.tax_amount for tax in credit.taxes] == [-30, -1.2]
    credit.save()
    assert credit.grand_total == -331.2


def test_goodwill_is_taxed_and_refunds_no_freight() -> None:
    invoice = factory.taxed_invoice()
    note = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": 50}))["goodwill"]
    assert [tax.tax_amount for tax in note.taxes] == [-5, 0]
    assert note.grand_total == -55


@pytest.mark.parametrize(
    "discount", [{"discount_amount": 100}, {"additional_discount_percentage": 10}], ids=["fixed", "percent"]
)
def test_a_discount_on_the_whole_invoice_is_not_paid_out(discount: dict) -> None:
    invoice = factory.taxed_invoice(taxes=[], apply_discount_on="Grand Total", **discount)
    assert invoice.grand_total == 900
    credit = settling.documents(settling.submitted(invoice, {"qty": 5}))["credit_note"]
    assert credit.grand_total == -450


def test_a_unpaid_invoice_is_lowered_and_a_paid_one_leaves_an_open_credit() -> None:
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

    _, _, unpaid = factory.sold(2)
    assert (
        settling.documents(settling.submitted(unpaid, {"qty": 1}))["credit_note"].update_outstanding_for_self
        == 0
    )
    _, _, paid = factory.sold(2)
    payment = get_payment_entry("Sales Invoice", paid.name)
    payment.reference_no, payment.reference_date = "1", nowdate()
    payment.insert()
    payment.submit()
    credit = settling.documents(settling.submitted(paid, {"qty": 1}))["credit_note"]
    assert credit.update_outstanding_for_self == 1
    credit.submit()
    assert credit.reload().outstanding_amount == -factory.RATE


def test_a_till_sale_pays_back_the_way_it_was_paid() -> None:
    line = factory.stocked(10)
    mode = _mode_of_payment()
    invoice = factory.invoice(
        factory.customer().name,
        replace(line, qty=10),
        update_stock=True,
        is_pos=1,
        pos_profile=_pos_profile(mode),
        payments=[{"mode_of_payment": mode, "amount": 1000}],
    )
    credit = settling.documents(settling.submitted(invoice, {"remedy": "return_credit", "qty": 3}))[
        "return_with_credit"
    ]
    assert [payment.amount for payment in credit.payments] == [-300]
    credit.submit()


def test_a_consolidated_till_invoice_is_refused() -> None:
    _, _, invoice = factory.sold(2)
    frappe.db.set_value("Sales Invoice", invoice.name, {"is_consolidated": 1, "is_pos": 1})
    with pytest.raises(Refused, match="gathers sales of a till"):
        settling.proposed(invoice, {"qty": 1})


def _mode_of_payment() -> str:
    cash = frappe.get_all(
        "Account",
        {"company": factory.company(), "account_type": "Cash", "is_group": 0},
        pluck="name",
        order_by="name",
    )[0]
    return factory.make(
        "Mode of Payment",
        mode_of_payment=factory.unique("Till"),
        type="Cash",
        accounts=[{"company": factory.company(), "default_account": cash}],
    ).name


def _pos_profile(mode: str) -> str:
    company = frappe.get_cached_doc("Company", factory.company())
    return factory.make(
        "POS Profile",
        __newname=factory.unique("Till"),
        company=company.name,
        warehouse=factory.store(),
        currency="USD",
        write_off_account=company.write_off_account or company.default_expense_account,
        write_off_cost_center=company.cost_center,
        cost_center=company.cost_center,
        selling_price_list="Standard Selling",
        payments=[{"mode_of_payment": mode, "default": 1}],
    ).name
