"""A rise is told of the narrowest part that carries it, and a finding explains only signals whose excess it has."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals import scan_series, weekly_series
from complaint_qms.engine.signals.findings import Finding, Watched, find_findings
from complaint_qms.engine.signals.findings.causes import SHARED
from complaint_qms.engine.signals.findings.search import CUMULATIVE
from tests.engine.test_findings import KINDS, WEEKS, find, named, usual, week
from tests.engine.test_findings_causes import burst


def makers(seed: int, shares: dict[str, float], more: list[tuple[str, int, float]], weeks: int = 52):
    """Findings of a history of makers at 5 complaints a week, each with its share, and ``more``: maker, week it begins, mean a week."""
    rng = np.random.default_rng(seed)
    rows = [
        (w, maker)
        for maker, share in shares.items()
        for w in range(weeks)
        for _ in range(rng.poisson(5 * share))
    ]
    rows += [
        (w, maker)
        for maker, begin, mean in more
        for w in range(begin, weeks)
        for _ in range(rng.poisson(mean))
    ]
    rows.sort()
    names = sorted({maker for _w, maker in rows})
    at = np.array([w for w, _maker in rows])
    codes = {"supplier": np.array([names.index(maker) for _w, maker in rows])}
    start = np.datetime64("2017-01-02")
    scans = []
    for kind, of in (("all", np.zeros(len(at), np.int64)), ("supplier", codes["supplier"])):
        chosen = np.arange(int(of.max()) + 1)
        matrix = weekly_series(of, chosen, start + 7 * at, start, start + 7 * weeks - 1)
        scans.append(Watched.of(kind, chosen, matrix, scan_series(matrix)))
    found = find_findings(scans, codes, start + 7 * at, {"supplier": names})
    return {names[one.parts[0][1]] if one.parts else "all": one for one in found}


def test_a_large_maker_that_carries_the_rise_is_named_beside_new_ones():
    """One maker of a third of all complaints triples, a new one comes up seven weeks later: not all complaints rose."""
    shares = {"France": 0.35, "Mahwah": 0.3, "Zimmer": 0.2, "Synthes": 0.15}
    told = []
    for seed in range(10):
        found = makers(seed, shares, [("France", 39, 3.5), ("Depuy", 46, 3.5), ("Depuy Ortho", 47, 1.0)])
        assert "all" not in found
        told += found
        if "France" in found:
            assert found["France"].excess > 0.5 * 13 * 3.5
    assert told.count("France") >= 8  # where the scan alarms
    assert told.count("Depuy") >= 8


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]))
def test_a_part_that_carries_all_of_a_rise_is_named_however_large(seed, share):
    rest = (1 - share) / 3
    shares = {"Large": share, "B": rest, "C": rest, "D": rest}
    found = makers(seed, shares, [("Large", 70, 12.0)], weeks=WEEKS)
    assert "all" not in found
    assert found["Large"].ongoing


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7, 0.95]))
def test_what_rises_as_everything_does_carries_nothing(seed, share):
    """A part with most of the complaints has most of any rise."""
    rest = (1 - share) / 3
    shares = {"Large": 4 * share, "B": 4 * rest, "C": 4 * rest, "D": 4 * rest}
    growth = [(maker, 70, 7 * of) for maker, of in shares.items()]
    found = makers(seed, shares, growth, weeks=WEEKS)
    assert next(iter(found)) == "all"


def excess_of(
    scans: list[Watched], finding: Finding, columns: dict, received, scan: int, place: int
) -> tuple[int, float]:
    """Complaints of the finding in the period and series of a signal, and what the signal has in excess."""
    watched, signal = scans[scan], scans[scan].signals[place]
    starts = watched.periods.starts
    day = received[finding.complaints].astype("datetime64[D]")
    start = np.datetime64(str(starts[signal.column]))
    inside = (day >= start) & (day < start + 7)
    if watched.kind != "all":
        inside &= columns[watched.kind][finding.complaints] == watched.chosen[signal.row]
    return int(inside.sum()), float(signal.observed - np.nan_to_num(signal.expected))


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_a_finding_has_half_of_the_excess_of_each_signal_that_it_explains(seed):
    rng = np.random.default_rng(seed)
    rows = (
        usual(rng)
        + burst(rng, 40, 50, 8, "I1", "T2", None, None)
        + burst(rng, 47, 60, 7, None, None, "R2", None)
    )
    rows += burst(rng, 80, 90, 4, "I3", None, None, "B7")
    rows.sort(key=lambda row: row[0])
    received = np.array([row[0] for row in rows], dtype="datetime64[s]")
    columns, labels = {}, {}
    for place, kind in enumerate(KINDS, 1):
        labels[kind] = sorted({row[place] for row in rows})
        columns[kind] = np.array([labels[kind].index(row[place]) for row in rows])
    scans = []
    for kind in ("all", *KINDS):
        codes = np.zeros(len(rows), np.int64) if kind == "all" else columns[kind]
        chosen = np.arange(int(codes.max()) + 1)
        matrix = weekly_series(codes, chosen, received, week(0).astype("datetime64[s]"), week(WEEKS) - 1)
        scans.append(Watched.of(kind, chosen, matrix, scan_series(matrix)))
    found = find_findings(scans, columns, received, labels)
    told = defaultdict(int)
    for one in found:
        for scan, place in one.signals:
            told[scan, place] += 1
            if scans[scan].signals[place].method in CUMULATIVE or len(one.spells) > 1:
                continue
            here, excess = excess_of(scans, one, columns, received, scan, place)
            assert here >= SHARED * excess, scans[scan].signals[place]
    assert set(told.values()) <= {1}


def test_one_shared_complaint_explains_no_signal():
    """A batch rises for two weeks; in one of them a region has a peak of its own with a single complaint of that batch."""
    rng = np.random.default_rng(5)
    rows = usual(rng, 12.0) + [(week(60 + n % 2), "I1", "T1", "R0", "B7") for n in range(24)]
    rows += [(week(60), "I1", "T1", "R1", "B7")]
    rows += [(week(60), f"I{n % 5}", f"T{n % 4}", "R1", f"B{8 + n}") for n in range(18)]
    found, labels, _ = find(rows)
    assert {"batch": "B7"} in [named(one, labels) for one in found]
    of_region = [one for one in found if named(one, labels).get("region") == "R1"]
    assert of_region
    assert of_region[0].signals
