"""The desk opens for a person who types name and password, and writes no error on the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import visit

pytestmark = pytest.mark.smoke


def test_administrator_reaches_the_desk(login) -> None:
    page = login(typed=True)
    # Frappe 15 opens a workspace with its bar, 16 a desktop of icons.
    person = page.locator(".navbar .dropdown-navbar-user, .desktop-navbar .desktop-avatar").first
    expect(person).to_be_visible(timeout=60_000)
    expect(page.locator(".standard-sidebar-item:visible, .desktop-icon:visible").first).to_be_visible(
        timeout=60_000
    )


def test_a_user_sees_a_list_of_their_role(login, person) -> None:
    page = login(person("Sales User"), typed=True)
    visit(page, "/app/customer")
    expect(page.locator(".page-head .title-text:visible").last).to_have_text("Customer", timeout=60_000)
    expect(page.locator(".frappe-list .no-result, .frappe-list .result").first).to_be_attached(timeout=60_000)
