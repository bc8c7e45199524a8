"""A proposal offers what is left of a row's value: goodwill that was given takes money away and no units."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.services.settlement.proposal import lines_of
from tests.desk import factory, settling

pytestmark = pytest.mark.usefixtures("site")


REFUNDED = [(0, 10, 1000), (250, 10, 750), (333, 10, 667), (995, 10, 5)]
# Goods are given whole; of what is less than one of them the money.
EXCHANGED = [(0, 10, 1000), (250, 7, 700), (333, 6, 600), (995, 10, 5)]


@pytest.mark.parametrize(
    ("expectation", "given", "qty", "amount"),
    [("refund", *row) for row in REFUNDED] + [("exchange", *row) for row in EXCHANGED],
)
@pytest.mark.parametrize("on_row", [True, False])
def test_goodwill_lowers_what_is_offered(
    expectation: str, given: float, qty: float, amount: float, on_row: bool
) -> None:
    invoice = factory.sold(10)[2]
    complaint = settling.complaint_on(invoice, qty=0, expectation=expectation)
    if given:
        line = {"remedy": "goodwill", "amount": given}
        settling.submitted(invoice, line | {"item_code": invoice.items[0].item_code} if on_row else line)
    (line,) = lines_of(complaint, invoice.name, None)["lines"]
    assert (line["qty"], line["amount"]) == (qty, amount)
    offered = frappe.get_doc(
        {
            "doctype": "Complaint Settlement",
            "complaint": complaint.name,
            "customer": complaint.customer,
            "company": complaint.company,
            "currency": invoice.currency,
            "sales_invoice": invoice.name,
            "reason": "Faulty",
            "lines": [line],
        }
    )
    offered.insert()  # what is offered is not refused
    assert offered.total_amount == amount


def test_nothing_is_offered_of_a_row_that_goodwill_has_used_up() -> None:
    invoice = factory.sold(10)[2]
    complaint = settling.complaint_on(invoice, qty=0)
    settling.submitted(invoice, {"remedy": "goodwill", "amount": 1000})
    assert lines_of(complaint, invoice.name, None)["lines"] == []


def test_part_of_the_units_is_offered_at_their_own_rate_while_the_money_suffices() -> None:
    invoice = factory.sold(10)[2]
    complaint = settling.complaint_on(invoice, qty=5, item_code=invoice.items[0].item_code)
    settling.submitted(invoice, {"remedy": "goodwill", "amount": 400})
    (line,) = lines_of(complaint, invoice.name, None)["lines"]
    assert (line["qty"], line["rate"], line["amount"]) == (5, 100, 500)
