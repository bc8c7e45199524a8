"""What of a genealogy is to be held: lots to choose from, or all of them."""

from __future__ import annotations

from typing import Any, Final

from frappe import _
from frappe.utils import escape_html

from complaint_qms.engine.trace import BOTH, DOWN, FAMILY, UP, Lot, from_units
from complaint_qms.services.containment.standing import held_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.trace.labels import lot_kind, lot_name
from complaint_qms.services.trace.starts import start_of
from complaint_qms.services.trace.tracing import trace

ITSELF: Final = "itself"
WAYS: Final = (ITSELF, DOWN, UP, BOTH, FAMILY)


def lots_to_hold(kind: str, name: str, way: str, supplier: str = "") -> list[Lot]:
    """The lots that a record stands for, with what they went into, were made of, or both.

    Raises:
        frappe.ValidationError: there are none, or more than can be told.
    """
    return [lot for lot, _row in _found(kind, name, way, supplier)]


def rows_to_hold(kind: str, name: str, way: str, supplier: str = "") -> list[dict[str, Any]]:
    """The same as rows to choose from: {batch_no, serial_no, item_code, item_name, uom, level, on_hand, holds}; `level` is 0 for what
    was asked about, less above it and more below; `holds` names the holds in force."""
    found = _found(kind, name, way, supplier)
    held = held_of([lot for lot, _row in found])
    return [row | {"holds": sorted({one.hold for one in held.get(lot, ())})} for lot, row in found]


def _found(kind: str, name: str, way: str, supplier: str) -> list[tuple[Lot, dict[str, Any]]]:
    if way not in WAYS:
        refuse(_("“way” has to be one of {0}, not “{1}”.").format(", ".join(WAYS), escape_html(way)))
    traced = trace(start_of(kind, name, supplier), DOWN if way == ITSELF else way)
    genealogy = traced.genealogy
    if genealogy.is_cut:
        refuse(_("This leads to more batches than can be held at once. Start from one that is nearer."))
    starts = set(genealogy.starts)
    lots = [lot for lot in traced.lots if way != ITSELF or lot in starts]
    on_hand = {balance.lot: balance.total_on_hand for balance in traced.balances(lots)}
    found = []
    for lot in lots:
        title, unit = traced.items.get(lot.item, (lot.item, ""))
        down, up = genealogy.reached_down.get(lot, 0), genealogy.reached_up.get(lot, 0)
        is_serial = lot_kind(lot) == "Serial No"
        row = {
            "batch_no": "" if is_serial else lot_name(lot),
            "serial_no": lot_name(lot) if is_serial else "",
            "item_code": lot.item,
            "item_name": title,
            "uom": unit,
            "level": 0 if lot in starts else down or -up,
            "on_hand": from_units(on_hand.get(lot, 0)),
        }
        found.append((lot, row))
    return found
