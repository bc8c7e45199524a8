"""Settlements against the sale: never more units than were sold, delivered and not yet returned, batch by batch."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as return_note
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from tests.desk import factory, settling
from tests.desk.hand_made import Refused, by_hand

# Quantities ----------------------------------------------------------------------------------------------------------


def test_more_than_was_sold_is_refused_with_row_figures_and_remedy() -> None:
    _, _, invoice = factory.sold(10)
    with pytest.raises(
        Refused, match=r"Row 1: Quantity: 11 Nos asked, but only 10 of 10 .* Lower the quantity"
    ):
        settling.proposed(invoice, {"qty": 11})


def test_two_rows_of_one_settlement_share_the_quantity() -> None:
    _, _, invoice = factory.sold(10)
    with pytest.raises(Refused, match=r"Row 2: Quantity: 5 Nos asked, but only 4 of 10"):
        settling.proposed(invoice, {"qty": 6}, {"remedy": "replacement", "qty": 5})


@pytest.mark.parametrize("submit", [False, True])
def test_a_return_made_by_hand_counts_drafted_or_submitted(submit: bool) -> None:
    _, _, invoice = factory.sold(10)
    other = by_hand(return_invoice(invoice.name), 7, submit)
    assert settling.proposed(invoice, {"qty": 3}).lines[0].remaining_qty == 3
    with pytest.raises(Refused, match=f"only 3 of 10 .*{other.name}"):
        settling.proposed(invoice, {"qty": 4})


def test_a_hand_made_return_that_names_only_the_item_counts() -> None:
    _, _, invoice = factory.sold(10)
    other = return_invoice(invoice.name)
    other.items[0].sales_invoice_item = None
    by_hand(other, 7)
    with pytest.raises(Refused, match="only 3 of 10"):
        settling.proposed(invoice, {"qty": 4})


def test_goods_that_came_back_by_hand_cannot_come_back_again() -> None:
    _, note, invoice = factory.sold(10)
    by_hand(return_note(note.name), 8)
    with pytest.raises(Refused, match="only 2 of 10 sold with Delivery Note"):
        settling.proposed(invoice, {"remedy": "return_credit", "qty": 3})
    assert settling.proposed(invoice, {"qty": 10}).total_amount == 10 * factory.RATE


def test_a_credit_note_made_from_a_goods_return_counts_on_the_invoice() -> None:
    _, note, invoice = factory.sold(10)
    back = by_hand(return_note(note.name), 8, submit=True)
    credit = make_sales_invoice(back.name)
    credit.is_return = 1
    credit.insert()
    with pytest.raises(Refused, match=f"only 2 of 10 .*{credit.name}"):
        settling.proposed(invoice, {"qty": 3})


def test_units_replaced_are_not_credited_as_well() -> None:
    _, _, invoice = factory.sold(10)
    first = settling.submitted(invoice, {"remedy": "replacement", "qty": 6})
    with pytest.raises(Refused, match=f"only 4 of 10 .*{first.name}"):
        settling.proposed(invoice, {"qty": 5})
    order = settling.documents(first)["replacement"]
    frappe.delete_doc("Sales Order", order.name)
    assert settling.proposed(invoice, {"qty": 10}).lines[0].remaining_qty == 10


def test_two_drafts_may_wait_but_only_one_is_submitted() -> None:
    _, _, invoice = factory.sold(10)
    first, second = (settling.proposed(invoice, {"qty": 6}) for _ in range(2))
    settling.approve(first)
    with pytest.raises(Refused, match="only 4 of 10"):
        settling.approve(second)
    assert second.reload().docstatus == 0
    assert frappe.db.count("Sales Invoice", {"complaint_settlement": second.name}) == 0


def test_sold_in_boxes_returned_in_the_same_unit() -> None:
    item = factory.item(uoms=[{"uom": "Box", "conversion_factor": 12}])
    factory.receive(factory.Line(item.name, qty=60))
    row = factory.Line(item.name, qty=5, rate=1200).row(uom="Box", conversion_factor=12)
    note = frappe.get_doc(
        {
            "doctype": "Delivery Note",
            "customer": factory.customer().name,
            "company": factory.company(),
            "items": [row],
        }
    ).insert()
    note.submit()
    invoice = factory.invoice_of(note.name)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 2})
    back = settling.documents(settlement)["goods_return"].items[0]
    assert (settlement.lines[0].uom, back.uom, back.qty, back.stock_qty) == ("Box", "Box", -2, -24)
    assert settling.proposed(invoice, {"qty": 3}).lines[0].remaining_qty == 3


def test_one_invoice_row_delivered_in_two_parts_asks_from_which() -> None:
    line = factory.stocked(10)
    buyer = factory.customer()
    order = factory.sales_order(buyer.name, replace(line, qty=10))
    notes = [_deliver(order.name, 6), _deliver(order.name, 4)]
    invoice = _invoice_order(order.name)
    with pytest.raises(Refused, match=f"Row 1: .*{notes[0].name}, {notes[1].name}.*from which one"):
        settling.proposed(invoice, {"remedy": "return_credit", "qty": 5})
    settlement = settling.submitted(
        invoice, {"remedy": "return_credit", "qty": 3, "delivery_note": notes[1].name}
    )
    assert settling.documents(settlement)["goods_return"].return_against == notes[1].name
    from complaint_qms.api import settlement as api

    complaint = settling.complaint_on(invoice, expectation="refund")
    lines = api.lines(complaint.name, sales_invoice=invoice.name)["lines"]
    assert [(row["delivery_note"], row["qty"]) for row in lines] == [(notes[0].name, 6), (notes[1].name, 1)]


def _deliver(order: str, qty: float) -> Document:
    from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

    note = make_delivery_note(order)
    note.items[0].qty = qty
    note.insert()
    note.submit()
    return note


def _invoice_order(order: str) -> Document:
    from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as from_order

    invoice = from_order(order)
    invoice.insert()
    invoice.submit()
    return invoice


# Batches and serial numbers --------------------------------------------------------------------------------------


def test_the_only_batch_is_taken_and_comes_back_in_its_bundle() -> None:
    _, note, invoice = factory.sold(10, with_batch=True)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 4})
    batch = note.items[0].batch_no
    assert settlement.lines[0].batch_no == batch
    back = settling.documents(settlement)["goods_return"]
    back.submit()
    assert _entries(back) == [(batch, None, 4)]


def test_of_several_batches_one_is_named_and_not_more_than_it_had() -> None:
    invoice, (first, second) = two_batches()
    asked = {"remedy": "return_credit", "qty": 4}
    with pytest.raises(Refused, match=rf"Row 1: Batch: say which batch comes back.*{first}: 6.*{second}: 4"):
        settling.proposed(invoice, asked)
    with pytest.raises(Refused, match=rf"Row 1: Batch: 5 of batch {second} asked, 4 are"):
        settling.proposed(invoice, asked | {"batch_no": second, "qty": 5})
    settlement = settling.submitted(invoice, asked | {"batch_no": second})
    back = settling.documents(settlement)["return_with_credit"]
    with pytest.raises(Refused, match=rf"Row 1: Batch: 1 of batch {second} asked, 0 are"):
        settling.proposed(invoice, asked | {"batch_no": second, "qty": 1})
    back.submit()
    assert _entries(back) == [(second, None, 4)]


def test_everything_of_several_batches_comes_back_batch_by_batch() -> None:
    invoice, batches = two_batches()
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 10})
    back = settling.documents(settlement)["return_with_credit"]
    back.submit()
    assert sorted(_entries(back)) == sorted([(batches[0], None, 6), (batches[1], None, 4)])


def test_a_batch_that_was_not_delivered_is_refused() -> None:
    _, _, invoice = factory.sold(10, with_batch=True)
    stranger = factory.batch(invoice.items[0].item_code).name
    for remedy in ("return_credit", "credit"):
        with pytest.raises(Refused, match=f"Row 1: {stranger} was not delivered"):
            settling.proposed(invoice, {"remedy": remedy, "qty": 1, "batch_no": stranger})


def test_serial_numbers_are_named_and_come_back_once() -> None:
    _, note, invoice = factory.sold(3, with_serials=True)
    numbers = note.items[0].serial_no.split("\n")
    asked = {"remedy": "return_credit", "qty": 1}
    with pytest.raises(Refused, match=f"Row 1: Serial Nos: name the 1 that come back.*{numbers[0]}"):
        settling.proposed(invoice, asked)
    settlement = settling.submitted(invoice, asked | {"serial_no": numbers[1]})
    with pytest.raises(Refused, match=f"Row 1: Serial Nos: {numbers[1]} came back already"):
        settling.proposed(invoice, asked | {"serial_no": numbers[1]})
    back = settling.documents(settlement)["goods_return"]
    back.submit()
    assert _entries(back) == [(None, numbers[1], 1)]
    rest = settling.submitted(invoice, asked | {"qty": 2})
    assert rest.lines[0].serial_no.split("\n") == [numbers[0], numbers[2]]


def two_batches() -> tuple[Document, list[str]]:
    """An invoice that delivered 6 of one batch and 4 of another in one row (a bundle made by hand)."""
    item = factory.item(batch=True)
    batches = [factory.batch(item.name).name for _ in range(2)]
    factory.receive(*[factory.Line(item.name, qty=10, batch=batch) for batch in batches])
    bundle = factory.make(
        "Serial and Batch Bundle",
        item_code=item.name,
        warehouse=factory.store(),
        company=factory.company(),
        voucher_type="Sales Invoice",
        type_of_transaction="Outward",
        posting_date=nowdate(),
        entries=[
            {"batch_no": batch, "qty": -qty, "warehouse": factory.store()}
            for batch, qty in zip(batches, (6, 4), strict=True)
        ],
    )
    row = factory.Line(item.name, qty=10).row(serial_and_batch_bundle=bundle.name)
    invoice = frappe.get_doc(
        {
            "doctype": "Sales Invoice",
            "customer": factory.customer().name,
            "company": factory.company(),
            "update_stock": 1,
            "due_date": add_days(nowdate(), 30),
            "items": [row],
        }
    ).insert()
    invoice.submit()
    return invoice, batches


def _entries(document: Document) -> list[tuple]:
    bundles = [row.serial_and_batch_bundle for row in document.reload().items]
    rows = frappe.get_all(
        "Serial and Batch Entry",
        {"parent": ("in", bundles)},
        ["batch_no", "serial_no", "qty"],
        order_by="parent, idx",
    )
    return [(row.batch_no, row.serial_no, row.qty) for row in rows]
