"""Cross-tab, efficiency, CAPAs and cost against counting by hand; every number leads to what it counts, and nobody sees beyond their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import frappe
import numpy as np
import pytest
from frappe.desk.query_report import run

from complaint_qms.constants.clock import LATE, MET, MISSED
from complaint_qms.engine.cross_table import cross_table
from complaint_qms.engine.signals.time_to_event import kaplan_meier
from complaint_qms.services.analysis import cross_tab_counts, quality_cost
from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.analysis.cross_tab import CrossTab
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.work.load import load_of
from complaint_qms.services.work.timing import viewer
from complaint_qms.services.work.workload_report import Workload
from tests.desk import factory, report_rows
from tests.desk.report_rows import (
    COUNT,
    NOW,
    Made,
    as_user,
    bare_company,
    bare_row,
    complaint_type,
    is_open,
    listed,
)

made = pytest.fixture(report_rows.made)

# Cross-tab -----------------------------------------------------------------------------------------------------------


def cells_of(report: CrossTab) -> list[dict]:
    """Every cell of the table that has a link, its totals included."""
    return [
        cell for row in report.shown_rows() for cell in row["cells"].values() if cell["route"] is not None
    ]


def test_a_table_counts_what_counting_by_hand_counts_and_each_cell_leads_to_it(made: Made) -> None:
    report = CrossTab(made.filters(rows_by="complaint_type", columns_by="territory"))
    rows = made.rows()
    by_hand = Counter(
        (row.complaint_type, row.territory) for row in rows if row.complaint_type and row.territory
    )
    keys, others = report.rows.keys, report.columns.keys
    assert {
        (a, b): int(report.table.observed[i, j]) for i, a in enumerate(keys) for j, b in enumerate(others)
    } == {(a, b): by_hand[(a, b)] for a in keys for b in others}
    assert report.crossed.without == COUNT - sum(by_hand.values()) > 0
    expected = cross_table(report.table.observed)
    shown = report.shown_rows()
    assert shown[0]["cells"]["c0"]["expected"] == round(float(expected.expected[0, 0]), 1)
    assert shown[-1]["total"] == sum(by_hand.values()) == report.run()[4][0]["value"]
    city = factory.person("Complaint Manager", Territory=made.region)
    for person, some in (("Administrator", 9), (city, 4)):
        with as_user(person):
            for asked in (
                {"rows_by": "complaint_type", "columns_by": "territory"},
                {"rows_by": "month", "columns_by": "customer"},
                {"rows_by": "customer", "columns_by": "severity", "from_date": "2024-04-01", "to_date": "2024-06-15"},
                {"rows_by": "week", "columns_by": "company", "most_rows": "5"},
            ):  # fmt: skip
                cells = cells_of(CrossTab(made.filters(**asked)))
                assert len(cells) >= some
                for cell in cells:
                    assert listed(cell["route"]) == cell["count"], (person, asked, cell)


def test_a_cell_of_two_dimensions_of_one_field_leads_to_what_both_say(made: Made) -> None:
    """Customer by its group, item group by its line, month by week: an address has room for one condition a field."""
    group = factory.make("Customer Group", customer_group_name=factory.unique("Buyers")).name
    buyers = [made.customer, *(factory.customer(customer_group=group).name for _ in range(6))]
    goods = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", limit=3, order_by="name")
    for at, row in enumerate(made.rows()):
        frappe.db.set_value("Complaint", row.name, {"customer": buyers[at % 7], "item_group": goods[at % 3]})
    for asked in (
        {"rows_by": "customer", "columns_by": "customer_group", "most_rows": "5"},
        {"rows_by": "customer_group", "columns_by": "customer", "customer_group": group},
        {"rows_by": "customer", "columns_by": "severity", "customer": buyers[1:4]},
        {"rows_by": "item_group", "columns_by": "product_line"},
        {"rows_by": "week", "columns_by": "month", "most_rows": "5"},
    ):
        report = CrossTab(made.filters(**asked))
        cells = [one for row in report.shown_rows() for one in row["cells"].values() if one["count"]]
        assert len(cells) > 3
        for cell in cells:
            assert listed(cell["route"]) == cell["count"], (asked, cell)


@pytest.mark.parametrize("most_cells", [0, 10**6])
def test_rare_values_are_put_together_and_lead_to_their_complaints(
    made: Made, monkeypatch: pytest.MonkeyPatch, most_cells: int
) -> None:
    monkeypatch.setattr(cross_tab_counts, "_MOST_CELLS", most_cells)
    root = frappe.get_all("Complaint Type", {"parent_complaint_type": ("is", "not set")}, pluck="name")[0]
    items = [factory.item().name for _ in range(7)]
    kinds = [complaint_type("Kind", root) for _ in range(7)]
    for at, row in enumerate(made.rows()):
        kind = kinds[min(at % 11, 6)]
        frappe.db.set_value(
            "Complaint", row.name, {"item_code": items[min(at % 13, 6)], "complaint_type": kind}
        )
    report = CrossTab(
        made.filters(rows_by="item", columns_by="complaint_type", most_rows="5", most_columns=5)
    )
    assert report.table.observed.shape == (6, 6)
    assert report.crossed.whole == COUNT
    assert report.rows.keys[-1] == report.columns.keys[-1] == "\u0001"
    for cell in cells_of(report):
        assert listed(cell["route"]) == cell["count"]
    whole = CrossTab(made.filters(rows_by="item", columns_by="complaint_type"))
    assert whole.table.observed.shape == (7, 7)
    assert whole.table.observed[:5, :5].tolist() == report.table.observed[:5, :5].tolist()


def test_what_is_more_than_expected_is_told_with_where_it_comes_from(made: Made) -> None:
    root = frappe.get_all("Complaint Type", {"parent_complaint_type": ("is", "not set")}, pluck="name")[0]
    leak, noise = complaint_type("Leak", root), complaint_type("Noise", root)
    pump, fan = factory.item(item_name="Pump 12").name, factory.item(item_name="Fan <3>").name
    one = factory.customer().name
    company = bare_company()

    def complaints(number: int, kind: str, item: str, customer: str | None, days: int = 1) -> None:
        for at in range(number):
            received = datetime(2024, 3, 1, 9) + timedelta(days=at * days)
            bare_row("Complaint", subject="Broken", company=company, complaint_type=kind, item_code=item, customer=customer, stage="triage", received_at=received)  # fmt: skip

    complaints(20, noise, pump, None)
    complaints(40, noise, fan, None)
    complaints(1, leak, fan, None)
    complaints(14, leak, pump, one, days=0)
    asked = {"company": company, "rows_by": "complaint_type", "columns_by": "item"}
    _columns, rows, message, _chart, cards, _no_total = CrossTab(asked).run()
    assert f"{leak} on {pump} · Pump 12: 14 where 6.8 are expected." in message
    assert "Mind that 14 of them come from one customer" in message
    assert "13 came from a customer who had complained on the same day already" in message
    assert "<3>" not in message
    assert {card["label"] for card in cards} >= {"Cells with More Than Expected", "Cramér's V"}
    marked = {
        (row["group"], cell["state"]) for row in rows for cell in row["cells"].values() if cell.get("state")
    }
    assert marked == {(leak, "more"), (leak, "fewer"), (noise, "more"), (noise, "fewer")}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"rows_by": "item", "columns_by": "item"}, "choose two different"),
        ({"rows_by": "colour"}, "nothing that complaints are counted by"),
        ({"columns_by": ["item"]}, "nothing that complaints are counted by"),
        ({"colour": "red"}, "no filter colour"),
    ],
)
def test_a_table_without_sense_is_refused(asked: dict, told: str) -> None:
    with pytest.raises(frappe.ValidationError, match=told):
        CrossTab(asked)


# Efficiency ----------------------------------------------------------------------------------------------------------


def test_times_are_those_of_counting_by_hand(made: Made) -> None:
    for at, row in enumerate(made.rows()):
        promised = (row.received_at + timedelta(days=9)).date()
        reply = row.received_at + timedelta(days=5 + at % 8) if at % 3 else None
        frappe.db.set_value(
            "Complaint", row.name, {"promised_on": promised if at % 2 else None, "reply_sent_at": reply}
        )
    filters = made.filters(by="complaint_type", state="valid")
    report = EfficiencyReport(filters, now=NOW)
    rows = [row for row in made.rows() if row.stage not in ("rejected", "duplicate", "void")]
    groups: dict[str, list] = defaultdict(list)
    for row in rows:
        groups[row.complaint_type or ""].append(row)
    shown = {row["key"]: row for row in report.rows()}
    assert {key: row["complaints"] for key, row in shown.items()} == {
        key: len(some) for key, some in groups.items()
    }
    judged = 0
    for key, some in groups.items():
        told = shown[key]
        used = [
            row.response_used
            for row in some
            if row.response_status in (MET, MISSED) and row.first_response_at
        ]
        if used:
            assert told["response_median"] == round(float(np.percentile(used, 50)) / 3600, 1)
            assert told["response_p90"] == round(float(np.percentile(used, 90)) / 3600, 1)
        late = sum(row.response_status in LATE for row in some)
        met = sum(row.response_status == MET and bool(row.first_response_at) for row in some)
        assert told["response_in_time"] == (round(100 * met / (met + late), 1) if met + late else None)
        days = [((row.closed_at if not is_open(row) else NOW).date() - row.received_at.date()).days for row in some if is_open(row) or row.closed_at]  # fmt: skip
        curve = kaplan_meier(days, [not is_open(row) for row in some if is_open(row) or row.closed_at])
        median = curve.by(0.5)
        assert told["days_median"] == (None if np.isnan(median) else median)
        assert sum(told[f"band_{at}"] for at in range(4)) == told["open"] == sum(map(is_open, some))
        kept = sum(bool(row.promised_on and row.reply_sent_at and row.reply_sent_at.date() <= row.promised_on) for row in some)  # fmt: skip
        broken = sum(
            bool(row.promised_on)
            and (row.reply_sent_at.date() > row.promised_on if row.reply_sent_at else row.promised_on < NOW.date())
            for row in some
        )  # fmt: skip
        judged += kept + broken
        assert told["promises_kept"] == (round(100 * kept / (kept + broken), 1) if kept + broken else None)
        for name, route in (("complaints", "route"), ("open", "open_route")):
            assert listed(told[route]) == told[name]
        for at, route in enumerate(told["band_routes"]):
            assert route is None or listed(route) == told[f"band_{at}"]
    assert judged
    used = [row.resolution_used for row in rows if row.resolution_status in (MET, MISSED)]
    assert report.measured.whole.handling[90] == pytest.approx(np.percentile(used, 90))
    by_group = EfficiencyReport(made.filters(by="customer_group", state="valid"), now=NOW)
    assert sum(row["complaints"] for row in by_group.rows()) == len(rows)
    with as_user(factory.person("Complaint Manager", Company=bare_company())):
        assert not EfficiencyReport({"by": "month"}).rows()


def test_what_nobody_answered_or_was_no_complaint_makes_no_figure_better() -> None:
    company = bare_company()

    def complaint(stage: str, **values: object) -> None:
        bare_row("Complaint", company=company, subject="Broken", stage=stage, **{"received_at": datetime(2024, 5, 1), **values})  # fmt: skip

    ended = {"closed_at": datetime(2024, 5, 20), "resolution_used": 7200, "resolution_status": MET}
    answered = {"first_response_at": datetime(2024, 5, 2), "response_used": 3600, "response_status": MET}
    complaint("closed", reply_sent_at=datetime(2024, 5, 9), promised_on="2024-05-10", **ended, **answered)
    complaint("closed", promised_on="2024-05-10", response_status=MET, **ended)
    complaint("closed", response_status=MISSED, **ended)
    for stage in ("rejected", "duplicate", "void"):
        complaint(stage, **(ended | {"resolution_used": 60, "resolution_status": MISSED}))
    complaint("triage", promised_on="2024-08-01")
    complaint("triage", received_at=None)
    for by in ("month", "week", "company"):
        (row,) = EfficiencyReport({"company": company, "by": by}, now=NOW).rows()
        dated = 7 + (by == "company")
        assert (row["complaints"], row["closed"], row["promises_kept"], row["response_in_time"]) == (dated, 3, 50.0, 50.0)  # fmt: skip
        assert (row["handling_in_time"], row["handling_median"]) == (100.0, 2.0)
        assert row["open"] == dated - 6


# CAPAs ---------------------------------------------------------------------------------------------------------------


def test_capas_tell_what_was_computed_and_what_is_late() -> None:
    company, owner = bare_company(), factory.person("Quality Investigator")
    today = date(2024, 7, 1)
    common = {"company": company, "capa_owner": owner}
    measured = {"before_count": 20, "before_exposure": 10_000, "after_count": 2, "after_exposure": 10_000, "rate_ratio": 0.1, "rate_ratio_low": 0.01, "rate_ratio_high": 0.41, "confidence": 95}  # fmt: skip
    good = bare_row("CAPA", stage="closed", verdict="effective", effect_conclusion="effective", window_end="2024-05-01", computed_at="2024-05-02", **measured, **common)  # fmt: skip
    due = bare_row("CAPA", stage="effectiveness", verdict="insufficient_data", window_end="2024-06-01", computed_at="2024-05-20", reopen_count=2, **common)  # fmt: skip
    bare_row("CAPA", stage="void", **common)
    for status, day in (("open", "2024-06-01"), ("in_progress", "2024-08-01"), ("done", "2024-01-01")):
        bare_row("CAPA Action", parent=due, parenttype="CAPA", parentfield="actions", status=status, due_date=day)  # fmt: skip
    report = CapaEffects({"company": company}, today=today)
    rows = {row["name"]: row for row in report.rows()}
    assert set(rows) == {good, due}
    assert (rows[good]["before"], rows[good]["after"], rows[good]["ratio"]) == (2.0, 0.2, 0.1)
    assert rows[good]["before_span"] == "1.22 – 3.09"  # Garwood, 20 in 10,000
    assert rows[due]["before"] is None
    assert (rows[due]["actions_open"], rows[due]["actions_late"], rows[due]["reopen_count"]) == (2, 1, 2)
    assert rows[due]["late"]
    assert not rows[good]["late"]
    for by, key in (("owner", owner), ("department", ""), ("month", None)):
        (line,) = CapaEffects({"company": company, "by": by}, today=today).rows()
        assert (line["capas"], line["judged"], line["effective"], line["windows_due"]) == (2, 1, 1, 1)
        assert key is None or line["key"] == key
    ended = CapaEffects({"company": company, "date_of": "window_end", "to_date": "2024-05-15"}, today=today)
    assert [row["name"] for row in ended.rows()] == [good]
    with as_user(factory.person("Complaint Manager", Company=bare_company())):
        assert not CapaEffects({}).rows()
    with as_user(factory.person("Accounts Manager")), pytest.raises(frappe.PermissionError):
        CapaEffects({}).run()


# Cost ----------------------------------------------------------------------------------------------------------------


def test_cost_is_added_up_by_currency_with_drafts_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    company, kind = (
        bare_company(),
        frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", order_by="name")[0],
    )

    def complaint(currency: str, handling: float = 0.0) -> str:
        return bare_row("Complaint", subject="Broken", company=company, complaint_type=kind, stage="closed", currency=currency, handling_cost=handling, settlement_status="settled", received_at=datetime(2024, 3, 1))  # fmt: skip

    def settlement(complaint: str, docstatus: int, *documents: tuple, rate: float = 1, currency: str = "USD", base: float = 0) -> None:  # fmt: skip
        name = bare_row("Complaint Settlement", complaint=complaint, company=company, docstatus=docstatus, status="proposed" if not docstatus else "settled", currency=currency, conversion_rate=rate, base_total_amount=base)  # fmt: skip
        for purpose, state, value in documents:
            bare_row("Complaint Settlement Document", parent=name, parenttype="Complaint Settlement", parentfield="documents", purpose=purpose, document_status=state, remedy_value=value, document_type="Sales Invoice", document_name=factory.unique("X"))  # fmt: skip

    first, second, third = complaint("USD", 12.5), complaint("USD"), complaint("EUR", 7)
    settlement(
        first,
        1,
        ("credit_note", "submitted", 100),
        ("goods_return", "draft", 30),
        ("credit_note", "cancelled", 999),
    )
    settlement(second, 1, ("goodwill", "submitted", 10), rate=1.1, currency="EUR")
    settlement(second, 1, ("replacement", "submitted", 40), ("repair", "open", 0))
    settlement(third, 0, base=55)
    settlement(third, 2, ("credit_note", "submitted", 500))
    rows = QualityCost({"company": company}).rows()
    assert [(row["currency"], row["complaints"]) for row in rows] == [("USD", 2), ("EUR", 1)]
    told = {key: rows[0][key] for key in ("credits", "returns", "replacements", "goodwill", "handling", "total", "drafts", "proposed")}  # fmt: skip
    assert told == {"credits": 100, "returns": 0, "replacements": 40, "goodwill": 11, "handling": 12.5, "total": 163.5, "drafts": 30, "proposed": 0}  # fmt: skip
    assert (rows[1]["total"], rows[1]["proposed"], rows[1]["together"]) == (7, 55, 100)
    assert [listed(row["route"]) for row in rows] == [2, 1]
    single = QualityCost({"company": company, "by": "complaint"}).rows()
    assert [(row["key"], row["total"]) for row in single] == [(first, 112.5), (second, 51), (third, 7)]
    with monkeypatch.context() as patch:  # what is not shown counts in the whole and in what is reached
        patch.setattr(quality_cost, "MOST_ROWS", 1)
        cut = QualityCost({"company": company, "by": "complaint"})
        assert [(row["key"], row["share"], row["together"]) for row in cut.rows()] == [(first, 68.8, 68.8)]
        assert "first 1 of 3 lines" in cut.run()[2]
        assert [card["value"] for card in cut.run()[4]] == [
            card["value"] for card in QualityCost({"company": company}).run()[4]
        ]
    answer = run("Cost of Poor Quality", {"company": company})
    assert "several currencies" in answer["message"]
    assert answer["chart"]["data"]["datasets"][1]["values"] == [100]
    with as_user(factory.person("Regulatory Affairs")), pytest.raises(frappe.PermissionError, match="what complaints cost"):  # fmt: skip
        QualityCost({"company": company})
    with as_user(factory.person("Quality Manager", Company=bare_company())):
        assert not QualityCost({}).rows()


# Who sees what -------------------------------------------------------------------------------------------------------

REPORTS = ("Complaint Cross-tab", "Complaint Efficiency", "Cost of Poor Quality", "CAPA Effectiveness")


def test_each_report_counts_what_the_list_of_its_reader_holds(made: Made) -> None:
    for row in made.rows():
        frappe.db.set_value("Complaint", row.name, {"settlement_status": "settled", "handling_cost": 1})
        settlement = bare_row("Complaint Settlement", complaint=row.name, customer=row.customer, company=made.company, docstatus=1, status="settled", currency=row.currency)  # fmt: skip
        bare_row("Complaint Settlement Document", parent=settlement, parenttype="Complaint Settlement", purpose="credit_note", document_status="submitted", remedy_value=10)  # fmt: skip
    seen = set()
    for kept in ({"Company": made.company}, {"Company": bare_company()}, {"Territory": made.region}, {"Customer": made.customer}):  # fmt: skip
        with as_user(factory.person("Complaint Manager", **kept)):
            own = listed({"company": made.company})
            table = CrossTab(made.filters(rows_by="severity", columns_by="month")).crossed
            assert table.whole + table.without == own
            assert (
                sum(row["complaints"] for row in EfficiencyReport(made.filters(by="handler")).rows()) == own
            )
            costs = QualityCost(made.filters(by="month")).rows()
            assert (sum(row["handling"] for row in costs), sum(row["credits"] for row in costs)) == (
                own,
                10 * own,
            )
            seen.add(own)
    assert {0, COUNT} < seen


@pytest.mark.parametrize("report", REPORTS)
def test_reports_refuse_whom_and_what_they_must(report: str) -> None:
    answer = run(report, {"company": "No Such Company", "from_date": "2020-01-01", "to_date": "2020-01-31"})
    assert "Widen the period or clear a filter" in answer["message"]
    assert not answer["result"]
    assert not answer["chart"]
    for asked in (
        {"colour": "red"},
        {"from_date": "soon"},
        {"company": {"a": 1}},
        {"by": ["a"], "rows_by": ["a"]},
    ):
        with pytest.raises(frappe.ValidationError):
            run(report, asked)
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        run(report, {})


def test_the_workload_is_that_of_team_load(made: Made) -> None:
    for row in made.rows()[:3]:
        frappe.db.set_value("Complaint", row.name, {"complaint_owner": "Administrator", "stage": "triage"})
    load = load_of(viewer("Administrator", NOW))["people"]
    people = Workload({}, NOW).run()[1]
    assert [(row["user"], row["open"], row["overdue"]) for row in people] == [(one["user"], one["open"], one["overdue"]) for one in load]  # fmt: skip
    assert sum(row["open"] for row in people) >= 3
    departments = Workload({"by": "department"}, NOW).rows()
    assert sum(row["open"] for row in departments) == sum(row["open"] for row in people)
    agent = factory.person("Complaint Agent")
    with as_user(agent):
        assert [row["user"] for row in Workload({}, NOW).rows()] == [agent]
    for asked, told in (({"colour": "red"}, "no filter colour"), ({"by": ["a"]}, "among the choices")):
        with pytest.raises(frappe.ValidationError, match=told):
            Workload(asked)
