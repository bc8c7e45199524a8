"""One delivery billed in several invoices or in part, one invoice over several deliveries: goods and money each right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import frappe
import pytest
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as invoice_order
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from frappe.model.document import Document

from complaint_qms.api import settlement as api
from tests.desk import factory, settling

Refused = frappe.ValidationError


def billed_in(*parts: float, qty: float = 10, **options: object) -> tuple[Document, list[Document]]:
    """A delivery of `qty`, and an invoice for each of `parts` of it."""
    line = factory.stocked(qty, **options)
    numbers: Sequence[str] = ()
    if line.serials:
        numbers = frappe.get_all("Serial No", {"item_code": line.item}, pluck="name", order_by="name")
    note = factory.delivery(factory.customer().name, replace(line, qty=qty, serials=tuple(numbers)))
    return note, [bill(note, part) for part in parts]


def bill(note: Document, qty: float, rate: float = factory.RATE) -> Document:
    mapped = make_sales_invoice(note.name)
    mapped.items[0].qty, mapped.items[0].rate = qty, rate
    mapped.insert()
    mapped.submit()
    return mapped


def ordered(deliveries: Sequence[float], invoices: Sequence[float]) -> tuple[list[Document], list[Document]]:
    """Deliveries and invoices of one order row; nothing but the order ties them together."""
    qty = max(sum(deliveries), sum(invoices))
    order = factory.sales_order(factory.customer().name, replace(factory.stocked(qty), qty=qty))
    made: tuple[list[Document], list[Document]] = ([], [])
    for parts, mapper, into in (
        (deliveries, make_delivery_note, made[0]),
        (invoices, invoice_order, made[1]),
    ):
        for part in parts:
            mapped = mapper(order.name)
            mapped.items[0].qty = part
            mapped.insert()
            mapped.submit()
            into.append(mapped)
    return made


def drafted(settlement: Document) -> dict[str, list[tuple[str, float]]]:
    """(source, quantity) of each drafted document, by its purpose."""
    found: dict[str, list[tuple[str, float]]] = {}
    for row in settlement.documents:
        doc = frappe.get_doc(row.document_type, row.document_name)
        found.setdefault(row.purpose, []).append((row.source_name, sum(item.qty for item in doc.items)))
    return found


def test_a_delivery_billed_twice_gives_two_credit_notes_that_share_the_quantity() -> None:
    note, (first, second) = billed_in(5, 5)
    settlement = settling.proposed(note, {"remedy": "return_credit", "qty": 10})
    assert [(line.idx, line.sales_invoice, line.delivery_note, line.qty) for line in settlement.lines] == [
        (1, first.name, note.name, 5),
        (2, second.name, note.name, 5),
    ]
    told = settlement.goods_and_money
    assert [f"{invoice.name}: 5" in told for invoice in (first, second)] == [True, True]
    settling.approve(settlement)
    assert drafted(settlement) == {
        "credit_note": [(first.name, -5), (second.name, -5)],
        "goods_return": [(note.name, -10)],
    }
    assert settlement.total_amount == 10 * factory.RATE
    for row in settlement.documents:
        frappe.get_doc(row.document_type, row.document_name).submit()
    assert [invoice.reload().outstanding_amount for invoice in (first, second)] == [0, 0]
    with pytest.raises(Refused, match="only 0 of"):
        settling.proposed(note, {"remedy": "return_credit", "qty": 1})


def test_a_delivery_billed_in_part_takes_all_back_and_credits_what_was_billed() -> None:
    note, (invoice,) = billed_in(4)
    settlement = settling.proposed(note, {"remedy": "return_credit", "qty": 10})
    assert [(line.sales_invoice, line.qty) for line in settlement.lines] == [(invoice.name, 4), (None, 6)]
    told = settlement.goods_and_money
    assert told == (
        f"10 Nos of {note.items[0].item_code} come back with {note.name}. Money is credited for 4 ({invoice.name}: 4). "
        "6 are not billed: no money is credited for them."
    )
    assert api.limits("", settlement=settlement.name)["total"] == settlement.base_total_amount
    again = frappe.get_doc(settlement.doctype, settlement.name).save()
    assert [line.qty for line in again.lines] == [4, 6]
    settling.approve(settlement)
    assert drafted(settlement) == {
        "credit_note": [(invoice.name, -4)],
        "goods_return": [(note.name, -10)],
    }
    credit, back = (settling.documents(settlement)[key] for key in ("credit_note", "goods_return"))
    assert credit.grand_total == -4 * factory.RATE
    credit.submit()
    back.submit()
    assert invoice.reload().outstanding_amount == 0
    assert note.reload().status == "Return Issued"


@pytest.mark.parametrize(("qty", "money"), [(3, 3), (4, 4), (5, 4)])
def test_what_was_billed_comes_first(qty: float, money: float) -> None:
    note, (invoice,) = billed_in(4)
    settlement = settling.submitted(note, {"remedy": "return_credit", "qty": qty})
    assert drafted(settlement) == {
        "credit_note": [(invoice.name, -money)],
        "goods_return": [(note.name, -qty)],
    }
    left = settling.proposed(note, {"remedy": "return_credit", "qty": 10 - qty})
    assert sum(line.qty for line in left.lines if line.sales_invoice) == 4 - money
    with pytest.raises(Refused, match="Lower the quantity"):
        settling.proposed(note, {"remedy": "return_credit", "qty": 11 - qty})


def test_money_alone_is_credited_for_what_was_billed_and_not_more() -> None:
    note, (first, second) = billed_in(5, 3)
    settlement = settling.submitted(note, {"qty": 7})
    assert drafted(settlement) == {"credit_note": [(first.name, -5), (second.name, -2)]}
    with pytest.raises(Refused, match=r"Row 1: Quantity: 2 asked, but only 1 of .* are invoiced"):
        settling.proposed(note, {"qty": 2})
    # The goods stayed: what was never billed can still come back, what was credited cannot be credited again.
    back = settling.proposed(note, {"remedy": "return_credit", "qty": 3})
    assert [(line.sales_invoice, line.qty) for line in back.lines] == [(second.name, 1), (None, 2)]


def test_each_invoice_gives_back_what_it_charged() -> None:
    note, (dear,) = billed_in(5)
    cheap = bill(note, 5, 90)
    settlement = settling.submitted(note, {"remedy": "return_credit", "qty": 10, "rate": 100})
    assert {line.sales_invoice: line.rate for line in settlement.lines} == {dear.name: 100, cheap.name: 90}
    assert settlement.total_amount == 950


def test_replaced_units_count_over_all_invoices_of_the_delivery() -> None:
    note, (first, second) = billed_in(5, 3)
    settling.submitted(note, {"remedy": "replacement", "qty": 9})
    for invoice in (first, second):
        with pytest.raises(Refused, match="only 0 of"):
            settling.proposed(invoice, {"qty": 1})
    assert [line.qty for line in settling.proposed(note, {"remedy": "return_credit", "qty": 1}).lines] == [1]
    with pytest.raises(Refused, match="Lower the quantity"):
        settling.proposed(note, {"remedy": "return_credit", "qty": 2})


def test_an_exchange_of_goods_nobody_billed_counts_once() -> None:
    note, _ = billed_in()
    settling.submitted(note, {"remedy": "replacement", "qty": 2, "goods_come_back": 1})
    assert settling.proposed(note, {"remedy": "return_credit", "qty": 8}).lines[0].remaining_qty == 8
    later = bill(note, 8)
    assert settling.proposed(later, {"qty": 8}).lines[0].remaining_qty == 8


@pytest.mark.parametrize("named", [True, False])
def test_serial_numbers_are_shared_out_with_the_quantity(named: bool) -> None:
    note, (first, second) = billed_in(2, 1, qty=4, with_serials=True)
    numbers = note.items[0].serial_no.split("\n")
    wanted = {"remedy": "return_credit", "qty": 4, "serial_no": "\n".join(numbers) if named else None}
    settlement = settling.submitted(note, wanted)
    assert [(line.sales_invoice, line.serial_no.split("\n")) for line in settlement.lines] == [
        (first.name, numbers[:2]),
        (second.name, numbers[2:3]),
        (None, numbers[3:]),
    ]
    settling.documents(settlement)["goods_return"].submit()


def test_what_is_billed_between_saving_and_submitting_is_looked_at_again() -> None:
    note, _ = billed_in(4)
    settlement = settling.proposed(note, {"remedy": "return_credit", "qty": 10})
    later = bill(note, 6)
    with pytest.raises(Refused, match="Save the draft again"):
        settling.approve(settlement)
    assert settlement.reload().docstatus == 0
    with settling.acting_as(*settling.PROPOSER):
        frappe.get_doc(settlement.doctype, settlement.name).save()
    settling.approve(settlement)
    assert (later.name, -6) in drafted(settlement)["credit_note"]


@pytest.mark.parametrize(
    ("deliveries", "invoices"),
    [([6, 4], [10]), ([10], [5, 5]), ([5, 5], [4, 6]), ([3, 3, 4], [2, 8]), ([10], [4])],
)
def test_everything_of_an_order_comes_back_whichever_way_it_was_delivered_and_billed(
    deliveries: list[float], invoices: list[float]
) -> None:
    notes, bills = ordered(deliveries, invoices)
    money = sum(invoices)
    for note in notes:
        settling.submitted(note, {"remedy": "return_credit", "qty": note.items[0].qty})
    made = frappe.get_all(
        "Sales Invoice Item",
        {"sales_invoice_item": ("in", [bill.items[0].name for bill in bills])},
        ["sales_invoice_item", "qty"],
        order_by="name",
    )
    assert sum(row.qty for row in made) == -money
    for sale in bills:
        mine = [row.qty for row in made if row.sales_invoice_item == sale.items[0].name]
        assert sum(mine) == -sale.items[0].qty
    for sale in (*notes, *bills):
        with pytest.raises(Refused, match="Lower the quantity"):
            settling.proposed(sale, {"remedy": "credit" if sale in bills else "return_credit", "qty": 1})


def test_an_invoice_over_several_deliveries_takes_all_of_them_back_at_once() -> None:
    notes, (invoice,) = ordered([6, 4], [10])
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 10})
    assert drafted(settlement) == {
        "credit_note": [(invoice.name, -10)],
        "goods_return": [(notes[0].name, -6), (notes[1].name, -4)],
    }


def test_a_delivery_that_another_line_takes_back_is_not_taken_back_twice() -> None:
    notes, (invoice,) = ordered([6, 4], [10])
    lines = (
        {"qty": 6, "delivery_note": notes[0].name, "delivery_note_item": notes[0].items[0].name},
        {"qty": 4},
    )
    settlement = settling.submitted(invoice, *[{"remedy": "return_credit", **line} for line in lines])
    assert drafted(settlement)["goods_return"] == [(notes[0].name, -6), (notes[1].name, -4)]


def test_the_delivery_that_has_something_left_is_found() -> None:
    notes, (invoice,) = ordered([6, 4], [10])
    settling.submitted(notes[0], {"remedy": "return_credit", "qty": 6})
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 3})
    assert drafted(settlement)["goods_return"] == [(notes[1].name, -3)]


@pytest.mark.parametrize(
    ("expectation", "lines"),
    [
        ("credit", [("credit", 4), ("return_credit", 6)]),
        ("refund", [("return_credit", 4), ("return_credit", 6)]),
    ],
)
def test_the_proposal_divides_a_delivery_as_saving_does(expectation: str, lines: list) -> None:
    note, (invoice,) = billed_in(4)
    complaint = settling.complaint_on(note, expectation=expectation)
    offered = api.lines(complaint.name, delivery_note=note.name)["lines"]
    assert [(line["remedy"], line["qty"]) for line in offered] == lines
    assert [line.get("sales_invoice") for line in offered] == [invoice.name, None]
