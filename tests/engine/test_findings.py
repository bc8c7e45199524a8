"""Signals that share their complaints are one finding: what explains it, since when, what is left, what is no rise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals import first_to_reach, scan_series, weekly_series
from complaint_qms.engine.signals.findings import Finding, FindingSettings, Watched, find_findings

KINDS = ("item", "type", "region", "batch")
WEEKS = 104
Row = tuple[np.datetime64, str | None, str | None, str | None, str | None]


def week(number: int) -> np.datetime64:
    return np.datetime64("2022-01-03") + 7 * number


def usual(
    rng: np.random.Generator, mean: float = 20.0, weeks: int = WEEKS, dispersion: float = 1.0
) -> list[Row]:
    """A steady history of five items, four types, three regions and forty batches; counts a week vary ``dispersion`` times as
    much as chance."""
    extra = dispersion - 1
    means = rng.gamma(mean / extra, extra, weeks) if extra else np.full(weeks, mean)
    return [
        (week(w), f"I{rng.integers(5)}", f"T{rng.integers(4)}", f"R{rng.integers(3)}", f"B{rng.integers(40)}")
        for w in range(weeks)
        for _ in range(rng.poisson(means[w]))
    ]


def find(
    rows: list[Row], harm: dict[str, float] | None = None, weeks: int = WEEKS
) -> tuple[list[Finding], dict[str, list[str]], list[Row]]:
    rows = sorted(rows, key=lambda r: r[0])
    days = np.array([r[0] for r in rows], dtype="datetime64[s]")
    columns, labels = {}, {}
    for place, kind in enumerate(KINDS, 1):
        names: dict[str, int] = {}
        columns[kind] = np.array(
            [-1 if r[place] is None else names.setdefault(r[place], len(names)) for r in rows]
        )
        labels[kind] = list(names)
    scans = []
    for kind in ("all", *KINDS):
        codes = np.zeros(len(rows), np.int64) if kind == "all" else columns[kind]
        chosen, _ = first_to_reach(codes, 1 if kind == "all" else len(labels[kind]), 3, 1000)
        matrix = weekly_series(codes, chosen, days, week(0).astype("datetime64[s]"), week(weeks) - 1)
        scans.append(Watched.of(kind, chosen, matrix, scan_series(matrix)))
    weights = None if harm is None else np.array([harm.get(r[1], 1.0) for r in rows])
    return find_findings(scans, columns, days, labels, weights), labels, rows


def named(finding: Finding, labels: dict[str, list[str]]) -> dict[str, str]:
    return {kind: labels[kind][code] for kind, code in finding.parts}


def test_causes_are_named_since_when_and_whether_they_go_on():
    rng = np.random.default_rng(1)
    rows = usual(rng)
    rows += [
        (week(60 + w), "I1", "T2", f"R{rng.integers(2)}", f"B{rng.integers(40)}")
        for w in range(10)
        for _ in range(rng.poisson(15))
    ]
    rows += [
        (week(90 + w), "I3", f"T{rng.integers(4)}", f"R{rng.integers(3)}", "B7")
        for w in range(14)
        for _ in range(rng.poisson(6))
    ]
    found, labels, ordered = find(rows)
    going, over = found  # what is over counts half
    assert [named(f, labels) for f in (over, going)] == [{"item": "I1", "type": "T2"}, {"batch": "B7"}]
    assert (over.trend, going.ongoing) == ("ended", True)
    assert abs(over.first - 60) <= 1
    assert abs(over.last - 69) <= 2
    assert abs(going.first - 90) <= 1
    for finding in found:
        assert finding.observed == len(finding.complaints)
        assert finding.observed > 5 * finding.expected > 0
        assert finding.signals
    assert {(ordered[i][1], ordered[i][2]) for i in over.complaints} == {("I1", "T2")}
    assert str(over.words[0]).startswith("T2 on I1: ")
    assert "still going" in str(going.words[0])
    kinds = {t.kind: labels[t.kind][t.code] for t in going.traits}
    assert kinds == {"item": "I3"}


def test_a_rise_of_everything_is_told_of_everything():
    rng = np.random.default_rng(2)
    rows = [(day, *rest) for day, *rest in usual(rng)]
    rows += [(week(80) + (day - week(0)), *rest) for day, *rest in usual(rng, 25.0, 24)]
    found, _labels, _ = find(rows)
    assert found[0].parts == ()
    assert str(found[0].words[0]).startswith("All complaints: ")
    assert found[0].ongoing
    assert len(found[0].signals) > 1


def test_one_label_follows_another():
    rng = np.random.default_rng(3)
    rows = [(d, i, "T9" if t == "T3" and d >= week(70) else t, r, b) for d, i, t, r, b in usual(rng)]
    (only,), labels, _ = find(rows)
    assert (only.change, named(only, labels)) == ("relabelled", {"type": "T9"})
    assert "T9 rose from week 19 of 2023 on as T3 fell by as much" in str(only.words[0])


def test_a_column_that_begins_to_be_filled_is_no_rise():
    rng = np.random.default_rng(4)
    rows = [(d, i, t, None if d < week(70) else "R1", b) for d, i, t, r, b in usual(rng)]
    found, _, _ = find(rows)
    assert [f.change for f in found] == ["relabelled"]
    assert "complaints without one fell by as much" in str(found[0].words[0])


def test_a_new_label_is_told_as_new():
    rng = np.random.default_rng(5)
    rows = usual(rng) + [(week(80 + n // 8), "I0", "T-new", "R0", None) for n in range(120)]
    found, labels, _ = find(rows)
    assert found[0].change == "new_label"
    assert named(found[0], labels)["type"] == "T-new"
    assert "No complaint bears this label before" in str(found[0].words[1])


@pytest.mark.parametrize(("again", "changes"), [(1, []), (4, ["gap"])])
def test_files_that_begin_again_are_no_rise(again, changes):
    """What comes after a gap of a year is compared with what came before it."""
    rng = np.random.default_rng(6)
    rows = [r for r in usual(rng, 8.0, 180) if not week(60) <= r[0] < week(130)]
    rows += [r for r in usual(rng, 8.0 * (again - 1), 180) if r[0] >= week(130)]
    found, _, _ = find(rows, weeks=180)
    assert [f.change for f in found if f.observed > 100] == changes


def test_harm_and_trend_rank():
    rng = np.random.default_rng(7)
    rows = usual(rng)
    for item, start in (("I1", 60), ("I2", 60), ("I3", 95)):
        rows += [
            (week(start + w), item, f"T{rng.integers(4)}", f"R{rng.integers(3)}", f"B{rng.integers(40)}")
            for w in range(9)
            for _ in range(12)
        ]
    found, labels, _ = find(rows, {"I2": 8.0})
    found = [f for f in found if f.excess > 50]
    assert [named(f, labels) for f in found] == [{"item": "I2"}, {"item": "I3"}, {"item": "I1"}]
    assert [f.ongoing for f in found] == [False, True, False]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["item", "type", "region", "batch"]), st.integers(20, 90))
def test_any_planted_value_is_named(seed, kind, start):
    """Whatever value rises alone is what the first finding names, with all that was planted and little besides."""
    rng = np.random.default_rng(seed)
    rows = usual(rng)
    planted = 0
    for w in range(start, min(start + 8, WEEKS)):
        for _ in range(14):
            values = [
                f"I{rng.integers(5)}",
                f"T{rng.integers(4)}",
                f"R{rng.integers(3)}",
                f"B{rng.integers(40)}",
            ]
            values[KINDS.index(kind)] = {"item": "I2", "type": "T1", "region": "R2", "batch": "B5"}[kind]
            rows.append((week(w), *values))
            planted += 1
    found, labels, ordered = find(rows)
    best = max(found, key=lambda f: f.excess)
    assert named(best, labels)[kind] == {"item": "I2", "type": "T1", "region": "R2", "batch": "B5"}[kind]
    assert 0.8 * planted <= best.excess <= 1.3 * planted
    assert sum(len(f.complaints) for f in found) <= len(ordered)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_complaints_belong_to_one_finding_and_order_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    rows = usual(rng) + [(week(int(rng.integers(50, 100))), "I1", "T1", "R1", "B1") for _ in range(90)]
    found, labels, _ = find(rows)
    every = np.concatenate([f.complaints for f in found]) if found else np.empty(0)
    assert len(np.unique(every)) == len(every)
    again, labels_again, _ = find([rows[i] for i in rng.permutation(len(rows))])
    assert [(named(f, labels), f.observed) for f in found] == [
        (named(f, labels_again), f.observed) for f in again
    ]


@pytest.mark.parametrize("dispersion", [1, 2])
def test_steady_histories_bear_few_findings(dispersion):
    """Two years of 53 series without any cause, also where weeks vary more than chance."""
    found = [len(find(usual(np.random.default_rng(seed), dispersion=dispersion))[0]) for seed in range(30)]
    assert np.mean(found) <= 0.6


def test_nothing_in_nothing_out_and_bad_input_is_refused():
    assert find_findings([], {}, np.empty(0, "datetime64[s]"), {}) == []
    rng = np.random.default_rng(8)
    days = np.sort(np.array([r[0] for r in usual(rng)], dtype="datetime64[s]"))
    codes = np.zeros(len(days), np.int64)
    chosen = np.array([0])
    short = weekly_series(codes, chosen, days, days[0], days[-1] - np.timedelta64(60, "D"))
    long = weekly_series(codes, chosen, days, days[0], days[-1])
    one, other = (Watched.of("all", chosen, m, scan_series(m)) for m in (short, long))
    with pytest.raises(ValueError, match="same periods"):
        find_findings([one, other], {}, days, {})
    with pytest.raises(ValueError, match="no codes for item"):
        find_findings([Watched.of("item", chosen, long, scan_series(long))], {}, days, {})
    with pytest.raises(ValueError, match="codes of item"):
        find_findings([other], {"item": codes[1:]}, days, {})
    with pytest.raises(ValueError, match="baseline"):
        FindingSettings(baseline=3)
    with pytest.raises(ValueError, match="alpha"):
        FindingSettings(alpha=0)


@pytest.mark.parametrize(("seed", "size", "lasts"), [(1, 20, 2), (2, 12, 3), (3, 25, 5)])
def test_batches_one_after_another_at_a_level_rate_are_no_finding(seed, size, lasts):
    """A batch that did not exist has no expectation of none: it is held against its siblings at the same age."""
    rng = np.random.default_rng(seed)
    rows = [
        (week(int(b * 104 / 15 + rng.integers(lasts))), "I0", f"T{rng.integers(3)}", "R0", f"B{b}")
        for b in range(15)
        for _ in range(size)
    ]
    found, _, _ = find(rows)
    assert found == []
    bad = rows + [
        (week(int(9 * 104 / 15) + n % lasts), "I0", f"T{n % 3}", "R0", "B9") for n in range(8 * size)
    ]
    found, labels, _ = find(bad)
    assert [named(f, labels) for f in found] == [{"batch": "B9"}]
    assert found[0].expected == pytest.approx(size, rel=0.2)


def test_the_only_batch_of_a_file_is_not_held_against_none():
    rows = [*usual(np.random.default_rng(8), 3.0)]
    rows = [(*row[:4], None) for row in rows] + [
        (week(70 + n % 3), "I1", "T1", "R0", "B-first") for n in range(40)
    ]
    found, labels, _ = find(rows)
    assert [named(f, labels) for f in found] == [{"batch": "B-first"}]
    assert "nothing before to compare with" in str(found[0].words[0])
    assert "expected" not in str(found[0].words[0])
