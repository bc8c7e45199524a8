"""The walk from lot to lot through what consumed and produced them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from complaint_qms.engine.trace.movements import CONSUMED, CONVERSION, PRODUCED, Lot, Movement
from complaint_qms.engine.trace.processes import Edge, Process, processes_of

UP: Final = "up"
DOWN: Final = "down"
BOTH: Final = "both"
FAMILY: Final = "family"
MOST_LOTS: Final = 5000


class Source(Protocol):
    """A ledger: each question is asked once a level."""

    def of_lots(self, lots: set[Lot]) -> list[Movement]:
        """All that moved these lots."""

    def of_processes(self, keys: set[tuple[str, str]]) -> list[Movement]:
        """All that the vouchers of these processes moved, lots that nobody tracks as well."""


@dataclass
class Genealogy:
    """What was found.

    Attributes:
        starts: the lots asked about.
        movements: lot → all its movements, oldest first; of lots that nobody tracks there are none.
        processes: by key.
        reached_up, reached_down: lot → number of levels to it; the starts are 0.
        is_cut: there are more lots than were asked for.
    """

    starts: tuple[Lot, ...]
    movements: dict[Lot, list[Movement]] = field(default_factory=dict)
    processes: dict[tuple[str, str], Process] = field(default_factory=dict)
    reached_up: dict[Lot, int] = field(default_factory=dict)
    reached_down: dict[Lot, int] = field(default_factory=dict)
    is_cut: bool = False
    _made_by: dict[Lot, list[Process]] = field(default_factory=lambda: defaultdict(list))
    _used_by: dict[Lot, list[Process]] = field(default_factory=lambda: defaultdict(list))

    @property
    def lots(self) -> set[Lot]:
        return {*self.reached_up, *self.reached_down}

    def edges_up(self, lot: Lot) -> list[Edge]:
        """What went into a lot."""
        return [edge for process in self._made_by.get(lot, ()) for edge in process.edges_to(lot)]

    def edges_down(self, lot: Lot) -> list[Edge]:
        """What a lot went into."""
        return [edge for process in self._used_by.get(lot, ()) for edge in process.edges_from(lot)]

    def processes_at(self, lot: Lot, step: str) -> list[Process]:
        """Those that produced a lot, or that consumed it."""
        return (self._made_by if step == PRODUCED else self._used_by).get(lot, [])

    def add_processes(self, found: dict[tuple[str, str], Process]) -> None:
        for key, process in found.items():
            if key in self.processes:
                continue
            self.processes[key] = process
            for lot in process.outputs:
                self._made_by[lot].append(process)
            for lot in process.inputs:
                self._used_by[lot].append(process)


def trace_lots(
    starts: Iterable[Lot], way: str, source: Source, *, fold: bool = True, most_lots: int = MOST_LOTS
) -> Genealogy:
    """Everything that the starts came from (`UP`), went into (`DOWN`), or `BOTH`; `FAMILY` goes up first, and down from all that
    was found there: whatever shares a component with the starts.

    Args:
        fold: serial numbers that belong to a batch count as their batch.
        most_lots: the walk ends there, and `is_cut` says so; no more than so many processes are read at once.
    """
    begun = tuple(dict.fromkeys(lot.folded() if fold else lot for lot in starts))
    walk = _Walk(Genealogy(begun), source, fold, most_lots)
    found = walk.found
    if way != DOWN:
        walk.go(begun, found.reached_up, PRODUCED)
    if way != UP:
        walk.go(found.reached_up if way == FAMILY else begun, found.reached_down, CONSUMED)
    return found


@dataclass
class _Walk:
    found: Genealogy
    source: Source
    fold: bool
    most_lots: int
    met: set[Lot] = field(default_factory=set)

    def go(self, begun: Iterable[Lot], reached: dict[Lot, int], step: str) -> None:
        """Level by level; a lot that was met before is not followed again, so that circles end. Of the last lots that a walk may have,
        movements are read, and not what they went into."""
        level = 0
        reached.update(dict.fromkeys(begun, level))
        self.met.update(reached)
        frontier = {lot for lot in begun if lot.is_tracked}
        spread: set[tuple[str, str]] = set()
        while frontier:
            self._read(frontier)
            if self.found.is_cut:
                return
            level += 1
            further: set[Lot] = set()
            for keys in self._slices(self._keys(frontier, step)):
                self._read_processes(keys)
                further |= self._next(frontier, reached, step, level, spread)
                if self.found.is_cut:
                    break
            frontier = further

    def _keys(self, frontier: set[Lot], step: str) -> list[tuple[str, str]]:
        """What produced, or consumed, these lots, in an order that is always the same."""
        return list(
            dict.fromkeys(
                movement.voucher.process
                for lot in sorted(frontier)
                for movement in self.found.movements.get(lot, ())
                if movement.step == step and movement.voucher.kind == CONVERSION
            )
        )

    def _slices(self, keys: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
        for start in range(0, len(keys), max(self.most_lots, 1)):
            yield keys[start : start + self.most_lots]

    def _read_processes(self, keys: list[tuple[str, str]]) -> None:
        unknown = set(keys) - self.found.processes.keys()
        if unknown:
            read = _once(self.source.of_processes(unknown))
            self.found.add_processes(processes_of(read, fold=self.fold))

    def _next(
        self, frontier: set[Lot], reached: dict[Lot, int], step: str, level: int, spread: set[tuple[str, str]]
    ) -> set[Lot]:
        """Lots on the other side of the processes of these, each process asked once."""
        further: set[Lot] = set()
        for lot in sorted(frontier):
            for process in self.found.processes_at(lot, step):
                if process.key in spread:
                    continue
                spread.add(process.key)
                for other in process.inputs if step == PRODUCED else process.outputs:
                    if other in reached:
                        continue
                    if other not in self.met and len(self.met) >= self.most_lots:
                        self.found.is_cut = True
                        return further
                    reached[other] = level
                    self.met.add(other)
                    if other.is_tracked:
                        further.add(other)
        return further

    def _read(self, lots: set[Lot]) -> None:
        unread = {lot for lot in lots if lot.is_tracked and lot not in self.found.movements}
        if not unread:
            return
        self.found.movements.update((lot, []) for lot in sorted(unread))
        read = sorted(
            _once(self.source.of_lots(unread)), key=lambda one: (one.voucher.posted, one.voucher.key, one.id)
        )
        for movement in read:
            lot = movement.lot.folded() if self.fold else movement.lot
            if lot in unread:
                self.found.movements[lot].append(movement)


def _once(movements: Iterable[Movement]) -> list[Movement]:
    return list({movement.id: movement for movement in movements}.values())
