"""A complaint under legal hold, and a disposal that one person proposes and another approves, in both languages and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from complaint_qms.constants.retention import DISPOSAL, LEGAL_HOLD
from tests.browser.desk import Desk
from tests.desk import factory
from tests.desk.test_disposal import proposal, voided

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def shot(page, name: str) -> None:
    """A picture for who looks at the screens, where a folder is named."""
    if folder := os.environ.get("QMS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "window"), [("en", {}), ("zh", PHONE)])
def test_the_complaint_says_that_it_is_held_and_somebody_else_releases(
    login, person, language, window
) -> None:
    user = person(roles.QUALITY_MANAGER)
    doc = factory.complaint()
    held = factory.make(LEGAL_HOLD, reason="Lawsuit of the buyer", company=doc.company, complaint=doc.name)
    frappe.db.set_value("User", user, "language", language)
    frappe.db.commit()
    desk = Desk(login(user, **window))
    desk.open("Complaint", doc.name)
    expect(desk.page.locator(".cq-contained")).to_contain_text("Lawsuit of the buyer")
    expect(desk.page.locator(".cq-contained")).to_contain_text(
        {"en": "Under Legal Hold", "zh": "法律保留中"}[language]
    )
    shot(desk.page, f"held-complaint-{language}")
    desk.open(LEGAL_HOLD, held.name)
    shot(desk.page, f"legal-hold-{language}")
    assert not desk.page.evaluate(WIDE)
    desk.page.evaluate("cur_frm.page.btn_primary.click()")
    desk.dialog.locator("textarea").fill("Settled out of court")
    shot(desk.page, f"release-{language}")
    desk.dialog.locator(".modal-footer .btn-primary:visible").click()
    expect(desk.page.locator(".cq-hold")).to_contain_text(
        {"en": "Hold Released", "zh": "保留已解除"}[language]
    )
    frappe.db.rollback()
    assert frappe.db.get_value(LEGAL_HOLD, held.name, "status") == "released"


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("language", "window"), [("en", {}), ("zh", PHONE)])
def test_one_person_proposes_a_disposal_and_another_approves(login, person, language, window) -> None:
    gone = voided()
    held = voided()
    factory.make(LEGAL_HOLD, reason="Lawsuit", company=held.company, complaint=held.name)
    users = [person(roles.QUALITY_MANAGER, email=f"disposal-{number}@example.com") for number in range(2)]
    for user in users:
        frappe.db.set_value("User", user, "language", language)
    doc = proposal(users[0])
    frappe.db.commit()
    first = Desk(login(users[0], **window))
    first.open(DISPOSAL, doc.name)
    expect(first.page.locator(".form-layout")).to_contain_text(gone.name)
    shot(first.page, f"disposal-draft-{language}")
    assert not first.page.evaluate(WIDE)
    first.page.evaluate("cur_frm.page.btn_primary.click()")
    first.dialog.locator(".modal-footer .btn-primary:visible").click()
    expect(first.page.locator(".cq-hold")).to_contain_text(
        {"en": "Waiting for Approval", "zh": "等待批准"}[language]
    )
    shot(first.page, f"disposal-proposed-{language}")
    second = Desk(login(users[1], **window))
    second.visit("/app/my-work-today")
    expect(second.page.locator(".cq-work")).to_contain_text(doc.name)
    shot(second.page, f"disposal-work-{language}")
    second.open(DISPOSAL, doc.name)
    second.page.evaluate("cur_frm.page.btn_primary.click()")
    expect(second.dialog).to_be_visible()
    shot(second.page, f"disposal-approve-{language}")
    second.dialog.locator(".modal-footer .btn-primary:visible").click()
    for _turn in range(120):
        frappe.db.rollback()
        if frappe.db.get_value(DISPOSAL, doc.name, "status") == "disposed":
            break
        second.page.wait_for_timeout(1000)
    second.open(DISPOSAL, doc.name)
    told = {"en": "1 of 1 complaints removed", "zh": "已移除 1 / 1 个投诉"}[language]
    expect(second.page.locator(".cq-hold")).to_contain_text(told)
    shot(second.page, f"disposal-done-{language}")
    frappe.db.rollback()
    assert not frappe.db.exists("Complaint", gone.name)
    assert frappe.db.exists("Complaint", held.name)
