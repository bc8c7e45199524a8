"""Findings held against made histories of which everything is known: since when, until when, how many, how many expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals import scan_series, weekly_series
from complaint_qms.engine.signals.findings import Finding, FindingSettings, Watched, find_findings
from complaint_qms.engine.signals.findings.windows import usual
from complaint_qms.engine.signals.tails import conditional_tail

START = np.datetime64("2021-01-04")
Level = Callable[[int], float]


def made(rng: np.random.Generator, means: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Week, item and type of complaints with these means (week, item, type)."""
    counts = rng.poisson(means).ravel()
    week, item, kind = (np.repeat(place.ravel(), counts) for place in np.indices(means.shape))
    return week, item, kind


def found_in(week: np.ndarray, item: np.ndarray, kind: np.ndarray, weeks: int) -> list[Finding]:
    received = START + 7 * week
    columns = {"item": item, "type": kind}
    scans = []
    for name, codes in (("all", np.zeros(len(week), np.int64)), *columns.items()):
        chosen = np.arange(int(codes.max()) + 1)
        matrix = weekly_series(codes, chosen, received, START, START + 7 * weeks - 1)
        scans.append(Watched.of(name, chosen, matrix, scan_series(matrix)))
    labels = {name: [f"{name} {code}" for code in range(int(c.max()) + 1)] for name, c in columns.items()}
    return find_findings(scans, columns, received, labels)


def pair_that_rises(seed: int, level: Level, begin: int, weeks: int) -> tuple[list[Finding], int]:
    """Four items with four types each, one complaint a week of every pair; ``level`` of one pair from ``begin`` on. Also how
    many complaints that one has since."""
    means = np.ones((weeks, 4, 4))
    means[begin:, 1, 2] = [level(since) for since in range(weeks - begin)]
    week, item, kind = made(np.random.default_rng(seed), means)
    since = int(((item == 1) & (kind == 2) & (week >= begin)).sum())
    return found_in(week, item, kind, weeks), since


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([5.0, 7.0, 9.0]), st.integers(70, 105))
def test_a_long_rise_is_told_from_its_beginning(seed, height, begin):
    """However long it goes on: what came before it is usual, not what it was last year."""
    found, since = pair_that_rises(seed, lambda _: height, begin, 160)
    first = found[0]
    assert first.parts == (("item", 1), ("type", 2))
    assert abs(first.first - begin) <= 2
    assert first.observed == pytest.approx(since, rel=0.03)
    assert first.expected == pytest.approx(160 - begin, rel=0.45)  # 52 complaints of the year before tell it
    assert first.ongoing
    assert not [f for f in found[1:] if f.first < begin + 20 and f.last >= begin]  # no piece left over


@pytest.mark.parametrize("seed", [1, 4])
def test_a_rise_that_grows_is_told_from_its_beginning(seed):
    found, since = pair_that_rises(seed, lambda since: 1 + since / 4, 100, 160)
    assert found[0].parts == (("item", 1), ("type", 2))
    assert 98 <= found[0].first <= 106
    assert found[0].observed >= 0.97 * since
    assert found[0].expected == pytest.approx(55, rel=0.45)


def test_a_rise_after_a_quiet_outbreak_begins_in_its_first_week():
    """Case 17: one complaint in four weeks, 3 a week for five weeks, 20 a week from week 184 on."""
    counts = [20 if w >= 184 else 3 if 166 <= w <= 170 else int(w % 4 == 0) for w in range(214)]
    week = np.repeat(np.arange(214), counts)
    found = found_in(week, np.zeros_like(week), np.zeros_like(week), 214)
    assert [(one.first, one.last, one.observed) for one in found[0].spells][-1] == (184, 213, 600)
    assert found[0].ongoing


@pytest.mark.parametrize(("seed", "growth", "times"), [(2, 1.15, 4), (2, 1.3, 4), (3, 1.3, 3), (5, 1.5, 4)])
def test_an_outbreak_inside_a_rise_of_everything_is_told_beside_it(seed, growth, times):
    """Twenty items at 10 a week, all of them rise from week 100 on, item 7 far more for six weeks."""
    means = np.full((150, 20, 4), 2.5)
    means[100:] *= growth
    means[120:126, 7] *= times
    week, item, kind = made(np.random.default_rng(seed), means)
    found = found_in(week, item, kind, 150)
    whole = next(f for f in found if f.parts == ())
    inner = next(f for f in found if f.parts == (("item", 7),))
    assert abs(whole.first - 100) <= 4
    assert whole.ongoing
    assert (inner.first, inner.last) == (120, 125)
    assert inner.observed == int(((item == 7) & (week >= 120) & (week < 126)).sum())
    # Beyond what everything rose by, which the outbreak itself is a part of
    assert inner.expected == pytest.approx(60 * growth, rel=0.3)
    assert inner.signals
    assert not set(inner.signals) & set(whole.signals)
    assert len(found) <= 3


@pytest.mark.parametrize("growth", [1.3, 1.6])
def test_a_rise_of_everything_holds_nothing_else(growth):
    """What rises as everything does is no finding of its own."""
    others = 0
    for seed in range(8):
        means = np.full((130, 10, 4), 2.0)
        means[90:] *= growth
        found = found_in(*made(np.random.default_rng(seed), means), 130)
        assert found[0].parts == ()
        others += len(found) - 1
    assert others <= 2


def found_by_units(
    counts: np.ndarray, units: np.ndarray, kind: str = "item", rate: np.ndarray | None = None
) -> list[Finding]:
    """Findings of one series with so many units in the field; a launch where ``rate``, that of others, is given."""
    week = np.repeat(np.arange(len(counts)), counts)
    codes, chosen = np.zeros(len(week), np.int64), np.array([0])
    matrix = weekly_series(codes, chosen, START + 7 * week, START, START + 7 * len(counts) - 1)
    matrix = replace(matrix, exposure=units[None].astype(float))
    if rate is None:
        scanned = Watched.of(kind, chosen, matrix, scan_series(matrix))
    else:
        result = scan_series(matrix, launch=np.array([True]), reference_rate=rate[None])
        scanned = Watched.of(kind, chosen, matrix, result, rate[None])
    return find_findings([scanned], {kind: codes}, START + 7 * week, {kind: ["X"]})


def test_no_complaint_at_that_time_of_past_years_is_not_beyond_all_chance():
    """Case 16: none in weeks 10 to 30 of three years, then three in each of two weeks."""
    counts = np.array([0 if 10 <= w % 52 <= 30 else 1 + w * 7 % 5 for w in range(177)])
    counts[[175, 176]] = 3
    week = np.repeat(np.arange(177), counts)
    (found,) = found_in(week, np.zeros_like(week), np.zeros_like(week), 177)
    assert (found.first, found.last, found.observed) == (175, 176, 6)
    assert found.p == pytest.approx(float(conditional_tail(6, 2, 0, 24)), rel=0.01)
    assert 0.02 <= found.expected <= 0.2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_complaints_of_units_no_longer_counted_are_judged_by_time(seed):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(2.0, 160)
    counts[:10] = 0
    units = np.zeros(160)
    units[10:90] = 1000
    assert found_by_units(counts, units) == []
    counts[140:146] += 8
    (found,) = found_by_units(counts, units)
    assert abs(found.first - 140) <= 1
    assert found.last in (145, 146)
    assert found.expected == pytest.approx(2.0 * (found.last - found.first + 1), rel=0.4)


def test_a_launch_is_held_against_what_was_known_of_others_then():
    """Others draw five times as much later on: no excuse for the weeks before."""
    rate = np.where(np.arange(90) < 60, 0.002, 0.01)
    rate[:4] = np.nan
    counts = np.random.default_rng(1).poisson(2.0, 90)
    counts[30:36] += 12
    (found,) = found_by_units(counts, np.full(90, 1000.0), "batch", rate)
    assert found.first == 30
    assert 35 <= found.last <= 39
    assert found.expected == pytest.approx(2.0 * (found.last - 29))


def test_without_a_history_a_stretch_is_compared_with_all_that_is_not_part_of_it():
    counts = np.full(40, 2.0)
    counts[4:10] = 12.0
    normal = usual(counts, np.ones(40), 4, np.zeros(40, bool), FindingSettings(), stop=10)
    assert normal.expected == pytest.approx(np.full(40, 2.0))
