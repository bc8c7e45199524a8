"""Charts of rare events: what lies between one and the next, counted in cases (g) or in time (t).

Events run along the last axis, nan behind the last one of a shorter series; ``baseline`` as in :mod:`.charts`. A value below
the lower limit means that events come closer together than before; above the upper, that they have become rarer. After
Benneyan, Health Care Management Science 2001 (g), and Nelson, Journal of Quality Technology 1994 (t), as carried out by
qicharts2, whose g chart draws the median where this one has the mean.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from complaint_qms.engine.signals.charts import Array, Chart
from complaint_qms.engine.signals.measurement_charts import i_chart

_POWER = 1 / 3.6
"""Times between events of a Poisson process, raised to it, are nearly normal (Nelson 1994)."""
_TAIL = 0.0013498980316300933
"""Of the normal distribution beyond three standard deviations."""


def g_chart(
    between: ArrayLike,
    *,
    baseline: ArrayLike | None = None,
    sigmas: float = 3.0,
    limits: Literal["sigma", "probability"] = "sigma",
) -> Chart:
    """Cases between events (0: the very next one): mean m ± sigmas · √(m(m + 1)), the lower limit at least 0.

    ``limits="probability"``: quantiles of the geometric distribution with 0.135 % beyond either. They are of use where the
    sigma limits are not: the distribution is skewed, and m − 3 · √(m(m + 1)) is never more than 0.
    """
    value = np.asarray(between, float)
    if value.ndim == 0 or np.any(value < 0):
        raise ValueError("between must be a row of numbers, at least 0")
    base = ~np.isnan(value)
    if baseline is not None:
        base = base & np.asarray(baseline, bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        center = np.sum(np.where(base, value, 0.0), axis=-1) / np.sum(base, axis=-1)
        spread = np.sqrt(center * (center + 1))
        if limits == "sigma":
            low, high = np.maximum(center - sigmas * spread, 0.0), center + sigmas * spread
        else:
            low, high = _quantiles(center)
    known = ~np.isnan(value)
    lower, upper = (np.where(known, limit[..., None], np.nan) for limit in (low, high))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (value - center[..., None]) / spread[..., None]
    z = np.where((spread[..., None] == 0) & (value == center[..., None]), 0.0, z)
    return Chart("g", value, center, lower, upper, z, np.ones(center.shape), sigmas)


def t_chart(between: ArrayLike, *, baseline: ArrayLike | None = None, sigmas: float = 3.0) -> Chart:
    """Times between events in any unit: an I chart of their 3.6th roots, turned back. The lower limit is at least 0.

    ``z`` is that of the roots, which run rules can be asked about.
    """
    value = np.asarray(between, float)
    if value.ndim == 0 or np.any(value < 0):
        raise ValueError("between must be a row of times, at least 0")
    roots = i_chart(value**_POWER, baseline=baseline, sigmas=sigmas)
    back = (np.maximum(part, 0.0) ** (1 / _POWER) for part in (roots.center, roots.lower, roots.upper))
    center, lower, upper = back
    return Chart("t", value, center, lower, upper, roots.z, roots.sigma_z, sigmas)


def _quantiles(mean: Array) -> tuple[Array, Array]:
    """The least and the largest number that is not beyond 0.135 % of the geometric distribution with a mean."""
    stay = np.log(mean / (mean + 1))
    # P(G <= g) = 1 - q^(g + 1), P(G >= g) = q^g
    low = np.maximum(np.ceil(np.log1p(-_TAIL) / stay - 1), 0.0)
    high = np.floor(np.log(_TAIL) / stay)
    return np.where(mean > 0, low, 0.0), np.where(mean > 0, high, 0.0)
