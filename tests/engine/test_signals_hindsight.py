"""A scan knows nothing of later periods, carries on what lasts, and leaves what it found out of what it compares with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals.charts import laney_u_chart
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.method_choice import METHODS
from complaint_qms.engine.signals.scanning import Settings, limits, scan
from complaint_qms.engine.signals.series import Periods, build_series, to_days


def found(result):
    return {(s.row, s.column): s for s in result.signals}


@st.composite
def histories(draw):
    """Some series with outbreaks, shifts, gaps, units that begin late or end, launches and seasons long enough."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    series = draw(st.sampled_from([1, 3, 5, 24]))  # from 20 on they lend each other their dispersion
    periods = draw(st.sampled_from([20, 60, 60, 110, 185]))
    counts = rng.poisson(rng.gamma(1.0, 3.0, (series, 1)), (series, periods)).astype(float)
    for row in range(series):
        begin = int(rng.integers(5, periods))
        counts[row, begin : begin + int(rng.integers(1, 70))] *= rng.integers(1, 7)
        if rng.random() < 0.3:
            counts[row, rng.integers(0, periods, 3)] = np.nan
    units = rng.integers(0, 40, (series, periods)).astype(float)
    units[rng.random(series) < 0.4] = 0
    units[rng.random(series) < 0.2, : periods // 2] = 0
    units[rng.random(series) < 0.2, periods * 3 // 4 :] = 0
    launch = rng.random(series) < 0.3
    return counts, units, launch, draw(st.integers(1, periods)), draw(st.integers(0, 6))


@settings(max_examples=25)
@given(histories())
def test_a_scan_that_ends_with_a_period_finds_what_the_whole_history_finds(history):
    counts, units, launch, end, last = history
    whole = scan(counts, units, launch=launch)
    part = scan(counts[:, :end], units[:, :end], launch=launch)
    np.testing.assert_array_equal(part.method, whole.method[:, :end])
    for name in ("observed", "expected", "p", "statistic", "critical"):
        np.testing.assert_allclose(
            getattr(part.cells, name), getattr(whole.cells, name)[:, :end], rtol=1e-9, err_msg=name
        )
    early = {at: s for at, s in found(whole).items() if at[1] < end}
    assert found(part).keys() == early.keys()
    for at, signal in found(part).items():
        assert signal.text == early[at].text
        assert str(signal.baseline) == str(early[at].baseline)
        assert signal.observed >= signal.limit
        assert signal.limit == early[at].limit
    # and so does one that judges the last periods only, as a weekly job does
    weekly = scan(counts[:, :end], units[:, :end], launch=launch, last=last)
    assert found(weekly).keys() == {at for at in early if at[1] >= end - last}
    assert not weekly.cells.alarm[:, : max(0, end - last)].any()


@settings(max_examples=10)
@given(histories(), st.sampled_from(METHODS[1:]))
def test_the_limit_is_the_smallest_count_that_alarms(history, method):
    counts, units, _, _, _ = history
    result = scan(counts, units, settings=Settings(method=method, family="all"))
    for row, limit in enumerate(limits(result, units, np.arange(len(counts)))):
        known = ~np.isnan(limit) & (result.method[row] != METHODS.index("cusum"))
        observed = result.cells.observed[row]
        np.testing.assert_array_equal(result.cells.alarm[row][known], (observed >= limit)[known])


def quiet(level, weeks, seed=5):
    return np.random.default_rng(seed).poisson(level, (1, weeks)).astype(float)


def test_a_second_outbreak_is_measured_against_quiet_times():
    counts = quiet(4, 104)
    counts[0, 60:66] = counts[0, 80:83] = 25
    result = scan(counts, periods=Periods("week", 2700, 104))
    assert {s.column for s in result.signals} >= {*range(60, 66), *range(80, 83)}
    second = found(result)[0, 82]
    assert second.expected < 5
    assert second.baseline.periods == 52
    assert "The comparison leaves out weeks that stood out themselves" in second.text
    alone = counts.copy()
    alone[0, 60:66] = 4
    assert second.expected == pytest.approx(found(scan(alone))[0, 82].expected, rel=0.1)


def test_a_lasting_rise_is_found_for_as_long_as_it_lasts_and_becomes_the_level_at_last():
    counts = np.concatenate([np.ones((1, 52)), np.full((1, 250), 12.0)], axis=1)
    result = scan(counts, settings=Settings(method="poisson"))
    columns = [s.column for s in result.signals]
    assert columns == list(range(52, 210))  # after three baselines it is what is usual


@pytest.mark.parametrize(("level", "risen"), [(5, 9), (10, 14)])
def test_a_small_rise_is_told_for_years_against_the_level_before_it_and_ends_with_the_counts(level, risen):
    counts = np.hstack([quiet(level, 104), quiet(risen, 140, 6), quiet(level, 60, 7)])
    told = [s for s in scan(counts).signals if s.column > 104]
    by_year = [sum(begin <= s.column < begin + 52 for s in told) for begin in (140, 192)]
    assert (
        min(by_year) >= 25
    )  # most weeks of the second and the third year, though the season has risen with it
    late = next(s for s in told if s.column >= 200)
    assert late.method == "cusum"
    assert late.expected == pytest.approx(level, rel=0.2)
    assert late.baseline.periods == 52
    assert late.parameters["since_column"] < 115
    assert late.parameters["expected_since"] < late.parameters["observed_since"]
    assert not [s for s in told if s.column > 244 + 12]


@pytest.mark.parametrize(("level", "risen", "units"), [(5, 9, None), (30, 40, None), (5, 9, 40.0)])
def test_a_shift_too_small_for_one_week_is_found_by_its_sum(level, risen, units):
    counts = np.hstack([quiet(level, 104), quiet(risen, 40, 6)])
    exposure = None if units is None else np.full(counts.shape, units)
    result = scan(counts, exposure, periods=Periods("week", 2700, 144))
    rises = [s for s in result.signals if s.method == "cusum"]
    assert rises
    last = rises[-1]
    assert last.column > 135  # still going
    assert 85 <= last.parameters["since_column"] <= 115
    assert last.parameters["observed_since"] > last.parameters["expected_since"]
    assert last.statistic >= last.critical
    assert last.text.startswith(f"{last.parameters['observed_since']:,.0f} complaints from week ")
    assert "cusum" not in {s.method for s in scan(counts, exposure, settings=Settings(lasting=False)).signals}


def test_an_empty_season_gives_no_impossible_chance():
    week = np.arange(200)
    counts = np.where((week % 52 >= 9) & (week % 52 < 30), 0.0, 1.0 + week * 7 % 5)[None]
    counts[0, 174:176] = 3
    result = scan(counts)
    assert sorted(found(result)) == [(0, 174), (0, 175)]
    first = found(result)[
        0, 174
    ]  # three complaints are too few for the regression: counts stand against counts
    assert first.parameters["regression"] is False
    assert "Fewer than 5 complaints came in the last 4 periods" in first.text
    assert (first.statistic, first.critical) == (first.p, 0.001)
    assert np.isfinite(result.cells.expected[0, 165:]).all()
    signal = found(result)[0, 175]
    assert signal.method == "farrington"
    assert signal.p == pytest.approx((1 / 22) ** 3, rel=1e-6)
    assert signal.limit == 3
    assert signal.expected < 1e-6


def test_gaps_do_not_silence_ears():
    counts = np.array([2, 3, 1, 4, np.nan, 2, 3, np.nan, 2, 5, 20.0, 3])
    chart = ears(counts, "C1")
    known = counts[[1, 2, 3, 5, 6, 8, 9]]
    assert chart.mean[10] == pytest.approx(known.mean())
    assert chart.sd[10] == pytest.approx(known.std(ddof=1))
    assert chart.alarm[10]
    assert np.isnan(chart.statistic[[4, 7]]).all()
    assert not ears(np.array([1.0] * 12 + [np.nan] + [1.0]), "C3").alarm.any()


def test_a_flat_baseline_does_not_make_every_step_infinite():
    counts = [5.0] * 20 + [6.0]
    chart = laney_u_chart(counts, 100.0, baseline=[True] * 20 + [False])
    assert chart.sigma_z == 1
    assert not chart.above[-1]
    assert laney_u_chart([*counts[:-1], 20.0], 100.0, baseline=[True] * 20 + [False]).above[-1]
    flat = np.full((1, 80), 5.0)
    flat[0, -1] = 8
    result = scan(flat, np.full((1, 80), 100.0), settings=Settings(method="laney"))
    assert not result.signals
    assert np.isfinite(limits(result, None, 0)[-1])


def test_numbers_are_no_dates_and_a_slip_in_the_year_is_named():
    with pytest.raises(ValueError, match=r"dates\[1\] is a number, not a date: 45000"):
        to_days(["2024-01-01", 45000])
    with pytest.raises(ValueError, match=r"dates\[0\] is a number"):
        build_series(["A"], np.array([45000.0]))
    with pytest.raises(
        ValueError, match=r"dates\[1\] is 0203-01-05: the year must lie between 1900 and 2199"
    ):
        build_series(["A", "A"], ["2023-01-05", "0203-01-05"])
    with pytest.raises(ValueError, match="more than 100 years"):
        build_series(["A", "A"], ["1901-01-05", "2023-01-05"])


@pytest.mark.parametrize(("dispersion", "mean"), [(1.0, 0.5), (1.0, 10.0), (2.0, 2.0), (3.0, 10.0)])
def test_false_alarms_are_no_more_than_promised(dispersion, mean):
    """The whole table: tests/benchmarks/measure_false_alarms.py."""
    rng = np.random.default_rng(7)
    shape = (200, 160)
    counts = (
        rng.poisson(mean, shape)
        if dispersion == 1
        else (rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, shape))
    )
    for units in (None, np.full(shape, 50.0)):
        result = scan(counts.astype(float), units)
        judged = (~np.isnan(result.cells.p)).sum()
        by_level = (result.cells.p <= 0.001).sum()
        assert by_level <= 0.001 * judged + 3 * np.sqrt(0.001 * judged)
        assert result.signal.any(axis=0).mean() <= 0.051 + 3 * np.sqrt(0.05 / shape[1])
