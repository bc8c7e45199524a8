"""Poisson MaxSPRT: a new batch or a launch, looked at as often as one likes.

Kulldorff et al., Sequential Analysis 2011. With c complaints where μ are expected so far, the statistic is
LLR = c ln(c/μ) − (c − μ) for c > μ, else 0; the null is rejected when it reaches a critical value before μ reaches
the planned upper limit T. Critical values come from the exact recursion over complaints, as in R's
``Sequential::CV.Poisson``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import above, open_share, whole

if TYPE_CHECKING:
    from scipy import interpolate

Array = NDArray[np.float64]

_LARGEST_T = 1000.0
"""The recursion costs the square of T; a plan beyond this is taken as this one by :func:`plan_limit`."""
_PLANS = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, _LARGEST_T])


@short_repr()
@dataclass(frozen=True)
class MaxSprt:
    """Arrays of the counts' shape (cumulative along the last axis), and the critical value of each series."""

    count: Array
    expected: Array
    llr: Array
    critical: Array
    alarm: NDArray[np.bool_]
    """True from the first period on in which the statistic reached the critical value within the plan."""


def log_likelihood_ratio(count: ArrayLike, expected: ArrayLike) -> Array:
    """c ln(c/μ) − (c − μ) for c > μ, else 0; inf for complaints where none are expected."""
    count, expected = np.broadcast_arrays(np.asarray(count, float), np.asarray(expected, float))
    above = count > expected
    with np.errstate(divide="ignore", invalid="ignore"):
        llr = count * np.log(count / expected) - (count - expected)
    out = np.where(above, llr, 0.0)
    return np.where(np.isnan(count) | np.isnan(expected), np.nan, out)


def reject_before(counts: ArrayLike, critical: float) -> Array:
    """The μ below which this many complaints reach the critical value: the root of LLR(c, μ) = critical, μ < c."""
    counts = np.asarray(counts, float)
    return -counts * special.lambertw(-np.exp(-1.0 - critical / counts)).real


def crossing_probability(critical: float, upper_limit: float, min_count: int = 1) -> float:
    """Probability that the statistic reaches ``critical`` before μ = ``upper_limit`` if the rate is unchanged.

    Only counts of at least ``min_count`` may reject. The recursion walks the times μ_c at which c complaints would
    just reject: the process is still unrejected there if fewer than c have come, and the numbers in between are
    Poisson. Cost grows with the square of T.
    """
    above(0, critical=critical, upper_limit=upper_limit)
    whole(1, min_count=min_count)
    most = min_count
    while reject_before(most, critical) < upper_limit:
        most = most * 2
    counts = np.arange(min_count, most + 1)
    times = reject_before(counts, critical)
    last = int(np.searchsorted(times, upper_limit))
    counts, times = counts[: last + 1], np.minimum(times[: last + 1], upper_limit)
    alive = np.array([1.0])  # probability of 0, 1, … complaints, none of them having rejected
    before = 0.0
    for count, time in zip(counts, times, strict=True):
        arrivals = _poisson_pmf(int(count), time - before)
        alive = np.convolve(alive, arrivals)[: int(count)]
        before = time
    return max(0.0, 1.0 - float(alive.sum()))


@lru_cache(maxsize=1024)
def critical_value(upper_limit: float, alpha: float = 0.05, min_count: int = 1) -> float:
    """The critical value whose crossing probability is alpha, for a plan that ends at μ = ``upper_limit``.

    Where even the earliest possible rejection is less likely than alpha, it is LLR(min_count, upper_limit), the
    smallest value that any rejection reaches; R's Sequential answers there that no plan exists.
    """
    open_share(alpha=alpha)
    whole(1, min_count=min_count)
    if not 0 < upper_limit <= _LARGEST_T:
        raise ValueError(f"upper_limit must lie above 0 and be at most {_LARGEST_T:.0f} expected complaints")
    if special.gammainc(min_count, upper_limit) <= alpha:
        return float(log_likelihood_ratio(min_count, upper_limit))

    def excess(critical: float) -> float:
        return crossing_probability(critical, upper_limit, min_count) - alpha

    from scipy import (
        optimize,
    )  # imported late, as interpolation: only what is watched from its beginning on needs it

    high = 4.0
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, 1e-9, high, xtol=1e-12, rtol=1e-14))


def plan_limit(expected: ArrayLike) -> Array:
    """A planned T rounded up to 1, 2 or 5 times a power of ten, so that many series share few critical values.

    Rounding up is safe: a longer plan has the larger critical value. Held between 0.1 and 1000.
    """
    place = np.searchsorted(_PLANS, np.asarray(expected, float) * (1 - 1e-9))
    return _PLANS[np.minimum(place, len(_PLANS) - 1)]


def maxsprt(
    counts: ArrayLike,
    expected: ArrayLike,
    upper_limit: ArrayLike,
    *,
    alpha: float = 0.05,
    min_count: int = 1,
    dispersion: ArrayLike = 1.0,
) -> MaxSprt:
    """MaxSPRT over periods: ``counts`` and ``expected`` per period along the last axis, summed here.

    ``upper_limit`` T per series, fixed before the first look (:func:`plan_limit` rounds it). Unknown periods add
    nothing. Beyond μ = T nothing new is rejected. ``dispersion``: how many times as much as chance counts vary, of a shape
    that spreads to the counts; the likelihood ratio is divided by it, and ``min_count`` is as many times as large.
    """
    counts = np.asarray(counts, float)
    expected = np.broadcast_to(np.asarray(expected, float), counts.shape)
    known = ~(np.isnan(counts) | np.isnan(expected))
    c = np.cumsum(np.where(known, counts, 0.0), axis=-1)
    mu = np.cumsum(np.where(known, expected, 0.0), axis=-1)
    limit = np.broadcast_to(np.asarray(upper_limit, float), counts.shape[:-1])
    values, place = np.unique(limit, return_inverse=True)
    table = np.array([critical_value(float(v), alpha, min_count) for v in values])
    critical = table[place].reshape(limit.shape)
    phi = np.maximum(np.asarray(dispersion, float), 1.0)
    llr = log_likelihood_ratio(c, mu) / phi
    hit = (llr >= critical[..., None]) & (c >= min_count * phi) & (mu <= limit[..., None] * (1 + 1e-12))
    return MaxSprt(c, mu, llr, critical, np.logical_or.accumulate(hit, axis=-1))


def sequential_p(llr: ArrayLike, upper_limit: float, min_count: int = 1) -> Array:
    """Probability that the statistic would ever reach this value within the plan: a p-value that allows for looking.

    ln p is interpolated (monotone cubic) between exact values on a fixed grid, to within 2 % of p (8 % for
    plans below 1); the alarm itself rests on the exact critical value. 1 for a statistic
    of 0. Beyond 24, where p is below 1e-9, it goes on with the slope of the last part.
    """
    llr = np.asarray(llr, float)
    logs = _log_p(upper_limit, min_count)
    usable = (llr > 0) & np.isfinite(llr)
    inside = np.clip(np.where(usable, llr, _NODES[0]), _NODES[0], _NODES[-1])
    slope = float(logs.derivative()(_NODES[-1]))
    beyond = np.where(usable, np.maximum(llr - _NODES[-1], 0.0), 0.0)
    out = np.where(usable, np.exp(logs(inside) + slope * beyond), 1.0)
    return np.where(np.isnan(llr), np.nan, np.where(np.isposinf(llr), 0.0, out))


_NODES = np.concatenate(
    [np.linspace(0.05, 2.0, 10), np.linspace(2.5, 8.0, 12), [10.0, 13.0, 16.0, 20.0, 24.0]]
)


@lru_cache(maxsize=64)
def _log_p(upper_limit: float, min_count: int) -> interpolate.PchipInterpolator:
    from scipy import interpolate

    values = [max(crossing_probability(float(x), upper_limit, min_count), 1e-14) for x in _NODES]
    return interpolate.PchipInterpolator(_NODES, np.minimum.accumulate(np.log(values)))


def _poisson_pmf(size: int, mean: float) -> Array:
    """P(0), P(1), …: at most ``size`` of them, and none beyond where the rest adds up to less than 1e-20."""
    if mean <= 0:
        return np.ones(1)
    k = np.arange(min(size, int(mean + 12 * math.sqrt(mean) + 40)))
    return np.exp(k * math.log(mean) - mean - special.gammaln(k + 1))
