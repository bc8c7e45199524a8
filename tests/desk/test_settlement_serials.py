"""One serial number is compensated once, over all complaints, settlements and remedies; a repair is no compensation."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document

from tests.desk import factory, settling

Refused = frappe.ValidationError
LINES = {
    "credit": {"remedy": "credit", "qty": 1},
    "return_credit": {"remedy": "return_credit", "qty": 1},
    "replacement": {"remedy": "replacement", "qty": 1},
    "goodwill": {"remedy": "goodwill", "amount": 5},
}
# Remedy → purpose of each document that is drafted for it → DocType, units, net amount, and whether the unit itself moves.
DRAFTED = {
    "credit": {"credit_note": ("Sales Invoice", -1, -100, False)},
    "return_credit": {
        "goods_return": ("Delivery Note", -1, -100, True),
        "credit_note": ("Sales Invoice", -1, -100, False),
    },
    "replacement": {"replacement": ("Sales Order", 1, 0, False)},
    "goodwill": {"goodwill": ("Sales Invoice", -1, -5, False)},
}


def drafted(document: Document, serial: str) -> tuple[str, float, float, bool]:
    """What a document gives, to compare with `DRAFTED`; it names no other serial number."""
    named = {number for row in document.items for number in serials_of(row)}
    assert named <= {serial}
    return (
        document.doctype,
        sum(row.qty for row in document.items),
        document.net_total,
        bool(named),
    )


def serials_of(row: Document) -> list[str]:
    if row.get("serial_and_batch_bundle"):
        entries = {"parent": row.serial_and_batch_bundle}
        return frappe.get_all("Serial and Batch Entry", entries, pluck="serial_no", order_by="idx")
    return (row.get("serial_no") or "").split()


@pytest.mark.parametrize("first", LINES)
def test_a_serial_number_is_compensated_once(first: str) -> None:
    _, note, invoice = factory.sold(3, with_serials=True)
    serial, other = note.items[0].serial_no.split("\n")[:2]
    item = {"item_code": invoice.items[0].item_code}
    settlement = settling.submitted(invoice, LINES[first] | item | {"serial_no": serial})
    drafts = settling.documents(settlement)
    assert {purpose: drafted(document, serial) for purpose, document in drafts.items()} == DRAFTED[first]
    told = f"Serial Nos: {serial} .*already"
    for line in LINES.values():
        with pytest.raises(Refused, match=told):
            settling.proposed(invoice, line | item | {"serial_no": serial})
    settling.proposed(invoice, {"remedy": "repair", "qty": 1, "serial_no": serial})
    settling.proposed(invoice, {"qty": 1, "serial_no": other})
    for document in settling.documents(settlement).values():
        frappe.delete_doc(document.doctype, document.name)
    assert settling.proposed(invoice, {"qty": 1, "serial_no": serial}).name


def test_a_repaired_unit_may_be_credited() -> None:
    _, note, invoice = factory.sold(2, with_serials=True)
    serial = note.items[0].serial_no.split("\n")[0]
    settling.submitted(invoice, {"remedy": "repair", "qty": 1, "serial_no": serial})
    settling.submitted(invoice, {"remedy": "return_credit", "qty": 1, "serial_no": serial})


def test_what_is_typed_for_an_item_without_tracking_counts() -> None:
    _, _, invoice = factory.sold(5)
    _, _, elsewhere = factory.sold(5)
    serial = factory.unique("sn").upper()
    first = settling.submitted(invoice, {"qty": 2, "serial_no": f"{serial}, {serial}-B"})
    told = rf"Row 1: Serial Nos: {serial.lower()} was compensated already with {first.name} \(complaint {first.complaint}\)"
    for sale in (invoice, elsewhere):
        with pytest.raises(Refused, match=told):
            settling.proposed(sale, {"remedy": "replacement", "qty": 1, "serial_no": serial.lower()})
    # A number that only holds the other one is another number.
    settling.proposed(elsewhere, {"qty": 1, "serial_no": serial[:-1]})


def test_one_settlement_names_a_serial_number_once_and_no_more_than_its_quantity() -> None:
    _, note, invoice = factory.sold(3, with_serials=True)
    first, second = note.items[0].serial_no.split("\n")[:2]
    with pytest.raises(Refused, match=f"Row 2: Serial Nos: {first} is named twice"):
        settling.proposed(
            invoice, {"qty": 1, "serial_no": first}, {"remedy": "return_credit", "qty": 1, "serial_no": first}
        )
    with pytest.raises(Refused, match="Row 1: Serial Nos: 2 named, but the quantity is 1"):
        settling.proposed(invoice, {"qty": 1, "serial_no": f"{first}\n{second}"})


def test_a_unit_that_came_back_and_was_sold_anew_belongs_to_the_new_sale() -> None:
    _, note, invoice = factory.sold(1, with_serials=True)
    serial = note.items[0].serial_no
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 1, "serial_no": serial})
    for document in settling.documents(settlement).values():
        document.submit()
    line = factory.Line(note.items[0].item_code, qty=1, serials=(serial,))
    again = factory.delivery(factory.customer().name, replace(line))
    sale = factory.invoice_of(again.name)
    settling.submitted(sale, {"remedy": "return_credit", "qty": 1, "serial_no": serial})
