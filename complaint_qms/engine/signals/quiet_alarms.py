"""How often series alarm in which nothing happens: the same series with their weeks in another order, scanned again.

A permutation keeps how many complaints a series has and how uneven they are, and leaves no week to belong to the one before. It is made
within the weeks since the first complaint; units in the field go with their week. A new batch has no weeks to exchange: its complaints are
drawn from the rate and the dispersion that it was held against. Numbers are drawn from a seed, so that the same series give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.kind_scan import KindScan, Wanted
from complaint_qms.engine.signals.method_choice import CODE
from complaint_qms.engine.signals.scanning import scan
from complaint_qms.engine.signals.series import FREQUENCY, Array, Periods

_SEED = 20_260_101


@dataclass(frozen=True)
class QuietAlarms:
    """``alarms`` of the ``quiet`` ones of all ``series`` in ``weeks`` (of all rounds); an alarm that goes on in the next week is one."""

    alarms: int
    weeks: int
    quiet: int
    series: int
    frequency: int = 52

    @property
    def a_year(self) -> float:
        return self.alarms * self.frequency / self.weeks if self.weeks else 0.0


def of_all_series(kinds: Sequence[QuietAlarms]) -> float | None:
    """Alarms a year that all series would have if nothing happened in any; a kind without a quiet one goes by those of the other kinds.
    None where no series is quiet: it is not known."""
    quiet = sum(one.quiet for one in kinds)
    if not quiet:
        return None
    mean = sum(one.a_year for one in kinds) / quiet
    return sum((one.a_year / one.quiet if one.quiet else mean) * one.series for one in kinds)


def new_alarms(signal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of signals (series, periods) those that did not go on from the period before."""
    begun = signal.copy()
    begun[:, 1:] &= ~signal[:, :-1]
    return begun


@short_repr()
@dataclass(frozen=True)
class QuietBase:
    """What permutations need of a scan of a kind, without its cells: ``chosen`` is the code of each series; ``rate`` and ``uneven`` are
    those of the series that were ``launched``, in their order."""

    chosen: Counts
    counts: Array
    units: Array | None
    periods: Periods
    launched: NDArray[np.bool_]
    rate: Array
    uneven: Array

    @classmethod
    def of(cls, found: KindScan) -> QuietBase:
        launched = np.any(found.result.method == CODE["maxsprt"], axis=1)
        shape = found.matrix.counts.shape
        rate, uneven = (
            np.broadcast_to(values, shape)[launched] for values in (found.result.rate, found.result.uneven)
        )
        matrix = found.matrix
        # the units that the scan went by: a batch of which nobody knows any has those of its age
        return cls(found.chosen, matrix.counts, found.result.exposure, matrix.periods, launched, rate, uneven)

    def sharing(self, other: QuietBase) -> QuietBase:
        """The same, with the arrays of another base where they are equal: settings that watch the same series keep one copy."""
        counts = other.counts if np.array_equal(other.counts, self.counts) else self.counts
        units = self.units
        if (
            units is not None
            and other.units is not None
            and np.array_equal(other.units, units, equal_nan=True)
        ):
            units = other.units
        return replace(self, counts=counts, units=units)


def quiet_alarms(
    base: QuietBase, quiet: NDArray[np.bool_], wanted: Wanted, *, first: int, rounds: int
) -> QuietAlarms:
    """Alarms from period ``first`` on of the series in which nothing was found (``quiet``, one for each), over ``rounds`` repetitions."""
    frequency = FREQUENCY[base.periods.kind]
    weeks = rounds * max(0, len(base.periods) - first)
    if not quiet.any() or not weeks:
        return QuietAlarms(0, weeks, int(quiet.sum()), len(quiet), frequency)
    chance = np.random.default_rng(_SEED)
    counts = base.counts[quiet]
    units = None if base.units is None else base.units[quiet]
    launched, kept = base.launched[quiet], quiet[base.launched]
    rate = np.full(counts.shape, np.nan)
    rate[launched] = base.rate[kept]
    alarms = 0
    for _round in range(rounds):
        came, there = _shuffled(counts, units, chance)
        if launched.any() and units is not None and there is not None:
            came[launched] = _drawn((rate * units)[launched], base.uneven[kept], chance)
            there[launched] = units[launched]
        result = scan(
            came, there, periods=base.periods, launch=launched, reference_rate=rate if launched.any() else None,
            watched=np.cumsum(came, axis=1) >= wanted.least, settings=wanted.settings,
        )  # fmt: skip
        alarms += int(new_alarms(result.signal)[:, first:].sum())
    return QuietAlarms(alarms, weeks, int(quiet.sum()), len(quiet), frequency)


def _shuffled(counts: Array, units: Array | None, chance: np.random.Generator) -> tuple[Array, Array | None]:
    begun = np.cumsum(counts, axis=1) > 0
    place = np.broadcast_to(np.arange(counts.shape[1], dtype=float), counts.shape)
    key = np.where(begun, counts.shape[1] + chance.random(counts.shape), place)
    order = np.argsort(key, axis=1)
    came = np.take_along_axis(counts, order, axis=1)
    return came, None if units is None else np.take_along_axis(units, order, axis=1)


def _drawn(mean: Array, uneven: Array, chance: np.random.Generator) -> Array:
    mean = np.nan_to_num(mean)
    more = np.fmax(np.nan_to_num(uneven, nan=1.0), 1.0) - 1.0
    # A gamma of this shape makes a Poisson count vary by 1 + more times its mean.
    shape = np.where(more > 1e-6, mean / np.maximum(more, 1e-6), 0.0)
    drawn = chance.gamma(np.maximum(shape, 1e-9)) * more
    return chance.poisson(np.where(shape > 0, drawn, mean)).astype(float)
