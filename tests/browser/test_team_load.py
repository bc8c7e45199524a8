"""Team Load: a card dragged to somebody else is theirs and can be taken back; on a phone the menu does it; due times lie still."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def people(person) -> dict[str, str]:
    """A manager and two agents, the first of whom has a complaint."""
    made = {key: person(role, email=f"{key}-{frappe.generate_hash(length=8)}@load.example")
            for key, role in (("manager", roles.MANAGER), ("from", roles.AGENT), ("to", roles.AGENT))}  # fmt: skip
    made["complaint"] = factory.in_triage(complaint_owner=made["from"]).name
    frappe.db.commit()
    return made


def holder(name: str) -> str:
    frappe.db.rollback()
    return frappe.db.get_value("Complaint", name, "complaint_owner")


def test_drag_undo_key_and_calendar(login, people) -> None:
    desk = Desk(login(people["manager"]))
    page, name = desk.page, people["complaint"]
    visit(page, "/app/team-load")
    row = {key: page.locator(f'.cq-load-person[data-user="{people[key]}"]') for key in ("from", "to")}
    expect(row["from"].locator(".cq-load-bar-place")).to_contain_text("1 of 20 open has room")
    row["from"].get_by_role("button", name="Complaints (1)").click()
    card = page.locator(f'[data-card="{name}"]')
    card.drag_to(row["to"].locator(".cq-load-head"), source_position={"x": 40, "y": 40})
    expect(row["to"].locator(".cq-load-bar-place")).to_contain_text("1 of 20 open")
    assert holder(name) == people["to"]
    page.locator(".cq-load-undo").click()
    expect(row["from"].locator(".cq-load-bar-place")).to_contain_text("1 of 20 open")
    assert holder(name) == people["from"]
    card.focus()
    page.keyboard.press("g")
    dialog = page.locator(".modal.show")
    desk.put(dialog, user=people["to"])
    dialog.get_by_role("button", name="Give", exact=True).click()
    expect(row["to"].locator(".cq-load-bar-place")).to_contain_text("1 of 20 open")
    assert holder(name) == people["to"]
    visit(page, "/app/complaint/view/calendar/default")
    page.get_by_role("button", name="Week", exact=True).click()
    expect(page.locator(".fc-list-table, .fc-list")).not_to_have_count(0)
    page.get_by_role("button", name="Month", exact=True).click()
    event = page.locator(".fc-event", has_text=name).first
    expect(event).to_be_visible()
    assert "fc-draggable" not in (event.get_attribute("class") or "")
    event.click()
    desk.wait_for_form("Complaint", name)


def test_on_a_phone_the_menu_gives_and_an_agent_has_one_row(login, people) -> None:
    desk = Desk(login(people["from"], **PHONE))
    page = desk.page
    visit(page, "/app/team-load")
    expect(page.locator(".cq-load-person")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(f'[data-card="{people["complaint"]}"] [data-give]').click()
    dialog = page.locator(".modal.show")
    desk.put(dialog, user=people["to"])
    dialog.get_by_role("button", name="Give", exact=True).click()
    expect(page.locator("[data-card]")).to_have_count(0)
    assert holder(people["complaint"]) == people["to"]
    frappe.db.set_value("User", people["from"], "language", "zh")
    frappe.db.commit()
    visit(page, "/app/complaint/view/calendar/default")
    expect(page.locator(".fc-toolbar")).to_contain_text("年")
