"""A quality manager reads the view, comments on a review, gets its PDF and makes one in the own language; on a phone nothing is cut."""

from __future__ import annotations

import frappe
from playwright.sync_api import expect

from complaint_qms.constants import roles
from complaint_qms.constants.review import DOCTYPE
from tests.browser.desk import Desk, visit
from tests.desk import factory
from tests.desk.test_delivered_units_report import Shop

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def director(person, company: str) -> str:
    """A quality manager of one company."""
    user = person(roles.QUALITY_MANAGER, email=f"{frappe.generate_hash(length=10)}@view.example")
    factory.make("User Permission", user=user, allow="Company", for_value=company)
    return user


def test_from_the_view_to_a_review_with_its_pdf(login, person) -> None:
    shop = Shop()
    user = director(person, shop.company)
    doc = frappe.get_doc(
        {"doctype": DOCTYPE, "company": shop.company, "period_kind": "quarterly", "language": "en"}
    ).insert()
    frappe.db.commit()
    desk = Desk(login(user))
    page = desk.page
    visit(page, "/app/management-view")
    expect(page.locator(".cq-view-number")).to_have_count(5)
    first = page.locator(".cq-view-number").first
    expect(first.locator("b")).to_have_text("44")
    expect(page.locator(".cq-view-grid")).to_be_visible()
    first.click()
    page.wait_for_url("**/query-report/Complaint%20Pareto**")
    visit(page, f"/app/management-review/{doc.name}")
    desk.wait_for_form(DOCTYPE, doc.name)
    box = desk.form.locator('textarea[data-section="complaints"]')
    box.fill("Fewer than in spring")
    box.blur()
    page.keyboard.press("Control+s")
    expect(page.locator(".indicator-pill", has_text="Draft").first).to_be_visible()
    expect(desk.form.locator('textarea[data-section="complaints"]')).to_have_value("Fewer than in spring")
    answer = page.request.get(f"/api/method/complaint_qms.api.review.pdf?name={doc.name}")
    assert answer.headers["content-type"].startswith("application/pdf")
    assert answer.body()[:5] == b"%PDF-"
    page.wait_for_function("() => !frappe.request.ajax_count && !cur_frm.is_dirty()")
    desk.tab("Decisions")
    add_row = desk.form.locator('[data-fieldname="actions"] .grid-add-row')
    expect(add_row).to_be_visible()
    submitted = frappe.get_doc(DOCTYPE, doc.name)
    submitted.conclusion = "Suitable, adequate and effective."
    submitted.submit()
    frappe.db.commit()
    page.evaluate("cur_frm.reload_doc()")
    page.wait_for_function("() => cur_frm.doc.docstatus === 1")
    expect(add_row).to_be_hidden()
    # Whatever the language of the site is.
    page.evaluate("frappe.boot.lang = 'zh'; frappe.new_doc('Management Review')")
    page.wait_for_function("() => cur_frm && cur_frm.doctype === 'Management Review' && cur_frm.is_new()")
    desk.settle()
    assert desk.value("language") == "zh"
    frappe.db.rollback()
    saved = frappe.get_doc(DOCTYPE, doc.name)
    assert (
        next(row.commentary for row in saved.sections if row.section == "complaints")
        == "Fewer than in spring"
    )


def test_on_a_phone_nothing_is_wider_than_the_screen(login, person) -> None:
    shop = Shop()
    user = director(person, shop.company)
    frappe.db.commit()
    page = Desk(login(user, **PHONE)).page
    visit(page, "/app/management-view")
    expect(page.locator(".cq-view-number")).to_have_count(5)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1")
