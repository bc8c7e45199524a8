"""Lots, vouchers and movements, and what a movement means for its lot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

PLACES: Final = 9
"""Decimals that a ledger of ERPNext keeps."""

# Kinds of vouchers
PURCHASE: Final = "purchase"
SALE: Final = "sale"
CONVERSION: Final = "conversion"  # consumes and produces: manufacture, repack, disassembly, subcontracting
TRANSFER: Final = "transfer"  # the same lot lies elsewhere afterwards
ISSUE: Final = "issue"
RECEIPT: Final = "receipt"  # brought in without a purchase, as an opening stock
ADJUSTMENT: Final = "adjustment"
OTHER: Final = "other"

# What a movement means for its lot
RECEIVED: Final = "received"
SENT_BACK: Final = "sent_back"
BROUGHT_IN: Final = "brought_in"
PRODUCED: Final = "produced"
CONSUMED: Final = "consumed"
DELIVERED: Final = "delivered"
RETURNED: Final = "returned"
ISSUED: Final = "issued"
ADJUSTED: Final = "adjusted"
MOVED: Final = "moved"
OTHERWISE: Final = "otherwise"
STEPS: Final = (
    RECEIVED, BROUGHT_IN, PRODUCED, CONSUMED, DELIVERED, RETURNED, SENT_BACK, ISSUED, ADJUSTED, MOVED, OTHERWISE,
)  # fmt: skip
OUTWARD: Final = frozenset((CONSUMED, DELIVERED, SENT_BACK, ISSUED))
"""Steps that take from a lot: what they moved is told as a positive quantity."""


class Lot(NamedTuple):
    """What is followed: a batch, a serial number, or one serial number of a batch. With neither it is an item that nobody tracks."""

    item: str
    batch: str = ""
    serial: str = ""

    @property
    def is_tracked(self) -> bool:
        return bool(self.batch or self.serial)

    def folded(self) -> Lot:
        """The batch that a serial number belongs to, where it has one."""
        return Lot(self.item, self.batch) if self.batch else self


@dataclass(frozen=True, slots=True)
class Voucher:
    """A document that moved stock.

    Attributes:
        kind: one of the kinds above.
        process: what it consumes and produces together with; vouchers of one process share it. (DocType, name).
        party_type, party: "Supplier" or "Customer" and its name, where there is one.
        is_return: of a purchase, a sale or a conversion: it takes back what another did.
        is_pending: it has left the shelf, and the ledger of stock does not know yet.
        is_anonymous: neither its number nor its party is told; `party` is empty.
        is_partial: what its process produced, or moved of the same lots, is not all among the movements.
        reference: the party's own number for it.
    """

    doctype: str
    name: str
    kind: str
    posted: datetime
    process: tuple[str, str]
    party_type: str = ""
    party: str = ""
    is_return: bool = False
    is_pending: bool = False
    is_anonymous: bool = False
    is_partial: bool = False
    reference: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.doctype, self.name)


@dataclass(frozen=True, slots=True)
class Movement:
    """A quantity of a lot that a voucher brought into a warehouse (positive) or took from it (negative), in units of 10⁻⁹ of the
    item's stock unit. `id` tells it from all others, so that what is read twice counts once."""

    id: str
    voucher: Voucher
    lot: Lot
    warehouse: str
    qty: int

    @property
    def step(self) -> str:
        return meaning_of(self.voucher, self.qty)


def meaning_of(voucher: Voucher, qty: int) -> str:
    """What a movement of a voucher means for its lot."""
    if voucher.kind == CONVERSION:
        # One that takes back gives what was consumed, and takes what was produced.
        return PRODUCED if (qty > 0) != voucher.is_return else CONSUMED
    if voucher.kind == PURCHASE:
        return RECEIVED if qty > 0 else SENT_BACK
    if voucher.kind == SALE:
        return DELIVERED if qty < 0 else RETURNED
    return _PLAIN.get(voucher.kind, OTHERWISE)


def to_units(qty: float | Decimal | int | None) -> int:
    """A quantity as a whole number of the smallest unit, without the drift of binary fractions."""
    if not qty:
        return 0
    return int(Decimal(str(qty)).scaleb(PLACES).to_integral_value())


def from_units(units: int) -> float:
    """The quantity again, as a ledger shows it."""
    return float(Decimal(units).scaleb(-PLACES))


_PLAIN: Final = {TRANSFER: MOVED, ISSUE: ISSUED, RECEIPT: BROUGHT_IN, ADJUSTMENT: ADJUSTED}
