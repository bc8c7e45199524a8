"""A new settlement fills itself from the sale and shows the limit; finance sees on the draft what stands behind it."""

from __future__ import annotations

import frappe
from playwright.sync_api import expect

from tests.browser.desk import WAIT, Desk
from tests.desk import factory, settling


def test_a_settlement_fills_itself_and_tells_who_may_submit_it(login, person) -> None:
    _, note, invoice = factory.sold(10)
    complaint = settling.complaint_on(
        invoice, item_code=invoice.items[0].item_code, qty=3, expectation="refund"
    )
    frappe.db.commit()
    desk = Desk(login(person(*settling.APPROVER)))
    desk.page.goto(f"/app/complaint-settlement/new?complaint={complaint.name}")
    desk.wait_for_form("Complaint Settlement")
    desk.page.wait_for_function("() => (cur_frm.doc.lines || []).some((line) => line.item_code)")
    desk.settle()
    (line,) = desk.value("lines")
    assert (line["remedy"], line["qty"], line["remaining_qty"]) == ("return_credit", 3, 10)
    assert (line["sales_invoice"], line["delivery_note"]) == (invoice.name, note.name)
    limit = desk.form.locator('[data-fieldname="limit_html"]')
    expect(limit).to_contain_text("somebody else has to submit it", timeout=WAIT)
    desk.put(desk.form, reason="Agreed by phone.")
    name = desk.save()
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint Settlement", name, "total_amount") == 300
    assert settling.figures(complaint.name) == ("proposed", 0)


def test_finance_sees_the_origin_of_a_draft_and_goes_back_with_one_click(login, person) -> None:
    settlement = settling.submitted(factory.sold(10)[2], {"qty": 2})
    credit = settlement.documents[0].document_name
    frappe.db.commit()
    desk = Desk(login(person("Accounts User", "Accounts Manager")))
    desk.open("Sales Invoice", credit)
    banner = desk.page.locator(".cq-origin:visible")
    expect(banner).to_have_count(1, timeout=WAIT)
    for text in (settlement.complaint, settlement.name, "Agreed by", "$ 200.00", "Agreed by phone."):
        expect(banner).to_contain_text(text)
    banner.get_by_role("link", name=settlement.complaint).click()
    desk.wait_for_form("Complaint", settlement.complaint)
