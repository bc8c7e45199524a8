"""From one complaint to the notices of a recall, clicked by the two people whose work it is, in ten clicks; and the customer's page."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import Page, expect

from complaint_qms.constants import roles
from complaint_qms.services.field_action import notices
from tests.browser.counting import Counting
from tests.desk import factory
from tests.desk.factory.people import PASSWORD
from tests.desk.mail_road import no_server_asked
from tests.desk.recalls import Sold

pytestmark = pytest.mark.slow
MOST: int = 10


@pytest.fixture
def complained(site):
    """A complaint about a batch that three customers hold, on a site that has a mail account which nobody answers."""
    sold = Sold()
    frappe.db.set_value("Customer", sold.bo, "language", "en")  # a text in Chinese is no part of the way
    doc = factory.complaint(customer=sold.ada, item_code=sold.chain.items["FG"], batch_no=sold.batch)
    account = {"email_id": "out@harbour.example", "smtp_server": "127.0.0.1", "smtp_port": 9}
    with no_server_asked():
        factory.make("Email Account", email_account_name=factory.unique("Out"), enable_outgoing=1, default_outgoing=1, no_smtp_authentication=1, **account)  # fmt: skip
    frappe.db.commit()
    return doc, sold


def test_from_a_complaint_to_sent_notices_in_ten_clicks(server, browser, login, person, complained) -> None:
    doc, sold = complained
    lead = Counting(
        login(person(roles.INVESTIGATOR, roles.MANAGER), once=True),
        person(roles.INVESTIGATOR, roles.MANAGER),
        "en",
    )
    lead.open("Complaint", doc.name)
    lead.create("Field Action", "Trace")
    lead.page.wait_for_function("() => cur_frm && cur_frm.doctype === 'Field Action' && cur_frm.is_new()")
    lead.put(lead.form, reason="Handle breaks")
    name = lead.save()
    assert lead.value("batch_no") == sold.batch
    lead.step("Compute Scope", "scope")
    lead.step(
        "Submit for Approval",
        "approval",
        action_class="Class I",
        hazard="Burns",
        instruction="Stop using it.",
    )

    # A refusal is an answer with an error status, which Chromium notes on its console: hence pages of their own.
    page = browser.new_context(base_url=server).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.QUALITY_MANAGER), "pwd": PASSWORD})
    manager = Counting(page, person(roles.QUALITY_MANAGER), "en")
    manager.open("Field Action", name)
    manager.primary.click()
    manager.put(manager.dialog, user_id=person(roles.QUALITY_MANAGER))
    manager.page.wait_for_timeout(500)  # the field that was left draws the others anew
    manager.put(manager.dialog, password="not it")
    manager.confirm()
    expect(manager.dialog).to_contain_text("Your Password")
    before = manager.clicks()  # the wrong one and its button were for the refusal
    manager.dialog.locator("input[type=password]").fill(PASSWORD)
    manager.confirm()
    manager.page.wait_for_function("() => cur_frm.doc.stage === 'under_way'")
    manager.settle()
    taken = manager.clicks() - before + 1

    lead.open("Field Action", name)
    lead.tab("Customers and Notices")
    expect(lead.form).to_contain_text("No mail address and no phone")
    lead.press("Send Notices")
    lead.page.locator(".modal.show .btn-modal-primary").click()
    lead.page.wait_for_function("() => cur_frm.cq_panel && !cur_frm.cq_panel.unsent")
    clicks = taken + lead.clicks() - 1  # looking at the customers is no part of the way
    assert clicks <= MOST, f"{clicks} clicks, {MOST} were enough"
    frappe.db.rollback()
    assert frappe.db.count("Field Action Notice", {"field_action": name}) == 3
    lead.check_whole()

    token = "t" * 32
    notice = frappe.get_all(
        "Field Action Notice", {"field_action": name, "sent_to": "b@x.example"}, pluck="name"
    )[0]
    values = {"token_hash": notices.token_hash(token), "expires_on": "2099-01-01", "state": "sent"}
    frappe.db.set_value("Field Action Notice", notice, values)
    frappe.db.commit()
    phone = browser.new_context(base_url=server, viewport={"width": 390, "height": 844})
    answered_by_the_customer(phone.new_page(), token)
    phone.close()
    page.context.close()
    frappe.db.rollback()
    row = frappe.get_doc("Field Action Customer", {"field_action": name, "customer": sold.bo})
    assert (row.state, row.answered_by_name, row.quantities[0].destroyed) == ("acknowledged", "李四", 2)


def answered_by_the_customer(page: Page, token: str) -> None:
    """On a phone, in Chinese: more than was delivered is refused and what was typed stays, then it is taken."""
    page.goto(f"/field-notice?_lang=zh#{token}")
    page.locator("#cv-name").fill("李四")
    page.locator("#cv-destroyed-1").fill("9")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("9")
    expect(page.locator("#cv-name")).to_have_value("李四")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "nothing lies beyond the screen"
    )
    page.locator("#cv-destroyed-1").fill("2")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("status")).to_be_visible()
