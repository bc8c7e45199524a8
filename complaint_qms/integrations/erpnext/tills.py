"""Sales at a point of sale that an invoice books later: the goods have gone over the counter already, or have come back over it.

An invoice is taken for one that books them only where ERPNext's own POS Invoice Merge Log is at work, within whose submission or
cancellation it comes. What the invoice says of itself counts for nothing: anybody who may make one may send those fields.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion, Field

from complaint_qms.engine.containment import LEAVING
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.leaving import Move, carried, with_batches

_SALE = "POS Invoice"
_INVOICE = "Sales Invoice"
_FIELDS = ("name", "item_code", "serial_and_batch_bundle", "batch_no", "serial_no")


def sold_at_tills(doc: Document) -> dict[Lot, int]:
    """Of an invoice that is being submitted: what sales that it books have handed out and no other invoice has booked, lot by lot."""
    log = frappe.qb.DocType("POS Invoice Merge Log")
    at_work = (log.docstatus == 1) & _is_empty(log.consolidated_invoice)
    names = _merged(doc, log, at_work)
    if not names:
        return {}
    booked = _lots(_booked_by_others(names, doc.name))
    return {lot: qty - booked.get(lot, 0) for lot, qty in _lots(_rows(names, 0)).items()}


def returned_at_tills(doc: Document) -> dict[Lot, int]:
    """Of a credit note that is being cancelled with its log: what came back over the counter and is there all the same."""
    log = frappe.qb.DocType("POS Invoice Merge Log")
    names = _merged(doc, log, (log.docstatus == 2) & (log.consolidated_credit_note == doc.name))
    return _lots(_rows(names, 1)) if names else {}


def _merged(doc: Document, log: Any, at_work: Criterion) -> list[str]:
    names = {row.get("pos_invoice") for row in doc.get("items") or []} - {None, ""}
    if doc.doctype != _INVOICE or not names:
        return []
    row = frappe.qb.DocType("POS Invoice Reference")
    query = (
        frappe.qb.from_(row)
        .inner_join(log)
        .on((log.name == row.parent) & (row.parenttype == "POS Invoice Merge Log"))
        .select(row.pos_invoice)
        .distinct()
        .where(row.pos_invoice.isin(sorted(names)) & at_work)
    )
    return query.run(pluck=True)


def _rows(names: list[str], is_return: int) -> list[frappe._dict]:
    """Of sales that no invoice books at this moment."""
    sale, found = frappe.qb.DocType(_SALE), []
    for table, amount in (("POS Invoice Item", "stock_qty"), ("Packed Item", "qty")):
        row = frappe.qb.DocType(table)
        query = (
            frappe.qb.from_(row)
            .inner_join(sale)
            .on((sale.name == row.parent) & (row.parenttype == _SALE))
            .select(*(row[field] for field in _FIELDS), row[amount].as_("qty"))
            .where(sale.name.isin(names) & (sale.docstatus == 1) & (sale.is_return == is_return))
            .where(_is_empty(sale.consolidated_invoice))
        )
        found += query.run(as_dict=True)
    return found


def _booked_by_others(names: list[str], invoice: str) -> list[frappe._dict]:
    row, head = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType(_INVOICE)
    query = (
        frappe.qb.from_(row)
        .inner_join(head)
        .on(head.name == row.parent)
        .select(*(row[field] for field in _FIELDS), row.stock_qty.as_("qty"))
        .where(row.pos_invoice.isin(names) & (head.docstatus == 1) & (head.name != invoice))
        .where((head.update_stock == 1) & (head.is_return == 0))
    )
    return query.run(as_dict=True)


def _lots(rows: list[frappe._dict]) -> dict[Lot, int]:
    found: dict[Lot, int] = defaultdict(int)
    for move in with_batches([Move(lot, qty, "", "", LEAVING) for _row, lot, qty in carried(rows)]):
        found[move.lot] += move.qty
    return found


def _is_empty(field: Field) -> Criterion:
    return field.isnull() | (field == "")
