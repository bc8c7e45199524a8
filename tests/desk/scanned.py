"""Complaints put straight into the table for scans, which only read them, and scans that are run where they stand."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
import numpy as np

from complaint_qms.services import writing
from complaint_qms.services.signals import run
from tests.desk import factory

MONDAY = date(2025, 1, 6)
WEEKS = 44


def complaints(rows: list[tuple[int, str | None, str | None, str]], world: frappe._dict) -> list[str]:
    """Complaints as (week, item, batch, type), in few statements."""
    known = factory.complaint(company=world.company, customer=world.customer)
    values = known.as_dict(no_nulls=True)
    kept = ("subject", "description", "stage", "company", "customer", "territory")
    common = {name: values.get(name) for name in kept}
    sent = [
        {
            **common,
            "received_at": f"{MONDAY + timedelta(weeks=week, days=at % 5)} 10:{at % 60:02d}:00",
            "item_code": item,
            "batch_no": batch,
            "complaint_type": kind,
        }
        for at, (week, item, batch, kind) in enumerate(rows)
    ]
    frappe.db.delete("Complaint", {"name": known.name})
    now = frappe.utils.now_datetime()
    return writing.insert_rows("Complaint", sent, now, "Administrator", "test")


def history(items: list[str], kinds: list[str], seed: int = 4) -> list[tuple]:
    """Two complaints a week of each item, of either kind, without a rise."""
    chance = np.random.default_rng(seed)
    return [
        (week, item, None, kinds[int(chance.integers(len(kinds)))])
        for week in range(WEEKS)
        for item in items
        for _ in range(int(chance.poisson(2)))
    ]


def scan(company: str, as_of, **values):
    """A scan that was submitted, run here."""
    doc = frappe.get_doc({"doctype": "Signal Scan", "company": company, "as_of": as_of, **values}).insert()
    doc.submit()
    run.run_scan(doc)
    return doc.reload()


def weeks(count: int) -> date:
    """The Sunday that ends so many weeks."""
    return MONDAY + timedelta(days=7 * count - 1)


def new_world() -> frappe._dict:
    """A company with goods, kinds of complaints and one customer."""
    goods = [factory.item(has_batch_no=1).name for _ in range(4)]
    kinds = frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", order_by="name", limit=3)
    company, customer = factory.other_company(), factory.customer().name
    return frappe._dict(goods=goods, kinds=kinds, company=company, customer=customer)


def signals(company: str) -> list[frappe._dict]:
    fields = [
        "name",
        "state",
        "decision",
        "item_code",
        "batch_no",
        "complaint_type",
        "observed",
        "superseded_by",
    ]
    return frappe.get_all("Complaint Signal", {"company": company}, fields, order_by="name asc")


def deliveries(rows: list[tuple[int, str | None, str | None, float]], world: frappe._dict) -> None:
    """Units as (week, item, territory, units), one delivery each, in two statements."""
    now = frappe.utils.now_datetime()
    heads = [
        {
            "company": world.company,
            "customer": world.customer,
            "territory": place,
            "posting_date": MONDAY + timedelta(weeks=week),
            "docstatus": 1,
        }
        for week, _item, place, _units in rows
    ]
    names = writing.insert_rows("Delivery Note", heads, now, "Administrator", "test")
    lines = [
        {
            "parent": parent, "parenttype": "Delivery Note", "parentfield": "items", "docstatus": 1, "item_code": item or world.goods[0],
            "stock_qty": units,
        }
        for parent, (_week, item, _place, units) in zip(names, rows, strict=True)
    ]  # fmt: skip
    writing.insert_rows("Delivery Note Item", lines, now, "Administrator", "test")
