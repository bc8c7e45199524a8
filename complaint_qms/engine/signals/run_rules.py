"""Rules for patterns within the limits of a chart: Western Electric's zones, Anhøj's runs.

``western_electric`` asks the distances from the centre in standard errors (``Chart.z``): it alarms sooner than the limits
alone, and more often for nothing (once in 92 points of a chart in control, against once in 370; Champ and Woodall,
Technometrics 1987). ``runs`` needs no distribution: a shift shows as one long run on a side of the median, or as too few
crossings of it (Anhøj and Olesen, PLoS ONE 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.charts import Array
from complaint_qms.engine.signals.threshold import window_sum

Flags = NDArray[np.bool_]


@short_repr()
@dataclass(frozen=True)
class ZoneRules:
    """Where each rule fired, bool of the shape of ``z``; a rule fires at the last point of its pattern."""

    beyond_limit: Flags
    """One point more than 3 standard errors away."""
    two_of_three: Flags
    """Two of three in a row more than 2 away, on one side."""
    four_of_five: Flags
    """Four of five in a row more than 1 away, on one side."""
    eight_in_a_row: Flags
    """Eight in a row on one side of the centre."""

    @property
    def alarm(self) -> Flags:
        """Whether any rule fired."""
        return self.beyond_limit | self.two_of_three | self.four_of_five | self.eight_in_a_row


@short_repr()
@dataclass(frozen=True)
class Runs:
    """Of each series, one number each (…,)."""

    useful: NDArray[np.int64]
    """Points that do not lie on the centre."""
    longest: NDArray[np.int64]
    """Useful points in the longest run on one side."""
    longest_limit: NDArray[np.int64]
    """A longer run is a shift: round(log₂ n + 3)."""
    crossings: NDArray[np.int64]
    """How often the useful points change sides."""
    crossings_limit: NDArray[np.int64]
    """Fewer crossings are a shift: the 5 % quantile of the binomial distribution of n − 1 tosses of a coin."""

    @property
    def shift(self) -> Flags:
        """Whether there is a shift; with fewer than 10 useful points nothing is said."""
        found = (self.longest > self.longest_limit) | (self.crossings < self.crossings_limit)
        return found & (self.useful >= 10)


def western_electric(z: ArrayLike, *, side: str = "both") -> ZoneRules:
    """The four zone rules of the Western Electric handbook (1956) on distances (…, points).

    ``side``: "both", or "above" for rises alone. A point that is unknown (nan) breaks no pattern and makes none: it counts
    as on the centre.
    """
    if side not in ("both", "above"):
        raise ValueError('side must be "both" or "above"')
    away: Array = np.nan_to_num(np.asarray(z, float), nan=0.0, posinf=np.inf, neginf=-np.inf)
    if away.ndim == 0:
        raise ValueError("z needs at least one dimension of points")
    sides = (away, -away) if side == "both" else (away,)
    fired: list[Flags] = [np.zeros(away.shape, np.bool_) for _rule in range(4)]
    for one in sides:
        for rule, (distance, least, among) in enumerate(((3, 1, 1), (2, 2, 3), (1, 4, 5), (0, 8, 8))):
            beyond: Flags = one > distance
            fired[rule] = fired[rule] | beyond & (_trailing(beyond, among) >= least)
    return ZoneRules(*fired)


def runs(values: ArrayLike, *, center: ArrayLike | None = None) -> Runs:
    """Runs of values (…, points) around their median, or around ``center`` (one, or per series); nan is left out."""
    values = np.asarray(values, float)
    if values.ndim == 0 or not values.shape[-1]:
        raise ValueError("values need at least one point")
    flat = values.reshape(-1, values.shape[-1])
    if center is None:
        with np.errstate(invalid="ignore"):
            middle = np.array(
                [np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 0.0 for row in flat]
            )
    else:
        middle = np.broadcast_to(np.asarray(center, float), values.shape[:-1]).reshape(-1)
    sides = np.sign(np.nan_to_num(flat - middle[:, None]))
    useful = (sides != 0).sum(axis=1)
    # Useful points in a row, the others behind them: what lies on the centre neither ends nor lengthens a run.
    order = np.argsort(sides == 0, axis=1, kind="stable")
    packed = np.take_along_axis(sides, order, axis=1)
    turns = (packed[:, 1:] * packed[:, :-1]) < 0
    crossings = turns.sum(axis=1)
    place = np.arange(packed.shape[1])
    begins = np.maximum.accumulate(np.where(np.insert(turns, 0, True, axis=1), place, 0), axis=1)
    longest = np.where(packed != 0, place - begins + 1, 0).max(axis=1)
    count = np.maximum(useful, 1)
    limit = np.rint(np.log2(count) + 3).astype(np.int64)
    fewest = _fewest_crossings(count - 1)
    shape = values.shape[:-1]
    return Runs(*(part.reshape(shape) for part in (useful, longest, limit, crossings, fewest)))


def _fewest_crossings(turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The 5 % quantile of crossings at so many places where each side is as likely as the other."""
    places, back = np.unique(turns, return_inverse=True)
    found = np.ceil(np.nan_to_num(special.bdtrik(0.05, places, 0.5)))
    below = np.maximum(found - 1, 0)
    found = np.where(special.bdtr(below, places, 0.5) >= 0.05, below, found)
    return found[back].astype(np.int64)


def _trailing(flags: Flags, width: int) -> NDArray[np.float64]:
    """How many of the last ``width`` points, the point itself among them, are set."""
    return window_sum(flags.astype(float), width)
