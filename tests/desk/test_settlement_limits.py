"""Never more than was sold, never twice, never above what a person may grant."""

from __future__ import annotations

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from frappe.utils import now_datetime

from complaint_qms.api import settlement as settlement_api
from complaint_qms.constants import work
from complaint_qms.services.work.judgements import settlement_work
from complaint_qms.services.work.timing import viewer
from tests.desk import factory, settling
from tests.desk.hand_made import Refused, by_hand, euro_invoice

# Rates and sources ---------------------------------------------------------------------------------------------------


def test_a_rate_above_the_invoice_is_refused_and_a_lower_one_is_kept() -> None:
    _, _, invoice = factory.sold(10)
    with pytest.raises(Refused, match=r"Row 1: Rate: \$ 101.00 is above the \$ 100.00"):
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
        with pytest.raises(frappe.PermissionError, match="G6"):
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
        with pytest.raises(frappe.PermissionError, match="G6"):
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
        with pytest.raises(frappe.PermissionError, match=r"G6: .*\$ 100.00\) and .*\$ 100.00 .*\$ 150.00"):
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
        with pytest.raises(frappe.PermissionError, match="G6"):
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
