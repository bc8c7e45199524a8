"""What happens to a settlement's documents afterwards shows on the settlement and on the complaint, and back."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.services.lifecycle.facts import facts_of
from tests.desk import factory, settling

Refused = frappe.ValidationError


def cancel(settlement: Document) -> None:
    with settling.acting_as(*settling.APPROVER):
        frappe.get_doc(settlement.doctype, settlement.name).cancel()


def returned(qty: float = 4) -> tuple[Document, Document]:
    """(settlement, invoice) of goods that come back for money."""
    _, _, invoice = factory.sold(10)
    return settling.submitted(invoice, {"remedy": "return_credit", "qty": qty}), invoice


def test_a_proposal_shows_on_the_complaint_and_goes_with_its_deletion() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.proposed(invoice, {"qty": 1})
    assert settling.figures(settlement.complaint) == ("proposed", 0)
    with settling.acting_as(*settling.PROPOSER):
        frappe.delete_doc("Complaint Settlement", settlement.name)
    assert settling.figures(settlement.complaint) == ("", 0)
    said = settling.comments(settlement.complaint)
    assert any("proposed" in text for text in said)
    assert any("deleted" in text for text in said)


def test_cancelling_deletes_the_drafts_and_frees_the_quantity() -> None:
    settlement, invoice = returned(10)
    names = [(row.document_type, row.document_name) for row in settlement.documents]
    cancel(settlement)
    assert not any(frappe.db.exists(*name) for name in names)
    assert settling.states(settlement) == {"credit_note": "deleted", "goods_return": "deleted"}
    assert settling.figures(settlement.complaint) == ("cancelled", 0)
    assert settling.proposed(invoice, {"remedy": "return_credit", "qty": 10}).lines[0].remaining_qty == 10


def test_cancelling_is_refused_while_a_document_is_submitted_and_says_which() -> None:
    settlement, _ = returned()
    made = settling.documents(settlement)
    made["credit_note"].submit()
    with pytest.raises(Refused, match=rf"Sales Invoice .*{made['credit_note'].name}.*cancel it first"):
        cancel(settlement)
    assert settlement.reload().docstatus == 1
    assert frappe.db.exists("Delivery Note", made["goods_return"].name)
    made["credit_note"].reload().cancel()
    cancel(settlement)
    assert settling.states(settlement) == {"credit_note": "cancelled", "goods_return": "deleted"}


def test_a_repair_under_way_is_not_taken_back() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"remedy": "repair", "qty": 1})
    claim = frappe.get_doc("Warranty Claim", settlement.documents[0].document_name)
    claim.status = "Closed"
    claim.save()
    with pytest.raises(Refused, match=r"repair .* is done"):
        cancel(settlement)


def test_a_submitted_settlement_is_never_deleted() -> None:
    settlement, _ = returned()
    with pytest.raises(Refused, match="Submitted Record cannot be deleted"):
        frappe.delete_doc("Complaint Settlement", settlement.name)
    cancel(settlement)
    with pytest.raises(Refused, match=r"G7: .*stays on file, cancelled as it is"):
        frappe.delete_doc("Complaint Settlement", settlement.name)


def test_finance_submits_and_cancels_and_both_records_follow() -> None:
    settlement, invoice = returned()
    credit = settling.documents(settlement)["credit_note"]
    with settling.acting_as("Accounts User", "Accounts Manager"):
        frappe.get_doc("Sales Invoice", credit.name).submit()
    assert settling.states(settlement) == {"credit_note": "submitted", "goods_return": "draft"}
    assert invoice.reload().outstanding_amount == 600
    with settling.acting_as("Accounts User", "Accounts Manager"):
        frappe.get_doc("Sales Invoice", credit.name).cancel()
    assert settling.states(settlement) == {"credit_note": "cancelled", "goods_return": "draft"}
    assert settling.figures(settlement.complaint) == ("incomplete", 0)
    assert any(
        credit.name in text and "cancelled" in text for text in settling.comments(settlement.complaint)
    )


def test_finance_deletes_a_draft_and_the_complaint_is_not_settled_any_more() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    credit = settling.documents(settlement)["credit_note"]
    frappe.delete_doc("Sales Invoice", credit.name)
    assert settling.states(settlement) == {"credit_note": "deleted"}
    assert settling.figures(settlement.complaint) == ("incomplete", 0)


def test_a_lost_document_leaves_the_settlement_incomplete_until_replaced_or_waived() -> None:
    settlement, _ = returned()
    complaint = settlement.complaint
    credit = settling.documents(settlement)["credit_note"]
    amount = settling.figures(complaint)[1]
    frappe.delete_doc("Sales Invoice", credit.name)
    assert settling.figures(complaint) == ("incomplete", 0)
    lost = [{"settlement": settlement.name, "doctype": "Sales Invoice", "name": credit.name}]
    assert facts_of(frappe.get_doc("Complaint", complaint))["lost_documents"] == lost
    assert amount > 0
    settlement.reload()
    settlement.shortfall_reason = "The customer waived the money in writing."
    settlement.save()
    assert settling.figures(complaint) == ("drafted", 0)
    assert facts_of(frappe.get_doc("Complaint", complaint))["lost_documents"] == []
    assert settlement.docstatus == 1


def test_the_number_of_a_deleted_draft_may_be_used_again_without_harm() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    credit = settling.documents(settlement)["credit_note"]
    frappe.delete_doc("Sales Invoice", credit.name)
    stranger = factory.invoice(invoice.customer, factory.stocked(1))
    assert stranger.name == credit.name  # ERPNext took the number back
    cancel(settlement)
    assert frappe.db.get_value("Sales Invoice", credit.name, "docstatus") == 1


def test_a_draft_corrected_by_finance_changes_the_settled_amount() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    credit = settling.documents(settlement)["credit_note"]
    credit.items[0].qty = -3
    credit.save()
    assert settlement.reload().documents[0].amount == 300
    assert settling.figures(settlement.complaint) == ("drafted", 300)


def test_an_amended_credit_note_stays_with_its_settlement() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    credit = settling.documents(settlement)["credit_note"]
    credit.submit()
    credit.cancel()
    amended = frappe.copy_doc(credit)  # as the desk amends: fields marked “no copy” come along
    amended.amended_from, amended.docstatus = credit.name, 0
    amended.insert()
    assert amended.complaint_settlement == settlement.name
    rows = [(row.document_name, row.document_status) for row in settlement.reload().documents]
    assert rows == [(credit.name, "cancelled"), (amended.name, "draft")]
    assert settling.figures(settlement.complaint) == ("drafted", 400)


def test_a_cancelled_settlement_is_amended_and_submitted_again() -> None:
    settlement, _ = returned()
    cancel(settlement)
    with settling.acting_as(*settling.PROPOSER, "Complaint Manager"):
        amended = frappe.copy_doc(settlement)
        amended.amended_from, amended.docstatus = settlement.name, 0
        amended.lines[0].qty = 2
        amended.insert()
    assert (amended.proposed_by, amended.documents) == (
        factory.user("Complaint Agent", "Complaint Manager"),
        [],
    )
    settling.approve(amended)
    assert set(settling.states(amended)) == {"credit_note", "goods_return"}
    assert settling.figures(settlement.complaint) == ("drafted", 200)


def test_the_original_invoice_is_not_cancelled_under_a_settlement() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    with pytest.raises(frappe.LinkExistsError, match=settlement.name):
        invoice.reload().cancel()


def test_submitting_again_drafts_nothing_more() -> None:
    _, _, invoice = factory.sold(10)
    settlement = settling.submitted(invoice, {"qty": 4})
    frappe.get_doc(settlement.doctype, settlement.name).submit()
    assert frappe.db.count("Sales Invoice", {"complaint_settlement": settlement.name}) == 1


def test_a_refusal_by_erpnext_names_the_document_and_leaves_nothing() -> None:
    settlement = settling.proposed(factory.sold(10)[2], {"remedy": "return_credit", "qty": 4})
    invoice = settlement.lines[0].sales_invoice
    # A return dated before its invoice is refused by ERPNext when the draft is saved.
    frappe.db.set_value("Sales Invoice", invoice, "posting_date", "2099-01-01")
    frappe.db.savepoint("refused")
    with pytest.raises(
        Refused,
        match=rf"The Sales Invoice for Sales Invoice {invoice} could not be drafted, nothing was changed",
    ):
        settling.approve(settlement)
    frappe.db.rollback(save_point="refused")
    assert frappe.db.count("Sales Invoice", {"complaint_settlement": settlement.name}) == 0


def test_what_a_request_sends_in_the_servers_fields_is_not_kept() -> None:
    _, _, invoice = factory.sold(10)
    other = factory.sold(1)[2]
    settlement = settling.proposed(
        invoice,
        {"qty": 1},
        proposed_by="Administrator",
        total_amount=1,
        documents=[{"document_type": "Sales Invoice", "document_name": other.name, "purpose": "credit_note"}],
    )
    assert settlement.reload().documents == []
    assert (settlement.proposed_by, settlement.total_amount) == (factory.user(*settling.PROPOSER), 100)
