"""Units delivered, along every dimension, are what the documents say one by one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import frappe
import numpy as np
import pytest
from frappe.utils import getdate

from complaint_qms.services.signals.exposure import units_by_period
from tests.desk import factory

WEEKS = 6


def mondays(count: int = WEEKS) -> list[date]:
    """The weeks that end with the one before this."""
    today = getdate()
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=back) for back in range(count, 0, -1)]


class Trade:
    """A shop's weeks: what is sold, taken back, cancelled, amended, back-dated."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.starts = mondays()
        begin = str(self.starts[0])
        plain, batched = factory.item().name, factory.item(batch=True).name
        self.lines = [factory.Line(plain)]
        self.lines += [factory.Line(batched, batch=factory.batch(batched).name) for _ in range(2)]
        numbers = factory.serials(2)
        serial = factory.item(serial=True).name
        factory.receive(*(replace(line, qty=500) for line in self.lines), posting_date=begin)
        factory.receive(factory.Line(serial, 2, serials=numbers), posting_date=begin)
        self.customers = [factory.customer().name for _ in range(2)]
        self.items = {plain, batched, serial}
        self.documents = [
            factory.delivery(self.customers[0], factory.Line(serial, 2, serials=numbers), posting_date=begin)
        ]

    def step(self) -> None:
        act = self.random.choice(("sell", "sell", "bill", "take_back", "take_back", "cancel", "amend"))
        getattr(self, act)()

    def day(self, since: date | None = None) -> str:
        first = max(self.starts[0] + timedelta(days=1), getdate(since) if since else self.starts[0])
        return str(first + timedelta(days=self.random.randrange((getdate() - first).days + 1)))

    def goods(self) -> list[factory.Line]:
        return [replace(line, qty=self.random.randrange(1, 20)) for line in self.random.sample(self.lines, 2)]

    def sell(self) -> None:
        buyer = self.random.choice(self.customers)
        self.documents.append(factory.delivery(buyer, *self.goods(), posting_date=self.day()))

    def bill(self) -> None:
        buyer = self.random.choice(self.customers)
        moves = self.random.random() < 0.7
        made = factory.invoice(buyer, *self.goods(), update_stock=moves, posting_date=self.day())
        self.documents.append(made)

    def take_back(self) -> None:
        from erpnext.controllers.sales_and_purchase_return import make_return_doc

        known = [doc for doc in self.documents if doc.docstatus == 1 and not doc.is_return]
        known = [doc for doc in known if not frappe.db.exists(doc.doctype, {"return_against": doc.name})]
        if not known:
            return
        old = self.random.choice(known)
        made = make_return_doc(old.doctype, old.name)
        made.update({"posting_date": self.day(old.posting_date), "set_posting_time": 1})
        if made.doctype == "Sales Invoice":
            made.due_date = made.posting_date
        self.documents.append(submitted(made))

    def cancel(self) -> frappe.model.document.Document | None:
        against = {doc.return_against for doc in self.documents if doc.docstatus == 1}
        free = [doc for doc in self.documents if doc.docstatus == 1 and doc.name not in against]
        if not free:
            return None
        old = self.random.choice(free)
        old.reload()
        old.flags.ignore_permissions = True
        old.cancel()
        return old

    def amend(self) -> None:
        old = self.cancel()
        if not old or old.is_return or any(row.serial_no for row in old.items):
            return
        made = frappe.copy_doc(old)
        made.update(
            {"docstatus": 0, "amended_from": old.name, "posting_date": self.day(), "set_posting_time": 1}
        )
        for row in made.items:
            row.update(
                {
                    "docstatus": 0,
                    "qty": row.qty + 1,
                    "serial_and_batch_bundle": None,
                    "use_serial_batch_fields": 1,
                }
            )
        made.payment_schedule = []
        self.documents.append(submitted(made))

    def told(self) -> dict[str, Counter]:
        """Dimension → (label, period) → units, read off each document by itself."""
        found: dict[str, Counter] = {name: Counter() for name in ("item", "batch", "customer", "pair")}
        for doc in self.documents:
            doc.reload()
            week = (getdate(doc.posting_date) - self.starts[0]).days // 7
            if (
                doc.docstatus != 1
                or week >= WEEKS
                or (doc.doctype == "Sales Invoice" and not doc.update_stock)
            ):
                continue
            for row in doc.items:
                found["item"][row.item_code, week] += row.stock_qty
                found["customer"][doc.customer, week] += row.stock_qty
                found["pair"][(row.item_code, doc.customer), week] += row.stock_qty
                if row.serial_and_batch_bundle:
                    bundle = frappe.get_doc("Serial and Batch Bundle", row.serial_and_batch_bundle)
                    for entry in bundle.entries:
                        if entry.batch_no:
                            found["batch"][entry.batch_no, week] += abs(entry.qty) * (
                                -1 if doc.is_return else 1
                            )
                elif row.batch_no:
                    found["batch"][row.batch_no, week] += row.stock_qty
        return found


def submitted(doc: frappe.model.document.Document) -> frappe.model.document.Document:
    doc.flags.ignore_permissions = True
    doc.insert()
    doc.submit()
    return doc


def same(found: dict, told: Counter) -> None:
    """What was found holds what was told and nothing more."""
    cells = {
        (label, period): units
        for label, row in found.items()
        for period, units in enumerate(row)
        if abs(units) > 1e-6
    }
    assert cells == pytest.approx({cell: units for cell, units in told.items() if abs(units) > 1e-6})


def check(trade: Trade) -> None:
    told, starts, company = trade.told(), trade.starts, factory.company()
    same(units_by_period("item", company, starts, trade.items), told["item"])
    same(units_by_period("customer", None, starts, trade.customers), told["customer"])
    batches = {line.batch for line in trade.lines if line.batch}
    same(units_by_period("batch", company, starts, batches), told["batch"])
    pairs = {(item, customer) for item in trade.items for customer in trade.customers}
    same(units_by_period(("item", "customer"), company, starts, pairs), told["pair"])


def test_units_are_those_of_the_documents_whatever_happens_to_them() -> None:
    trade = Trade(seed=1401)
    for _ in range(14):
        trade.step()
    check(trade)
    doc = next(doc for doc in trade.documents if doc.docstatus == 1 and not doc.is_return)
    whole = units_by_period("item", None, [trade.starts[0], doc.posting_date], trade.items)
    assert all(len(row) == 2 for row in whole.values())
    with pytest.raises(ValueError, match="ascend"):
        units_by_period("item", None, trade.starts[::-1])


def test_a_group_is_the_one_of_today() -> None:
    """Who is moved to another group takes their past along, as their complaints do."""
    customer, note, _bill = factory.sold(7)
    group = frappe.get_doc({"doctype": "Customer Group", "customer_group_name": "Moved To", "parent_customer_group": "All Customer Groups"}).insert()  # fmt: skip
    start = [getdate(note.posting_date)]
    before = units_by_period("customer_group", None, start, [customer.customer_group])
    assert "Moved To" not in units_by_period("customer_group", None, start)
    customer.customer_group = group.name
    customer.save()
    after = units_by_period("customer_group", None, start)
    assert after[group.name] == pytest.approx(np.array([7.0]))
    assert before[note.customer_group] - after.get(note.customer_group, 0) == pytest.approx(np.array([7.0]))
