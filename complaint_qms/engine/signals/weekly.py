"""Weekly series of complaints with the units in the field beside them, and what the batches of one item share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.ageing import Units, age_weights, births, units_in_field
from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.series import Array, Days, SeriesMatrix, build_series

IN_FIELD_WEEKS = 52
"""A unit can draw a complaint for a year after its delivery."""
RATE_LEAST = 10
"""Complaints of others from which a rate is taken that a series is held against."""
_NONE = -1


@dataclass(frozen=True)
class Deliveries:
    """Deliveries as columns: codes of item and batch (-1 for none; what never drew a complaint has codes above the
    others), datetime64[D], units."""

    item: Codes
    batch: Codes
    day: Days
    units: Array
    elsewhere: Mapping[str, DeliveredTo] = field(default_factory=dict)
    """The same units by whom or where they were delivered to, of the dimensions of which it is known."""

    def __bool__(self) -> bool:
        return len(self.units) > 0


@dataclass(frozen=True)
class DeliveredTo:
    """Units by the value of one dimension (territory, customer …) and batch, as columns like those of :class:`Deliveries`."""

    code: Codes
    batch: Codes
    day: Days
    units: Array

    def __bool__(self) -> bool:
        """Whether any delivery says where it went."""
        return bool(np.any(self.code >= 0))


def first_to_reach(codes: Codes, size: int, least: int, most: int) -> tuple[Counts, Counts]:
    """Codes with at least ``least`` events, rising, and the events of every code.

    Where there are more than ``most``, the first that got there, by the order of ``codes``: what is watched is never
    decided by what came later.
    """
    totals = np.bincount(codes[codes >= 0], minlength=size)
    chosen = np.flatnonzero(totals >= least)
    if len(chosen) > most:
        order = np.argsort(codes, kind="stable")
        begin = np.searchsorted(codes[order], chosen)
        chosen = chosen[np.argsort(order[begin + max(least, 1) - 1])[:most]]
    return np.sort(chosen), totals


def weekly_series(
    codes: Codes,
    chosen: Counts,
    received: Times,
    start: np.datetime64,
    until: np.datetime64,
    deliveries: Deliveries | DeliveredTo | None = None,
    delivered: Codes | None = None,
    batch: Codes | None = None,
) -> SeriesMatrix | None:
    """Complaints a week of each chosen code, from the week of ``start`` to that of ``until``; None for a history that is
    shorter than one whole week.

    Args:
        codes: series of each complaint, -1 for none.
        received: when each complaint came in.
        deliveries: with ``delivered``, the series of each delivery: then the series have units in the field.
        batch: batch of each complaint. Units are then weighed by the age at which complaints came before the week, so that
            complaints per weighed unit are complaints per unit and year; else each unit counts for a year.
    """
    if not len(chosen):
        return None
    place = np.full(int(codes.max(initial=0)) + 2, _NONE)
    place[chosen] = np.arange(len(chosen))
    row = place[codes]
    first, end = start.astype("datetime64[D]"), until.astype("datetime64[D]") + 1
    day = received.astype("datetime64[D]")
    seen = (row >= 0) & (day >= first) & (day < end)
    try:
        matrix = build_series(
            row[seen].tolist(), day[seen], "week", start=first, until=end, all_keys=list(range(len(chosen)))
        )
    except ValueError as error:
        if "no whole week" in str(error):
            return None
        raise
    if not deliveries or delivered is None:
        return matrix
    inside = (delivered >= 0) & (delivered < len(place) - 1)
    series = np.where(inside, place[np.where(inside, delivered, 0)], _NONE)
    return replace(matrix, exposure=_in_field(matrix, series, deliveries, day, batch))


def sibling_rates(matrix: SeriesMatrix, groups: Codes, watched: NDArray[np.bool_] | None = None) -> Array:
    """Complaints per unit in the field, before each period, of the other series of a group; of all other series where a
    group has fewer than ``RATE_LEAST`` complaints, nan where these have as well. (series, periods).

    ``groups`` (series,): what each series belongs to. ``watched`` (series, periods): what is a sibling by then; a series that came
    to be watched later tells nothing. The matrix must have exposure.
    """
    if matrix.exposure is None:
        raise ValueError("rates need units in the field")
    size = int(groups.max(initial=0)) + 1
    counts, units = (_up_to_before(values) for values in (matrix.counts, matrix.exposure))
    mine = (counts, units) if watched is None else (counts * watched, units * watched)
    rates = np.full(counts.shape, np.nan)
    for group in (np.zeros(len(groups), np.int64), groups):
        sums = [np.zeros((size, counts.shape[1])), np.zeros((size, counts.shape[1]))]
        for total, values in zip(sums, mine, strict=True):
            np.add.at(total, group, values)
        rest_count, rest_units = sums[0][group] - mine[0], sums[1][group] - mine[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = np.where((rest_count >= RATE_LEAST) & (rest_units > 0), rest_count / rest_units, rates)
    return rates


def _up_to_before(values: Array) -> Array:
    out = np.zeros_like(values)
    np.cumsum(values[:, :-1], axis=1, out=out[:, 1:])
    return out


def _in_field(
    matrix: SeriesMatrix, series: Codes, deliveries: Deliveries | DeliveredTo, day: Days, batch: Codes | None
) -> Array:
    starts, weeks = matrix.periods.starts, len(matrix.periods)
    week = _weeks(deliveries.day, starts[0])
    named = deliveries.batch >= 0
    if batch is None or not named.any():
        units = Units(series, week, week, named, deliveries.units)
        return units_in_field(units, np.ones((weeks, IN_FIELD_WEEKS)), len(matrix.keys))
    size = int(max(deliveries.batch.max(), batch.max(initial=-1))) + 1
    born = births(deliveries.batch, deliveries.day, size)
    known = np.flatnonzero(batch >= 0)
    known = known[~np.isnat(born[batch[known]])]
    came, delivered = _weeks(day[known], starts[0]), _weeks(born[batch[known]], starts[0])
    age, since = np.maximum(came - delivered, 0), np.maximum(came, delivered)
    first = np.where(named, _weeks(born[np.where(named, deliveries.batch, 0)], starts[0]), week)
    units = Units(series, week, first, named, deliveries.units)
    return units_in_field(units, age_weights(age, since, units, weeks, IN_FIELD_WEEKS), len(matrix.keys))


def _weeks(day: Days, first: np.datetime64) -> Counts:
    return (day - first).astype(np.int64) // 7
