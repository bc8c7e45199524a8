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

from complaint_qms.integrations.erpnext.exposure import units_delivered
from complaint_qms.services import marks
from complaint_qms.services.signals import closing, kept_weeks
from complaint_qms.services.signals.exposure import exposure, units_by_period
from tests.desk import factory
from tests.desk.stock_chain import Chain, sold_at_the_till

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
        young = len(self.documents) < 5
        others = ("take_back", "take_back", "cancel", "amend", "sell")
        getattr(self, self.random.choice(("sell", "bill") if young else others))()

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
    for item in trade.items:
        by_week = sum(units for (name, _week), units in told["item"].items() if name == item)
        end = starts[-1] + timedelta(days=6)
        assert units_delivered(starts[0], end, company=company, item_code=item) == pytest.approx(by_week)
    # All together, and periods that tear weeks apart: what is kept and what is counted now adds up to the same.
    every = units_by_period("batch", company, starts)
    same({batch: every[batch] for batch in batches & every.keys()}, told["batch"])
    torn = [starts[0], starts[1] + timedelta(days=3), starts[3], starts[4] + timedelta(days=1)]
    parts = exposure("company", torn, end=getdate() + timedelta(days=1))
    days = [starts[0] + timedelta(days=day) for day in range((getdate() - starts[0]).days + 1)]
    single = exposure("company", days)
    assert parts.units.sum() == pytest.approx(single.units.sum())
    assert parts.returned.sum(axis=1) == pytest.approx(single.returned.sum(axis=1))


def kept_weeks_of(trade: Trade) -> list[date]:
    """Weeks of the test that stand as they were kept."""
    whole, _filled = kept_weeks._holding([kept_weeks.week_of(day) for day in trade.starts], None)
    return [kept_weeks.monday(week) for week in whole]


def test_units_are_those_of_the_documents_whatever_happens_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    trade = Trade(seed=1401)
    for _ in range(9):
        trade.step()
    check(trade)
    assert kept_weeks_of(trade) == []
    assert closing.close_weeks() >= 3
    assert closing.weeks_left()["left"] == 0
    assert kept_weeks_of(trade) == trade.starts
    check(trade)
    for _ in range(5):
        trade.step()
    holding = kept_weeks_of(trade)
    assert holding != trade.starts  # what no longer holds is known without any event
    check(trade)
    # Rows of documents are changed past the framework, and masters renamed: what is kept follows, or is made again in its turn.
    doc = next(doc for doc in trade.documents if doc.docstatus == 1 and not doc.is_return)
    new = frappe.rename_doc("Customer", doc.customer, factory.unique("Renamed"), force=True)
    trade.customers = [new if name == doc.customer else name for name in trade.customers]
    assert kept_weeks_of(trade) == holding
    check(trade)
    monkeypatch.setattr(closing, "_MADE_AGAIN", 1)
    closing.stop()
    left = closing.weeks_left()["left"]
    assert (closing.close_weeks(), closing.weeks_left()["stopped"]) == (0, True)
    marks.drop_marks([closing._STOPPED])
    assert closing.close_weeks() > left
    assert kept_weeks_of(trade) == trade.starts
    check(trade)
    rows = frappe.get_all("Delivered Units", {"customer": ("in", trade.customers), "sold_in": ("is", "set")}, ["week", "sold_in", "units", "units_returned"], order_by="name")  # fmt: skip
    assert rows
    assert all(row.sold_in <= row.week and row.units == 0 and row.units_returned > 0 for row in rows)


def test_what_is_asked_has_to_make_sense() -> None:
    starts = mondays()
    with pytest.raises(ValueError, match="ascend"):
        units_by_period("item", None, starts[::-1])
    with pytest.raises(ValueError, match="at least one"):
        units_by_period("item", None, [])
    assert units_by_period("item", None, starts, []) == {}
    assert units_by_period("batch", "No Such Company", starts) == {}


def test_a_sale_at_the_till_counts_once_before_and_after_it_is_consolidated() -> None:
    from erpnext.accounts.doctype.pos_invoice_merge_log.pos_invoice_merge_log import consolidate_pos_invoices

    chain = Chain()
    chain.new_item("part")
    chain.new_lot("lot", "part")
    chain.buy("lot", 100, factory.supplier().name)
    buyer = factory.customer().name
    sale = sold_at_the_till(chain, buyer, "lot", 3)
    asked = ([getdate(sale.posting_date)], [buyer])
    before = (
        units_by_period("customer", None, *asked),
        units_by_period("batch", None, asked[0], [chain.lots["lot"]]),
    )
    consolidate_pos_invoices(pos_invoices=[frappe._dict(sale.as_dict(), pos_invoice=sale.name)])
    assert frappe.db.get_value("POS Invoice", sale.name, "consolidated_invoice")
    assert before[0] == {buyer: pytest.approx(np.array([3.0]))}
    assert units_by_period("customer", None, *asked) == before[0]
    assert units_by_period("batch", None, asked[0], [chain.lots["lot"]]) == before[1]


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
