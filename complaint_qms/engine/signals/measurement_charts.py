"""Charts of measurements: individuals and moving range (I-MR), subgroup means and standard deviations (X-bar / S); and np.

Time runs along the last axis; anything before it (series) is computed at once. ``baseline`` marks the periods that set
centre and spread, as in :mod:`.charts`, whose :class:`~.charts.Chart` is the result; nan is unknown and takes no part.
Definitions follow Montgomery, Introduction to Statistical Quality Control (6.3, 6.4, 7.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.charts import Array, Chart, moving_range_sigma

_D2, _D3 = 1.128, 0.8525
"""Mean and standard deviation of the range of two standard normal values (Montgomery, appendix VI)."""


def np_chart(
    counts: ArrayLike, size: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0
) -> Chart:
    """Numbers of defectives in samples of one ``size`` (one for all, or per series): n·p̄ ± sigmas · √(n·p̄(1 − p̄)).

    Raises ValueError for more defectives than units. Where samples differ in size, use ``p_chart``.
    """
    counts = _values(counts)
    units = np.broadcast_to(np.asarray(size, float), counts.shape[:-1])
    if np.any(~(units > 0)):
        raise ValueError("size must be more than 0")
    if np.any(counts < 0) or np.any(counts > units[..., None]):
        raise ValueError("counts must be 0 … size")
    center = _mean(counts, _base(baseline, counts))
    spread = np.sqrt(center * (1 - center / units))
    return _level("np", counts, center, spread, sigmas, floor=0.0, ceiling=units)


def i_chart(
    values: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0, screen: bool = False
) -> Chart:
    """Individual values: mean ± sigmas · mean moving range / 1.128. ``screen`` as in ``laney_u_chart``."""
    values = _values(values)
    base = _base(baseline, values)
    spread = moving_range_sigma(_inside(values, base, baseline), screen)
    return _level("i", values, _mean(values, base), spread, sigmas)


def mr_chart(values: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0) -> Chart:
    """Moving ranges |x_i − x_(i−1)| of the values: centre their mean, upper limit 3.267 times it at 3 sigmas."""
    values = _values(values)
    inside = _inside(values, _base(baseline, values), baseline)
    center = moving_range_sigma(inside) * _D2
    ranges = np.full(values.shape, np.nan)
    ranges[..., 1:] = np.abs(np.diff(values, axis=-1))
    return _level("mr", ranges, center, center * _D3 / _D2, sigmas, floor=0.0)


def xbar_chart(values: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0) -> Chart:
    """Means of subgroups, ``values`` (…, subgroups, measurements), nan where a subgroup has fewer.

    Centre: mean of all measurements; limits ± sigmas · s̄ / (c₄ √n), with s̄ as in :func:`s_chart`.
    """
    means, _deviations, sizes, s_bar, base = _subgroups(values, baseline)
    weight = np.where(base & ~np.isnan(means), sizes, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        center = np.sum(np.where(weight > 0, means * weight, 0.0), axis=-1) / np.sum(weight, axis=-1)
        spread = s_bar[..., None] / (c4(sizes) * np.sqrt(sizes))
    return _level("xbar", means, center, spread, sigmas)


def s_chart(values: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0) -> Chart:
    """Standard deviations of subgroups, ``values`` as in :func:`xbar_chart`: s̄ · (1 ± sigmas · √(1 − c₄²) / c₄).

    s̄: mean of the standard deviations where all subgroups of a series have one size, else √(Σ(n − 1)s² / Σ(n − 1)).
    """
    _means, deviations, sizes, s_bar, _base_of = _subgroups(values, baseline)
    with np.errstate(invalid="ignore", divide="ignore"):
        unbiased = c4(sizes)
        spread = s_bar[..., None] * np.sqrt(1 - unbiased**2) / unbiased
    return _level("s", deviations, s_bar, spread, sigmas, floor=0.0)


def c4(sizes: ArrayLike) -> Array:
    """Mean of the standard deviation of n normal values in units of theirs: √(2 / (n − 1)) · Γ(n/2) / Γ((n − 1)/2)."""
    n = np.asarray(sizes, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sqrt(2 / (n - 1)) * np.exp(special.gammaln(n / 2) - special.gammaln((n - 1) / 2))
    return np.where(n >= 2, found, np.nan)


def _subgroups(
    values: ArrayLike, baseline: ArrayLike | None
) -> tuple[Array, Array, Array, Array, NDArray[np.bool_]]:
    """Means, standard deviations, sizes, s̄ and the baseline."""
    values = np.asarray(values, float)
    if values.ndim < 2:
        raise ValueError("values need dimensions of subgroups and of measurements")
    there = ~np.isnan(values)
    sizes = there.sum(axis=-1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(there, values, 0.0).sum(axis=-1) / sizes
        squares = np.where(there, values - means[..., None], 0.0) ** 2
        deviations = np.where(sizes >= 2, np.sqrt(squares.sum(axis=-1) / (sizes - 1)), np.nan)
        base = _base(baseline, deviations)
        most, least = np.where(base, sizes, -np.inf).max(axis=-1), np.where(base, sizes, np.inf).min(axis=-1)
        freedom = np.where(base, sizes - 1, 0.0)
        pooled = np.sqrt(np.sum(freedom * np.nan_to_num(deviations) ** 2, axis=-1) / np.sum(freedom, axis=-1))
    return means, deviations, sizes, np.where(most == least, _mean(deviations, base), pooled), base


def _level(
    kind: str,
    value: Array,
    center: Array,
    spread: Array,
    sigmas: float,
    floor: float = -np.inf,
    ceiling: ArrayLike = np.inf,
) -> Chart:
    """A chart with one centre a series and a spread of the series or of each period."""
    middle = center[..., None]
    wide = np.where(np.isnan(value), np.nan, spread if spread.shape == value.shape else spread[..., None])
    with np.errstate(invalid="ignore", divide="ignore"):
        lower = np.maximum(middle - sigmas * wide, floor)
        upper = np.minimum(middle + sigmas * wide, np.asarray(ceiling, float)[..., None])
        z = (value - middle) / wide
    z = np.where((wide == 0) & (value == middle), 0.0, z)
    return Chart(kind, value, center, lower, upper, z, np.ones(center.shape), sigmas)


def _values(values: ArrayLike) -> Array:
    values = np.asarray(values, float)
    if values.ndim == 0:
        raise ValueError("values need at least one dimension of periods")
    return values


def _base(baseline: ArrayLike | None, values: Array) -> NDArray[np.bool_]:
    if baseline is None:
        return ~np.isnan(values)
    return np.broadcast_to(np.asarray(baseline, bool), values.shape) & ~np.isnan(values)


def _inside(values: Array, base: NDArray[np.bool_], baseline: ArrayLike | None) -> Array:
    """Values of the baseline; neighbours are the periods next to each other within it."""
    inside = np.where(base, values, np.nan)
    if baseline is not None:
        periods = np.asarray(baseline, bool)
        inside = inside[..., periods.reshape(-1, periods.shape[-1]).any(axis=0)]
    return inside


def _mean(values: Array, base: NDArray[np.bool_]) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sum(np.where(base, values, 0.0), axis=-1) / np.sum(base, axis=-1)
