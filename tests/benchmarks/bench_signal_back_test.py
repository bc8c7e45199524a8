"""A signal back-test end to end: two settings, three years of weekly scans over a portfolio of items, on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_signal_back_test [--site NAME] [--bench PATH] [--rows 200000] [--items 10000] [--weeks 208]

Complaints are those of `bench_signal_scan`. The whole run is the one that a worker does; the cost of the walk beside one scan of the same
day is told, because the weeks are scored once and only the search for findings is repeated. What it wrote and the rows are removed, also
when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import resource
import sys
from time import perf_counter, process_time

import frappe

from complaint_qms.constants.signals import BACK_TEST, OUTBREAK, TRIED
from complaint_qms.services.signals import run, trying
from complaint_qms.services.signals.choices import scan_of
from tests.benchmarks.bench_signal_scan import AS_OF, FIELDS, PREFIX, remove, rows
from tests.benchmarks.connection import add_site, connected

SCANS_BAR = 12
"""So many scans of one day may a setting cost at most, however many weeks are walked."""


def remove_all(company: str) -> None:
    names = frappe.get_all(BACK_TEST, {"company": company}, pluck="name", order_by="name") or [""]
    for table in (OUTBREAK, TRIED):
        frappe.db.delete(table, {"parent": ("in", names), "parenttype": BACK_TEST})
    frappe.db.delete(BACK_TEST, {"company": company})
    remove(company)


def measure(company: str) -> float:
    """Cost of a setting in scans of one day; prints the parts."""
    doc = frappe.new_doc(BACK_TEST)
    doc.update({"company": company, "as_of": AS_OF, "years": 3})
    doc.append("tried", {"setting_name": "rule"})
    doc.append(
        "tried", {"setting_name": "fixed", "method": "threshold", "threshold_count": 6, "threshold_weeks": 4}
    )
    doc.flags.ignore_links = True
    doc.insert().db_set("docstatus", 1)
    doc.reload()
    used = process_time()
    found = run.find_rises(scan_of(doc, doc.tried[0]))
    once = process_time() - used
    print(f"  one scan               {once:8.1f} s of processor, {len(found.findings)} findings")
    del found
    begin, used = perf_counter(), process_time()
    trying.run_back_test(doc)
    seconds, used = perf_counter() - begin, process_time() - used
    doc.reload()
    print(
        f"  walked                 {doc.scans_walked:8} scans of 2 settings, {doc.series_scanned} series, {doc.outbreaks} findings"
    )
    for row in doc.tried:
        print(
            f"    {row.setting_name:<20} {row.alarms_a_month:8.1f} alarms and {row.findings_a_month:.2f} findings a month"
        )
    print(f"  back-test              {seconds:8.1f} s, {used:.1f} s of processor")
    return used / 2 / max(once, 1e-9)


def main() -> int:
    parser = argparse.ArgumentParser()
    add_site(parser)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=208)
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        company = f"{PREFIX}Company"
        try:
            remove_all(company)
            made = frappe.get_doc({"doctype": "Company", "company_name": company, "abbr": "BSC"})
            made.name = company
            made.db_insert()
            frappe.db.bulk_insert(
                "Complaint", FIELDS, rows(given.rows, given.items, given.weeks, company), chunk_size=5000
            )
            frappe.db.commit()
            times = measure(company)
        finally:
            frappe.db.rollback()
            remove_all(company)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    enough = given.rows >= 100_000
    told = ("holds" if times <= SCANS_BAR else "MISSED") if enough else "not told by fewer rows"
    print(f"  memory at most         {memory:8.0f} MB")
    print(f"  a setting costs        {times:8.1f} scans of one day   bar {SCANS_BAR}   {told}")
    return int(enough and times > SCANS_BAR)


if __name__ == "__main__":
    sys.exit(main())
