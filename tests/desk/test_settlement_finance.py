"""Accounts open and submit what settlements draft, and correct it upward with a reason, never above the sale."""

from __future__ import annotations

import json
from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from frappe.desk.form.save import savedocs
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.services.work.today import my_work
from complaint_qms.setup.rights import FINANCE, grant_finance, withdraw_rights
from tests.desk import factory, settling

Refused = frappe.ValidationError
BUNDLE = "Serial and Batch Bundle"
REASON = "complaint_correction_reason"


def tracked_return(**options: bool) -> Document:
    """The drafted return of two tracked units that an invoice delivered."""
    line = factory.stocked(5, **options)
    serials = frappe.get_all("Serial No", {"item_code": line.item}, pluck="name", order_by="name")
    invoice = factory.invoice(
        factory.customer().name, replace(line, qty=5, serials=tuple(serials)), update_stock=True
    )
    wanted = {
        "remedy": "return_credit",
        "qty": 2,
        "serial_no": "\n".join(serials[:2]),
        "batch_no": line.batch,
    }
    (document,) = settling.documents(settling.submitted(invoice, wanted)).values()
    return document


@pytest.mark.parametrize("role", list(FINANCE))
@pytest.mark.parametrize("options", [{"with_batch": True}, {"with_serials": True}], ids=["batch", "serials"])
def test_accounts_submit_a_return_of_tracked_goods(role: str, options: dict) -> None:
    drafted = tracked_return(**options)
    with settling.acting_as(role):
        seen = frappe.get_doc("Sales Invoice", drafted.name)
        seen.check_permission("read")
        if options.get("with_batch"):
            frappe.client.submit(seen.as_dict())  # as REST does
        else:
            savedocs(json.dumps(seen.as_dict(), default=str), "Submit")  # as the form does
        seen.reload()
        bundle = frappe.get_doc(BUNDLE, seen.items[0].serial_and_batch_bundle)
        bundle.check_permission("read")
    assert (seen.docstatus, bundle.docstatus, bundle.total_qty) == (1, 1, 2)


@pytest.mark.parametrize("role", list(FINANCE))
def test_accounts_open_the_goods_return_and_the_replacement(role: str) -> None:
    _, _, invoice = factory.sold(4)
    settlement = settling.submitted(
        invoice, {"remedy": "return_credit", "qty": 1}, {"remedy": "replacement", "qty": 1}
    )
    with settling.acting_as(role):
        for row in settlement.documents:
            frappe.get_doc(row.document_type, row.document_name).check_permission("read")


def test_rights_of_accounts_go_with_the_app_and_a_sites_own_stay() -> None:
    rows = {"parent": ("in", [BUNDLE, "Sales Order"]), "role": ("in", list(FINANCE))}
    frappe.get_doc(
        {"doctype": "Custom DocPerm", "parent": "Bin", "role": "Accounts User", "read": 1, "permlevel": 0}
    ).insert()
    assert frappe.db.count("Custom DocPerm", rows) >= 3
    withdraw_rights()
    assert not frappe.db.exists("Custom DocPerm", {"parent": BUNDLE})
    assert not frappe.db.exists("Custom DocPerm", {"parent": "Sales Order", "role": "Accounts Manager"})
    assert not frappe.db.get_default("complaint_qms_given_rights")
    frappe.permissions.add_permission(BUNDLE, "Accounts User")
    grant_finance()
    withdraw_rights()
    assert frappe.db.exists("Custom DocPerm", {"parent": BUNDLE, "role": "Accounts User"})


# Correcting upward ---------------------------------------------------------------------------------------------------


def raised(drafted: Document, qty: float, **values: object) -> Document:
    doc = frappe.get_doc(drafted.doctype, drafted.name)
    doc.items[0].qty = -qty
    doc.update(values)
    return doc


def test_accounts_raise_a_credit_with_a_reason_up_to_what_is_left_of_the_sale() -> None:
    _, _, invoice = factory.sold(10)
    settling.submitted(invoice, {"qty": 4})
    settlement = settling.submitted(invoice, {"qty": 2})
    (credit,) = settling.documents(settlement).values()
    with settling.acting_as("Accounts User"):
        with pytest.raises(Refused, match=r"\$ 500.00 asked, .* granted \$ 200.00 .*Reason for Giving More"):
            raised(credit, 5).save()
        with pytest.raises(Refused, match=rf"\$ 700.00 asked, but only \$ 600.00 of what {invoice.name}"):
            raised(credit, 7, **{REASON: "Counted again"}).save()
        raised(credit, 5, **{REASON: "Counted again <b>"}).submit()
    (row,) = settlement.reload().documents
    assert (row.correction_reason, row.remedy_value, row.granted_value) == ("Counted again <b>", 500, 200)
    assert settling.figures(settlement.complaint)[1] == 500
    told = [text for text in settling.comments(settlement.complaint) if "Counted again" in text]
    assert len(told) == 1
    assert "<b>" not in told[0]


def test_nobody_else_gives_a_reason() -> None:
    _, _, invoice = factory.sold(10)
    (credit,) = settling.documents(settling.submitted(invoice, {"qty": 2})).values()
    credit.flags.ignore_permissions = True
    with settling.acting_as("Sales User"):
        doc = raised(credit, 5, **{REASON: "Customer insists"})
        doc.flags.ignore_permissions = True
        with pytest.raises(Refused, match=r"granted \$ 200.00"):
            doc.save()


def test_what_accounts_have_raised_others_may_submit_but_not_raise() -> None:
    note = factory.delivery(factory.customer().name, replace(factory.stocked(10), qty=10))
    settlement = settling.submitted(note, {"remedy": "return_credit", "qty": 1})
    (back,) = settling.documents(settlement).values()
    with settling.acting_as("Accounts User", "Stock User"):
        raised(back, 3, **{REASON: "Two more came"}).save()
    with settling.acting_as("Stock User"):
        with pytest.raises(Refused, match=r"granted \$ 100.00"):
            raised(back, 4).save()
        frappe.get_doc(back.doctype, back.name).submit()
    assert settlement.reload().documents[0].correction_reason == "Two more came"


def returned_by_hand(invoice: Document) -> Document:
    """ERPNext's own return of everything, as a draft."""
    back = make_sales_return(invoice.name)
    back.update_stock = 0
    return back.insert()


@pytest.mark.parametrize("by_hand_first", [True, False])
def test_goodwill_and_a_return_by_hand_never_give_back_more_than_was_billed(by_hand_first: bool) -> None:
    invoice = factory.sold(10)[2]
    settlement = settling.submitted(invoice, {"remedy": "goodwill", "amount": 10 * factory.RATE})
    (credit,) = settling.documents(settlement).values()
    back = returned_by_hand(invoice)
    if not by_hand_first:
        credit.submit()
    with pytest.raises(frappe.ValidationError, match=f"only .*0.00 of what {invoice.name} billed"):
        back.submit()
    if by_hand_first:
        credit.submit()
    billed = {"return_against": invoice.name, "docstatus": 1}
    assert frappe.get_all("Sales Invoice", billed, pluck="grand_total") == [-10 * factory.RATE]


def test_goods_that_came_back_by_hand_leave_no_goodwill() -> None:
    """By hand before, and the settlement's draft comes after: it was granted while all was left."""
    invoice = factory.sold(10)[2]
    settlement = settling.submitted(invoice, {"remedy": "goodwill", "amount": 4 * factory.RATE})
    (credit,) = settling.documents(settlement).values()
    back = returned_by_hand(invoice)
    frappe.db.set_value("Sales Invoice", back.name, "docstatus", 1)  # as before the app was there
    with pytest.raises(frappe.ValidationError, match=f"only .*0.00 of what {invoice.name} billed"):
        credit.submit()


def test_a_draft_counts_against_a_return_by_hand_until_finance_deletes_it() -> None:
    invoice = factory.sold(10)[2]
    settlement = settling.submitted(invoice, {"remedy": "goodwill", "amount": 4 * factory.RATE})
    (credit,) = settling.documents(settlement).values()
    back = returned_by_hand(invoice)
    with pytest.raises(frappe.ValidationError, match=r"only .* 600\.00 of what"):
        back.submit()
    credit.delete()
    back.reload().submit()
    assert back.docstatus == 1


def test_a_draft_is_no_work_of_who_may_not_read_its_settlement() -> None:
    sale, other = factory.sold(4)[2], factory.sold(1)[2]
    draft = settling.submitted(sale, {"qty": 1}).documents[0].document_name
    accountant = factory.person(roles.ACCOUNTS_USER)

    def drafts() -> list[str]:
        with factory.as_user(accountant):
            return [row["name"] for row in my_work(accountant, frappe.utils.now_datetime())["rows"]]

    assert draft in drafts()
    frappe.get_doc(
        {
            "doctype": "User Permission",
            "user": accountant,
            "allow": "Customer",
            "for_value": other.customer,
            "apply_to_all_doctypes": 0,
            "applicable_for": "Complaint Settlement",
        }
    ).insert()
    assert draft not in drafts()
