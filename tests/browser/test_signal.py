"""A signal from My Work: its chart and words are read, and an investigation is opened from it."""

from __future__ import annotations

import frappe
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory
from tests.desk.scanned import complaints, history, new_world, scan, signals, weeks


def test_from_my_work_to_an_investigation(login, person) -> None:
    world = new_world()
    item, kind = world.goods[0], world.kinds[0]
    lot = factory.batch(item).name
    complaints(history(world.goods, world.kinds) + [(40, item, lot, kind) for _ in range(16)], world)
    scan(world.company, weeks(41))
    (signal,) = signals(world.company)
    user = person(roles.QUALITY_MANAGER, email=f"{frappe.generate_hash(length=10)}@work.example")
    frappe.db.commit()
    desk = Desk(login(user))
    page = desk.page
    visit(page, "/app/my-work-today")
    page.locator(f'.cq-task[data-key*="{signal.name}"]').click()
    desk.wait_for_form("Complaint Signal", signal.name)
    chart = desk.form.locator(".cq-signal-chart svg")
    expect(chart).to_be_visible()
    expect(chart.locator(".cq-signal-bar.is-alarm")).not_to_have_count(0)
    # No letter lies outside the drawing.
    cut = chart.evaluate(
        """(svg) => [...svg.querySelectorAll("text")].filter((text) => {
            const own = text.getBBox(), whole = svg.viewBox.baseVal;
            return own.x < -0.5 || own.x + own.width > whole.width + 0.5 || own.y + own.height > whole.height + 0.5;
        }).map((text) => text.textContent)"""
    )
    assert cut == []
    expect(desk.form.locator(".cq-signal-words")).to_contain_text(f"{signal.observed} complaints")
    page.get_by_role("button", name="Decide What Follows").click()
    page.locator(".modal.show").get_by_role("button", name="Decide", exact=True).click()
    page.wait_for_url("**/investigation/**")
    made = frappe.db.get_value("Complaint Signal", signal.name, "investigation")
    assert made in page.url
    desk.wait_for_form("Investigation", made)
