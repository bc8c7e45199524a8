"""Processes of their own that change a record at a signal, as web workers would.

Each has read its record before the signal, so several hold the same unchanged copy, like the second click of a double
click. They are forked from one process that has the apps' code loaded and nothing else: no site, no connection.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable
from functools import cache, partial

import frappe
from frappe.model.document import Document

from complaint_qms.services.lifecycle.guard import take_step

PATIENCE = 120.0
# What most of them need; the rest each loads itself.
LOADED = (
    "pytest",
    "frappe.app",
    "frappe.model.workflow",
    "erpnext.accounts.doctype.sales_invoice.sales_invoice",
    "erpnext.selling.doctype.sales_order.sales_order",
    "erpnext.stock.doctype.delivery_note.delivery_note",
    "complaint_qms.complaint_qms.doctype.complaint.complaint",
    "complaint_qms.complaint_qms.doctype.complaint_settlement.complaint_settlement",
)


class Worker:
    """A process that gets ready to do `task` with a record, and does it when told to."""

    def __init__(self, user: str, doctype: str, name: str, task: Callable[[Document], object]) -> None:
        self.link, theirs = _forks().Pipe()
        place = (frappe.local.site, frappe.local.sites_path)
        self.process = _forks().Process(target=_work, args=(theirs, *place, user, doctype, name, task))
        self.process.start()
        theirs.close()
        self.connection = 0

    def ready(self) -> Worker:
        """Wait until it has read its record; `connection` is then its number at the database."""
        self.connection = self._told()
        return self

    def go(self) -> Worker:
        self.link.send("go")
        return self

    def answer(self) -> str:
        """`done` and what the task gave, or `refused`, with kind and text of the error."""
        told = self._told()
        self.process.join(PATIENCE)
        assert self.process.exitcode == 0
        return told

    def kill(self) -> None:
        """SIGKILL; the database may notice later."""
        self.process.kill()
        self.process.join(PATIENCE)

    def _told(self) -> object:
        assert self.link.poll(PATIENCE), "the process has said nothing"
        return self.link.recv()


def submitting(user: str, settlement: str) -> Worker:
    """A worker that submits a settlement."""
    return Worker(user, "Complaint Settlement", settlement, _submit)


def stepping(
    name: str, action: str, values: dict, doctype: str = "Complaint", user: str = "Administrator"
) -> Worker:
    """A worker that takes a step of a record, or saves it with `values` when there is no action."""
    return Worker(user, doctype, name, partial(_step, action=action, values=values))


def at_once(workers: Iterable[Worker]) -> list[str]:
    """Answers of the workers, all of them ready before the first is told to go."""
    workers = [worker.ready() for worker in list(workers)]
    for worker in workers:
        worker.go()
    answers = [worker.answer() for worker in workers]
    frappe.db.rollback()  # look at the database as it is now
    return answers


def in_turn(workers: Iterable[Worker]) -> list[str]:
    """The same, but each is told to go once the one before it has committed."""
    workers = [worker.ready() for worker in list(workers)]
    answers = [worker.go().answer() for worker in workers]
    frappe.db.rollback()
    return answers


@cache
def _forks() -> multiprocessing.context.BaseContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    return context


def _submit(settlement: Document) -> int:
    settlement.submit()
    return int(settlement.docstatus)


def _step(record: Document, action: str, values: dict) -> str:
    if action:
        take_step(record, action, values)
    else:
        record.update(values)
        record.save()
    return record.get("stage") or record.get("status")


def _work(link, site: str, sites_path: str, user: str, doctype: str, name: str, task) -> None:
    """Runs in the worker."""
    os.chdir(sites_path)
    frappe.init(site=site, sites_path=sites_path)
    frappe.connect()
    frappe.set_user(user)
    document = frappe.get_doc(doctype, name)
    link.send(frappe.db.sql("select connection_id()")[0][0])
    link.recv()
    try:
        outcome = task(document)
        frappe.db.commit()
        link.send(f"done {outcome}")
    except Exception as error:
        frappe.db.rollback()
        link.send(f"refused {type(error).__name__}: {error}")
    finally:
        frappe.destroy()
