"""Lists of the app's records: state and due date whole, people by name, and on a phone the filters are folded."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, nowdate
from playwright.sync_api import Locator, Page, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory

# Every state of the list is seen to its last letter, and lies within the window.
CUT = """pills => pills.filter(pill => pill.offsetParent).filter(pill => {
    const word = pill.querySelector(".ellipsis") || pill;
    const box = pill.getBoundingClientRect(), cell = pill.closest(".list-row-col").getBoundingClientRect();
    return word.scrollWidth > word.clientWidth + 1 && word.clientWidth || box.right > cell.right + 1 || box.right > innerWidth;
}).map(pill => pill.textContent.trim())"""


@pytest.fixture
def late(person) -> str:
    """An overdue complaint of somebody, and an investigation and a CAPA of theirs."""
    handler = person(roles.AGENT)
    doc = factory.at_stage("solve")
    frappe.db.set_value("User", handler, "full_name", "Marta Lindqvist")
    values = {
        "complaint_owner": handler,
        "sla_status": "overdue",
        "stage_status": "overdue",
        "stage_due": "2020-01-02 10:00:00",
    }
    frappe.db.set_value("Complaint", doc.name, values)
    factory.investigation(doc, due_date=add_days(nowdate(), 3))
    factory.implemented_capa()
    frappe.db.commit()
    return doc.name


def row_of(page: Page, text: str) -> Locator:
    return page.locator(".page-container:visible .list-row-container", has_text=text).first


def cell(row: Locator, kind: str) -> Locator:
    return row.locator(f'[data-cq-kind="{kind}"]')


def states(page: Page) -> list[str]:
    pills = page.locator(
        '.page-container:visible .list-row-container [data-cq-kind="status"] .indicator-pill'
    )
    expect(pills.first).to_be_visible()
    return pills.evaluate_all(CUT)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_states_are_whole_and_due_dates_shown(login, person, late: str, width: int) -> None:
    page = login(person(roles.MANAGER), viewport={"width": width, "height": 900})
    desk = Desk(page)
    visit(page, "/app/complaint/view/list")
    row = row_of(page, late)
    expect(cell(row, "status")).to_contain_text("Solution · Overdue")
    expect(cell(row, "due").locator(".is-late")).to_be_visible()
    expect(cell(row, "person")).to_have_text("Marta Lindqvist")
    assert states(page) == []
    if width > 767:
        expect(cell(row, "age")).to_contain_text("less than a minute")
        heads = page.locator(".page-container:visible .list-row-head")
        expect(cell(heads, "due")).to_have_text("Due")
        expect(cell(heads, "age")).to_have_text("Age")
    else:
        filters = page.locator(".page-container:visible .standard-filter-section")
        expect(filters).to_be_hidden()
        # Frappe 16 folds them by itself.
        fold = page.locator(".page-container:visible .cq-fold-filters")
        if not frappe.__version__.startswith("16"):
            fold.click()
            expect(filters).to_be_visible()
        else:
            expect(fold).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    for doctype in ("Investigation", "CAPA") if width > 1200 else ():
        page.evaluate("doctype => frappe.set_route('List', doctype, 'List')", doctype)
        rows = page.locator(".page-container:visible .list-row-container .cq-due")
        expect(rows.first).to_be_visible()
        desk.settle()
        assert states(page) == []


def test_a_row_that_somebody_else_saved_is_told_anew(login, person, late: str) -> None:
    """The framework draws the list anew from what it fetched of that record, without a refresh."""
    page = login(person(roles.MANAGER), viewport={"width": 1440, "height": 900})
    desk = Desk(page)
    visit(page, "/app/complaint/view/list")
    row = row_of(page, late)
    expect(cell(row, "due").locator(".is-late")).to_be_visible()
    desk.settle()
    other = person(roles.AGENT, email="jonas.weber@example.com")
    frappe.db.set_value("User", other, "full_name", "Jonas Weber")
    due = add_days(nowdate(), 30)
    none = dict.fromkeys(f"{clock}_due" for clock in ("response", "resolution"))
    on_time = {"sla_status": "on_track", "stage_status": "on_track", "stage_due": f"{due} 10:00:00"}
    frappe.db.set_value("Complaint", late, none | on_time | {"complaint_owner": other})
    frappe.db.commit()
    page.evaluate(
        """name => { cur_list.pending_document_refreshes.push({doctype: "Complaint", name});
            cur_list.process_document_refreshes(); }""",
        late,
    )
    expect(cell(row, "person")).to_have_text("Jonas Weber")
    expect(cell(row, "due")).to_contain_text(due[:4])
    expect(cell(row, "due").locator(".is-late")).to_have_count(0)
