"""A signal scan end to end over many complaints of one company: reading, scanning, finding, following, on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_signal_scan [--site NAME] [--bench PATH] [--rows 1000000] [--items 10000] [--weeks 156]
        [--deliveries 100000] [--standing] [--profile]

Complaints of a portfolio of items (few have most of them), types, customers and territories are put into the table, with some rises
planted, and Delivery Notes of one row each, whose weeks are kept as the site's job does. The scan is the one that a worker runs, on its
shipped dimensions; its parts are timed as it goes. What it wrote and the rows are removed, also when it fails. Use a site that may be
played with. `--standing` scans what `large_site` has made there.

The bar is 60 s for 1,000,000 complaints; fewer are held against their part of it, and ten seconds for what does not depend on them.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from time import perf_counter, process_time

import frappe
import numpy as np
from frappe.model.document import Document

from complaint_qms.constants.signals import CASES, SCAN, SIGNAL, STEP
from complaint_qms.services.signals import kept_weeks, reading, run
from tests.benchmarks.connection import add_site, connected

PREFIX = "BENCH-SIGNALS-"
BAR_SECONDS, BAR_ROWS, STEADY_SECONDS = 60, 1_000_000, 10
AS_OF = date(2026, 6, 28)  # a Sunday
FIELDS = (
    "name", "owner", "modified_by", "creation", "modified", "subject", "company", "stage", "received_at", "item_code", "complaint_type",
    "customer", "territory", "severity",
)  # fmt: skip


def rows(count: int, items: int, weeks: int, company: str) -> Iterator[tuple]:
    """Complaints as rows of FIELDS; in the last six weeks every five-hundredth item draws ten times as many."""
    rng = np.random.default_rng(5)
    share = rng.pareto(1.1, items) + 0.05
    item = rng.choice(items, count, p=share / share.sum())
    seconds = rng.integers(0, weeks * 7 * 86_400, count)
    planted = (item % 500 == 7) & (rng.random(count) < 0.3)
    seconds[planted] = (weeks - 6) * 7 * 86_400 + rng.integers(0, 6 * 7 * 86_400, int(planted.sum()))
    kind, customer, place = (
        rng.integers(0, 40, count),
        rng.integers(0, 5000, count),
        rng.integers(0, 60, count),
    )
    severity = rng.integers(0, 5, count)
    first = datetime.combine(AS_OF + timedelta(days=1), datetime.min.time()) - timedelta(weeks=weeks)
    levels = frappe.get_all("Risk Severity", pluck="name", order_by="name") or [None]
    for at in range(count):
        moment = first + timedelta(seconds=int(seconds[at]))
        yield (
            f"{PREFIX}{at:07d}", "Administrator", "Administrator", moment, moment, "x", company, "closed", moment,
            f"{PREFIX}I{item[at]}", f"{PREFIX}T{kind[at]}", f"{PREFIX}C{customer[at]}", f"{PREFIX}R{place[at]}",
            levels[severity[at] % len(levels)],
        )  # fmt: skip


def deliver(count: int, items: int, weeks: int, company: str) -> None:
    """Delivery Notes by the database itself, then their weeks, as `bench_exposure` has them."""
    first = AS_OF + timedelta(days=1) - timedelta(weeks=weeks)
    common = "'2018-01-01', '2018-01-01', 'Administrator', 'Administrator', 1"
    columns = "name, creation, modified, owner, modified_by, docstatus"
    frappe.db.sql(
        f"""insert into `tabDelivery Note` ({columns}, company, customer, territory, posting_date, total_qty)
        select concat('{PREFIX}', seq), {common}, '{company}', concat('{PREFIX}C', crc32(seq) % 5000),
            concat('{PREFIX}R', crc32(seq) % 60), date_add('{first}', interval floor((seq - 1) * {weeks * 7} / {count}) day), 400
        from seq_1_to_{count}"""
    )
    frappe.db.sql(
        f"""insert into `tabDelivery Note Item` ({columns}, parent, parenttype, parentfield, idx, item_code, stock_qty)
        select concat('{PREFIX}', seq), {common}, concat('{PREFIX}', seq), 'Delivery Note', 'items', 1,
            concat('{PREFIX}I', crc32(seq * 7) % {items}), 400
        from seq_1_to_{count}"""
    )
    frappe.db.commit()
    begun = kept_weeks.week_of(first)
    for week in range(begun, begun + weeks, 8):
        kept_weeks.keep_weeks(range(week, min(week + 8, begun + weeks)), frappe.utils.now_datetime())
        frappe.db.commit()


def forget(company: str) -> None:
    """What scans of the company have written."""
    signals = frappe.get_all(SIGNAL, {"company": company}, pluck="name", order_by="name")
    for table in (CASES, STEP):
        frappe.db.delete(table, {"parent": ("in", signals or [""])})
    for doctype in (SIGNAL, SCAN):
        frappe.db.delete(doctype, {"company": company})
    frappe.db.delete("QMS Message", {"reference_name": ("in", signals or [""])})
    frappe.db.commit()


def remove(company: str) -> None:
    forget(company)
    frappe.db.delete("Complaint", {"name": ("like", f"{PREFIX}%")})
    for doctype in ("Delivery Note", "Delivery Note Item"):
        frappe.db.delete(doctype, {"name": ("like", f"{PREFIX}%")})
    for doctype in (kept_weeks.UNITS, kept_weeks.WEEK):
        frappe.db.delete(doctype, {"company": company})
    frappe.db.delete("Company", {"name": company})
    frappe.db.commit()


def measure(company: str, profile: bool = False) -> float:
    """Seconds of the whole run; prints its parts."""
    begin = perf_counter()
    read = reading.read_complaints(company, AS_OF)
    print(f"  reading alone          {perf_counter() - begin:8.1f} s   {len(read):,} complaints")
    del read
    scan = frappe.new_doc(SCAN)
    scan.update({"company": company, "as_of": AS_OF})
    scan.flags.ignore_links = True
    scan.insert().db_set("docstatus", 1)
    scan.reload()
    begin, used = perf_counter(), process_time()
    noted, run._note = run._note, _telling(run._note, begin)
    told = cProfile.Profile()
    try:
        told.runcall(run.run_scan, scan) if profile else run.run_scan(scan)
    finally:
        run._note = noted
    if profile:
        pstats.Stats(told).sort_stats("tottime").print_stats(40)
    seconds, used = perf_counter() - begin, process_time() - used
    scan.reload()
    print(
        f"  scanned                {scan.series_scanned:8,} series × {scan.weeks_scanned} weeks, {scan.weekly_signals} weekly signals, "
        f"{scan.findings} findings, {scan.new_signals} new signals"
    )
    print(f"  processor of the scan  {used:8.1f} s, the database's apart")
    return seconds


def _telling(note: Callable[..., None], begin: float) -> Callable[..., None]:
    """Say when each part of the run was over."""

    def told(scan: Document, share: int, **values: object) -> None:
        print(f"  {share:3d} %                  {perf_counter() - begin:8.1f} s")
        note(scan, share, **values)

    return told


def main() -> int:
    parser = argparse.ArgumentParser()
    add_site(parser)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=156)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--standing", action="store_true", help="scan the site's own complaints")
    parser.add_argument("--profile", action="store_true", help="also say where the scan spends its time")
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        if given.standing:
            return judged(*standing(given.profile))
        company = f"{PREFIX}Company"
        try:
            remove(company)
            made = frappe.get_doc({"doctype": "Company", "company_name": company, "abbr": "BSC"})
            made.name = company
            made.db_insert()
            begin = perf_counter()
            frappe.db.bulk_insert(
                "Complaint", FIELDS, rows(given.rows, given.items, given.weeks, company), chunk_size=5000
            )
            frappe.db.commit()
            print(f"  {given.rows:,} rows put in      {perf_counter() - begin:8.1f} s")
            if given.deliveries:
                begin = perf_counter()
                deliver(given.deliveries, given.items, given.weeks, company)
                print(f"  {given.deliveries:,} deliveries and their weeks {perf_counter() - begin:8.1f} s")
            seconds = measure(company, given.profile)
        finally:
            frappe.db.rollback()
            remove(company)
    return judged(seconds, given.rows)


def standing(profile: bool) -> tuple[float, int]:
    """Seconds of a scan of the site's own company, and of how many complaints."""
    company = frappe.get_all("Company", pluck="name", order_by="name")[0]
    forget(company)
    try:
        return measure(company, profile), frappe.db.count("Complaint", {"company": company})
    finally:
        frappe.db.rollback()
        forget(company)


def judged(seconds: float, rows: int) -> int:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    bar = BAR_SECONDS * min(1.0, rows / BAR_ROWS) + (STEADY_SECONDS if rows < BAR_ROWS else 0)
    held = seconds <= bar
    print(f"  whole scan             {seconds:8.1f} s   bar {bar:.1f} s   {'holds' if held else 'MISSED'}")
    print(f"  load of the machine    {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    print(f"  memory at most         {memory:8.0f} MB")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
