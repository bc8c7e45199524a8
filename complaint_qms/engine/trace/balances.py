"""What came of each lot: in, out, on hand, with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from complaint_qms.engine.trace.genealogy import Genealogy
from complaint_qms.engine.trace.movements import DELIVERED, MOVED, OUTWARD, RETURNED, STEPS, Lot, Movement

# Why a lot's quantities do not agree
PENDING: Final = "pending"  # left the shelf, and not yet the ledger of stock
RECORD: Final = "record"  # the lot's own record says something else than the ledger
ONE_WAY: Final = (
    "one_way"  # a transfer took it from a warehouse and brought it to none, or the other way round
)
OVERDRAWN: Final = "overdrawn"  # more left a warehouse than came there


class Cause(NamedTuple):
    """Why a lot's quantities do not agree, and how much of it: of what is recorded more than the movements say, or lies nowhere."""

    kind: str
    qty: int
    warehouse: str = ""


@dataclass
class Balance:
    """A lot's quantities; all in its smallest unit.

    Attributes:
        steps: what it was received, produced, consumed, delivered … for; what `OUTWARD` steps took is positive.
        on_hand: warehouse → quantity that lies there; none of it is 0.
        pending: left the shelf, and not yet the ledger of stock.
    """

    lot: Lot
    steps: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    on_hand: dict[str, int] = field(default_factory=dict)
    pending: int = 0

    @property
    def total_on_hand(self) -> int:
        return sum(self.on_hand.values())

    def difference(self, recorded: int) -> int:
        """How much more the stock's own record says than the movements do."""
        return recorded - self.total_on_hand

    def causes(self, recorded: int | None) -> list[Cause]:
        """Why it does not agree. Those of the difference (`PENDING`, `RECORD`) add up to it.

        Args:
            recorded: None where nothing is known to compare with.
        """
        found = []
        rest = 0 if recorded is None else self.difference(recorded)
        if rest and self.pending:
            found.append(Cause(PENDING, self.pending))
            rest -= self.pending
        if rest:
            found.append(Cause(RECORD, rest))
        if self.steps[MOVED]:
            found.append(Cause(ONE_WAY, self.steps[MOVED]))
        return found + [
            Cause(OVERDRAWN, qty, warehouse) for warehouse, qty in self.on_hand.items() if qty < 0
        ]


@dataclass
class Holding:
    """What a customer has of a lot.

    Attributes:
        deliveries: movements that delivered or took back, oldest first.
        first, last: when it was delivered; None where only returns are seen.
    """

    customer: str
    lot: Lot
    delivered: int = 0
    returned: int = 0
    deliveries: list[Movement] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def held(self) -> int:
        return self.delivered - self.returned


def balance(lot: Lot, movements: Iterable[Movement]) -> Balance:
    """The quantities of one lot."""
    made = Balance(lot)
    places: dict[str, int] = defaultdict(int)
    for movement in movements:
        step = movement.step
        made.steps[step] += -movement.qty if step in OUTWARD else movement.qty
        places[movement.warehouse] += movement.qty
        if movement.voucher.is_pending:
            made.pending -= movement.qty
    made.on_hand = {place: qty for place, qty in sorted(places.items()) if qty}
    return made


def holders(genealogy: Genealogy, lots: Iterable[Lot], leave_out: Set[str] = frozenset()) -> list[Holding]:
    """Who was delivered any of these lots: those who have some of it first, by customer and lot.

    Args:
        leave_out: movements that do not count.
    """
    found: dict[tuple[str, Lot], Holding] = {}
    for lot in lots:
        for movement in genealogy.movements.get(lot, ()):
            step, customer = movement.step, movement.voucher.party
            if step not in (DELIVERED, RETURNED) or movement.id in leave_out:
                continue
            holding = found.setdefault((customer, lot), Holding(customer, lot))
            holding.deliveries.append(movement)
            if step == RETURNED:
                holding.returned += movement.qty
                continue
            holding.delivered -= movement.qty
            holding.first = holding.first or movement.voucher.posted
            holding.last = movement.voucher.posted
    return sorted(found.values(), key=lambda one: (one.held <= 0, one.customer, one.lot))
