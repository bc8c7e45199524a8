"""Control charts for counts and rates: c, p, u and Laney's p′ and u′.

Periods run along the last axis of every argument; anything before it (series) is computed at once. ``baseline``
marks the periods that set centre and spread (a bool array that broadcasts to the counts; None: all of them);
limits are drawn for every period. Definitions follow Montgomery, Introduction to Statistical Quality Control
(7.4 to 7.19), and Laney, Quality Engineering 2002, as carried out by qcc and qicharts2.

A period without a size (0 or nan) or without a count (nan) has no plotted value and no limits, and takes no part
in the centre. A point is out of control when it lies strictly beyond a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import above

Array = NDArray[np.float64]

_D2 = 1.128
"""Mean range of two standard normal values, to the digits in use (Montgomery, appendix VI)."""
_FLAT = 1e-9
"""Below this a spread is rounding."""
_SCREEN = 3.267
"""Upper limit of a moving-range chart in units of its mean (Nelson, Journal of Quality Technology 1982)."""


@short_repr()
@dataclass(frozen=True)
class Chart:
    """A chart: every array has the shape of the counts, except ``center`` and ``sigma_z`` (one per series)."""

    kind: str
    value: Array
    """What is plotted: the count, or the rate per unit of exposure."""
    center: Array
    lower: Array
    upper: Array
    z: Array
    """Distance from the centre in standard errors, Laney's spread included where the chart has it."""
    sigma_z: Array
    """Laney's spread of the standardised values; 1 for the plain charts."""
    sigmas: float

    @property
    def above(self) -> NDArray[np.bool_]:
        return self.value > self.upper

    @property
    def below(self) -> NDArray[np.bool_]:
        return self.value < self.lower


def c_chart(counts: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0) -> Chart:
    """Counts with equal opportunity: centre c̄, limits c̄ ± sigmas · √c̄, the lower one at least 0."""
    counts = _counts(counts)
    above(0, sigmas=sigmas)
    base = _base(baseline, counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        center = np.sum(np.where(base, counts, 0.0), axis=-1) / np.sum(base, axis=-1)
    return _chart("c", counts, center, np.ones_like(counts), 1.0, sigmas, np.inf, center)


def p_chart(
    counts: ArrayLike, sizes: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0
) -> Chart:
    """Shares: counts of defectives among ``sizes``; limits p̄ ± sigmas · √(p̄(1 − p̄) / n), held within 0 … 1."""
    return _rate_chart("p", counts, sizes, baseline, sigmas, laney=False, screen=False)


def u_chart(
    counts: ArrayLike, exposure: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0
) -> Chart:
    """Rates: counts per unit of exposure; centre Σc / Σn, limits ū ± sigmas · √(ū / n), the lower one at least 0."""
    return _rate_chart("u", counts, exposure, baseline, sigmas, laney=False, screen=False)


def laney_p_chart(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    baseline: ArrayLike | None = None,
    sigmas: float = 3.0,
    screen: bool = False,
) -> Chart:
    """The p chart with its spread multiplied by σ_z, as :func:`laney_u_chart`."""
    return _rate_chart("p'", counts, sizes, baseline, sigmas, laney=True, screen=screen)


def laney_u_chart(
    counts: ArrayLike,
    exposure: ArrayLike,
    *,
    baseline: ArrayLike | None = None,
    sigmas: float = 3.0,
    screen: bool = False,
) -> Chart:
    """The u chart with its spread multiplied by σ_z = mean |z_i − z_(i−1)| / 1.128, z_i = (u_i − ū) / √(ū / n_i).

    A flat baseline, whose values do not move at all, tells nothing of a spread: σ_z is 1 there, the plain u chart, not 0.

    ``screen`` drops moving ranges of 3.267 times their mean or more and averages again (Nelson 1982), as
    qicharts2 does when its option ``qic.screenedmr`` is on; the definition of Laney has no screening.
    """
    return _rate_chart("u'", counts, exposure, baseline, sigmas, laney=True, screen=screen)


def moving_range_sigma(z: Array, screen: bool = False) -> Array:
    """mean |z_i − z_(i−1)| / 1.128 along the last axis; nan with fewer than two neighbouring values."""
    with np.errstate(
        invalid="ignore"
    ):  # two of them without end, where nothing was expected, are no distance apart
        ranges = np.abs(np.diff(z, axis=-1))
    mean = _nanmean(ranges)
    if screen:
        mean = _nanmean(np.where(ranges < _SCREEN * mean[..., None], ranges, np.nan))
    return mean / _D2


def _rate_chart(
    kind: str,
    counts: ArrayLike,
    sizes: ArrayLike,
    baseline: ArrayLike | None,
    sigmas: float,
    laney: bool,
    screen: bool,
) -> Chart:
    counts = _counts(counts)
    above(0, sigmas=sigmas)
    sizes = np.broadcast_to(np.asarray(sizes, float), counts.shape)
    if np.any(sizes < 0):
        raise ValueError("sizes and exposures cannot be negative")
    sizes = np.where((sizes > 0) & ~np.isnan(counts), sizes, np.nan)
    base = _base(baseline, counts) & ~np.isnan(sizes)
    share = kind.startswith("p")
    if share and np.any(counts > sizes):
        raise ValueError("a p chart cannot have more defectives than units")
    with np.errstate(invalid="ignore", divide="ignore"):
        center = np.sum(np.where(base, counts, 0.0), axis=-1) / np.sum(np.where(base, sizes, 0.0), axis=-1)
        variance = center * (1 - center) if share else center
        value = counts / sizes
        sigma_z: Array | float = 1.0
        if laney:
            z = (value - center[..., None]) / np.sqrt(variance[..., None] / sizes)
            sigma_z = _baseline_sigma(z, base, baseline, screen)
            sigma_z = np.where(sigma_z < _FLAT, 1.0, sigma_z)
    return _chart(kind, value, center, sizes, sigma_z, sigmas, 1.0 if share else np.inf, variance)


def _baseline_sigma(z: Array, base: NDArray[np.bool_], baseline: ArrayLike | None, screen: bool) -> Array:
    """σ_z over the baseline: neighbours are the periods next to each other within the baseline. What is unknown keeps
    its place: no range reaches across it, whatever other series know of that period."""
    inside = np.where(base, z, np.nan)
    if baseline is not None:
        periods = np.asarray(baseline, bool)
        inside = inside[..., periods.reshape(-1, periods.shape[-1]).any(axis=0)]
    return moving_range_sigma(inside, screen)


def _chart(
    kind: str,
    value: Array,
    center: Array,
    sizes: Array,
    sigma_z: Array | float,
    sigmas: float,
    ceiling: float,
    variance: Array,
) -> Chart:
    sigma_z = np.broadcast_to(np.asarray(sigma_z, float), center.shape)
    middle = center[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = sigma_z[..., None] * np.sqrt(variance[..., None] / sizes)
        lower = np.maximum(middle - sigmas * spread, 0.0)
        upper = np.minimum(middle + sigmas * spread, ceiling)
        z = (value - middle) / spread
    # Without spread a value on the centre is no distance away; one off it is infinitely far.
    z = np.where((spread == 0) & (value == middle), 0.0, z)
    return Chart(kind, value, center, lower, upper, z, sigma_z, sigmas)


def _counts(counts: ArrayLike) -> Array:
    counts = np.asarray(counts, float)
    if counts.ndim == 0:
        raise ValueError("counts need at least one dimension of periods")
    if np.any(counts < 0):
        raise ValueError("counts cannot be negative")
    return counts


def _base(baseline: ArrayLike | None, counts: Array) -> NDArray[np.bool_]:
    if baseline is None:
        return ~np.isnan(counts)
    return np.broadcast_to(np.asarray(baseline, bool), counts.shape) & ~np.isnan(counts)


def _nanmean(values: Array) -> Array:
    """Mean along the last axis over what is known; nan, without a warning, where nothing is."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sum(np.where(known, values, 0.0), axis=-1) / np.sum(known, axis=-1)
