"""Two stretches of a series held against each other, as a plan for trend reporting states them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from complaint_qms.engine.signals.period_trend import TrendPlan, frequency_trends, judge_look, severity_trend


def test_two_periods_are_compared_as_by_an_exact_test_of_two_rates():
    counts = np.ones((1, 65))
    counts[0, 52:] = 2
    found = frequency_trends(counts, None, TrendPlan(method="exact_counts"))
    assert found.p[0] == pytest.approx(stats.binom.sf(25, 78, 0.2))
    assert (found.observed[0], found.expected[0], found.ratio[0]) == (26, 13, 2)
    # R: poisson.test(c(26, 52), c(13, 52))$conf.int
    assert (found.lower[0], found.upper[0]) == pytest.approx((1.198757, 3.261725), abs=1e-5)
    units = np.full((1, 65), 100.0)
    units[0, 52:] = 200
    by_units = frequency_trends(counts, units, TrendPlan(method="exact_counts"))
    assert by_units.by_units[0]
    assert by_units.expected[0] == 26
    assert by_units.p[0] > 0.4


def test_a_product_without_units_is_judged_by_time_from_its_first_complaint_on():
    counts = np.zeros((2, 65))
    counts[:, 60:] = 3
    counts[1, 20:60:2] = 1
    units = np.full((2, 65), 50.0)
    units[1, 30] = 0
    units[1, 30:] *= 0
    found = frequency_trends(counts, units, TrendPlan())
    assert found.by_units.tolist() == [True, False]
    assert found.base_weeks.tolist() == [52, 32]
    young = frequency_trends(counts[:1], None, TrendPlan())
    assert not young.judged[0]
    assert np.isnan(young.p[0])
    # What was complained about before the baseline began was out there all along.
    old = frequency_trends(counts[:1], None, TrendPlan(), [-30])
    assert (old.base_weeks[0], old.expected[0]) == (52, 0)
    assert old.p[0] == pytest.approx(0.2**15)


def test_a_look_shares_its_level_among_both_questions_and_all_products():
    look = judge_look([0.004, 0.5, np.nan, 0.3], [np.nan, 0.001, np.nan, 0.4], 0.01)
    assert look.corrected == pytest.approx([0.012, 0.006, np.nan, 0.6], nan_ok=True)
    assert look.limit == pytest.approx(0.01 / 3 / 2)
    both = judge_look([0.003, 0.5, np.nan, 0.3], [np.nan, 0.001, np.nan, 0.4], 0.01)
    assert both.limit == pytest.approx(0.01 * 2 / 3 / 2)
    rng = np.random.default_rng(11)
    told = [
        (judge_look(rng.random(100), rng.random(100), 0.05).corrected <= 0.05).any() for _look in range(2_000)
    ]
    assert 0.03 <= np.mean(told) <= 0.065
    assert np.isnan(judge_look([np.nan], [np.nan], 0.01).corrected[0])


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 2.0, 3.0])
def test_the_promised_level_holds_for_uneven_counts(dispersion: float):
    rng, mean = np.random.default_rng(4), 1.5
    shape = (20_000, 65)
    if dispersion == 1:
        counts = rng.poisson(mean, shape)
    else:
        counts = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, shape)
    for alpha in (0.05, 0.01):
        found = frequency_trends(counts, None, TrendPlan(alpha=alpha))
        assert (found.p <= alpha).mean() <= 1.2 * alpha


def test_what_became_graver_is_told_of_the_level_that_shows_it_best():
    before, now = np.array([0] * 40 + [1] * 5 + [2]), np.array([0, 1, 2, 2, 2, 2])
    found = severity_trend(now, before)
    assert found is not None
    assert (found.level, found.severe, found.size, found.before, found.base) == (2, 4, 6, 1, 46)
    table = [[4, 2], [1, 45]]
    assert found.p == pytest.approx(2 * stats.fisher_exact(table, alternative="greater").pvalue)
    assert severity_trend(now, now[:0]) is None
    assert severity_trend(np.zeros(4, int), np.zeros(9, int)) is None
    even = severity_trend(np.array([0, 1] * 6), np.array([0, 1] * 20))
    assert even is not None
    assert even.p > 0.5
