"""An auditor asks for an inspector's index from the report, with whole files: the archive is the one that the dialog names."""

from __future__ import annotations

import re

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from complaint_qms.services.case_file import verify
from tests.browser.desk import Desk

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
REGISTER = "/app/query-report/Complaint Register"


def opened(page, address: str) -> Desk:
    desk = Desk(page)
    page.goto(address)
    expect(page.locator(".dt-row").first).to_be_visible(timeout=60_000)
    desk.press("Inspector's Index")
    expect(desk.dialog).to_contain_text("All complaints that this report names")
    return desk


@pytest.mark.usefixtures("worker")
def test_an_auditor_gets_the_index_with_whole_files(login, person, complaint: str, tmp_path) -> None:
    customer = frappe.db.get_value("Complaint", complaint, "customer")
    desk = opened(login(person(roles.AUDITOR)), f"{REGISTER}?customer={customer}")
    expect(desk.dialog).to_contain_text(re.compile("1 complaints, 1 open"))
    desk.dialog.get_by_label("With the whole file of each complaint").check()
    desk.dialog.get_by_role("button", name="Make It").click()
    digest = desk.dialog.locator("code")
    expect(digest).to_have_text(re.compile("^[0-9a-f]{64}$"), timeout=120_000)
    link = desk.dialog.get_by_role("link", name=re.compile("Download Archive"))
    path = tmp_path / "index.zip"
    path.write_bytes(desk.page.request.get(link.get_attribute("href")).body())
    lines = verify.check_archive(path, digest.inner_text())
    assert lines[0].startswith("Index of 1 complaints, 1 of them with their whole file")
    assert f"Complaint {complaint}, made" in lines[1]
    paper = desk.page.request.get(desk.dialog.get_by_role("link", name="Download PDF").get_attribute("href"))
    assert paper.body()[:5] == b"%PDF-"


def test_on_a_phone_the_dialog_fits_and_an_agent_has_no_such_button(login, person, complaint: str) -> None:
    page = login(person(roles.QUALITY_MANAGER), **PHONE)
    page.goto(REGISTER)
    expect(page.locator(".dt-row").first).to_be_visible(timeout=60_000)
    other = Desk(login(person(roles.AGENT)))
    other.page.goto(REGISTER)
    expect(other.page.locator(".dt-row").first).to_be_visible(timeout=60_000)
    expect(other.page.get_by_text("Inspector's Index")).to_have_count(0)
