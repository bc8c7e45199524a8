"""The exact Poisson test of a count against a rate, known or taken from a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import open_share
from complaint_qms.engine.signals.tails import conditional_tail, poisson_tail, smallest_count

Array = NDArray[np.float64]


@short_repr()
@dataclass(frozen=True)
class PoissonTest:
    """Arrays of one shape. ``limit`` is the smallest count that alarms at ``alpha``."""

    expected: Array
    p: Array
    limit: Array
    alarm: NDArray[np.bool_]
    alpha: float


def poisson_test(
    counts: ArrayLike, exposure: ArrayLike, rate: ArrayLike, alpha: float = 0.001
) -> PoissonTest:
    """p = P(X >= count | rate × exposure) for a rate that is known; alarm when p <= alpha.

    All arguments broadcast. nan where the count is unknown or the exposure is not above 0.
    """
    open_share(alpha=alpha)
    counts, exposure, rate = np.broadcast_arrays(*(np.asarray(a, float) for a in (counts, exposure, rate)))
    expected = np.where(exposure > 0, rate * exposure, np.nan)
    p = np.where(np.isnan(expected), np.nan, poisson_tail(counts, np.nan_to_num(expected)))
    limit = poisson_limit(expected, alpha)
    return PoissonTest(expected, p, limit, p <= alpha, alpha)


def conditional_test(
    counts: ArrayLike,
    exposure: ArrayLike,
    base_count: ArrayLike,
    base_exposure: ArrayLike,
    alpha: float = 0.001,
) -> PoissonTest:
    """The same with a rate known only from a baseline, whose own chance is counted in (conditional binomial).

    As the baseline grows this becomes :func:`poisson_test` with rate base_count / base_exposure.
    """
    open_share(alpha=alpha)
    counts, exposure, base_count, base_exposure = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (counts, exposure, base_count, base_exposure))
    )
    known = (exposure > 0) & (base_exposure > 0)
    expected = np.where(known, base_count / np.where(known, base_exposure, 1.0) * exposure, np.nan)
    p = conditional_tail(counts, exposure, base_count, base_exposure)
    limit = conditional_limit(exposure, base_count, base_exposure, alpha)
    return PoissonTest(expected, p, limit, p <= alpha, alpha)


def poisson_limit(expected: ArrayLike, alpha: float) -> Array:
    """The smallest count whose Poisson tail at ``expected`` is at most alpha."""
    expected = np.asarray(expected, float)
    unknown = np.isnan(expected)
    mean = np.nan_to_num(expected)
    found = smallest_count(lambda count: poisson_tail(count, mean), alpha, expected.shape)
    return np.where(unknown, np.nan, found)


def conditional_limit(
    exposure: ArrayLike, base_count: ArrayLike, base_exposure: ArrayLike, alpha: float
) -> Array:
    """The smallest count whose conditional tail is at most alpha."""
    exposure, base_count, base_exposure = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (exposure, base_count, base_exposure))
    )
    return smallest_count(
        lambda count: conditional_tail(count, exposure, base_count, base_exposure), alpha, exposure.shape
    )


def garwood_interval(counts: ArrayLike, confidence: float = 0.95) -> tuple[Array, Array]:
    """Exact interval of a Poisson mean (Garwood, Biometrika 1936), elementwise: (lower, upper)."""
    counts = np.asarray(counts, float)
    tail = (1 - confidence) / 2
    lower = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1.0), tail), 0.0)
    return lower, special.gammainccinv(counts + 1, tail)
