"""Genealogies on generated chains, against a simulation that keeps whole lists of ancestors and stock in decimals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine import trace
from complaint_qms.engine.trace import movements as kinds
from complaint_qms.engine.trace.processes import largest_remainder, processes_of

PLACES = ("Stores", "Finished", "Scrap")
CUSTOMERS = ("Ada", "Bo", "Cy")
MILLI = Decimal("0.001")


@dataclass
class World:
    """A company that buys, makes and sells; it keeps what happened in its own way, and the ledger beside it.

    Attributes:
        stock: (lot, place) → quantity.
        parents: lot → lots that were used when it was made, and all that those came from, the moment it was made.
        sold: (customer, lot) → [delivered, came back].
    """

    stock: dict = field(default_factory=lambda: defaultdict(Decimal))
    used: set = field(default_factory=set)
    sold: dict = field(default_factory=lambda: defaultdict(lambda: [Decimal(0), Decimal(0)]))
    lots: list = field(default_factory=list)
    made: dict = field(default_factory=dict)
    ledger: list = field(default_factory=list)
    asked: int = 0

    def book(self, kind: str, rows: list, *, party: str = "", is_return: bool = False) -> str:
        name = f"V{len({movement.voucher.name for movement in self.ledger}):04d}"
        posted = datetime(2026, 1, 1) + timedelta(hours=len(self.ledger))
        voucher = kinds.Voucher("Voucher", name, kind, posted, ("Voucher", name), "Party", party, is_return)
        for lot, place, qty in rows:
            self.stock[lot, place] += qty
            number = f"{name}-{len(self.ledger)}"
            self.ledger.append(kinds.Movement(number, voucher, lot, place, kinds.to_units(float(qty))))
        return name

    def of_lots(self, lots: set) -> list:
        self.asked += 1
        return [one for one in self.ledger if one.lot in lots or one.lot.folded() in lots]

    def of_processes(self, keys: set) -> list:
        self.asked += 1
        return [one for one in self.ledger if one.voucher.process in keys]

    def ancestors(self) -> dict:
        """Lot → lots that may be in it: all pairs, widened until nothing more comes (Warshall)."""
        reach = {lot: {parent for parent, child in self.used if child == lot} for lot in self.lots}
        for middle in self.lots:
            for lot in self.lots:
                if middle in reach[lot]:
                    reach[lot] |= reach[middle]
        return reach


quantities = st.integers(1, 99_999).map(lambda milli: milli * MILLI)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World()
    for number in range(draw(st.integers(1, 4))):
        lot = trace.Lot(f"raw {number % 2}", f"R{number}")
        world.lots.append(lot)
        world.book(kinds.PURCHASE, [(lot, "Stores", draw(quantities))], party="Mill")
    deeds = (_make, _make, _make, _sell, _sell, _take_back, _move, _scrap, _count)
    for _ in range(draw(st.integers(1, 14))):
        draw(st.sampled_from(deeds))(world, draw)
    return world


def _some(world: World, draw: st.DrawFn) -> tuple | None:
    there = sorted(key for key, qty in world.stock.items() if qty >= MILLI)
    if not there:
        return None
    lot, place = draw(st.sampled_from(there))
    whole = int(world.stock[lot, place] / MILLI)
    return lot, place, draw(st.integers(1, whole)) * MILLI


def _make(world: World, draw: st.DrawFn) -> None:
    """New batches or old ones, of one item or several, also of what goes in; a merge, a split, rework, packing again."""
    taken: dict = {}
    for _ in range(draw(st.integers(1, 3))):
        if (found := _some(world, draw)) and found[:2] not in taken:
            taken[found[:2]] = found[2]
    if not taken:
        return
    new = [trace.Lot(f"made {draw(st.integers(0, 3))}", f"M{len(world.lots)}-{n}") for n in range(2)]
    targets = draw(st.lists(st.sampled_from([*world.lots, *new]), min_size=1, max_size=3, unique=True))
    given = {lot: draw(quantities) for lot in targets}
    world.lots += [lot for lot in targets if lot not in world.lots]
    rows = [(lot, place, -qty) for (lot, place), qty in taken.items()]
    name = world.book(kinds.CONVERSION, rows + [(lot, "Finished", qty) for lot, qty in given.items()])
    world.used |= {(lot, target) for lot, _place in taken for target in targets}
    world.made[name] = (taken, given)


def _sell(world: World, draw: st.DrawFn) -> None:
    if found := _some(world, draw):
        lot, place, qty = found
        customer = draw(st.sampled_from(CUSTOMERS))
        world.sold[customer, lot][0] += qty
        world.book(kinds.SALE, [(lot, place, -qty)], party=customer)


def _take_back(world: World, draw: st.DrawFn) -> None:
    held = sorted((key, out - back) for key, (out, back) in world.sold.items() if out > back)
    if held:
        (customer, lot), most = draw(st.sampled_from(held))
        qty = draw(st.integers(1, int(most / MILLI))) * MILLI
        world.sold[customer, lot][1] += qty
        world.book(kinds.SALE, [(lot, "Stores", qty)], party=customer, is_return=True)


def _move(world: World, draw: st.DrawFn) -> None:
    if found := _some(world, draw):
        lot, place, qty = found
        world.book(kinds.TRANSFER, [(lot, place, -qty), (lot, draw(st.sampled_from(PLACES)), qty)])


def _scrap(world: World, draw: st.DrawFn) -> None:
    if found := _some(world, draw):
        lot, place, qty = found
        world.book(kinds.ISSUE, [(lot, place, -qty)])


def _count(world: World, draw: st.DrawFn) -> None:
    lot = draw(st.sampled_from(world.lots))
    before, after = world.stock[lot, "Stores"], draw(quantities)
    world.book(kinds.ADJUSTMENT, [(lot, "Stores", after - before)])


@settings(max_examples=200, deadline=None)
@given(worlds(), st.data())
def test_a_chain_is_what_the_simulation_remembers(world: World, data: st.DataObject) -> None:
    reach = world.ancestors()
    start = data.draw(st.sampled_from(world.lots))
    above = reach[start] - {start}
    below = {lot for lot in world.lots if start in reach[lot]} - {start}
    found = trace.trace_lots([start], trace.BOTH, world)
    assert set(found.reached_up) - {start} == above
    assert set(found.reached_down) - {start} == below
    # What is above one has it below, each asked alone.
    for lot in above:
        assert start in trace.trace_lots([lot], trace.DOWN, world).reached_down
    relatives = {start, *above}
    relatives |= {lot for lot in world.lots if reach[lot] & relatives}
    assert set(trace.trace_lots([start], trace.FAMILY, world).reached_down) == relatives
    for lot in found.lots:
        said = trace.balance(lot, found.movements[lot])
        lying = {place: qty for (one, place), qty in world.stock.items() if one == lot and qty}
        assert {place: Fraction(qty, 10**9) for place, qty in said.on_hand.items()} == {
            place: Fraction(qty) for place, qty in lying.items()
        }
        signed = [-qty if step in kinds.OUTWARD else qty for step, qty in said.steps.items()]
        assert sum(signed) == said.total_on_hand
    assert {
        (one.customer, one.lot): [Decimal(one.delivered) / 10**9, Decimal(one.returned) / 10**9]
        for one in trace.holders(found, world.lots)
    } == {key: both for key, both in world.sold.items() if key[1] in found.lots}


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_what_is_consumed_is_found_again_in_what_was_produced(world: World) -> None:
    found = trace.trace_lots(world.lots, trace.BOTH, world)
    assert {name for _doctype, name in found.processes} == set(world.made)
    for (_doctype, name), process in found.processes.items():
        taken, given = world.made[name]
        consumed: dict = defaultdict(Decimal)
        for (lot, _place), qty in taken.items():
            consumed[lot] += qty
        edges = [edge for lot in process.inputs for edge in process.edges_from(lot)]
        assert set(edges) == {edge for lot in process.outputs for edge in process.edges_to(lot)}
        assert {(edge.source, edge.target) for edge in edges} == {
            (lot, target) for lot in consumed for target in given if lot != target
        }
        same_item = len({lot.item for lot in given}) == 1
        for edge in edges:
            assert edge.consumed == kinds.to_units(consumed[edge.source])
            assert edge.produced == kinds.to_units(given[edge.target])
            whole = sum(given.values())
            exact = Fraction(consumed[edge.source]) * Fraction(given[edge.target]) / Fraction(whole)
            if edge.basis == trace.SHARED:
                assert same_item
                assert abs(Fraction(edge.attributed, 10**9) - exact) < Fraction(1, 10**9)
            else:
                assert edge.attributed == edge.consumed
                assert (edge.basis == trace.EXACT) == (len(given) == 1)
        for lot in consumed:
            shared = [edge.attributed for edge in edges if edge.source == lot and edge.basis == trace.SHARED]
            if shared and lot not in given:
                assert sum(shared) == kinds.to_units(consumed[lot])


def test_questions_grow_with_levels_and_not_with_lots() -> None:
    asked = []
    for width in (1, 40):
        world = World()
        lots = [[trace.Lot(f"level {level}", f"{level}-{n}") for n in range(width)] for level in range(5)]
        world.book(kinds.PURCHASE, [(lot, "Stores", Decimal(width * 9)) for lot in lots[0]])
        for above, below in pairwise(lots):
            for lot in below:
                rows = [(one, "Stores", Decimal(-1)) for one in above]
                world.book(kinds.CONVERSION, [*rows, (lot, "Stores", Decimal(width * 9))])
        found = trace.trace_lots(lots[0][:1], trace.DOWN, world)
        assert max(found.reached_down.values()) == 4
        assert len(found.reached_down) == 4 * width + 1
        asked.append(world.asked)
    assert asked[0] == asked[1] == 9


def test_what_is_not_followed_is_not_read_and_what_is_wide_is_not_multiplied_out() -> None:
    world = World()
    raw = [trace.Lot("raw", f"R{n}") for n in range(1000)]
    made = [trace.Lot("made", f"M{n}") for n in range(500)]
    rows = [(lot, "Stores", Decimal(-5)) for lot in raw]
    world.book(kinds.CONVERSION, rows + [(lot, "Stores", Decimal(2)) for lot in made])
    found = trace.trace_lots(raw[:1], trace.FAMILY, world)
    assert len(found.reached_down) == 501
    edges = found.edges_down(raw[0])
    assert {(edge.target, edge.attributed, edge.basis) for edge in edges} == {
        (lot, 10**7, trace.SHARED) for lot in made
    }
    for lot in made[:40]:
        world.book(kinds.CONVERSION, [(raw[0], "Stores", Decimal(-1)), (lot, "Stores", Decimal(1))])
    cut = trace.trace_lots(raw[:1], trace.DOWN, world, most_lots=10)
    assert cut.is_cut
    assert len(cut.lots) == len(cut.processes) == 10
    # Where they went is told of those that were met as well.
    assert set(cut.movements) == cut.lots


def test_a_share_of_what_is_not_shown_whole_is_at_most_all_of_it() -> None:
    rows = (("raw", -100), ("first", 60))
    voucher = kinds.Voucher("V", "1", kinds.CONVERSION, datetime(2026, 1, 1), ("V", "1"), is_partial=True)
    moved = [
        kinds.Movement(name, voucher, trace.Lot(name, name), "Stores", qty * 10**9) for name, qty in rows
    ]
    (process,) = processes_of(moved, fold=True).values()
    (edge,) = process.edges_to(trace.Lot("first", "first"))
    assert (edge.attributed // 10**9, edge.basis) == (100, trace.AT_MOST)


def test_serial_numbers_of_a_batch_are_followed_as_it_or_one_by_one() -> None:
    world = World()
    screw = trace.Lot("screw", "S")
    units = [trace.Lot("pump", "P", f"P-{n}") for n in range(3)]
    world.book(kinds.PURCHASE, [(screw, "Stores", Decimal(10))], party="Mill")
    rows = [(screw, "Stores", Decimal(-9)), (trace.Lot("grease"), "Stores", Decimal(-1))]
    world.book(kinds.CONVERSION, rows + [(unit, "Stores", Decimal(1)) for unit in units])
    world.book(
        kinds.SALE, [(units[0], "Stores", Decimal(-1)), (units[1], "Stores", Decimal(-1))], party="Ada"
    )
    whole = trace.trace_lots([units[0]], trace.BOTH, world)
    batch = trace.Lot("pump", "P")
    assert whole.starts == (batch,)
    assert [(one.customer, one.held) for one in trace.holders(whole, [batch])] == [("Ada", 2 * 10**9)]
    single = trace.trace_lots([units[0]], trace.BOTH, world, fold=False)
    assert [(one.lot, one.held) for one in trace.holders(single, single.lots)] == [(units[0], 10**9)]
    assert {edge.source: (edge.attributed, edge.basis) for edge in single.edges_up(units[0])} == {
        screw: (3 * 10**9, trace.SHARED),
        trace.Lot("grease"): (333333334, trace.SHARED),
    }
    below = trace.trace_lots([screw], trace.DOWN, world, fold=False, most_lots=3)
    assert below.is_cut
    assert len(below.lots) == 3


@pytest.mark.parametrize(
    ("kind", "qty", "is_return", "step"),
    [
        (kinds.PURCHASE, 1, False, kinds.RECEIVED),
        (kinds.PURCHASE, -1, True, kinds.SENT_BACK),
        (kinds.SALE, -1, False, kinds.DELIVERED),
        (kinds.SALE, 1, True, kinds.RETURNED),
        (kinds.CONVERSION, 1, False, kinds.PRODUCED),
        (kinds.CONVERSION, -1, True, kinds.PRODUCED),
        (kinds.CONVERSION, 1, True, kinds.CONSUMED),
        (kinds.ISSUE, -1, False, kinds.ISSUED),
        (kinds.OTHER, -1, False, kinds.OTHERWISE),
    ],
)
def test_what_a_movement_means(kind: str, qty: int, is_return: bool, step: str) -> None:
    voucher = kinds.Voucher("V", "1", kind, datetime(2026, 1, 1), ("V", "1"), is_return=is_return)
    assert kinds.meaning_of(voucher, qty) == step


def test_quantities_do_not_drift_and_parts_add_up() -> None:
    assert kinds.to_units(0.1) * 3 == kinds.to_units(0.3)
    assert kinds.from_units(kinds.to_units(1234567.123456789)) == 1234567.123456789
    assert largest_remainder(100, [1, 1, 1]) == [34, 33, 33]
    assert sum(largest_remainder(7, [3, 5, 11, 2])) == 7
