"""Reports, charts and cards against counting by hand, as people with and without restrictions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import frappe
import numpy as np
import pytest
from frappe.desk.doctype.dashboard_settings.dashboard_settings import (
    create_dashboard_settings,
    save_chart_config,
)
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.desk.query_report import export_query, run
from frappe.permissions import update_permission_property

from complaint_qms.api.figures import behind
from complaint_qms.constants.stages import COMPLAINT_ENDED, COMPLAINT_OPEN
from complaint_qms.services.reporting import figures
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.register import ComplaintRegister
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.sop_performance import SopPerformance
from tests.complaint_rows import Choices, insert_complaints
from tests.desk import factory

NOW = datetime(2024, 7, 1, 12)
DAYS = 120
COUNT = 240
MATRIX, REGISTER, SOP = "Complaint Risk Matrix", "Complaint Register", "SOP Performance by Stage"
REPORTS = (MATRIX, REGISTER, SOP)


@dataclass
class Made:
    """What the rows of a test hang on."""

    company: str
    prefix: str
    region: str
    city: str
    elsewhere: str
    kind: str
    sort: str
    customer: str

    def rows(self, **filters: object) -> list[frappe._dict]:
        return frappe.get_all(
            "Complaint", filters={"company": self.company, **filters}, fields=["*"], order_by="name"
        )

    def filters(self, **more: object) -> dict:
        return {"company": self.company, **more}


@pytest.fixture
def made() -> Made:
    """240 complaints of 120 days in a company of their own: two territories, two types, one of each in a branch."""
    region = factory.make("Territory", territory_name=factory.unique("Region"), is_group=1).name
    city = factory.make("Territory", territory_name=factory.unique("City"), parent_territory=region).name
    elsewhere = factory.make("Territory", territory_name=factory.unique("Elsewhere")).name
    root = frappe.get_all("Complaint Type", {"parent_complaint_type": ("is", "not set")}, pluck="name")[0]
    kind = _type("Kind", root, is_group=1)
    one = Made(
        company=_company(),
        prefix=f"T{frappe.generate_hash(length=8)}-",
        region=region,
        city=city,
        elsewhere=elsewhere,
        kind=kind,
        sort=_type("Sort", kind),
        customer=factory.customer().name,
    )
    choices = replace(
        Choices.of_site(),
        company=one.company,
        types=[one.sort, _type("Other", root), None],
        territories=[city, elsewhere, None],
        customers=[one.customer, factory.customer().name],
        items=[None],
        item_groups=[None],
    )
    insert_complaints(COUNT, choices, now=NOW, prefix=one.prefix, days=DAYS)
    return one


def _company() -> str:
    """A company without the accounts that the controller would make for it."""
    name = factory.unique("Company")
    company = frappe.get_doc(
        {"doctype": "Company", "company_name": name, "abbr": name[-6:], "default_currency": "USD"}
    )
    company.name = name
    company.db_insert()
    return name


def _type(prefix: str, parent: str, **values: object) -> str:
    name = factory.unique(prefix)
    return factory.make(
        "Complaint Type", complaint_type_name=name, parent_complaint_type=parent, **values
    ).name


@contextmanager
def as_user(email: str) -> Iterator[None]:
    frappe.set_user(email)
    try:
        yield
    finally:
        frappe.set_user("Administrator")


def listed(route: dict) -> int:
    """How many records the Complaint list shows for a click's filters."""
    return len(
        frappe.get_list("Complaint", filters=route, pluck="name", limit_page_length=0, order_by="name")
    )


def is_open(row: dict) -> bool:
    return row.stage not in COMPLAINT_ENDED


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
    own = _bare("Investigation", complaint=first)
    shared = _bare("Investigation", complaint=third)
    _bare("Investigation Complaint", parent=shared, parenttype="Investigation", complaint=second)
    _bare("Investigation Complaint", parent=shared, parenttype="Investigation", complaint=first)
    capa = _bare("CAPA")
    _bare("CAPA Complaint", parent=capa, parenttype="CAPA", complaint=second)
    rows = {row.name: row for row in ComplaintRegister(made.filters()).rows()}
    assert set(rows[first].investigations.split(", ")) == {own, shared}
    assert (rows[second].investigations, rows[third].investigations) == (shared, shared)
    assert (rows[first].capas, rows[second].capas) == ("", capa)


def _bare(doctype: str, **values: object) -> str:
    """A row without its controller: reports only read the table."""
    row = frappe.get_doc({"doctype": doctype, **values})
    row.name = factory.unique(doctype)
    row.db_insert()
    return row.name


def test_register_leaves_out_what_a_permission_level_hides(made: Made) -> None:
    hidden = {"doctype": "Complaint", "fieldname": "settled_amount", "property": "permlevel", "value": "7"}
    with changed_rules("Complaint"):
        frappe.make_property_setter({**hidden, "property_type": "Int"})
        with as_user(factory.person("Complaint Manager", Company=made.company)):
            columns, rows, _message, _chart, above, _total = ComplaintRegister({}).run()
    assert len(rows) == COUNT
    assert "settled_amount" not in {one["fieldname"] for one in columns}
    assert all("settled_amount" not in row for row in rows)
    assert "Settled" not in {one["label"] for one in above}


@contextmanager
def changed_rules(doctype: str) -> Iterator[None]:
    """Inside, the rules of a DocType may be changed; afterwards nothing of it is left, in the cache neither."""
    try:
        yield
    finally:
        frappe.db.rollback()
        frappe.clear_cache(doctype=doctype)


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


# Who may see what ----------------------------------------------------------------------------------------------------


def counted(filters: dict) -> SimpleNamespace:
    """How many complaints each report counts."""
    register = ComplaintRegister({**filters, "rows": "all"})
    sop = SopPerformance(filters)
    return SimpleNamespace(
        matrix=sum(one.total for one in RiskMatrixReport(filters).tallies.values()),
        register=register.run()[4][0]["value"] if register.run()[4] else 0,
        rows={row.name for row in register.run()[1]},
        sop=sum(line.entered for (_sop, key), line in sop.lines.items() if key == "intake"),
    )


def assert_counts(found: SimpleNamespace, names: set[str]) -> None:
    assert found.rows == names
    assert (found.matrix, found.register, found.sop) == (len(names),) * 3


def test_a_user_of_one_company_sees_and_counts_only_that_company(made: Made) -> None:
    with as_user(factory.person("Complaint Manager", Company=made.company)):
        assert_counts(counted({}), {row.name for row in made.rows()})
    with as_user(factory.person("Complaint Manager", Company=_company())):
        assert_counts(counted({}), set())


def test_a_user_of_a_region_sees_its_cities_and_what_has_no_territory(made: Made) -> None:
    own = {row.name for row in made.rows() if row.territory in (made.city, None, "")}
    assert 0 < len(own) < COUNT
    with as_user(factory.person("Complaint Manager", Territory=made.region)):
        found = counted(made.filters())
        assert listed({"company": made.company}) == len(own)
    assert_counts(found, own)


def test_accounts_see_the_complaints_whose_money_they_handle(made: Made) -> None:
    settled = {row.name for row in made.rows()[:5]}
    for name in settled:
        _bare("Complaint Settlement", complaint=name, customer=made.customer, company=made.company)
    with as_user(factory.person("Accounts Manager")):
        assert_counts(counted(made.filters()), settled)


@pytest.mark.parametrize("report", REPORTS)
def test_without_the_right_there_is_no_report(made: Made, report: str) -> None:
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        run(report, made.filters())


@pytest.mark.parametrize("made_of", [RiskMatrixReport, ComplaintRegister, SopPerformance])
def test_without_the_right_the_query_itself_refuses(made: Made, made_of: type) -> None:
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        made_of(made.filters()).run()


def test_one_shared_complaint_does_not_open_the_others(made: Made) -> None:
    email, one = factory.person("Sales User"), made.rows()[0].name
    _bare("DocShare", share_doctype="Complaint", share_name=one, user=email, read=1)
    with as_user(email):
        tallies = RiskMatrixReport(made.filters()).tallies
    assert sum(tally.total for tally in tallies.values()) == 1


def test_no_report_names_a_capa_to_somebody_who_may_not_read_it(made: Made) -> None:
    capa, complaint = _bare("CAPA"), made.rows()[0].name
    _bare("CAPA Complaint", parent=capa, parenttype="CAPA", complaint=complaint)
    agent = factory.person("Complaint Agent", Company=made.company)
    with as_user(agent):
        assert {row.capas for row in ComplaintRegister({}).rows()} == {capa, ""}
    with changed_rules("CAPA"):
        update_permission_property("CAPA", "Complaint Agent", 0, "read", 0, validate=False)
        with as_user(agent):
            columns, rows, *_rest = ComplaintRegister({}).run()
    assert "capas" not in {one["fieldname"] for one in columns}
    assert {row.capas for row in rows} == {""}


# Filters -------------------------------------------------------------------------------------------------------------


def test_a_branch_of_a_tree_counts_everything_below_it(made: Made) -> None:
    expected = {row.name for row in made.rows() if row.complaint_type == made.sort}
    assert expected
    assert_counts(counted(made.filters(complaint_type=made.kind)), expected)
    city = {row.name for row in made.rows() if row.territory == made.city}
    assert_counts(counted(made.filters(territory=made.region)), city)
    assert_counts(counted(made.filters(territory="No Such Place")), set())


def test_a_period_holds_both_its_days(made: Made) -> None:
    day = made.rows()[COUNT // 2].received_at.date()
    expected = {row.name for row in made.rows() if row.received_at.date() == day}
    midnight, last = made.rows()[0].name, made.rows()[-1].name
    frappe.db.set_value("Complaint", midnight, "received_at", datetime.combine(day, datetime.min.time()))
    frappe.db.set_value("Complaint", last, "received_at", datetime.combine(day, datetime.max.time()))
    found = counted(made.filters(from_date=str(day), to_date=str(day)))
    assert_counts(found, expected | {midnight, last})


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(frappe.ValidationError, match="ends before it begins"):
        ReportFilters.read({"from_date": "2024-05-02", "to_date": "2024-05-01"})


def test_quotes_in_a_filter_are_text(made: Made) -> None:
    assert_counts(counted(made.filters(customer="x' or '1'='1")), set())


@pytest.mark.parametrize("report", REPORTS)
def test_an_empty_report_says_what_to_do(report: str) -> None:
    answer = run(report, {"company": "No Such Company", "from_date": "2020-01-01", "to_date": "2020-01-31"})
    assert "Widen the period or clear a filter" in answer["message"]
    assert not answer["result"]
    assert not answer["chart"]


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
    ("made_of", "most"), [(RiskMatrixReport, 3), (ComplaintRegister, 4), (SopPerformance, 7)]
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
    frappe.local.form_dict = frappe._dict(
        report_name=report,
        file_format_type=kind,
        filters=json.dumps(made.filters(rows="all")),
        visible_idx="[]",
        custom_columns="[]",
    )
    export_query()
    content = frappe.response.filecontent
    if kind == "Excel":
        assert content[:2] == b"PK"
        return
    lines = content.decode("utf-8").splitlines()
    answer = run(report, made.filters(rows="all"))
    assert len(lines) >= len(answer["result"]) + 1
    assert answer["columns"][0]["label"] in lines[0]


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
    assert blocks == {"number_card": 5, "shortcut": 8, "chart": 1, "custom_block": 3, "card": 3}
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
