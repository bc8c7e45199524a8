"""Regulatory Affairs answers the questions of an assessment, drafts a report to the authority, and confirms a preset."""

from __future__ import annotations

import os
from pathlib import Path

import frappe
import pytest
from frappe.utils import getdate
from playwright.sync_api import Page, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

FDA, CHINA = "FDA 21 CFR 803", "China NMPA Device Adverse Events"


def shot(page: Page, name: str) -> None:
    """A picture of the page for somebody who looks, where a folder is named for it."""
    if folder := os.environ.get("QMS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_lead_to_an_outcome_and_a_report(login, person, language: str) -> None:
    user = person(roles.REGULATORY, email=f"{frappe.generate_hash(length=8)}@work.example")
    about = factory.complaint(awareness_date=getdate(), harm_level="serious")
    case = factory.make("Reportability Assessment", complaint=about.name, rule_set=FDA)
    frappe.db.set_value("User", user, "language", language)
    frappe.db.commit()
    width = {"en": (1440, 1000), "zh": (390, 844)}[language]
    page = login(user, viewport={"width": width[0], "height": width[1]})
    desk = Desk(page)
    desk.open("Reportability Assessment", case.name)
    shot(page, f"assessment_{language}_begun")
    for number, said in enumerate(("yes", "yes", "no", "no", "no")):
        if number == 1:
            page.locator(".cq-question-remark").fill("<b>Cut finger</b>")
        page.locator(f'.cq-question [data-answer="{said}"]').click()
        expect(page.locator(".cq-answered li")).to_have_count(number + 1)
    expect(page.locator(".cq-outcome.is-must_report")).to_contain_text("21 CFR 803.50")
    expect(page.locator(".cq-answered")).to_contain_text("<b>Cut finger</b>")
    shot(page, f"assessment_{language}_answered")
    page.locator('[data-again="2"]').click()
    desk.dialog.locator('[data-fieldname="answer"] select').select_option("yes")
    desk.dialog.locator(".btn-primary:visible").click()
    expect(page.locator(".cq-answered li")).to_have_count(3)
    frappe.db.rollback()
    assert frappe.db.get_value("Reportability Assessment", case.name, "outcome") is None
    name = draft_of(desk, case.name)
    desk.open("Regulatory Report", name)
    expect(page.locator(".cq-element.is-missing").first).to_be_visible()
    shot(page, f"report_{language}")
    page.locator('[data-element="D2"]').click()
    desk.dialog.locator("textarea").fill("Lead")
    desk.dialog.locator(".btn-primary:visible").click()
    expect(page.locator(".cq-element", has=page.locator('[data-element="D2"]'))).to_contain_text("Lead")


def draft_of(desk: Desk, case: str) -> str:
    """Draft the report by the API that the dialog calls."""
    told = "name => frappe.xcall('complaint_qms.api.regulatory_report.draft', {assessment: name, kind: 'initial'})"
    return desk.page.evaluate(told, case)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_preset_is_compared_and_released(login, person, language: str) -> None:
    user = person(roles.REGULATORY, email=f"{frappe.generate_hash(length=8)}@work.example")
    frappe.db.set_value("User", user, "language", language)
    frappe.db.commit()
    page = login(user, viewport={"width": 1440, "height": 1000})
    desk = Desk(page)
    desk.open("Reporting Rule Set", CHINA)
    shot(page, f"rule_set_{language}")
    button = page.locator(
        ".page-container:visible .btn-primary:visible", has_text={"en": "Release", "zh": "发布"}[language]
    )
    button.first.click()
    desk.dialog.locator("textarea").fill("Text of 13 August 2018")
    desk.dialog.locator(".btn-primary:visible").click()
    page.wait_for_function("() => cur_frm.doc.status === 'in_force'")
    shot(page, f"rule_set_{language}_released")
    page.goto("/app/reporting-rule-set")
    expect(page.locator(".list-row-container").first).to_be_visible()
    shot(page, f"rule_sets_{language}")
    page.goto("/app/query-report/Reportability?show=all")
    expect(page.locator(".page-container:visible .report-summary")).to_be_visible()
    shot(page, f"reportability_{language}")
