"""np, I-MR, X-bar / S, g, t, EWMA and run rules against published values, and against their own definition at random."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from complaint_qms.engine.signals import (
    ewma_chart,
    g_chart,
    i_chart,
    mr_chart,
    np_chart,
    p_chart,
    runs,
    s_chart,
    t_chart,
    western_electric,
    xbar_chart,
)
from complaint_qms.engine.signals.measurement_charts import c4

# NIST/SEMATECH e-Handbook of Statistical Methods, public domain
NIST_WAFERS = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]
"""6.3.3.2: defectives in 30 samples of 50 wafers."""
NIST_FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""6.3.2.2: flow rates of ten batches."""
NIST_EWMA = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, *NIST_FLOW]
"""6.3.2.4."""
VALVES = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
"""Hours between failures of a valve: Montgomery, Introduction to Statistical Quality Control, table 7.14."""

RINGS = [
    30,
    2,
    19,
    -8,
    8,
    -5,
    -8,
    1,
    11,
    4,
    -12,
    24,
    21,
    5,
    2,
    2,
    -4,
    -7,
    15,
    9,
    -8,
    7,
    15,
    -11,
    14,
    9,
    -6,
    -3,
    -15,
    -7,
    -5,
    6,
    -6,
    0,
    5,
    -15,
    3,
    -7,
    15,
    -12,
    8,
    -5,
    9,
    5,
    4,
    -2,
    0,
    -10,
    7,
    -5,
    -6,
    -2,
    -6,
    -5,
    -10,
    4,
    0,
    7,
    0,
    -4,
    -17,
    2,
    -2,
    -3,
    12,
    6,
    -33,
    -6,
    0,
    -16,
    12,
    14,
    -2,
    -1,
    7,
    0,
    -16,
    5,
    -2,
    -4,
    -6,
    12,
    -14,
    5,
    7,
    6,
    10,
    18,
    3,
    0,
    -16,
    2,
    3,
    5,
    -3,
    0,
    10,
    13,
    20,
    3,
    -12,
    1,
    9,
    5,
    -4,
    4,
    -1,
    -10,
    6,
    9,
    10,
    -11,
    -10,
    9,
    14,
    15,
    8,
    -7,
    0,
    10,
    -18,
    -16,
    -5,
    17,
    13,
]
"""Inside diameters of 25 times 5 piston rings, thousandths of a millimetre above 74: Montgomery, table 6.3; `pistonrings` of qcc."""

table = arrays.arrays(
    float, (3, 24), elements=st.floats(0, 1000, allow_subnormal=False).map(lambda v: round(v, 2))
)


def test_np_is_the_p_chart_in_numbers() -> None:
    chart = np_chart(NIST_WAFERS, 50)
    assert float(chart.center) == pytest.approx(347 / 30)
    assert (chart.lower[0] / 50, chart.upper[0] / 50) == pytest.approx((0.0524, 0.4103), abs=1e-4)
    share = p_chart(NIST_WAFERS, np.full(30, 50.0))
    assert chart.z == pytest.approx(share.z)
    assert np.flatnonzero(chart.above).tolist() == [14, 22]
    many = np_chart(np.array([NIST_WAFERS, NIST_WAFERS]), [50, 100])
    assert many.upper[0].tolist() == chart.upper.tolist()
    with pytest.raises(ValueError, match="0 … size"):
        np_chart([51], 50)
    with pytest.raises(ValueError, match="size must"):
        np_chart([1], 0)


def test_individuals_and_moving_ranges_of_nist() -> None:
    chart, ranges = i_chart(NIST_FLOW), mr_chart(NIST_FLOW)
    assert float(chart.center) == pytest.approx(50.81)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((45.8159, 55.8041), abs=1e-3)
    assert float(ranges.center) == pytest.approx(1.8778, abs=1e-4)
    assert ranges.upper[1] == pytest.approx(3.267 * 1.8778, abs=1e-3)
    assert np.isnan(ranges.value[0])
    assert ranges.lower[1] == 0


def test_factors_of_subgroups_are_the_tabled_ones() -> None:
    # Montgomery, appendix VI
    assert c4([2, 5, 10, 25]) == pytest.approx([0.7979, 0.9400, 0.9727, 0.9896], abs=5e-5)
    values = np.array([[[1.0, 2, 3, 4, 5]] * 4])
    deviation = np.std([1, 2, 3, 4, 5], ddof=1)
    mean, spread = xbar_chart(values), s_chart(values)
    assert (mean.upper[0, 0] - 3) / deviation == pytest.approx(1.427, abs=1e-3)  # A3
    assert (spread.lower[0, 0], spread.upper[0, 0] / deviation) == pytest.approx(
        (0.0, 2.089), abs=1e-3
    )  # B3, B4


def test_piston_rings() -> None:
    values = 74 + np.array(RINGS).reshape(25, 5) / 1000
    mean, spread = xbar_chart(values), s_chart(values)
    # As qcc prints them; Montgomery's example 6.3 rounds to 73.988, 74.014
    assert (mean.lower[0], float(mean.center), mean.upper[0]) == pytest.approx(
        (73.988, 74.00118, 74.01436), abs=5e-5
    )
    assert (float(spread.center), spread.upper[0]) == pytest.approx((0.009240037, 0.01930242), abs=5e-9)
    assert not (mean.above | mean.below | spread.above).any()


def test_subgroups_of_several_sizes_pool_their_spread() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(10, 2, (30, 6))
    values[::3, 4:] = np.nan
    mean, spread = xbar_chart(values), s_chart(values)
    there = ~np.isnan(values)
    n, s = there.sum(axis=1), np.nanstd(values, axis=1, ddof=1)
    pooled = np.sqrt(np.sum((n - 1) * s**2) / np.sum(n - 1))  # Montgomery 6.31
    assert float(spread.center) == pytest.approx(pooled)
    assert float(mean.center) == pytest.approx(np.nanmean(values))
    assert mean.upper[0] - mean.upper[1] == pytest.approx(3 * pooled * (1 / c4(4) / 2 - 1 / c4(6) / 6**0.5))
    values[5] = np.nan
    assert np.isnan([xbar_chart(values).value[5], s_chart(values).upper[5]]).all()


def test_ewma_of_nist() -> None:
    wanted = "50.60 49.52 50.56 50.18 50.16 49.21 49.75 49.85 50.26 50.33 50.11 49.36 49.52 50.05 49.38 49.92 50.73 51.23 51.94 51.99"
    chart = ewma_chart(NIST_EWMA, weight=0.3, center=50, sigma=2.0539, steady=True)
    assert chart.value == pytest.approx([float(v) for v in wanted.split()], abs=0.0051)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((47.4115, 52.5884), abs=1e-4)
    growing = ewma_chart(NIST_EWMA, weight=0.3, center=50, sigma=2.0539)
    assert growing.upper[0] == pytest.approx(50 + 3 * 0.3 * 2.0539)
    assert growing.upper[-1] == pytest.approx(chart.upper[0], abs=1e-3)
    with pytest.raises(ValueError, match="weight"):
        ewma_chart(NIST_EWMA, weight=0)


def test_times_between_failures_of_a_valve() -> None:
    chart = t_chart(VALVES)
    # Montgomery's table 7.14 transforms by the power 0.2777
    assert VALVES[0] ** (1 / 3.6) == pytest.approx(4.80986, abs=5e-3)
    roots = i_chart(np.array(VALVES) ** (1 / 3.6))
    assert float(chart.center) ** (1 / 3.6) == pytest.approx(5.386, abs=5e-3)
    assert chart.upper[0] ** (1 / 3.6) == pytest.approx(roots.upper[0])
    assert chart.lower[0] == 0
    assert not (chart.above | chart.below).any()


def test_cases_between_events() -> None:
    between = np.array([10.0, 20, 30, 0, np.nan])
    chart = g_chart(between)
    assert float(chart.center) == 15
    assert chart.upper[0] == pytest.approx(15 + 3 * np.sqrt(15 * 16))  # Benneyan 2001
    assert chart.lower[0] == 0
    assert np.isnan([chart.upper[4], chart.z[4]]).all()
    exact = g_chart(np.full(40, 2000.0), limits="probability")
    stay = 2000 / 2001
    assert 1 - stay ** exact.lower[0] <= 0.00135 < 1 - stay ** (exact.lower[0] + 1)
    assert stay ** (exact.upper[0] + 1) <= 0.00135 < stay ** exact.upper[0]
    with pytest.raises(ValueError, match="at least 0"):
        g_chart([-1.0])


@pytest.mark.parametrize(
    ("points", "rule", "at"),
    [
        ([0.5, 3.1], "beyond_limit", [1]),
        ([2.1, 0.0, 2.1], "two_of_three", [2]),
        ([2.1, 0.0, -2.1], "two_of_three", []),
        ([-1.1, -1.1, 0.5, -1.1, -1.1], "four_of_five", [4]),
        ([0.1] * 9, "eight_in_a_row", [7, 8]),
        ([0.1] * 4 + [0.0] + [0.1] * 4, "eight_in_a_row", []),
    ],
)
def test_zones(points: list[float], rule: str, at: list[int]) -> None:
    assert np.flatnonzero(getattr(western_electric(points), rule)).tolist() == at
    turned = western_electric([-p for p in points])
    assert np.flatnonzero(getattr(turned, rule)).tolist() == at
    one_sided = western_electric([-abs(p) for p in points], side="above")
    assert not one_sided.alarm.any()


def test_zones_alarm_for_nothing_once_in_92_points() -> None:
    # Champ and Woodall, Technometrics 1987, table 1: 91.75 with all four rules, 370.4 with the limits alone
    alarms = western_electric(np.random.default_rng(7).standard_normal((3000, 900))).alarm
    first = np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1, 900)
    assert first.mean() == pytest.approx(91.75, abs=4.5)


# Anhøj and Olesen, PLoS ONE 2014, table 1: useful points, longest run, fewest crossings
@pytest.mark.parametrize(
    ("points", "longest", "crossings"),
    [(10, 6, 2), (15, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (40, 8, 14)],
)
def test_limits_of_runs(points: int, longest: int, crossings: int) -> None:
    found = runs(np.tile([1.0, -1.0], points // 2 + 1)[:points], center=0)
    assert (found.longest_limit, found.crossings_limit, found.crossings) == (longest, crossings, points - 1)
    assert not found.shift


def test_runs_around_the_median() -> None:
    shifted = [1.0] * 10 + [3.0] * 10
    lasting = runs([*shifted, 2.0])
    assert (lasting.useful, lasting.longest, lasting.crossings, lasting.shift) == (20, 10, 1, True)
    # A point on the centre neither ends nor lengthens a run.
    assert runs([1, 1, 0, 1, -1, -1, -1, -1.0], center=0).longest == 4
    few = runs([1.0, 1, 1, 1, 2, 2, 2, 2])
    assert not few.shift


@given(table)
def test_many_series_are_judged_as_each_by_itself(values: np.ndarray) -> None:
    values[0, 3] = np.nan
    charts = (i_chart, mr_chart, g_chart, t_chart, ewma_chart)
    for chart in charts:
        whole = chart(values)
        for row in range(3):
            alone = chart(values[row])
            for part in ("value", "center", "lower", "upper", "z"):
                together = getattr(whole, part)[row]
                assert together == pytest.approx(getattr(alone, part), nan_ok=True, rel=1e-9, abs=1e-6)
        known = ~np.isnan(whole.value)
        assert (whole.lower[known] <= whole.upper[known]).all() or np.isnan(whole.lower[known]).any()
    zones, lines = western_electric(values - 500), runs(values)
    for row in range(3):
        assert western_electric(values[row] - 500).alarm.tolist() == zones.alarm[row].tolist()
        assert runs(values[row]).longest == lines.longest[row]
