"""Weekly series of complaints with the units in the field beside them, and what the batches of one item share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from complaint_qms.engine.signals.ageing import age_weights, births, weighed_units
from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.series import Array, Days, SeriesMatrix, build_series, in_field

IN_FIELD_WEEKS = 52
"""A unit can draw a complaint for a year after its delivery."""
PROFILE_SHARE = 0.8
"""Share of delivered units that must carry a batch before ages are learned from them."""
_NONE = -1


@dataclass(frozen=True)
class Deliveries:
    """Deliveries as columns: codes of item and batch (-1 for none, and for what never drew a complaint), datetime64[D],
    units."""

    item: Codes
    batch: Codes
    day: Days
    units: Array

    def __bool__(self) -> bool:
        return len(self.units) > 0


def largest(codes: Codes, size: int, least: int, most: int) -> tuple[Counts, Counts]:
    """Codes with at least ``least`` events, at most the ``most`` largest of them, rising; and the events of every code."""
    totals = np.bincount(codes[codes >= 0], minlength=size)
    chosen = np.flatnonzero(totals >= least)
    return np.sort(chosen[np.argsort(-totals[chosen], kind="stable")][:most]), totals


def weekly_series(
    codes: Codes,
    chosen: Counts,
    received: Times,
    start: np.datetime64,
    until: np.datetime64,
    deliveries: Deliveries | None = None,
    delivered: Codes | None = None,
    batch: Codes | None = None,
    owner: Codes | None = None,
) -> SeriesMatrix | None:
    """Complaints a week of each chosen code, from the week of ``start`` to that of ``until``; None for a history that is
    shorter than one whole week.

    Args:
        codes: series of each complaint, -1 for none.
        received: when each complaint came in.
        deliveries: with ``delivered``, the series of each delivery: then the series have units in the field.
        batch, owner: batch of each complaint and series of each batch. Units are then weighed by the age at which complaints
            come, so that complaints per weighed unit are complaints per unit and year, where the deliveries name batches and
            there are complaints enough to learn from; else each unit counts for a year.
    """
    if not len(chosen):
        return None
    place = np.full(int(codes.max(initial=0)) + 2, _NONE)
    place[chosen] = np.arange(len(chosen))
    row = place[codes]
    seen = row >= 0
    exposure = None
    if deliveries and delivered is not None:
        inside = (delivered >= 0) & (delivered < len(place) - 1)
        series = np.where(inside, place[np.maximum(delivered, 0)], _NONE)
        kept = series >= 0
        exposure = (series[kept].tolist(), deliveries.day[kept], deliveries.units[kept])
    try:
        matrix = build_series(
            row[seen].tolist(),
            received[seen].astype("datetime64[D]"),
            "week",
            start=start.astype("datetime64[D]"),
            until=until.astype("datetime64[D]") + 1,
            exposure=exposure,
            all_keys=list(range(len(chosen))),
        )
    except ValueError:
        return None
    if matrix.exposure is None:
        return matrix
    aged = None
    if deliveries and batch is not None and owner is not None:
        aged = _aged(matrix, chosen, received, deliveries, batch, owner)
    return replace(matrix, exposure=in_field(matrix.exposure, IN_FIELD_WEEKS) if aged is None else aged)


def sibling_rates(matrix: SeriesMatrix, groups: Codes) -> Array:
    """Complaints per unit in the field of the other series of a group; of all series where there are none.

    ``groups`` (series,): what each series belongs to. The matrix must have exposure.
    """
    if matrix.exposure is None:
        raise ValueError("rates need units in the field")
    counts, exposure = matrix.counts.sum(axis=1), matrix.exposure.sum(axis=1)
    size = int(groups.max(initial=0)) + 1
    count_of, units_of = np.bincount(groups, counts, size), np.bincount(groups, exposure, size)
    rest_count, rest_units = count_of[groups] - counts, units_of[groups] - exposure
    overall = counts.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = rest_count / rest_units
    return np.where((rest_units > 0) & (rest_count > 0), rates, overall)


def _aged(
    matrix: SeriesMatrix, chosen: Counts, received: Times, deliveries: Deliveries, batch: Codes, owner: Codes
) -> Array | None:
    known = deliveries.batch >= 0
    if not known.any() or deliveries.units[known].sum() < PROFILE_SHARE * deliveries.units.sum():
        return None
    born, size = births(deliveries.batch, deliveries.day, deliveries.units, len(owner))
    weeks = matrix.periods.starts
    weights = age_weights(batch, received.astype("datetime64[D]"), born, size, weeks[-1] + 7, IN_FIELD_WEEKS)
    if weights is None:
        return None
    place = np.full(int(owner.max(initial=0)) + 1, _NONE)
    inside = chosen < len(place)
    place[chosen[inside]] = np.flatnonzero(inside)
    return weighed_units(born, size, place[owner], weights, weeks, len(chosen))
