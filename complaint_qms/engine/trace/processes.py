"""What was consumed and produced together, and how much of the one is in the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from complaint_qms.engine.trace.movements import CONVERSION, Lot, Movement

EXACT: Final = "exact"
SHARED: Final = "shared"
AT_MOST: Final = "at_most"


@dataclass(frozen=True, slots=True)
class Edge:
    """One lot went into another.

    Attributes:
        consumed: of `source` by the whole process; `produced`: of `target` by it.
        attributed: part of `consumed` that is in `target`, in units of the source.
        basis: `EXACT` (nothing else was produced), `SHARED` (by quantity among what was produced, all of one item) or
            `AT_MOST` (several items were produced, or more than is shown: all of it may be in this one).
    """

    process: tuple[str, str]
    source: Lot
    target: Lot
    consumed: int
    produced: int
    attributed: int
    basis: str


@dataclass
class Process:
    """What one or several vouchers consumed and produced, lot by lot.

    A lot may stand on both sides: reworked, or packed again into the same batch. It is no source of itself. Edges are made when they are
    asked for: a thousand lots that went into five hundred have half a million.

    Attributes:
        is_partial: more was produced, or moved of these lots, than stands here.
    """

    key: tuple[str, str]
    posted: datetime
    inputs: dict[Lot, int] = field(default_factory=dict)
    outputs: dict[Lot, int] = field(default_factory=dict)
    vouchers: list[tuple[str, str]] = field(default_factory=list)
    is_partial: bool = False
    _shares: dict[Lot, list[int]] = field(default_factory=dict, repr=False)

    def edges_from(self, source: Lot) -> list[Edge]:
        """An input with every output, in the order of their first movement."""
        return [self._edge(source, target) for target in self.outputs if target != source]

    def edges_to(self, target: Lot) -> list[Edge]:
        """Every input with an output, in the order of their first movement."""
        return [self._edge(source, target) for source in self.inputs if source != target]

    def _edge(self, source: Lot, target: Lot) -> Edge:
        consumed = self.inputs[source]
        attributed, basis = consumed, self._basis
        if basis == SHARED:
            attributed = self._shares_of(source)[self._place[target]]
        return Edge(self.key, source, target, consumed, self.outputs[target], attributed, basis)

    @cached_property
    def _basis(self) -> str:
        if self.is_partial or len({target.item for target in self.outputs}) > 1:
            return AT_MOST
        return EXACT if len(self.outputs) == 1 else SHARED

    @cached_property
    def _place(self) -> dict[Lot, int]:
        return {target: place for place, target in enumerate(self.outputs)}

    def _shares_of(self, source: Lot) -> list[int]:
        if source not in self._shares:
            self._shares[source] = largest_remainder(self.inputs[source], list(self.outputs.values()))
        return self._shares[source]


def processes_of(movements: Iterable[Movement], *, fold: bool) -> dict[tuple[str, str], Process]:
    """Processes by their key. `movements` holds all that each of their vouchers moved. A voucher that takes a conversion back makes
    none: that something went into something stays true, and the lot's balance has what came back."""
    found: dict[tuple[str, str], Process] = {}
    sums: dict[tuple[str, str], dict[Lot, list[int]]] = defaultdict(dict)
    for movement in sorted(movements, key=lambda one: (one.voucher.posted, one.voucher.key, one.id)):
        voucher = movement.voucher
        if voucher.kind != CONVERSION or voucher.is_return:
            continue
        process = found.setdefault(voucher.process, Process(voucher.process, voucher.posted))
        if voucher.key not in process.vouchers:
            process.vouchers.append(voucher.key)
        process.is_partial = process.is_partial or voucher.is_partial
        lot = movement.lot.folded() if fold else movement.lot
        both = sums[voucher.process].setdefault(lot, [0, 0])
        both[movement.qty > 0] += abs(movement.qty)
    for key, process in found.items():
        process.inputs = {lot: taken for lot, (taken, _given) in sums[key].items() if taken}
        process.outputs = {lot: given for lot, (_taken, given) in sums[key].items() if given}
    return found


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `total` in proportion to positive `weights`, which add up to it; of equal remainders the first gets the unit."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
