"""Tamperings past the app that a verification of the audit trail finds, by kind; and what it says falsely of a site in daily use.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_tampering [--site NAME] [--bench PATH] [--tamperings 500] [--writers 6] [--seconds 60] [--seed 1]

Each tampering is one of `tests.desk.tampering` at random, by SQL and in files, undone before the next. Then writers register, change, move and
print complaints and add evidence, each a process that commits, somebody links, and the site is verified meanwhile without end: whatever is found
then is false. Removes everything it made, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic, sleep

import frappe
from frappe.model.document import Document

from complaint_qms.services.compliance.audit_trail import recording, sealing
from complaint_qms.services.compliance.audit_trail.verifying import Outcome, verify_trail
from complaint_qms.services.evidence import disk
from complaint_qms.services.intake import register
from complaint_qms.services.lifecycle.guard import take_step
from tests.benchmarks import bench_intake
from tests.benchmarks.bench_intake import MARK
from tests.benchmarks.connection import add_site, connected
from tests.desk import factory, tampering, workers


@contextmanager
def uncommitted() -> Iterator[None]:
    """What is done goes away at the end, whatever commits."""
    commit = frappe.db.commit
    frappe.db.commit = lambda: None
    try:
        yield
    finally:
        frappe.db.commit = commit
        frappe.db.rollback()


def build() -> None:
    """Records of several kinds at several stages, files, changes of each, and pages printed last."""
    complaints = [factory.at_stage(stage) for stage in ("intake", "triage", "response", "review")]
    for doc in complaints:
        factory.upload("Complaint", doc.name)
    factory.capa()
    factory.implemented_capa()
    for doc in complaints:
        recording.printed(doc)
    sealing.seal()


def tamper(number: int, seed: int) -> bool:
    """Whether any was missed."""
    dice, mailed = random.Random(seed), sealing.last_link()
    found, tried, missed = Counter(), Counter(), []
    ways = [*tampering.WAYS, tampering.restore_earlier_state]
    for turn in range(number):
        if turn % len(ways) == 0:
            dice.shuffle(ways)
        way = ways[turn % len(ways)]
        name = way.__name__.replace("_", " ")
        frappe.db.savepoint("tampering")
        try:
            what = way(dice)
            seen = verified(mailed if way is tampering.restore_earlier_state else None).found
        finally:
            frappe.db.rollback(save_point="tampering")
            tampering.undo_bytes()
        tried[name] += 1
        found[name] += bool(seen)
        if not seen:
            missed.append(f"missed: {name}: {what}")
    for name in sorted(tried):
        print(f"{name:<34}{found[name]:4} of {tried[name]} found")
    for sentence in missed:
        print(sentence)
    print(f"tamperings found        {found.total():8,d} of {number:,d} (bar: all)")
    return bool(missed)


def verified(head: sealing.Head | None = None) -> Outcome:
    return verify_trail(disk.sha256_of, head)


def write(customer: Document, seconds: float) -> str:
    """Registers and works on complaints until the time is over: how many, and how often the database gave one up.

    The framework empties the tables of a record before it writes their first rows, with or without the trail; the database makes neighbours wait
    for each other there, and gives one of them up, who then tries again.
    """
    ends, number, again = monotonic() + seconds, 0, 0
    while monotonic() < ends:
        try:
            work_on_one(customer.name, number)
            number += 1
        except frappe.QueryDeadlockError:
            frappe.db.rollback()
            again += 1
    return f"{number} {again}"


def work_on_one(customer: str, number: int) -> None:
    """Four transactions."""
    made = register.register(
        {"subject": f"{MARK} {number}", "customer": customer, "complaint_type": "Broken or Damaged", "description": "It broke."}
    )  # fmt: skip
    frappe.db.commit()
    factory.upload("Complaint", made.name)
    frappe.db.commit()
    doc = frappe.get_doc("Complaint", made.name)
    take_step(doc, "Start Triage", {})
    recording.printed(doc)
    frappe.db.commit()
    doc.closing_summary = "Seen"
    doc.save()
    frappe.db.commit()


def link(_customer: Document, seconds: float) -> str:
    """Links what is written, much more often than the scheduler does."""
    ends, linked = monotonic() + seconds, 0
    while monotonic() < ends:
        linked += sealing.seal()
        sleep(0.5)
    return str(linked)


def use(writers: int, seconds: float) -> bool:
    """Whether anything was found in a site that is used, or a writer failed."""
    frappe.get_doc(
        {"doctype": "Customer", "customer_name": MARK, "name": MARK, "customer_type": "Company"}
    ).insert()
    frappe.db.commit()
    sealing.seal()
    tasks = [partial(write, seconds=seconds)] * writers + [partial(link, seconds=seconds)]
    started = [workers.Worker("Administrator", "Customer", MARK, task).ready() for task in tasks]
    for worker in started:
        worker.go()
    ends, verifications, alarms = monotonic() + seconds, 0, []
    while monotonic() < ends or not verifications:
        frappe.db.rollback()
        alarms += verified().sentences
        verifications += 1
    answers = [worker.answer() for worker in started]
    frappe.db.rollback()
    sealing.seal()
    frappe.db.rollback()
    alarms += verified().sentences
    failed = [answer for answer in answers if not answer.startswith("done")]
    told = [[int(word) for word in answer.split()[1:]] for answer in answers[:-1] if answer not in failed]
    made, again = (sum(column) for column in zip(*told, strict=True)) if told else (0, 0)
    for sentence in (*failed, *sorted(set(alarms))):
        print(f"WRONG: {sentence}")
    print(f"used meanwhile          {made:8,d} complaints, {4 * made:,d} transactions of {writers} writers, {len(failed)} failed")  # fmt: skip
    print(f"tried again             {again:8,d} times")
    print(f"linked meanwhile        {answers[-1].removeprefix('done '):>8} entries")
    print(f"false alarms            {len(alarms):8,d} in {verifications + 1:,d} verifications (bar: none)")
    return bool(alarms or failed)


def clean() -> None:
    """What the writers made, with their files."""
    frappe.db.rollback()
    names = frappe.get_all("Complaint", {"subject": ("like", f"{MARK}%")}, pluck="name", order_by="name asc")
    attached = {"attached_to_doctype": "Complaint", "attached_to_name": ("in", names or [""])}
    for url in frappe.get_all("File", attached, pluck="file_url", order_by="name asc"):
        disk.path_of(url).unlink(missing_ok=True)
    frappe.db.delete("File", attached)
    for doctype, field in (("Version", "docname"), ("Comment", "reference_name"), ("QMS Message", "reference_name")):  # fmt: skip
        frappe.db.delete(doctype, {field: ("in", names or [""])})
    frappe.db.commit()
    bench_intake.clean()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--tamperings", type=int, default=500)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    missed, head = False, None
    with connected(arguments.site, arguments.bench / "sites"), suppress(KeyboardInterrupt):
        sealing.seal()
        with suppress(ValueError):  # of an earlier database of this site
            head = sealing.kept_head()
        put_back(head or sealing.last_link())
        try:
            with uncommitted():
                build()
                wrong = verified().sentences
                for sentence in wrong:
                    print(f"WRONG before: {sentence}")
                missed = bool(wrong) or tamper(arguments.tamperings, arguments.seed)
            put_back(head or sealing.last_link())
            missed |= use(arguments.writers, arguments.seconds)
        finally:
            clean()
            put_back(head)
    return int(missed)


def put_back(head: sealing.Head | None) -> None:
    """The file with the head, as it was."""
    sealing.remove_head()
    if head:
        sealing.keep_head(head)


if __name__ == "__main__":
    sys.exit(main())
