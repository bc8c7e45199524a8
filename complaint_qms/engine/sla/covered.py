"""Which stages a measured time covers, where the ends of some stages are unknown.

A clock begins where the last known stage ended, or at receipt. What lies between was worked through in the same time, so
its limits count together: with no end known before "solve", the time until "solve" covers intake, triage, investigation
and solution, and is held against the sum of their four limits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def first_covered(known: ArrayLike) -> NDArray[np.int64]:
    """For each stage the first stage that a time up to its end covers.

    Args:
        known: whether the end of a stage is known, bool of shape (complaints, stages), in the order of the procedure.

    Returns:
        int of shape (complaints, stages + 1): place of the stage after the last known one before; the last column is
        that of a complaint that is past all stages, or goes on behind the last known one.
    """
    there = np.asarray(known, bool)
    after = np.where(there, np.arange(1, there.shape[1] + 1), 0)
    start = np.zeros((len(there), 1), np.int64)
    return np.concatenate([start, np.maximum.accumulate(after, axis=1)], axis=1)


def joint_limits(first: ArrayLike, last: ArrayLike, limits: Sequence[float | None]) -> NDArray[np.float64]:
    """Sum of the limits of the stages ``first … last``; nan where one of them has none, or where there is no stage.

    Args:
        first, last: places of stages, of one shape.
        limits: of each stage, in any unit; None: unlimited.
    """
    amounts = np.array([np.nan if limit is None else limit for limit in limits], float)
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(amounts))])
    gaps = np.concatenate([[0], np.cumsum(np.isnan(amounts))])
    first, last = np.asarray(first, np.int64), np.asarray(last, np.int64)
    real = (last >= first) & (last >= 0)
    low, high = np.where(real, first, 0), np.where(real, last + 1, 0)
    found = sums[high] - sums[low]
    return np.where(real & (gaps[high] == gaps[low]), found, np.nan)
