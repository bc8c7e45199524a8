"""What came back, what rose with everything else, other names, records that begin again: one finding each, with its own signals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals.findings import Finding
from tests.engine.test_findings import WEEKS, Row, find, named, usual, week
from tests.engine.test_findings_truth import found_in


def burst(rng: np.random.Generator, start: int, stop: int, mean: float, *values: str | None) -> list[Row]:
    """Complaints of given item, type, region and batch; what is None varies as usual."""
    others = (("I", 5), ("T", 4), ("R", 3), ("B", 40))
    return [
        (
            week(w),
            *(v or f"{name}{rng.integers(size)}" for v, (name, size) in zip(values, others, strict=True)),
        )
        for w in range(start, stop)
        for _ in range(rng.poisson(mean))
    ]


def spells(finding: Finding) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in finding.spells]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 12]), st.sampled_from([10, 25]), st.integers(10, 16))
def test_what_comes_back_is_one_finding_that_says_so(seed, mean, lasts, between):
    """However long the first time was: it is not what the second one is compared with."""
    rng = np.random.default_rng(seed)
    end = 40 + lasts
    values = ("I1", "T2", None, None)
    rows = usual(rng, float(mean)) + burst(rng, 40, end, 8, *values)
    rows += burst(rng, end + between, WEEKS, 5, *values)
    found, labels, _ = find(rows)
    first = max(found, key=lambda one: one.excess)
    assert set(named(first, labels).items()) <= {("item", "I1"), ("type", "T2")}
    (begin, last), (again, to) = spells(first)
    assert abs(begin - 40) <= 2
    assert abs(last - end) <= 4
    assert abs(again - end - between) <= 4
    assert to > WEEKS - 30
    assert first.ongoing
    said = str(first.words[0])
    assert f"and again {first.spells[1].observed} complaints since week " in said
    assert said.endswith("it came back and is still going.")
    assert first.observed == len(first.complaints) == sum(one.observed for one in first.spells)
    assert first.expected == pytest.approx(sum(one.expected for one in first.spells))
    # the second time explains signals as well, and nobody else has any of it
    assert len(first.signals) >= 4
    assert not [one for one in found if one is not first and len(one.complaints) > 40]


@pytest.mark.parametrize(
    ("seed", "between", "others", "extra", "item", "times"),
    [
        (10, 20, 0, 3, 0, 2),  # the only one that was found before: 10 complaints would not stand among 40
        (3, 20, 4, 0, 2, 1),  # one of five that were: a few more than usual are chance
        (2, 70, 0, 4, 0, 1),  # found longer ago than the baseline reaches back: one of all again
        (2, 70, 0, 6, 0, 2),
    ],
)
def test_what_was_found_before_is_one_of_those_that_were(seed, between, others, extra, item, times):
    """Forty items at one complaint a week, some with an outbreak of four weeks, the first of them with two more weeks later on."""
    counts = np.random.default_rng(seed).poisson(1.0, (100 + between, 40))
    for place in range(1 + others):
        counts[54 - 8 * place : 58 - 8 * place, place] += 8
    counts[58 + between : 60 + between, 0] += extra
    at, items = (np.repeat(where.ravel(), counts.ravel()) for where in np.indices(counts.shape))
    found = found_in(at, items, np.zeros_like(at), len(counts))
    spells = {dict(one.parts)["item"]: len(one.spells) for one in found}
    assert spells.keys() == set(range(1 + others))
    assert spells[item] == times


def test_what_is_over_for_the_second_time_says_that():
    rng = np.random.default_rng(21)
    rows = usual(rng) + burst(rng, 40, 46, 12, "I1", "T2", None, None)
    rows += burst(rng, 70, 76, 12, "I1", "T2", None, None)
    (only,), _, _ = find(rows)
    assert len(only.spells) == 2
    assert not only.ongoing
    assert str(only.words[0]).endswith("; back to normal since.")


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_a_finding_has_only_signals_whose_complaints_it_explains(seed):
    rng = np.random.default_rng(seed)
    rows = (
        usual(rng)
        + burst(rng, 40, 50, 8, "I1", "T2", None, None)
        + burst(rng, 47, 56, 6, None, None, "R2", None)
    )
    rows += burst(rng, 62, 90, 6, "I1", "T2", None, None)
    found, labels, ordered = find(rows)
    place = {"item": 1, "type": 2, "region": 3, "batch": 4}
    for one in found:
        mine = named(one, labels)
        for scan, _signal in one.signals:
            kind = ("all", "item", "type", "region", "batch")[scan]
            if kind == "all" or kind in mine or not mine:
                continue
            values = [ordered[i][place[kind]] for i in one.complaints]
            assert max(values.count(value) for value in set(values)) >= 4
    assert len({signal for one in found for signal in one.signals}) == sum(len(one.signals) for one in found)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2.0, 2.5]), st.sampled_from(["R9", "R1"]))
def test_what_rises_with_everything_else_does_not_lead(seed, times, region):
    """A region that is new or rises most, while all others more than doubled."""
    rng = np.random.default_rng(seed)
    rows = usual(rng) + burst(rng, 84, WEEKS, 20 * (times - 1), None, None, None, None)
    rows += burst(rng, 90, WEEKS, 7, None, None, region, None)
    found, labels, _ = find(rows)
    assert next(f.parts for f in found if f.change == "rise") == ()
    assert found[0].parts == ()
    assert abs(found[0].first - 84) <= 1
    assert {named(one, labels).get("region") for one in found[1:]} <= {region, None}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_a_few_that_rise_alone_at_the_same_time_are_named(seed, several):
    rng = np.random.default_rng(seed)
    rows = usual(rng) + burst(rng, 80, 90, 14, "I1", None, None, None)
    for batch in ("B7", "B9", "B11")[: several - 1]:
        rows += burst(rng, 80, 90, 14, None, None, None, batch)
    found, labels, _ = find(rows)
    large = [named(one, labels) for one in found if one.excess > 60]
    assert {"item": "I1"} in large
    assert () not in [one.parts for one in found]
    assert len(large) == several


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1.0, 2.2]), st.integers(50, 85))
def test_another_name_is_no_rise(seed, growth, at):
    """One of three regions is called otherwise from one week on, also where everything grows at the same time."""
    rng = np.random.default_rng(seed)
    rows = usual(rng) + burst(rng, at, WEEKS, 20 * (growth - 1), None, None, None, None)
    rows = [(d, i, t, "R-new" if r == "R1" and d >= week(at) else r, b) for d, i, t, r, b in rows]
    found, labels, _ = find(rows)
    (told,) = [one for one in found if named(one, labels).get("region") == "R-new"]
    assert told.change == "relabelled"
    assert "R1" in str(told.words[0])
    assert [one.parts for one in found if one.change != "relabelled" and one.excess > 100] == [()] * (
        growth > 1
    )


def test_a_rare_name_that_ends_as_another_begins_is_no_rise():
    """Others vary more than the one that is renamed has complaints at all."""
    rng = np.random.default_rng(5)
    rows = usual(rng) + [
        (week(w), "I0", "T0", "Acme" if w < 78 else "Acme Ltd", "B1") for w in range(WEEKS) for _ in range(4)
    ]
    found, labels, _ = find(rows)
    told = [one for one in found if named(one, labels).get("region") == "Acme Ltd"]
    assert [one.change for one in told] == ["relabelled"]
    assert " week 27 of 2023 " in str(told[0].words[0])
    assert " as Acme " in str(told[0].words[0])


def test_more_than_the_former_name_had_is_a_rise():
    rng = np.random.default_rng(6)
    rows = usual(rng) + [(week(w), "I0", "T0", "Acme", "B1") for w in range(78)]
    rows += burst(rng, 78, WEEKS, 5, None, None, "Acme Ltd", None)
    found, labels, _ = find(rows)
    assert [one.change for one in found if named(one, labels).get("region") == "Acme Ltd"] == ["new_label"]


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 4]))
def test_records_that_begin_again_are_told_once_with_all_complaints(seed, again):
    """Whatever rises in the first weeks after a gap, in however many stretches."""
    rng = np.random.default_rng(seed)
    rows = [r for r in usual(rng, 8.0, 180) if not week(60) <= r[0] < week(130)]
    rows += burst(rng, 130, 133, 8.0 * again, None, None, None, None)
    rows += burst(rng, 138, 141, 8.0 * again, None, None, None, None)
    found, _, ordered = find(rows, weeks=180)
    gaps = [one for one in found if one.change == "gap"]
    assert len(gaps) == 1
    assert spells(gaps[0]) == [(130, 142)]
    there = sum(week(130) <= row[0] < week(143) for row in ordered)
    assert gaps[0].observed == there
    assert f"{there:,} complaints from week 27 of 2024 to week 39 of 2024" in str(gaps[0].words[0])
