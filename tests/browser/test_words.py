"""Our words for stored keys on every screen of the framework, in English and in Chinese, and no screen of another app changed.

“Closed” is a stage of a complaint (已结案) and a status of ERPNext's Issue (已关闭): the same word with two meanings.
"""

from __future__ import annotations

import json

import frappe
import pytest
from playwright.sync_api import Page, expect

from complaint_qms.constants import roles
from complaint_qms.constants.import_columns import COLUMN_NAMES, STAGE_ENDS
from complaint_qms.constants.labels import LABELS, WORDS
from complaint_qms.engine.similar.records import FIELDS
from complaint_qms.engine.similar.told_twice import WEIGHTS
from scripts.inside import messages
from tests.browser.desk import Desk, visit
from tests.desk import factory
from tests.desk.framework import IS_16

CHINESE, ENGLISH = "zh", "en"
# Words in sentences of ours, which mean what they mean to everybody
SENTENCES = {*FIELDS, *WEIGHTS, "none", "overdue"}
# Stage of the complaint, and its word
SAID = {CHINESE: {"intake": "受理", "closed": "已结案", "void": "作废"}, ENGLISH: LABELS["stage"]}
ISSUE = {CHINESE: "已关闭", ENGLISH: "Closed"}


@pytest.fixture(params=[CHINESE, ENGLISH])
def lang(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk(login, person, complaint: str, lang: str) -> Desk:
    """A manager who reads `lang`, filters by stage, and has a complaint in its first stage."""
    user = person(roles.MANAGER, "Support Team", "System Manager")
    frappe.db.set_value("User", user, "language", lang)
    settings = json.dumps({"group_by_fields": ["stage"]})
    frappe.db.sql(
        "insert into `__UserSettings` (`user`, `doctype`, `data`) values (%s, %s, %s)",
        (user, "Complaint", settings),
    )
    frappe.db.commit()
    frappe.clear_cache(user=user)
    yield Desk(login(user))
    frappe.db.sql("delete from `__UserSettings` where user = %s", user)
    frappe.db.commit()


def listed(desk: Desk, address: str) -> Page:
    desk.visit(f"/app/{address}")
    desk.page.wait_for_function("() => window.cur_list && cur_list.data && cur_list.data.length")
    desk.settle()
    return desk.page


def test_complaints_read_with_our_words(desk: Desk, complaint: str, lang: str) -> None:
    """One walk over the screens on which the framework shows a choice by itself."""
    page = listed(desk, "complaint/view/list")
    the_list(page, complaint, lang)
    if not IS_16:  # which groups by people and tags alone
        the_side_bar(page, lang)
    the_filters(desk, lang)
    the_form(desk, complaint, lang)
    the_report_view(listed(desk, "complaint/view/report"), lang)
    the_board(desk, lang)
    visit(page, "/app/query-report/Complaint Register")
    cell = page.locator(".dt-scrollable .dt-cell__content", has_text=SAID[lang]["intake"])
    expect(cell.first).to_be_visible()


def the_list(page: Page, complaint: str, lang: str) -> None:
    row = page.locator(".list-row-container", has=page.locator(f"[data-name='{complaint}']")).first
    expect(row.locator(".indicator-pill").first).to_have_text(SAID[lang]["intake"])
    quick = page.locator(".standard-filter-section select[data-fieldname='stage']")
    for key, said in SAID[lang].items():
        expect(quick.locator(f"option[value='{key}']")).to_have_text(said)
    quick.select_option("intake")
    page.wait_for_function("() => cur_list.get_filters_for_args().some((row) => row[3] === 'intake')")


def the_side_bar(page: Page, lang: str) -> None:
    group = page.locator(".group-by-field:has([data-fieldname='stage'])")
    group.locator("a[data-fieldname='stage']").click()
    expect(group.locator(".group-by-value[data-name='intake']")).to_have_text(SAID[lang]["intake"])
    page.keyboard.press("Escape")


def the_filters(desk: Desk, lang: str) -> None:
    page = desk.page
    page.evaluate(
        """() => cur_list.filter_area.clear().then(() => cur_list.filter_area.add([
            ["Complaint", "stage", "in", ["closed", "void"]], ["Complaint", "closing_decision", "=", "justified"]]))"""
    )
    desk.settle()
    page.locator(".filter-selector .filter-button:visible").first.click()
    popover = page.locator(".filter-popover")
    several = popover.locator("input[data-fieldname='stage']")
    expect(several).to_have_value(f"{SAID[lang]['closed']}, {SAID[lang]['void']}")
    filters = "() => cur_list.filter_area.filter_list.get_filters().find((row) => row[1] === 'stage')[3]"
    assert page.evaluate(filters) == ["closed", "void"]
    several.fill("")
    offered = popover.locator("[role=option], .awesomplete li")
    expect(offered.filter(has_text=SAID[lang]["intake"]).first).to_be_visible()
    offered.filter(has_text=SAID[lang]["intake"]).first.click()
    assert page.evaluate(filters) == ["intake"]
    single = popover.locator("select[data-fieldname='closing_decision'] option[value='justified']")
    expect(single).to_have_text({CHINESE: "成立", ENGLISH: "Justified"}[lang])
    page.evaluate("() => cur_list.filter_area.clear()")
    desk.settle()


def the_form(desk: Desk, complaint: str, lang: str) -> None:
    desk.open("Complaint", complaint)
    # The clock cards stand in its place; a site may show it all the same. Either is drawn once it is in sight.
    desk.page.evaluate("cur_frm.toggle_display('sla_status', true)")
    desk.page.evaluate("cur_frm.scroll_to_field('sla_status')")
    shown = desk.form.locator("[data-fieldname='sla_status'] .control-value").first
    expect(shown).to_have_text({CHINESE: "正常", ENGLISH: "On Track"}[lang])
    desk.page.evaluate("cur_frm.scroll_to_field('urgency')")
    urgency = desk.form.locator("select[data-fieldname='urgency'] option[value='high']").first
    expect(urgency).to_have_text({CHINESE: "高", ENGLISH: "High"}[lang])


def the_report_view(page: Page, lang: str) -> None:
    page.evaluate("() => cur_list.add_column_to_datatable('stage', 'Complaint', 2)")
    cell = page.locator(".dt-scrollable .dt-cell__content", has_text=SAID[lang]["intake"])
    expect(cell.first).to_be_visible()


def the_board(desk: Desk, lang: str) -> None:
    board = factory.make(
        "Kanban Board",
        kanban_board_name=factory.unique("By Stage"),
        reference_doctype="Complaint",
        field_name="stage",
        columns=[{"column_name": "intake"}, {"column_name": "closed"}],
    )
    frappe.db.commit()
    page = listed(desk, f"complaint/view/kanban/{board.name}")
    for key in ("intake", "closed"):
        title = page.locator(f".kanban-column[data-column-value='{key}'] .kanban-title")
        expect(title).to_have_text(SAID[lang][key])


def test_the_team_board_calls_states_as_the_app_means_them(desk: Desk, lang: str) -> None:
    page = listed(desk, "complaint/view/kanban/Complaint Team Board")
    for state, said in {"Closed": "已结案", "On Hold": "暂停", "In Triage": "研判中"}.items():
        title = page.locator(f".kanban-column[data-column-value='{state}'] .kanban-title")
        expect(title).to_have_text({CHINESE: said, ENGLISH: state}[lang])


def test_an_issue_of_erpnext_reads_as_without_us(desk: Desk, lang: str) -> None:
    listed(desk, "complaint/view/list")
    issue = factory.make("Issue", subject=factory.unique("Question"), raised_by="somebody@example.com")
    issue.db_set("status", "Closed")
    frappe.db.commit()
    desk.page.evaluate(
        "name => { frappe.route_options = { name }; frappe.set_route('List', 'Issue', 'List'); }", issue.name
    )
    desk.page.wait_for_function("() => cur_list.doctype === 'Issue' && cur_list.data.length === 1")
    pill = desk.page.locator(
        ".page-container[data-page-route='List/Issue/List'] .list-row .indicator-pill"
    ).first
    expect(pill).to_have_text(ISSUE[lang])
    desk.page.evaluate("name => frappe.set_route('Form', 'Issue', name)", issue.name)
    desk.wait_for_form("Issue", issue.name)
    chosen = desk.form.locator("select[data-fieldname='status'] option[value='Closed']").first
    assert chosen.evaluate("option => option.textContent") == ISSUE[lang]
    held = desk.page.evaluate(
        "keys => Object.fromEntries(keys.filter((key) => key in frappe._messages).map((key) => [key, frappe._messages[key]]))",
        sorted({*WORDS, *COLUMN_NAMES, *STAGE_ENDS}),
    )
    base = messages.base_translations(lang)
    assert {key: said for key, said in held.items() if base.get(key) != said and key not in SENTENCES} == {}


def test_limits_read_in_working_days(desk: Desk, lang: str) -> None:
    name = factory.unique("Slow")
    hours = [
        {"workday": "Monday", "start_time": start, "end_time": end}
        for start, end in (("08:00", "12:00"), ("13:00", "17:00"))
    ]
    factory.make(
        "Complaint SOP", sop_name=name, working_hours=hours, first_response_time=4 * 3600, resolution_time=80 * 3600,
        stages=[{"stage": "triage", "time_limit": 24 * 3600}],
    )  # fmt: skip
    frappe.db.commit()
    desk.open("Complaint SOP", name)
    ten, three = {CHINESE: ("10 个工作日", "3 个工作日"), ENGLISH: ("10 working days", "3 working days")}[
        lang
    ]
    expect(desk.form.locator('[data-fieldname="resolution_time"] .help-box')).to_contain_text(ten)
    expect(desk.form.locator('.grid-body [data-fieldname="time_limit"]').first).to_contain_text(three)
    expect(desk.form.locator('[data-fieldname="first_response_time"] .help-box')).not_to_contain_text("1")
