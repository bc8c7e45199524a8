"""What the documents behind movements of stock are: bought, sold, made or moved, from or to whom, and what belongs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import frappe

from complaint_qms.engine.trace import Movement, Voucher, movements
from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices

STOCK_ENTRY: Final = "Stock Entry"
WORK_ORDER: Final = "Work Order"
_CONSUMED_APART: Final = "Material Consumption for Manufacture"
_MANUFACTURE: Final = "Manufacture"
_PURPOSES: Final = {
    "Material Receipt": movements.RECEIPT,
    "Material Issue": movements.ISSUE,
    "Material Transfer": movements.TRANSFER,
    "Material Transfer for Manufacture": movements.TRANSFER,
    "Send to Subcontractor": movements.TRANSFER,
    _MANUFACTURE: movements.CONVERSION,
    _CONSUMED_APART: movements.CONVERSION,
    "Repack": movements.CONVERSION,
    "Disassemble": movements.CONVERSION,
}


class _Kind(NamedTuple):
    kind: str
    party: str
    fields: tuple[str, ...]
    reference: str = ""


# DocType → kind, party, further fields, and where the party's own number stands.
_KINDS: Final = {
    "Purchase Receipt": _Kind(
        movements.PURCHASE, "Supplier", ("is_internal_supplier", "is_subcontracted"), "supplier_delivery_note"
    ),
    "Purchase Invoice": _Kind(movements.PURCHASE, "Supplier", ("is_internal_supplier", "is_subcontracted"), "bill_no"),
    "Subcontracting Receipt": _Kind(movements.CONVERSION, "Supplier", (), "supplier_delivery_note"),
    "Delivery Note": _Kind(movements.SALE, "Customer", ("is_internal_customer",), "po_no"),
    "Sales Invoice": _Kind(movements.SALE, "Customer", ("is_internal_customer",), "po_no"),
    "POS Invoice": _Kind(movements.SALE, "Customer", (), "po_no"),
}  # fmt: skip


def as_movements(rows: Iterable[StockRow]) -> list[Movement]:
    """The same with the facts of their vouchers: one query for each DocType of them, one for the Work Orders."""
    rows = list(rows)
    facts = _facts({row.voucher for row in rows})
    apart = _consumed_apart({one.work_order for one in facts.values() if one.get("work_order")})
    made: dict[tuple[tuple[str, str], bool], Voucher] = {}
    found = []
    for row in rows:
        key = (row.voucher, row.is_pending)
        if key not in made:
            made[key] = _voucher(row, facts.get(row.voucher, {}), apart)
        found.append(Movement(row.id, made[key], row.lot, row.warehouse, row.qty))
    return found


def vouchers_of(processes: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Documents that a process consists of: itself, or all that was consumed and produced for a Work Order."""
    found, orders = set(), []
    for doctype, name in processes:
        if doctype == WORK_ORDER:
            orders.append(name)
        else:
            found.add((doctype, name))
    return found | {(STOCK_ENTRY, name) for name in entries_of(orders, (_MANUFACTURE, _CONSUMED_APART))}


def entries_of(orders: Iterable[str], purposes: tuple[str, ...] = (_MANUFACTURE,)) -> list[str]:
    """Submitted Stock Entries for these Work Orders."""
    entry = frappe.qb.DocType(STOCK_ENTRY)
    found: list[str] = []
    for names in in_slices(sorted(orders)):
        wanted = (entry.docstatus == 1) & entry.work_order.isin(names) & entry.purpose.isin(purposes)
        found += frappe.qb.from_(entry).select(entry.name).where(wanted).orderby(entry.name).run(pluck=True)
    return found


def _facts(vouchers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], frappe._dict]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for doctype, name in sorted(vouchers):
        by_kind[doctype].append(name)
    found = {}
    for doctype, every in by_kind.items():
        fields = _fields(doctype)
        if not fields:
            continue
        table = frappe.qb.DocType(doctype)
        for names in in_slices(every):
            query = frappe.qb.from_(table).select(*(table[field] for field in ("name", *fields)))
            rows = query.where(table.name.isin(names)).run(as_dict=True)
            found |= {(doctype, row.name): row for row in rows}
    return found


def _fields(doctype: str) -> list[str]:
    """Those of the fields that are asked for and that this version of ERPNext has."""
    if doctype == STOCK_ENTRY:
        wanted = ["purpose", "work_order", "supplier", "is_return"]
    elif doctype in _KINDS:
        one = _KINDS[doctype]
        wanted = [one.party.lower(), "is_return", *one.fields, one.reference]
    else:
        return []
    # Columns and not the DocType's definition: reading that costs the first who asks more than the walk does.
    there = set(frappe.db.get_table_columns(doctype))
    return [field for field in wanted if field in there]


def _consumed_apart(orders: Iterable[str]) -> set[str]:
    """Work Orders for which material was consumed by entries of its own: what was produced for them holds all of it."""
    entry, found = frappe.qb.DocType(STOCK_ENTRY), set()
    for names in in_slices(sorted(orders)):
        query = frappe.qb.from_(entry).select(entry.work_order).distinct()
        query = query.where((entry.docstatus == 1) & entry.work_order.isin(names))
        found |= set(query.where(entry.purpose == _CONSUMED_APART).run(pluck=True))
    return found


def _voucher(row: StockRow, facts: Mapping[str, Any], apart: set[str]) -> Voucher:
    doctype, name = row.voucher
    kind, process, party_type, party, reference = movements.OTHER, row.voucher, "", "", ""
    if doctype == STOCK_ENTRY:
        kind = _PURPOSES.get(facts.get("purpose") or "", movements.OTHER)
        order = facts.get("work_order")
        if order in apart and facts["purpose"] in (_MANUFACTURE, _CONSUMED_APART):
            process = (WORK_ORDER, order)
        party = facts.get("supplier") or ""
        party_type = "Supplier" if party else ""
    elif doctype == "Stock Reconciliation":
        kind = movements.ADJUSTMENT
    elif doctype in _KINDS:
        one = _KINDS[doctype]
        kind, party_type, party = one.kind, one.party, facts.get(one.party.lower()) or ""
        reference = facts.get(one.reference) or ""
        if facts.get("is_internal_customer") or facts.get("is_internal_supplier"):
            kind = movements.TRANSFER
        elif facts.get("is_subcontracted"):
            # ERPNext's older way: the receipt itself consumes our material that the supplier made the goods of.
            kind = movements.CONVERSION
    return Voucher(
        doctype=doctype,
        name=name,
        kind=kind,
        posted=row.posted,
        process=process,
        party_type=party_type,
        party=party,
        is_return=bool(facts.get("is_return")) and doctype != STOCK_ENTRY,
        is_pending=row.is_pending,
        reference=reference,
    )
