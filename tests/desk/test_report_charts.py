"""Charts and cards of the workspace count what a list shows, and lead to it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta

import frappe
import numpy as np
import pytest
from frappe.desk.doctype.dashboard_settings.dashboard_settings import (
    create_dashboard_settings,
    save_chart_config,
)
from frappe.desk.doctype.number_card.number_card import get_result

from complaint_qms.api.figures import behind
from complaint_qms.services.reporting import figures
from complaint_qms.services.reporting.filters import ReportFilters
from tests.desk import factory, report_rows
from tests.desk.report_rows import COUNT, Made, as_user, is_open, listed

made = pytest.fixture(report_rows.made)

# Charts and cards ----------------------------------------------------------------------------------------------------


def test_received_counts_every_day_once(made: Made) -> None:
    for interval in ("Daily", "Weekly", "Monthly", "Quarterly", "Yearly"):
        drawn = figures.received(made.filters(), None, interval, "2024-01-01", "2024-12-31")
        assert sum(drawn["datasets"][0]["values"]) == COUNT
        for value, route in zip(drawn["datasets"][0]["values"], drawn["routes"], strict=True):
            assert listed(route) == value


@pytest.mark.parametrize(
    ("interval", "first", "last", "shown"),
    [
        ("Daily", "2024-01-01", "2025-01-20", 386),
        ("Daily", "2020-01-01", "2026-01-01", 314),
        ("Daily", "1800-01-01", "2026-01-01", 127),
        ("Weekly", "1000-01-01", "2999-12-31", 301),
    ],
)
def test_a_long_span_is_drawn_by_longer_periods(
    made: Made, interval: str, first: str, last: str, shown: int
) -> None:
    drawn = figures.received(made.filters(), "Select Date Range", interval, first, last)
    assert len(drawn["labels"]) == len(drawn["routes"]) == shown
    assert sum(drawn["datasets"][0]["values"]) == COUNT


@pytest.mark.parametrize(
    "given", [{"interval": "Hourly"}, {"from_date": "zz"}, {"to_date": "0000-00-00"}, {"interval": "<b>"}]
)
def test_a_chart_without_sense_is_refused(given: dict) -> None:
    with pytest.raises(frappe.ValidationError):
        figures.received(**given)


@pytest.mark.parametrize("figure", [figures.open_by_stage, figures.clock_status])
def test_marks_of_a_chart_lead_to_their_complaints(made: Made, figure) -> None:
    drawn = figure(made.filters())
    values = drawn["datasets"][0]["values"]
    assert sum(values) == sum(is_open(row) for row in made.rows())
    assert [listed(route) for route in drawn["routes"]] == values


def test_pareto_is_sorted_and_its_line_ends_at_all(made: Made) -> None:
    drawn = figures.by_type(made.filters(from_date="2024-01-01", to_date="2024-12-31", state=""))
    bars, line = (one["values"] for one in drawn["datasets"])
    expected = Counter(row.complaint_type or None for row in made.rows())
    assert Counter(dict(zip(drawn["labels"], bars, strict=True))) == Counter(
        {name or "No Type": count for name, count in expected.items()}
    )
    typed = [bar for name, bar in zip(drawn["labels"], bars, strict=True) if name != "No Type"]
    assert typed == sorted(typed, reverse=True)
    assert line == list(np.cumsum(bars))


def test_a_chart_counts_only_what_the_user_may_see(made: Made) -> None:
    with as_user(factory.person("Complaint Manager", Territory=made.city)):
        drawn = figures.open_by_stage(made.filters())
    own = [row for row in made.rows() if is_open(row) and row.territory in (made.city, None, "")]
    assert sum(drawn["datasets"][0]["values"]) == len(own)
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        figures.open_by_stage(made.filters())


def test_a_click_follows_the_chart_as_the_user_set_it_up(made: Made) -> None:
    with as_user(factory.person("Complaint Manager")):
        create_dashboard_settings(frappe.session.user)
        save_chart_config(False, json.dumps({"filters": made.filters()}), "Open Complaints by Stage")
        drawn = figures.open_by_stage(made.filters())
        for index, value in enumerate(drawn["datasets"][0]["values"]):
            assert listed(behind("Open Complaints by Stage", index)) == value
        assert behind("Open Complaints by Stage", 99) is None
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        behind("Open Complaints by Stage", 0)


def test_severe_are_the_gravest_two_fifths(made: Made) -> None:
    ranked = frappe.get_all("Risk Severity", pluck="name", order_by="`tabRisk Severity`.`rank` desc")
    assert figures.severe_levels() == ranked[: len(ranked) * 2 // 5]
    with as_user(factory.person("Complaint Manager", Company=made.company)):
        card = figures.severe_open()
        assert listed(card["route_options"]) == card["value"]
    severe = [row for row in made.rows() if is_open(row) and row.severity in figures.severe_levels()]
    assert card["value"] == len(severe)


def test_everything_on_the_workspace_exists() -> None:
    workspace = frappe.get_doc("Workspace", "Complaints")
    blocks = Counter()
    shown = {
        "number_card": {row.label for row in workspace.number_cards},
        "chart": {row.chart_name for row in workspace.charts},
        "shortcut": {row.label for row in workspace.shortcuts},
        "card": {row.label for row in workspace.links if row.type == "Card Break"},
        "custom_block": {row.custom_block_name for row in workspace.custom_blocks},
    }
    names = {"number_card": "number_card_name", "chart": "chart_name", "shortcut": "shortcut_name", "card": "card_name", "custom_block": "custom_block_name"}  # fmt: skip
    for block in json.loads(workspace.content):
        if block["type"] in names:
            blocks[block["type"]] += 1
            assert block["data"][names[block["type"]]] in shown[block["type"]]
    assert blocks == {"number_card": 6, "shortcut": 12, "chart": 1, "custom_block": 4, "card": 3}
    assert all(frappe.db.exists("Number Card", row.number_card_name) for row in workspace.number_cards)
    assert all(frappe.db.exists("Dashboard Chart", row.chart_name) for row in workspace.charts)
    assert all(
        frappe.db.exists("Custom HTML Block", row.custom_block_name) for row in workspace.custom_blocks
    )
    assert all(frappe.db.exists(row.link_type, row.link_to) for row in workspace.links if row.type == "Link")
    assert all(frappe.db.exists(row.type, row.link_to) for row in workspace.shortcuts)


def test_cards_count_what_their_list_shows(made: Made) -> None:
    for name in ("Open Complaints", "Overdue Complaints", "Complaints at Risk", "Waiting for Customer"):
        card = frappe.get_doc("Number Card", name)
        filters = json.loads(card.filters_json)
        with as_user(factory.person("Complaint Manager", Company=made.company)):
            number = get_result(card.as_json(), json.dumps(filters))
            assert number == listed({field: [operator, value] for _dt, field, operator, value in filters})
        if name == "Open Complaints":
            assert number == sum(is_open(row) for row in made.rows())


def test_previous_period_of_a_single_day() -> None:
    before = ReportFilters.read({"from_date": "2024-03-01", "to_date": "2024-03-01"}).previous()
    assert (before.from_date, before.to_date) == (before.to_date, datetime(2024, 2, 29).date())
    assert before.to_date == datetime(2024, 3, 1).date() - timedelta(days=1)
    assert ReportFilters.read({"from_date": "2024-03-01"}).previous() is None
