"""Units in the field weighed by their age: a young batch draws more complaints than an old one of the same size.

Most complaints come soon after delivery. How they spread over the age of a unit is learned from all batches together;
weighing each batch's units by it makes complaints per weighed unit comparable between batches of any age. What a week
is weighed with was learned before it, so that no later complaint changes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.series import Array, Days

Numbers = NDArray[np.integer]

LEAST_COMPLAINTS = 100
"""Complaints of delivered batches from which ages are learned at all."""
LEAST_SHARE = 0.8
"""Share of delivered units that must carry a batch before ages are learned from them."""
LEAST_REACHED = 0.05
"""Share of the units that must have got to an age before its complaints say how many there are at it."""
TAIL = 8
"""Weeks of age whose rate stands for the ages that too few units have got to."""


@dataclass(frozen=True)
class Units:
    """Deliveries by week, counted from the first week of a matrix, negative before it: ``series`` (-1 for none), ``week``,
    ``born`` (week of the first delivery of the batch; its own for a delivery without one), ``batched``, ``units``."""

    series: Numbers
    week: Numbers
    born: Numbers
    batched: NDArray[np.bool_]
    units: Array


def births(batch: Numbers, day: Days, batches: int) -> Days:
    """First delivery of each batch, NaT for one that was not delivered. ``batch`` (n,): -1 for none."""
    known = batch >= 0
    never = np.datetime64("9999-12-31", "D")
    born: Days = np.full(batches, never)
    np.minimum.at(born, batch[known], day[known])
    return np.where(born == never, np.datetime64("NaT", "D"), born)


def age_weights(age: Numbers, known_from: Numbers, units: Units, weeks: int, ages: int) -> Array:
    """Share of a unit's complaints by its age in calendar weeks, as known at the beginning of each week: (weeks, ages), each row
    adding up to 1. Even until there are ``LEAST_COMPLAINTS`` of delivered batches, or while too few deliveries name one.

    ``age``, ``known_from`` (n,): age of the unit of each complaint of a delivered batch, and the week from which on it is
    known.
    """
    found = np.zeros((weeks, ages))
    inside = (age < ages) & (known_from < weeks)
    np.add.at(found, (np.maximum(known_from[inside], 0), age[inside]), 1.0)
    found = np.cumsum(found, axis=0)
    weights = np.full((weeks, ages), 1.0 / ages)
    first = -ages
    born = (
        np.clip(units.born, first - 1, None) - first + 1
    )  # what is older than all ages shares the first place
    by_birth = np.zeros(weeks + ages + 2)
    with_batch = without = 0.0
    order = np.argsort(units.week, kind="stable")
    stops = np.searchsorted(units.week[order], np.arange(weeks), side="right")
    begin = 0
    for week in range(weeks - 1):
        new, begin = order[begin : stops[week]], stops[week]
        named = units.batched[new]
        np.add.at(by_birth, born[new][named], units.units[new][named])
        with_batch += units.units[new][named].sum()
        without += units.units[new][~named].sum()
        if found[week].sum() < LEAST_COMPLAINTS or with_batch < LEAST_SHARE * (with_batch + without):
            continue
        reached = np.cumsum(by_birth)[week - np.arange(ages) - first + 1]
        weights[week + 1] = _shares(found[week], reached)
    return weights


def units_in_field(units: Units, weights: Array, series: int) -> Array:
    """Units by series and week, (series, weeks), each weighed by the age of its batch with the weights of the week."""
    weeks, ages = weights.shape
    kept = np.flatnonzero((units.series >= 0) & (units.born > -ages) & (units.week < weeks))
    kept = kept[np.argsort(units.week[kept], kind="stable")]
    stops = np.searchsorted(units.week[kept], np.arange(weeks), side="right")
    born = np.zeros((series, weeks + ages))
    exposure = np.zeros((series, weeks))
    begin = 0
    for week in range(weeks):
        new, begin = kept[begin : stops[week]], stops[week]
        np.add.at(born, (units.series[new], units.born[new] + ages), units.units[new])
        exposure[:, week] = born[:, week + 1 : week + ages + 1] @ weights[week, ::-1]
    return np.maximum(exposure, 0.0)


def _shares(found: Array, reached: Array) -> Array:
    enough = reached >= LEAST_REACHED * max(reached.max(), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(enough, found / reached, 0.0)
    old = np.flatnonzero(enough)[-TAIL:]
    if old.size:
        rate[~enough] = found[old].sum() / max(reached[old].sum(), 1e-300)
    return rate / rate.sum() if rate.sum() > 0 else np.full(len(rate), 1.0 / len(rate))
