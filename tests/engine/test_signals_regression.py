"""The regression below Farrington's method: optimum, step halving, series by series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine.signals import regression
from complaint_qms.engine.signals.farrington_flexible import Control, farrington
from complaint_qms.engine.signals.regression import deviance, poisson_regression


def design(periods):
    return np.column_stack([np.ones(periods), np.arange(periods) - (periods - 1) / 2])


counts = st.lists(st.integers(0, 60), min_size=6, max_size=40)


@given(counts, st.integers(0, 1000))
def test_a_converged_fit_solves_the_score_equations(row, seed):
    y, x = np.array([row], float), design(len(row))
    prior = np.random.default_rng(seed).uniform(0.2, 2.0, y.shape)
    found = poisson_regression(y, x, None, prior)
    assert found.deviance[0] == pytest.approx(deviance(y, found.mu, prior)[0])
    if found.converged[0] and found.deviance[0] > 1e-3 and found.mu.min() > 1e-6:
        slack = np.abs((prior * (y - found.mu)) @ x)[0]
        assert (slack <= 1e-2 * (1.0 + np.abs(prior * y) @ np.abs(x))[0]).all()


@given(counts, st.floats(0.1, 3.0))
def test_no_round_after_the_first_makes_the_fit_worse(row, spread):
    y, x = np.array([row], float), design(len(row))
    prior = np.exp(np.random.default_rng(len(row)).normal(0, spread, y.shape))
    reached = []
    for rounds in range(1, 9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(regression, "ROUNDS", rounds)
            reached.append(poisson_regression(y, x, None, prior).deviance[0])
    finite = np.array(reached)[np.isfinite(reached)]
    assert (np.diff(finite) <= 1e-8 * (finite[1:] + 0.1) + 1e-12).all()


def test_a_step_that_overshoots_is_halved(monkeypatch):
    y = np.array([[1.0, 0, 0, 571, 0, 0, 0, 0]])
    prior = np.array([[4.777, 124.178, 672.485, 13.37, 1.043, 0.219, 19.555, 0.148]])
    with monkeypatch.context() as patch:
        patch.setattr(regression, "HALVINGS", 0)
        plain = poisson_regression(y, design(8), None, prior)
    assert not plain.converged[0]
    found = poisson_regression(y, design(8), None, prior)
    assert found.converged[0]
    assert found.deviance[0] < 0.2 * plain.deviance[0]
    np.testing.assert_allclose((prior * (y - found.mu)) @ design(8), 0, atol=1.0)  # of sums of some 7,600
    for step in ([1e-3, 0], [0, 1e-3]):
        for moved in (found.beta + step, found.beta - step):
            assert deviance(y, np.exp(moved @ design(8).T), prior)[0] > found.deviance[0]


def test_series_do_not_disturb_each_other():
    rng = np.random.default_rng(5)
    y = rng.poisson(rng.uniform(0.1, 20, (12, 1)), (12, 40)).astype(float)
    x, prior = design(40), np.ones_like(y)
    together = poisson_regression(y, x, None, prior)
    for row in range(len(y)):
        alone = poisson_regression(y[row : row + 1], x, None, prior[:1])
        assert alone.converged[0] == together.converged[row]
        np.testing.assert_allclose(alone.beta[0], together.beta[row], rtol=1e-9, atol=1e-12)


def test_halving_leaves_a_well_behaved_series_as_it_was(monkeypatch):
    rng = np.random.default_rng(8)
    season = 5 + 3 * np.sin(2 * np.pi * np.arange(320) / 52)
    y = rng.poisson(season, (6, 320))
    found = farrington(y, [317, 318, 319], control=Control())
    monkeypatch.setattr(regression, "HALVINGS", 0)
    plain = farrington(y, [317, 318, 319], control=Control())
    assert np.array_equal(found.upper, plain.upper)
    assert np.array_equal(found.expected, plain.expected)
