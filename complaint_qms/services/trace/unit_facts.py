"""Facts around a unit: how it and its components were made and inspected, what else was complained about with the same lot, batch or
machine, and what else the suppliers of its components delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from complaint_qms.engine.trace import DOWN, UP, Genealogy, Lot, from_units, trace_lots
from complaint_qms.engine.trace.movements import CONSUMED, PRODUCED, RECEIVED
from complaint_qms.integrations.erpnext.lots import lots_made_by, stock_units, titles_of
from complaint_qms.integrations.erpnext.production import employee_names, orders_on
from complaint_qms.integrations.erpnext.stock_vouchers import as_movements
from complaint_qms.integrations.erpnext.supplied import received_from
from complaint_qms.permissions.production import ProductionSight
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.trace.labels import lot_kind, lot_name
from complaint_qms.services.trace.marks import complaints_about
from complaint_qms.services.trace.notes import withheld_facts
from complaint_qms.services.trace.starts import COMPLAINT, Start, start_of
from complaint_qms.services.trace.tracing import SeenLedger
from complaint_qms.services.trace.unit_factors import Recorded, records_behind

INVESTIGATION: Final = "Investigation"
WINDOW_DAYS: Final = 365
MACHINE_DAYS: Final = 7
_MOST_LOTS: Final = 2000
_MOST_COMPLAINTS: Final = 50


def unit_facts(
    kind: str, name: str, stock: StockSight | None = None, production: ProductionSight | None = None
) -> dict[str, Any]:
    """Everything that is known, as rows, within what the session's user may see. The number of queries does not grow with the units.

    Args:
        kind: what a genealogy starts from, or "Investigation", which is asked by its batch, serial number or complaint.
        stock, production: what may be told, where it is not what the session's user may see.

    Returns:
        about: [lot]. made: [{lot, document, bom, operations: [{operation, workstation, started, shift, operators, job_card}]}].
        inspections: [{name, kind, lot, status, date, inspector, readings: [{parameter, status, values, least, most, wanted, formula, marks:
        [{value, kind, limit}]}]}]; a mark is of kind "below", "above", "at_least", "at_most" or "other". complaints: [{relation, of, count, complaints}].
        suppliers: [{supplier, title, lots: [{lot, received, qty, complaints}]}]. notes: what is not shown. seen_at.
    """
    user = frappe.session.user
    facts = _Facts(*_start(kind, name), stock or StockSight(user), production or ProductionSight(user))
    return {
        "about": [_lot(lot) for lot in facts.start.lots],
        "made": facts.made(),
        "inspections": facts.inspections(),
        "complaints": facts.complaints(),
        "suppliers": facts.suppliers(),
        "notes": facts.notes(),
        "seen_at": now_datetime(),
    }


def begun_near(
    orders: dict[str, set[tuple[str, str, datetime]]], workstation: str, shift: str, moments: list[datetime]
) -> list[str]:
    """Work Orders of which an operation was begun on a workstation, in a shift where one is named, within days of one of the moments."""
    around = timedelta(days=MACHINE_DAYS)
    return [
        order
        for order, places in orders.items()
        if any(
            place == workstation
            and shift in ("", when)
            and any(abs(moment - one) <= around for one in moments)
            for place, when, moment in places
        )
    ]


class _Facts:
    """Reads in turn, each part once."""

    def __init__(self, start: Start, own: set[str], stock: StockSight, production: ProductionSight) -> None:
        self.start = start
        self.own = own
        self.ledger = SeenLedger(stock, "")
        self.sight = production
        lots = self.ledger.sight.lots(start.lots)
        if not lots:
            frappe.throw(
                _("You may not see the batches and serial numbers that this leads to."),
                frappe.PermissionError,
            )
        found = trace_lots(lots, UP, self.ledger, fold=start.fold, most_lots=_MOST_LOTS)
        self.recorded: Recorded = records_behind(found, self.sight, readings=True)
        self.found = found
        self.is_cut = found.is_cut
        self.items = stock_units(lot.item for lot in found.lots)
        self.received = [
            (lot, movement)
            for lot in self._nearest()
            for movement in found.movements.get(lot, ())
            if movement.step == RECEIVED and movement.voucher.party
        ]

    def made(self) -> list[dict[str, Any]]:
        names = employee_names(self.recorded.people)
        rows, told = [], set()
        for lot in self._nearest():
            for process in self.found.processes_at(lot, PRODUCED):
                if (process.key, lot) in told:
                    continue
                told.add((process.key, lot))
                production = self.recorded.made.get(process.key)
                rows.append(
                    _lot(lot)
                    | {
                        "item_name": self._title(lot),
                        "document_type": process.key[0],
                        "document": process.key[1],
                        "date": process.posted,
                        "work_order": production.work_order if production else "",
                        "bom": production.bom if production else "",
                        "operations": [
                            {
                                "job_card": card.name if self.sight.names_people else "",
                                "operation": card.operation,
                                "workstation": card.workstation,
                                "started": card.started,
                                "ended": card.ended,
                                "shift": card.shift,
                                "operators": [names[one] for one in card.employees if one in names],
                            }
                            for card in self.recorded.cards_of(process)
                        ],
                    }
                )
        return rows

    def inspections(self) -> list[dict[str, Any]]:
        names = values_of("User", self.recorded.inspectors, "full_name")
        rows: dict[str, dict[str, Any]] = {}
        for lot in self._nearest():
            for one in self.recorded.inspections_of(lot):
                rows.setdefault(
                    one.name,
                    _lot(lot)
                    | {
                        "name": one.name,
                        "item_name": self._title(lot),
                        "kind": one.kind,
                        "status": one.status,
                        "date": one.day,
                        "inspector": names.get(one.inspector, ""),
                        "readings": [
                            {
                                "parameter": reading.parameter,
                                "status": reading.status,
                                "values": reading.values,
                                "least": reading.least,
                                "most": reading.most,
                                "wanted": reading.wanted,
                                "formula": reading.formula,
                                "marks": [mark._asdict() for mark in reading.marks],
                            }
                            for reading in one.readings
                        ],
                    },
                )
        return list(rows.values())

    def complaints(self) -> list[dict[str, Any]]:
        """Other complaints about the same lot, about what holds a lot that was received, and about what was made on the same machine
        within days, in the same shift apart; one question for all of them."""
        wanted: list[tuple[str, str, set[Lot]]] = [("lot", lot_name(lot), {lot}) for lot in self.found.starts]
        wanted += [
            ("component", lot_name(lot), lots)
            for lot, lots in self._holding(lot for lot, _one in self.received)
        ]
        wanted += self._on_machines()
        counted = complaints_about({lot for _relation, _of, lots in wanted for lot in lots})
        rows = []
        for relation, of, lots in wanted:
            names = sorted({name for lot in lots for name in counted.get(lot, ())} - self.own)
            row = {
                "relation": relation,
                "of": of,
                "count": len(names),
                "complaints": names[:_MOST_COMPLAINTS],
            }
            rows.append(row | ({"lot_type": lot_kind(next(iter(lots)))} if relation == "lot" else {}))
        return rows

    def suppliers(self) -> list[dict[str, Any]]:
        """Lots of the same components from the same suppliers in the last twelve months, with complaints about what holds each."""
        today = getdate()
        items = {lot.item for lot, _movement in self.received}
        parties = {movement.voucher.party for _lot_, movement in self.received}
        sight = self.ledger.sight
        read, is_cut = received_from(parties, items, add_days(today, -WINDOW_DAYS), today)
        self.is_cut = self.is_cut or is_cut
        rows = sight.rows(read)
        arrived = [one for one in sight.movements(as_movements(rows)) if one.step == RECEIVED]
        lots = self.ledger.sight.lots({one.lot.folded() for one in arrived})
        holding = dict(self._holding(lots))
        counted = complaints_about({lot for every in holding.values() for lot in every})
        titles = titles_of("Supplier", parties, "supplier_name") if parties else {}
        own = {lot for lot, _movement in self.received}
        found: dict[str, dict[Lot, dict[str, Any]]] = defaultdict(dict)
        for one in sorted(arrived, key=lambda moved: moved.voucher.posted, reverse=True):
            lot = one.lot.folded()
            if not one.voucher.party or lot not in holding:
                continue
            row = found[one.voucher.party].setdefault(
                lot,
                _lot(lot) | {"item_name": self._title(lot), "received": one.voucher.posted, "qty": 0.0, "uom": self.items.get(lot.item, ("", ""))[1], "is_own": lot in own},
            )  # fmt: skip
            row["qty"] += from_units(one.qty)
            row["complaints"] = len({name for held in holding[lot] for name in counted.get(held, ())})
        return [
            {"supplier": party, "title": titles.get(party, party), "lots": list(rows.values())}
            for party, rows in sorted(found.items())
        ]

    def notes(self) -> list[str]:
        said = withheld_facts(self.ledger.sight.withheld, self.recorded)
        if self.is_cut:
            said.append(_("There are more batches or receipts than were read: the numbers of complaints are the least there are. Ask about one that is nearer to what you look for."))  # fmt: skip
        return said

    def _nearest(self) -> list[Lot]:
        """Tracked lots, the unit first and the nearest components next."""
        reached = self.found.reached_up
        return sorted((lot for lot in reached if lot.is_tracked), key=lambda lot: (reached[lot], lot))

    def _title(self, lot: Lot) -> str:
        return self.items.get(lot.item, (lot.item, ""))[0]

    def _holding(self, lots: Iterable[Lot]) -> list[tuple[Lot, set[Lot]]]:
        """Each lot with itself and all that may hold it: one walk down for all of them."""
        begun = list(dict.fromkeys(lots))
        found = trace_lots(begun, DOWN, self.ledger, fold=True, most_lots=_MOST_LOTS) if begun else None
        self.is_cut = self.is_cut or bool(found and found.is_cut)
        return [(lot, _below(found, lot)) for lot in begun] if found else []

    def _on_machines(self) -> list[tuple[str, str, set[Lot]]]:
        cards = [
            card
            for lot in self.found.starts
            for process in self.found.processes_at(lot, PRODUCED)
            for card in self.recorded.cards_of(process)
            if card.workstation and card.started
        ]
        if not cards:
            return []
        begun = [get_datetime(card.started) for card in cards]
        around = timedelta(days=MACHINE_DAYS)
        orders = orders_on({card.workstation for card in cards}, min(begun) - around, max(begun) + around)
        made = lots_made_by(orders)
        rows: list[tuple[str, str, set[Lot]]] = []
        for relation, keys in (
            ("machine", sorted({(card.workstation, "") for card in cards})),
            ("shift", sorted({(card.workstation, card.shift) for card in cards if card.shift})),
        ):
            for workstation, shift in keys:
                moments = [
                    get_datetime(card.started)
                    for card in cards
                    if card.workstation == workstation and shift in ("", card.shift)
                ]
                near = begun_near(orders, workstation, shift, moments)
                lots = {lot for order in near for lot in made.get(order, ())}
                rows.append((relation, f"{workstation} {shift}".strip(), set(self.ledger.sight.lots(lots))))
        return rows


def _start(kind: str, name: str) -> tuple[Start, set[str]]:
    """What is asked about, and the complaints that ask."""
    if kind != INVESTIGATION:
        return start_of(kind, name), {name} if kind == COMPLAINT else set()
    doc = frappe.get_doc(INVESTIGATION, name)
    doc.check_permission("read")
    own = {doc.complaint, *(row.complaint for row in doc.covered_complaints)}
    for field, doctype in (("batch_no", "Batch"), ("serial_no", "Serial No")):
        if doc.get(field):
            return start_of(doctype, doc.get(field)), own
    return start_of(COMPLAINT, doc.complaint), own


def _lot(lot: Lot) -> dict[str, str]:
    return {"lot": lot_name(lot), "lot_type": lot_kind(lot), "item_code": lot.item}


def _below(found: Genealogy, lot: Lot) -> set[Lot]:
    seen, waiting = {lot}, [lot]
    while waiting:
        for process in found.processes_at(waiting.pop(), CONSUMED):
            further = [target for target in process.outputs if target not in seen]
            seen.update(further)
            waiting += further
    return seen
