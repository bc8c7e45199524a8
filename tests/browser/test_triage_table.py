"""The triage table by keyboard, on a desktop and a phone, in English and Chinese."""

from __future__ import annotations

import re

import frappe
import pytest
from playwright.sync_api import Page, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
HURT = "<p>The kettle exploded, my wife was hospitalized with severe burns.</p><p>I want my money back.</p>"


@pytest.fixture
def customer() -> str:
    return factory.customer().name


@pytest.fixture
def complaints(customer: str) -> list[str]:
    """Two complaints of a customer of their own, of which nothing is chosen yet."""
    docs = [
        factory.complaint(customer=customer, description=HURT, subject=f"Kettle {n}", complaint_type=None)
        for n in range(2)
    ]
    frappe.db.commit()
    return [doc.name for doc in docs]


@pytest.fixture
def manager(person, customer: str, complaints: list[str]) -> str:
    """A manager who sees these complaints alone."""
    user = person(roles.MANAGER, email=f"{frappe.generate_hash(length=10)}@triage.example")
    frappe.permissions.add_user_permission("Customer", customer, user)
    frappe.db.commit()
    return user


def stored(name: str, *fields: str) -> tuple:
    frappe.db.rollback()
    return frappe.db.get_value("Complaint", name, list(fields))


def changed_meanwhile(name: str):
    """The complaint after somebody else has saved it, unseen by the table."""
    doc = frappe.get_doc("Complaint", name)
    doc.urgency = "low"
    doc.save()
    frappe.db.commit()
    return doc


def open_table(page: Page, rows: int = 2) -> Page:
    visit(page, "/app/triage-table")
    expect(page.locator(".cq-t-row")).to_have_count(rows)
    return page


def test_keys_move_accept_and_undo(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    row = page.locator(".cq-t-row").first
    expect(row).to_be_focused()
    first = row.get_attribute("data-name")
    page.keyboard.press("j")
    expect(page.locator(".cq-t-row").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(row).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(".cq-t-answer")).to_contain_text("Saved")
    severity, wish, reportable = stored(first, "severity", "expectation", "reportable")
    assert (bool(severity), wish, reportable) == (True, "refund", "assessing")
    assert stored(first, "urgency") == "critical"
    page.keyboard.press("u")
    expect(page.locator(".cq-t-answer")).to_contain_text("Undone")
    assert not any(stored(first, "severity", "expectation", "reportable"))
    assert stored(first, "urgency") == "normal"
    expect(row.locator('.cq-offer[data-field="urgency"]')).to_be_visible()


def test_one_proposal_is_accepted_by_its_number_and_says_why(
    login, manager: str, complaints: list[str]
) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    row = page.locator(".cq-t-row").first
    offer = row.locator('.cq-offer[data-field="severity"]')
    assert re.search(r"Accept Severity: \w+\..*sure", offer.get_attribute("aria-label"))
    offer.focus()
    expect(offer.locator(".cq-offer-why")).to_be_visible()
    row.focus()
    page.keyboard.press(offer.locator("kbd").inner_text())
    expect(page.locator(".cq-t-answer")).to_contain_text("Saved: Severity")
    severity, wish = stored(row.get_attribute("data-name"), "severity", "expectation")
    assert severity
    assert not wish


def test_all_shown_are_accepted_after_a_look_at_how_many(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    page.keyboard.press("Shift+A")
    dialog = page.locator(".modal.show")
    expect(dialog.locator(".modal-title")).to_have_text(re.compile(r"Accept \d+ Proposals on 2 Complaints\?"))
    expect(dialog.locator(".cq-t-count")).to_contain_text("Refund × 2")
    dialog.locator(".btn-primary:visible").click()
    expect(page.locator(".cq-t-sum")).to_contain_text("2 saved")
    assert all(stored(name, "expectation") == "refund" for name in complaints)
    page.get_by_role("button", name="Undo All").click()
    expect(page.locator(".cq-t-answer")).to_have_count(2)
    expect(page.locator(".cq-t-answer").first).to_contain_text("Undone")
    assert not any(stored(name, "expectation") for name in complaints)


def test_who_changed_it_meanwhile_is_said_in_the_row(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    doc = changed_meanwhile(complaints[0])
    page.locator(f'.cq-t-row[data-name="{doc.name}"]').focus()
    page.keyboard.press("a")
    expect(page.locator(".cq-t-answer [role=alert]")).to_contain_text("changed it meanwhile")
    assert not stored(doc.name, "expectation")


def test_a_row_is_edited_in_its_place(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    name = page.locator(".cq-t-row").first.get_attribute("data-name")
    page.keyboard.press("e")
    editor = page.locator(".cq-t-edit")
    editor.locator('[data-fieldname="urgency"] select').select_option("critical")
    editor.locator('[data-fieldname="detection"] input').fill("4")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cq-t-answer")).to_contain_text("Saved")
    expect(editor).to_have_count(0)
    assert stored(name, "urgency", "detection") == ("critical", 4)


def test_a_name_that_does_not_exist_is_refused_and_stays(login, manager: str, complaints: list[str]) -> None:
    frappe.db.set_value("Complaint", complaints[0], "severity", "Serious")
    frappe.db.commit()
    page = open_table(Desk(login(manager)).page)
    page.locator(f'.cq-t-row[data-name="{complaints[0]}"]').focus()
    page.keyboard.press("e")
    box = page.locator('.cq-t-edit [data-fieldname="severity"] input')
    box.click()
    box.fill("Seriuos")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cq-t-answer [role=alert]")).to_contain_text("Seriuos")
    expect(box).to_have_value("Seriuos")
    expect(page.locator(".modal.show")).to_have_count(0)
    assert stored(complaints[0], "severity") == "Serious"


def test_numbers_pressed_in_a_row_take_what_they_stand_at(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    row = page.locator(".cq-t-row").first
    name = row.get_attribute("data-name")
    keys = {
        field: row.locator(f'.cq-offer[data-field="{field}"] kbd').inner_text()
        for field in ("severity", "expectation", "reportable")
    }
    for field in ("severity", "expectation"):
        page.keyboard.press(keys[field])
    page.keyboard.press(keys["expectation"])
    expect(row.locator('.cq-offer[data-field="expectation"]')).to_have_count(0)
    expect(row).to_have_attribute("aria-busy", "false")
    assert row.locator('.cq-offer[data-field="reportable"] kbd').inner_text() == keys["reportable"]
    severity, wish, reportable = stored(name, "severity", "expectation", "reportable")
    assert (bool(severity), wish, bool(reportable)) == (True, "refund", False)
    expect(page.locator(".cq-t-answer [role=alert]")).to_have_count(0)


def test_what_was_typed_stays_where_it_is_refused(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.locator(f'.cq-t-row[data-name="{complaints[0]}"]').focus()
    page.keyboard.press("e")
    editor = page.locator(".cq-t-edit")
    editor.locator('[data-fieldname="detection"] input').fill("99")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cq-t-answer [role=alert]")).to_contain_text("1 to 10")
    expect(editor.locator('[data-fieldname="detection"] input')).to_have_value("99")
    # Nor does what becomes of other rows take it away.
    page.get_by_role("button", name="Accept All Shown").click()
    page.locator(".modal.show .btn-primary:visible").click()
    expect(page.locator(".cq-t-sum")).to_contain_text("2 saved")
    expect(editor.locator('[data-fieldname="detection"] input')).to_have_value("99")
    editor.locator('[data-fieldname="detection"] input').fill("4")
    page.keyboard.press("Control+Enter")
    expect(editor).to_have_count(0)
    assert stored(complaints[0], "detection", "expectation") == (4, "refund")


def test_a_refused_rejection_keeps_its_words_and_says_why(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    doc = changed_meanwhile(complaints[0])
    page.locator(f'.cq-t-row[data-name="{doc.name}"]').focus()
    page.keyboard.press("n")
    dialog = page.locator(".modal.show")
    why = dialog.locator('[data-fieldname="triage_rationale"] textarea')
    why.fill("A question, nothing is wrong.")
    dialog.locator('[data-fieldname="rejection_reason"] textarea').fill("The manual says it on page 4.")
    dialog.locator(".modal-footer .btn-primary").click()
    expect(dialog.locator(".cq-t-refused")).to_contain_text("changed it meanwhile")
    expect(why).to_have_value("A question, nothing is wrong.")
    assert stored(doc.name, "stage", "urgency") == ("intake", "low")


def test_what_is_none_is_rejected_and_leaves_the_table(login, manager: str, complaints: list[str]) -> None:
    doc, other = (frappe.get_doc("Complaint", name) for name in complaints)
    doc.update({"description": "How do I clean the kettle?", "subject": "A question"})
    doc.save()
    frappe.db.commit()
    page = open_table(Desk(login(manager)).page)
    page.locator(f'.cq-t-row[data-name="{doc.name}"]').focus()
    page.keyboard.press("n")
    dialog = page.locator(".modal.show")
    dialog.locator('[data-fieldname="triage_rationale"] textarea').fill("A question, nothing is wrong.")
    dialog.locator('[data-fieldname="rejection_reason"] textarea').fill("The manual says it on page 4.")
    dialog.locator(".modal-footer .btn-primary").click()
    expect(page.locator(".cq-t-gone")).to_contain_text(doc.name)
    expect(page.locator(f'.cq-t-row[data-name="{other.name}"]')).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator(".cq-t-answer")).to_contain_text("Saved")
    assert stored(doc.name, "stage", "is_complaint", "triage_decided_by") == ("rejected", "no", manager)


def test_both_questions_are_judged_with_name_and_time(login, manager: str, complaints: list[str]) -> None:
    page = open_table(Desk(login(manager)).page)
    page.keyboard.press("j")
    row = page.locator(".cq-t-row").first
    name = row.get_attribute("data-name")
    page.keyboard.press("r")
    dialog = page.locator(".modal.show")
    dialog.locator('[data-fieldname="is_complaint"] select').select_option("yes")
    dialog.locator('[data-fieldname="reportable"] select').select_option("assessing")
    dialog.locator('[data-fieldname="triage_rationale"] textarea').fill("Burns from normal use.")
    dialog.locator(".modal-footer .btn-primary").click()
    expect(row.locator(".cq-t-judged")).to_contain_text("Being Assessed")
    expect(row.locator(".cq-t-judged small").first).not_to_be_empty()
    assert stored(name, "is_complaint", "triage_decided_by", "reportable_decided_by") == (
        "yes",
        manager,
        manager,
    )


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_its_screen(login, manager: str, complaints: list[str], options: dict, language: str) -> None:
    frappe.db.set_value("User", manager, "language", language)
    frappe.db.commit()
    page = login(manager, **options)
    open_table(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # Every row is named for who hears it, and no button is without a name.
    assert all(
        page.locator(".cq-t-row").evaluate_all("rows => rows.map((row) => row.getAttribute('aria-label'))")
    )
    names = page.locator(".cq-triage button").evaluate_all(
        "all => all.map((one) => (one.ariaLabel || one.innerText).trim())"
    )
    assert all(names)


def test_who_may_only_look_is_offered_nothing(login, person, complaints: list[str], customer: str) -> None:
    auditor = person(roles.AUDITOR, email=f"{frappe.generate_hash(length=10)}@triage.example")
    frappe.permissions.add_user_permission("Customer", customer, auditor)
    frappe.db.commit()
    page = open_table(login(auditor))
    expect(page.locator(".cq-t-acts")).to_have_count(0)
    expect(page.locator(".cq-offer:enabled")).to_have_count(0)


def test_my_work_leads_to_it(login, manager: str, complaints: list[str]) -> None:
    page = login(manager)
    visit(page, "/app/my-work-today")
    page.locator(".cq-work-triage").click()
    expect(page.locator(".cq-t-row")).to_have_count(2)
