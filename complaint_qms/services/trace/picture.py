"""A genealogy as a picture: supplier's lot → receipt → component → what was made of it → delivery → customer, with quantities.

Nodes are lots and the documents and parties between them, edges what went from one to the next. An edge points from left to right also
where goods came back; `back` says so. Documents that are not told by name get a node each time, without one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from frappe import _

from complaint_qms.engine.trace import EXACT, Balance, Edge, Lot, Movement, from_units, movements
from complaint_qms.services.trace.figures import reconciled
from complaint_qms.services.trace.labels import BASES, lot_kind, lot_name, step_label
from complaint_qms.services.trace.marks import marks_of
from complaint_qms.services.trace.notes import TREE, notes
from complaint_qms.services.trace.tracing import Traced
from complaint_qms.services.trace.tree import UPWARD, ToldStep, pending_note, told_of

LOT: Final = "lot"
PROCESS: Final = "process"
SUPPLIER: Final = "supplier"
CUSTOMER: Final = "customer"
# Steps of a lot that are a document of its own in the picture → on which side of the lot it stands
_LEFT: Final = frozenset((movements.RECEIVED, movements.BROUGHT_IN, movements.SENT_BACK))
_BACK_TO_SUPPLIER: Final = frozenset((movements.SENT_BACK,))
_RIGHT: Final = frozenset((movements.DELIVERED, movements.RETURNED, movements.ISSUED, movements.ADJUSTED, movements.OTHERWISE))  # fmt: skip
_GAINS: Final = frozenset((movements.ADJUSTED, movements.OTHERWISE))
_COMES_BACK: Final = frozenset((movements.SENT_BACK, movements.RETURNED))
_PARTIES: Final = {"Supplier": SUPPLIER, "Customer": CUSTOMER}

Key = tuple[str, ...]


@dataclass
class _Link:
    """What went from one node to the next, of each lot for itself: a document may move several, of items that do not add up."""

    source: Key
    target: Key
    back: bool
    quantities: dict[Lot, int] = field(default_factory=lambda: defaultdict(int))
    on_path: bool = False


def picture_of(traced: Traced) -> dict[str, Any]:
    """The picture as data.

    Returns:
        nodes: [{id, type ("supplier", "lot", "process", "customer", or the step that a document is: "received", "brought_in", "sent_back",
        "delivered", "returned", "issued", "adjusted", "otherwise"), kind (what the type is called), title, subtitle, doctype, name (empty where it is not told), date, is_start, on_path, marks}]; of lots also
        item_code, item_name, uom, came, on_hand, places, equation, recorded, difference, explanation.
        edges: [{source, target, quantities [{qty, uom, lot, lot_type, item_code, item_name}], back, on_path}], ids of nodes; one quantity for each lot. notes: sentences. is_cut: there are more lots.
    """
    return _Picture(traced).drawn()


class _Picture:
    def __init__(self, traced: Traced) -> None:
        self.traced = traced
        self.found = traced.genealogy
        self.nodes: dict[Key, dict[str, Any]] = {}
        self.links: dict[tuple[Key, Key, bool], _Link] = {}
        self.path = {*self.found.starts, *self.found.reached_up}
        self.own = {
            one.voucher.key
            for lot in self.found.starts
            for one in self.found.movements.get(lot, ())
            if one.id in traced.own and not one.voucher.is_anonymous
        }
        self.marks = marks_of(traced.lots)
        self.nameless = 0

    def drawn(self) -> dict[str, Any]:
        for lot in sorted(self.found.lots):
            self._lot(lot)
        for lot in sorted(self.found.reached_up):
            self._documents(lot, _LEFT)
            self._made_by(lot)
        for lot in sorted(self.found.reached_down):
            self._documents(lot, _RIGHT)
            if lot not in self.found.reached_up:
                self._documents(lot, _BACK_TO_SUPPLIER)
            self._went_into(lot)
        ids = {key: str(place) for place, key in enumerate(self.nodes)}
        return {
            "nodes": [{"id": ids[key], **node} for key, node in self.nodes.items()],
            "edges": [self._edge(link, ids) for link in self.links.values()],
            "notes": notes(self.traced, TREE),
            "not_shown": len(self.traced.withheld),
            "is_cut": self.found.is_cut,
        }

    def _lot(self, lot: Lot) -> None:
        traced = self.traced
        name, unit = traced.items.get(lot.item, (lot.item, ""))
        (balance,) = traced.balances([lot])
        node = self._node(("lot", *lot), LOT, lot_name(lot), name)
        node |= {
            "kind": {"Batch": _("Batch"), "Serial No": _("Serial No"), "Item": _("Item")}[lot_kind(lot)],
            "doctype": lot_kind(lot),
            "name": lot_name(lot),
            "item_code": lot.item,
            "item_name": name,
            "uom": unit,
            "is_start": lot in self.found.starts,
            "on_path": lot in self.path,
            "marks": [mark._asdict() for mark in self.marks.get(lot, ())],
        }
        if lot.is_tracked:
            node |= self._quantities(balance)

    def _quantities(self, balance: Balance) -> dict[str, Any]:
        said = reconciled(self.traced, balance)
        shown = ("on_hand", "recorded", "difference", "explanation", "equation")
        places = [{"warehouse": place, "qty": from_units(qty)} for place, qty in balance.on_hand.items()]
        came = sum(balance.steps[step] for step in UPWARD)
        return {name: said[name] for name in shown} | {"places": places, "came": from_units(came)}

    def _documents(self, lot: Lot, steps: frozenset[str]) -> None:
        """What brought a lot in, or took it away, each with whom it came from or went to."""
        if not lot.is_tracked:
            return
        moved = self.found.movements.get(lot, ())
        for told in told_of(moved, steps):
            if told.step in UPWARD:
                on_path = lot in self.path
            else:
                on_path = lot in self.found.starts and told.first.voucher.key in self.own
            self._document(lot, told, on_path)

    def _document(self, lot: Lot, told: ToldStep, on_path: bool) -> None:
        key = self._document_key(told.first, told.step)
        node = self.nodes.get(key) or self._told(key, told)
        node["on_path"] = node["on_path"] or on_path
        back = told.step in _COMES_BACK or (told.step in _GAINS and told.qty > 0)
        qty = abs(told.qty)
        party = self._party(told.first, on_path)
        mine: Key = ("lot", *lot)
        if told.step in _LEFT:
            self._link(key, mine, back, lot, qty, on_path)
            if party:
                self._link(party, key, back, lot, qty, on_path)
            return
        self._link(mine, key, back, lot, qty, on_path)
        if party:
            self._link(key, party, back, lot, qty, on_path)

    def _told(self, key: Key, told: ToldStep) -> dict[str, Any]:
        voucher = told.first.voucher
        node = self._node(key, told.step, voucher.name, "")
        node["kind"] = step_label(told.step)
        if voucher.is_anonymous:
            node["title"] = _("Not shown to you")
            return node
        node |= {"doctype": voucher.doctype, "name": voucher.name, "date": voucher.posted}
        node["subtitle"] = pending_note([told.first])
        return node

    def _party(self, movement: Movement, on_path: bool) -> Key | None:
        """The node of a supplier, with the number that it gave what it sent, or of a customer."""
        voucher = movement.voucher
        if not voucher.party or voucher.party_type not in _PARTIES or voucher.is_anonymous:
            return None
        kind = _PARTIES[voucher.party_type]
        number = voucher.reference if kind == SUPPLIER and not voucher.is_return else ""
        key = (kind, voucher.party, number)
        if key not in self.nodes:
            node = self._node(key, kind, self.traced.title(movement), number)
            node |= {"doctype": voucher.party_type, "name": voucher.party}
            node["kind"] = (
                _("Supplier Lot") if number else _("Supplier") if kind == SUPPLIER else _("Customer")
            )
        self.nodes[key]["on_path"] = self.nodes[key]["on_path"] or on_path
        return key

    def _made_by(self, lot: Lot) -> None:
        for edge in self.found.edges_up(lot):
            if edge.source in self.found.reached_up:
                self._through(edge, lot in self.path)

    def _went_into(self, lot: Lot) -> None:
        for edge in self.found.edges_down(lot):
            if edge.target in self.found.reached_down:
                self._through(edge, edge.source in self.path and edge.target in self.path)

    def _through(self, edge: Edge, on_path: bool) -> None:
        """From a lot through the document that made another of it; each of both quantities counts once for its side."""
        key: Key = ("process", *edge.process)
        if key not in self.nodes:
            self._process(key, edge)
        self.nodes[key]["on_path"] = self.nodes[key]["on_path"] or on_path
        sides = ((("lot", *edge.source), key, edge.source, edge.consumed), (key, ("lot", *edge.target), edge.target, edge.produced))  # fmt: skip
        for source, target, lot, qty in sides:
            link = self.links.get((source, target, False))
            if link:
                link.on_path = link.on_path or on_path
            else:
                self._link(source, target, False, lot, qty, on_path)

    def _process(self, key: Key, edge: Edge) -> None:
        doctype, name = edge.process
        process = self.found.processes[edge.process]
        # That all of it went into one lot goes without saying.
        known = "" if edge.basis == EXACT else BASES[edge.basis]()
        node = self._node(key, PROCESS, name, known)
        node["kind"] = _("Made")
        if edge.process in self.traced.withheld:
            node["title"] = _("Not shown to you")
        else:
            node |= {"doctype": doctype, "name": name, "date": process.posted}

    def _document_key(self, movement: Movement, step: str) -> Key:
        if movement.voucher.is_anonymous:
            self.nameless += 1
            return ("unnamed", str(self.nameless))
        return ("document", step, *movement.voucher.key)

    def _node(self, key: Key, kind: str, title: str, subtitle: str) -> dict[str, Any]:
        self.nodes[key] = {
            "type": kind,
            "kind": "",
            "title": title,
            "subtitle": subtitle,
            "doctype": "",
            "name": "",
            "date": None,
            "is_start": False,
            "on_path": False,
            "marks": [],
        }
        return self.nodes[key]

    def _link(self, source: Key, target: Key, back: bool, lot: Lot, qty: int, on_path: bool) -> None:
        link = self.links.setdefault((source, target, back), _Link(source, target, back))
        link.quantities[lot] += qty
        link.on_path = link.on_path or on_path

    def _edge(self, link: _Link, ids: dict[Key, str]) -> dict[str, Any]:
        return {
            "source": ids[link.source],
            "target": ids[link.target],
            "quantities": [self._amount(lot, qty) for lot, qty in link.quantities.items()],
            "back": link.back,
            "on_path": link.on_path,
        }

    def _amount(self, lot: Lot, qty: int) -> dict[str, Any]:
        name, unit = self.traced.items.get(lot.item, (lot.item, ""))
        return {
            "qty": from_units(qty),
            "uom": unit,
            "lot": lot_name(lot) if lot.is_tracked else "",
            "lot_type": lot_kind(lot),
            "item_code": lot.item,
            "item_name": name,
        }
