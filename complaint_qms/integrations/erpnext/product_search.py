"""Which product: items, batches, serial numbers and sales documents by what stands on a label or a paper, and where such a
unit was sold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.query_builder import Order
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext.batches_and_serials import lots_of
from complaint_qms.integrations.erpnext.customer import Narrowing
from complaint_qms.integrations.erpnext.party_search import like, may_choose
from complaint_qms.integrations.erpnext.source_facts import SOURCES

_ON: Final = {
    "Sales Order": "transaction_date", "Delivery Note": "posting_date", "Sales Invoice": "posting_date",
}  # fmt: skip
_ROWS: Final = {"Delivery Note": "Delivery Note Item", "Sales Invoice": "Sales Invoice Item"}
# Field of Complaint → DocType whose name it holds, in the order in which a number is looked for
NUMBERS: Final = {
    "serial_no": "Serial No",
    "batch_no": "Batch",
    "delivery_note": "Delivery Note",
    "sales_invoice": "Sales Invoice",
    "sales_order": "Sales Order",
}


def find_items(text: str, limit: int) -> list[dict[str, Any]]:
    """Items in use by code, name or bar code; one query."""
    if not may_choose("Item"):
        return []
    return frappe.get_list(
        "Item",
        filters={"disabled": 0, "has_variants": 0},
        or_filters=[
            ["Item", "name", "like", like(text)],
            ["Item", "item_name", "like", like(text)],
            ["Item Barcode", "barcode", "=", text.strip()],
        ],
        fields=["name", "item_name"],
        order_by="item_name asc",
        distinct=True,
        limit=limit,
    )


def find_numbers(doctype: str, text: str, limit: int) -> list[dict[str, Any]]:
    """Batches in use or serial numbers that match, newest first: {name, item_name}; one query."""
    if not may_choose(doctype):
        return []
    in_use = {"disabled": 0} if doctype == "Batch" else {}
    return frappe.get_list(
        doctype,
        filters={"name": ("like", like(text)), **in_use},
        fields=["name", "item_name"],
        order_by="creation desc",
        limit=limit,
    )


def find_documents(doctype: str, text: str, customer: str, company: str, limit: int) -> list[dict[str, Any]]:
    """Sales of one kind by number, newest first; of one customer and company where they are known. One query."""
    if not may_choose(doctype):
        return []
    filters = {"name": ("like", like(text)), "docstatus": 1}
    filters |= {"customer": customer} if customer else {}
    filters |= {"company": company} if company else {}
    filters |= {"is_return": 0} if doctype in _ROWS else {}
    return frappe.get_list(
        doctype,
        filters=filters,
        fields=["name", "customer", "customer_name", f"{_ON[doctype]} as date"],
        order_by=f"{_ON[doctype]} desc",
        limit=limit,
    )


def goods_of(doctype: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Names of the items of several sales documents, in their order; one query."""
    wanted = sorted(set(names))
    goods: dict[str, list[str]] = {}
    if wanted:
        rows = frappe.get_all(
            f"{doctype} Item",
            {"parent": ("in", wanted), "parenttype": doctype},
            ["parent", "item_name"],
            order_by="parent asc, idx asc",
        )
        for row in rows:
            if row.item_name not in goods.setdefault(row.parent, []):
                goods[row.parent].append(row.item_name)
    return goods


def named_in(tokens: Iterable[str], company: str) -> list[dict[str, str]]:
    """Records whose number is one of `tokens`, letter case apart, that the user may see: {field, value, doctype}. One query
    for each kind of record."""
    wanted = sorted(set(tokens))
    found = []
    for field, doctype in NUMBERS.items() if wanted else ():
        if not may_choose(doctype):
            continue
        filters: dict[str, Any] = {"name": ("in", wanted)}
        if doctype in SOURCES:
            filters |= {"docstatus": 1} | ({"company": company} if company else {})
            filters |= {"is_return": 0} if doctype in _ROWS else {}
        names = frappe.get_list(doctype, filters=filters, pluck="name", order_by="name asc", limit=5)
        found += [{"field": field, "value": name, "doctype": doctype} for name in names]
    return found


def sales_of(
    unit: dict[str, str], customer: str, company: str, narrowed: Narrowing, limit: int
) -> list[dict[str, Any]]:
    """Where a unit was sold, newest first: {doctype, name, date, customer}, each document once. One query for each kind of document.

    Args:
        unit: `serial_no`, `batch_no` or `item_code`; the first that is given is looked for.
        narrowed: keeps of a query the records that the user may read.
    """
    found: list[dict[str, Any]] = []
    for doctype, rows in _ROWS.items():
        if not frappe.has_permission(doctype, "read"):
            continue
        sale, row = frappe.qb.DocType(doctype), frappe.qb.DocType(rows)
        query = (
            frappe.qb.from_(sale)
            .inner_join(row)
            .on(row.parent == sale.name)
            .select(sale.name, sale[_ON[doctype]].as_("date"), sale.customer)
            .distinct()
            .where((sale.docstatus == 1) & (sale.is_return == 0) & _holds(row, unit))
        )
        query = query.where(sale.customer == customer) if customer else query
        query = query.where(sale.company == company) if company else query
        query = narrowed(query, doctype).orderby(sale[_ON[doctype]], sale.name, order=Order.desc)
        found += [{"doctype": doctype, **line} for line in query.limit(limit).run(as_dict=True)]
        if found:  # the invoice of what was delivered tells nothing new
            break
    return found


def lot_of(doctype: str, name: str, item_code: str) -> dict[str, str]:
    """Batch and serial number of an item on a delivery or an invoice, where it has just one there; two queries."""
    if doctype not in _ROWS:
        return {}
    rows = frappe.get_all(
        _ROWS[doctype],
        {"parent": name, "parenttype": doctype, "item_code": item_code},
        ["batch_no", "serial_no", "serial_and_batch_bundle"],
        order_by="idx asc",
    )
    return {field: lots.pop() for field, lots in lots_of(rows).items() if len(lots) == 1}


def items_of(doctype: str, name: str) -> list[dict[str, Any]]:
    """Items of a sales document with what was sold of each: {item_code, item_name, qty, uom}; one query."""
    rows = frappe.get_all(
        f"{doctype} Item",
        {"parent": name, "parenttype": doctype},
        ["item_code", "item_name", "qty", "uom"],
        order_by="idx asc",
    )
    items: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.item_code in items:
            items[row.item_code]["qty"] += row.qty
        elif row.item_code:
            items[row.item_code] = dict(row)
    return list(items.values())


def _holds(row: Any, unit: dict[str, str]) -> Criterion:
    for field in ("serial_no", "batch_no"):
        if number := unit.get(field):
            entry = frappe.qb.DocType("Serial and Batch Entry")
            bundles = frappe.qb.from_(entry).select(entry.parent).where(entry[field] == number)
            return (row[field] == number) | row.serial_and_batch_bundle.isin(bundles)
    return row.item_code == unit.get("item_code", "")
