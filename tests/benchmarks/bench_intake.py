"""Cost of registering a complaint against inserting an ERPNext Issue, alternating in one run on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_intake [--site NAME] [--bench PATH] [--rounds 300] [--stored 0]

Both are committed one by one, as a request would. `--stored N` bulk-inserts N complaints and measures registering
once more, beside itself. Removes everything it made, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

import frappe

from complaint_qms.services.intake import register
from tests.benchmarks.connection import add_site, connected

MARK = "BENCH-INTAKE"
BAR_ISSUE, BAR_STORED = 1.5, 1.2
WARM_UP = 10


def issue(number: int) -> None:
    frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": f"{MARK} {number}",
            "customer": MARK,
            "raised_by": "somebody@customer.example",
            "description": "The handle broke on the second day.",
        }
    ).insert()
    frappe.db.commit()


def complaint(number: int, customer: str = MARK) -> None:
    register.register(
        {
            "subject": f"{MARK} {number}",
            "customer": customer,
            "contact_email": "somebody@customer.example",
            "complaint_type": "Broken or Damaged",
            "description": "The handle broke on the second day.",
        }
    )
    frappe.db.commit()


def medians(rounds: int, *deeds: Callable[[int], None]) -> list[float]:
    """Median seconds of each deed, done in turn so that what else the machine does meets all alike."""
    taken: list[list[float]] = [[] for _ in deeds]
    for number in range(rounds + WARM_UP):
        for times, deed in zip(taken, deeds, strict=True):
            begin = perf_counter()
            deed(number)
            if number >= WARM_UP:
                times.append(perf_counter() - begin)
    return [statistics.median(times) for times in taken]


def store(rows: int) -> None:
    """Complaints in the table, as many as a company has after years."""
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    columns = ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx", "subject", "company", "customer", "stage", "received_at")  # fmt: skip
    moment = "2024-01-01 09:00:00"
    values = (
        (
            f"{MARK}-{n}",
            moment,
            moment,
            "Administrator",
            "Administrator",
            0,
            0,
            MARK,
            company,
            MARK,
            "closed",
            moment,
        )
        for n in range(rows)
    )
    frappe.db.bulk_insert("Complaint", columns, values, chunk_size=20_000)
    frappe.db.commit()


def clean() -> None:
    frappe.db.rollback()
    names = frappe.qb.DocType("Complaint")
    made = frappe.qb.from_(names).select(names.name).where(names.subject.like(f"{MARK}%"))
    for child in ("Complaint Stage Log", "Complaint Checklist Item"):
        frappe.db.delete(child, {"parent": ("in", made)})
    frappe.db.delete("Workflow Action", {"reference_doctype": "Complaint", "reference_name": ("in", made)})
    frappe.db.delete("Complaint", {"subject": ("like", f"{MARK}%")})
    frappe.db.delete("Issue", {"subject": ("like", f"{MARK}%")})
    frappe.db.delete("Customer", {"name": MARK})
    frappe.db.commit()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--stored", type=int, default=0)
    arguments = parser.parse_args()
    with connected(arguments.site, arguments.bench / "sites"), suppress(KeyboardInterrupt):
        clean()
        try:
            frappe.get_doc(
                {"doctype": "Customer", "customer_name": MARK, "name": MARK, "customer_type": "Company"}
            ).insert()
            frappe.db.commit()
            of_issue, of_complaint = medians(arguments.rounds, issue, complaint)
            print(f"ERPNext Issue insert    {1000 * of_issue:8.2f} ms (median of {arguments.rounds})")
            print(f"register a complaint    {1000 * of_complaint:8.2f} ms")
            print(f"ratio                   {of_complaint / of_issue:8.2f}    (bar: at most {BAR_ISSUE})")
            if arguments.stored:
                store(arguments.stored)
                _, full = medians(arguments.rounds, issue, complaint)
                print(f"with {arguments.stored:,} stored     {1000 * full:8.2f} ms")
                print(f"ratio to itself         {full / of_complaint:8.2f}    (bar: at most {BAR_STORED})")
        finally:
            clean()


if __name__ == "__main__":
    main()
