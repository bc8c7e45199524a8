"""Complaints are counted by what they speak of: in the cross-tab, the Pareto, repeats and cost, each line with the complaints that it counts."""

from __future__ import annotations

from collections import Counter

import frappe
import pytest

from complaint_qms.constants.topics import TOPIC
from complaint_qms.permissions.topic import told_names
from complaint_qms.services.analysis.cross_tab import CrossTab
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.analysis.repeats import RepeatComplaints
from tests.desk import factory, report_rows
from tests.desk.report_rows import Made, as_user, bare_row, listed

made = pytest.fixture(report_rows.made)


@pytest.fixture
def spoken(made: Made) -> tuple[Made, str, str]:
    """Every third complaint speaks of hinges, every third of paint (a name that a person gave), the others of nothing in particular."""
    found = bare_row(TOPIC, topic_name="hinge, screw, door", language="en")
    named = bare_row(TOPIC, topic_name="Paint comes off", renamed=1, language="en")
    for at, row in enumerate(made.rows()):
        values = {"topic": (found, named, None)[at % 3], "settlement_status": "settled", "handling_cost": 1}
        frappe.db.set_value("Complaint", row.name, values)
    return made, found, named


def test_each_number_leads_to_its_complaints(spoken: tuple[Made, str, str]) -> None:
    made, *topics = spoken
    report = CrossTab(made.filters(rows_by="topic", columns_by="complaint_type"))
    cells = [cell for row in report.shown_rows() for cell in row["cells"].values() if cell["count"]]
    assert len(cells) >= 4
    for cell in cells:
        assert listed(cell["route"]) == cell["count"]
    by_hand = Counter(row.topic for row in made.rows(topic=("is", "set"), complaint_type=("is", "set")))
    observed = dict(zip(report.rows.keys, report.table.observed.sum(axis=1).tolist(), strict=True))
    assert {topic: observed[topic] for topic in topics} == {topic: by_hand[topic] for topic in topics}


@pytest.mark.parametrize("report", [Pareto, QualityCost, RepeatComplaints])
def test_reports_count_by_it(spoken: tuple[Made, str, str], report: type) -> None:
    made, *_topics = spoken
    shown = frappe.as_json(report(made.filters(by="topic")).run())
    assert "Paint comes off" in shown
    assert "hinge, screw, door" in shown


def test_names_made_of_words_are_for_who_sees_all_complaints(spoken: tuple[Made, str, str]) -> None:
    made, found, named = spoken
    with as_user(factory.person("Complaint Manager", Company=made.company)):
        assert told_names([found, named]) == {named: "Paint comes off"}
        shown = frappe.as_json(Pareto(made.filters(by="topic")).run())
        assert "Paint comes off" in shown
        assert "hinge" not in shown
        assert found in shown
