"""The table of columns of an import speaks the words of the complaint's form, not the keys it stores."""

from __future__ import annotations

import json

import frappe
import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.desk import factory

CASES = "Case No,Received,Customer,Lot,Details\nA-1,2024-03-01,Corner Shop,L-7,The lamp flickers and then it went dark.\n"


@pytest.fixture
def started() -> str:
    """Name of an import whose columns have been read."""
    file = factory.make("File", file_name=f"{factory.unique('cases')}.csv", content=CASES, is_private=1)
    doc = factory.make("Complaint Import", import_file=file.file_url, company=factory.company())
    frappe.db.commit()
    return doc.name


def test_what_a_column_is_reads_like_the_form(login, started) -> None:
    desk = Desk(login())
    desk.open("Complaint Import", started)
    table = desk.page.locator("[data-fieldname='columns'] .grid-body")
    shown = table.locator(".grid-row [data-fieldname='target']")
    assert [cell.strip() for cell in shown.all_inner_texts()] == [
        "External ID",
        "Received At",
        "Customer",
        "Batch",
        "Description",
    ]
    shown.nth(1).click()
    options = desk.page.locator("[data-fieldname='columns'] select[data-fieldname='target'] option")
    offered = {text.strip() for text in options.all_text_contents()}
    assert {"Received At", "Closed At", "End of Triage", "Territory or Country", "Complaint Type"} <= offered
    assert not {"received", "triage_done", "Triage Done", "region", "Intake", "Closed"} & offered


def test_saving_what_has_no_changes_starts_no_import(login, started) -> None:
    """The framework's Ctrl+S presses the primary button, whatever it is."""
    desk = Desk(login())
    desk.open("Complaint Import", started)
    expect(desk.primary).to_have_text("Start Import")
    desk.page.keyboard.press("Control+s")
    expect(desk.page.locator(".desk-alert", has_text="No changes in document")).to_be_visible()
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint Import", started, "status") == "draft"


def test_starting_leaves_no_unsaved_change(login, started) -> None:
    """The form would otherwise never be read again when the import is complete, and offer to save what nobody changed."""
    desk = Desk(login())
    answer = {"message": {"name": started, "status": "queued", "alive": False, "total_rows": 1}}
    desk.page.route("**/complaint_qms.api.importing.start", lambda route: route.fulfill(json=answer))
    desk.open("Complaint Import", started)
    expect(desk.primary).to_have_text("Start Import")
    desk.primary.click()
    expect(
        desk.page.locator("[data-fieldname='progress_html']", has_text="Waits for a worker.")
    ).to_be_visible()
    assert not desk.page.evaluate("cur_frm.is_dirty()")
    expect(desk.page.locator(".page-container:visible .indicator-pill", has_text="Not Saved")).to_have_count(
        0
    )


def test_what_stands_first_in_dates_is_said_by_one_click(login, started) -> None:
    told = {
        "headings": ["Received"],
        "example": "03/04/2026",
        "day_first": "2026-04-03",
        "month_first": "2026-03-04",
    }
    frappe.db.set_value("Complaint Import", started, "dates_in_doubt", json.dumps([told]))
    frappe.db.commit()
    desk = Desk(login())
    desk.open("Complaint Import", started)
    expect(desk.form.locator(".alert-warning li")).to_contain_text("April 3, 2026")
    desk.form.get_by_role("button", name="The Month Stands First").click()
    desk.page.wait_for_function("() => cur_frm.doc.date_order === 'mdy' && !cur_frm.is_dirty()")
    desk.settle()
    expect(desk.primary).to_have_text("Start Import")
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint Import", started, "date_order") == "mdy"
