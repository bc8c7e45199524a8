"""Fixed thresholds: so many complaints in a window, or such a rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import above, whole

Array = NDArray[np.float64]


@short_repr()
@dataclass(frozen=True)
class ThresholdTest:
    """Arrays of the counts' shape; ``count`` and ``exposure`` are summed over the window that ends in each period."""

    count: Array
    exposure: Array
    rate: Array
    alarm: NDArray[np.bool_]
    window: int


def threshold_test(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    window: int = 1,
    count_limit: float | None = None,
    rate_limit: float | None = None,
) -> ThresholdTest:
    """Alarm when the count in the last ``window`` periods is >= ``count_limit``, or its rate >= ``rate_limit``.

    Periods run along the last axis. At least one limit must be given; a rate limit needs exposure. Both limits
    given: either alarms. An unknown count (nan) adds nothing. Near the start the window is as long as the history.
    """
    whole(1, window=window)
    if count_limit is None and rate_limit is None:
        raise ValueError("give count_limit, rate_limit or both")
    if rate_limit is not None and exposure is None:
        raise ValueError("a rate limit needs the exposure")
    for name, limit in (("count_limit", count_limit), ("rate_limit", rate_limit)):
        if limit is not None:
            above(0, **{name: limit})
    counts = np.asarray(counts, float)
    count = window_sum(np.nan_to_num(counts), window)
    units = np.full(counts.shape, np.nan)
    rate = np.full(counts.shape, np.nan)
    if exposure is not None:
        units = window_sum(np.nan_to_num(np.broadcast_to(np.asarray(exposure, float), counts.shape)), window)
        rate = np.divide(count, units, out=rate, where=units > 0)
    alarm = np.zeros(counts.shape, bool)
    if count_limit is not None:
        alarm |= count >= count_limit
    if rate_limit is not None:
        alarm |= (rate >= rate_limit) & (count > 0)
    return ThresholdTest(count, units, rate, alarm, window)


def window_sum(values: Array, window: int, guard: int = 0) -> Array:
    """Sum over the ``window`` values that end ``guard`` periods before each one, shorter near the start.

    ``guard`` 0 includes the period itself. Along the last axis; whole numbers below 2^53 are summed exactly.
    """
    total = np.cumsum(values, axis=-1)
    padded = np.concatenate([np.zeros((*values.shape[:-1], 1)), total], axis=-1)
    ends = np.clip(np.arange(values.shape[-1]) + 1 - guard, 0, None)
    starts = np.clip(ends - window, 0, None)
    return padded[..., ends] - padded[..., starts]
