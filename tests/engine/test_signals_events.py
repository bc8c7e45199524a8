"""Columns of complaints: counts that look back, repeats, main stretch, units, suspects; each against a count by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.rates import rate_ratio
from complaint_qms.engine.signals import fdr
from complaint_qms.engine.signals.complaint_columns import (
    UnitsDelivered,
    main_stretch,
    most_common,
    repeats,
    trailing_counts,
)
from complaint_qms.engine.signals.suspects import suspect_batches, typical_defects
from complaint_qms.engine.signals.weekly import Deliveries, first_to_reach, sibling_rates, weekly_series

EPOCH = np.datetime64("2023-01-02", "s")
rows = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 40 * 86_400)), max_size=40)


def columns(events: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    ordered = sorted(events, key=lambda event: event[1])
    codes = np.array([code for code, _ in ordered], dtype=np.int32)
    return codes, EPOCH + np.array([second for _, second in ordered], dtype="timedelta64[s]")


def nothing() -> Deliveries:
    none = np.empty(0, np.int64)
    return Deliveries(none, none, none.astype("datetime64[D]"), none.astype(float))


@given(rows, st.integers(1, 20))
@settings(max_examples=80)
def test_trailing_counts_are_those_of_a_count_by_hand(events, days):
    codes, times = columns(events)
    span = np.timedelta64(days * 86_400, "s")
    found = trailing_counts(codes, times, days).tolist()
    for place, (code, time) in enumerate(zip(codes.tolist(), times, strict=True)):
        inside = [
            other for other in range(place + 1) if codes[other] == code and time - span < times[other] <= time
        ]
        assert found[place] == (len(inside) if code >= 0 else 0)


@given(rows, st.integers(1, 20), st.integers(1, 4))
@settings(max_examples=80)
def test_repeats_are_those_of_a_count_by_hand(events, days, least):
    codes, times = columns(events)
    found = repeats(codes, times, 4, days, least)
    most = dict.fromkeys(range(4), 0)
    for code, count in zip(codes.tolist(), trailing_counts(codes, times, days).tolist(), strict=True):
        most[code] = max(most.get(code, 0), count)
    assert set(found.code.tolist()) == {code for code in range(4) if most[code] >= least}
    assert found.most.tolist() == sorted((most[code] for code in found.code.tolist()), reverse=True)
    for code, total, first, last in zip(
        found.code.tolist(), found.total.tolist(), found.first, found.last, strict=True
    ):
        own = times[codes == code].astype("datetime64[D]")
        assert (total, first, last) == (len(own), own[0], own[-1])


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=30))
def test_the_most_common_value_of_a_group_is_the_smallest_of_equals(pairs):
    groups, values = (np.array([pair[part] for pair in pairs], dtype=np.int64) for part in (0, 1))
    best, count = most_common(groups, values, 4)
    for group in range(4):
        seen = Counter(value for g, value in pairs if g == group and value >= 0)
        wanted = min(seen, key=lambda value: (-seen[value], value)) if seen else 0
        assert (best[group], count[group]) == (wanted, seen[wanted])


def test_a_slip_in_the_year_is_no_history():
    days = np.datetime64("2024-01-01") + np.arange(400)
    slip = np.concatenate(([np.datetime64("1924-01-01")], days, [np.datetime64("2124-01-01")]))
    assert main_stretch(days) == slice(0, 400)
    assert main_stretch(slip) == slice(1, 401)
    assert main_stretch(slip[:5]) == slice(1, 5)
    twice = np.concatenate((np.repeat(np.datetime64("1900-01-01"), 500), slip[:-1]))
    assert main_stretch(twice) == slice(501, 901)
    year = np.datetime64("2020-01-01") + np.arange(365)
    assert main_stretch(np.concatenate((year, days))) == slice(0, 765)  # a year is a history, silence or not


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60))
def test_where_a_history_begins_is_not_moved_by_what_comes_later(numbers):
    times = np.datetime64("2015-01-01") + np.sort(np.array(numbers))
    start = main_stretch(times).start
    for size in range(start + 1, len(times) + 1):
        assert main_stretch(times[:size]).start == start


def test_units_are_those_delivered_within_the_window():
    day = np.array(["2024-01-01", "2024-01-10", "2024-01-05"], "datetime64[D]")
    units = UnitsDelivered(np.array([2, 2, 0]), day, np.array([5.0, 7.0, -3.0]))
    items = np.array([2, 2, 2, 0, 1, -1])
    at = np.array(
        ["2024-01-01", "2024-01-10", "2024-01-11", "2024-01-06", "2024-01-06", "2024-01-06"], "datetime64[s]"
    )
    assert units.within(items, at, 10).tolist()[:3] == [5.0, 12.0, 7.0]
    assert np.isnan(units.within(items, at, 10)[3:]).all()
    assert np.isnan(UnitsDelivered(items[:0], day[:0], np.empty(0)).within(items, at, 10)).all()


def test_the_first_series_to_reach_the_least_are_watched():
    codes = np.array([0] * 3 + [1] * 9 + [2] * 5 + [3] * 9 + [-1] * 20)
    chosen, totals = first_to_reach(codes, 5, least=4, most=2)
    assert (chosen.tolist(), totals.tolist()) == ([1, 2], [3, 9, 5, 9, 0])
    assert first_to_reach(codes, 5, least=4, most=9)[0].tolist() == [1, 2, 3]


def test_weekly_series_count_and_have_units_in_the_field():
    received = EPOCH + np.arange(0, 70 * 7).astype("timedelta64[D]")
    codes = np.arange(len(received)) % 2
    start, until = received[0], received[-1]
    plain = weekly_series(codes, np.array([0, 1]), received, start, until)
    assert plain.exposure is None
    assert plain.counts.sum(axis=0).tolist() == [7.0] * 70
    weeks = received[::7].astype("datetime64[D]")
    given = Deliveries(np.zeros(70, np.int64), np.full(70, -1), weeks, np.full(70, 10.0))
    seen = weekly_series(codes, np.array([0, 1]), received, start, until, given, given.item)
    assert seen.exposure[0, :3].tolist() == [10.0, 20.0, 30.0]
    assert seen.exposure[0, -1] == 520.0  # a unit counts for a year
    assert not seen.exposure[1].any()
    assert weekly_series(codes[:1], np.array([0]), received[:1], start, start) is None
    assert weekly_series(codes, np.empty(0, np.int64), received, start, until) is None
    with pytest.raises(ValueError, match="units in the field"):
        sibling_rates(plain, np.array([0, 0]))


def test_siblings_are_the_others_of_the_group():
    received = np.repeat(EPOCH, 12)
    codes = np.array([0] * 2 + [1] * 4 + [2] * 6)
    until = EPOCH + np.timedelta64(13, "D")
    given = Deliveries(
        np.zeros(3, np.int64), np.arange(3), np.repeat(EPOCH.astype("datetime64[D]"), 3), np.full(3, 10.0)
    )
    matrix = weekly_series(codes, np.arange(3), received, EPOCH, until, given, given.batch)
    found = sibling_rates(matrix, np.array([0, 0, 1]))
    assert np.isnan(found[:, 0]).all()  # before the first week nothing is known
    # the two of a group have too few complaints: the others of all stand in, and the first has 10 of them
    assert found[0, 1] == pytest.approx(10 / 20)
    assert np.isnan(found[1:, 1].astype(float)).tolist() == [True, True] or found[1, 1] == pytest.approx(
        8 / 20
    )


@pytest.mark.parametrize("measured", [True, False])
def test_a_bad_batch_stands_first_with_the_exact_ratio(measured):
    batch = np.array([0] * 30 + [1] * 4 + [2] * 5 + [3] * 2 + [-1] * 9)
    item_of = np.array([0, 0, 0, 1])
    given = nothing()
    if measured:
        day = np.repeat(EPOCH.astype("datetime64[D]"), 4)
        given = Deliveries(item_of, np.arange(4), day, np.array([100.0, 100.0, 200.0, 50.0]))
    found = suspect_batches(batch, item_of, 2, given, 10)
    units = [100.0, 100.0, 200.0] if measured else [1.0] * 3
    assert found.batch[0] == 0
    assert sorted(found.batch.tolist()) == [0, 1, 2]  # the fourth has no sibling and too few complaints
    exact = rate_ratio(9, sum(units) - units[0], 30, units[0])
    assert (found.ratio[0], found.lower[0], found.upper[0]) == (exact.ratio, exact.lower, exact.upper)
    assert found.q.tolist() == pytest.approx(fdr.adjust(found.p).tolist())
    assert (found.measured, found.count[0], found.rest_count[0]) == (measured, 30, 9)
    assert suspect_batches(batch, item_of, 2, given, 1).batch.tolist() == [0]
    assert suspect_batches(batch[-9:], item_of, 2, given, 10) is None


def test_an_item_with_a_defect_of_its_own_is_found():
    item = np.array([0] * 40 + [1] * 60 + [2] * 60 + [-1] * 5)
    defect = np.array([0] * 30 + [1] * 10 + [1] * 58 + [0] * 2 + [1] * 57 + [0] * 3 + [0] * 5)
    found = typical_defects(item, defect, 10)
    assert (found.item.tolist(), found.defect.tolist(), found.count.tolist()) == ([0], [0], [30])
    assert found.lower[0] > 2
    assert typical_defects(item[-5:], defect[-5:], 10) is None
