"""Which product a text may mean: numbers as they are mistyped, bar codes and names of items; set-based, as far as the user may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.query_builder import Order

from complaint_qms.integrations.erpnext.customer import Narrowing
from complaint_qms.integrations.erpnext.party_search import like, may_choose
from complaint_qms.integrations.erpnext.product_search import NUMBERS
from complaint_qms.integrations.erpnext.source_facts import SOURCES

_ROWS: Final = ("Delivery Note", "Sales Invoice", "Sales Order")
_SAMPLES: Final = 150
_MOST_BOUGHT: Final = 300
_MOST_ITEMS: Final = 200
_MOST_FOUND: Final = 20
_MOST_WORDS: Final = 6
Rows = list[dict[str, Any]]


def records_numbered(numbers: Iterable[str], company: str) -> list[tuple[str, str, str]]:
    """(field of Complaint, DocType, number) of the records that are called one of `numbers`, letter case apart; one query for
    each kind of record."""
    wanted, found = sorted(set(numbers)), []
    for field, doctype in NUMBERS.items() if wanted else ():
        if not may_choose(doctype):
            continue
        filters: dict[str, Any] = {"name": ("in", wanted)}
        if doctype in SOURCES:
            filters |= {"docstatus": 1} | ({"company": company} if company else {})
        if doctype in ("Delivery Note", "Sales Invoice"):
            filters["is_return"] = 0
        names = frappe.get_list(
            doctype, filters=filters, pluck="name", order_by="name asc", limit=_MOST_FOUND
        )
        found += [(field, doctype, name) for name in names]
    return found


def series_prefixes() -> list[str]:
    """What the numbers of series in use begin with; one query."""
    series = frappe.qb.Table("tabSeries")
    return [name for name in frappe.qb.from_(series).select(series.name).run(pluck=True) if name]


def lots_called() -> list[str]:
    """Names of some batches and serial numbers, as the site spells them; four short queries."""
    found: list[str] = []
    for doctype in ("Batch", "Serial No"):
        for order in ("desc", "asc"):
            found += frappe.get_all(doctype, pluck="name", order_by=f"name {order}", limit=_SAMPLES)
    return found


def items_with_code(codes: Iterable[str]) -> Rows:
    """Items in use by code or bar code: {name, item_name}; one query."""
    wanted = sorted({code for code in codes if code})
    if not wanted or not may_choose("Item"):
        return []
    return frappe.get_list(
        "Item",
        filters={"disabled": 0, "has_variants": 0},
        or_filters=[["Item", "name", "in", wanted], ["Item Barcode", "barcode", "in", wanted]],
        fields=["name", "item_name"],
        order_by="name asc",
        distinct=True,
        limit=_MOST_FOUND,
    )


def of_one_item(serials: set[str], batches: set[str], items: set[str]) -> dict[str, str]:
    """{item_code, batch_no, serial_no} of these where they all are of one item that the user may choose, and one of a kind; empty where
    they are not."""
    units = _of("Serial No", serials, ["name", "item_code", "batch_no"])
    lots = _of("Batch", batches | {row.batch_no for row in units if row.batch_no}, ["name", "item"])
    owners = {row.item_code for row in units} | {row.item for row in lots} | items
    if len(owners) != 1 or len(units) > 1 or len(lots) > 1:
        return {}
    if not may_choose("Item") or not frappe.get_list(
        "Item", {"name": ("in", list(owners))}, order_by="name asc"
    ):
        return {}
    values = {"item_code": owners.pop(), "batch_no": "".join(row.name for row in lots)}
    values["serial_no"] = "".join(row.name for row in units)
    return {name: value for name, value in values.items() if value}


def bought_by(customer: str, company: str, narrowed: Narrowing) -> Rows:
    """Items that a customer was sold, those of the newest documents first: {name, item_name}; three queries and one for the items.

    Args:
        company: whose sales count; empty for those of all.
        narrowed: keeps of a query the records that the user may read.
    """
    codes: dict[str, None] = {}
    for doctype in _ROWS if customer and may_choose("Item") else ():
        if not frappe.has_permission(doctype, "read"):
            continue
        sale, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
        query = (
            frappe.qb.from_(sale)
            .inner_join(row)
            .on(row.parent == sale.name)
            .select(row.item_code)
            .where((sale.customer == customer) & (sale.docstatus == 1))
        )
        query = query.where(sale.company == company) if company else query
        query = narrowed(query, doctype).orderby(sale.creation, order=Order.desc).limit(_MOST_BOUGHT)
        codes.update(dict.fromkeys(query.run(pluck=True)))
    names = [code for code in codes if code]
    return _items({"name": ("in", names)}) if names else []


def items_like(words: Iterable[str]) -> Rows:
    """Items in use whose name or code holds one of `words`: {name, item_name}; one query."""
    wanted = [word for word in dict.fromkeys(words) if word][:_MOST_WORDS]
    if not wanted or not may_choose("Item"):
        return []
    return _items({}, [[field, "like", like(word)] for word in wanted for field in ("item_name", "name")])


def _of(doctype: str, names: set[str], fields: list[str]) -> list[frappe._dict]:
    if not names:
        return []
    return frappe.get_all(doctype, {"name": ("in", sorted(names))}, fields, order_by="name asc")


def _items(filters: dict[str, Any], any_of: list[list[str]] | None = None) -> Rows:
    return frappe.get_list(
        "Item",
        filters={"disabled": 0, "has_variants": 0, **filters},
        or_filters=any_of,
        fields=["name", "item_name"],
        order_by="name asc",
        limit=_MOST_ITEMS,
    )
