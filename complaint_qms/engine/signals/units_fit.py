"""Where units in the field tell how many complaints to expect, and where they do not: in the first year of a file of deliveries
they rise with the file, while complaints about what was delivered before go on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.series import Array

LEAST_WEEKS = 13
"""Periods before which nothing is told of units: a quarter."""
WORSE = 5.0
"""Log-likelihood by which units must explain the past worse than time does, to be left out."""
_SMALLEST = 0.01
"""Share of the most units so far that weeks without any are taken for: complaints came in them all the same."""


def fitting_units(counts: Array, units: Array, baseline: int = 52, guard: int = 2) -> Array:
    """``units`` (series, periods) with 0 in periods that are better judged by time: where the counts of the periods before
    follow their units worse than an even spread (Poisson log-likelihood of how they divide among the periods).

    Each period is decided by those before it alone. A single burst weighs little, for it says nothing of units.
    """
    seen, given = np.nan_to_num(counts), np.nan_to_num(units)
    width = seen.shape[1]
    weeks = np.arange(width)
    before = _up_to(seen) / np.maximum(weeks, 1)
    usual = np.minimum(seen, np.where(weeks < 4, np.inf, 2 * before + 3))
    floored = np.maximum(given, _SMALLEST * np.maximum.accumulate(given, axis=1))
    with np.errstate(divide="ignore"):
        logs = np.where(floored > 0, np.log(floored), 0.0)
    # before the first units nothing is there to be compared
    there = floored > 0
    sums = [_windowed(values * there, baseline, guard) for values in (usual, floored, usual * logs)]
    length = _windowed(there.astype(float), baseline, guard)
    total, whole, with_logs = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        better = with_logs - total * np.log(whole / length)
    unfit: NDArray[np.bool_] = (length >= LEAST_WEEKS) & (better < -WORSE)
    unfit |= length < LEAST_WEEKS
    return np.where(unfit, 0.0, units)


def _windowed(values: Array, baseline: int, guard: int) -> Array:
    """Sums over the ``baseline`` periods that end ``guard`` before each period."""
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    stop = np.maximum(np.arange(values.shape[1]) - guard, 0)
    return sums[:, stop] - sums[:, np.maximum(stop - baseline, 0)]


def _up_to(values: Array) -> Array:
    out = np.zeros_like(values)
    np.cumsum(values[:, :-1], axis=1, out=out[:, 1:])
    return out
