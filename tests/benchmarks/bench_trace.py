"""A genealogy of five levels among 1,000,000 rows: half of them of the stock ledger, half entries of bundles, on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_trace [--site NAME] [--bench PATH] [--rows 500000] [--rounds 5]

Builds its rows by bulk insert: lots of a supplier go through four conversions to finished batches, which are delivered; most of the rows are
of other chains. Follows one lot down and one finished batch up at two widths, counts the queries, and removes
everything it made, also when it fails. Use a site that may be played with. Where ERPNext has a report of its own for this
(“Serial No and Batch Traceability”, from 16 on), it gets the rows that it reads as well, and is asked the same once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from time import perf_counter

import frappe

from complaint_qms.engine.trace import Lot
from complaint_qms.services.trace.starts import Start
from complaint_qms.services.trace.tracing import Traced, trace
from tests.benchmarks.connection import add_site, connected
from tests.desk.asked import queries

MARK = "BENCH-TRACE"
BAR_SECONDS = 0.5
LEVELS = 5
WIDTHS = (2, 10)  # batches of a level of one chain
NOW = datetime(2024, 7, 2, 12, 0)
STANDARD = ("name", "creation", "modified", "owner", "modified_by", "docstatus")
TABLES = {
    "Stock Ledger Entry": ("item_code", "warehouse", "posting_date", "posting_time", "voucher_type", "voucher_no", "company", "actual_qty", "serial_and_batch_bundle", "is_cancelled"),
    "Serial and Batch Entry": ("parent", "parenttype", "parentfield", "idx", "batch_no", "qty", "warehouse"),
    "Stock Entry": ("purpose", "company"),
    "Delivery Note": ("customer", "company", "is_return"),
    "Purchase Receipt": ("supplier", "company", "is_return"),
}  # fmt: skip
# What ERPNext's own report reads beside
THEIRS = {
    "Serial and Batch Bundle": ("item_code", "warehouse", "voucher_type", "voucher_no", "company", "is_cancelled", "type_of_transaction", "posting_datetime"),
    "Stock Entry Detail": ("parent", "parenttype", "parentfield", "item_code", "qty", "serial_and_batch_bundle", "s_warehouse", "t_warehouse", "is_finished_item"),
    "Batch": ("item", "reference_doctype", "reference_name"),
}  # fmt: skip


class Rows:
    """Rows of all tables, written in slices."""

    def __init__(self, company: str, customer: str, supplier: str, *, theirs: bool = False) -> None:
        self.company, self.customer, self.supplier, self.theirs = company, customer, supplier, theirs
        self.tables = TABLES | {
            doctype: tuple(field for field in fields if frappe.db.has_column(doctype, field))
            for doctype, fields in (THEIRS if theirs else {}).items()
        }
        self.waiting: dict[str, list[tuple]] = {doctype: [] for doctype in self.tables}
        self.ledger = 0
        self.vouchers = 0

    def voucher(self, doctype: str, *moved: tuple[Lot, int]) -> None:
        self.vouchers += 1
        name = f"{MARK}-V{self.vouchers:08d}"
        facts = {
            "Stock Entry": ("Repack", self.company),
            "Delivery Note": (self.customer, self.company, 0),
            "Purchase Receipt": (self.supplier, self.company, 0),
        }
        self.add(doctype, name, facts[doctype])
        for lot, qty in moved:
            self.ledger += 1
            row = f"{MARK}-{self.ledger:08d}"
            self.add(
                "Stock Ledger Entry",
                row,
                (lot.item, MARK, date(2024, 7, 2), "12:00:00", doctype, name, self.company, qty, row, 0),
            )
            self.add(
                "Serial and Batch Entry",
                row,
                (row, "Serial and Batch Bundle", "entries", 1, lot.batch, qty, MARK),
            )
            if self.theirs:
                self.add_theirs(doctype, name, row, lot, qty)

    def add_theirs(self, doctype: str, name: str, row: str, lot: Lot, qty: int) -> None:
        way = "Inward" if qty > 0 else "Outward"
        bundle = (lot.item, MARK, doctype, name, self.company, 0, way, NOW)
        self.add("Serial and Batch Bundle", row, bundle[: len(self.tables["Serial and Batch Bundle"])])
        if doctype == "Stock Entry":
            places = (None, MARK) if qty > 0 else (MARK, None)
            self.add(
                doctype + " Detail",
                row,
                (name, doctype, "items", lot.item, abs(qty), row, *places, int(qty > 0)),
            )
        if qty > 0:
            self.add("Batch", lot.batch, (lot.item, doctype, name))

    def add(self, doctype: str, name: str, values: tuple) -> None:
        waiting = self.waiting[doctype]
        waiting.append((name, NOW, NOW, "Administrator", "Administrator", 1, *values))
        if len(waiting) >= 20_000:
            self.flush(doctype)

    def flush(self, doctype: str) -> None:
        if self.waiting[doctype]:
            frappe.db.bulk_insert(
                doctype, [*STANDARD, *self.tables[doctype]], self.waiting[doctype], chunk_size=5000
            )
            frappe.db.commit()
            self.waiting[doctype] = []


def chain(rows: Rows, number: int, width: int) -> tuple[Lot, Lot]:
    """Five levels of `width` batches, each made of all above it; finished ones are delivered five times. Its first lot, a finished one."""
    levels = [
        [Lot(f"{MARK}-{level}", f"{MARK}-{number}-{level}-{place}") for place in range(width)]
        for level in range(LEVELS)
    ]
    for lot in levels[0]:
        rows.voucher("Purchase Receipt", (lot, 1000))
    for above, below in pairwise(levels):
        for lot in below:
            rows.voucher("Stock Entry", *((one, -10) for one in above), (lot, 100))
    for lot in levels[-1]:
        for _ in range(5):
            rows.voucher("Delivery Note", (lot, -2))
    return levels[0][0], levels[-1][0]


def erpnext_report() -> Callable | None:
    """ERPNext's own report on batches; None before ERPNext 16."""
    try:
        from erpnext.stock.report.serial_no_and_batch_traceability import serial_no_and_batch_traceability
    except ImportError:
        return None
    return serial_no_and_batch_traceability.execute


def build(rows: int, *, theirs: bool = False) -> dict[int, tuple[Lot, Lot]]:
    """Chains up to so many rows of the ledger. Width → a first and a finished lot of one chain of that width.

    Args:
        theirs: with the rows that ERPNext's own report reads.
    """
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    made = Rows(company, f"{MARK} Customer", f"{MARK} Supplier", theirs=theirs)
    asked = {width: chain(made, number, width) for number, width in enumerate(WIDTHS)}
    number = len(WIDTHS)
    while made.ledger < rows:
        chain(made, number, WIDTHS[number % len(WIDTHS)])
        number += 1
    for doctype in made.tables:
        made.flush(doctype)
        frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
    print(
        f"{made.ledger:,} rows of the ledger, {made.ledger:,} entries of bundles, {made.vouchers:,} documents"
    )
    return asked


def remove() -> None:
    frappe.db.rollback()
    for doctype in TABLES | THEIRS:
        frappe.db.delete(doctype, {"name": ("like", f"{MARK}-%")})
        frappe.db.commit()


def measure(asked: dict[int, tuple[Lot, Lot]], rounds: int) -> bool:
    """Print what each walk takes; whether every bar is met."""
    met, counts = True, {}
    # The framework reads what it keeps of tables and rights once, whoever asks first.
    for place, lot in enumerate(next(iter(asked.values()))):
        begun = perf_counter()
        trace(Start("Batch", lot.batch, (lot,)), "both")
        print(f"{'the next' if place else 'first of all, cold'}: {perf_counter() - begun:.3f} s")
    for width, (first, finished) in asked.items():
        for way, lot in (("down", first), ("up", finished)):
            seconds = []
            for _ in range(rounds):
                begun = perf_counter()
                with queries() as seen:
                    found = trace(Start("Batch", lot.batch, (lot,)), way)
                seconds.append(perf_counter() - begun)
            check(found, width, way)
            counts.setdefault(way, set()).add(len(seen))
            took = median(seconds)
            met = met and took <= BAR_SECONDS
            told = f"{way:5} {len(found.lots):4} lots, {len(seen):3} queries"
            print(f"{told}: {took:6.3f} s (first {seconds[0]:.3f} s), bar {BAR_SECONDS} s")
    grow = any(len(every) > 1 for every in counts.values())
    print("queries grow with lots" if grow else "queries do not grow with lots")
    return met and not grow


def measure_theirs(execute: Callable, asked: dict[int, tuple[Lot, Lot]]) -> None:
    """Print what ERPNext's own report takes for the same questions; it goes one level down, and all levels up."""
    for width, (first, finished) in asked.items():
        for direction, lot in (("Forward", first), ("Backward", finished)):
            begun = perf_counter()
            with queries() as seen:
                _columns, rows = execute(frappe._dict(batches=[lot.batch], traceability_direction=direction))
            took = perf_counter() - begun
            lots = len({row["batch_no"] for row in rows if row.get("batch_no")})
            print(
                f"ERPNext's report, width {width}, {direction}: {lots} lots, {len(rows)} rows, {len(seen)} queries: {took:.3f} s"
            )


def check(found: Traced, width: int, way: str) -> None:
    """What is found is what was built."""
    right = len(found.lots) == (LEVELS - 1) * width + 1
    if way == "down":
        held = sum(one.held for one in found.holdings()) // 10**9
        right = right and held == 10 * width
    if not right:
        print("WRONG")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_site(parser)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        frappe.set_user("Administrator")
        try:
            theirs = erpnext_report()
            asked = build(given.rows, theirs=bool(theirs))
            met = measure(asked, given.rounds)
            if theirs:
                measure_theirs(theirs, asked)
            return 0 if met else 1
        finally:
            remove()


if __name__ == "__main__":
    sys.exit(main())
