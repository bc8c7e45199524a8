"""Labels of charts are whole, on a phone too, where the framework's own would be cut to “First..”."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import Page

from tests.browser.desk import visit
from tests.desk import factory

PHONE = {"viewport": {"width": 390, "height": 844}}
LABELS = ["First Response", "Customer Confirmation", "最终评审", "无人答复或未回电", "R&amp;D", "Execution"]
DRAW = """labels => frappe.query_report.render_chart({
    type: "bar", height: 220, data: { labels, datasets: ["In Time", "Late"].map((name) => ({ name, values: labels.map((_, at) => 100 * at) })) } })"""
SHOWN = """() => [...frappe.query_report.chart.svg.querySelectorAll(".x.axis text")].map((text) => text.textContent)"""
CLEAR = """() => {
    const svg = frappe.query_report.chart.svg, frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll(".x.axis text")].map((text) => text.getBoundingClientRect());
    const legend = svg.querySelector(".chart-legend").getBoundingClientRect();
    return boxes.every((box, at) => box.bottom <= frame.bottom && (legend.height === 0 || box.bottom <= legend.top + 4)
        && (at === 0 || boxes[at - 1].right <= box.left + 1));
}"""


@pytest.fixture
def page(login, complaint: str) -> Page:
    page = login(**PHONE)
    visit(page, "/app/query-report/SOP Performance by Stage")
    page.wait_for_function("() => window.frappe && frappe.query_report && frappe.query_report.datatable")
    page.evaluate(DRAW, LABELS)
    return page


def test_labels_are_whole_and_apart(page: Page) -> None:
    whole = [label.replace("&amp;", "&") for label in LABELS]
    page.wait_for_function(f"whole => JSON.stringify(({SHOWN})()) === JSON.stringify(whole)", arg=whole)
    page.wait_for_function(CLEAR)
    numbers = page.evaluate(
        """() => [...frappe.query_report.chart.svg.querySelectorAll(".y.axis text")].map((text) => text.textContent)"""
    )
    assert not [number for number in numbers if number.endswith(".00")]
    page.set_viewport_size({"width": 420, "height": 844})  # the chart is drawn anew
    page.wait_for_function(f"whole => JSON.stringify(({SHOWN})()) === JSON.stringify(whole)", arg=whole)
    page.wait_for_function(CLEAR)


def test_labels_of_the_dashboard_are_whole(login, complaint: str) -> None:
    for name in (
        "No Answer or Call-back",
        "Short or Missing Parts",
        "Damaged in Transport",
        "Broken or Damaged",
    ):
        factory.complaint(complaint_type=name)
    frappe.db.commit()
    page = login(**PHONE)
    visit(page, "/app/dashboard-view/Complaints")
    page.wait_for_function(
        """names => {
            const group = window.frappe && frappe.dashboard && frappe.dashboard.chart_group;
            const widget = group && group.widgets_list.find(({ chart_name }) => chart_name === "Complaints by Type");
            const svg = widget && widget.dashboard_chart && widget.dashboard_chart.svg;
            const shown = svg ? [...svg.querySelectorAll(".x.axis text")].map((text) => text.textContent) : [];
            return names.every((name) => shown.includes(name));
        }""",
        arg=["No Answer or Call-back", "Short or Missing Parts"],
    )
