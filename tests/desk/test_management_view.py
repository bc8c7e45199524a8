"""The view of whoever directs: its numbers are those of the reports, of what the reader may see, in a fixed number of queries."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

import frappe
import numpy as np
import pytest
from frappe.utils import add_months, getdate, now_datetime

from complaint_qms.api import review as api
from complaint_qms.constants import roles
from complaint_qms.constants.signals import DISMISSED
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport, pace_figures
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.record.language import day_in_words, month_day, month_name, speaking
from complaint_qms.services.review.drawing import NARROW, chart_svg
from complaint_qms.services.review.outlook import outlook_chart, outlook_of, outlook_text
from complaint_qms.services.review.overview import findings_of, key_numbers, overview_of
from complaint_qms.services.review.spans import Span
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.report_rows import as_user, bare_company, bare_row
from tests.desk.test_delivered_units_report import Shop, ago

MOST_QUERIES = 60


def span_of(company: str, days: int = 44) -> Span:
    return Span(company, ago(days), getdate())


def monthly(company: str, counts: list[int]) -> None:
    """So many complaints in each of the months that have ended, the last one being the month before this."""
    first = getdate(add_months(getdate().replace(day=1), -len(counts)))
    for at, count in enumerate(counts):
        month = getdate(add_months(first, at))
        for number in range(count):
            day = month + timedelta(days=number % 28)
            bare_row(
                "Complaint", company=company, subject="Broken", stage="triage", received_at=f"{day} 10:00:00"
            )


def test_the_numbers_are_those_of_the_reports_with_the_period_before() -> None:
    shop = Shop()
    span, now = span_of(shop.company), now_datetime()
    numbers = {one.key: one for one in key_numbers(span, now)}
    assert list(numbers) == ["complaints", "rate", "days_median", "promises_kept", "cost_total"]
    here, back = Pareto(span.asked(by="item")), Pareto(span.before().asked(by="item"))
    assert (numbers["complaints"].value, numbers["complaints"].before) == (14, 30)
    assert here.whole.count == 14
    assert (numbers["rate"].value, numbers["rate"].before) == (here.rate, back.rate)
    # By hand: of the period two deliveries (3000 less 200 back, and 500), and 14 complaints.
    assert here.rate == pytest.approx(1000 * 14 / 3300)
    pace = pace_figures(EfficiencyReport(span.asked(by="month"), now).measured.whole)
    assert numbers["promises_kept"].value == pace["promises_kept"]
    assert numbers["cost_total"].value == sum(one.total for one in QualityCost(span.asked()).wholes.values())
    shown = numbers["complaints"].as_data(span)
    assert (shown["text"], shown["change"], shown["tone"]) == ("14", -53.3, "green")
    assert shown["definition"]


def test_the_query_behind_it_is_asked_so_often_however_much_there_is() -> None:
    shop, empty = Shop(), bare_company()
    period = {"period": "last_90_days"}
    overview_of({"company": shop.company, **period})
    with queries() as full:
        shown = overview_of({"company": shop.company, **period})
    assert {"numbers", "findings", "risk", "cost", "promises", "outlook"} <= set(shown)
    assert len(full) <= MOST_QUERIES, len(full)
    with queries() as none:
        overview_of({"company": empty, **period})
    assert len(none) <= len(full)


def test_each_sees_the_numbers_of_what_they_may_see() -> None:
    shop = Shop()
    asked = {"company": shop.company, "from_date": str(ago(90)), "to_date": str(getdate())}

    def complaints() -> int:
        return overview_of(asked)["numbers"][0]["value"]

    assert complaints() == 44
    with as_user(factory.person(roles.QUALITY_MANAGER, Customer=shop.customers[1])):
        shown = overview_of(asked)
        assert shown["numbers"][0]["value"] == 4
        assert sum(cell["total"] for row in shown["risk"]["grid"]["rows"] for cell in row["cells"]) <= 4
    with as_user(factory.person(roles.QUALITY_MANAGER, Company=shop.other_company)):
        assert complaints() == 0
    with as_user(factory.user("Sales User")), pytest.raises(frappe.PermissionError):
        api.view(company=shop.company)


def test_who_may_not_see_what_complaints_cost_sees_the_rest() -> None:
    company = bare_company()
    with as_user(factory.user(roles.REGULATORY)):
        shown = overview_of({"company": company})
    assert "cost_total" not in [one["key"] for one in shown["numbers"]]
    assert "what complaints cost" in shown["cost"]["refused"]
    assert not frappe.local.message_log


@pytest.mark.parametrize("given", [{"period": "ever"}, {"from_date": "no day"}, {"company": {"a": 1}}])
def test_what_is_no_period_is_refused_in_words(given: dict) -> None:
    with pytest.raises(frappe.ValidationError):
        overview_of(given)


def test_months_to_come_are_shown_where_the_forecast_beats_the_naive_ones() -> None:
    company = bare_company()
    swing = 8 * np.exp(0.9 * np.sin(2 * np.pi * np.arange(42) / 12))
    monthly(company, [round(one) for one in np.random.default_rng(3).poisson(swing)])
    outlook = outlook_of(span_of(company))
    assert len(outlook.counts) == 42
    assert outlook.months[-1] == getdate(add_months(getdate().replace(day=1), -1))
    assert outlook.is_shown
    chart = outlook_chart(outlook)
    assert len(chart["labels"]) == 36 + 3
    assert [band["name"] for band in chart["bands"]] == ["95 % Interval", "80 % Interval"]
    told = outlook_text(outlook)
    assert f"{outlook.forecast.relative_error:.2f}" in told[0]
    # Complaints that came after the period change nothing.
    earlier = outlook_of(
        Span(company, ago(800), getdate(add_months(getdate().replace(day=1), -3)) - timedelta(days=1))
    )
    assert earlier.counts == outlook.counts[:-3]


def test_a_short_history_says_so() -> None:
    company = bare_company()
    assert "30 whole months" in outlook_text(outlook_of(span_of(company)))[0]
    monthly(company, [3] * 5)
    outlook = outlook_of(span_of(company))
    assert not outlook.is_shown
    assert "there are 5" in outlook_text(outlook)[0]
    assert "Expected" not in [one["name"] for one in outlook_chart(outlook)["series"]]


def test_a_chart_shows_no_markup_that_people_wrote() -> None:
    rogue = '<script>alert("1")</script>'
    chart = {
        "labels": [rogue, "B"],
        "series": [{"name": rogue, "values": [1, 2], "line": False}],
        "stacked": False,
        "mark": None,
        "colors": [],
    }
    drawn = chart_svg(chart, rogue, NARROW)
    assert drawn.count("<svg") == 1
    assert "<script" not in drawn
    assert chart_svg({**chart, "series": []}, "") == ""
    assert chart_svg(None, "") == ""


def test_a_chart_tells_its_lines_apart_and_cuts_no_name() -> None:
    def drawn(labels: list[str], values: list[float]) -> str:
        return chart_svg({"labels": labels, "series": [{"name": "N", "values": values}]}, "T", NARROW)

    assert all(f">{tick}<" in drawn(["A"], [1.0]) for tick in ("0.00", "0.25", "0.50", "0.75", "1.00"))
    assert all(f">{tick}<" in drawn(["A"], [40.0]) for tick in ("0", "10", "40"))
    leaning = drawn(["Damaged in Transport by Somebody"] * 8, [1.0] * 8)
    places = re.findall(r"translate\(([\d.]+),([\d.]+)\) rotate\(-32\)\"><text[^>]*>([^<]*)<", leaning)
    assert len(places) == 8
    for x, y, name in places:
        long = 5.6 * len(name)
        assert long * math.cos(math.radians(32)) <= float(x)
        assert float(y) + long * math.sin(math.radians(32)) <= NARROW.height


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Dec 2025", "Dec 24", "April 3, 2026")),
        ("zh", ("2025年12月", "12月24日", "2026年4月3日")),
        ("qqq", ("Dec 2025", "Dec 24", "April 3, 2026")),
    ],
)
def test_dates_are_told_as_their_language_does(language: str, words: tuple[str, str, str]) -> None:
    with speaking(language):
        said = month_name(date(2025, 12, 24)), month_day(date(2025, 12, 24)), day_in_words(date(2026, 4, 3))
    assert said == words


def test_what_was_dismissed_is_no_finding() -> None:
    company, today = bare_company(), getdate()
    rise = {"company": company, "since": today, "until": today, "observed": 9, "state": "decided"}
    bare_row("Complaint Signal", title="Dismissed", decision=DISMISSED, expected=1, **rise)
    bare_row("Complaint Signal", title="Watched", decision="watch", expected=0.01, **rise)
    found = findings_of(span_of(company))
    assert [(one["title"], one["text"]) for one in found] == [
        ("Watched", "9 complaints where next to none were expected")
    ]
