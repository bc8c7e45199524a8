"""A settlement's documents stay its own and within what was granted, whatever finance or a request does to them."""

from __future__ import annotations

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from frappe.model.document import Document

from tests.desk import factory, settling

Refused = frappe.ValidationError
FINANCE = ("Accounts User", "Accounts Manager")


def drafted(*lines: dict) -> tuple[Document, Document]:
    """(settlement, its only document) on an invoice of ten."""
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, *lines)
    (document,) = settling.documents(settlement).values()
    return settlement, document


def again(document: Document) -> Document:
    return frappe.get_doc(document.doctype, document.name)


def amended(document: Document, **values: object) -> Document:
    """An unsaved correction of a cancelled document, as the desk makes it."""
    copy = frappe.copy_doc(document)
    copy.update({"amended_from": document.name, "docstatus": 0, **values})
    return copy


# The link ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("remedy", ["credit", "replacement", "repair"])
def test_a_draft_cannot_be_cut_off_from_its_settlement(remedy: str) -> None:
    settlement, document = drafted({"remedy": remedy, "qty": 1})
    marks = ("complaint_settlement", "complaint")
    kept = {field: document.get(field) for field in marks}
    if document.doctype == "Warranty Claim":
        marks = ("complaint_settlement",)  # its `complaint` is a text of its own
    document.update(dict.fromkeys(marks, ""))
    document.save()
    assert {field: again(document).get(field) for field in marks} == {field: kept[field] for field in marks}
    frappe.delete_doc(document.doctype, document.name)
    assert list(settling.states(settlement).values()) == ["deleted"]
    assert settling.figures(settlement.complaint) == ("incomplete", 0)


def test_cancelling_with_an_empty_link_keeps_it() -> None:
    settlement, credit = drafted({"qty": 1})
    credit.submit()
    credit.update({"complaint_settlement": None, "complaint": None})
    credit.cancel()
    assert again(credit).complaint_settlement == settlement.name
    assert settling.states(settlement) == {"credit_note": "cancelled"}


def test_a_new_document_belongs_to_no_settlement() -> None:
    settlement, _ = drafted({"qty": 1})
    mine = return_invoice(settlement.sales_invoice)
    mine.items[0].qty = -1
    mine.update({"complaint_settlement": settlement.name, "complaint": settlement.complaint})
    mine.insert()
    assert (mine.complaint_settlement, mine.complaint) == (None, None)
    claim = frappe.get_doc(
        {
            "doctype": "Warranty Claim",
            "customer": settlement.customer,
            "complaint": "It rattles.",
            "complaint_settlement": settlement.name,
        }
    ).insert()
    assert (claim.complaint_settlement, claim.complaint) == (None, "It rattles.")


def test_an_amendment_belongs_where_its_original_did() -> None:
    settlement, credit = drafted({"qty": 1})
    elsewhere, _ = drafted({"qty": 1})
    credit.submit()
    credit.cancel()
    copy = amended(credit, complaint_settlement=elsewhere.name, complaint=elsewhere.complaint).insert()
    assert (copy.complaint_settlement, copy.complaint) == (settlement.name, settlement.complaint)


def test_an_amendment_after_the_settlement_was_cancelled_is_finances_own() -> None:
    settlement, credit = drafted({"qty": 1})
    credit.submit()
    credit.cancel()
    with settling.acting_as(*settling.APPROVER):
        frappe.get_doc(settlement.doctype, settlement.name).cancel()
    with pytest.raises(frappe.CancelledLinkError, match=settlement.name):
        amended(credit).insert()
    assert amended(credit, complaint_settlement=None).insert().complaint_settlement is None
    assert settling.figures(settlement.complaint) == ("cancelled", 0)


# What was granted ----------------------------------------------------------------------------------------------------


def test_finance_does_not_raise_a_credit_above_what_was_granted() -> None:
    settlement, credit = drafted({"qty": 2})
    with settling.acting_as(*FINANCE):
        raised = again(credit)
        raised.items[0].qty = -10
        with pytest.raises(
            Refused,
            match=rf"Sales Invoice {credit.name}: \$ 1,000.00 asked, .*{settlement.name} granted \$ 200.00",
        ):
            raised.save()
        raised = again(credit)
        raised.items[0].qty = -3
        with pytest.raises(Refused, match=r"\$ 300.00 asked, .* granted \$ 200.00 .*Lower the document"):
            raised.submit()
        lowered = again(credit)
        lowered.items[0].qty = -1
        lowered.submit()
    assert settling.figures(settlement.complaint) == ("settled", 100)


def test_a_row_more_is_more_and_a_deduction_is_less() -> None:
    settlement, credit = drafted({"qty": 2})
    second = {key: credit.items[0].get(key) for key in ("item_code", "item_name", "uom", "income_account")}
    credit.append("items", {**second, "qty": -1, "rate": 50, "conversion_factor": 1})
    with pytest.raises(Refused, match=r"\$ 250.00 asked, .* granted \$ 200.00"):
        credit.save()
    frappe.db.set_single_value("Selling Settings", "allow_negative_rates_for_items", 1)
    credit = again(credit)
    credit.append("items", {**second, "item_code": None, "qty": -1, "rate": -20, "conversion_factor": 1})
    credit.save()
    assert settling.figures(settlement.complaint) == ("drafted", 180)


def test_nothing_is_added_by_way_of_taxes() -> None:
    settlement = settling.submitted(factory.taxed_invoice(), {"qty": 3})
    credit = settling.documents(settlement)["credit_note"]
    credit.append(
        "taxes",
        {
            "charge_type": "Actual",
            "account_head": factory.freight_account(),
            "description": "Extra",
            "tax_amount": -500,
        },
    )
    with pytest.raises(Refused, match=r"\$ 842.00 .*with taxes.* granted \$ 342.00"):
        credit.save()


def test_a_credit_goes_to_the_customer_and_the_sale_it_was_granted_for() -> None:
    settlement, credit = drafted({"remedy": "goodwill", "amount": 50})
    _, _, elsewhere = factory.sold(10)
    turned = again(credit)
    turned.update({"return_against": elsewhere.name, "customer": elsewhere.customer})
    with pytest.raises(
        Refused,
        match=rf"{credit.name}: .*{elsewhere.customer}.* settlement {settlement.name} .*{credit.customer}",
    ):
        turned.save()
    freed = again(credit)
    freed.return_against = None
    with pytest.raises(
        Refused, match=rf"{credit.name}: .* settlement {settlement.name} .*{credit.return_against}"
    ):
        freed.save()


def test_a_corrected_credit_note_keeps_to_the_same_amount() -> None:
    settlement, credit = drafted({"qty": 1})
    credit.submit()
    credit.cancel()
    more = amended(credit)
    more.items[0].qty = -3
    with pytest.raises(Refused, match=r"\$ 300.00 asked, .* granted \$ 100.00"):
        more.insert()
    same = amended(credit).insert()
    same.submit()
    assert settling.figures(settlement.complaint) == ("settled", 100)
    assert [row.granted_value for row in settlement.reload().documents] == [100, 100]


def test_a_return_of_goods_without_money_stays_with_the_warehouse() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "return_credit", "qty": 1})
    back = settling.documents(settlement)["goods_return"]
    back.items[0].qty = -2
    back.submit()
    assert settling.states(settlement)["goods_return"] == "submitted"


def test_a_return_that_lowers_what_is_billed_keeps_to_the_amount() -> None:
    note = factory.delivery(factory.customer().name, factory.stocked(10))
    settlement = settling.submitted(note, {"remedy": "return_credit", "qty": 1})
    back = settling.documents(settlement)["goods_return"]
    back.items[0].qty = -5
    with pytest.raises(Refused, match=r"\$ 500.00 asked, .* granted \$ 100.00"):
        back.save()


def test_free_goods_are_no_more_than_was_granted() -> None:
    settlement, order = drafted({"remedy": "replacement", "qty": 1})
    order.items[0].qty = 4
    with pytest.raises(Refused, match=rf"Sales Order {order.name}: 4 .*{settlement.name} granted 1"):
        order.save()


def test_free_goods_are_not_swapped_joined_or_sold() -> None:
    _, order = drafted({"remedy": "replacement", "qty": 1})
    other = factory.stocked(5).item
    swapped = again(order)
    swapped.items[0].item_code = other
    with pytest.raises(Refused, match=rf"Row 1: {other} was not granted"):
        swapped.save()
    joined = again(order)
    joined.append("items", {"item_code": other, "qty": 1, "rate": 0, "delivery_date": joined.delivery_date})
    with pytest.raises(Refused, match=rf"Row 2: {other} was not granted"):
        joined.save()
    sold = again(order)
    sold.items[0].update({"price_list_rate": 100, "rate": 100})
    with pytest.raises(Refused, match=r"Row 1: \$ 100.00 asked for .* free of charge"):
        sold.save()
    charged = again(order)
    charged.append(
        "taxes",
        {
            "charge_type": "Actual",
            "account_head": factory.tax_account(),
            "description": "Parcel",
            "tax_amount": 7,
        },
    )
    with pytest.raises(Refused, match=r"\$ 7.00 asked for free goods"):
        charged.save()
    lowered = again(order)
    lowered.submit()


# Closed complaints ---------------------------------------------------------------------------------------------------


def close(complaint: str, **values: object) -> None:
    frappe.db.set_value("Complaint", complaint, {"stage": "closed", **values})


def todos(complaint: str) -> list[frappe._dict]:
    return frappe.get_all(
        "ToDo",
        {"reference_type": "Complaint", "reference_name": complaint, "status": "Open"},
        ["allocated_to", "description"],
        order_by="creation",
    )


@pytest.mark.parametrize("how", ["cancelled", "deleted"])
def test_a_document_lost_after_closing_is_told_to_the_handler_once(how: str) -> None:
    settlement, credit = drafted({"qty": 1})
    handler = factory.user("Complaint Agent")
    if how == "cancelled":
        credit.submit()
    close(settlement.complaint, complaint_owner=handler)
    # ERPNext lets go of what was booked only where a site says so.
    frappe.db.set_single_value("Accounts Settings", "delete_linked_ledger_entries", 1)
    with settling.acting_as(*FINANCE):
        if how == "cancelled":
            again(credit).cancel()
        frappe.delete_doc("Sales Invoice", credit.name)
    (todo,) = todos(settlement.complaint)
    assert todo.allocated_to == handler
    assert credit.name in todo.description
    assert settlement.name in todo.description
    told = [text for text in settling.comments(settlement.complaint) if "ended" in text]
    assert len(told) == 1
    assert credit.name in told[0]


def test_without_a_handler_the_managers_are_told() -> None:
    settlement, credit = drafted({"qty": 1})
    manager = factory.user("Complaint Manager")
    gone = factory.user("Complaint Agent")
    close(settlement.complaint, complaint_owner=gone)
    frappe.db.set_value("User", gone, "enabled", 0)
    frappe.delete_doc("Sales Invoice", credit.name)
    told = {todo.allocated_to for todo in todos(settlement.complaint)}
    assert manager in told
    assert gone not in told
    assert "Administrator" not in told


def test_a_handler_who_is_an_auditor_now_holds_up_no_cancelling() -> None:
    settlement, credit = drafted({"qty": 1})
    auditor, manager = factory.person("QMS Auditor"), factory.person("Complaint Manager")
    close(settlement.complaint, complaint_owner=auditor)
    credit.submit()
    with settling.acting_as(*FINANCE):
        again(credit).cancel()
    told = {todo.allocated_to for todo in todos(settlement.complaint)}
    assert manager in told
    assert auditor not in told


def test_for_a_handler_who_left_their_superior_is_told() -> None:
    settlement, credit = drafted({"qty": 1})
    gone, chief = factory.person("Complaint Agent"), factory.person("Complaint Manager")
    factory.employee(
        gone, status="Left", relieving_date="2024-01-01", reports_to=factory.employee(chief).name
    )
    close(settlement.complaint, complaint_owner=gone)
    frappe.delete_doc("Sales Invoice", credit.name)
    assert [todo.allocated_to for todo in todos(settlement.complaint)] == [chief]
    told = {"document_name": settlement.complaint, "document_type": "Complaint"}
    notices = set(frappe.get_all("Notification Log", told, pluck="for_user", order_by="name"))
    assert gone not in notices


def test_the_handler_reads_it_in_their_language() -> None:
    settlement, credit = drafted({"qty": 1})
    handler = factory.user("Complaint Agent")
    frappe.db.set_value("User", handler, "language", "zh")
    close(settlement.complaint, complaint_owner=handler)
    frappe.delete_doc("Sales Invoice", credit.name)
    (todo,) = todos(settlement.complaint)
    assert "已结束" in todo.description
    assert "had ended" in settling.comments(settlement.complaint)[-1]
    notices = frappe.get_all("Notification Log", {"for_user": handler, "document_name": settlement.complaint})
    assert len(notices) == 1


def test_a_settlement_cancelled_after_closing_is_told_too() -> None:
    settlement, _ = drafted({"qty": 1})
    handler = factory.user("Complaint Agent")
    close(settlement.complaint, complaint_owner=handler)
    with settling.acting_as(*settling.APPROVER):
        frappe.get_doc(settlement.doctype, settlement.name).cancel()
    (todo,) = todos(settlement.complaint)
    assert (todo.allocated_to, settlement.name in todo.description) == (handler, True)


def test_of_an_open_complaint_nobody_is_told() -> None:
    settlement, credit = drafted({"qty": 1})
    frappe.delete_doc("Sales Invoice", credit.name)
    assert todos(settlement.complaint) == []


# Customer and currency -----------------------------------------------------------------------------------------------


def test_customer_and_company_stay_while_a_settlement_lives() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 1})
    other = factory.customer().name
    for field, value in (("customer", other), ("company", factory.other_company())):
        complaint = frappe.get_doc("Complaint", settlement.complaint)
        complaint.update({field: value, "sales_invoice": None})
        with pytest.raises(Refused, match=rf"settlement {settlement.name}"):
            complaint.save()
    with settling.acting_as(*settling.PROPOSER):
        frappe.delete_doc(settlement.doctype, settlement.name)
    complaint = frappe.get_doc("Complaint", settlement.complaint)
    complaint.update({"customer": other, "sales_invoice": None})
    complaint.save()
    assert complaint.reload().customer == other


def test_the_currency_of_a_complaint_is_its_companys() -> None:
    _, _, invoice = factory.sold(10)
    complaint = settling.complaint_on(invoice)
    assert complaint.currency == "USD"
    complaint.currency = "EUR"
    complaint.save()
    assert complaint.reload().currency == "USD"
    name = factory.other_company()
    frappe.db.set_value("Company", name, "default_currency", "EUR")
    frappe.clear_document_cache("Company", name)
    complaint.update({"company": name, "sales_invoice": None})
    complaint.save()
    assert complaint.reload().currency == "EUR"
