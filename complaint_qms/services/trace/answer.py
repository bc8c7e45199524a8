"""A genealogy as data: nodes and edges, for other programs and for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from frappe import _
from frappe.utils import escape_html

from complaint_qms.engine.trace import BOTH, DOWN, FAMILY, Edge, Lot, balance, from_units, movements
from complaint_qms.integrations.erpnext.production import productions
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.trace.figures import holder_rows
from complaint_qms.services.trace.labels import lot_kind, lot_name
from complaint_qms.services.trace.notes import HOLDERS, notes
from complaint_qms.services.trace.picture import picture_of
from complaint_qms.services.trace.starts import COMPLAINT, start_of
from complaint_qms.services.trace.tracing import WAYS, Traced, trace

_OF_DOCUMENT: Final = ("id", "type", "doctype", "name", "title", "subtitle", "date", "is_start", "on_path")


def genealogy_answer(kind: str, name: str, way: str, supplier: str = "") -> dict[str, Any]:
    """Lots with their quantities, and what went into what.

    Returns:
        starts: [id]. lots: [{id, kind, name, item_code, item_name, uom, level_up, level_down, steps {step: quantity}, on_hand
        {warehouse: quantity}, is_held, holds [those in force that the user may read]}]; a level is None where the lot was not met that way. edges: [{process: [DocType, name], source,
        target, consumed, produced, attributed, basis}], `consumed` and `attributed` in units of the source.
    """
    return _answered(trace(start_of(kind, name, supplier), _way(way)))


def genealogy_file(kind: str, name: str) -> dict[str, Any]:
    """Both ways, with the documents that moved it and their parties, to be read without the site. One trace.

    Returns:
        what `genealogy_answer` tells, and documents: [{id, type, doctype, name, title, subtitle, date, is_start, on_path, work_order}] as nodes of
        `picture_of` have them, lots among them (type "lot"), and for which Work Order they made something; flows: [{source, target: ids of documents, back, on_path, quantities [{qty, uom, lot,
        lot_type, item_code, item_name}]}].
    """
    traced = trace(start_of(kind, name), BOTH)
    picture = picture_of(traced)
    keys = [(node["doctype"], node["name"]) for node in picture["nodes"]]
    made = productions(keys)
    orders = readable("Work Order", (one.work_order for one in made.values()))
    told = [{part: _plain(node[part]) for part in _OF_DOCUMENT} for node in picture["nodes"]]
    for node, key in zip(told, keys, strict=True):
        order = made[key].work_order if key in made else ""
        node["work_order"] = order if order in orders else ""
    return _answered(traced) | {"documents": told, "flows": picture["edges"]}


def picture_answer(kind: str, name: str, way: str, supplier: str = "") -> dict[str, Any]:
    """The same as a picture; see services.trace.picture."""
    return picture_of(trace(start_of(kind, name, supplier), _way(way)))


def holders_answer(complaint: str, *, others: bool, way: str) -> dict[str, Any]:
    """Customers who hold what a complaint is about, those who have some of it first.

    Args:
        others: without the customer who complains.
        way: `DOWN` or `FAMILY`: what it was made of is with nobody because of it.
    """
    traced = trace(start_of(COMPLAINT, complaint), _way(way, (DOWN, FAMILY)))
    rows = holder_rows(traced, others=others)
    return {
        "holders": [row for row in rows if row["indent"] == 0],
        "notes": notes(traced, HOLDERS),
        "not_shown": len(traced.withheld),
    }


def _answered(traced: Traced) -> dict[str, Any]:
    found = traced.genealogy
    lots = sorted(found.lots)
    ids = {lot: f"{lot_kind(lot)} {lot_name(lot)}" for lot in lots}
    edges = [edge for lot in lots for edge in found.edges_down(lot) if edge.target in ids]
    return {
        "starts": [ids[lot] for lot in found.starts],
        "lots": [_node(traced, lot, ids[lot]) for lot in lots],
        "edges": [_edge(traced, edge, ids) for edge in edges],
        "notes": notes(traced),
        "not_shown": len(traced.withheld),
        "is_cut": found.is_cut,
    }


def _way(way: str, ways: Sequence[str] = WAYS) -> str:
    if way not in ways:
        refuse(_("“way” has to be one of {0}, not “{1}”.").format(", ".join(ways), escape_html(way)))
    return way


def _node(traced: Traced, lot: Lot, identity: str) -> dict[str, Any]:
    found = traced.genealogy
    said = balance(lot, found.movements.get(lot, ()))
    name, unit = traced.items.get(lot.item, (lot.item, ""))
    return {
        "id": identity,
        "kind": lot_kind(lot),
        "name": lot_name(lot),
        "item_code": lot.item,
        "item_name": name,
        "uom": unit,
        "level_up": found.reached_up.get(lot),
        "level_down": found.reached_down.get(lot),
        "steps": {step: from_units(said.steps[step]) for step in movements.STEPS if said.steps[step]},
        "on_hand": {place: from_units(qty) for place, qty in said.on_hand.items()},
        "is_held": lot in traced.holds,
        "holds": traced.holds.get(lot, []),
    }


def _edge(traced: Traced, edge: Edge, ids: dict[Lot, str]) -> dict[str, Any]:
    return {
        "process": ["", ""] if edge.process in traced.withheld else list(edge.process),
        "source": ids[edge.source],
        "target": ids[edge.target],
        "consumed": from_units(edge.consumed),
        "produced": from_units(edge.produced),
        "attributed": from_units(edge.attributed),
        "basis": edge.basis,
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
