"""Cards of the team board, dragged with the mouse: the drop asks for what the gate needs, or puts the card back."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime
from playwright.sync_api import Page, expect

from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD, COLUMNS
from tests.browser.desk import Desk, visit
from tests.desk import factory


@pytest.fixture
def desk(login, person, complaint: str) -> Desk:
    """The board as a manager sees it, wide enough for the columns the tests drag between."""
    desk = Desk(login(person(roles.MANAGER), viewport={"width": 2600, "height": 1000}))
    desk.visit(f"/app/complaint/view/kanban/{BOARD}")
    expect(card(desk.page, "New", complaint)).to_have_class("kanban-card-wrapper cq-card tone-green")
    desk.settle()
    return desk


def card(page: Page, column: str, name: str):
    return page.locator(
        f'.kanban-column[data-column-value="{column}"] .kanban-card-wrapper[data-name="{name}"]'
    )


def drag(page: Page, name: str, origin: str, target: str) -> None:
    """Lift a card by its title, carry it over the target column in small steps, and let go."""
    moved = card(page, origin, name)
    moved.scroll_into_view_if_needed()
    start = moved.bounding_box()
    end = page.locator(f'.kanban-column[data-column-value="{target}"]').bounding_box()
    from_x, from_y = start["x"] + 60, start["y"] + 50
    to_x, to_y = end["x"] + 80, end["y"] + 120
    page.mouse.move(from_x, from_y)
    page.mouse.down()
    for part in range(1, 21):
        page.mouse.move(from_x + (to_x - from_x) * part / 20, from_y + (to_y - from_y) * part / 20)
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    page.mouse.up()


def stage(name: str) -> str:
    frappe.db.rollback()
    return frappe.db.get_value("Complaint", name, "stage")


def test_a_card_shows_customer_time_and_age(desk: Desk, complaint: str) -> None:
    shown = card(desk.page, "New", complaint)
    expect(shown).to_contain_text("Customer ")
    expect(shown.locator(".cq-card-time")).to_contain_text("due ")
    expect(shown.locator(".cq-card-foot")).to_contain_text(f"{complaint} · nobody yet · open for")


def test_what_is_overdue_stands_on_top_and_all_columns_are_reached(login, person) -> None:
    late, soon, last = (factory.complaint(severity="Serious") for _ in range(3))
    frappe.db.set_value("Complaint", late.name, {"complaint_owner": "Administrator"})
    for doc, hours in ((late, -5), (soon, 2)):
        when = {f"{clock}_due": add_to_date(now_datetime(), hours=hours) for clock in ("stage", "response")}
        frappe.db.set_value("Complaint", doc.name, when)
    frappe.db.commit()
    page = login(person(roles.MANAGER))
    visit(page, f"/app/complaint/view/kanban/{BOARD}")
    shown = card(page, "New", late.name)
    expect(shown).to_have_class("kanban-card-wrapper cq-card tone-red")
    expect(shown.locator(".cq-card-severity")).to_have_text("Serious")
    expect(shown.locator(".cq-card-foot")).to_contain_text("Administrator")
    column = page.locator('.kanban-column[data-column-value="New"]')
    names = column.locator(".kanban-card-wrapper").evaluate_all(
        "cards => cards.map(card => decodeURIComponent(card.dataset.name))"
    )
    ours = [name for name in names if name in (late.name, soon.name, last.name)]
    assert ours == [late.name, soon.name, last.name]
    expect(column.locator(".cq-count")).to_have_text(str(len(names)))
    # All of them are in sight, or a bar that is seen scrolls them.
    columns = page.locator(".kanban-column")
    expect(columns).to_have_count(len(COLUMNS))
    reach = columns.last.evaluate("column => column.getBoundingClientRect().right <= innerWidth")
    scrolls = page.locator(".cq-board .kanban").evaluate("board => getComputedStyle(board).scrollbarWidth")
    assert reach
    assert scrolls != "none"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_cards_without_a_due_time_stand_below_those_with_one(login, person) -> None:
    paused, due = (factory.complaint(severity="Serious").name for _ in range(2))
    none = dict.fromkeys(f"{clock}_due" for clock in ("stage", "response", "resolution"))
    later = none | {"stage_due": add_to_date(now_datetime(), days=20)}
    for name, values in ((paused, none | {"sla_status": "paused"}), (due, later)):
        frappe.db.set_value("Complaint", name, values)
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.visit(f"/app/complaint/view/kanban/{BOARD}")
    expect(card(desk.page, "New", paused).locator(".cq-card-time")).to_have_text("Paused")
    desk.settle()
    cards = desk.page.locator('.kanban-column[data-column-value="New"] .kanban-card-wrapper')
    names = cards.evaluate_all("cards => cards.map(card => decodeURIComponent(card.dataset.name))")
    assert [name for name in names if name in (paused, due)] == [due, paused]
    # Neither the date nor the time is broken, however narrow the card.
    parts = card(desk.page, "New", due).locator(".cq-card-time .text-nowrap")
    assert parts.evaluate_all("parts => parts.map(part => part.getClientRects().length)") == [1, 1]


def test_a_drop_takes_the_step_and_asks_for_what_it_needs(desk: Desk, complaint: str) -> None:
    drag(desk.page, complaint, "New", "In Triage")  # nothing is missing: taken at once
    expect(card(desk.page, "In Triage", complaint)).to_be_visible()
    desk.settle()
    assert stage(complaint) == "triage"

    drag(desk.page, complaint, "In Triage", "Under Investigation")
    expect(desk.dialog.locator(".modal-title")).to_have_text("Investigate")
    desk.dismiss(desk.dialog)
    expect(card(desk.page, "In Triage", complaint)).to_be_visible()
    desk.settle()
    assert stage(complaint) == "triage"

    drag(desk.page, complaint, "In Triage", "On Hold")
    expect(desk.dialog.locator(".modal-title")).to_have_text("Hold")
    desk.put(desk.dialog, hold_reason="The sample is on its way.")
    desk.confirm()
    expect(card(desk.page, "On Hold", complaint)).to_be_visible()
    desk.settle()
    assert stage(complaint) == "on_hold"


def test_a_drop_where_no_step_leads_is_told_and_undone(desk: Desk, complaint: str) -> None:
    drag(desk.page, complaint, "New", "Solution")
    expect(desk.dialog).to_contain_text("no step from “New” to “Solution”")
    expect(desk.dialog).to_contain_text("Start Triage")
    expect(card(desk.page, "New", complaint)).to_be_attached()
    assert stage(complaint) == "intake"
