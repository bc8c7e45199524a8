"""Series of a portfolio lend each other how uneven they are."""

import numpy as np
import pytest

from complaint_qms.engine.signals.scanning import Settings, limits, scan
from complaint_qms.engine.signals.shared_dispersion import DISPERSIONS, _moments, lent_dispersion


def drawn(rng, mean, dispersion, shape):
    mean = np.broadcast_to(mean, shape)
    if dispersion == 1:
        return rng.poisson(mean).astype(float)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(float)


@pytest.mark.parametrize(("total", "phi"), [(3, 1.25), (16, 2.0), (40, 3.5), (100, 1.5), (400, 5.0)])
def test_the_own_dispersion_scatters_as_that_of_a_compound_multinomial(total, phi):
    rng, weeks = np.random.default_rng(total), 52
    shares = rng.dirichlet(np.full(weeks, total / (phi - 1) / weeks), 20_000)
    counts = rng.multinomial(total, shares / shares.sum(axis=1, keepdims=True))
    own = (weeks / total * (counts**2).sum(axis=1) - total) / (weeks - 1)
    mean, variance = _moments(np.array([float(total)]), np.array([52.0]), np.array([phi]))
    assert own.mean() == pytest.approx(mean[0], rel=0.03)
    assert own.var() == pytest.approx(variance[0], rel=0.1)


@pytest.mark.parametrize("phi", [1.0, 2.0, 3.0])
def test_what_is_lent_is_what_the_series_are(phi):
    counts = drawn(np.random.default_rng(3), 1.0, phi, (300, 60))
    lent = lent_dispersion(counts, None, np.ones(counts.shape, bool), 52, 2, 12)
    assert not lent.known(12)
    assert lent.shares[-1] @ DISPERSIONS == pytest.approx(phi, rel=0.06)


def test_a_rare_series_needs_fewer_complaints_among_calm_ones_and_more_among_uneven_ones():
    mean, shape = 0.25, (200, 80)
    counts = drawn(np.random.default_rng(5), mean, 1, shape)
    usual = np.flatnonzero(counts[:, 25:77].sum(axis=1) == 13)[:8]
    calm = limits(scan(counts), None, usual)[:, -1]
    alone = [limits(scan(counts[[row]]), None, 0)[-1] for row in usual]
    uneven = drawn(np.random.default_rng(5), mean, 3, shape)
    uneven[usual] = counts[usual]
    others = limits(scan(uneven), None, usual)[:, -1]
    assert np.median(calm) == 4  # 4 of 13 in a year and a week: 1 in 3,000
    assert np.median(alone) == 6
    assert (others > calm).all()


def test_where_some_series_are_uneven_false_signals_stay_within_the_level():
    rng = np.random.default_rng(4)
    weeks = found = 0
    for _ in range(3):
        mean = rng.gamma(0.7, 1.2, (600, 1)) + 0.02
        counts = drawn(rng, mean, 1, (600, 130))
        counts[:180] = drawn(rng, mean[:180], 3, (180, 130))
        result = scan(counts, settings=Settings(lasting=False))
        judged = ~np.isnan(result.cells.expected)
        assert (result.cells.alarm & judged).sum() <= 0.001 * judged.sum() * 1.25
        weeks += judged.any(axis=0).sum()
        found += result.signal.any(axis=0).sum()
    assert found / weeks <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / weeks)
