"""A genealogy as indented rows: where it came from, where it went, what lies where.

A lot is told in full where it is met first; further on a row says that it stands above, so that circles and what is shared end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from frappe import _

from complaint_qms.engine.trace import Edge, Lot, Movement, from_units, movements
from complaint_qms.services.trace.labels import BASES, lot_kind, lot_name, step_label
from complaint_qms.services.trace.tracing import Traced

UPWARD: Final = frozenset((movements.RECEIVED, movements.BROUGHT_IN, movements.PRODUCED))
"""Steps that tell where a lot came from; all others tell where it went."""
_NOT_TOLD: Final = frozenset((movements.MOVED,))


@dataclass
class ToldStep:
    """Movements of one lot in one step, by one document, or by all that are not told by name."""

    step: str
    first: Movement
    qty: int = 0
    warehouses: dict[str, None] = field(default_factory=dict)
    processes: dict[tuple[str, str], None] = field(default_factory=dict)


def tree_rows(traced: Traced) -> list[dict[str, Any]]:
    """Rows with `indent`, the lots that were asked about at 0."""
    found, rows = traced.genealogy, []
    above: set[Lot] = set()
    below: set[Lot] = set()
    for lot in found.starts:
        rows.append(_lot_row(traced, lot, 0, is_start=True))
        if found.reached_up:
            rows.append({"indent": 1, "label": _("Where It Came From"), "is_heading": 1})
            rows += _walked(traced, lot, above, upward=True)
        if found.reached_down:
            rows.append({"indent": 1, "label": _("Where It Went"), "is_heading": 1})
            rows += _walked(traced, lot, below, upward=False)
    return rows + _relatives(traced)


def told_of(lot_movements: Iterable[Movement], steps: frozenset[str] | None = None) -> list[ToldStep]:
    """Movements by document and step, oldest first; what a step took is positive.

    Args:
        steps: those to tell of; all by default.
    """
    found: dict[tuple[str, tuple[str, str]], ToldStep] = {}
    for one in lot_movements:
        step = one.step
        if step in _NOT_TOLD or (steps is not None and step not in steps):
            continue
        # What is not told by name is not told one by one either.
        key = ("", "") if one.voucher.is_anonymous else one.voucher.key
        told = found.setdefault((step, key), ToldStep(step, one))
        told.qty += -one.qty if step in movements.OUTWARD else one.qty
        told.warehouses[one.warehouse] = None
        told.processes[one.voucher.process] = None
    return list(found.values())


def pending_note(moved: Iterable[Movement]) -> str:
    return _("Not in the stock ledger yet") if any(one.voucher.is_pending for one in moved) else ""


def _walked(traced: Traced, start: Lot, seen: set[Lot], *, upward: bool) -> list[dict[str, Any]]:
    """What stands below a lot. By a stack and not by recursion: a lot may be reworked a thousand times.

    Args:
        seen: lots told in full this way, below other starts as well; those told here are added.
    """
    depth, rows = 2, []
    if start in seen:
        return [_lot_row(traced, start, depth) | {"step": _("Shown above")}]
    seen.add(start)
    waiting: list[tuple[int, Edge | dict]] = list(reversed(list(_below(traced, start, depth, upward))))
    while waiting:
        depth, part = waiting.pop()
        if isinstance(part, dict):
            rows.append(part)
            continue
        lot = part.source if upward else part.target
        row = _lot_row(traced, lot, depth) | _of_edge(traced, part, upward)
        rows.append(row)
        if lot in seen:
            row["step"] = _("Shown above")
            continue
        seen.add(lot)
        waiting += reversed(list(_below(traced, lot, depth + 1, upward)))
    return rows


def _below(traced: Traced, lot: Lot, depth: int, upward: bool) -> Iterator[tuple[int, Edge | dict]]:
    """What is to be told below a lot: rows, and edges to further lots."""
    found = traced.genealogy
    link = movements.PRODUCED if upward else movements.CONSUMED
    edges: dict[tuple[str, str], list[Edge]] = {}
    for edge in found.edges_up(lot) if upward else found.edges_down(lot):
        edges.setdefault(edge.process, []).append(edge)
    steps = UPWARD if upward else frozenset(movements.STEPS) - UPWARD
    if not lot.is_tracked:
        return
    for told in told_of(found.movements.get(lot, ()), steps):
        yield depth, _told_row(traced, lot, told, depth)
        if told.step == link:
            for process in told.processes:
                yield from ((depth + 1, edge) for edge in edges.pop(process, ()))
    if not upward:
        for balance in traced.balances([lot]):
            for warehouse, qty in balance.on_hand.items():
                yield depth, _row(traced, lot, depth, _("On Hand"), qty) | {"warehouse": warehouse}


def _relatives(traced: Traced) -> list[dict[str, Any]]:
    """Lots that share a component with what was asked about, each with where it went, where no row above tells of them."""
    found = traced.genealogy
    if not found.reached_up or not found.reached_down:
        return []
    below = set(found.starts)
    for lot in _closure(found.starts, found.edges_down):
        below.add(lot)
    others = [
        lot
        for lot in traced.lots
        if lot in found.reached_down and lot not in below and lot not in found.reached_up
    ]
    if not others:
        return []
    rows: list[dict[str, Any]] = [{"indent": 0, "label": _("Made of the Same Components"), "is_heading": 1}]
    for lot in others:
        rows.append(_lot_row(traced, lot, 1))
        rows += [part for _depth, part in _below(traced, lot, 2, upward=False) if isinstance(part, dict)]
    return rows


def _closure(starts: Iterable[Lot], edges_of: Any) -> set[Lot]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for edge in edges_of(waiting.pop()):
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return seen


def _lot_row(traced: Traced, lot: Lot, depth: int, *, is_start: bool = False) -> dict[str, Any]:
    name, unit = traced.items.get(lot.item, (lot.item, ""))
    row = {
        "indent": depth,
        "label": lot_name(lot),
        "lot_type": lot_kind(lot),
        "item_code": lot.item,
        "item_name": name,
        "uom": unit,
        "step": "" if lot.is_tracked else _("Not tracked by batch or serial number"),
        "holds": traced.held(lot),
    }
    if is_start:
        came_in = sum(told.qty for told in told_of(traced.genealogy.movements.get(lot, ()), UPWARD))
        row |= {"quantity": from_units(came_in), "step": _("Asked About"), "is_start": 1}
    return row


def _of_edge(traced: Traced, edge: Edge, upward: bool) -> dict[str, Any]:
    """Upwards what was consumed of this lot and how much of it is in the one above; downwards what was produced, and how much of the
    one above is in it."""
    qty, step = (edge.consumed, movements.CONSUMED) if upward else (edge.produced, movements.PRODUCED)
    more = {
        "quantity": from_units(qty),
        "attributed": from_units(edge.attributed),
        "attributed_uom": traced.unit(edge.source),
        "basis": BASES[edge.basis](),
    }
    lot = edge.source if upward else edge.target
    return more | ({"step": step_label(step)} if lot.is_tracked else {})


def _told_row(traced: Traced, lot: Lot, told: ToldStep, depth: int) -> dict[str, Any]:
    voucher = told.first.voucher
    if voucher.is_anonymous:
        return _row(traced, lot, depth, step_label(told.step), told.qty) | {
            "party_name": traced.title(told.first)
        }
    doctype, name = voucher.process if told.step in (movements.PRODUCED, movements.CONSUMED) else voucher.key
    return _row(traced, lot, depth, step_label(told.step), told.qty) | {
        "document_type": doctype,
        "document": name,
        "date": voucher.posted,
        "party_type": voucher.party_type,
        "party": voucher.party,
        "party_name": traced.title(told.first),
        "reference": voucher.reference,
        "warehouse": next(iter(told.warehouses)) if len(told.warehouses) == 1 else "",
        "note": pending_note([told.first]),
    }


def _row(traced: Traced, lot: Lot, depth: int, step: str, qty: int) -> dict[str, Any]:
    return {
        "indent": depth,
        "label": step,
        "step": step,
        "item_code": lot.item,
        "quantity": from_units(qty),
        "uom": traced.unit(lot),
    }
