"""Tables of the forms: the first click types, Enter goes on, nothing moves under the cursor; what an investigation shows beside it."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import Locator, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

LONG = "A cause of sixty letters that the picture shows to its end.."
CHINESE = "供应商更换了树脂牌号而没有通知采购部门和质量部门的任何人员导致材料的冲击强度低于图纸要求的下限值并且没有人发现"
# Whether every text of the picture lies within it.
INSIDE = """svg => { const place = svg.viewBox.baseVal;
    return [...svg.querySelectorAll("text")].every(text => { const box = text.getBBox();
        return box.x >= 0 && box.y >= 0 && box.x + box.width <= place.width && box.y + box.height <= place.height; }); }"""
# Whether texts of different causes lie on each other.
APART = """svg => { const boxes = [...svg.querySelectorAll(".cq-cause text")].map(text => text.getBBox());
    return boxes.every((one, at) => boxes.slice(at + 1).every(other =>
        one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y + 1 || other.y + other.height <= one.y + 1)); }"""
SHOWN = "svg => [...svg.querySelectorAll('.cq-cause')].map(cause => [...cause.querySelectorAll('tspan')].map(line => line.textContent).join(' '))"


# Two rows for each table that somebody may write in, with the names of the cells that take text.
ROWS = """() => { const told = {};
    for (const {fieldname, fieldtype} of cur_frm.meta.fields) {
        const control = cur_frm.fields_dict[fieldname];
        if (fieldtype !== "Table" || !control || control.disp_status !== "Write") continue;
        while ((cur_frm.doc[fieldname] || []).length < 2) cur_frm.add_child(fieldname);
        cur_frm.refresh_field(fieldname);
        told[fieldname] = control.grid.visible_columns.map(([field]) => field)
            .filter(field => field.fieldtype !== "Check" && !field.read_only).map(field => field.fieldname);
    }
    return told; }"""
OPEN = """table => { const { tab, section } = cur_frm.fields_dict[table];
    if (tab) tab.set_active();
    if (section && section.is_collapsed && section.is_collapsed()) section.collapse(false); }"""
LEAVE = """() => { document.activeElement.blur();
    const row = frappe.ui.form.editable_row; if (row) row.toggle_editable_row(false);
    document.querySelectorAll(".datepicker.active").forEach(picker => picker.classList.remove("active")); }"""


@pytest.fixture
def study(person) -> object:
    investigator = person(roles.INVESTIGATOR)
    about = factory.complaint(description="<p>The lid came off while pouring.</p>", reported_lot="LOT-7")
    with factory.as_user(investigator):
        study = factory.make("Investigation", complaint=about.name, title="Lid comes off")
    frappe.db.commit()
    return study


@pytest.fixture
def desk(login, study) -> Desk:
    return Desk(login(study.investigator))


def cause(study, title: str = "Lid", **values: object) -> object:
    with factory.as_user(study.investigator):
        doc = factory.make("Root Cause", investigation=study.name, title=title, description="x", **values)
    frappe.db.commit()
    return doc


def cell(table: Locator, row: int, fieldname: str) -> Locator:
    return (
        table.locator(".grid-body .grid-row")
        .nth(row)
        .locator(f'.grid-static-col[data-fieldname="{fieldname}"]')
    )


def place(element: Locator) -> tuple[int, int]:
    box = element.bounding_box()
    return round(box["x"]), round(box["y"])


def rows(desk: Desk, table: str, *fields: str) -> list[list[object]]:
    return desk.page.evaluate(
        "([table, fields]) => cur_frm.doc[table].map(row => fields.map(field => row[field] || ''))",
        [table, list(fields)],
    )


def test_whys_are_typed_without_the_mouse_and_stay_where_they_are(desk: Desk, study) -> None:
    doc = cause(study, method="5_why", whys=[{"level": 1, "question": "Why?", "answer": "x"}])
    desk.open("Root Cause", doc.name)
    expect(desk.form.locator(".cq-step.is-now")).to_contain_text("Draft")
    expect(desk.form.locator(".cq-missing a").first).to_be_visible()
    expect(desk.primary).to_have_text("Save")  # the judgement is somebody else's
    table = desk.form.locator('.frappe-control[data-fieldname="whys"]')
    table.scroll_into_view_if_needed()

    answer = cell(table, 0, "answer")
    before, row = place(answer), answer.bounding_box()["height"]
    answer.click()
    expect(answer.locator("textarea")).to_be_focused()
    assert place(answer) == before
    assert answer.bounding_box()["height"] == row
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("The latch is worn.")
    desk.page.keyboard.press("Enter")
    expect(cell(table, 1, "answer").locator("textarea")).to_be_focused()
    assert place(answer) == before
    desk.page.keyboard.type("Nobody changes it.")
    desk.page.keyboard.press("Enter")
    expect(cell(table, 2, "answer").locator("textarea")).to_be_focused()
    assert place(answer) == before
    assert rows(desk, "whys", "level", "question", "answer") == [
        [1, "Why?", "The latch is worn."],
        [2, "Why: The latch is worn?", "Nobody changes it."],
        [3, "Why: Nobody changes it?", ""],
    ]
    desk.page.keyboard.press("Enter")  # one empty row is enough
    assert len(rows(desk, "whys", "level")) == 3

    # The button of a row opens that row, also while another one is being written in.
    answer.click()
    expect(answer.locator("textarea")).to_be_focused()  # the cell is drawn anew for typing
    desk.page.keyboard.press("End")
    desk.page.keyboard.type("!")
    table.locator(".grid-body .grid-row").nth(1).locator(".btn-open-row").click()
    expect(table.locator(".grid-row-open .grid-form-row-index").first).to_have_text("2")
    desk.page.keyboard.press("Escape")
    assert rows(desk, "whys", "answer")[0] == ["The latch is worn.!"]

    # Inserted below the first row, a row follows from the first and not from the last; its button acts on its row.
    table.locator(".grid-body .grid-row").nth(0).locator(".btn-open-row").click()
    expect(table.locator(".grid-row-open .grid-form-row-index").first).to_have_text("1")
    table.locator(".grid-row-open .grid-insert-row-below:visible").first.click()
    expect(table.locator(".grid-row-open .grid-form-row-index").first).to_have_text("2")
    desk.page.keyboard.press("Escape")
    assert rows(desk, "whys", "level", "question")[1] == [2, "Why: The latch is worn?"]

    desk.save()  # rows that nobody wrote in go
    assert [row[0] for row in rows(desk, "whys", "answer")] == ["The latch is worn.!", "Nobody changes it."]


def test_a_date_typed_while_its_calendar_opens_stays(desk: Desk, study) -> None:
    """The calendar opens slowly here, as on a machine that is busy; its last step comes after the date was typed."""
    with factory.as_user(study.investigator):
        capa = factory.make("CAPA", title="x", investigation=study.name)
    frappe.db.commit()
    desk.open("CAPA", capa.name)
    desk.page.add_style_tag(content=".datepicker { transition-duration: 1s !important }")
    desk.page.evaluate(OPEN, "actions")
    grid = desk.form.locator('.frappe-control[data-fieldname="actions"]')
    grid.locator(".grid-add-row").click()
    expect(
        cell(grid, 0, "action").locator("textarea")
    ).to_be_focused()  # the cursor goes there a moment later
    due = cell(grid, 0, "due_date")
    due.click()
    box = due.locator("input")
    expect(box).to_be_focused()
    box.evaluate(
        "box => $(box).data('datepicker').$datepicker.one('transitionend', () => window.cq_opened = true)"
    )
    typed = desk.page.evaluate("frappe.datetime.str_to_user('2030-12-31')")
    box.fill(typed)
    desk.page.wait_for_function("() => window.cq_opened")
    assert box.input_value() == typed
    box.blur()
    desk.page.evaluate(LEAVE)
    assert rows(desk, "actions", "due_date") == [["2030-12-31"]]


def test_the_first_click_into_any_cell_of_any_table_types_there(desk: Desk, study) -> None:
    with factory.as_user(study.investigator):
        capa = factory.make("CAPA", title="x", investigation=study.name)
    frappe.db.commit()
    seen = 0
    for doctype, name in (("Investigation", study.name), ("CAPA", capa.name)):
        desk.go_to(doctype, name)
        for table, fields in desk.page.evaluate(ROWS).items():
            desk.page.evaluate(OPEN, table)
            grid = desk.page.locator(f'.page-container:visible .frappe-control[data-fieldname="{table}"]')
            expect(grid.locator(".grid-body .grid-row")).to_have_count(2)
            for field in fields:
                wanted = cell(grid, 1, field)
                wanted.click()
                expect(wanted.locator(":focus")).to_have_count(1)
                desk.page.evaluate(LEAVE)
                seen += 1
    assert seen > 15


def test_causes_of_sixty_letters_are_shown_whole(desk: Desk, study) -> None:
    branches = ("man", "machine", "material", "method", "measurement", "environment")
    factors = [
        {"category": branch, "cause": text, "sub_cause": LONG, "likely": "high"}
        for branch in branches
        for text in (LONG, CHINESE)
    ]
    doc = cause(study, method="ishikawa", title="W" * 60, factors=factors)
    desk.open("Root Cause", doc.name)
    picture = desk.form.locator("svg.cq-ishikawa")
    expect(picture).to_be_attached()
    assert picture.evaluate(INSIDE)
    assert picture.evaluate(APART)
    shown = [text.replace(" ", "") for text in picture.evaluate(SHOWN)]
    for text in (LONG, CHINESE):
        assert sum(text.replace(" ", "") in one for one in shown) >= len(branches)

    table = desk.form.locator('.frappe-control[data-fieldname="factors"]')
    table.scroll_into_view_if_needed()
    last = cell(table, len(factors) - 1, "cause")
    last.click()
    before = place(last)
    table.locator(".grid-add-row").click()
    expect(cell(table, len(factors), "category").locator("select")).to_be_focused()
    assert place(last) == before
    assert rows(desk, "factors", "category")[-1] == ["environment"]


def test_the_investigation_shows_what_the_customer_said(desk: Desk, study) -> None:
    assert study.investigator  # who leads investigations takes up what they make
    desk.open("Investigation", study.name)
    told = desk.page.locator(".page-container:visible .cq-told-case")
    expect(told.locator(".cq-told-text")).to_have_text("The lid came off while pouring.")
    expect(told).to_contain_text("Lot / Serial as Reported")
    form = desk.form.bounding_box()
    assert told.bounding_box()["x"] >= form["x"] + form["width"]

    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.open("Investigation", study.name)
    expect(told.locator("summary")).to_be_visible()
    expect(told.locator(".cq-told-text")).to_be_hidden()
    assert told.bounding_box()["y"] < desk.form.locator(".cq-top").bounding_box()["y"]
    told.locator("summary").click()
    expect(told.locator(".cq-told-text")).to_be_visible()
