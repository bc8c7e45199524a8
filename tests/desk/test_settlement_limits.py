"""Never more than was sold, never twice, never above what a person may grant."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as return_note
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import settlement as settlement_api
from complaint_qms.constants import work
from complaint_qms.services.work.judgements import settlement_work
from complaint_qms.services.work.timing import viewer
from tests.desk import factory, settling

Refused = frappe.ValidationError


def by_hand(mapped: Document, qty: float, submit: bool = False) -> Document:
    """A return as a bookkeeper enters it: one row, less than the whole."""
    mapped.items[0].qty = -qty
    mapped.insert(ignore_permissions=True)
    if submit:
        mapped.submit()
    return mapped


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


# Rates and sources ---------------------------------------------------------------------------------------------------


def test_a_rate_above_the_invoice_is_refused_and_a_lower_one_is_kept() -> None:
    _, _, invoice = factory.sold(10)
    with pytest.raises(Refused, match=r"Row 1: Rate: 101 is above the 100"):
        settling.proposed(invoice, {"qty": 1, "rate": 101})
    credit = settling.documents(settling.submitted(invoice, {"qty": 10, "rate": 25}))["credit_note"]
    assert (credit.items[0].rate, credit.grand_total) == (25, -250)


def test_a_line_too_small_to_be_worth_anything_is_refused() -> None:
    _, _, invoice = factory.sold(10)
    with pytest.raises(Refused, match="Row 1: Quantity: enter more than zero"):
        settling.proposed(invoice, {"qty": 1e-7})
    with pytest.raises(Refused, match=r"Row 1: Amount: .*comes to nothing"):
        settling.proposed(invoice, {"qty": 0.001, "rate": 1})


def test_a_draft_is_approved_by_nobody() -> None:
    _, _, invoice = factory.sold(10)
    stamps = {"approved_by": "Administrator", "approved_at": "2020-01-01 00:00:00"}
    settlement = settling.proposed(invoice, {"qty": 1}, **stamps)
    assert (settlement.reload().approved_by, settlement.approved_at) == (None, None)
    settlement.update(stamps)
    settlement.save()
    assert (settlement.reload().approved_by, settlement.approved_at) == (None, None)
    settling.approve(settlement)
    with settling.acting_as(*settling.APPROVER) as manager:
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.update({"docstatus": 2, **stamps, "total_amount": 5})
        mine.lines[0].qty = 7
        mine.save()
    settlement.reload()
    assert (settlement.docstatus, settlement.approved_by, settlement.total_amount) == (2, manager, 100)
    assert settlement.lines[0].qty == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer": "other"}, "Customer: .* is not the customer of the complaint"),
        ({"company": "other"}, "is not the company of the complaint|belongs to the company"),
        ({"currency": "EUR"}, "Row 1: .* has Currency USD, this settlement EUR"),
    ],
)
def test_settlement_complaint_and_invoice_must_agree(change: dict, message: str) -> None:
    _, _, invoice = factory.sold(2)
    if change.get("customer"):
        change = {"customer": factory.customer().name}
    if change.get("company"):
        change = {"company": factory.other_company()}
    with pytest.raises(Refused, match=message):
        settling.proposed(invoice, {"qty": 1}, **change)


def test_an_invoice_of_another_customer_is_refused() -> None:
    _, _, invoice = factory.sold(2)
    _, _, other = factory.sold(2)
    with pytest.raises(Refused, match=f"Row 1: Sales Invoice {other.name} has Customer {other.customer}"):
        settling.proposed(invoice, {"qty": 1, "sales_invoice": other.name})


def test_drafts_returns_and_foreign_items_are_refused() -> None:
    _, _, invoice = factory.sold(2)
    returned = by_hand(return_invoice(invoice.name), 1, submit=True)
    draft = factory.invoice(invoice.customer, factory.stocked(1))
    frappe.db.set_value("Sales Invoice", draft.name, "docstatus", 0)
    complaint = settling.complaint_on(invoice)
    cases = [
        ({"sales_invoice": returned.name}, f"itself a return: choose the original, {invoice.name}"),
        ({"sales_invoice": draft.name}, f"{draft.name} is not submitted"),
        ({"item_code": factory.item().name}, "is not in Sales Invoice"),
    ]
    for line, message in cases:
        with pytest.raises(Refused, match=f"Row 1: .*{message}"):
            settling.proposal(complaint, invoice, {"qty": 1, **line}).insert()


def test_an_ended_complaint_and_a_stranger_are_not_settled() -> None:
    _, _, invoice = factory.sold(2)
    complaint = settling.complaint_on(invoice)
    frappe.db.set_value("Complaint", complaint.name, "stage", "closed")
    with pytest.raises(Refused, match="has ended, reopen it"):
        settling.proposal(complaint, invoice, {"qty": 1}).insert()
    frappe.db.set_value("Complaint", complaint.name, {"stage": "solve", "customer": None})
    with pytest.raises(Refused, match="has no customer"):
        settling.proposal(complaint, invoice, {"qty": 1}).insert()


def test_all_problems_are_told_at_once() -> None:
    _, _, invoice = factory.sold(2)
    with pytest.raises(Refused, match=r"Row 1: Quantity(.|\n)*Row 2: Rate(.|\n)*Row 3: Amount"):
        settling.proposed(invoice, {"qty": 0}, {"qty": 1, "rate": 500}, {"remedy": "goodwill", "amount": 0})


# Rights --------------------------------------------------------------------------------------------------------------


def set_limits(own: float = 0, *rows: dict) -> None:
    settings = frappe.get_single("Complaint QMS Settings")
    settings.self_approval_limit = own
    if rows:
        settings.set("approval_limits", rows)
    settings.save()


def test_above_the_limit_nothing_is_submitted() -> None:
    set_limits(0, {"role": "Complaint Manager", "max_amount": 250})
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 3})
    with pytest.raises(
        frappe.PermissionError, match=r"Total: \$ 300.00 is above your approval limit of \$ 250.00"
    ):
        settling.approve(settlement)
    assert settlement.reload().docstatus == 0
    assert not settlement.documents


def test_the_highest_limit_of_the_roles_counts_and_only_in_its_company() -> None:
    set_limits(
        0,
        {"role": "Complaint Manager", "max_amount": 100},
        {"role": "Quality Manager", "max_amount": 300},
        {"role": "Accounts Manager", "max_amount": 9000, "company": factory.other_company()},
    )
    _, _, invoice = factory.sold(10)
    with pytest.raises(frappe.PermissionError, match="above your approval limit"):
        settling.approve(settling.proposed(invoice, {"qty": 4}), "Complaint Manager", "Accounts Manager")
    assert (
        settling.approve(
            settling.proposed(invoice, {"qty": 3}), "Complaint Manager", "Quality Manager"
        ).docstatus
        == 1
    )


def test_without_a_limit_no_right() -> None:
    set_limits(0, {"role": "Quality Manager", "max_amount": 300})
    _, _, invoice = factory.sold(10)
    with pytest.raises(frappe.PermissionError, match="None of your roles has an approval limit"):
        settling.approve(settling.proposed(invoice, {"qty": 1}))


def test_an_unlimited_role_has_no_limit() -> None:
    _, _, invoice = factory.sold(100)
    settlement = settling.approve(settling.proposed(invoice, {"qty": 100}), "Accounts Manager")
    assert settlement.base_total_amount == 10_000


def test_nobody_submits_what_they_proposed_above_the_own_limit() -> None:
    set_limits(150)
    _, _, invoice = factory.sold(10)
    complaint = settling.complaint_on(invoice)
    with settling.acting_as("Complaint Manager"):
        big = settling.proposal(complaint, invoice, {"qty": 2}).insert()
        with pytest.raises(frappe.PermissionError, match="Gate G6"):
            big.submit()
        small = settling.proposal(complaint, invoice, {"qty": 1}).insert()
        small.submit()
    assert (big.reload().docstatus, small.reload().docstatus) == (0, 1)


def test_changing_the_terms_makes_one_the_proposer() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 1})
    with settling.acting_as("Complaint Manager") as manager:
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.lines[0].qty = 9
        mine.proposed_by = "Administrator"
        mine.save()
        assert mine.proposed_by == manager
        mine.proposed_by = "Administrator"
        with pytest.raises(frappe.PermissionError, match="Gate G6"):
            mine.submit()


def waiting_for(user: str) -> list[str]:
    """Settlements that “My Work Today” offers this user to submit."""
    rows, _ = settlement_work(viewer(user, now_datetime()))
    return [row["name"] for row in rows]


def test_what_a_complaint_was_granted_already_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST", 1_000_000)  # however many wait on the site already
    monkeypatch.setattr(work, "CANDIDATES", 1_000_000)
    set_limits(0, {"role": "Complaint Manager", "max_amount": 250})
    _, _, invoice = factory.sold(10)
    first = settling.submitted(invoice, {"qty": 2})
    with settling.acting_as(*settling.PROPOSER):
        complaint = frappe.get_doc("Complaint", first.complaint)
        second = settling.proposal(complaint, invoice, {"qty": 1}).insert()
    told = rf"\$ 100.00 with the \$ 200.00 granted on {complaint.name} already .* limit of \$ 250.00"
    with pytest.raises(frappe.PermissionError, match=told):
        settling.approve(second)
    assert second.reload().docstatus == 0
    with settling.acting_as(*settling.APPROVER) as manager:
        assert second.name not in waiting_for(manager)
        frappe.get_doc(first.doctype, first.name).cancel()
        assert second.name in waiting_for(manager)
    assert settling.approve(second).docstatus == 1


def test_own_settlements_of_a_complaint_add_up() -> None:
    set_limits(150)
    _, _, invoice = factory.sold(10)
    complaint = settling.complaint_on(invoice)
    with settling.acting_as("Complaint Manager"):
        settling.proposal(complaint, invoice, {"qty": 1}).insert().submit()
        second = settling.proposal(complaint, invoice, {"qty": 1}).insert()
        with pytest.raises(
            frappe.PermissionError, match=r"Gate G6: .*\$ 100.00\) and .*\$ 100.00 .*\$ 150.00"
        ):
            second.submit()


def test_the_form_learns_what_was_granted() -> None:
    _, _, invoice = factory.sold(10)
    first = settling.submitted(invoice, {"qty": 2})
    with settling.acting_as(*settling.APPROVER):
        limits = settlement_api.limits(first.company, first.complaint)
    assert (limits["granted"], limits["granted_own"]) == (200, 0)


def test_turning_a_proposal_to_another_sale_makes_one_the_proposer() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"remedy": "goodwill", "amount": 50})
    _, _, elsewhere = factory.sold(10)
    complaint = settling.complaint_on(elsewhere)
    with settling.acting_as("Complaint Manager") as manager:
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.update(
            {"complaint": complaint.name, "customer": elsewhere.customer, "sales_invoice": elsewhere.name}
        )
        mine.lines[0].sales_invoice = elsewhere.name
        mine.save()
        assert mine.proposed_by == manager
        with pytest.raises(frappe.PermissionError, match="Gate G6"):
            mine.submit()


def test_another_complaint_of_the_same_customer_makes_one_the_proposer() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 1})
    complaint = settling.complaint_on(invoice)
    with settling.acting_as("Complaint Manager") as manager:
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.complaint = complaint.name
        mine.save()
        assert mine.proposed_by == manager
    assert settling.figures(settlement.complaint) == ("", 0)
    assert settling.figures(complaint.name) == ("proposed", 0)


@pytest.mark.parametrize("field", ["warehouse", "goods_come_back"])
def test_where_the_goods_go_is_part_of_the_proposal(field: str) -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"remedy": "replacement", "qty": 1})
    with settling.acting_as("Complaint Manager") as manager:
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.lines[0].set(field, {"warehouse": factory.store(), "goods_come_back": 1}[field])
        mine.save()
        assert mine.proposed_by == manager


def test_a_new_reason_leaves_the_proposer() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"remedy": "return_credit", "qty": 1})
    with settling.acting_as("Complaint Manager"):
        mine = frappe.get_doc(settlement.doctype, settlement.name)
        mine.reason = "Agreed in writing."
        mine.save()
    assert settlement.reload().proposed_by == factory.user(*settling.PROPOSER)


def test_the_agent_proposes_and_may_not_submit() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 1})
    with settling.acting_as(*settling.PROPOSER), pytest.raises(frappe.PermissionError):
        frappe.get_doc(settlement.doctype, settlement.name).submit()


def test_limits_are_in_company_currency() -> None:
    set_limits(0, {"role": "Complaint Manager", "max_amount": 250})
    invoice = euro_invoice(rate=1.25)
    assert settling.submitted(invoice, {"qty": 2}).base_total_amount == 250
    with pytest.raises(frappe.PermissionError, match=r"\$ 375.00 with the \$ 250.00 granted .* is above"):
        settling.approve(settling.proposed(invoice, {"qty": 3}))


# Money of another currency, taxes, tills -------------------------------------------------------------------------


def euro_invoice(rate: float) -> Document:
    receivable = factory.make(
        "Account",
        account_name=factory.unique("Debtors EUR"),
        parent_account=frappe.db.get_value(
            "Account", {"account_type": "Receivable", "company": factory.company()}, "parent_account"
        ),
        company=factory.company(),
        account_type="Receivable",
        account_currency="EUR",
    )
    line = factory.stocked(10)
    buyer = factory.customer(default_currency="EUR")
    note = factory.delivery(buyer.name, replace(line, qty=10), currency="EUR", conversion_rate=rate)
    return factory.invoice_of(note.name, debit_to=receivable.name, conversion_rate=rate)


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
