"""Reports, charts and cards against counting by hand, as people with and without restrictions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import numpy as np
import pytest
from frappe.desk.query_report import export_query, run

from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services.reporting.complaint_register import ComplaintRegister
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.sop_performance import SopPerformance
from tests.desk import factory, report_rows
from tests.desk.report_rows import (
    COUNT,
    NOW,
    REGISTER,
    REPORTS,
    Made,
    as_user,
    bare_row,
    changed_rules,
    is_open,
    listed,
)

made = pytest.fixture(report_rows.made)

# Risk matrix ---------------------------------------------------------------------------------------------------------


def test_matrix_counts_what_counting_by_hand_counts(made: Made) -> None:
    report = RiskMatrixReport(made.filters())
    rows = made.rows()
    totals = Counter((row.severity or "", row.occurrence or "") for row in rows)
    opens = Counter((row.severity or "", row.occurrence or "") for row in rows if is_open(row))
    assert {key: one.total for key, one in report.tallies.items()} == dict(totals)
    assert {key: one.open for key, one in report.tallies.items() if one.open} == dict(opens)

    drawn = report.rows()
    assessed = {key: count for key, count in totals.items() if all(key)}
    for row, severity in zip(drawn, report.grid.severities, strict=False):
        for at, occurrence in enumerate(report.grid.occurrences):
            assert row[f"o{at}"] == assessed.get((severity, occurrence), 0)
    assert drawn[-1]["total"] == sum(assessed.values())
    assert drawn[-1]["open"] == sum(count for key, count in opens.items() if all(key))


def test_matrix_is_drawn_in_the_site_s_own_colours_and_words(made: Made) -> None:
    report = RiskMatrixReport(made.filters())
    matrix = frappe.get_doc("Risk Matrix", report.grid.name)
    cells = {(cell.severity, cell.occurrence): cell for cell in matrix.cells}
    for row, severity in zip(report.rows(), report.grid.severities, strict=False):
        for at, occurrence in enumerate(report.grid.occurrences):
            cell, drawn = cells[(severity, occurrence)], row["cells"][f"o{at}"]
            assert (drawn["color"], drawn["level"]) == (cell.color, cell.risk_level)
    ranks = [frappe.db.get_value("Risk Severity", name, "rank") for name in report.grid.severities]
    assert ranks == sorted(ranks, reverse=True)


def test_matrix_tells_what_it_does_not_show(made: Made) -> None:
    report = RiskMatrixReport(made.filters())
    rows = made.rows()
    no_severity = sum(not row.severity for row in rows)
    no_occurrence = sum(bool(row.severity) and not row.occurrence for row in rows)
    message = report.run()[2]
    assert no_severity
    assert f">{no_severity} without severity</a>" in message
    assert f">{no_occurrence} without occurrence</a>" in message
    shown = report.rows()[-1]["total"]
    assert shown + no_severity + no_occurrence == len(rows)


def test_a_level_that_the_matrix_lacks_is_named(made: Made) -> None:
    strange = factory.make("Risk Severity", severity_name=factory.unique("Strange"), rank=9).name
    first = made.rows()[0].name
    frappe.db.set_value(
        "Complaint",
        first,
        {
            "severity": strange,
            "occurrence": frappe.get_all("Risk Occurrence", pluck="name", order_by="name")[0],
        },
    )
    message = RiskMatrixReport(made.filters()).run()[2]
    assert strange in message
    assert "does not have" in message


def test_arrows_compare_with_the_equally_long_period_before(made: Made) -> None:
    given = made.filters(from_date="2024-05-16", to_date="2024-06-14")
    report = RiskMatrixReport(given)
    before = ReportFilters.read(given).previous()
    assert (str(before.from_date), str(before.to_date)) == ("2024-04-16", "2024-05-15")
    now, then = Counter(), Counter()
    for row in made.rows():
        day = str(row.received_at.date())
        key = (row.severity or "", row.occurrence or "")
        now[key] += "2024-05-16" <= day <= "2024-06-14"
        then[key] += "2024-04-16" <= day <= "2024-05-15"
    assert {key: (one.total, one.before) for key, one in report.tallies.items()} == {
        key: (now[key], then[key]) for key in now if now[key] or then[key]
    }
    drawn = report.rows()[0]
    severity, occurrence = report.grid.severities[0], report.grid.occurrences[-1]
    change = drawn["cells"][f"o{len(report.grid.occurrences) - 1}"]["change"]
    assert change == now[(severity, occurrence)] - then[(severity, occurrence)]
    assert "change" not in RiskMatrixReport(made.filters()).rows()[0]["cells"]["o0"]


FILTERS = {
    "plain": lambda made: {},
    "period": lambda made: {"from_date": "2024-05-01", "to_date": "2024-05-31"},
    "from": lambda made: {"from_date": "2024-05-01"},
    "to": lambda made: {"to_date": "2024-05-31"},
    "branch of types": lambda made: {"complaint_type": made.kind},
    "branch of territories": lambda made: {"territory": made.region, "state": "open"},
    "customer": lambda made: {"customer": made.customer, "state": "valid"},
    "ended": lambda made: {"state": "ended", "to_date": "2024-06-10", "from_date": "2024-04-01"},
}


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS.keys())
def test_a_click_on_a_cell_leads_to_exactly_its_complaints(made: Made, chosen) -> None:
    rows = RiskMatrixReport(made.filters(**chosen(made))).rows()
    assert rows
    for row in rows:
        for drawn in row["cells"].values():
            assert listed(drawn["route"]) == drawn["total"]
            if drawn["open"]:
                assert listed(drawn["open_route"]) == drawn["open"]


def test_the_matrix_of_a_company_comes_before_the_default(made: Made) -> None:
    cell = frappe.get_doc("Risk Matrix", RiskMatrixReport({}).grid.name).cells[0]
    own = factory.make(
        "Risk Matrix",
        matrix_name=factory.unique("Matrix"),
        company=made.company,
        cells=[cell.as_dict(no_default_fields=True)],
    )
    assert RiskMatrixReport(made.filters()).grid.name == own.name
    assert RiskMatrixReport({}).grid.name != own.name


# Register ------------------------------------------------------------------------------------------------------------


def test_register_lists_the_newest_first_and_counts_all(made: Made) -> None:
    report = ComplaintRegister(made.filters(rows="50"), now=NOW)
    _columns, rows, message, chart, figures_above, _total = report.run()
    every = made.rows()
    expected = [row.name for row in sorted(every, key=lambda row: (row.received_at, row.name), reverse=True)]
    assert [row.name for row in rows] == expected[:50]
    above = {one["label"]: one["value"] for one in figures_above}
    assert above["Complaints"] == COUNT
    assert above["Open"] == sum(is_open(row) for row in every)
    assert above["Overdue"] == sum(row.sla_status == "overdue" for row in every)
    assert above["Reportable"] == sum(row.reportable == "yes" for row in every)
    assert f"{COUNT}" in message
    assert sum(sum(one["values"]) for one in chart["data"]["datasets"]) == COUNT


def test_register_gives_every_row_when_asked(made: Made) -> None:
    answer = run(REGISTER, made.filters(rows="all"))
    assert {row["name"] for row in answer["result"]} == {row.name for row in made.rows()}
    assert not answer["message"]


def test_register_never_adds_up_two_currencies(made: Made) -> None:
    amounts: Counter = Counter()
    for row in made.rows():
        amounts[row.currency] += row.settled_amount
    settled = ComplaintRegister(made.filters()).run()[4][-1]
    shown = [frappe.utils.fmt_money(amounts[one], currency=one) for one in ("EUR", "USD")]
    assert settled["value"] == " + ".join(shown)


def test_register_days_and_words(made: Made) -> None:
    rows = {row.name: row for row in ComplaintRegister(made.filters(), now=NOW).rows()}
    for one in made.rows():
        row = rows[one.name]
        if is_open(one):
            assert row.days_open == (NOW - one.received_at).days
        elif one.closed_at:
            assert row.days_open == (one.closed_at - one.received_at).days
        else:
            assert row.days_open is None
    assert {row.stage for row in rows.values()} <= {"Intake", "Triage", "Investigation", "Solution", "Confirmation", "Execution", "Review", "Closed", "Merged", "Rejected"}  # fmt: skip


def test_register_names_investigations_and_capas_of_each_complaint(made: Made) -> None:
    first, second, third = (row.name for row in made.rows()[:3])
    own = bare_row("Investigation", complaint=first)
    shared = bare_row("Investigation", complaint=third)
    bare_row("Investigation Complaint", parent=shared, parenttype="Investigation", complaint=second)
    bare_row("Investigation Complaint", parent=shared, parenttype="Investigation", complaint=first)
    capa = bare_row("CAPA")
    bare_row("CAPA Complaint", parent=capa, parenttype="CAPA", complaint=second)
    rows = {row.name: row for row in ComplaintRegister(made.filters()).rows()}
    assert set(rows[first].investigations.split(", ")) == {own, shared}
    assert (rows[second].investigations, rows[third].investigations) == (shared, shared)
    assert (rows[first].capas, rows[second].capas) == ("", capa)


def test_register_leaves_out_what_a_permission_level_hides(made: Made) -> None:
    hidden = {"doctype": "Complaint", "fieldname": "settled_amount", "property": "permlevel", "value": "7"}
    with changed_rules("Complaint"):
        frappe.make_property_setter({**hidden, "property_type": "Int"})
        with as_user(factory.person("Complaint Manager", Company=made.company)):
            columns, rows, _message, _chart, above, _total = ComplaintRegister({}).run()
    assert len(rows) == COUNT
    assert "settled_amount" not in {one["fieldname"] for one in columns}
    assert all("settled_amount" not in row for row in rows)
    assert "Granted" not in {one["label"] for one in above}


# SOP performance -----------------------------------------------------------------------------------------------------


def test_sop_counts_and_times_equal_counting_by_hand(made: Made) -> None:
    lines = SopPerformance(made.filters()).lines
    complaints = {row.name: row for row in made.rows()}
    logs = frappe.get_all("Complaint Stage Log", {"parent": ("in", list(complaints))}, ["*"], order_by="name")
    sop = next(iter(complaints.values())).sop
    for stage in COMPLAINT_OPEN:
        visits = [row for row in logs if row.stage == stage]
        left = [row for row in visits if row.left_at]
        inside = [complaints[row.parent].stage_status for row in visits if not row.left_at]
        line = lines[(sop, stage)]
        assert line.entered == len(visits)
        assert line.met == sum(row.status == "met" for row in left)
        assert line.late == sum(row.status == "missed" for row in left) + inside.count("overdue")
        assert (line.open, line.at_risk) == (len(inside), inside.count("at_risk"))
        seconds = [row.used_seconds for row in left]
        assert line.seconds == sum(seconds)
        for share, found in line.percentiles.items():
            assert found == pytest.approx(np.percentile(seconds, share), rel=1e-12)
        assert set(line.percentiles) == {50, 90}


def test_sop_first_response_and_whole(made: Made) -> None:
    lines = SopPerformance(made.filters()).lines
    rows = made.rows()
    sop = rows[0].sop
    response, whole = lines[(sop, "first_response")], lines[(sop, "whole")]
    assert (response.met, response.late) == (
        sum(row.response_status == "met" for row in rows),
        sum(row.response_status == "missed" for row in rows),
    )
    answered = [row.response_used for row in rows if row.first_response_at]
    assert response.percentiles[90] == pytest.approx(np.percentile(answered, 90))
    ended = [row.resolution_used for row in rows if row.resolution_status in ("met", "missed")]
    assert whole.percentiles[50] == pytest.approx(np.percentile(ended, 50))
    assert whole.open == sum(row.resolution_status == "on_track" for row in rows)


def test_sop_a_complaint_that_ended_unanswered_is_not_answered_in_time(made: Made) -> None:
    sop = made.rows()[0].sop
    before = SopPerformance(made.filters()).lines[(sop, "first_response")]
    unanswered = [row.name for row in made.rows() if row.response_status == "met"][:7]
    assert len(unanswered) == 7
    frappe.db.set_value("Complaint", {"name": ("in", unanswered)}, "first_response_at", None)
    after = SopPerformance(made.filters()).lines[(sop, "first_response")]
    assert (before.met - after.met, after.late, after.entered) == (7, before.late, before.entered)


def test_sop_without_any_procedure(made: Made) -> None:
    frappe.db.set_value("Complaint", {"company": made.company}, "sop", None)
    report = SopPerformance(made.filters())
    assert {sop for sop, _line in report.lines} == {""}
    assert all(row["sop"] == "Without SOP" for row in report.rows())
    assert not report.lines[("", "triage")].percentiles  # without a calendar no working time was measured


def test_sop_open_now_leads_to_the_complaints(made: Made) -> None:
    rows = SopPerformance(made.filters(territory=made.region)).rows()
    assert sum(row["open"] for row in rows)
    for row in rows:
        assert listed(row["route"]) == row["open"]


# Cost ----------------------------------------------------------------------------------------------------------------


@contextmanager
def queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    seen: list[str] = []
    ask = frappe.db.sql

    def watched(query: object, *args: object, **kwargs: object) -> object:
        seen.append(str(query))
        return ask(query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(frappe.db, "sql", watched)
        yield seen


@pytest.mark.parametrize(
    ("made_of", "most"), [(RiskMatrixReport, 3), (ComplaintRegister, 4), (SopPerformance, 8)]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    made: Made, made_of: type, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = made.filters(from_date="2024-06-20", to_date="2024-06-30")
    many = made.filters(from_date="2024-01-01", to_date="2024-06-30")
    made_of(many).run()  # whatever the framework reads once per process, the sign of each currency included
    counts = []
    for given in (few, many):
        with queries(monkeypatch) as seen:
            made_of(given).run()
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= most


# Export --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_a_report_exports(made: Made, report: str, kind: str) -> None:
    filters = made.filters(**({"rows": "all"} if report == REGISTER else {}))
    frappe.local.form_dict = frappe._dict(
        report_name=report,
        file_format_type=kind,
        filters=json.dumps(filters),
        visible_idx="[]",
        custom_columns="[]",
    )
    export_query()
    content = frappe.response.filecontent
    if kind == "Excel":
        assert content[:2] == b"PK"
        return
    lines = content.decode("utf-8").splitlines()
    answer = run(report, filters)
    assert len(lines) >= len(answer["result"]) + 1
    assert answer["columns"][0]["label"] in lines[0]
