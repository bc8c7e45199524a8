"""The picture of a genealogy, from a complaint: drawn, gone through by keys, collapsed, searched, as a table, on a phone in Chinese."""

from __future__ import annotations

import frappe
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory
from tests.desk.stock_chain import Chain

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_from_a_complaint_to_its_picture(login, person) -> None:
    chain = Chain()
    for short, item in (("lot", "part"), ("made", "goods")):
        chain.new_item(item)
        chain.new_lot(short, item)
    chain.buy("lot", 100, factory.supplier().name, "OURS-1")
    chain.make({"lot": 20}, {"made": 10})
    ada, bo = factory.customer().name, factory.customer().name
    for customer in (ada, bo):
        chain.sell(customer, ("made", 2))
    complaint = factory.complaint(
        customer=ada, item_code=chain.items["made"], batch_no=chain.lots["made"]
    ).name
    user = person(roles.INVESTIGATOR)
    frappe.db.commit()
    desk = Desk(login(user))
    page = desk.page
    desk.open("Complaint", complaint)
    desk.create("Picture", group="Trace")
    part = {
        name: page.locator(f'[data-part="{name}"]')
        for name in ("canvas", "live", "node", "said", "search", "tables")
    }
    # Supplier, receipt, part, what made it, goods, two deliveries and two customers.
    expect(part["said"]).to_have_text("9 nodes")
    expect(part["node"]).to_contain_text("Produced 10 = Delivered 4 + On Hand 6 Nos")
    expect(part["node"]).to_contain_text("1 complaint")
    drawn = (
        part["canvas"]
        .locator("canvas")
        .nth(2)
        .evaluate(
            "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one)"
        )
    )
    assert drawn
    # Frappe 16 chooses the sidebar by what stands in the address.
    assert page.evaluate("(frappe.app.sidebar || {}).sidebar_title || 'Complaints'") == "Complaints"
    part["canvas"].focus()
    expect(part["live"]).to_contain_text(chain.lots["made"])
    for key, said in (
        ("ArrowLeft", "Made"),
        ("ArrowLeft", chain.lots["lot"]),
        (" ", "more behind it"),
        (" ", chain.lots["lot"]),
    ):
        page.keyboard.press(key)
        expect(part["live"]).to_contain_text(said)
    page.keyboard.press("/")
    part["search"].fill(bo)
    expect(part["said"]).to_have_text("1 found")
    part["search"].press("Enter")
    expect(part["node"]).to_contain_text(bo)
    page.get_by_role("button", name="Table", exact=True).click()
    expect(part["tables"]).to_contain_text("Received 100 = Consumed 20 + On Hand 80 Nos")
    frappe.db.set_value("User", user, "language", "zh")
    frappe.db.commit()
    page = login(user, **PHONE)
    visit(page, f"/app/genealogy-picture/batch/{chain.lots['lot']}/down")
    expect(page.locator('[data-part="said"]')).to_have_text("7 个节点")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
