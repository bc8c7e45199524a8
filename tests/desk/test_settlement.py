"""Each remedy drafts the document finance and the warehouse expect, from the rows that were sold."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import flt

from tests.desk import factory, settling


def test_credit_leaves_the_goods_with_the_customer() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 3})
    made = settling.documents(settlement)
    assert list(made) == ["credit_note"]
    credit = made["credit_note"]
    assert (credit.docstatus, credit.is_return, credit.update_stock) == (0, 1, 0)
    assert credit.return_against == invoice.name
    assert [(row.sales_invoice_item, row.qty, row.rate) for row in credit.items] == [
        (invoice.items[0].name, -3, factory.RATE)
    ]
    assert credit.grand_total == -3 * factory.RATE
    assert (credit.complaint, credit.complaint_settlement) == (settlement.complaint, settlement.name)
    assert credit.owner == settlement.approved_by == factory.user(*settling.APPROVER)
    assert settling.figures(settlement.complaint) == ("drafted", 3 * factory.RATE)


def test_return_with_credit_of_a_delivered_invoice_takes_two_documents() -> None:
    _, note, invoice = factory.sold(10)
    made = settling.documents(settling.submitted(invoice, {"remedy": "return_credit", "qty": 4}))
    assert set(made) == {"credit_note", "goods_return"}
    assert made["credit_note"].update_stock == 0
    back = made["goods_return"]
    assert (back.doctype, back.return_against, back.issue_credit_note) == ("Delivery Note", note.name, 0)
    assert [(row.dn_detail, row.qty) for row in back.items] == [(note.items[0].name, -4)]


def test_finance_and_warehouse_can_submit_both_documents() -> None:
    _, note, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 4})
    made = settling.documents(settlement)
    with settling.acting_as("Accounts User", "Accounts Manager"):
        frappe.get_doc("Sales Invoice", made["credit_note"].name).submit()
    made["goods_return"].submit()
    assert invoice.reload().outstanding_amount == 6 * factory.RATE
    assert stock(note.items[0].item_code) == 4
    assert {row.document_status for row in settlement.reload().documents} == {"submitted"}


def test_no_second_credit_note_from_the_drafted_goods_return() -> None:
    _, _, invoice = factory.sold(10)
    made = settling.documents(settling.submitted(invoice, {"remedy": "return_credit", "qty": 4}))
    made["goods_return"].issue_credit_note = 1
    with pytest.raises(frappe.ValidationError, match=made["credit_note"].name):
        made["goods_return"].save()


def test_return_with_credit_of_an_invoice_that_moved_stock_takes_one_document() -> None:
    invoice, item = invoiced_from_stock(6)
    made = settling.documents(settling.submitted(invoice, {"remedy": "return_credit", "qty": 2}))
    assert set(made) == {"return_with_credit"}
    assert made["return_with_credit"].update_stock == 1
    made["return_with_credit"].submit()
    assert stock(item) == 4 + 2


def test_money_alone_moves_no_stock_on_an_invoice_that_did() -> None:
    invoice, item = invoiced_from_stock(6)
    credit = settling.documents(settling.submitted(invoice, {"qty": 2}))["credit_note"]
    assert credit.update_stock == 0
    credit.submit()
    assert stock(item) == 4


def test_goods_that_were_never_delivered_cannot_come_back() -> None:
    line = factory.stocked(5)
    invoice = factory.invoice(factory.customer().name, line)
    with pytest.raises(frappe.ValidationError, match=r"Row 1: .*no delivery.*choose Credit"):
        settling.proposed(invoice, {"remedy": "return_credit", "qty": 1})


def test_goods_delivered_and_not_invoiced_come_back_without_a_credit_note() -> None:
    line = factory.stocked(5)
    note = factory.delivery(factory.customer().name, replace(line, qty=5))
    settlement = settling.submitted(note, {"remedy": "return_credit", "qty": 2})
    assert set(settling.documents(settlement)) == {"goods_return"}
    assert settling.figures(settlement.complaint) == ("drafted", 2 * factory.RATE)
    with pytest.raises(frappe.ValidationError, match=r"Row 1: .*not invoiced yet"):
        settling.proposed(note, {"remedy": "credit", "qty": 1})


def test_a_settlement_on_the_delivery_finds_its_invoice() -> None:
    _, note, invoice = factory.sold(10)
    made = settling.documents(settling.submitted(note, {"remedy": "return_credit", "qty": 2}))
    assert set(made) == {"credit_note", "goods_return"}
    assert made["credit_note"].return_against == invoice.name


@pytest.mark.parametrize("doctype", ["Sales Order", "Delivery Note"])
def test_replacement_is_free_and_says_so(doctype: str) -> None:
    frappe.db.set_single_value("Complaint QMS Settings", "replacement_document", doctype)
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "replacement", "qty": 2})
    made = settling.documents(settlement)["replacement"]
    assert (made.doctype, made.docstatus, made.grand_total) == (doctype, 0, 0)
    row = made.items[0]
    assert (row.qty, row.rate, row.price_list_rate, row.is_free_item) == (2, 0, 0, 1)
    assert settlement.complaint in row.description
    assert made.complaint == settlement.complaint
    assert settling.figures(settlement.complaint) == ("drafted", 2 * factory.RATE)
    factory.receive(factory.Line(row.item_code, qty=2))
    made.submit()


def test_exchange_brings_the_faulty_goods_back_without_money() -> None:
    _, note, invoice = factory.sold(10)
    line = {"remedy": "replacement", "qty": 2, "goods_come_back": 1}
    made = settling.documents(settling.submitted(invoice, line))
    assert set(made) == {"replacement", "goods_return"}
    assert made["goods_return"].return_against == note.name


def test_exchange_on_an_invoice_that_moved_stock_is_refused_with_the_way_out() -> None:
    invoice, _ = invoiced_from_stock(6)
    with pytest.raises(frappe.ValidationError, match="Stock Entry"):
        settling.proposed(invoice, {"remedy": "replacement", "qty": 1, "goods_come_back": 1})


def test_repair_opens_a_warranty_claim_for_every_serial_number() -> None:
    _, note, invoice = factory.sold(3, with_serials=True)
    numbers = note.items[0].serial_no.split("\n")[:2]
    settlement = settling.submitted(invoice, {"remedy": "repair", "qty": 2, "serial_no": "\n".join(numbers)})
    claims = [frappe.get_doc("Warranty Claim", row.document_name) for row in settlement.documents]
    assert [claim.serial_no for claim in claims] == numbers
    assert {claim.complaint_settlement for claim in claims} == {settlement.name}
    assert {claim.customer for claim in claims} == {invoice.customer}
    claims[0].status = "Closed"
    claims[0].save()
    assert [row.document_status for row in settlement.reload().documents] == ["closed", "open"]


def test_goodwill_credits_an_amount_and_no_quantity() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "goodwill", "amount": 55})
    note = settling.documents(settlement)["goodwill"]
    assert (note.grand_total, note.update_stock, note.return_against) == (-55, 0, invoice.name)
    assert [row.item_code for row in note.items] == [None]
    assert note.items[0].income_account == invoice.items[0].income_account
    note.submit()
    assert invoice.reload().outstanding_amount == 10 * factory.RATE - 55
    # The quantity is untouched: everything can still come back.
    assert settling.proposed(invoice, {"qty": 9}).lines[0].remaining_qty == 10


def test_goodwill_books_to_the_account_of_the_settings() -> None:
    account = settling.expense_account()
    frappe.db.set_single_value("Complaint QMS Settings", "goodwill_account", account)
    _, _, invoice = factory.sold(10)
    note = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": 5}))["goodwill"]
    assert note.items[0].income_account == account


def test_goodwill_never_exceeds_what_the_row_or_the_invoice_was_worth() -> None:
    _, _, invoice = factory.sold(10)
    item = invoice.items[0].item_code
    settling.submitted(invoice, {"remedy": "goodwill", "item_code": item, "amount": 600})
    with pytest.raises(frappe.ValidationError, match=r"Row 1: Amount: .*500\.00 .*only .* 400\.00 "):
        settling.proposed(invoice, {"remedy": "goodwill", "item_code": item, "amount": 500})
    with pytest.raises(frappe.ValidationError, match=r"Row 1: Amount: .*500\.00 .*only .* 400\.00 "):
        settling.proposed(invoice, {"remedy": "goodwill", "amount": 500})
    with pytest.raises(frappe.ValidationError, match=r"only .* 400\.00 "):
        settling.proposed(invoice, {"qty": 5})
    settling.submitted(invoice, {"qty": 4})
    with pytest.raises(frappe.ValidationError, match=r"only .* 0\.00 "):
        settling.proposed(invoice, {"remedy": "goodwill", "amount": 1})


def test_all_remedies_together_draft_each_document_once() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(
        invoice,
        {"qty": 1},
        {"remedy": "return_credit", "qty": 2},
        {"remedy": "replacement", "qty": 3},
        {"remedy": "repair", "qty": 1},
        {"remedy": "goodwill", "amount": 20},
    )
    assert sorted(row.purpose for row in settlement.documents) == [
        "credit_note",
        "goods_return",
        "goodwill",
        "repair",
        "replacement",
    ]
    credit = settling.documents(settlement)["credit_note"]
    assert sorted(row.qty for row in credit.items) == [-2, -1]
    assert settlement.total_amount == (1 + 2 + 3) * factory.RATE + 20
    assert settling.figures(settlement.complaint) == ("drafted", settlement.total_amount)


def test_propose_prefills_what_is_left_of_the_complained_item() -> None:
    from complaint_qms.api import settlement as api

    _, note, invoice = factory.sold(10)
    settling.submitted(invoice, {"qty": 4})
    complaint = settling.complaint_on(invoice, item_code=invoice.items[0].item_code, expectation="refund")
    with settling.acting_as(*settling.PROPOSER):
        offered = api.propose(complaint.name)
    (line,) = offered["lines"]
    assert (line["remedy"], line["qty"], line["remaining_qty"]) == ("return_credit", 6, 6)
    assert (line["sales_invoice_item"], line["delivery_note"]) == (invoice.items[0].name, note.name)
    doc = frappe.get_doc(offered | {"reason": "Agreed."}).insert()
    assert doc.total_amount == 6 * factory.RATE
    assert settling.figures(complaint.name) == ("proposed", 0)


def test_lines_of_a_stranger_are_not_shown() -> None:
    from complaint_qms.api import settlement as api

    _, _, invoice = factory.sold(2)
    _, _, other = factory.sold(2)
    complaint = settling.complaint_on(invoice)
    with settling.acting_as(*settling.PROPOSER), pytest.raises(frappe.ValidationError, match=other.name):
        api.lines(complaint.name, sales_invoice=other.name)


def test_finance_sees_complaint_agreement_limit_and_evidence_behind_a_draft() -> None:
    from complaint_qms.api import settlement as api

    _, note, invoice = factory.sold(2)
    complaint = settling.complaint_on(invoice)
    photo = factory.make("File", file_name="crack.txt", content=factory.unique("Crack"), is_private=1)
    complaint.append("evidence", {"file": photo.file_url, "kind": "photo", "caption": "Crack"})
    complaint.save()
    settlement = settling.proposal(complaint, invoice, {"qty": 1}).insert()
    settling.approve(settlement)
    credit = settling.documents(settlement)["credit_note"]
    with settling.acting_as("Accounts User"):
        seen = api.origin("Sales Invoice", credit.name)
    assert (seen["complaint"], seen["settlement"]) == (complaint.name, settlement.name)
    assert seen["approved_by"] == frappe.utils.get_fullname(factory.user(*settling.APPROVER))
    assert seen["limit"]["amount"] == 5000
    assert [row["caption"] for row in seen["evidence"]] == ["Crack"]
    assert api.origin("Sales Invoice", invoice.name) is None
    # Who handles stock but sees no settlements gets no refusal, only nothing more.
    note.db_set("complaint_settlement", settlement.name)
    with settling.acting_as("Stock User"):
        assert api.origin("Delivery Note", note.name) is None


def invoiced_from_stock(qty: float) -> tuple[Document, str]:
    """An invoice that delivered `qty` of an item of which 10 were in stock, and the item."""
    line = factory.stocked(10)
    return factory.invoice(factory.customer().name, replace(line, qty=qty), update_stock=True), line.item


def stock(item: str) -> float:
    return flt(frappe.db.get_value("Bin", {"item_code": item, "warehouse": factory.store()}, "actual_qty"))
