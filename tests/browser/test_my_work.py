"""My Work Today by keyboard: keys move through it, Enter opens the record at the field that is missing."""

from __future__ import annotations

import re

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def manager(person) -> str:
    """A manager whom nothing concerns but what the roles of a manager bring."""
    return person(roles.MANAGER, email=f"{frappe.generate_hash(length=10)}@work.example")


@pytest.fixture
def complaint(manager: str) -> str:
    """A complaint of theirs in triage, about which triage has decided nothing yet."""
    doc = factory.in_triage(complaint_owner=manager)
    frappe.db.commit()
    return doc.name


def test_keys_move_and_enter_opens_at_what_is_missing(login, manager: str, complaint: str) -> None:
    desk = Desk(login(manager))
    desk.visit("/app/my-work-today")
    tasks = desk.page.locator(".cq-task")
    expect(tasks.first).to_be_visible()
    names = [key.split(":")[1] for key in tasks.evaluate_all("rows => rows.map((row) => row.dataset.key)")]
    for _ in range(names.index(complaint) + 1):
        desk.page.keyboard.press("j")
    expect(tasks.nth(names.index(complaint))).to_be_focused()
    expect(desk.page.locator(".cq-task-row").nth(names.index(complaint))).to_contain_text("Investigate")
    desk.page.keyboard.press("Enter")
    desk.wait_for_form("Complaint", complaint)
    expect(desk.form.locator(".form-tabs .nav-link.active")).to_have_text(re.compile(r"^\s*Triage\s*$"))
    expect(desk.form.locator('[data-fieldname="is_complaint"] select:visible')).to_be_focused()


def test_it_fits_a_phone(login, manager: str, complaint: str) -> None:
    page = login(manager, **PHONE)
    visit(page, "/app/my-work-today")
    expect(page.locator(f'.cq-task[data-key*="{complaint}"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_who_has_nothing_to_do_is_told_what_comes_here(login, person) -> None:
    page = login(person(roles.ACTION_OWNER, email=f"{frappe.generate_hash(length=10)}@work.example"))
    visit(page, "/app/my-work-today")
    expect(page.locator(".cq-work-empty")).to_contain_text("Nothing waits for you.")
