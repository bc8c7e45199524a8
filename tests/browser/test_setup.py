"""The first hour on the workspace: a step turns green when the thing is set, and the block goes when nothing is left."""

from __future__ import annotations

import re

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import onboarding, roles
from complaint_qms.constants.settings import SETTINGS
from tests.browser.desk import Desk, visit
from tests.desk import factory

OFF = re.compile(r"\bdisabled\b")  # as the framework marks a button of a dialog


@pytest.fixture
def goodwill(site: str):
    """The goodwill account, taken out for the test."""
    before = frappe.db.get_single_value(SETTINGS, "goodwill_account")
    put(None)
    yield frappe.db.get_value("Account", {"root_type": "Expense", "is_group": 0, "disabled": 0}, "name")
    put(before)
    for step in onboarding.STEPS:
        frappe.db.set_value("Onboarding Step", step, "is_skipped", 0)
    frappe.db.commit()


def put(account: str | None) -> None:
    frappe.db.set_single_value(SETTINGS, "goodwill_account", account)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    frappe.db.commit()


def test_a_mark_follows_the_setting(login, person, goodwill: str) -> None:
    desk = Desk(login(person(roles.MANAGER, "System Manager", email="setup@qms.example")))
    desk.visit("/app/complaints")
    step = desk.page.locator("li", has_text="Choose the goodwill account")
    expect(step.get_by_role("img")).to_have_attribute("aria-label", "To do")
    step.get_by_role("button", name="Set Up").click()
    desk.wait_for_form(SETTINGS)
    expect(desk.form.locator("[data-fieldname=goodwill_account] input")).to_be_focused()
    put(goodwill)
    desk.page.go_back()
    expect(step.get_by_role("img")).to_have_attribute("aria-label", "Done")
    for _ in onboarding.STEPS:
        skip = desk.page.get_by_role("button", name="Skip", exact=True)
        if not skip.count():
            break
        skip.first.click()
        desk.settle()
    expect(desk.page.locator(".setup")).to_be_hidden()


def test_nobody_else_is_asked(login, person) -> None:
    desk = Desk(login(person(roles.AGENT)))
    desk.visit("/app/complaints")
    expect(desk.page.locator(".number-widget-box").first).to_be_visible()
    desk.settle()
    expect(desk.page.locator(".setup")).to_have_count(0)


def test_only_who_may_register_is_offered_to(login, person) -> None:
    for role, shown in ((roles.AUDITOR, False), (roles.AGENT, True)):
        desk = Desk(login(person(role)))
        desk.visit("/app/complaints")
        expect(desk.page.locator(".shortcut-widget-box", has_text="Team Board")).to_be_visible()
        expect(desk.page.locator(".shortcut-widget-box", has_text="Register a Complaint")).to_be_visible(
            visible=shown
        )


def test_a_pack_shows_what_it_changes_and_is_applied(login) -> None:
    desk = Desk(login())
    desk.visit("/app/complaint-sop")
    desk.settle()
    desk.page.evaluate("complaint_qms.load_desk().then(() => { complaint_qms.desk.choose_pack() })")
    expect(desk.dialog.locator(".cq-empty")).to_be_visible()
    desk.put(desk.dialog, pack="service")
    entry = desk.dialog.locator(".cq-pack li", has_text="Service Complaints: Critical")
    entry.locator("summary").click()
    expect(entry.locator("dl")).to_contain_text("Acknowledged at once")
    assert not frappe.db.exists("Complaint SOP", "Service Complaints")
    desk.dialog.get_by_role("button", name="Apply", exact=True).click()
    expect(desk.dialog).to_have_count(0)
    frappe.db.rollback()
    assert frappe.db.get_single_value(SETTINGS, "default_sop", cache=False) == "Service Complaints"
    assert frappe.db.exists("Complaint SOP", {"name": "Service Complaints: Critical", "enabled": 1})


def test_a_pack_cannot_be_applied_before_it_is_shown(login) -> None:
    """Ticks of one pack would go with another while the list of that one is on its way."""
    desk = Desk(login())
    desk.visit("/app/complaint-sop")
    desk.settle()
    desk.page.evaluate("complaint_qms.load_desk().then(() => { complaint_qms.desk.choose_pack() })")
    button = desk.dialog.get_by_role("button", name="Apply", exact=True)
    expect(button).to_have_class(OFF)
    desk.put(desk.dialog, pack="service")
    expect(desk.dialog.locator(".cq-pack li").first).to_be_visible()
    expect(button).not_to_have_class(OFF)
    held = []
    desk.page.route("**/complaint_qms.api.packs.preview", lambda route: held.append(route))
    desk.dialog.locator("[data-fieldname=pack] select").select_option("retail")
    expect(button).to_have_class(OFF)
    expect(desk.dialog.locator(".cq-pack li")).to_have_count(0)
    held[0].continue_()
    expect(desk.dialog.locator(".cq-pack li", has_text="Retail Complaints: Critical")).to_be_visible()
    expect(button).not_to_have_class(OFF)


def test_a_tour_starts_from_the_menu_and_leads_through_the_tabs(login, complaint: str) -> None:
    desk = Desk(login())
    desk.open("Complaint", complaint)
    expect(desk.page.locator("#driver-popover-item")).to_have_count(0)
    desk.page.evaluate("""cur_frm.page.menu.find('a:contains("Tour of This Form")').first().click()""")
    told = desk.page.locator("#driver-popover-item:visible")
    expect(told).to_contain_text("which procedure and limits hold")
    # The list that the field opens lies over the box, not behind it.
    over = """() => Number(getComputedStyle(document.querySelector(".driver-highlighted-element")).zIndex)
        > Number(getComputedStyle(document.querySelector("#driver-popover-item")).zIndex)"""
    desk.page.wait_for_function(over)
    for words in ("other complaints about the same lot", "in their words", "Is it a complaint"):
        told.locator(".driver-next-btn").click()
        expect(told).to_contain_text(words)
    expect(desk.form.locator(".form-tabs .nav-link.active")).to_contain_text("Triage")


@pytest.fixture
def demo_dialog(server: str, browser, person):
    """Function: the dialog of the demo, with these answers about it one after the other; None is no answer at all.

    What gets no answer is noted on the console, hence a page that is not watched for that.
    """
    contexts = []

    def opened(*answers: dict | None):
        page = browser.new_context(base_url=server).new_page()
        contexts.append(page.context)
        user = person("System Manager")
        page.request.post("/api/method/login", form={"usr": user, "pwd": factory.PASSWORD})
        visit(page, "/app/complaints")
        Desk(page).settle()
        left = list(answers)

        def answer(route) -> None:
            told = left.pop(0) if len(left) > 1 else left[0]
            if told is None:
                return route.abort()
            usual = {"state": "", "under_way": False, "text": "", "error": False, "users": []}
            return route.fulfill(json={"message": usual | told})

        page.route("**/api/method/complaint_qms.api.demo.progress*", answer)
        page.evaluate("complaint_qms.load_desk().then(() => complaint_qms.desk.offer_demo())")
        return page.locator(".modal.show:visible [role=status] .indicator")

    yield opened
    for context in contexts:
        context.close()


AT_WORK = {"under_way": True, "text": "20 of 160 complaints"}


def test_the_dialog_of_the_demo_goes_on_asking(demo_dialog) -> None:
    shown = demo_dialog(AT_WORK, None, None, {"state": "finished", "text": "The demo is loaded."})
    expect(shown).to_have_text("The server does not answer. It is asked again …")
    expect(shown).to_have_text("The demo is loaded.")
    expect(shown).to_have_class("indicator green")
    expect(shown.page.locator(".modal.show:visible")).to_have_count(1)


def test_a_killed_job_is_shown_as_an_error_with_its_remedy(demo_dialog) -> None:
    words = "It was interrupted, and part of the demo stays."
    shown = demo_dialog(AT_WORK, {"state": "broken", "text": words, "error": True})
    expect(shown).to_have_text(words)
    expect(shown).to_have_class("indicator red")


def test_what_is_typed_is_kept_whatever_every_object_has(login) -> None:
    desk = Desk(login())
    desk.visit("/app/complaints")
    desk.settle()
    inherited = ["constructor", "toString", "__proto__", "hasOwnProperty"]
    typed = [*inherited, "", "Low"]
    kept = desk.page.evaluate(
        """(typed) => {
            const control = { refresh_input() {} };
            complaint_qms.words.write_translated(control);
            const parsed = typed.map((value) => control.parse(value));
            return [parsed, typed.map((value) => control.format_for_input(value))];
        }""",
        typed,
    )
    assert kept == [typed, typed]
    assert (
        desk.page.evaluate("words => words.map((word) => complaint_qms.labels.label(word))", inherited)
        == inherited
    )
    told = desk.page.evaluate("words => words.map((word) => complaint_qms.labels.pill(word))", inherited)
    assert all("gray" in pill for pill in told)
