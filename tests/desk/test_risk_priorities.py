"""Pairs of item and type in any matrix, how they moved, and in which order they are acted on; and nobody sees beyond their own."""

from __future__ import annotations

from collections import Counter

import frappe
import pytest
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.desk.query_report import export_query, run
from frappe.permissions import update_permission_property
from frappe.utils import getdate

from complaint_qms.constants import roles
from complaint_qms.engine.rates import garwood
from complaint_qms.services.analysis.risk_pair_matrix import matrix_report
from complaint_qms.services.analysis.risk_priorities import RiskPriorities
from tests.desk import factory
from tests.desk.report_rows import as_user, bare_row, changed_rules, complaint_type, listed
from tests.desk.test_delivered_units_report import Shop, ago

REPORT, MATRIX = "Risk Priorities", "Complaint Risk Matrix"


class Risks(Shop):
    """The first item leaks and smells, the second leaks; half a year in two halves."""

    def __init__(self) -> None:
        super().__init__()
        frappe.db.delete("Complaint", {"company": ("in", (self.company, self.other_company))})
        root = frappe.get_all("Complaint Type", {"parent_complaint_type": ("is", "not set")}, pluck="name")[0]
        self.leak, self.smell = complaint_type("Leak", root), complaint_type("Smell", root)
        self.deliver(120, 0, self.batches[0], 0, 1_000_000)
        self.deliver(20, 0, self.batches[0], 0, 1_000_000)
        self.tell(10, 0, self.leak, 20, severity="Serious")
        self.tell(5, 0, self.leak, 120, severity="Minor")
        self.tell(1, 0, self.smell, 20, severity="Minor", stage="closed")
        self.tell(2, 0, self.smell, 120, severity="Serious")
        self.tell(3, 1, self.leak, 30, severity="Critical", customer=1)
        self.tell(1, 1, None, 30, customer=1)

    def tell(self, count: int, item: int, kind: str | None, days: int, customer: int = 0, **values: object) -> None:  # fmt: skip
        self.complain(count, item, None, customer, days, complaint_type=kind, **values)

    def asked(self, **more: object) -> dict:
        return {"company": self.company, "from_date": str(ago(89)), "to_date": str(getdate()), "state": "valid", **more}  # fmt: skip


@pytest.fixture
def risks() -> Risks:
    return Risks()


def rows_of(given: dict) -> dict[tuple[str, str], dict]:
    columns, rows, message, _chart, summary, _skip = RiskPriorities(given).run()
    assert message
    assert summary or not rows
    assert all({one["fieldname"] for one in columns} <= row.keys() for row in rows)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    return {(row["item_code"], row["complaint_type"]): row for row in rows}


def test_a_pair_stands_where_its_gravest_complaint_and_its_rate_put_it(risks: Risks) -> None:
    first, second = risks.items
    found = rows_of(risks.asked())
    # The gravest first: critical, 3 in 500 units; then serious, 10 in a million.
    assert list(found) == [(second, risks.leak), (first, risks.leak), (first, risks.smell)]
    leak = found[first, risks.leak]
    units = 1_000_000 + 1000 + 3000 - 200
    assert (leak["count"], leak["before"], leak["open"], leak["units"]) == (10, 5, 10, units)
    assert (leak["severity"], leak["occurrence"]) == ("Serious", "Remote")
    assert leak["rate"] == pytest.approx(1000 * 10 / units, abs=1e-3)
    assert leak["rate_upper"] == pytest.approx(1000 * garwood(10, units).upper, abs=1e-3)
    assert (leak["way_key"], found[first, risks.smell]["way_key"], found[second, risks.leak]["way_key"]) == ("rose", "fell", "new")  # fmt: skip
    assert found[first, risks.smell]["open"] == 0
    assert "1" in RiskPriorities(risks.asked()).found.remarks()[-1]
    base = next(one["drill"] for one in RiskPriorities(risks.asked()).columns() if one["fieldname"] == "count")  # fmt: skip
    for row in found.values():
        assert listed(base | row["route"]) == row["count"]


def test_the_heat_map_counts_pairs_and_leads_to_them(risks: Risks) -> None:
    report = matrix_report(risks.asked(count_of="pairs"))
    columns, rows, message, _chart, summary, _skip = report.run()
    places = Counter(
        (row["severity"], pair.now.occurrence)
        for row, pair in zip(
            RiskPriorities(risks.asked()).rows(), RiskPriorities(risks.asked()).pairs, strict=True
        )
    )
    drawn = {
        (severity, occurrence): row["cells"][f"o{at}"]
        for row, severity in zip(rows, report.grid.severities, strict=False)
        for at, occurrence in enumerate(report.grid.occurrences)
    }
    assert {place: cell["total"] for place, cell in drawn.items() if cell["total"]} == dict(places)
    assert sum(places.values()) == 3
    for place, cell in drawn.items():
        led = rows_of(cell["pairs"])
        assert len(led) == places[place]
        assert {row["way_key"] for row in led.values()} <= {"rose", "fell", "new", "unmoved"}
        assert cell["came"]["rose"] == sum(row["way_key"] == "rose" for row in led.values())
    assert [one["value"] for one in summary] == [3, 1, 1, 1, 2]
    assert rows[-1]["total"] == 3
    assert "▲" in message
    assert {one["fieldname"] for one in columns} >= {"severity", "total", "open"}
    assert run(MATRIX, risks.asked(count_of="pairs"))["result"]
    with pytest.raises(frappe.ValidationError, match="is not among the choices"):
        matrix_report(risks.asked(count_of="elephants"))


def test_a_matrix_of_three_by_two_levels_is_a_matrix_as_well(risks: Risks) -> None:
    levels = ("Minor", "Serious", "Critical")
    cells = [
        {"severity": severity, "occurrence": occurrence, "risk_level": "Bad" if severity == "Critical" else "Fair", "acceptability": "unacceptable" if severity == "Critical" else "acceptable", "color": "#112233"}
        for severity in levels
        for occurrence in ("Remote", "Frequent")
    ]  # fmt: skip
    own = factory.make("Risk Matrix", matrix_name=factory.unique("Own"), cells=cells)
    report = matrix_report(risks.asked(count_of="pairs", risk_matrix=own.name))
    assert (report.grid.severities, report.grid.occurrences) == (["Critical", "Serious", "Minor"], ["Remote", "Frequent"])  # fmt: skip
    found = rows_of(risks.asked(risk_matrix=own.name))
    assert next(row["risk"] for row in found.values()) == "Bad · Unacceptable"
    # Improbable is no level of this matrix, so that the second pair of the first item is not rated by its rate.
    assert found[risks.items[0], risks.leak]["risk"] == "Fair · Acceptable"


def test_where_units_are_not_compared_the_judgement_counts(risks: Risks) -> None:
    frappe.db.set_value("Complaint", {"company": risks.company, "complaint_type": risks.leak}, "occurrence", "Occasional")  # fmt: skip
    for more in (
        {"severity": ["Serious", "Critical"]},
        {"from_date": None, "to_date": None},
        {"state": "open"},
    ):
        found = rows_of(risks.asked(**more))
        row = found[risks.items[0], risks.leak]
        assert row["occurrence"] == "Occasional (judged)"
        assert row["units"] is None
        assert any("judged with" in one for one in RiskPriorities(risks.asked(**more)).found.remarks())


def test_what_is_under_way_is_named_and_comes_later(risks: Risks) -> None:
    first, second = risks.items
    capa = bare_row("CAPA", company=risks.company, item_code=second, stage="implement", title="Mend")
    done = bare_row("CAPA", company=risks.company, item_code=first, stage="closed", title="Mended")
    case = frappe.get_all("Complaint", {"company": risks.company, "complaint_type": risks.smell, "received_at": (">", ago(60))}, pluck="name")[0]  # fmt: skip
    study = bare_row(
        "Investigation", company=risks.company, complaint=case, stage="in_progress", title="Look"
    )
    found = rows_of(risks.asked())
    assert found[second, risks.leak]["capas"] == capa
    assert found[first, risks.smell]["studies"] == study
    assert done not in {row["capas"] for row in found.values()}
    assert {key for key, row in found.items() if row["answered"]} == {
        (second, risks.leak),
        (first, risks.smell),
    }
    assert rows_of(risks.asked(answered="none")).keys() == {(first, risks.leak)}
    assert rows_of(risks.asked(moved="rose")).keys() == {(first, risks.leak)}
    named = bare_row("CAPA", company=risks.company, stage="draft", title="For the complaint")
    bare_row("CAPA Complaint", parent=named, parenttype="CAPA", complaint=case)
    assert rows_of(risks.asked())[first, risks.smell]["capas"] == named
    with changed_rules("CAPA"):
        update_permission_property("CAPA", roles.AGENT, 0, "read", 0, validate=False)
        with as_user(factory.person(roles.AGENT)):
            seen = rows_of(risks.asked())
    assert all(not row["capas"] for row in seen.values())


def test_everybody_sees_the_pairs_of_their_own(risks: Risks) -> None:
    with as_user(factory.person(roles.MANAGER, Company=risks.company)):
        assert len(rows_of(risks.asked(company=None))) == 3
    with as_user(factory.person(roles.MANAGER, Company=risks.other_company)):
        assert not rows_of(risks.asked(company=None))
        assert not matrix_report(risks.asked(company=None, count_of="pairs")).tallies
    with as_user(factory.person(roles.MANAGER, Customer=risks.customers[1])):
        (row,) = rows_of(risks.asked()).values()
        assert (row["count"], row["units"]) == (3, 500)
        (only,) = [one for one in matrix_report(risks.asked(count_of="pairs")).tallies.values() if one.total]
        assert only.total == 1
    for report in (REPORT, MATRIX):
        with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
            run(report, risks.asked(count_of="pairs") if report == MATRIX else risks.asked())


def test_who_may_not_read_a_field_gets_nothing_of_it(risks: Risks) -> None:
    for field, refused in (("occurrence", True), ("handling_cost", False)):
        with changed_rules("Complaint"):
            make_property_setter("Complaint", field, "permlevel", 7, "Int")
            frappe.clear_cache(doctype="Complaint")
            with as_user(factory.person(roles.QUALITY_MANAGER)):
                if refused:
                    with pytest.raises(frappe.PermissionError, match="counts by"):
                        RiskPriorities(risks.asked())
                else:
                    assert "cost" not in {one["fieldname"] for one in RiskPriorities(risks.asked()).columns()}


def test_an_empty_report_says_what_to_do_and_a_full_one_is_exported(risks: Risks) -> None:
    answer = run(REPORT, {"company": "No Such Company"})
    assert "Widen the period or clear a filter" in answer["message"]
    assert not answer["result"]
    frappe.local.form_dict = frappe._dict(
        report_name=REPORT, file_format_type="Excel", filters=frappe.as_json(risks.asked()), visible_idx="[]", custom_columns="[]"
    )  # fmt: skip
    export_query()
    assert frappe.response.filecontent[:2] == b"PK"
    for bad in ({"moved": "sideways"}, {"answered": 7}, {"strange": 1}):
        with pytest.raises(frappe.ValidationError):
            RiskPriorities(risks.asked(**bad))
