"""Properties that must hold for any data, and the defined answers for awkward data."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from complaint_qms.engine.signals import fdr, sequential, tails
from complaint_qms.engine.signals.charts import c_chart, laney_u_chart, p_chart, u_chart
from complaint_qms.engine.signals.cusum import (
    average_run_length,
    decision_limit,
    decision_limits,
    poisson_cusum,
    reference_value,
    standard_cusum,
)
from complaint_qms.engine.signals.disproportionality import disproportion, pair_table
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.ebgm import fit_prior, score, squash
from complaint_qms.engine.signals.farrington_flexible import (
    Control,
    baseline_levels,
    farrington,
    negbin_upper,
    reference_points,
)
from complaint_qms.engine.signals.poisson import poisson_limit, poisson_test
from complaint_qms.engine.signals.threshold import threshold_test, window_sum

# Time is measured by the benchmarks, not here.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

tables = hnp.arrays(float, st.tuples(st.integers(1, 5), st.integers(12, 30)), elements=st.integers(0, 60))
p_values = hnp.arrays(float, st.integers(1, 40), elements=st.floats(0, 1))


def rows_alone(function, table):
    """The same function on each series by itself."""
    return np.stack([function(row) for row in table])


# -- tails --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 400), st.floats(0.001, 300))
def test_poisson_tail_is_the_survival_function(count, mean):
    assert tails.poisson_tail(count, mean) == pytest.approx(
        stats.poisson.sf(count - 1, mean), rel=1e-9, abs=1e-280
    )


@given(st.integers(0, 400), st.floats(0.01, 300), st.floats(1.01, 20))
def test_negbin_tail_is_the_survival_function(count, mean, phi):
    expected = stats.nbinom.sf(count - 1, mean / (phi - 1), 1 / phi)
    assert tails.negbin_tail(count, mean, phi) == pytest.approx(expected, rel=1e-8, abs=1e-200)


@given(st.integers(0, 200), st.floats(0.1, 100))
def test_conditional_tail_tends_to_poisson_for_a_long_baseline(count, mean):
    exact = tails.conditional_tail(count, 1.0, mean * 1e9, 1e9)
    assert exact == pytest.approx(tails.poisson_tail(count, mean), rel=1e-4, abs=1e-12)


@given(st.floats(0.001, 1e5), st.floats(1e-6, 0.4))
def test_smallest_count_is_the_smallest(mean, alpha):
    limit = float(poisson_limit(mean, alpha))
    assert tails.poisson_tail(limit, mean) <= alpha
    assert tails.poisson_tail(limit - 1, mean) > alpha


def test_tails_of_huge_counts_and_edges():
    assert tails.poisson_tail(10**9, 1e9) == pytest.approx(0.5, abs=1e-4)
    assert tails.poisson_tail([0, 1], 0).tolist() == [1, 0]
    assert np.isnan(tails.poisson_tail(np.nan, 1))
    assert tails.negbin_tail([0, 1], 0, 3).tolist() == [1, 0]
    assert np.isnan(tails.conditional_tail(3, 0, 5, 10))
    assert np.isnan(tails.conditional_tail(3, 5, 5, 0))
    assert tails.conditional_tail(3, 10, 0, 90) == pytest.approx(0.1**3)
    limit = float(poisson_limit(1e9, 0.001))
    assert limit == pytest.approx(1e9 + 3.09 * np.sqrt(1e9), rel=1e-6)


@given(st.integers(0, 50), st.floats(0.1, 50), st.floats(0.1, 50))
def test_poisson_p_falls_with_the_count_and_rises_with_the_rate(count, exposure, rate):
    here = poisson_test(count, exposure, rate).p
    assert poisson_test(count + 1, exposure, rate).p <= here
    assert poisson_test(count, exposure, rate * 1.5).p >= here


# -- false discovery rate -----------------------------------------------------------------------------------------


@given(p_values, st.floats(0.01, 0.3))
def test_adjusting_only_raises_p_and_keeps_its_order(p, level):
    q = fdr.adjust(p)
    assert np.all(q >= p - 1e-15)
    assert np.all(np.diff(q[np.argsort(p, kind="stable")]) >= -1e-15)
    assert np.all(fdr.adjust(p, rule="by") >= q - 1e-15)
    # Benjamini and Hochberg's step-up rule itself: reject the i smallest with p(i) <= level · i / m.
    ranked = np.sort(p)
    assume(not np.isclose(ranked * len(p) / np.arange(1, len(p) + 1), level, rtol=1e-9).any())
    passing = np.flatnonzero(ranked <= level * np.arange(1, len(p) + 1) / len(p))
    count = passing[-1] + 1 if passing.size else 0
    found = fdr.discoveries(p, level).sum()
    assert found == np.sum(p <= ranked[count - 1]) if count else found == 0


@given(p_values, st.randoms(use_true_random=False))
def test_adjusting_does_not_depend_on_the_order(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    np.testing.assert_allclose(fdr.adjust(p[order]), fdr.adjust(p)[order])


@given(hnp.arrays(float, (6, 4), elements=st.one_of(st.floats(0, 1), st.just(np.nan))))
def test_tests_not_made_do_not_count(p):
    q = fdr.adjust(p, axis=0)
    for column in range(p.shape[1]):
        made = ~np.isnan(p[:, column])
        assert np.isnan(q[~made, column]).all()
        if made.any():
            np.testing.assert_allclose(q[made, column], fdr.adjust(p[made, column]))


def test_false_discoveries_stay_below_the_level():
    rng = np.random.default_rng(8)
    shares = []
    for _ in range(400):
        real = rng.random(200) < 0.15
        z = rng.normal(size=200) + 3 * real
        found = fdr.discoveries(stats.norm.sf(z), 0.1)
        shares.append(np.sum(found & ~real) / max(1, found.sum()))
    assert np.mean(shares) <= 0.1


def test_adjust_refuses_what_is_no_p_value():
    with pytest.raises(ValueError, match="between"):
        fdr.adjust([0.5, 1.5])
    with pytest.raises(ValueError, match="dimension"):
        fdr.adjust(0.5)
    with pytest.raises(ValueError, match="rule"):
        fdr.adjust([0.5], rule="bonferroni")


# -- charts -------------------------------------------------------------------------------------------------------


@given(tables, st.floats(0.1, 1000))
def test_charts_do_all_series_as_each_alone_and_ignore_the_unit(table, unit):
    n = 5.0 + np.arange(table.size).reshape(table.shape) % 7
    for chart in (u_chart, laney_u_chart):
        whole = chart(table, n)
        np.testing.assert_allclose(
            whole.upper, np.stack([chart(y, m).upper for y, m in zip(table, n, strict=True)])
        )
        scaled = chart(table, n * unit)
        np.testing.assert_allclose(scaled.upper * unit, whole.upper, rtol=1e-9)
        np.testing.assert_allclose(scaled.z, whole.z, rtol=1e-7, atol=1e-9)


@given(tables)
def test_baseline_periods_alone_set_the_centre(table):
    base = np.arange(table.shape[1]) < 10
    changed = table.copy()
    changed[:, 10:] += 50
    np.testing.assert_array_equal(
        laney_u_chart(table, 3.0, baseline=base).upper, laney_u_chart(changed, 3.0, baseline=base).upper
    )


def test_charts_of_awkward_series():
    zeros = u_chart([0, 0, 0, 2], [10, 10, 10, 10], baseline=[True, True, True, False])
    assert zeros.center == 0
    assert zeros.above.tolist() == [False, False, False, True]
    assert zeros.z[0] == 0
    gaps = u_chart([4, np.nan, 6, 5], [10, 10, 0, 10])
    assert gaps.center == pytest.approx(9 / 20)
    assert np.isnan(gaps.upper[1:3]).all()
    assert not gaps.above[1:3].any()
    one = laney_u_chart([5], [10])
    assert np.isnan(one.sigma_z)
    assert not one.above.any()
    assert c_chart([7]).upper[0] == pytest.approx(7 + 3 * np.sqrt(7))
    assert p_chart([49, 50], 50).upper.max() == 1
    with pytest.raises(ValueError, match="more defectives"):
        p_chart([51], 50)
    with pytest.raises(ValueError, match="negative"):
        c_chart([-1])


# -- EARS, CUSUM, thresholds ---------------------------------------------------------------------------------------


@given(tables, st.sampled_from(["C1", "C2", "C3"]))
def test_ears_does_all_series_as_each_alone(table, method):
    np.testing.assert_array_equal(
        ears(table, method).upper, rows_alone(lambda y: ears(y, method, min_sd=0).upper, table)
    )


@given(tables, st.floats(0.5, 50), st.floats(-3, 30))
def test_ears_statistic_ignores_level_and_scale(table, scale, shift):
    moved = ears(table * scale + shift, "C2").statistic
    here = ears(table, "C2").statistic
    flat = ears(table, "C2").sd < 1e-6
    np.testing.assert_allclose(moved[~flat], here[~flat], rtol=1e-6, atol=1e-6)


def test_ears_of_awkward_series():
    flat = ears([3.0] * 12, "C1")
    assert (flat.statistic[7:] == 0).all()
    assert not flat.alarm.any()
    jump = ears([0.0] * 7 + [1], "C1")
    assert jump.statistic[7] == np.inf
    assert jump.alarm[7]
    assert not ears([0.0] * 7 + [1], "C1", min_sd=0.5).alarm[7]
    assert np.isnan(ears([5], "C2").upper).all()
    assert np.isnan(ears([1, 2, np.nan, 4, 5, 6, 7, 8, 9.0], "C1").upper[7])
    with pytest.raises(ValueError, match="method"):
        ears([1], "C4")


@given(tables, st.floats(0.5, 20), st.booleans())
def test_cusum_follows_its_recursion(table, k, reset):
    found = poisson_cusum(table, k, 10.0, reset=reset)
    for row, values in zip(table, found.value, strict=True):
        level = 0.0
        for y, value in zip(row, values, strict=True):
            # In the same order of addition, since a last digit may decide whether the limit is reached.
            level = max(0.0, level + (y - k))
            assert value == level
            if reset and level >= 10:
                level = 0.0


def test_cusum_steps_over_unknown_counts():
    found = poisson_cusum([5, np.nan, 5], 3, 4)
    assert found.value.tolist() == [2, 2, 4]
    assert found.alarm.tolist() == [False, False, True]


def test_average_run_length_by_simulation():
    k, h = 3.0, 6.0
    exact = average_run_length(2.0, k, h, 2)
    rng = np.random.default_rng(3)
    lengths = []
    for _ in range(3000):
        level, n = 0.0, 0
        while level < h:
            level = max(0.0, level + rng.poisson(2.0) - k)
            n += 1
        lengths.append(n)
    assert np.mean(lengths) == pytest.approx(exact, rel=4 / np.sqrt(3000))


@pytest.mark.parametrize("ratio", [1.5, 2.0])
@pytest.mark.parametrize("mean", [0.066, 0.6616, 0.9, 2.0, 4.157, 21.0])
def test_decision_limit_keeps_the_promised_run_length(mean, ratio):
    """Judged by a chain on a grid four times as fine and more, with the reference value that a scan uses."""
    k = float(reference_value(mean, ratio * mean))
    parts = min(range(96, 193), key=lambda n: abs(k * n - round(k * n)) / n)
    alone = average_run_length(mean, k, decision_limit(mean, ratio, 500.0), parts)
    assert alone > 500 * 0.95  # the finer grid rounds h as well
    among_many = average_run_length(mean, k, float(decision_limits([mean], ratio, 500.0)[0]), parts)
    assert 500 * 0.95 < among_many < 500 * 3


def test_a_run_length_past_all_digits_is_infinite():
    assert average_run_length(0.001, 5.0, 20.0, 10) == np.inf


def test_reference_value_needs_a_rise():
    with pytest.raises(ValueError, match="rise"):
        reference_value(2, 2)


def test_standard_cusum_needs_something_before_and_after():
    with pytest.raises(ValueError, match="start"):
        standard_cusum([1, 2, 3], 3)
    assert not standard_cusum([0, 0, 0, 4.0], 3).alarm[0] or np.isinf(
        standard_cusum([0, 0, 0, 4.0], 3).value[0]
    )


@given(tables, st.integers(1, 8), st.integers(0, 4))
def test_window_sum_is_the_sum_of_the_window(table, window, guard):
    found = window_sum(table, window, guard)
    for t in range(table.shape[1]):
        end = max(0, t + 1 - guard)
        np.testing.assert_array_equal(found[:, t], table[:, max(0, end - window) : end].sum(axis=1))


def test_threshold_by_count_and_by_rate():
    counts, units = [1, 2, 3, 0], [10, 10, 10, 0]
    assert threshold_test(counts, window=2, count_limit=5).alarm.tolist() == [False, False, True, False]
    by_rate = threshold_test(counts, units, rate_limit=0.2)
    assert by_rate.alarm.tolist() == [False, True, True, False]
    assert np.isnan(by_rate.rate[3])
    with pytest.raises(ValueError, match="limit"):
        threshold_test(counts)
    with pytest.raises(ValueError, match="exposure"):
        threshold_test(counts, rate_limit=1)
    with pytest.raises(ValueError, match="window"):
        threshold_test(counts, window=0, count_limit=1)


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
