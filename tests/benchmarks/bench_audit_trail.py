"""Cost of the audit trail: registering and changing a complaint with it and without, in turn in one run on a real site; and how
fast the chain is recomputed.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_audit_trail [--site NAME] [--bench PATH] [--rounds 200] [--entries 40000]

Each is committed, as a request would. Removes everything it made, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import frappe

from complaint_qms.constants.audit import CHANGE
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import entries, recording, sealing, verifying
from tests.benchmarks import bench_intake
from tests.benchmarks.bench_intake import MARK, medians
from tests.benchmarks.connection import add_site, connected

BAR_REGISTERED, BAR_CHANGED, BAR_SPEED = 1.15, 1.25, 20_000


@contextmanager
def without_trail() -> Iterator[None]:
    """Nothing hears of a change."""
    held = recording.created, recording.saved, recording.of_written, writing._is_told
    recording.created = recording.saved = recording.of_written = lambda *_args, **_options: None
    writing._is_told = lambda *_given: False
    try:
        yield
    finally:
        recording.created, recording.saved, recording.of_written, writing._is_told = held


def change(names: list[str]) -> Callable[[int], None]:
    """Changes one of the complaints to what it was not before, whichever deed changed it last."""
    turns = count()
    for name in names:  # at the first change the framework makes its list of next approvers
        frappe.get_doc("Complaint", name).save()
    frappe.db.commit()

    def act(_number: int) -> None:
        turn = next(turns)
        doc = frappe.get_doc("Complaint", names[turn % len(names)])
        doc.closing_summary = "Answered" if doc.closing_summary == "Seen" else "Seen"
        doc.save()
        frappe.db.commit()

    return act


def bare(deed: Callable[[int], None]) -> Callable[[int], None]:
    def act(number: int) -> None:
        with without_trail():
            deed(number)

    return act


def fill(wanted: int) -> None:
    """Entries of the size of a change."""
    for start in range(0, wanted, 1000):
        detail = {"fields": {"urgency": ["low", "high"], "stage": ["intake", "triage"], "qty": ["0", "2"]}}
        entries.write_entries(
            recording.NewEntry(CHANGE, "Sales Order", f"{MARK}-{start + n}", detail, Apart())
            for n in range(1000)
        )
        frappe.db.commit()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--entries", type=int, default=40_000)
    arguments = parser.parse_args()
    missed = False
    with connected(arguments.site, arguments.bench / "sites"), suppress(KeyboardInterrupt):
        sealing.seal()
        head = sealing.kept_head()
        try:
            frappe.get_doc(
                {"doctype": "Customer", "customer_name": MARK, "name": MARK, "customer_type": "Company"}
            ).insert()
            frappe.db.commit()
            told, untold = medians(arguments.rounds, bench_intake.complaint, bare(bench_intake.complaint))
            missed |= _said("register a complaint", told, untold, BAR_REGISTERED)
            names = frappe.get_all("Complaint", {"subject": ("like", f"{MARK}%")}, pluck="name", limit=50)
            told, untold = medians(arguments.rounds, change(names), bare(change(names)))
            missed |= _said("change a complaint", told, untold, BAR_CHANGED)
            fill(arguments.entries)
            print(f"linked                  {sealing.seal():8,d} entries")
            outcome = verifying.Outcome()
            verifying.check_chain(outcome)
            speed = outcome.entries / outcome.seconds
            print(f"recomputed              {speed:8,.0f} entries a second (bar: at least {BAR_SPEED:,})")
            missed |= speed < BAR_SPEED
        finally:
            bench_intake.clean()
            sealing.remove_head()
            if head:
                sealing.keep_head(head)
    return int(missed)


def _said(what: str, told: float, untold: float, bar: float) -> bool:
    ratio = told / untold
    print(f"{what:<24}{1000 * told:8.2f} ms with the trail, {1000 * untold:.2f} without")
    print(f"ratio                   {ratio:8.2f}    (bar: at most {bar})")
    return ratio > bar


if __name__ == "__main__":
    sys.exit(main())
