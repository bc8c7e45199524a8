"""Lines of orders, deliveries and invoices as the customers see them who bought: each sale once, found by what stands on a paper
or a label."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, ExistsCriterion, ValueWrapper

from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.party_search import like
from complaint_qms.integrations.erpnext.source_facts import SOURCES

_DATES: Final = {
    "Delivery Note": "posting_date", "Sales Invoice": "posting_date", "Sales Order": "transaction_date",
}  # fmt: skip
_WITH_LOTS: Final = ("Delivery Note", "Sales Invoice")
MOST_NUMBERS: Final = 200
"""Batches or serial numbers of a line that are offered to choose from."""
# Documents that a row comes from: its field → field of Complaint
_BEHIND: Final = {
    "Delivery Note": {"against_sales_order": "sales_order", "against_sales_invoice": "sales_invoice"},
    "Sales Invoice": {"sales_order": "sales_order", "delivery_note": "delivery_note"},
    "Sales Order": {},
}


@dataclass(frozen=True)
class SoldLine:
    """A line that was sold.

    Attributes:
        facts: fields of a complaint about it.
        batches: batch numbers of it, the first `MOST_NUMBERS`; likewise `serials`.
    """

    doctype: str
    row: str
    document: str
    item_name: str
    customer: str
    company: str
    facts: dict[str, str]
    batches: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()


def find_lines(customers: Iterable[str], text: str, start: int, count: int) -> list[dict[str, Any]]:
    """Lines of submitted sales of these customers, newest first. Three queries.

    What was delivered stands there as a delivery, what was invoiced alone as an invoice, what neither happened to as an order; the
    number of a document finds each of its lines.

    Returns: [{doctype, row, document, date, item_code, item_name, qty, uom, customer}]
    """
    wanted = sorted(customers)
    if not wanted:
        return []
    found = []
    for doctype in _DATES:
        query = _lines(doctype, wanted, text.strip())
        found += query.limit(start + count).run(as_dict=True)
    found.sort(key=lambda row: (row.date, row.creation, -row.idx), reverse=True)
    shown = ("doctype", "row", "document", "date", "item_code", "item_name", "qty", "uom", "customer")
    return [{name: row[name] for name in shown} for row in found[start : start + count]]


def line_of(customers: Iterable[str], doctype: str, row: str) -> SoldLine | None:
    """A line of a submitted sale of these customers; None where there is none. Three queries at most."""
    wanted = sorted(customers)
    if doctype not in _DATES or not wanted:
        return None
    parent, item = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
    lots = ("batch_no", "serial_no", "serial_and_batch_bundle") if doctype in _WITH_LOTS else ()
    fields = ("name", "item_code", "item_name", "stock_uom", "uom", *_BEHIND[doctype], *lots)
    query = (
        _sold(doctype, parent, item, wanted)
        .select(
            *(item[field] for field in fields), parent.name.as_("document"), parent.customer, parent.company
        )
        .where(item.name == row)
        .limit(1)
    )
    found = next(iter(query.run(as_dict=True)), None)
    if not found:
        return None
    facts = {
        "customer": found.customer,
        "company": found.company,
        "item_code": found.item_code,
        "uom": found.stock_uom or found.uom,
        SOURCES[doctype]: found.document,
        **{field: found[name] for name, field in _BEHIND[doctype].items()},
    }
    return SoldLine(
        doctype,
        found.name,
        found.document,
        found.item_name or found.item_code or "",
        found.customer,
        found.company,
        {field: value for field, value in facts.items() if value},
        **_numbers(found),
    )


def has_number(line: SoldLine, field: str, number: str) -> bool:
    """Whether a line was sold with a batch (`batch_no`) or serial number (`serial_no`)."""
    if number in (line.batches if field == "batch_no" else line.serials):
        return True
    row, entry = frappe.qb.DocType(f"{line.doctype} Item"), frappe.qb.DocType("Serial and Batch Entry")
    if line.doctype not in _WITH_LOTS:
        return False
    query = (
        frappe.qb.from_(entry)
        .inner_join(row)
        .on(row.serial_and_batch_bundle == entry.parent)
        .select(entry.name)
        .where((row.name == line.row) & (entry[field] == number))
    )
    return bool(query.limit(1).run())


def _sold(doctype: str, parent: Table, item: Table, customers: list[str]) -> QueryBuilder:
    query = (
        frappe.qb.from_(item)
        .inner_join(parent)
        .on((parent.name == item.parent) & (item.parenttype == doctype))
        .where((parent.docstatus == 1) & parent.customer.isin(customers))
    )
    return query.where(parent.is_return == 0) if doctype in _WITH_LOTS else query


def _lines(doctype: str, customers: list[str], text: str) -> QueryBuilder:
    parent, item = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
    date = parent[_DATES[doctype]]
    query = _sold(doctype, parent, item, customers)
    told_once = _told_once(doctype, parent, item)
    if doctype == "Sales Invoice":
        order = frappe.qb.DocType("Sales Order Item")
        query = query.left_join(order).on(order.name == item.so_detail)
        told_once = (parent.update_stock == 1) | (told_once & (Coalesce(order.delivered_qty, 0) == 0))
    if text:
        by_number = parent.name.like(like(text)) | parent.po_no.like(like(text))
        query = query.where(by_number | (told_once & _says(doctype, item, text)))
    else:
        query = query.where(told_once)
    return (
        query.select(
            ValueWrapper(doctype).as_("doctype"),
            item.name.as_("row"),
            parent.name.as_("document"),
            date.as_("date"),
            item.item_code,
            Coalesce(item.item_name, item.item_code).as_("item_name"),
            item.qty,
            item.uom,
            parent.customer,
            parent.creation,
            item.idx,
        )
        .orderby(date, parent.creation, order=Order.desc)
        .orderby(item.idx, order=Order.asc)
    )


def _told_once(doctype: str, parent: Table, item: Table) -> Criterion:
    """Condition: no document of another kind shows the same sale."""
    if doctype == "Sales Invoice":
        return (Coalesce(item.dn_detail, "") == "") & (item.delivered_qty == 0)
    if doctype == "Sales Order":
        return (item.delivered_qty == 0) & (item.billed_amt == 0)
    return parent.docstatus == 1


def _says(doctype: str, item: Table, text: str) -> Criterion:
    """Condition: item, batch or serial number of a row contain a text."""
    pattern = like(text)
    found = [item.item_code.like(pattern), item.item_name.like(pattern)]
    if doctype in _WITH_LOTS:
        entry = frappe.qb.DocType("Serial and Batch Entry")
        lots = frappe.qb.from_(entry).select(1).where(entry.parent == item.serial_and_batch_bundle)
        found += [
            item.batch_no.like(pattern),
            item.serial_no.like(pattern),
            ExistsCriterion(lots.where(entry.serial_no.like(pattern) | entry.batch_no.like(pattern))),
        ]
    return Criterion.any(found)


def _numbers(found: frappe._dict) -> dict[str, tuple[str, ...]]:
    batches, serials = [found.get("batch_no")], split_serials(found.get("serial_no"))
    if bundle := found.get("serial_and_batch_bundle"):
        entry = frappe.qb.DocType("Serial and Batch Entry")
        rows = (
            frappe.qb.from_(entry)
            .select(entry.batch_no, entry.serial_no)
            .where(entry.parent == bundle)
            .orderby(entry.idx, order=Order.asc)
            .limit(MOST_NUMBERS)
        ).run(as_dict=True)
        batches += [row.batch_no for row in rows]
        serials += [row.serial_no for row in rows]
    return {
        "batches": tuple(dict.fromkeys(filter(None, batches)))[:MOST_NUMBERS],
        "serials": tuple(dict.fromkeys(filter(None, serials)))[:MOST_NUMBERS],
    }
