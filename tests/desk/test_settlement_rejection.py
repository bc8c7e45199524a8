"""Who may grant a settlement may say no to it, with a reason; it is kept, told, shown, and the settlement is revised."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants import events, roles, work
from complaint_qms.exceptions import GateError
from complaint_qms.patches.v1_0 import rejections_of_settlements
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.work.judging import judge
from complaint_qms.services.work.today import my_work
from tests.desk import factory, settling

WHY = "Half of it was agreed."


def proposed(complaint: Document | None = None) -> Document:
    _order, _note, invoice = factory.sold(4)
    complaint = complaint or settling.complaint_on(invoice)
    with settling.acting_as(*settling.PROPOSER):
        return settling.proposal(complaint, invoice, {"qty": 2}).insert()


def reject(doc: Document, said: str | None = WHY, **changes: object) -> Document:
    doc = frappe.get_doc(doc.doctype, doc.name)
    with settling.acting_as(*settling.APPROVER):
        doc.update({"status": "approval_rejected", "rejection_reason": said, **changes}).save()
    return doc.reload()


def rows(user: str, name: str) -> list[dict]:
    with factory.as_user(user):
        return [row for row in my_work(user, frappe.utils.now_datetime())["rows"] if row["name"] == name]


def test_a_rejection_is_kept_with_name_and_moment_and_told_on_both_records() -> None:
    doc = reject(proposed())
    assert (doc.status, doc.rejection_reason, doc.docstatus) == ("approval_rejected", WHY, 0)
    assert doc.rejected_by == factory.user(*settling.APPROVER)
    assert doc.rejected_at
    assert settling.figures(doc.complaint)[0] == "approval_rejected"
    assert any("rejected" in line and WHY in line for line in settling.comments(doc.complaint))
    about = {"reference_doctype": doc.doctype, "reference_name": doc.name, "comment_type": "Info"}
    assert any(WHY in line for line in frappe.get_all("Comment", about, pluck="content", order_by="name"))


def test_each_rejection_has_a_reason_of_its_own_and_all_are_kept() -> None:
    doc = reject(proposed(), "Too much")
    with factory.as_user(doc.proposed_by):
        doc.status = "proposed"
        doc.save()
    assert (doc.reload().rejection_reason, doc.rejected_by, doc.rejected_at) == (None, None, None)
    with settling.acting_as(*settling.APPROVER), pytest.raises(GateError, match="Why It Was Rejected"):
        judge(doc.reload(), "Reject Settlement", {})
    doc = reject(doc, "Still too much")
    assert [(row.reason, row.rejected_by) for row in doc.rejections] == [
        ("Too much", doc.rejected_by),
        ("Still too much", doc.rejected_by),
    ]
    assert doc.rejection_reason == "Still too much"
    with factory.as_user(doc.proposed_by):
        doc.set("rejections", [])
        doc.save()
    assert len(doc.reload().rejections) == 2, "nobody takes one off"


def test_an_older_settlement_gets_its_rejection_as_a_row() -> None:
    rejected, again = reject(proposed(), "Too much"), reject(proposed(), "Not agreed")
    frappe.db.set_value("Complaint Settlement", again.name, "status", "proposed")
    frappe.db.delete("Complaint Settlement Rejection", {"parent": ("in", [rejected.name, again.name])})
    for _again in range(2):
        rejections_of_settlements.execute()
    assert [row.reason for row in rejected.reload().rejections] == ["Too much"]
    assert [row.reason for row in again.reload().rejections] == ["Not agreed"]
    assert (rejected.rejection_reason, again.rejection_reason) == ("Too much", None)


@pytest.mark.parametrize("reason", [None, "", "  ", "<p> </p>", "\u200b", "<p>\u2060\ufeff</p>"])
def test_nobody_says_no_without_a_reason(reason: str | None) -> None:
    with pytest.raises(GateError, match="Why It Was Rejected"):
        reject(proposed(), reason)


def test_who_proposed_it_does_not_reject_it() -> None:
    doc = proposed()
    frappe.get_doc("User", doc.proposed_by).add_roles(*settling.APPROVER)
    with factory.as_user(doc.proposed_by), pytest.raises(GateError, match="G6"):
        doc.update({"status": "approval_rejected", "rejection_reason": WHY}).save()


def test_who_may_not_submit_does_not_reject() -> None:
    doc = frappe.get_doc("Complaint Settlement", proposed().name)
    with (
        factory.as_user(factory.person(roles.AGENT)),
        pytest.raises(frappe.PermissionError, match="may submit"),
    ):
        doc.update({"status": "approval_rejected", "rejection_reason": WHY}).save()


def test_a_rejection_changes_nothing_else() -> None:
    with pytest.raises(GateError, match="Reason"):
        reject(proposed(), reason="Another agreement.")


@pytest.mark.parametrize(
    "sent", [{"rejected_by": "Administrator"}, {"status": "settled"}, {"status": "drafted"}]
)
def test_what_the_server_writes_is_put_back(sent: dict) -> None:
    doc = proposed()
    doc.reload().update(sent).save()
    doc.reload()
    assert (doc.status, doc.rejected_by, doc.rejection_reason) == ("proposed", None, None)


def test_a_rejected_settlement_is_not_submitted_and_is_once_it_is_revised() -> None:
    doc = reject(proposed(), "Too much")
    with pytest.raises(GateError, match=r"“Too much”\. Revise it"):
        settling.approve(doc)
    doc.reload()
    with factory.as_user(doc.proposed_by):
        doc.lines[0].qty = 1
        doc.lines[0].amount = doc.lines[0].rate
        doc.save()
    assert doc.reload().status == "proposed"
    assert [row.reason for row in doc.rejections] == ["Too much"], "what was said stays"
    assert settling.approve(doc).status == "drafted"


def test_what_was_right_after_all_is_proposed_again_as_it_is() -> None:
    doc = reject(proposed())
    with factory.as_user(doc.proposed_by):
        doc.save()
        assert doc.reload().status == "approval_rejected", "a save alone revises nothing"
        doc.status = "proposed"
        doc.save()
    assert doc.reload().status == "proposed"
    assert settling.approve(doc).docstatus == 1


def test_the_complaint_says_what_is_missing_until_it_is_revised() -> None:
    _order, _note, invoice = factory.sold(4)
    complaint = factory.at_stage(
        "solve", customer=invoice.customer, sales_invoice=invoice.name, company=invoice.company
    )
    complaint.update({"reply": "Half of it back.", "remedy_required": "yes"}).save()
    with settling.acting_as(*settling.PROPOSER):
        doc = settling.proposal(complaint, invoice, {"qty": 2}).insert()

    def missing() -> list[dict]:
        (forward,) = (step for step in overview(complaint.reload())["next"] if step["to_stage"] == "confirm")
        return [row for row in forward["missing"] if row["field"] == "settlement_html"]

    assert not missing()
    reject(doc)
    (row, *_more) = missing()
    assert WHY in row["message"]
    assert {"doctype": doc.doctype, "name": doc.name} in row["records"]
    doc.reload()
    doc.status = "proposed"
    doc.save()
    assert not missing()


def test_a_rejected_settlement_is_work_of_who_proposed_it_and_no_longer_of_who_grants() -> None:
    doc, approver = proposed(), factory.person(roles.MANAGER)
    (row,) = rows(approver, doc.name)
    assert (row["kind"], row["rejected"]) == (work.SETTLEMENT, None)
    reject(doc)
    assert not rows(approver, doc.name)
    (row,) = rows(doc.proposed_by, doc.name)
    assert row["rejected"] == WHY
    assert row["field"] == "lines"


def test_the_status_follows_the_documents() -> None:
    doc = settling.approve(proposed())
    assert (doc.status, settling.figures(doc.complaint)[0]) == ("drafted", "drafted")
    for row in doc.documents:
        frappe.get_doc(row.document_type, row.document_name).submit()
    assert (doc.reload().status, settling.figures(doc.complaint)[0]) == ("settled", "settled")
    for row in doc.documents:
        frappe.get_doc(row.document_type, row.document_name).cancel()
    assert (doc.reload().docstatus, doc.status) == (1, "incomplete")
    assert settling.figures(doc.complaint) == ("incomplete", 0)
    doc.shortfall_reason = "Nothing more is owed."
    doc.save()
    assert (doc.reload().status, settling.figures(doc.complaint)) == ("settled", ("settled", 0))


@pytest.mark.parametrize("open_one", ["approval_rejected", "proposed", "drafted", "in_repair", "incomplete"])
def test_a_complaint_shows_the_settlement_that_needs_somebody_beside_one_that_is_settled(
    open_one: str,
) -> None:
    first = settling.approve(proposed())
    for row in first.documents:
        frappe.get_doc(row.document_type, row.document_name).submit()
    assert settling.figures(first.complaint)[0] == "settled"
    sale = frappe.get_doc("Sales Invoice", first.sales_invoice)
    remedy = {"remedy": "repair"} if open_one == "in_repair" else {}
    with settling.acting_as(*settling.PROPOSER):
        complaint = frappe.get_doc("Complaint", first.complaint)
        second = settling.proposal(complaint, sale, {"qty": 1, **remedy}).insert()
    if open_one == "approval_rejected":
        reject(second)
    elif open_one != "proposed":
        settling.approve(second)
    if open_one == "incomplete":
        (row,) = second.documents
        frappe.delete_doc(row.document_type, row.document_name)
    assert (second.reload().status, settling.figures(first.complaint)[0]) == (open_one, open_one)


def test_a_repair_is_open_and_not_told_to_accounts() -> None:
    _order, _note, invoice = factory.sold(4)
    doc = settling.submitted(invoice, {"remedy": "repair", "qty": 1})
    assert (doc.status, settling.figures(doc.complaint)[0]) == ("in_repair", "in_repair")
    assert not frappe.db.exists("QMS Message", {"reference_name": doc.name, "kind": events.SETTLED})
    claim = frappe.get_doc("Warranty Claim", doc.documents[0].document_name)
    claim.status = "Closed"
    claim.save()
    assert doc.reload().status == "settled"
    assert frappe.db.exists("QMS Message", {"reference_name": doc.name, "kind": events.SETTLEMENT_DONE})


def test_a_form_that_was_opened_before_accounts_finished_still_saves() -> None:
    doc = settling.approve(proposed())
    for row in doc.documents:
        frappe.get_doc(row.document_type, row.document_name).submit()
    stale = frappe.get_doc(doc.doctype, doc.name)
    stale.status = "drafted"
    stale.shortfall_reason = "Nothing more is owed."
    stale.save()
    assert stale.reload().status == "settled"


@pytest.mark.parametrize("revised", [False, True])
def test_to_propose_it_again_is_a_save_of_its_own(revised: bool) -> None:
    doc = reject(proposed())
    doc.update({"status": "proposed", "docstatus": 1})
    if revised:
        doc.lines[0].update({"qty": 1, "amount": doc.lines[0].rate})
    with settling.acting_as(*settling.APPROVER), pytest.raises(GateError, match=WHY):
        doc.save()
    assert (doc.reload().status, doc.docstatus) == ("approval_rejected", 0)


def test_to_reject_and_to_submit_in_one_save_is_refused() -> None:
    doc = proposed()
    with pytest.raises(GateError, match="either rejected or submitted"):
        reject(doc, docstatus=1)
    assert (doc.reload().status, doc.docstatus) == ("proposed", 0)


def test_who_rejects_second_is_told_of_the_first() -> None:
    doc = reject(proposed())
    with pytest.raises(GateError, match=f"rejected already, by .*{WHY}"):
        reject(doc, "Something else.")
    assert [row.reason for row in doc.reload().rejections] == [WHY]
