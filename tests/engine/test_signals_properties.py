"""Properties that must hold for any data, and the defined answers for awkward data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from complaint_qms.engine.signals.charts import c_chart, laney_u_chart, p_chart, u_chart
from complaint_qms.engine.signals.cusum import (
    average_run_length,
    decision_limit,
    decision_limits,
    poisson_cusum,
    reference_value,
    standard_cusum,
)
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.threshold import threshold_test, window_sum

tables = hnp.arrays(float, st.tuples(st.integers(1, 5), st.integers(12, 30)), elements=st.integers(0, 60))


def rows_alone(function, table):
    """The same function on each series by itself."""
    return np.stack([function(row) for row in table])


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
