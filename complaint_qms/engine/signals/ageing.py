"""Units in the field weighed by their age: a young batch draws more complaints than an old one of the same size.

Most complaints come soon after delivery. How they spread over the age of a unit is learned from all batches together;
weighing each batch's units by it makes complaints per weighed unit comparable between batches of any age.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.series import Array, Days

Numbers = NDArray[np.integer]

LEAST_COMPLAINTS = 100
"""Complaints of delivered batches from which ages are learned at all."""
NEVER = np.datetime64("2262-01-01", "D")


def births(batch: Numbers, day: Days, units: Array, batches: int) -> tuple[Days, Array]:
    """First delivery and units of each batch.

    ``batch`` (n,): number of the batch of each delivery, -1 for none; ``day`` datetime64[D] (n,); ``units`` (n,).
    Returns datetime64[D] (batches,), ``NEVER`` for a batch that was not delivered, and units (batches,).
    """
    known = batch >= 0
    born: Days = np.full(batches, NEVER)
    np.minimum.at(born, batch[known], day[known])
    return born, np.bincount(batch[known], units[known], batches).astype(float)


def age_weights(
    batch: Numbers, received: Days, born: Days, units: Array, end: np.datetime64, weeks: int
) -> Array | None:
    """Share of a unit's complaints by its age in weeks, (weeks,), adding up to 1: complaints at an age over the units
    that have got so old by ``end``. None when there are fewer than ``LEAST_COMPLAINTS`` of delivered batches.

    ``batch`` (n,): batch of each complaint, -1 for none; ``received`` datetime64[D] (n,); ``born`` and ``units`` as of
    :func:`births`. A complaint before the first delivery counts as one of the first week.
    """
    rows = np.flatnonzero(batch >= 0)
    rows = rows[units[batch[rows]] > 0]
    if len(rows) < LEAST_COMPLAINTS:
        return None
    age = np.maximum((received[rows] - born[batch[rows]]).astype(np.int64) // 7, 0)
    found = np.bincount(age[age < weeks], minlength=weeks).astype(float)
    oldest = (end - born).astype(np.int64) // 7
    reached = np.array([units[(units > 0) & (oldest > a)].sum() for a in range(weeks)])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(reached > 0, found / reached, 0.0)
    return rate / rate.sum() if rate.sum() > 0 else None


def weighed_units(
    born: Days, units: Array, owner: Numbers, weights: Array, starts: Days, series: int
) -> Array:
    """Units in the field by series and week, (series, weeks), each batch's units weighed by its age in that week.

    ``owner`` (batches,): the series a batch counts for, -1 for none; ``weights`` as of :func:`age_weights`; ``starts``
    datetime64[D]: first days of consecutive weeks. Over all its weeks a batch adds up to its units.
    """
    exposure = np.zeros((series, len(starts)))
    first = (born - starts[0]).astype(np.int64) // 7
    for batch in np.flatnonzero((units > 0) & (owner >= 0)).tolist():
        begin = int(first[batch])
        low, high = max(begin, 0), min(begin + len(weights), len(starts))
        if low < high:
            exposure[owner[batch], low:high] += units[batch] * weights[low - begin : high - begin]
    return exposure
