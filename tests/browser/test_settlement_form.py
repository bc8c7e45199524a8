"""A new settlement fills itself from the sale and shows the limit; finance sees on the draft what stands behind it."""

from __future__ import annotations

import frappe
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.desk import factory, settling


def test_a_settlement_fills_itself_and_tells_who_may_submit_it(login, person) -> None:
    _, note, invoice = factory.sold(10)
    complaint = settling.complaint_on(
        invoice, item_code=invoice.items[0].item_code, qty=3, expectation="refund"
    )
    frappe.db.commit()
    desk = Desk(login(person(*settling.APPROVER)))
    desk.visit(f"/app/complaint-settlement/new?complaint={complaint.name}")
    desk.wait_for_form("Complaint Settlement")
    desk.page.wait_for_function("() => (cur_frm.doc.lines || []).some((line) => line.item_code)")
    desk.settle()
    (line,) = desk.value("lines")
    assert (line["remedy"], line["qty"], line["remaining_qty"]) == ("return_credit", 3, 10)
    assert (line["sales_invoice"], line["delivery_note"]) == (invoice.name, note.name)
    limit = desk.form.locator('[data-fieldname="limit_html"]')
    expect(limit).to_contain_text("somebody else has to submit it")
    desk.put(desk.form, reason="Agreed by phone.")
    name = desk.save()
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint Settlement", name, "total_amount") == 300
    assert settling.figures(complaint.name) == ("proposed", 0)


def test_a_line_takes_the_remedy_above_it_and_a_copied_one_keeps_what_it_holds(login, person) -> None:
    complaint = settling.complaint_on(factory.sold(10)[2], expectation="exchange")
    frappe.db.commit()
    desk = Desk(login(person(*settling.APPROVER)))
    desk.visit(f"/app/complaint-settlement/new?complaint={complaint.name}")
    desk.wait_for_form("Complaint Settlement")
    told = """() => cur_frm.doc.lines.map(line => [line.remedy, line.qty || 0, line.rate || 0, line.amount || 0])"""
    add = """([at, from]) => { const { grid } = cur_frm.fields_dict.lines;
        grid.add_new_row(at, null, false, from ? cur_frm.doc.lines[from - 1] : null); }"""
    desk.page.evaluate(
        """() => { cur_frm.clear_table("lines");
            cur_frm.add_child("lines", {remedy: "credit", description: "Ten", qty: 2, rate: 5, amount: 10});
            cur_frm.add_child("lines", {remedy: "repair", description: "Mend", qty: 1});
            cur_frm.add_child("lines", {remedy: "goodwill", qty: 4, rate: 3, amount: 7, description: "So"});
            cur_frm.refresh_field("lines"); }"""
    )
    desk.page.evaluate(add, [2, None])  # below the first
    desk.page.evaluate(add, [5, 4])  # a copy of the last
    desk.settle()
    assert desk.page.evaluate(told) == [
        ["credit", 2, 5, 10],
        ["credit", 0, 0, 0],
        ["repair", 1, 0, 0],
        ["goodwill", 4, 3, 7],
        ["goodwill", 4, 3, 7],
    ]
    assert desk.value("total_amount") == 24
    # Nobody wrote in the second: it is not saved.
    desk.page.evaluate("cur_frm.script_manager.trigger('validate')")
    assert len(desk.page.evaluate(told)) == 4

    # A first line has the remedy the customer wishes, unless somebody was quicker.
    clear = "cur_frm.clear_table('lines'); cur_frm.refresh_field('lines');"
    desk.page.evaluate(f"() => {{ {clear} }}")
    desk.page.evaluate(add, [None, None])
    desk.settle()
    assert desk.page.evaluate(told) == [["replacement", 0, 0, 0]]
    desk.page.evaluate(f"() => {{ {clear} }}")
    desk.page.evaluate(
        f"""() => {{ ({add})([null, null]); const [line] = cur_frm.doc.lines;
            frappe.model.set_value(line.doctype, line.name, "remedy", "repair"); }}"""
    )
    desk.settle()
    assert desk.page.evaluate(told) == [["repair", 0, 0, 0]]


def test_finance_sees_the_origin_of_a_draft_and_goes_back_with_one_click(login, person) -> None:
    settlement = settling.submitted(factory.sold(10)[2], {"qty": 2})
    credit = settlement.documents[0].document_name
    frappe.db.commit()
    desk = Desk(login(person("Accounts User", "Accounts Manager")))
    desk.open("Sales Invoice", credit)
    banner = desk.page.locator(".cq-origin:visible")
    expect(banner).to_have_count(1)
    for text in (settlement.complaint, settlement.name, "Agreed by", "$ 200.00", "Agreed by phone."):
        expect(banner).to_contain_text(text)
    banner.get_by_role("link", name=settlement.complaint).click()
    desk.wait_for_form("Complaint", settlement.complaint)
