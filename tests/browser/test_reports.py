"""The reports draw their rows, and what the app draws itself fits a phone without sideways scrolling."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk, visit
from tests.desk import factory

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def complaint(site: str) -> str:
    doc = factory.complaint()
    frappe.db.commit()
    return doc.name


@pytest.mark.parametrize(
    ("report", "text"),
    [
        ("Complaint Risk Matrix", "Catastrophic"),
        ("Complaint Register", "Handle broken"),
        ("SOP Performance by Stage", "Intake"),
    ],
)
def test_a_report_draws_its_rows(login, complaint: str, report: str, text: str) -> None:
    page = login()  # an error on the console fails the test when the page is closed
    visit(page, f"/app/query-report/{report}")
    expect(page.locator(".dt-scrollable .dt-cell", has_text=text).first).to_be_visible()


def test_the_risk_matrix_fits_a_phone(login) -> None:
    desk = Desk(login(**PHONE))
    desk.open("Risk Matrix", frappe.db.get_value("Risk Matrix", {"is_default": 1}))
    matrix = desk.form.locator(".cq-matrix")
    expect(matrix.locator(".cq-cell")).to_have_count(25)
    assert matrix.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
