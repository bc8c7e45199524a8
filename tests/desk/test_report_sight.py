"""Whose complaints a report counts, and what its filters mean."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import frappe
import pytest
from frappe.desk.query_report import run
from frappe.permissions import update_permission_property

from complaint_qms.services.reporting.complaint_register import ComplaintRegister
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.sop_performance import SopPerformance
from tests.desk import factory, report_rows
from tests.desk.report_rows import (
    COUNT,
    REPORTS,
    Made,
    as_user,
    bare_company,
    bare_row,
    changed_rules,
    listed,
)

made = pytest.fixture(report_rows.made)

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
    with as_user(factory.person("Complaint Manager", Company=bare_company())):
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
        bare_row("Complaint Settlement", complaint=name, customer=made.customer, company=made.company)
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
    bare_row("DocShare", share_doctype="Complaint", share_name=one, user=email, read=1)
    with as_user(email):
        tallies = RiskMatrixReport(made.filters()).tallies
    assert sum(tally.total for tally in tallies.values()) == 1


def test_no_report_names_a_capa_to_somebody_who_may_not_read_it(made: Made) -> None:
    capa, complaint = bare_row("CAPA"), made.rows()[0].name
    bare_row("CAPA Complaint", parent=capa, parenttype="CAPA", complaint=complaint)
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
