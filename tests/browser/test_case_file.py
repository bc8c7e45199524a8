"""An auditor has the whole file of a complaint made, and fetches it: the archive is the one that the dialog names."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from complaint_qms.services.case_file import verify
from tests.browser.desk import Desk

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.usefixtures("worker")
def test_an_auditor_gets_the_file_and_its_digest(login, person, complaint: str, tmp_path) -> None:
    desk = Desk(login(person(roles.AUDITOR)))
    desk.open("Complaint", complaint)
    desk.press("Whole File")
    expect(desk.dialog).to_contain_text("All that belongs to this complaint")
    desk.dialog.get_by_role("button", name="Make It").click()
    expect(desk.dialog.locator(".progress, code").first).to_be_visible()
    digest = desk.dialog.locator("code")
    expect(digest).to_have_text(re.compile("^[0-9a-f]{64}$"), timeout=120_000)
    link = desk.dialog.get_by_role("link", name=re.compile("Download Archive"))
    answer = desk.page.request.get(link.get_attribute("href"))
    assert answer.ok
    path = tmp_path / "case.zip"
    path.write_bytes(answer.body())
    lines = verify.check_archive(path, digest.inner_text())
    assert lines[0].startswith(f"Complaint {complaint}, made ")
    paper = desk.page.request.get(desk.dialog.get_by_role("link", name="Download PDF").get_attribute("href"))
    assert paper.body()[:5] == b"%PDF-"


def test_on_a_phone_the_dialog_fits_and_an_agent_has_no_such_button(login, person, complaint: str) -> None:
    page = login(person(roles.QUALITY_MANAGER), **PHONE)
    desk = Desk(page)
    desk.open("Complaint", complaint)
    desk.press("Whole File")
    expect(desk.dialog).to_contain_text("All that belongs to this complaint")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    other = Desk(login(person(roles.AGENT)))
    other.open("Complaint", complaint)
    expect(other.page.get_by_text("Whole File")).to_have_count(0)
