"""A limit holds for what comes together: the complaints on one invoice, the invoices of one customer, within some days."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from complaint_qms.api import settlement as api
from complaint_qms.patches.v1_0 import approval_window
from complaint_qms.services.settlement.approval_limits import WINDOW_DAYS, window_days
from tests.desk import factory, settling

SETTINGS = "Complaint QMS Settings"
QUALITY = ("Complaint Manager", "Quality Manager")


@pytest.fixture(autouse=True)
def limits() -> None:
    """Managers may grant 250, quality managers 900, accounts managers everything; nobody their own."""
    settings = frappe.get_single(SETTINGS)
    settings.self_approval_limit, settings.approval_window_days = 0, 90
    settings.set(
        "approval_limits",
        [
            {"role": "Complaint Manager", "max_amount": 250},
            {"role": "Quality Manager", "max_amount": 900},
            {"role": "Accounts Manager", "max_amount": 1, "unlimited": 1},
        ],
    )
    settings.save()


def two_sales() -> tuple[Document, Document]:
    """Two invoices of one customer."""
    line = replace(factory.stocked(20), qty=10)
    buyer = factory.customer().name
    return factory.invoice(buyer, line), factory.invoice(buyer, line)


def refusal_of(settlement: Document, *roles: str) -> str | None:
    """What submitting says when it says no, with the form's answer beside it, which has to be the same."""
    with settling.acting_as(*(roles or settling.APPROVER)):
        told = api.limits("", settlement=settlement.name)["why"]
    refused = None
    frappe.db.savepoint("asked")
    try:
        settling.approve(settlement, *roles)
    except frappe.PermissionError as error:
        refused = str(error)
    finally:
        frappe.db.rollback(save_point="asked")
    assert told == refused
    return refused


def test_complaints_on_one_invoice_and_invoices_of_one_customer_count_together() -> None:
    first, second = two_sales()
    settling.submitted(first, {"qty": 2})
    for sale in (first, second):
        told = refusal_of(settling.proposed(sale, {"qty": 1}))
        assert told
        assert f"$ 100.00 with the $ 200.00 granted to {sale.customer} in 90 days is above" in told
        assert refusal_of(settling.proposed(sale, {"qty": 1, "rate": 50})) is None
    _, _, stranger = factory.sold(10)
    assert refusal_of(settling.proposed(stranger, {"qty": 2})) is None


@pytest.mark.parametrize(
    ("days", "ago", "counts"), [(90, 89, True), (90, 91, False), (10, 11, False), (0, 0, False)]
)
def test_only_what_was_granted_in_the_days_of_the_settings_counts(days: int, ago: int, counts: bool) -> None:
    frappe.db.set_single_value(SETTINGS, "approval_window_days", days)
    first, second = two_sales()
    granted = settling.submitted(first, {"qty": 2})
    granted.db_set("approved_at", add_days(now_datetime(), -ago))
    assert bool(refusal_of(settling.proposed(second, {"qty": 1}))) is counts
    # On its own complaint it counts for ever.
    with settling.acting_as(*settling.PROPOSER):
        complaint = frappe.get_doc("Complaint", granted.complaint)
        same = settling.proposal(complaint, first, {"qty": 1}).insert()
    told = refusal_of(same)
    assert told
    assert f"granted on {complaint.name} already" in told


def test_what_another_role_granted_does_not_count_and_what_a_colleague_of_the_role_granted_does() -> None:
    first, second = two_sales()
    by_accounts = settling.approve(settling.proposed(first, {"qty": 5}), "Accounts Manager")
    assert by_accounts.approved_role == "Accounts Manager"
    by_manager = settling.submitted(first, {"qty": 2})
    assert by_manager.approved_role == "Complaint Manager"
    by_manager.db_set("approved_by", "Administrator")  # a colleague
    settlement = settling.proposed(second, {"qty": 1})
    assert refusal_of(settlement)
    assert refusal_of(settlement, *QUALITY) is None
    by_manager.db_set("approved_role", "Quality Manager")
    assert refusal_of(settlement) is None
    assert refusal_of(settling.proposed(second, {"qty": 8}), *QUALITY)


def test_own_settlements_for_one_customer_add_up() -> None:
    frappe.db.set_single_value(SETTINGS, "self_approval_limit", 150)
    first, second = two_sales()
    with settling.acting_as(*settling.APPROVER):
        settling.proposal(settling.complaint_on(first), first, {"qty": 1}).insert().submit()
        mine = settling.proposal(settling.complaint_on(second), second, {"qty": 1}).insert()
        told = rf"G6: .*\$ 100.00\) and .*\$ 100.00 for {second.customer} in 90 days.*\$ 150.00"
        with pytest.raises(frappe.PermissionError, match=told):
            mine.submit()


def test_nobody_writes_by_whose_limit_a_settlement_was_granted() -> None:
    first, _ = two_sales()
    settlement = settling.proposed(first, {"qty": 1}, approved_role="Accounts Manager")
    assert settlement.reload().approved_role is None


def test_sites_from_before_get_the_days_of_a_new_one() -> None:
    of_field = {"doctype": SETTINGS, "field": "approval_window_days"}
    frappe.db.delete("Singles", of_field)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    assert window_days() == WINDOW_DAYS
    approval_window.execute()
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    assert frappe.get_single(SETTINGS).approval_window_days == WINDOW_DAYS
    frappe.db.set_single_value(SETTINGS, "approval_window_days", 0)
    approval_window.execute()
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    assert window_days() == 0
