"""A complaint is closed with a signature: what the dialog asks, what a refusal says, and what stands on the form afterwards."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory
from tests.desk.factory.people import PASSWORD

CLOSED = {
    "closing_decision": "justified",
    "capa_required": "no",
    "no_capa_reason": "Once",
    "closing_summary": "Told.",
}
WORDS = {
    "en": ("Close", "Your User ID", "Your Password", "Signed by", "The signature holds.", "No longer holds: the record was changed after."),
    "zh": ("结案", "您的用户名", "您的密码", "签署", "签名有效。", "已失效：签署后记录被更改。"),
}  # fmt: skip


@pytest.fixture
def ready(site: str) -> str:
    """A complaint in its final review on a site that has its closing signed."""
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.sign_regulated_steps = 1
    settings.save()
    doc = factory.at_stage("review")
    factory.tick_all(doc)
    doc.update(CLOSED)
    doc.save()
    frappe.db.commit()
    return doc.name


def prove(desk: Desk, user: str, password: str) -> None:
    """Type who signs. A field that was left draws the others anew a moment later, which is faster than a person types."""
    desk.put(desk.dialog, user_id=user)
    desk.page.wait_for_timeout(500)
    desk.dialog.locator("input[type=password]").fill(password)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_complaint_is_closed_with_a_signature(
    server, browser, person, ready: str, language: str, width: int
) -> None:
    """A refusal is an answer with an error status, which Chromium notes on its console: hence a page of its own."""
    close, user_id, password, signed, holds, broken = WORDS[language]
    user = person(roles.MANAGER, roles.QUALITY_MANAGER, email=f"signer.{language}{width}@qms.example")
    frappe.db.set_value("User", user, "language", language)
    frappe.db.commit()
    page = browser.new_context(base_url=server, viewport={"width": width, "height": 900}).new_page()
    page.request.post("/api/method/login", form={"usr": user, "pwd": PASSWORD})
    desk = Desk(page)
    desk.open("Complaint", ready)
    expect(desk.primary).to_have_text(close)
    desk.primary.click()
    expect(desk.dialog).to_contain_text(user_id)
    expect(desk.dialog).to_contain_text(frappe.utils.get_fullname(user))
    prove(desk, user, "not it")
    desk.confirm()
    expect(desk.dialog.locator(".cq-dialog-refusal")).to_contain_text(password)
    # A dialog that was left has forgotten what proves who somebody is.
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator(".modal.show:visible")).to_have_count(0)
    desk.primary.click()
    expect(desk.dialog.locator("input[type=password]")).to_have_value("")
    prove(desk, user, PASSWORD)
    desk.confirm()
    desk.page.wait_for_function("() => cur_frm.doc.stage === 'closed'")
    desk.settle()
    shown = desk.page.locator(".cq-signatures:visible")
    expect(shown).to_contain_text(signed)
    expect(shown).to_contain_text(holds)
    frappe.db.rollback()
    frappe.db.set_value("Complaint", ready, "closing_summary", "Past the app")
    frappe.db.commit()
    desk.open("Complaint", ready)
    expect(desk.page.locator(".cq-signatures:visible")).to_contain_text(broken)
