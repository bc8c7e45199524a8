"""The customer portal as a customer uses it: from the login to the rating, on a phone and on a desk, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import frappe
import pytest
from frappe.utils import now_datetime
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import USUAL
from tests.browser.test_visitor_pages import PHONE, TEXT, add_photos, is_whole
from tests.desk import factory
from tests.desk.portal import buyer

SETTINGS = "Complaint QMS Settings"


@pytest.fixture(autouse=True)
def open_portal(site: str) -> Iterator[None]:
    frappe.cache.delete_keys("rl:")
    settings = frappe.get_doc(SETTINGS)
    settings.update({"portal_enabled": 1, "page_most_files": 5})
    settings.save()
    frappe.db.commit()
    yield
    frappe.cache.delete_keys("rl:")


@pytest.fixture
def visit(server: str, browser: Browser) -> Iterator[callable]:
    """Function: a page of somebody who has not logged in; an error on its console fails the test."""
    errors: list[str] = []
    contexts = []

    def open_page(**context: object) -> Page:
        contexts.append(browser.new_context(**{**USUAL, "base_url": server} | context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [error for error in errors if not re.search(r"socket\.io|favicon|404|417|403|400", error)]


def log_in(page: Page, email: str) -> None:
    """By the form, as it comes when somebody opens the portal."""
    page.goto("/complaints")
    expect(page).to_have_url(re.compile("/login"))
    page.fill("#login_email", email)
    page.fill("#login_password", factory.PASSWORD)
    page.locator(".btn-login:visible").first.click()
    expect(page).to_have_url(re.compile("^[^?]*/complaints$"))


def customer(language: str, **options: object) -> tuple[str, frappe.model.document.Document]:
    """The login of a new customer, and the delivery that they had."""
    party, note, _bill = factory.sold(2, **options)
    email = buyer(party.name)
    frappe.db.set_value("User", email, "language", language)
    frappe.clear_cache(user=email)
    frappe.db.commit()
    return email, note


def is_well(page: Page) -> None:
    page.wait_for_function("document.fonts.ready.then(() => true)")
    is_whole(page)


def solve(name: str) -> None:
    told = {"stage": "confirm", "workflow_state": "Customer Confirmation", "reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime()}  # fmt: skip
    frappe.db.set_value("Complaint", name, told)
    frappe.db.commit()


@pytest.mark.parametrize(("window", "language"), [(PHONE, "zh"), ({}, "en")], ids=["phone-zh", "desk-en"])
def test_from_the_login_to_the_rating(visit, window, language):
    email, note = customer(language, with_serials=True)
    page = visit(**window)
    log_in(page, email)
    is_well(page)
    page.locator(".cv-heading .cv-button").click()
    expect(page.locator(".cv-lines li")).to_have_count(1)
    is_well(page)
    page.locator("[type=submit]").click()
    expect(page.locator("#cv-form > .cv-alert")).to_be_visible()
    page.fill("#cv-search", "no such thing")
    expect(page.locator(".cv-lines li")).to_have_count(0)
    serials = note.items[0].serial_no or frappe.db.get_value(
        "Serial and Batch Entry", {"parent": note.items[0].serial_and_batch_bundle}, "serial_no"
    )
    serial = serials.splitlines()[0]
    page.fill("#cv-search", serial)
    expect(page.locator(".cv-lines li")).to_have_count(1)
    page.locator(".cv-lines button").click()
    expect(page.locator("#cv-serial_no")).to_have_value(serial)
    page.fill("#cv-description", f"{TEXT} <b>bold</b>")
    page.locator(".cv-chip").first.click()
    page.reload()
    expect(page.locator("#cv-description")).to_have_value(f"{TEXT} <b>bold</b>")
    expect(page.locator("#cv-serial_no")).to_have_value(serial)
    add_photos(page, "a.jpg")
    expect(page.locator(".cv-files progress")).to_have_count(1)
    is_well(page)
    page.locator("[type=submit]").dblclick()
    expect(page).to_have_url(re.compile("/complaints/CMP-"))
    frappe.db.rollback()
    found = frappe.get_all("Complaint", {"contact_email": email}, pluck="name")
    assert len(found) == 1, "two clicks are one complaint"
    doc = frappe.get_doc("Complaint", found[0])
    told = (doc.serial_no, doc.delivery_note, doc.language, len(doc.evidence))
    assert told == (serial, note.name, language, 1)
    expect(page.locator(".cv-sentence")).to_be_visible()
    is_well(page)
    add_photos(page, "label.jpg")
    page.fill("#cv-text", "Please hurry" + "!" * 10_000)
    expect(page.locator(".cv-count:visible")).to_contain_text("10000")
    expect(page.locator(".cv-files .cv-small")).to_have_count(1)
    page.locator("section > .cv-button").click()
    expect(page.locator("section .cv-alert")).to_contain_text("10012")
    page.reload()
    # Nothing was cut, and the file is still there.
    assert len(page.input_value("#cv-text")) == 10_012
    expect(page.locator(".cv-files .cv-file-name")).to_have_text(["label.jpg"])
    page.fill("#cv-text", "Please hurry")
    expect(page.locator(".cv-count:visible")).to_have_count(0)
    page.locator("section > .cv-button").click()
    expect(page.locator(".cv-messages .is-mine")).to_contain_text("Please hurry")
    expect(page.locator(".cv-messages .is-mine")).to_contain_text("label.jpg")
    expect(page.locator(".cv-files li")).to_have_count(0)
    solve(doc.name)
    page.locator(".cv-back a").click()
    expect(page.locator(".cv-cases .is-asked em")).to_have_count(1)
    is_well(page)
    page.go_back()
    page.reload()
    page.locator(".cv-card .cv-button:visible").first.click()
    expect(page.locator("[role=group] .cv-button")).to_be_visible()
    is_well(page)
    page.locator("[role=group] .cv-button").click()
    expect(page.locator("[role=group] .cv-alert")).to_be_visible()
    page.locator("label[for=cv-stars-4]").click()
    page.fill("#cv-rating", "Quick")
    page.locator("[role=group] .cv-button").click()
    expect(page.locator(".cv-stars.is-given")).to_have_text("★★★★☆")
    is_well(page)
    frappe.db.rollback()
    rated = frappe.db.get_value(
        "Complaint", doc.name, ["customer_agreement", "customer_rating", "rating_comment"]
    )
    assert rated == ("agreed", 4, "Quick")
    page.locator(".cv-back a").click()
    expect(page.locator(".cv-cases li")).to_have_count(1)
    is_well(page)


def test_a_complaint_of_somebody_else_and_a_portal_that_is_shut_say_so(visit):
    email, _note = customer("en")
    theirs = factory.complaint().name
    frappe.db.commit()
    page = visit(**PHONE)
    log_in(page, email)
    door = "/api/method/complaint_qms.api.portal.look"
    assert page.request.post(door, form={"complaint": theirs}).status == 400, "without the page's own token"
    for name in (theirs, "x", "%3Cscript%3Ealert(1)%3C/script%3E", "a/b"):
        page.goto(f"/complaints/{name}")
        expect(page.locator(".cv-card")).to_have_text("This complaint is not there, or not yours.")
    frappe.db.set_single_value(SETTINGS, "portal_enabled", 0)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    frappe.db.commit()
    for path in ("/complaints", "/complaints/new", f"/complaints/{theirs}"):
        page.goto(path)
        expect(page.locator(".cv-card")).to_have_text("The customer portal is closed at the moment.")
        is_well(page)


def test_who_is_logged_out_meanwhile_loses_nothing(visit):
    email, _note = customer("en")
    page = visit()
    log_in(page, email)
    page.goto("/complaints/new")
    page.fill("#cv-description", TEXT)
    page.locator(".cv-about .cv-button").click()
    page.context.clear_cookies()
    page.locator("[type=submit]").click()
    expect(page.locator("#cv-form > .cv-alert")).to_be_visible()
    log_in(page, email)
    page.goto("/complaints/new")
    expect(page.locator("#cv-description")).to_have_value(TEXT)
    page.locator("[type=submit]").click()
    expect(page).to_have_url(re.compile("/complaints/CMP-"))
