"""Upper tails of count distributions, over whole arrays, and the counts at which a tail falls below a level.

All functions broadcast their arguments. A tail is always P(X >= count), so it includes the count itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]

# A limit beyond this many complaints is reported as infinite; it also bounds the search.
_LARGEST = 2.0**52


def poisson_tail(count: ArrayLike, mean: ArrayLike) -> Array:
    """P(X >= count) for X ~ Poisson(mean); 1 at count 0, 0 at mean 0 with a count above 0."""
    count, mean = np.broadcast_arrays(np.asarray(count, float), np.asarray(mean, float))
    out = special.gammainc(np.maximum(count, 1.0), mean)
    return np.where(np.isnan(count), np.nan, np.where(count <= 0, 1.0, out))


def negbin_tail(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Array:
    """P(X >= count) for a negative binomial with this mean and variance = dispersion × mean.

    Size mean / (dispersion − 1), success probability 1 / dispersion (Noufaily et al., Statistics in Medicine 2013);
    Poisson where the dispersion is 1 or less.
    """
    count, mean, phi = np.broadcast_arrays(
        np.asarray(count, float), np.asarray(mean, float), np.asarray(dispersion, float)
    )
    wide = phi > 1
    extra = np.where(wide, phi - 1, 1.0)
    size = np.where(mean > 0, mean, 1.0) / extra
    share = np.where(wide, extra / (1 + extra), 0.5)
    out = np.where(wide, special.betainc(np.maximum(count, 1.0), size, share), poisson_tail(count, mean))
    out = np.where((mean == 0) & (count > 0), 0.0, out)
    return np.where(np.isnan(count) | np.isnan(mean), np.nan, np.where(count <= 0, 1.0, out))


def conditional_tail(
    count: ArrayLike, exposure: ArrayLike, base_count: ArrayLike, base_exposure: ArrayLike
) -> Array:
    """P(X >= count) when the rate is known only from ``base_count`` complaints in ``base_exposure`` units.

    Given the sum of both counts, the new one is binomial with share exposure / (exposure + base_exposure) if the
    rate is unchanged (Przyborowski and Wilenski, Biometrika 1940). nan where either exposure is not above 0.
    """
    count, exposure, base_count, base_exposure = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (count, exposure, base_count, base_exposure))
    )
    known = (exposure > 0) & (base_exposure > 0)
    share = np.where(known, exposure, 1.0) / np.where(known, exposure + base_exposure, 2.0)
    out = np.where(count <= 0, 1.0, special.betainc(np.maximum(count, 1.0), base_count + 1, share))
    return np.where(known & ~np.isnan(count), out, np.nan)


def smallest_count(tail: Callable[[Array], Array], level: ArrayLike, shape: tuple[int, ...]) -> Array:
    """The smallest whole count whose tail is at most ``level``, elementwise; nan where the tail is nan.

    ``tail`` maps an array of counts of this shape to their tails, which must fall as the count rises.
    """
    level = np.broadcast_to(np.asarray(level, float), shape)
    low = np.zeros(shape)  # the tail here is 1, above any level below 1
    high = np.ones(shape)
    unknown = np.isnan(tail(high))
    while True:
        short = (tail(high) > level) & ~unknown & (high < _LARGEST)
        if not short.any():
            break
        low = np.where(short, high, low)
        high = np.where(short, high * 2, high)
    while True:
        gap = high - low > 1
        if not gap.any():
            break
        middle = np.floor((low + high) / 2)
        above = tail(middle) > level
        low = np.where(gap & above, middle, low)
        high = np.where(gap & ~above, middle, high)
    high = np.where(high >= _LARGEST, np.inf, high)
    return np.where(unknown, np.nan, high)


def normal_quantile(share: float) -> float:
    """The standard normal quantile, e.g. 3.090232 for 0.999."""
    return float(special.ndtri(share))
