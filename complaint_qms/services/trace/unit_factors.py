"""What is recorded of delivered units, as values of factors: what they were made of, by whom it was supplied, how they were made,
inspected and delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from complaint_qms.engine.trace import UP, Genealogy, Lot, Process, trace_lots
from complaint_qms.engine.trace.common_factors import Group, Kind
from complaint_qms.engine.trace.movements import PRODUCED, RECEIVED
from complaint_qms.integrations.erpnext.delivery_facts import transporters
from complaint_qms.integrations.erpnext.inspections import DOCTYPE as INSPECTION
from complaint_qms.integrations.erpnext.inspections import Inspection, inspections
from complaint_qms.integrations.erpnext.production import JobCard, Production, job_cards, productions, routes
from complaint_qms.permissions.production import ProductionSight
from complaint_qms.services.trace.exposed_units import Cell
from complaint_qms.services.trace.tracing import SeenLedger

MOST_LOTS: Final = 20_000
JOB_CARD: Final = "Job Card"

# Kinds of factors; those of something that was made carry its item, which is empty for the unit itself.
BATCH: Final = "batch"
LOT: Final = "lot"
SUPPLIER: Final = "supplier"
BOM: Final = "bom"
ROUTE: Final = "route"
WORKSTATION: Final = "workstation"
SHIFT: Final = "shift"
OPERATOR: Final = "operator"
WEEKDAY: Final = "weekday"
INSPECTED: Final = "inspection"
INSPECTOR: Final = "inspector"
WAREHOUSE: Final = "warehouse"
TRANSPORTER: Final = "transporter"
NOT_INSPECTED: Final = "-"

Levels = dict[Kind, set[str]]


@dataclass
class Recorded:
    """What is known of some lots: their genealogy upwards, and the documents of what made them.

    Attributes:
        sight: what of it the user may be told.
        withheld: inspections that the user may not see: of what they are about it is not known how it was inspected.
    """

    genealogy: Genealogy
    sight: ProductionSight
    made: dict[tuple[str, str], Production] = field(default_factory=dict)
    cards: dict[str, list[JobCard]] = field(default_factory=dict)
    routes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inspections: list[Inspection] = field(default_factory=list)
    withheld: list[Inspection] = field(default_factory=list)

    @cached_property
    def people(self) -> set[str]:
        return self.sight.people(
            {one for cards in self.cards.values() for card in cards for one in card.employees}
        )

    @cached_property
    def inspectors(self) -> set[str]:
        return self.sight.inspectors({one.inspector for one in self.inspections if one.inspector})

    @cached_property
    def serials(self) -> set[tuple[str, str]]:
        """(item, serial number) of those that belong to no batch."""
        return {(lot.item, lot.serial) for lot in self.genealogy.lots if lot.serial and not lot.batch}

    def origins(self, lot: Lot) -> Iterator[Lot]:
        """The lot, and all that it may be made of, each once."""
        seen, waiting = {lot}, [lot]
        while waiting:
            one = waiting.pop()
            yield one
            for process in self.genealogy.processes_at(one, PRODUCED):
                further = [source for source in process.inputs if source not in seen]
                seen.update(further)
                waiting += further

    def inspections_of(self, lot: Lot) -> list[Inspection]:
        """Those of the lot itself, and of documents that received or made it, where they name no other lot."""
        return _about(self._inspected, self._inspection_keys(lot))

    def is_inspected_unseen(self, lot: Lot) -> bool:
        """Whether there are inspections of it that the user may not see."""
        return bool(self.withheld) and bool(_about(self._unseen, self._inspection_keys(lot)))

    def cards_of(self, process: Process) -> list[JobCard]:
        return self.cards.get(self.order_of(process), [])

    def order_of(self, process: Process) -> str:
        made = self.made.get(process.key)
        return made.work_order if made else ""

    def _inspection_keys(self, lot: Lot) -> list[tuple[str, ...]]:
        keys: list[tuple[str, ...]] = [(lot.item, lot.serial), (lot.item, lot.batch)]
        for movement in self.genealogy.movements.get(lot, ()):
            if movement.step == RECEIVED:
                keys.append((*movement.voucher.key, lot.item))
        for process in self.genealogy.processes_at(lot, PRODUCED):
            keys += [(*voucher, lot.item) for voucher in process.vouchers]
            keys += [(JOB_CARD, card.name, lot.item) for card in self.cards_of(process)]
        return [key for key in dict.fromkeys(keys) if key[1]]

    @cached_property
    def _inspected(self) -> dict[tuple[str, ...], list[Inspection]]:
        return _by_key(self.inspections)

    @cached_property
    def _unseen(self) -> dict[tuple[str, ...], list[Inspection]]:
        return _by_key(self.withheld)


def recorded_of(
    lots: Iterable[Lot], ledger: SeenLedger, sight: ProductionSight, *, readings: bool = False
) -> Recorded:
    """Read it: the genealogy level by level, all else in a constant number of queries."""
    lots = list(lots)
    found = trace_lots(lots, UP, ledger, fold=True, most_lots=max(MOST_LOTS, len(lots)))
    return records_behind(found, sight, readings=readings)


def records_behind(found: Genealogy, sight: ProductionSight, *, readings: bool = False) -> Recorded:
    """What made the lots that a genealogy met on the way up, and how they were inspected."""
    recorded = Recorded(found, sight, productions(found.processes))
    orders = {made.work_order for made in recorded.made.values() if made.work_order}
    recorded.routes = routes(orders)
    cards = sight.records(JOB_CARD, job_cards(orders))
    grouped: dict[str, list[JobCard]] = defaultdict(list)
    for card in cards:
        grouped[card.work_order].append(card)
    recorded.cards = dict(grouped)
    documents = {voucher for process in found.processes.values() for voucher in process.vouchers}
    documents |= {(JOB_CARD, card.name) for card in cards}
    documents |= {
        one.voucher.key for moved in found.movements.values() for one in moved if one.step == RECEIVED
    }
    lots = found.lots
    read = inspections(
        {lot.batch for lot in lots}, {lot.serial for lot in lots}, documents, readings=readings
    )
    recorded.inspections = sight.records(INSPECTION, read)
    shown = {one.name for one in recorded.inspections}
    recorded.withheld = [one for one in read if one.name not in shown]
    return recorded


def groups_of(cells: Iterable[Cell], recorded: Recorded) -> list[Group]:
    """Cells with what is known of them."""
    cells = list(cells)
    by = transporters(cell.voucher for cell in cells)
    known: dict[Lot, tuple[Levels, str]] = {}
    found = []
    for cell in cells:
        if cell.lot not in known:
            known[cell.lot] = (_of_lot(cell.lot, recorded), _made_together(cell.lot, recorded))
        levels, cluster = known[cell.lot]
        more: Levels = {(WAREHOUSE,): cell.warehouses} if cell.warehouses else {}
        if cell.voucher in by:
            more[TRANSPORTER,] = {by[cell.voucher]}
        shown = {kind: frozenset(values) for kind, values in (levels | more).items() if values}
        found.append(Group(cell.lot.item, cluster, cell.units, cell.cases, shown))
    return found


def _made_together(lot: Lot, recorded: Recorded) -> str:
    """The batch; of a serial number without one, what produced or brought it in."""
    if lot.batch:
        return lot.batch
    for process in recorded.genealogy.processes_at(lot, PRODUCED):
        return " ".join(process.key)
    for movement in recorded.genealogy.movements.get(lot, ()):
        if movement.step == RECEIVED:
            return " ".join(movement.voucher.key)
    return lot.serial


def _of_lot(lot: Lot, recorded: Recorded) -> Levels:
    levels: Levels = defaultdict(set)
    if lot.batch:
        levels[BATCH,].add(lot.batch)
    for one in recorded.origins(lot):
        if not one.is_tracked:
            continue
        made = "" if one == lot else one.item
        if one != lot:
            levels[LOT, one.item].add(one.batch or one.serial)
        for movement in recorded.genealogy.movements.get(one, ()):
            if movement.step == RECEIVED and movement.voucher.party:
                levels[SUPPLIER, one.item].add(movement.voucher.party)
        for process in recorded.genealogy.processes_at(one, PRODUCED):
            _of_process(levels, made, process, recorded)
        _of_inspections(levels, made, one, recorded)
    return dict(levels)


def _of_process(levels: Levels, made: str, process: Process, recorded: Recorded) -> None:
    levels[WEEKDAY, made].add(str(process.posted.weekday()))
    production = recorded.made.get(process.key)
    if not production:
        return
    if production.bom:
        levels[BOM, made].add(production.bom)
    route = recorded.routes.get(production.work_order)
    if route:
        levels[ROUTE, made].add(" → ".join(route))
    for card in recorded.cards_of(process):
        if card.workstation:
            levels[WORKSTATION, made, card.operation].add(card.workstation)
        if card.shift:
            levels[SHIFT, made, card.operation].add(card.shift)
        for employee in card.employees:
            if employee in recorded.people:
                levels[OPERATOR, made, card.operation].add(employee)


def _of_inspections(levels: Levels, made: str, lot: Lot, recorded: Recorded) -> None:
    if not recorded.inspections or recorded.is_inspected_unseen(lot):
        return
    found = recorded.inspections_of(lot)
    levels[INSPECTED, made] |= {one.status for one in found if one.status} or {NOT_INSPECTED}
    levels[INSPECTOR, made] |= {one.inspector for one in found} & recorded.inspectors


def _by_key(inspections: Iterable[Inspection]) -> dict[tuple[str, ...], list[Inspection]]:
    found: dict[tuple[str, ...], list[Inspection]] = defaultdict(list)
    for one in inspections:
        if one.serial or one.batch:
            found[one.item, one.serial or one.batch].append(one)
        else:
            found[(*one.reference, one.item)].append(one)
    return found


def _about(
    inspected: dict[tuple[str, ...], list[Inspection]], keys: Iterable[tuple[str, ...]]
) -> list[Inspection]:
    return list({one.name: one for key in keys for one in inspected.get(key, ())}.values())
