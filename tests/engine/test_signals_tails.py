"""Tails of distributions and the false discovery rate: what holds for any counts."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from complaint_qms.engine.signals import fdr, tails
from complaint_qms.engine.signals.poisson import poisson_limit, poisson_test

p_values = hnp.arrays(float, st.integers(1, 40), elements=st.floats(0, 1))


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
