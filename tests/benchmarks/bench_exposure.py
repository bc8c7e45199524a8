"""Deliveries of three years summed up week by week, on a real site: the first fill, one week anew, and who asks for all items.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_exposure [--site NAME] [--bench PATH] [--rows 1000000] [--items 10000] [--rounds 3]

Builds Delivery Notes of four rows each by the database itself: half of the rows name a batch as before ERPNext 15, a quarter by a bundle.
Removes everything it made, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from time import perf_counter

import frappe
import numpy as np

from complaint_qms.services.signals import kept_weeks
from complaint_qms.services.signals.exposure import exposure, units_by_period
from tests.benchmarks.connection import add_site, connected

MARK = "BENCH-EXPOSURE"
WEEKS = 156
FIRST = date(2018, 1, 1)
DAYS = WEEKS * 7
PER_NOTE = 4
BAR_READ = 5.0
"""Seconds for 10,000 items × 156 weeks among 1,000,000 rows; of a scan of 60 s."""
STARTS = [FIRST + timedelta(weeks=week) for week in range(WEEKS)]
END = FIRST + timedelta(days=DAYS)


def build(rows: int, items: int) -> None:
    """Notes in the order of their days; every hundredth is a return of the one before it."""
    notes = max(rows // PER_NOTE, 1)
    common = "'2018-01-01', '2018-01-01', 'Administrator', 'Administrator', 1"
    columns = "name, creation, modified, owner, modified_by, docstatus"
    frappe.db.sql(
        f"""insert into `tabDelivery Note` ({columns}, company, customer, territory, posting_date, is_return, return_against, total_qty)
        select concat('{MARK}-', seq), {common}, '{MARK}', concat('{MARK}-C', crc32(seq) % 2000), concat('{MARK}-T', crc32(seq) % 30),
            date_add('{FIRST}', interval floor((seq - 1) * {DAYS} / {notes}) day), seq % 100 = 0,
            if(seq % 100 = 0, concat('{MARK}-', seq - 1), null), if(seq % 100 = 0, -4, 40)
        from seq_1_to_{notes}"""
    )
    frappe.db.sql(
        f"""insert into `tabDelivery Note Item` ({columns}, parent, parenttype, parentfield, idx, item_code, stock_qty, batch_no,
            serial_and_batch_bundle)
        select concat('{MARK}-', seq), {common}, concat('{MARK}-', ceil(seq / {PER_NOTE})), 'Delivery Note', 'items', 1,
            concat('{MARK}-I', crc32(seq * 7) % {items}), if(ceil(seq / {PER_NOTE}) % 100 = 0, -1, 10),
            if(seq % 4 < 2, concat('{MARK}-B', crc32(seq * 7) % {items}, '-', floor(seq * 12 / {rows})), null),
            if(seq % 4 = 2, concat('{MARK}-', seq), null)
        from seq_1_to_{notes * PER_NOTE}"""
    )
    frappe.db.sql(
        f"""insert into `tabSerial and Batch Entry` ({columns}, parent, parenttype, parentfield, idx, batch_no, qty)
        select name, {common}, serial_and_batch_bundle, 'Serial and Batch Bundle', 'entries', 1,
            concat(item_code, '-B'), -stock_qty
        from `tabDelivery Note Item` where name like '{MARK}-%' and serial_and_batch_bundle is not null"""
    )
    frappe.db.commit()
    for doctype in ("Delivery Note", "Delivery Note Item", "Serial and Batch Entry"):
        frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
    print(f"{notes * PER_NOTE:,} rows on {notes:,} Delivery Notes, {items:,} items, {WEEKS} weeks")


def remove() -> None:
    frappe.db.rollback()
    for doctype in ("Delivery Note", "Delivery Note Item", "Serial and Batch Entry"):
        frappe.db.delete(doctype, {"name": ("like", f"{MARK}-%")})
        frappe.db.commit()
    for doctype in (kept_weeks.UNITS, kept_weeks.WEEK):
        frappe.db.delete(doctype, {"company": MARK})
        frappe.db.commit()


def timed(title: str, act: Callable[[], object], rounds: int = 1) -> float:
    seconds = []
    for _ in range(rounds):
        frappe.db.rollback()
        begun = perf_counter()
        act()
        seconds.append(perf_counter() - begun)
    print(f"{title}: {median(seconds):7.3f} s")
    return median(seconds)


def fill() -> None:
    """As the job does it, without the weeks of others."""
    weeks = [kept_weeks.week_of(day) for day in STARTS]
    for begin in range(0, len(weeks), 4):
        kept_weeks.keep_weeks(weeks[begin : begin + 4], datetime.now())
        frappe.db.commit()


def by(name: str) -> dict:
    return units_by_period(name, MARK, STARTS, end=END)


def bare() -> None:
    """What the same costs without anything of ours: one statement over the documents."""
    frappe.db.sql(
        """select i.item_code, floor((to_days(d.posting_date) - 719525) / 7), sum(i.stock_qty) from `tabDelivery Note` d
        join `tabDelivery Note Item` i on i.parent = d.name where d.docstatus = 1 and d.company = %s
        and d.posting_date between %s and %s group by 1, 2""",
        (MARK, FIRST, END),
    )


def measure(rounds: int) -> bool:
    live = by("item")
    timed("all items, from the documents", lambda: by("item"))
    timed("the bare statement over the documents", bare)
    timed("first fill of 156 weeks", fill)
    for doctype in (kept_weeks.UNITS, kept_weeks.WEEK):
        frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
    timed(
        "one week anew",
        lambda: kept_weeks.keep_weeks([kept_weeks.week_of(STARTS[-9])], datetime.now()),
        rounds,
    )
    frappe.db.commit()
    kept = by("item")
    if live.keys() != kept.keys() or any(not np.allclose(live[item], kept[item]) for item in live):
        print("WRONG")
    timed("are all weeks still what they were", lambda: kept_weeks.fingerprints(FIRST, END, MARK), rounds)
    timed("one item", lambda: units_by_period("item", MARK, STARTS, [f"{MARK}-I1"], end=END), rounds)
    for name in ("batch", "customer", "territory"):
        timed(f"by {name}", lambda name=name: by(name), rounds)
    timed(
        "items, months",
        lambda: exposure("item", [day.replace(day=1) for day in STARTS[::5]], end=END),
        rounds,
    )
    took = timed("all items × all weeks", lambda: by("item"), rounds)
    print(f"bar {BAR_READ} s")
    return took <= BAR_READ


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_site(parser)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        frappe.set_user("Administrator")
        try:
            build(given.rows, given.items)
            return 0 if measure(given.rounds) else 1
        finally:
            remove()


if __name__ == "__main__":
    sys.exit(main())
