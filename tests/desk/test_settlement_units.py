"""What a complaint counts in one unit and a sale in another is compared in stock units."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.services.settlement.proposal import lines_of
from tests.desk import factory, settling
from tests.desk.factory import Line

PIECES = 12


def sale(*boxes: float, doctype: str = "Sales Invoice"):
    """Rows of so many boxes each, of an item that is stocked in pieces."""
    item = factory.item(
        uoms=[{"uom": "Nos", "conversion_factor": 1}, {"uom": "Box", "conversion_factor": PIECES}]
    )
    rows = [
        {"item_code": item.name, "qty": qty, "uom": "Box", "conversion_factor": PIECES, "rate": 120}
        for qty in boxes
    ]
    return factory.invoice(factory.customer().name, Line(item.name, 1), items=rows)


@pytest.mark.parametrize(
    ("qty", "uom", "boxes", "asked"),
    [
        (12, "Nos", (2,), [1]),
        (6, "Nos", (2,), [0.5]),
        (2, "Box", (2,), [2]),
        (36, "Nos", (2,), [2]),
        (36, "Nos", (2, 2), [2, 1]),
        (3, "Box", (2, 2), [2, 1]),
        (12, None, (2, 2), [1]),
        (0, "Nos", (2, 2), [2, 2]),
    ],
)
def test_quantities_are_compared_in_stock_units(qty, uom, boxes, asked):
    invoice = sale(*boxes)
    complaint = settling.complaint_on(invoice, item_code=invoice.items[0].item_code, qty=qty, uom=uom)
    offered = lines_of(complaint, invoice.name, None)["lines"]
    assert [(line["qty"], line["uom"]) for line in offered] == [(qty, "Box") for qty in asked]


def test_a_unit_that_is_not_converted_is_told():
    invoice = sale(2)
    complaint = settling.complaint_on(invoice, item_code=invoice.items[0].item_code, qty=2, uom="Kg")
    with pytest.raises(frappe.ValidationError, match="UOM: Kg is not converted into the stock unit"):
        lines_of(complaint, invoice.name, None)


def test_a_delivery_in_boxes_that_an_invoice_bills_in_part():
    item = factory.item(
        uoms=[{"uom": "Nos", "conversion_factor": 1}, {"uom": "Box", "conversion_factor": PIECES}]
    )
    factory.receive(Line(item.name, 10 * PIECES))
    rows = [
        {
            "item_code": item.name,
            "qty": 5,
            "uom": "Box",
            "conversion_factor": PIECES,
            "rate": 120,
            "warehouse": factory.store(),
        }
    ]
    note = factory.delivery(factory.customer().name, Line(item.name, 1), items=rows)
    factory.invoice_of(note.name)
    complaint = settling.complaint_on(note, item_code=item.name, qty=18, uom="Nos")
    offered = lines_of(complaint, None, note.name)["lines"]
    assert sum(line["qty"] for line in offered) == 1.5
