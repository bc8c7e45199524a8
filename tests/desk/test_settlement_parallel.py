"""Exactly once with many processes, and all or nothing when one of them is killed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import frappe
import pytest
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from frappe.model.document import Document

from tests.desk import factory, settling, workers
from tests.desk.workers import PATIENCE, Worker

pytestmark = [pytest.mark.commits, pytest.mark.slow]

PROCESSES = 20
ROUNDS = 5


def approver() -> str:
    return factory.user(*settling.APPROVER)


def connections() -> set[int]:
    return {row[0] for row in frappe.db.sql("select id from information_schema.processlist")}


def until(true, what: str) -> None:
    """Look again and again, with a limit far above any sane duration so that a hang fails instead of waiting."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def worker(settlement: str) -> Worker:
    """One process that submits the settlement when told to."""
    return workers.submitting(approver(), settlement)


def undone(process: Worker) -> None:
    """Wait until the database has noticed that the process was killed and undone what it had open."""
    until(lambda: process.connection not in connections(), "the database to drop the killed worker")


def at_once(*settlements: str) -> list[str]:
    """Answers of one process for each name, all started before the first is told to go."""
    return workers.at_once([worker(name) for name in settlements])


def waiting(*lines: dict, invoice: Document | None = None) -> Document:
    """A committed settlement that waits for its approver."""
    approver()
    made = settling.proposed(invoice or factory.sold(10)[2], *lines)
    frappe.db.commit()
    return made


def drafted(settlement: str) -> Counter:
    """What the settlement has brought forth, counted in ERPNext's own tables and in its list."""
    found = Counter(
        {
            doctype: frappe.db.count(doctype, {"complaint_settlement": settlement})
            for doctype in ("Sales Invoice", "Delivery Note", "Sales Order")
        }
    )
    found["listed"] = frappe.db.count("Complaint Settlement Document", {"parent": settlement})
    found["docstatus"] = frappe.db.get_value("Complaint Settlement", settlement, "docstatus")
    found["status"] = (
        frappe.db.get_value("Complaint", complaint_of(settlement), "settlement_status") == "drafted"
    )
    return found


def complaint_of(settlement: str) -> str:
    return frappe.db.get_value("Complaint Settlement", settlement, "complaint")


NOTHING = Counter()
RETURN = {"remedy": "return_credit", "qty": 4}
BOTH = Counter({"Sales Invoice": 1, "Delivery Note": 1, "listed": 2, "docstatus": 1, "status": 1})


def test_twenty_processes_submit_one_settlement_and_one_credit_note_is_drafted() -> None:
    settlement = waiting({"qty": 4})
    answers = at_once(*[settlement.name] * PROCESSES)
    assert Counter(answers) == {"done 1": PROCESSES}
    assert +drafted(settlement.name) == Counter(
        {"Sales Invoice": 1, "listed": 1, "docstatus": 1, "status": 1}
    )
    credit = frappe.get_doc("Sales Invoice", {"complaint_settlement": settlement.name})
    assert [row.qty for row in credit.items] == [-4]


def test_settlements_that_want_the_same_units_never_get_more_than_were_sold() -> None:
    """Five ask for 4 of the same 10 units at the same moment: two are settled, three are told what is left."""
    invoice = factory.sold(10)[2]
    names = [waiting({"qty": 4}, invoice=invoice).name for _ in range(5)]
    answers = at_once(*names)
    assert answers.count("done 1") == 2
    assert sum("only 2 of 10" in answer for answer in answers) == 3
    returned = frappe.db.get_all(
        "Sales Invoice Item", {"sales_invoice_item": invoice.items[0].name}, pluck="qty", order_by="name"
    )
    assert returned == [-4, -4]


def test_settlements_of_different_invoices_do_not_disturb_each_other() -> None:
    names = [waiting(RETURN).name for _ in range(8)]
    assert set(at_once(*names)) == {"done 1"}
    assert all(+drafted(name) == BOTH for name in names)


@contextmanager
def holding_the_next_number_of(doctype: str) -> Iterator[str]:
    """Keep everybody from numbering a new document of `doctype`: whoever tries waits in the database.

    Gives the prefix of the numbers.
    """
    last = frappe.get_all(doctype, pluck="name", order_by="creation desc", limit=1)[0]
    prefix = last.rstrip("0123456789")
    held = frappe.db.sql("select name from tabSeries where name = %s for update", prefix)
    assert held
    try:
        yield prefix
    finally:
        frappe.db.rollback()


def test_a_worker_killed_between_two_documents_leaves_nothing() -> None:
    """The credit note is written and the worker waits for the number of the Delivery Note when it is killed."""
    # A sale of its own, for one that is copied has taken no number.
    invoice = factory.sold(10, description="Sold, not copied")[2]
    settlement = waiting(RETURN, invoice=invoice)
    process = worker(settlement.name).ready()
    with holding_the_next_number_of("Delivery Note") as prefix:
        process.go()
        until(lambda: waits_for(process.connection, "tabSeries", prefix), "the worker to get half way")
        assert written_so_far(settlement.name) == 1
        process.kill()
    undone(
        process
    )  # now that the lock is free: in a wait for one the database looks after nobody who is gone
    assert +drafted(settlement.name) == NOTHING
    assert settling.figures(complaint_of(settlement.name)) == ("proposed", 0)

    assert at_once(settlement.name) == ["done 1"]
    assert +drafted(settlement.name) == BOTH


def waits_for(connection: int, *words: str) -> bool:
    """Whether the connection is in a locking read whose text has all of `words`."""
    running = frappe.db.sql("select info from information_schema.processlist where id = %s", connection)
    text = (running and running[0][0]) or ""
    return all(word in text for word in (*words, "FOR UPDATE"))


def written_so_far(settlement: str) -> int:
    """Credit notes of the settlement that somebody has written and not committed yet."""
    db = frappe.db
    other = frappe.database.get_db(
        host=db.host,
        user=db.user,
        password=db.password,
        port=db.port,
        cur_db_name=db.cur_db_name,
        socket=db.socket,
    )
    try:
        other.sql("set session transaction isolation level read uncommitted")
        query = "select count(*) from `tabSales Invoice` where complaint_settlement = %s"
        return other.sql(query, settlement)[0][0]
    finally:
        other.close()


def test_workers_killed_at_any_moment_leave_all_or_nothing() -> None:
    chance = random.Random(20240611)
    outcomes = Counter()
    whole = seconds_of_a_submit()
    for _ in range(ROUNDS):
        settlement = waiting(RETURN)
        process = worker(settlement.name).ready().go()
        time.sleep(chance.uniform(0.0, 1.5 * whole))
        process.kill()
        undone(process)
        frappe.db.rollback()
        left = +drafted(settlement.name)
        assert left in (NOTHING, BOTH)
        outcomes["all" if left else "nothing"] += 1
        assert at_once(settlement.name) == ["done 1"]
        assert +drafted(settlement.name) == BOTH
    print(f"killed {ROUNDS} workers within {1.5 * whole:.1f} s: {dict(outcomes)}")


def seconds_of_a_submit() -> float:
    """How long an undisturbed worker takes here and now, to spread the kills over that time."""
    process = worker(waiting(RETURN).name).ready()
    start = time.monotonic()
    assert process.go().answer() == "done 1"
    return time.monotonic() - start


def test_a_deadlock_is_tried_again_and_the_settlement_still_submitted_once() -> None:
    """The worker waits for an invoice that this connection holds, and this one then asks for what the worker holds.

    The database gives one of the two up: the worker, which has written less.
    """
    settlement = waiting({"qty": 4})
    invoice = settlement.lines[0].sales_invoice
    # Make this transaction the heavier one, so that the worker's is given up: it has written thousands of rows, in a table
    # that is never small and that the worker only reads.
    frappe.db.sql("update tabDocField set columns = columns + 1")
    frappe.db.sql("select name from `tabSales Invoice` where name = %s for update", invoice)
    process = worker(settlement.name).ready().go()
    until(
        lambda: waits_for(process.connection, "tabSales Invoice", invoice),
        "the worker to wait for the invoice",
    )
    frappe.db.sql("select name from tabDocType where name = 'Complaint Settlement' for update")
    frappe.db.rollback()
    assert process.answer() == "done 1"
    frappe.db.rollback()
    assert drafted(settlement.name)["Sales Invoice"] == 1


def bill(note: Document, qty: float) -> None:
    """Invoice `qty` of a delivery and commit it."""
    invoice = make_sales_invoice(note.name)
    invoice.items[0].qty = qty
    invoice.insert()
    invoice.submit()
    frappe.db.commit()


def test_what_is_billed_after_a_worker_began_counts_as_if_it_had_been_billed_before() -> None:
    told, made = [], []
    for began in (False, True):
        note = factory.delivery(factory.customer().name, replace(factory.stocked(10), qty=10))
        settlement = waiting(RETURN | {"qty": 10}, invoice=note)
        before = worker(settlement.name).ready() if began else None
        bill(note, 4)
        told.append((before or worker(settlement.name).ready()).go().answer())
        frappe.db.rollback()
        made.append(+drafted(settlement.name))
    assert all("billed" in answer and answer.startswith("refused") for answer in told), told
    assert made == [NOTHING, NOTHING]
