"""Free goods pass the checks that ERPNext has for prices, whatever a site has switched on."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

from tests.desk import factory, settling


@pytest.fixture(params=["Sales Order", "Delivery Note"])
def doctype(request: pytest.FixtureRequest) -> str:
    frappe.db.set_single_value("Complaint QMS Settings", "replacement_document", request.param)
    return request.param


def test_free_goods_pass_every_check_of_prices(doctype: str) -> None:
    for setting in ("validate_selling_price", "maintain_same_sales_rate"):
        frappe.db.set_single_value("Selling Settings", setting, 1)
    line = factory.stocked(12, max_discount=10, last_purchase_rate=60)
    frappe.db.set_value("Item", line.item, "last_purchase_rate", 60)
    one_more_free(line.item)
    invoice = factory.invoice(
        factory.customer().name, replace(line, qty=5), update_stock=True, ignore_pricing_rule=1
    )
    made = settling.documents(settling.submitted(invoice, {"remedy": "replacement", "qty": 2}))["replacement"]
    assert [(row.item_code, row.qty, row.rate, row.is_free_item) for row in made.items] == [
        (line.item, 2, 0, 1)
    ]
    with settling.acting_as("Sales User", "Stock User"):
        seen = frappe.get_doc(doctype, made.name)
        seen.save()
        seen.submit()
    assert (seen.docstatus, seen.grand_total) == (1, 0)
    if doctype == "Sales Order":
        note = make_delivery_note(seen.name)
        note.insert()
        note.submit()
        assert [(row.qty, row.rate) for row in note.items] == [(2, 0)]
    assert frappe.db.get_value("Item Price", {"item_code": line.item}, "price_list_rate") == factory.RATE


def one_more_free(item: str) -> None:
    """A pricing rule that adds a piece to every sale of the item."""
    factory.make(
        "Pricing Rule",
        title=factory.unique("One more"),
        apply_on="Item Code",
        items=[{"item_code": item}],
        selling=1,
        price_or_product_discount="Product",
        same_item=1,
        free_qty=1,
        min_qty=1,
        company=factory.company(),
        currency="USD",
    )
