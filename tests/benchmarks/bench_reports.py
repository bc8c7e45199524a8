"""Every report, chart and number card over many complaints against the bare SQL it needs, in one run on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_reports [--site NAME] [--bench PATH] [--rows 200000] [--rounds 3] [--only NAME]

A report is everything the desk waits for but the drawing: filters, permission, query, shape. The bare SQL is written
by hand beside it and fetches the same figures (of the register the same page of rows as well). Both run in turn, on warm tables; the medians are compared.
For the SOP report the bare aggregate takes its percentiles from the database's own window function.
Builds its rows by bulk insert and removes them, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter

import frappe
from frappe.desk.doctype.number_card.number_card import get_result

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
from complaint_qms.services.reporting.sop_performance import SopPerformance
from tests.benchmarks.bench_sweep import connected
from tests.complaint_rows import Choices, double_complaints, insert_complaints, remove_complaints

PREFIX = "BENCH-REPORTS-"
BAR = 1.2
NOW = datetime(2026, 6, 30, 18)
DAYS = 730
SEED_ROWS = 10_000

YEAR = {"start": "2025-07-01", "end": "2026-07-01", "before": "2024-07-01"}
PERIOD = {"from_date": "2025-07-01", "to_date": "2026-06-30"}
VALID = PERIOD | {"state": "valid"}

MATRIX = """
    select severity, occurrence,
        sum(received_at >= %(start)s),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        count(*)
    from `tabComplaint` where received_at >= %(before)s and received_at < %(end)s
    group by severity, occurrence
"""
RISK_PAIRS = """
    select item_code, complaint_type, severity, occurrence, currency,
        sum(received_at >= %(start)s),
        count(*),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        max(if(received_at >= %(start)s, if(detection > 0, detection, 10), 0)),
        sum(if(received_at >= %(start)s, coalesce(settled_amount, 0) + coalesce(handling_cost, 0), 0))
    from `tabComplaint`
    where received_at >= %(before)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by item_code, complaint_type, severity, occurrence, currency
"""
REGISTER = """
    select extract(year_month from received_at) month, currency, count(*),
        sum(stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(sla_status = 'overdue'), sum(reportable = 'yes'), sum(settled_amount)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    group by month, currency
"""
PAGE = """
    select name, received_at, subject, customer, complainant_name, item_code, item_name, batch_no, serial_no, udi,
        complaint_type, severity, risk_level, stage, complaint_owner, reportable, reply_sent_at, settlement_status,
        settled_amount, currency, closing_decision, closed_at, closed_by, sla_status, channel, company, territory,
        covered_by_investigation
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    order by received_at desc, name desc limit 2000
"""
STAGES = """
    select c.sop, l.stage, count(*), sum(l.status = 'met'),
        sum(l.status = 'missed' or (l.left_at is null and c.stage_status = 'overdue')),
        sum(l.left_at is null), sum(l.left_at is null and c.stage_status = 'at_risk'), sum(l.used_seconds)
    from `tabComplaint` c join `tabComplaint Stage Log` l on l.parent = c.name and l.parenttype = 'Complaint'
    where l.stage in ('intake', 'triage', 'investigate', 'solve', 'confirm', 'execute', 'review')
        and c.received_at >= %(start)s and c.received_at < %(end)s
    group by c.sop, l.stage
"""
STAGE_PERCENTILES = """
    select distinct c.sop, l.stage,
        percentile_cont(0.5) within group (order by l.used_seconds) over (partition by c.sop, l.stage),
        percentile_cont(0.9) within group (order by l.used_seconds) over (partition by c.sop, l.stage)
    from `tabComplaint` c join `tabComplaint Stage Log` l on l.parent = c.name and l.parenttype = 'Complaint'
    where l.stage in ('intake', 'triage', 'investigate', 'solve', 'confirm', 'execute', 'review')
        and l.left_at is not null and c.received_at >= %(start)s and c.received_at < %(end)s
"""
CLOCKS = """
    select sop, sum(response_status = 'met'), sum(response_status in ('missed', 'overdue')), sum(response_used),
        sum(resolution_status = 'met'), sum(resolution_status in ('missed', 'overdue')), sum(resolution_used)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    group by sop
"""
CLOCK_PERCENTILES = """
    select distinct sop,
        percentile_cont(0.5) within group (order by {used}) over (partition by sop),
        percentile_cont(0.9) within group (order by {used}) over (partition by sop)
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
# A Pareto has two periods, and amounts by currency.
PARETO = """
    select {by}, currency,
        sum(received_at >= %(start)s),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(received_at >= %(start)s and sla_status = 'overdue'),
        sum(if(received_at >= %(start)s, (select `rank` from `tabRisk Severity` level where level.name = severity), 0)),
        sum(if(received_at >= %(start)s, coalesce(settled_amount, 0) + coalesce(handling_cost, 0), 0)),
        count(*)
    from `tabComplaint`
    where received_at >= %(before)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by {by}, currency
"""
REPEATS = """
    select mark, count(*) from (
        select at, is_receipt, mark,
            max(closing) over (partition by customer, item_code, complaint_type order by at, is_receipt desc
                rows unbounded preceding) last
        from (
            select customer, item_code, complaint_type, received_at at, 1 is_receipt, coalesce(item_code, '') mark, null closing
            from `tabComplaint`
            where customer != '' and item_code != '' and complaint_type != '' and stage not in ('rejected', 'duplicate', 'void')
                and received_at >= %(start)s and received_at < %(end)s
            union all
            select customer, item_code, complaint_type, closed_at, 0, null, closed_at from `tabComplaint`
            where customer != '' and item_code != '' and complaint_type != '' and stage = 'closed' and closed_at >= received_at
                and closed_at >= %(start)s - interval 90 day and closed_at < %(end)s
        ) both_kinds
    ) seen where is_receipt = 1 and last >= at - interval 90 day
    group by mark
"""
REPEATS_POSSIBLE = """
    select item_code, count(*), sum(customer != '' and item_code != '' and complaint_type != '')
    from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by item_code
"""
SUPPLIERS = """
    select coalesce(nullif(c.supplier, ''), b.supplier, '') s, c.currency,
        sum(c.received_at >= %(start)s),
        sum(c.received_at >= %(start)s and c.stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(c.received_at >= %(start)s and c.sla_status = 'overdue'),
        sum(if(c.received_at >= %(start)s, (select `rank` from `tabRisk Severity` level where level.name = c.severity), 0)),
        sum(if(c.received_at >= %(start)s, coalesce(c.settled_amount, 0) + coalesce(c.handling_cost, 0), 0)),
        count(*)
    from `tabComplaint` c left join `tabBatch` b on b.name = c.batch_no and coalesce(c.supplier, '') = ''
    where c.received_at >= %(before)s and c.received_at < %(end)s and c.stage not in ('rejected', 'duplicate', 'void')
    group by s, c.currency
"""
LOTS = """
    select coalesce(nullif(c.supplier, ''), b.supplier, '') s, count(distinct c.batch_no)
    from `tabComplaint` c left join `tabBatch` b on b.name = c.batch_no and coalesce(c.supplier, '') = ''
    where c.batch_no != '' and c.received_at >= %(start)s and c.received_at < %(end)s
        and c.stage not in ('rejected', 'duplicate', 'void')
    group by s
"""
BY_BATCH = """
    select b.supplier, c.batch_no, count(*)
    from `tabComplaint` c join `tabBatch` b on b.name = c.batch_no
    where coalesce(c.supplier, '') = '' and b.supplier != '' and c.received_at >= %(start)s and c.received_at < %(end)s
        and c.stage not in ('rejected', 'duplicate', 'void')
    group by b.supplier, c.batch_no
"""
CROSS = """
    select ifnull(complaint_type, ''), ifnull(severity, ''), count(*) from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by 1, 2
"""
WIDE_CROSS = """
    select ifnull(item_code, ''), ifnull(customer, ''), count(*) from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by 1, 2
"""
EFFICIENCY = """
    select extract(year_month from received_at) month, count(*), sum(at_once_sop is not null),
        sum(stage not in ('closed', 'rejected', 'duplicate', 'void')), sum(closed_at is not null),
        sum(response_status = 'met'), sum(response_status in ('missed', 'overdue')),
        sum(resolution_status = 'met'), sum(resolution_status in ('missed', 'overdue')),
        sum(datediff(reply_sent_at, promised_on) <= 0), sum(datediff(reply_sent_at, promised_on) > 0)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s group by month
"""
EFFICIENCY_DAYS = """
    select extract(year_month from received_at) month,
        datediff(if(stage in ('closed', 'rejected', 'duplicate', 'void'), closed_at, now()), received_at) days,
        stage in ('closed', 'rejected', 'duplicate', 'void') ended, count(*)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s group by month, days, ended
"""
EFFICIENCY_OF_ALL = """
    select distinct percentile_cont(0.5) within group (order by {used}) over (),
        percentile_cont(0.9) within group (order by {used}) over ()
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
EFFICIENCY_PERCENTILES = """
    select distinct extract(year_month from received_at) month,
        percentile_cont(0.5) within group (order by {used}) over (partition by extract(year_month from received_at)),
        percentile_cont(0.9) within group (order by {used}) over (partition by extract(year_month from received_at))
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
COST = """
    select ifnull(complaint_type, ''), currency, sum(handling_cost), sum(ifnull(settlement_status, '') != '')
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
        and (ifnull(settlement_status, '') != '' or handling_cost > 0)
    group by 1, 2
"""
COST_DOCUMENTS = """
    select ifnull(c.complaint_type, ''), c.currency, d.purpose, sum(d.document_status in ('submitted', 'closed')), sum(d.remedy_value)
    from `tabComplaint` c join `tabComplaint Settlement` s on s.complaint = c.name
        join `tabComplaint Settlement Document` d on d.parent = s.name
    where s.docstatus = 1 and c.received_at >= %(start)s and c.received_at < %(end)s group by 1, 2, 3
"""
OPEN = "stage not in ('closed', 'rejected', 'duplicate', 'void')"
BARE = {
    "Complaint Risk Matrix": [MATRIX],
    "Complaint Risk Matrix of pairs": [RISK_PAIRS],
    "Risk Priorities": [RISK_PAIRS],
    "Complaint Register": [REGISTER, PAGE],
    "SOP Performance by Stage": [
        STAGES,
        STAGE_PERCENTILES,
        CLOCKS,
        CLOCK_PERCENTILES.format(used="response_used", status="response_status"),
        CLOCK_PERCENTILES.format(used="resolution_used", status="resolution_status"),
    ],
    "Complaint Pareto by type": [PARETO.format(by="complaint_type")],
    "Complaint Pareto by item": [PARETO.format(by="item_code")],
    "Complaint Pareto by customer group": [PARETO.format(by="customer")],
    "Complaint Pareto by month": [PARETO.format(by="extract(year_month from received_at)")],
    "Repeat Complaints": [REPEATS_POSSIBLE, REPEATS],
    "Supplier Quality Scorecard": [SUPPLIERS, LOTS, BY_BATCH],
    "Complaint Cross-tab": [CROSS],
    "Complaint Cross-tab, item × customer": [WIDE_CROSS],
    "Complaint Efficiency": [
        EFFICIENCY,
        EFFICIENCY_DAYS,
        *(
            sql.format(used=f"{clock}_used", status=f"{clock}_status")
            for sql in (EFFICIENCY_PERCENTILES, EFFICIENCY_OF_ALL)
            for clock in ("response", "resolution")
        ),
    ],
    "Cost of Poor Quality": [COST, COST_DOCUMENTS],
    "chart: received": [
        "select date(received_at) d, count(*) from `tabComplaint`"
        " where received_at >= %(start)s and received_at < %(end)s group by d"
    ],
    "chart: by type": [
        "select complaint_type, count(*) n from `tabComplaint` where stage not in ('rejected', 'duplicate', 'void')"
        " and received_at >= %(start)s and received_at < %(end)s group by complaint_type order by n desc"
    ],
    "chart: open by stage": [
        "select stage, count(*) from `tabComplaint`"
        " where stage not in ('closed', 'rejected', 'duplicate', 'void') group by stage"
    ],
    "chart: clock": [
        "select sla_status, count(*) from `tabComplaint`"
        " where stage not in ('closed', 'rejected', 'duplicate', 'void') group by sla_status"
    ],
    "card: open": [f"select count(*) from `tabComplaint` where {OPEN}"],
    "card: at risk": [f"select count(*) from `tabComplaint` where sla_status = 'at_risk' and {OPEN}"],
    "card: overdue": [f"select count(*) from `tabComplaint` where sla_status = 'overdue' and {OPEN}"],
    "card: waiting for customer": ["select count(*) from `tabComplaint` where stage = 'confirm'"],
    "card: severe open": [f"select count(*) from `tabComplaint` where severity in %(severe)s and {OPEN}"],
}
REPORTS: dict[str, Callable[[], object]] = {
    "Complaint Risk Matrix": lambda: RiskMatrixReport(PERIOD).run(),
    "Complaint Risk Matrix of pairs": lambda: matrix_report({**VALID, "count_of": "pairs"}).run(),
    "Risk Priorities": lambda: RiskPriorities(VALID).run(),
    "Complaint Register": lambda: ComplaintRegister(PERIOD).run(),
    "SOP Performance by Stage": lambda: SopPerformance(PERIOD).run(),
    "Complaint Pareto by type": lambda: Pareto({**VALID, "by": "complaint_type"}).run(),
    "Complaint Pareto by item": lambda: Pareto({**VALID, "by": "item"}).run(),
    "Complaint Pareto by customer group": lambda: Pareto({**VALID, "by": "customer_group"}).run(),
    "Complaint Pareto by month": lambda: Pareto({**VALID, "by": "month"}).run(),
    "Repeat Complaints": lambda: RepeatComplaints(VALID).run(),
    "Supplier Quality Scorecard": lambda: SupplierScorecard(VALID).run(),
    "Complaint Cross-tab": lambda: CrossTab({**PERIOD, "state": "valid"}).run(),
    "Complaint Cross-tab, item × customer": lambda: CrossTab(
        {**PERIOD, "state": "valid", "rows_by": "item", "columns_by": "customer"}
    ).run(),
    "Complaint Efficiency": lambda: EfficiencyReport(PERIOD).run(),
    "Cost of Poor Quality": lambda: QualityCost(PERIOD).run(),
    "chart: received": lambda: figures.received(None, None, "Weekly", **PERIOD),
    "chart: by type": lambda: figures.by_type({**PERIOD, "state": "valid"}),
    "chart: open by stage": lambda: figures.open_by_stage(),
    "chart: clock": lambda: figures.clock_status(),
    "card: open": lambda: card("Open Complaints"),
    "card: at risk": lambda: card("Complaints at Risk"),
    "card: overdue": lambda: card("Overdue Complaints"),
    "card: waiting for customer": lambda: card("Waiting for Customer"),
    "card: severe open": lambda: figures.severe_open(),
}


def card(name: str) -> float:
    """A number card as the framework counts it for the workspace."""
    record = frappe.get_cached_doc("Number Card", name)
    return get_result(record.as_dict(), record.filters_json)


@contextmanager
def stored(rows: int) -> Iterator[int]:
    """At least `rows` complaints for as long as the block runs; gives their number."""
    try:
        remove_complaints(PREFIX)
        insert_complaints(min(rows, SEED_ROWS), Choices.of_site(), now=NOW, prefix=PREFIX, days=DAYS)
        frappe.db.commit()
        count, mark = min(rows, SEED_ROWS), ord("a")
        while count < rows:
            double_complaints(PREFIX, chr(mark))
            frappe.db.commit()
            count, mark = count * 2, mark + 1
        frappe.db.sql_ddl("analyze table `tabComplaint`")
        frappe.db.sql_ddl("analyze table `tabComplaint Stage Log`")
        yield count
    finally:
        frappe.db.rollback()
        remove_complaints(PREFIX)
        frappe.db.commit()


def bare(name: str) -> None:
    for sql in BARE[name]:
        frappe.db.sql(sql, YEAR | {"severe": figures.severe_levels()})


def compared(plain: Callable[[], object], whole: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of both, done in turn after each was warmed once."""
    plain(), whole()
    pairs = [(timed(plain), timed(whole)) for _ in range(rounds)]
    return tuple(statistics.median(times) for times in zip(*pairs, strict=True))


def timed(deed: Callable[[], object]) -> float:
    begin = perf_counter()
    deed()
    return perf_counter() - begin


def measure(rounds: int, only: str = "") -> int:
    """Print each figure with its bar; how many are over it."""
    over = 0
    for name, report in REPORTS.items():
        if not any(part in name.lower() for part in only.lower().split(",")):
            continue
        plain, whole = compared(partial(bare, name), report, rounds)
        over += whole > BAR * plain
        verdict = "ok" if whole <= BAR * plain else "OVER THE BAR"
        print(
            f"{name:35} bare {plain:8.4f} s   report {whole:8.4f} s   {whole / plain:5.2f} ×   "
            f"bar {BAR} ×   {verdict}",
            flush=True,
        )
    return over


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--site", default="complaint-qms-test.localhost")
    parser.add_argument("--bench", type=Path, default=Path(sys.prefix).parent)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", default="", help="measure the reports whose name contains one of these, separated by commas"
    )
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        begin = perf_counter()
        with stored(given.rows) as count:
            logs = frappe.db.count("Complaint Stage Log", {"parent": ("like", f"{PREFIX}%")})
            print(f"{count:,} complaints over {DAYS} days, {logs:,} stages "
                  f"({perf_counter() - begin:.0f} s to build)", flush=True)  # fmt: skip
            return int(measure(given.rounds, given.only) > 0)


if __name__ == "__main__":
    sys.exit(main())
