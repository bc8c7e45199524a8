"""A signal from My Work: its chart and words are read, and an investigation is opened from it."""

from __future__ import annotations

import re

import frappe
from playwright.sync_api import expect

from complaint_qms.constants import roles
from complaint_qms.services.signals import adopting, trying
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


def test_settings_are_compared_and_one_is_adopted(login, person) -> None:
    world = new_world()
    item, kind = world.goods[0], world.kinds[0]
    complaints(
        history(world.goods, world.kinds) + [(24 + at // 7, item, None, kind) for at in range(28)], world
    )
    name = "A fixed threshold with a name that is longer than any column of the comparison"
    fixed = {"setting_name": name, "method": "threshold", "threshold_count": 12, "threshold_weeks": 4}
    tried = [{"setting_name": "By the Rule"}, fixed]
    values = {"company": world.company, "as_of": weeks(44), "years": 1, "tried": tried}
    doc = frappe.get_doc({"doctype": "Signal Back-test", **values}).insert()
    doc.submit()
    trying.run_back_test(doc)
    doc.reload()
    user = person(roles.QUALITY_MANAGER, email=f"{frappe.generate_hash(length=10)}@work.example")
    frappe.db.commit()
    desk = Desk(login(user))
    page = desk.page
    visit(page, f"/app/signal-back-test/{doc.name}")
    desk.wait_for_form("Signal Back-test", doc.name)
    compared = desk.form.locator(".cq-compared")
    expect(compared).to_contain_text(name)
    expect(desk.form.locator(".cq-band")).to_have_count(2)
    cut = desk.form.locator(".cq-bands").evaluate(
        """(bands) => [...bands.querySelectorAll("svg text")].filter((text) => {
            const own = text.getBBox(), whole = text.ownerSVGElement.viewBox.baseVal;
            return own.x < -0.5 || own.x + own.width > whole.width + 0.5 || own.y + own.height > whole.height + 0.5;
        }).map((text) => text.textContent)"""
    )
    assert cut == []
    # A figure leads to its findings, a finding is marked, and counts.
    row = next(one for one in doc.found if one.title.startswith(item))
    compared.locator('[data-show][data-at="0"][data-verdict=""]').click()
    found = desk.form.locator(".cq-found-row", has_text=row.title)
    found.get_by_role("button", name="It Was Real").click()
    expect(found).to_contain_text("Confirmed")
    assert frappe.db.get_value("Signal Back-test Setting", doc.tried[0].name, "confirmed") == 1
    compared.locator("[data-adopt]").nth(1).click()
    page.locator(".modal.show").get_by_role("button", name="Yes").click()
    expect(compared.get_by_text("In Use")).to_be_visible()
    frappe.db.rollback()  # what the browser wrote is seen in a new transaction
    assert adopting.chosen_for([world.company])[world.company]["threshold_count"] == 12
    found.locator("[data-listed]").click()
    page.wait_for_url(re.compile(r"/complaint(/view/list)?\?name="))
