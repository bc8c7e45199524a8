"""Every report, chart and number card over many complaints against the bare SQL it needs, in one run on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_reports [--site NAME] [--bench PATH] [--rows 200000] [--rounds 3] [--only NAME]
        [--by FILTER] [--standing] [--profile]

A report is everything the desk waits for but the drawing: filters, permission, query, shape. The bare SQL is written
by hand beside it (`bare_figures`) and fetches the same figures (of the register the same page of rows as well). Both run in turn, on warm
tables; the medians are compared, and the queries of the report counted.
For the SOP report the bare aggregate takes its percentiles from the database's own window function.
Builds a site's rows by `large_site` and removes them, also when it fails; `--standing` measures those that are there.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter, process_time

import frappe
from frappe.desk.doctype.number_card.number_card import get_result

from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.analysis.cross_tab import CrossTab
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.analysis.repeats import RepeatComplaints
from complaint_qms.services.analysis.risk_pair_matrix import matrix_report
from complaint_qms.services.analysis.risk_priorities import RiskPriorities
from complaint_qms.services.analysis.suppliers import SupplierScorecard
from complaint_qms.services.reporting import figures
from complaint_qms.services.reporting.complaint_register import ComplaintRegister
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.satisfaction import Satisfaction
from complaint_qms.services.reporting.sop_performance import SopPerformance
from complaint_qms.services.signals.report import DeliveredUnitsReport
from complaint_qms.services.work.workload_report import Workload
from tests.benchmarks import large_site
from tests.benchmarks.bare_figures import BARE, narrowed
from tests.benchmarks.connection import add_site, connected

BAR = 1.2
YEAR = {"start": "2025-07-01", "end": "2026-07-01", "before": "2024-07-01"}
PERIOD = {"from_date": "2025-07-01", "to_date": "2026-06-30"}
VALID = PERIOD | {"state": "valid"}
MARK = large_site.MARK
FILTERS = {
    "": ({}, ""),
    "item group": ({"item_group": [f"{MARK}G1"]}, f"and {{c}}item_group = '{MARK}G1'"),
    "customer group": (
        {"customer_group": [f"{MARK}CG1"]},
        f"and {{c}}customer in (select name from tabCustomer where customer_group = '{MARK}CG1')",
    ),
    "item": ({"item_code": [f"{MARK}I3"]}, f"and {{c}}item_code = '{MARK}I3'"),
    "territory": ({"territory": [f"{MARK}R2"]}, f"and {{c}}territory = '{MARK}R2'"),
}
"""Name → the shared filters, and the condition of the bare SQL."""
Given = dict[str, object]
REPORTS: dict[str, Callable[[Given], object]] = {
    "Complaint Risk Matrix": lambda more: RiskMatrixReport(PERIOD | more).run(),
    "Complaint Risk Matrix of pairs": lambda more: matrix_report(
        {**VALID, **more, "count_of": "pairs"}
    ).run(),
    "Risk Priorities": lambda more: RiskPriorities(VALID | more).run(),
    "Complaint Register": lambda more: ComplaintRegister(PERIOD | more).run(),
    "SOP Performance by Stage": lambda more: SopPerformance(PERIOD | more).run(),
    "Complaint Pareto by type": lambda more: Pareto({**VALID, **more, "by": "complaint_type"}).run(),
    "Complaint Pareto by item": lambda more: Pareto({**VALID, **more, "by": "item"}).run(),
    "Complaint Pareto by customer group": lambda more: Pareto(
        {**VALID, **more, "by": "customer_group"}
    ).run(),
    "Complaint Pareto by month": lambda more: Pareto({**VALID, **more, "by": "month"}).run(),
    "Repeat Complaints": lambda more: RepeatComplaints(VALID | more).run(),
    "Supplier Quality Scorecard": lambda more: SupplierScorecard(VALID | more).run(),
    "Complaint Cross-tab": lambda more: CrossTab(VALID | more).run(),
    "Complaint Cross-tab, item × customer": lambda more: CrossTab(
        {**VALID, **more, "rows_by": "item", "columns_by": "customer"}
    ).run(),
    "Complaint Efficiency": lambda more: EfficiencyReport(PERIOD | more).run(),
    "Cost of Poor Quality": lambda more: QualityCost(PERIOD | more).run(),
    "Customer Satisfaction": lambda more: Satisfaction(PERIOD | more).run(),
    "CAPA Effectiveness": lambda _more: CapaEffects(PERIOD).run(),
    "Complaint Workload": lambda _more: Workload({}).run(),
    "Delivered Units": lambda more: DeliveredUnitsReport(VALID | more).run(),
    "chart: received": lambda more: figures.received(more, None, "Weekly", **PERIOD),
    "chart: by type": lambda more: figures.by_type(VALID | more),
    "chart: open by stage": lambda _more: figures.open_by_stage(),
    "chart: clock": lambda _more: figures.clock_status(),
    "card: open": lambda _more: card("Open Complaints"),
    "card: at risk": lambda _more: card("Complaints at Risk"),
    "card: overdue": lambda _more: card("Overdue Complaints"),
    "card: waiting for customer": lambda _more: card("Waiting for Customer"),
    "card: severe open": lambda _more: figures.severe_open(),
}


def card(name: str) -> float:
    """A number card as the framework counts it for the workspace."""
    record = frappe.get_cached_doc("Number Card", name)
    return get_result(record.as_dict(), record.filters_json)


@contextmanager
def stored(rows: int, standing: bool) -> Iterator[int]:
    """At least `rows` complaints for as long as the block runs; gives their number."""
    try:
        if not standing:
            large_site.remove()
            large_site.build(large_site.Size.of(rows))
        yield frappe.db.count("Complaint")
    finally:
        if not standing:
            large_site.remove()


def bare(asked: list[str], values: dict[str, object]) -> None:
    for sql in asked:
        frappe.db.sql(sql, values)


def compared(plain: Callable[[], object], whole: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of both, done in turn after each was warmed once."""
    plain(), whole()
    pairs = [(timed(plain), timed(whole)) for _ in range(rounds)]
    return tuple(statistics.median(times) for times in zip(*pairs, strict=True))


def timed(deed: Callable[[], object]) -> float:
    begin = perf_counter()
    deed()
    return perf_counter() - begin


def counted(deed: Callable[[], object]) -> tuple[int, float]:
    """How many queries it asks, and its seconds of processor without the database's."""
    asked, ask = 0, frappe.db.sql

    def counting(*given: object, **named: object) -> object:
        nonlocal asked
        asked += 1
        return ask(*given, **named)

    begin = process_time()
    frappe.db.sql = counting
    try:
        deed()
    finally:
        del frappe.db.sql
    return asked, process_time() - begin


def measure(rounds: int, only: str = "", by: str = "", profile: bool = False) -> int:
    """Print each figure with its bar; how many are over it."""
    over, (given, condition) = 0, FILTERS[by]
    values = YEAR | {"severe": figures.severe_levels()}
    for name, report in REPORTS.items():
        if not any(part in name.lower() for part in only.lower().split(",")):
            continue
        whole_report = partial(report, given)
        asked = [narrowed(sql, condition) for sql in BARE[name]]
        plain, whole = compared(partial(bare, asked, values), whole_report, rounds)
        queries, used = counted(whole_report)
        over += whole > BAR * plain
        verdict = "ok" if whole <= BAR * plain else "OVER THE BAR"
        print(
            f"{f'{name}, {by}' if by else name:35} bare {plain:8.4f} s   report {whole:8.4f} s   {whole / plain:5.2f} ×   "
            f"bar {BAR} ×   {queries:2} queries   {used:6.3f} s of Python   {verdict}",
            flush=True,
        )
        if profile:
            told = cProfile.Profile()
            told.runcall(whole_report)
            pstats.Stats(told).sort_stats("cumulative").print_stats(25)
    return over


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add_site(parser)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", default="", help="measure the reports whose name contains one of these, separated by commas"
    )
    parser.add_argument("--by", default="", choices=FILTERS, help="with one of these filters")
    parser.add_argument("--standing", action="store_true", help="over what is there, nothing made or removed")
    parser.add_argument("--profile", action="store_true", help="also say where each report spends its time")
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"), stored(given.rows, given.standing) as count:
        logs = frappe.db.count("Complaint Stage Log")
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"{count:,} complaints, {logs:,} stages, load of the machine {load}", flush=True)
        return int(measure(given.rounds, given.only, given.by, given.profile) > 0)


if __name__ == "__main__":
    sys.exit(main())
