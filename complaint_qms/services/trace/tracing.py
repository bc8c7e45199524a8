"""The walk over ERPNext's ledger as somebody may see it, and what is told beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import frappe
from frappe import _

from complaint_qms.constants.containment import HOLD
from complaint_qms.engine.trace import (
    BOTH,
    DOWN,
    FAMILY,
    UP,
    Balance,
    Genealogy,
    Holding,
    Lot,
    Movement,
    Voucher,
    balance,
    holders,
    trace_lots,
)
from complaint_qms.engine.trace.movements import PRODUCED
from complaint_qms.integrations.erpnext import lots as recorded
from complaint_qms.integrations.erpnext.stock_movements import rows_of_lots, rows_of_vouchers
from complaint_qms.integrations.erpnext.stock_vouchers import as_movements, vouchers_of
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.containment.banner import holds_of
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.trace.starts import BY_DOCUMENT, Start

WAYS: Final = (BOTH, UP, DOWN, FAMILY)


class SeenLedger:
    """ERPNext's stock ledger, without what the user may not see.

    Attributes:
        own: movements to and from `customer`, also where the user is not told of it.
    """

    def __init__(self, sight: StockSight, customer: str) -> None:
        self.sight = sight
        self.customer = customer
        self.own: set[str] = set()

    def of_lots(self, lots: set[Lot]) -> list[Movement]:
        found = as_movements(self.sight.rows(rows_of_lots(lots)))
        # Whose they are is known before it is not told.
        self.own |= {
            one.id for one in found
            if self.customer and (one.voucher.party_type, one.voucher.party) == ("Customer", self.customer)
        }  # fmt: skip
        return self.sight.movements(found)

    def of_processes(self, keys: set[tuple[str, str]]) -> list[Movement]:
        """Beside what is not shown, how much of a lot is in another is not told as if it were all: a share would give away the rest."""
        rows = rows_of_vouchers(vouchers_of(keys))
        shown = {row.id for row in self.sight.rows(rows)}
        every = as_movements(rows)
        told = [one for one in every if one.id in shown]
        partial = _partial([one for one in every if one.id not in shown], told)
        return self.sight.movements(_marked(told, partial))


@dataclass
class Traced:
    """What was found from a start.

    Attributes:
        withheld: documents of which something is not shown to the user.
        withheld_lots: lots whose quantities are therefore not whole.
        items: item → (name, stock unit).
        recorded: lot → what its own record says lies in stock.
        titles: (DocType, name) of customers and suppliers → what they are called.
        own: movements to and from the complaint's own customer.
        names_holds: whether holds are named at all.
    """

    start: Start
    genealogy: Genealogy
    withheld: frozenset[tuple[str, str]]
    withheld_lots: frozenset[Lot] = frozenset()
    items: dict[str, tuple[str, str]] = field(default_factory=dict)
    recorded: dict[Lot, int] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    names_holds: bool = True

    @cached_property
    def holds(self) -> dict[Lot, list[str]]:
        """Lot that is on hold → names of the holds that the user may read; that it is held is told to everybody."""
        found = holds_of(self.lots)
        names = {name for names in found.values() for name in names}
        seen = readable(HOLD, names) if self.names_holds else set()
        return {lot: [name for name in names if name in seen] for lot, names in found.items()}

    def held(self, lot: Lot) -> str:
        """The holds of a lot in words."""
        if lot not in self.holds:
            return ""
        return ", ".join(self.holds[lot]) or _("On Quality Hold")

    @property
    def lots(self) -> list[Lot]:
        """All that are tracked, those that were asked about first and the nearest next."""
        far = self.genealogy.reached_up | self.genealogy.reached_down
        starts = set(self.genealogy.starts)
        return sorted(
            (lot for lot in far if lot.is_tracked), key=lambda lot: (lot not in starts, far[lot], lot)
        )

    @property
    def downstream(self) -> list[Lot]:
        """Lots that hold what was asked about, itself included; whatever shares a component with it where that was asked."""
        reached = self.genealogy.reached_down or dict.fromkeys(self.genealogy.starts, 0)
        return [lot for lot in self.lots if lot in reached]

    def balances(self, lots: Iterable[Lot]) -> list[Balance]:
        return [balance(lot, self.genealogy.movements.get(lot, ())) for lot in lots]

    def holdings(self, *, others: bool = False) -> list[Holding]:
        """Customers who were delivered what was asked about or what holds it.

        Args:
            others: without the complaint's own customer.
        """
        return holders(self.genealogy, self.downstream, self.own if others else frozenset())

    def unit(self, lot: Lot) -> str:
        return self.items.get(lot.item, ("", ""))[1]

    def title(self, movement: Movement) -> str:
        """What the customer or supplier of a movement is called."""
        voucher = movement.voucher
        if voucher.is_anonymous:
            return _("Not shown to you")
        return self.titles.get((voucher.party_type, voucher.party), voucher.party)


def trace(start: Start, way: str, sight: StockSight | None = None) -> Traced:
    """Follow a start as the session's user may see it, or as `sight` lets be seen. The number of queries grows with the levels, not with the lots.

    Raises:
        frappe.PermissionError: the user may see none of its lots.
    """
    ledger = SeenLedger(sight or StockSight(frappe.session.user), start.customer)
    found = trace_lots(_seen(start, ledger), way, ledger, fold=start.fold)
    lots = found.lots
    return Traced(
        start=start,
        genealogy=found,
        withheld=frozenset(ledger.sight.withheld),
        withheld_lots=frozenset(ledger.sight.withheld_lots),
        items=recorded.stock_units(lot.item for lot in lots),
        recorded=recorded.recorded_on_hand(lots),
        titles=_titles(found),
        own=frozenset(ledger.own),
        names_holds=ledger.sight.names_holds,
    )


def _partial(hidden: list[Movement], told: list[Movement]) -> set[tuple[str, str]]:
    """Processes that produced something hidden, or moved more of a lot than is told."""
    lots = {(one.voucher.process, one.lot.folded()) for one in told}
    return {
        one.voucher.process
        for one in hidden
        if one.step == PRODUCED or (one.voucher.process, one.lot.folded()) in lots
    }


def _marked(told: list[Movement], partial: set[tuple[str, str]]) -> list[Movement]:
    marked: dict[Voucher, Voucher] = {}
    found = []
    for one in told:
        voucher = one.voucher
        if voucher.process in partial:
            if voucher not in marked:
                marked[voucher] = replace(voucher, is_partial=True)
            one = replace(one, voucher=marked[voucher])
        found.append(one)
    return found


def _seen(start: Start, ledger: SeenLedger) -> list[Lot]:
    """The lots of a start that the user may be told of; those that a document leads to only where its own movements are theirs to see."""
    lots = ledger.sight.lots(start.lots)
    if start.kind in BY_DOCUMENT and lots:
        moved = {one.lot for one in ledger.of_lots(set(lots))}
        lots = [lot for lot in lots if lot in moved]
    if not lots:
        frappe.throw(
            _("You may not see the batches and serial numbers that this leads to."), frappe.PermissionError
        )
    return lots


def _titles(found: Genealogy) -> dict[tuple[str, str], str]:
    parties = {
        (one.voucher.party_type, one.voucher.party)
        for movements in found.movements.values()
        for one in movements
        if one.voucher.party
    }
    titles = {}
    for doctype, title in (("Customer", "customer_name"), ("Supplier", "supplier_name")):
        names = {party for kind, party in parties if kind == doctype}
        called = recorded.titles_of(doctype, names, title) if names else {}
        titles |= {(doctype, name): text for name, text in called.items()}
    return titles
