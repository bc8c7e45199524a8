"""Never more than was billed and not yet given back, whatever the discounts and taxes, and whoever gave it how."""

from __future__ import annotations

import re
from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.integrations.erpnext.remaining import worth
from tests.desk import factory, settling

Refused = frappe.ValidationError


def ceiling(invoice: Document) -> float:
    """The highest goodwill for a whole invoice, as its refusal tells it."""
    with pytest.raises(Refused, match=r"Row 1: Amount: \S+ 1,000,000.00 asked") as refused:
        settling.proposed(invoice, {"remedy": "goodwill", "amount": 1_000_000})
    frappe.clear_messages()
    return float(re.search(r"only \S+ ([\d,.]+) of its value", str(refused.value)).group(1).replace(",", ""))


def taxes(*, rate: float = 10, inclusive: bool = False, freight: float = 0) -> list[dict]:
    rows = [
        {
            "charge_type": "On Net Total",
            "account_head": factory.tax_account(),
            "description": "VAT",
            "rate": rate,
            "included_in_print_rate": int(inclusive),
        }
    ]
    if freight:
        rows.append(
            {
                "charge_type": "Actual",
                "account_head": factory.freight_account(),
                "description": "Freight",
                "tax_amount": freight,
            }
        )
    return rows


NET, GRAND = "Net Total", "Grand Total"


@pytest.mark.parametrize(
    ("tax", "discount"),
    [
        ({}, {}),
        ({}, {"apply_discount_on": NET, "discount_amount": 130}),
        ({}, {"apply_discount_on": NET, "additional_discount_percentage": 7.5}),
        ({}, {"apply_discount_on": GRAND, "discount_amount": 130}),
        ({"freight": 40}, {"apply_discount_on": GRAND, "additional_discount_percentage": 7.5}),
        ({"inclusive": True}, {}),
        ({"inclusive": True}, {"apply_discount_on": GRAND, "discount_amount": 130}),
        ({"inclusive": True}, {"apply_discount_on": NET, "additional_discount_percentage": 7.5}),
    ],
)
def test_goodwill_with_its_taxes_comes_to_what_was_billed_and_no_further(tax: dict, discount: dict) -> None:
    invoice = factory.taxed_invoice(taxes=taxes(**tax), disable_rounded_total=1, **discount)
    first = settling.documents(settling.submitted(invoice, {"qty": 3}))["credit_note"]
    left = ceiling(invoice)
    note = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": left}))["goodwill"]
    freight = sum(row.tax_amount for row in invoice.taxes if row.charge_type == "Actual")
    freight_back = sum(row.tax_amount for row in first.taxes if row.charge_type == "Actual")
    goods = invoice.grand_total - freight
    assert -(first.grand_total - freight_back) - note.grand_total == pytest.approx(goods, abs=0.03)
    for line in ({"qty": 1}, {"remedy": "goodwill", "amount": 1}, {"remedy": "replacement", "qty": 1}):
        with pytest.raises(Refused, match=r"only \S+ 0(\.\d+)? of its value"):
            settling.proposed(invoice, line)


def test_a_discount_that_is_booked_apart_counts_as_well() -> None:
    account = settling.expense_account()
    invoice = factory.taxed_invoice(
        taxes=[],
        apply_discount_on=GRAND,
        discount_amount=250,
        is_cash_or_non_trade_discount=1,
        additional_discount_account=account,
    )
    assert ceiling(invoice) == invoice.grand_total == 750


@pytest.mark.parametrize(
    ("row", "header", "value"),
    [
        ({"net_amount": 90, "distributed_discount_amount": 10}, {"discount_amount": 10}, 100 * 0.9),
        (
            {"net_amount": 90, "distributed_discount_amount": 10},
            {"discount_amount": 0},
            100,
        ),  # left from before
        ({"net_amount": 80}, {"discount_amount": 20, "apply_discount_on": NET, "net_total": 80}, 80),
        ({"net_amount": 80}, {"discount_amount": 20, "apply_discount_on": GRAND, "grand_total": 60}, 75),
        ({"net_amount": -90, "distributed_discount_amount": -10}, {"discount_amount": -10}, 90),
        ({"net_amount": 0}, {"discount_amount": 20, "apply_discount_on": GRAND, "grand_total": -20}, 100),
    ],
)
def test_the_part_of_a_discount_that_falls_on_a_row(row: dict, header: dict, value: float) -> None:
    amount = -100 if header["discount_amount"] < 0 else 100
    assert worth(frappe._dict(row, amount=amount), frappe._dict(header)) == pytest.approx(value)


def test_what_finance_gave_back_by_hand_counts() -> None:
    from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

    invoice = factory.taxed_invoice(taxes=[])
    lump = make_sales_return(invoice.name)
    like = lump.items[0]
    lump.items = []
    lump.append(
        "items",
        {"item_name": "Allowance", "description": "Allowance", "qty": -1, "uom": "Nos", "conversion_factor": 1,
         "rate": 400, "income_account": like.income_account, "cost_center": like.cost_center},
    )  # fmt: skip
    lump.update_stock = 0
    lump.insert()
    assert ceiling(invoice) == 600


def test_free_goods_and_goodwill_count_together() -> None:
    _, _, invoice = factory.sold(10)
    settling.submitted(invoice, {"remedy": "replacement", "qty": 4})
    assert ceiling(invoice) == 600
    settling.submitted(invoice, {"remedy": "goodwill", "amount": 350})
    with pytest.raises(Refused, match=r"Row 1: Amount: \$ 300.00 .*only \$ 250.00 of its value"):
        settling.proposed(invoice, {"remedy": "replacement", "qty": 3})
    with pytest.raises(Refused, match=r"Row 2: Amount: \$ 260.00 .*only \$ 250.00 of its value"):
        settling.proposed(invoice, {"remedy": "replacement", "qty": 2}, {"remedy": "goodwill", "amount": 60})
    settling.submitted(invoice, {"remedy": "return_credit", "qty": 2})
    assert ceiling(invoice) == 50


def test_goodwill_that_finance_lowered_leaves_the_rest() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(
        invoice, {"remedy": "goodwill", "item_code": invoice.items[0].item_code, "amount": 600}
    )
    note = settling.documents(settlement)["goodwill"]
    note.items[0].rate = 100
    note.save()
    assert ceiling(invoice) == 900
    assert settling.proposed(invoice, {"qty": 9}).total_amount == 900


# Goodwill for a whole invoice ----------------------------------------------------------------------------------------


def mixed_invoice() -> Document:
    """Two units at 19 % for 100 each, one at 0 % for 50 and one at 0 % for 50.01 with a template of another name."""
    account = factory.tax_account()
    free = [
        factory.make(
            "Item Tax Template",
            title=factory.unique("Exempt"),
            company=factory.company(),
            taxes=[{"tax_type": account, "tax_rate": 0}],
        ).name
        for _ in range(2)
    ]
    lines = [replace(factory.stocked(5), qty=qty, rate=rate) for qty, rate in ((2, 100), (1, 50), (1, 50.01))]
    rows = [line.row() for line in lines]
    rows[1]["item_tax_template"], rows[2]["item_tax_template"] = free
    return factory.invoice(
        factory.customer().name,
        *lines,
        items=rows,
        update_stock=True,
        taxes=taxes(rate=19),
        disable_rounded_total=1,
    )


def test_whole_goodwill_follows_the_tax_of_each_row() -> None:
    invoice = mixed_invoice()
    assert invoice.total_taxes_and_charges == 38
    note = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": 100}))["goodwill"]
    assert [row.amount for row in note.items] == [-66.66, -16.67, -16.67]
    assert [row.item_tax_template for row in note.items] == [row.item_tax_template for row in invoice.items]
    assert note.total_taxes_and_charges == pytest.approx(-66.66 * 0.19, abs=0.005)
    # What one row got by it cannot be got for this row again.
    item = invoice.items[0].item_code
    with pytest.raises(Refused, match=r"Row 1: Amount: \$ 150.00 .*only \$ 133\.3\d* of its value"):
        settling.proposed(invoice, {"remedy": "goodwill", "item_code": item, "amount": 150})
    # The rest comes back with exactly the tax that was billed.
    rest = ceiling(invoice)
    last = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": rest}))["goodwill"]
    assert note.grand_total + last.grand_total == pytest.approx(-invoice.grand_total, abs=0.02)
    assert note.total_taxes_and_charges + last.total_taxes_and_charges == pytest.approx(-38, abs=0.02)


def test_whole_goodwill_goes_to_rows_that_have_something_left() -> None:
    invoice = mixed_invoice()
    taxed, free, other = (row.item_code for row in invoice.items)
    settlement = settling.submitted(
        invoice,
        {"qty": 2, "item_code": taxed},
        {"qty": 1, "item_code": other, "remedy": "return_credit"},
        {"remedy": "goodwill", "amount": 50},
    )
    note = settling.documents(settlement)["goodwill"]
    assert [(row.amount, row.item_tax_template) for row in note.items] == [
        (-50, invoice.items[1].item_tax_template)
    ]
    assert note.total_taxes_and_charges == 0
    assert free != taxed
