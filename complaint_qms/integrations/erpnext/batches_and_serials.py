"""Batches and serial numbers of sold rows: delivered, and not returned yet.

ERPNext 15 keeps them in a Serial and Batch Bundle; rows from before, and drafts, carry them in their own fields.
Both are read.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import flt

from complaint_qms.integrations.erpnext.remaining import NOTE, RETURN_OF, SoldRow


@dataclass
class Units:
    """Tracked units of one sold row that the customer still has.

    Attributes:
        batches: batch number to quantity in the stock unit.
        serials: serial numbers in the order of delivery.
        delivered: batch and serial numbers that were delivered, returned ones included.
    """

    has_batch: bool = False
    has_serial: bool = False
    batches: dict[str, float] = field(default_factory=dict)
    serials: list[str] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)


def split_serials(text: str | None) -> list[str]:
    """Serial numbers of a field that holds one a line (or separated by commas)."""
    return [part.strip() for part in (text or "").replace(",", "\n").splitlines() if part.strip()]


def lots_of(rows: Iterable[Document | frappe._dict]) -> dict[str, set[str]]:
    """All batches (`batch_no`) and serial numbers (`serial_no`) that rows name, themselves and in their bundles."""
    rows = list(rows)
    bundles = [row.serial_and_batch_bundle for row in rows if row.get("serial_and_batch_bundle")]
    carriers = [*rows, *chain.from_iterable(_bundle_entries(bundles).values())]
    return {
        "batch_no": {row.get("batch_no") for row in carriers} - {None, ""},
        "serial_no": {number for row in carriers for number in split_serials(row.get("serial_no"))},
    }


def units_with_customer(rows: list[SoldRow], *, locked: bool = False) -> dict[str, Units]:
    """Units of every row by row name; rows of items without tracking give empty units."""
    if not rows:
        return {}
    tracked = _tracked_items({row.item_code for row in rows if row.item_code})
    returns = _returned_rows(rows, locked)
    entries = _bundle_entries(
        [row.serial_and_batch_bundle for row in (*rows, *returns) if row.serial_and_batch_bundle]
    )
    found = {}
    for row in rows:
        item = tracked.get(row.item_code)
        if not item:
            found[row.name] = Units()
            continue
        batches, serials = _units(row, row.stock_qty, entries)
        delivered = {*batches, *serials}
        for back in returns:
            if back.source == row.name:
                back_batches, back_serials = _units(back, abs(flt(back.stock_qty)), entries)
                for batch, qty in back_batches.items():
                    batches[batch] -= qty
                serials = [number for number in serials if number not in back_serials]
        found[row.name] = Units(
            has_batch=bool(item.has_batch_no),
            has_serial=bool(item.has_serial_no),
            batches={batch: flt(qty, 6) for batch, qty in batches.items() if flt(qty, 6) > 0},
            serials=serials,
            delivered=delivered,
        )
    return found


def alike(names: Iterable[str]) -> dict[str, list[str]]:
    """Name → those of the names that are one to the database, itself among them: letter case, accents, wide letters and blanks at the end
    tell none apart."""
    groups: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        parts = unicodedata.normalize("NFKD", name)
        plain = "".join(sign for sign in parts if not unicodedata.combining(sign))
        groups.setdefault(plain.casefold().rstrip(), []).append(name)
    return {name: group for group in groups.values() for name in group}


def _tracked_items(codes: set[str]) -> dict[str, frappe._dict]:
    item = frappe.qb.DocType("Item")
    if not codes:
        return {}
    found = (
        frappe.qb.from_(item)
        .select(item.name, item.has_batch_no, item.has_serial_no)
        .where(item.name.isin(sorted(codes)) & ((item.has_batch_no == 1) | (item.has_serial_no == 1)))
        .orderby(item.name, order=Order.asc)
    ).run(as_dict=True)
    return {row.name: row for row in found}


def _returned_rows(rows: list[SoldRow], locked: bool) -> list[frappe._dict]:
    """Returned rows, drafts included, of rows of one DocType or of both."""
    found: list[frappe._dict] = []
    for doctype in {row.doctype for row in rows}:
        item, parent = frappe.qb.DocType(f"{doctype} Item"), frappe.qb.DocType(doctype)
        source = item[RETURN_OF[doctype]]
        query = (
            frappe.qb.from_(item)
            .inner_join(parent)
            .on(parent.name == item.parent)
            .select(
                item.batch_no,
                item.serial_no,
                item.serial_and_batch_bundle,
                item.stock_qty,
                source.as_("source"),
            )
            .where(source.isin(sorted(row.name for row in rows if row.doctype == doctype)))
            .where((parent.is_return == 1) & (parent.docstatus < 2))
            .orderby(item.parent, item.idx, order=Order.asc)
        )
        if doctype != NOTE:
            query = query.where(parent.update_stock == 1)
        found += (query.for_update() if locked else query).run(as_dict=True)
    return found


def _bundle_entries(bundles: list[str]) -> dict[str, list[frappe._dict]]:
    grouped: dict[str, list[frappe._dict]] = defaultdict(list)
    if bundles:
        entry = frappe.qb.DocType("Serial and Batch Entry")
        query = (
            frappe.qb.from_(entry)
            .select(entry.parent, entry.batch_no, entry.serial_no, entry.qty)
            .where(entry.parent.isin(sorted(set(bundles))))
            .orderby(entry.parent, entry.idx, order=Order.asc)
        )
        for row in query.run(as_dict=True):
            grouped[row.parent].append(row)
    return grouped


def _units(
    row: SoldRow | frappe._dict, stock_qty: float, entries: dict[str, list[frappe._dict]]
) -> tuple[dict[str, float], list[str]]:
    batches: dict[str, float] = defaultdict(float)
    bundle = entries.get(row.serial_and_batch_bundle or "")
    if bundle:
        for entry in bundle:
            if entry.batch_no:
                batches[entry.batch_no] += abs(flt(entry.qty))
        return batches, [entry.serial_no for entry in bundle if entry.serial_no]
    if row.batch_no:
        batches[row.batch_no] += abs(stock_qty)
    return batches, split_serials(row.serial_no)
