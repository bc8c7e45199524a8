"""Disproportion, EBGM, MaxSPRT and Farrington: what holds for any counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from complaint_qms.engine.signals import sequential, tails
from complaint_qms.engine.signals.disproportionality import disproportion, pair_table
from complaint_qms.engine.signals.ebgm import fit_prior, score, squash
from complaint_qms.engine.signals.farrington_flexible import (
    Control,
    baseline_levels,
    farrington,
    negbin_upper,
    reference_points,
)

# -- disproportion and EBGM ---------------------------------------------------------------------------------------


@given(*[st.integers(1, 500)] * 4)
def test_disproportion_of_a_turned_table(a, b, c, d):
    here, turned = disproportion(a, b, c, d), disproportion(c, d, a, b)
    assert here.prr * turned.prr == pytest.approx(1)
    assert here.ror * turned.ror == pytest.approx(1)
    assert here.prr_lower <= here.prr <= here.prr_upper
    reference = stats.chi2_contingency([[a, b], [c, d]], correction=False)
    assert here.chi2 == pytest.approx(reference.statistic, rel=1e-6, abs=1e-9)
    assert here.expected == pytest.approx(reference.expected_freq[0, 0])


def test_disproportion_of_empty_cells():
    none_elsewhere = disproportion(5, 5, 0, 90)
    assert none_elsewhere.prr == np.inf
    assert (none_elsewhere.prr_lower, none_elsewhere.prr_upper) == (0, np.inf)
    assert none_elsewhere.alarm
    empty = disproportion(0, 0, 0, 0)
    assert np.isnan(empty.prr)
    assert empty.chi2 == 0
    assert not empty.alarm
    assert np.isfinite(disproportion(1e8, 1e9, 1e8, 1e10).chi2)
    with pytest.raises(ValueError, match="negative"):
        disproportion(-1, 1, 1, 1)


def test_pair_table_counts_complaints_once():
    table = pair_table(["A", "A", "A", "B"], ["x", "x", "y", "x"], [1, 1, 1, 2])
    assert table.total == 2
    assert dict(zip(zip(table.item_index, table.defect_index, strict=True), table.n, strict=True)) == {
        (0, 0): 1,
        (0, 1): 1,
        (1, 0): 1,
    }
    assert table.expected.tolist() == [1 / 2 * 2, 1 / 2 * 1, 1 / 2 * 2]
    a, b, c, d = table.cells()
    assert (a + b + c + d == 2).all()
    assert pair_table([], []).total == 0
    with pytest.raises(ValueError, match="length"):
        pair_table(["A"], [])


@settings(max_examples=30)
@given(st.integers(0, 300), st.floats(0.01, 100))
def test_ebgm_lies_between_its_quantiles_and_rises_with_the_count(n, e):
    theta = (0.3, 0.2, 2.0, 4.0, 0.2)
    here, more = score(n, e, theta), score(n + 1, e, theta)
    assert here.eb05 < here.eb95
    assert here.eb05 <= more.eb05 + 1e-12
    assert here.ebgm <= more.ebgm * (1 + 1e-9)
    assert 0 <= here.p_not_raised <= 1


def test_squashing_keeps_totals_and_nearly_the_fit():
    rng = np.random.default_rng(6)
    e = rng.gamma(0.5, 1.0, 8000) + 0.005
    n = rng.poisson(
        np.where(rng.random(len(e)) < 0.1, rng.gamma(2.0, 3.0, len(e)), rng.gamma(4.0, 0.2, len(e))) * e
    )
    n, e = n[n > 0].astype(float), e[n > 0]
    sn, se, sw = squash(n, e)
    assert len(sn) < len(n) / 2
    assert sw.sum() == len(n)
    assert np.sum(se * sw) == pytest.approx(e.sum())
    assert fit_prior(sn, se, sw).negative_log_likelihood == pytest.approx(
        fit_prior(n, e).negative_log_likelihood, rel=2e-3
    )


def test_prior_refuses_what_it_cannot_fit():
    with pytest.raises(ValueError, match="five pairs"):
        fit_prior([1], [1])
    with pytest.raises(ValueError, match="below 1"):
        fit_prior([0, 1, 1, 1, 1], [1] * 5)
    with pytest.raises(ValueError, match="above 0"):
        fit_prior([1] * 5, [1, 1, 1, 1, 0])


# -- MaxSPRT ------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.floats(0.3, 30), st.floats(1, 6))
def test_crossing_probability_rises_with_the_plan_and_falls_with_the_limit(limit, critical):
    here = sequential.crossing_probability(critical, limit)
    assert sequential.crossing_probability(critical, limit * 1.2) >= here - 1e-12
    assert sequential.crossing_probability(critical + 0.3, limit) <= here + 1e-12
    assert sequential.crossing_probability(critical, limit, min_count=3) <= here + 1e-12


def test_maxsprt_false_alarms_when_looked_at_continuously():
    rng = np.random.default_rng(2)
    limit, runs = 5.0, 4000
    critical = sequential.critical_value(limit)
    arrivals = np.cumsum(rng.exponential(size=(runs, 60)), axis=1)
    llr = sequential.log_likelihood_ratio(np.arange(1, 61), arrivals)
    rejected = np.any((llr >= critical) & (arrivals <= limit), axis=1)
    assert rejected.mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / runs))


def test_maxsprt_over_periods():
    found = sequential.maxsprt([[0, 3, 6, 1], [0, 1, 0, 1]], [[1, 1, 1, 1], [1, 1, 1, 1]], [5.0, 5.0])
    assert found.alarm.tolist() == [[False, False, True, True], [False] * 4]
    assert found.count[0].tolist() == [0, 3, 9, 10]
    assert np.isinf(sequential.log_likelihood_ratio(1, 0))
    assert sequential.plan_limit([0.01, 0.3, 3.0, 7, 5000]).tolist() == [0.1, 0.5, 5, 10, 1000]


def test_sequential_p_agrees_with_the_recursion():
    values = np.array([0.5, 1.7, 3.3, 6.0])
    exact = [sequential.crossing_probability(v, 10.0) for v in values]
    np.testing.assert_allclose(sequential.sequential_p(values, 10.0), exact, rtol=0.02)
    assert sequential.sequential_p([0.0, np.inf], 10.0).tolist() == [1, 0]
    assert np.isnan(sequential.sequential_p([np.nan], 10.0)).all()


# -- Farrington ---------------------------------------------------------------------------------------------------


def test_farrington_does_all_series_as_each_alone():
    rng = np.random.default_rng(12)
    y = rng.poisson(rng.gamma(3, 4, size=(6, 1)), size=(6, 180)).astype(float)
    y[5] = 0
    control = Control(years=3, season_levels=4, threshold="nbPlugin")
    whole = farrington(y, [170, 175], control=control)
    for i, row in enumerate(y):
        alone = farrington(row, [170, 175], control=control)
        for name in ("expected", "upper", "p", "dispersion"):
            np.testing.assert_allclose(getattr(whole, name)[i], getattr(alone, name)[0], rtol=1e-9)
    assert np.isnan(whole.upper[5]).all()
    assert not whole.alarm[5].any()


def test_farrington_by_the_calendar_meets_the_same_weekday():
    starts = np.datetime64("2015-01-05") + 7 * np.arange(320)
    places = reference_points(319, 5, 52, starts)
    assert places[0] == 319
    gaps = (starts[319] - starts[places]).astype(int) / 365.25
    np.testing.assert_allclose(gaps, np.arange(6), atol=0.011)
    months = np.arange("2015-01", "2021-01", dtype="datetime64[M]").astype("datetime64[D]")
    assert reference_points(71, 3, 12, months).tolist() == [71, 59, 47, 35]
    assert reference_points(10, 1, 52).tolist() == [10, -1]


def test_farrington_baseline_levels_cover_the_years():
    chosen, level = baseline_levels(reference_points(300, 3, 52), Control(years=3, season_levels=10))
    assert chosen[0] == 300 - 156 - 3
    assert chosen[-1] == 300 - 4
    assert set(level) == set(range(1, 11))
    windows, _ = baseline_levels(reference_points(300, 3, 52), Control(years=3))
    assert len(windows) == 3 * 7
    with pytest.raises(ValueError, match="before the data"):
        baseline_levels(reference_points(100, 3, 52), Control(years=3))


def test_farrington_refuses_bad_input():
    with pytest.raises(ValueError, match="every period"):
        farrington([1, np.nan])
    with pytest.raises(ValueError, match="population"):
        farrington(np.ones(200), control=Control(population_offset=True, years=3))
    with pytest.raises(ValueError, match="threshold"):
        Control(threshold="median")
    assert farrington(np.ones(20)).upper.shape == (1, 0)


@given(st.floats(0.1, 500), st.floats(1.0, 10), st.floats(0.001, 0.2))
def test_negbin_upper_is_the_quantile(mean, phi, alpha):
    phi = max(phi, 1.01)
    upper = float(negbin_upper(mean, phi, alpha))
    assert tails.negbin_tail(upper + 1, mean, phi) <= alpha
    assert upper == 0 or tails.negbin_tail(upper, mean, phi) > alpha
