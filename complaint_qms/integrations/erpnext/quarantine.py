"""Drafted transfers of goods on hold to the warehouse that keeps them apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.containment import HOLD_FIELD, STOCK_ENTRY
from complaint_qms.engine.trace import from_units
from complaint_qms.integrations.erpnext.lots import stock_units
from complaint_qms.integrations.erpnext.stock_movements import StockRow

_PURPOSE = "Material Transfer"


def drafted_for(hold: str) -> dict[str, list[str]]:
    """Company → open drafts that were made for a hold."""
    found: dict[str, list[str]] = {}
    rows = frappe.get_all(
        STOCK_ENTRY, {HOLD_FIELD: hold, "docstatus": 0}, ["company", "name"], order_by="name asc"
    )
    for row in rows:
        found.setdefault(row.company, []).append(row.name)
    return found


class Transfer(NamedTuple):
    """A row of a transfer that was made for a hold."""

    name: str
    company: str
    is_submitted: bool
    item: str
    batch: str
    serials: str
    qty: float
    source: str
    target: str


def transfers_of(hold: str) -> list[Transfer]:
    """Rows of all transfers for a hold that are not cancelled; one query."""
    head, row = frappe.qb.DocType(STOCK_ENTRY), frappe.qb.DocType("Stock Entry Detail")
    query = (
        frappe.qb.from_(row)
        .inner_join(head)
        .on((head.name == row.parent) & (row.parenttype == STOCK_ENTRY))
        .select(head.name, head.company, head.docstatus, row.item_code, row.batch_no, row.serial_no)
        .select(row.transfer_qty, row.s_warehouse, row.t_warehouse)
        .where((head[HOLD_FIELD] == hold) & (head.docstatus < 2))
        .orderby(head.name)
        .orderby(row.idx)
    )
    return [
        Transfer(name, company, docstatus == 1, item, batch or "", serials or "", flt(qty), source or "", target or "")
        for name, company, docstatus, item, batch, serials, qty, source, target in query.run()
    ]  # fmt: skip


def draft_transfer(company: str, lying: Iterable[StockRow], target: str, hold: str) -> Document:
    """A Stock Entry in draft: one row for each batch and warehouse, with its serial numbers."""
    rows = list(lying)
    units = stock_units(row.lot.item for row in rows)
    shelves: dict[tuple[str, str, str], list[StockRow]] = {}
    for row in rows:
        shelves.setdefault((row.lot.item, row.lot.batch, row.warehouse), []).append(row)
    lines = []
    for (item, batch, warehouse), lots in sorted(shelves.items()):
        line = {
            "item_code": item,
            "qty": from_units(sum(row.qty for row in lots)),
            "uom": units[item][1],
            "stock_uom": units[item][1],
            "conversion_factor": 1,
            "s_warehouse": warehouse,
            "t_warehouse": target,
            "use_serial_batch_fields": 1,
            "batch_no": batch or None,
            "serial_no": "\n".join(sorted(row.lot.serial for row in lots if row.lot.serial)) or None,
        }
        lines.append(line)
    values = {"stock_entry_type": _type(), "purpose": _PURPOSE, "company": company, HOLD_FIELD: hold}
    entry = frappe.get_doc({"doctype": STOCK_ENTRY, **values, "items": lines})
    return entry.insert(ignore_permissions=True)


def _type() -> str:
    """By which name the site calls transfers."""
    if frappe.db.exists("Stock Entry Type", _PURPOSE):
        return _PURPOSE
    return frappe.get_all(
        "Stock Entry Type", {"purpose": _PURPOSE}, pluck="name", order_by="creation asc", limit=1
    )[0]
