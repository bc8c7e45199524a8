"""Since when and until when a series is above what is usual: a Poisson CUSUM from its last zero to its highest point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.findings.types import FindingSettings
from complaint_qms.engine.signals.series import Array
from complaint_qms.engine.signals.tails import conditional_tail, poisson_tail

FURTHEST_BACK = 26
LEAST_RATIO, MOST_RATIO, MOST_RATIO_BEFORE = 1.1, 2.0, 10.0
"""A CUSUM is tuned to half of the rise seen, within these bounds: forward up to a doubling, so that what wears off belongs to
the stretch; backward further, so that chance before it does not."""
SURELY_SOONER = 0.05
"""Level at which the periods before a beginning belong to the rise as well."""
MOST_DISPERSION = 10.0


@dataclass(frozen=True)
class Usual:
    """What is usual of a series: its expectation per period, its dispersion, and the baseline both come from."""

    expected: Array
    dispersion: float
    count: float
    exposure: float
    """Of the baseline, in the unit that ``share`` (per period) is counted in; 0 where the rate was given."""
    share: Array
    alike: tuple[float, float] = (0.0, 0.0)
    """Of a series with seasons: complaints at the same time of past years, and of how many periods."""


@dataclass(frozen=True)
class Stretch:
    """``first`` to ``last`` period above what is usual."""

    first: int
    last: int
    ongoing: bool


@dataclass(frozen=True)
class Judgement:
    """A stretch of a series weighed against what is usual of it."""

    observed: float
    expected: float
    evidence: float
    p: float


def usual(
    counts: Array,
    share: Array,
    before: int,
    busy: NDArray[np.bool_],
    settings: FindingSettings,
    rate: Array | None = None,
    stop: int | None = None,
) -> Usual:
    """What the periods before ``before`` lead to.

    Args:
        share: exposure or season of each period; expectations are proportional to it.
        busy: periods of earlier findings, which do not count as usual.
        rate: complaints per exposure at each period where it is known from elsewhere.
        stop: where what is not usual ends; it counts where ``before`` has no history.
    """
    place = np.arange(len(counts))
    free = ~busy & (share > 0)
    base = free & (place < before - settings.guard)
    base[np.flatnonzero(base)[: -settings.baseline]] = False
    if base.sum() < settings.min_baseline:
        base = free & (place < before)
    if base.sum() < settings.min_baseline:  # no history: the stretch is compared with what is not part of it
        base = free & ((place < before) | (place >= (before + 1 if stop is None else stop)))
        if base.sum() < settings.min_baseline:
            base = free & (place != before)
    exposure, count = float(share[base].sum()), float(counts[base].sum())
    if rate is not None:
        expected = rate * share
        past = free & (place < before - settings.guard)
        phi = _dispersion(counts[past], expected[past]) if past.sum() >= settings.min_baseline else 1.0
        return Usual(expected, phi, 0.0, 0.0, share)
    expected = share * (count / exposure) if exposure > 0 else np.zeros(len(counts))
    return Usual(expected, _dispersion(counts[base], expected[base]), count, exposure, share)


def by_time_without_units(units: Array, first: int, settings: FindingSettings) -> Array:
    """Exposure per period of what begins at ``first``: units in the field; as the scan judges them, periods without any by time.

    Periods without units before ``first`` tell nothing of complaints per unit, those from ``first`` on count as its past
    periods do on average.
    """
    if units[first] <= 0:
        return np.ones(len(units))
    start = max(0, first - settings.guard - settings.baseline)
    past = units[start:first]
    past = past[past > 0]
    mean = float(past.mean() if len(past) else units[units > 0].mean())
    share = units.copy()
    later = share[first:]
    later[later <= 0] = mean
    return share


def same_periods(first: int, stop: int, year: int, half: int, years: int) -> NDArray[np.int64]:
    """The periods from ``first`` to before ``stop`` in past years, and ``half`` on either side, rising."""
    found: set[int] = set()
    for back in range(1, years + 1):
        low, high = first - year * back - half, min(stop - year * back + half, first)
        found.update(range(max(low, 0), max(high, 0)))
    return np.array(sorted(found), dtype=np.int64)


def past_seasons(counts: Array, year: int, half: int, years: int) -> tuple[Array, Array]:
    """Of every period the complaints at the same time of past years, and of how many periods."""
    places = np.arange(len(counts))
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    came, periods = np.zeros(len(counts)), np.zeros(len(counts))
    for back in range(1, years + 1):
        middle = places - year * back
        low, high = np.maximum(middle - half, 0), np.maximum(middle + half + 1, 0)
        came += sums[high] - sums[np.minimum(low, high)]
        periods += np.maximum(high - low, 0)
    return came, periods


def stretch(counts: Array, normal: Usual, alarm: int, earliest: int, settings: FindingSettings) -> Stretch:
    """The stretch around the first alarm; it does not begin before ``earliest``."""
    first = _since(counts, normal.expected, alarm, max(earliest, alarm - FURTHEST_BACK))
    return _until(counts, normal.expected, first, alarm, settings)


def highest_stretch(
    counts: Array, normal: Usual, start: int, stop: int, earliest: int, settings: FindingSettings
) -> Stretch:
    """The stretch that has the period with the most in excess from ``start`` to before ``stop``, however long before that it began."""
    expected = normal.expected
    highest = start + int((counts - expected)[start:stop].argmax())
    earliest = _over_before(counts, expected, earliest, highest, settings)
    first = _since(counts, expected, highest, earliest)
    # A rise that grows began before the CUSUM of its height says so: it is told from the first period that stands out
    clear = np.flatnonzero(poisson_tail(counts[first:highest], expected[first:highest]) <= settings.alpha)
    if len(clear):
        sooner = _since(counts, expected, first + int(clear[0]), earliest)
        if poisson_tail(counts[sooner:first].sum(), expected[sooner:first].sum()) <= SURELY_SOONER:
            first = sooner
    return _until(counts, expected, first, highest, settings)


def weigh_stretch(counts: Array, normal: Usual, first: int, stop: int) -> Judgement:
    """The periods from ``first`` to before ``stop`` against what is usual; half a complaint stands in for a baseline
    without any."""
    part = slice(first, stop)
    observed, expected = float(counts[part].sum()), float(normal.expected[part].sum())
    share = float(normal.share[part].sum())
    phi = normal.dispersion
    known = normal.exposure > 0
    floor = 0.5 * share / normal.exposure if known else 0.05
    safe = max(expected, floor)
    evidence = 0.0
    if observed > safe > 0:
        evidence = (observed * math.log(observed / safe) - (observed - safe)) / phi
    if not known:  # a rate that was given, or no history at all
        count, share, base = max(expected, 1e-9) * 1e4, 1.0, 1e4
    else:
        count, base = normal.count, normal.exposure
    p = 1.0 if share <= 0 else float(conditional_tail(observed / phi, share, count / phi, base))
    came, periods = normal.alike
    if periods > 0:  # a regression is held against the plain counts of past years, as in the scan
        p = max(p, float(conditional_tail(observed / phi, stop - first, came / phi, periods)))
    return Judgement(observed, expected, evidence, p)


def _reference(ratio: float, most: float) -> float:
    """Reference value of a CUSUM in shares of what is expected."""
    tuned = min(max(1 + (ratio - 1) / 2, LEAST_RATIO), most)
    return (tuned - 1) / math.log(tuned)


def _since(counts: Array, expected: Array, alarm: int, earliest: int) -> int:
    """The last zero of the CUSUM before an alarm."""
    gain = counts - expected * _reference(_ratio(counts, expected, alarm), MOST_RATIO_BEFORE)
    total, first = 0.0, alarm
    begun = False
    for place in range(earliest, alarm + 1):
        total += float(gain[place])
        if total <= 0:
            total, begun = 0.0, False
        elif not begun:
            first, begun = place, True
    return first if begun else alarm


def _over_before(
    counts: Array, expected: Array, earliest: int, highest: int, settings: FindingSettings
) -> int:
    """The period after the last stretch of usual counts before the highest one that is long enough for an earlier rise to be over."""
    level = max(float(counts[highest]) / 2, 1.0)
    quiet = max(2 * settings.quiet, math.ceil(5 / level))
    above = np.concatenate([[0.0], np.cumsum((counts - expected)[earliest:highest])])
    if len(above) <= quiet:
        return earliest
    over = np.flatnonzero(above[quiet:] - above[:-quiet] <= 0)
    return earliest + int(over[-1]) + quiet if len(over) else earliest


def _until(counts: Array, expected: Array, first: int, alarm: int, settings: FindingSettings) -> Stretch:
    """The highest point of the CUSUM that began at ``first``, not before ``alarm``."""
    gain = counts - expected * _reference(_ratio(counts, expected, alarm), MOST_RATIO)
    total = best = float(gain[first : alarm + 1].sum())
    last = alarm
    for place in range(alarm + 1, len(counts)):
        total += float(gain[place])
        if total > best and counts[place]:
            best, last = total, place
        level = max(float(counts[first : last + 1].sum()), 1.0) / (last + 1 - first)
        if place - last >= max(settings.quiet, math.ceil(5 / level)):
            return Stretch(first, last, False)
    return Stretch(first, last, True)


def _ratio(counts: Array, expected: Array, alarm: int) -> float:
    return float((counts[alarm] + 0.5) / (expected[alarm] + 0.5))


def _dispersion(counts: Array, expected: Array) -> float:
    """Pearson's dispersion of a baseline, at least 1."""
    known = expected > 0
    if known.sum() < 2:
        return 1.0
    found = float(((counts[known] - expected[known]) ** 2 / expected[known]).sum()) / (int(known.sum()) - 1)
    return min(max(found, 1.0), MOST_DISPERSION)
