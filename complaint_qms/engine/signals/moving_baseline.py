"""What each period is compared with: a baseline that moves along and leaves out what was found.

At every period the last ``baseline`` periods that end ``guard`` before it set the rate. A period beyond its own limit
(p at most ``alpha``) is an outbreak and never becomes part of a later baseline, nor does a lasting rise that the
cumulative sum has confirmed, from the period on in which it began. So a second outbreak is measured against quiet times,
and a rise that stays is reported for as long as it stays. What has lasted so long that fewer than ``min_baseline`` quiet
periods lie within ``REACH`` baselines is the new level: all periods of the last baseline count again.

Nothing looks ahead: what is found of a period depends on this and earlier periods alone, so a scan of the whole history
and one that ends with the period agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.baselines import ORDINARY, Baselines
from complaint_qms.engine.signals.shared_dispersion import Lent, dispersion_of, own_dispersion

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

REACH = 3
"""Baselines that the quiet periods of a baseline may lie back."""
GOING = 0.75
"""Part of the evidence down to which a rise that was found is told in the period; it has ended where nothing is left."""
LEAST_RISE = 1.1
"""Of how many times what was usual a rise is taken to be at least, when it is asked whether it lasts."""
RATE_MARGIN = 3.0
"""Standard errors by which the cumulative sum takes the mean of a baseline higher than it is."""
NEAR, NEAR_TAIL = 2.0, 0.02
"""A count within so many standard deviations of what chance alone leads to comes more often than this, whatever is expected."""
_COUNT, _EXPOSURE, _PERIODS = 0, 1, 3


@dataclass(frozen=True)
class Rules:
    """The numbers of a moving baseline, as in ``types.Settings``."""

    baseline: int
    guard: int
    min_baseline: int
    alpha: float
    min_count: float
    dispersed: bool
    ratio: float
    run_length: float


@dataclass
class Past:
    """Arrays of shape (series, periods); nan where a period has too little before it, or is not known itself."""

    count: Array
    exposure: Array
    periods: Array
    expected: Array
    own: Array
    """Pearson's dispersion of the baseline itself."""
    dispersion: Array
    """Variance of the baseline's counts over what chance alone explains, at least 1, with what the portfolio lends."""
    freedom: Array
    """Degrees of freedom with which the dispersion is known."""
    p: Array
    """P(X >= count), 1 for a count that is not above what was expected."""
    usual: Array
    """What was expected before the sum began to grow."""
    total: Array
    """Complaints above ``reference`` since the period ``since``: the cumulative sum, at its highest."""
    reference: Array
    unit: Array
    """What the sum grows by while the evidence for a rise grows by a factor e."""
    evidence: Array
    """Logarithm of the largest evidence for a rise since ``since``."""
    first: NDArray[np.int32]
    """The earliest period of the baseline, and the latest one."""
    last: NDArray[np.int32]
    since: NDArray[np.int32]
    """The period in which the sum began to grow, -1 where it is 0."""
    outbreak: Flags
    lasting: Flags
    """A rise is confirmed by the sum, and still going."""

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> Past:
        """Of shape (periods, series)."""
        made: dict[str, Any] = {name: np.full(shape, np.nan) for name in cls.__dataclass_fields__}
        made |= {name: np.full(shape, -1, np.int32) for name in ("first", "last", "since")}
        made |= {name: np.zeros(shape, bool) for name in ("outbreak", "lasting")}
        return cls(**made)

    def turned(self) -> Past:
        return Past(
            **{name: np.ascontiguousarray(getattr(self, name).T) for name in self.__dataclass_fields__}
        )


def moving_baseline(
    counts: Array, exposure: Array, rules: Rules, season: Season | None = None, lent: Lent | None = None
) -> Past:
    """Walk through counts and exposure (series, periods) once, all series of a period at a time.

    A count that is nan, or a period without exposure, is not known: it is not judged and part of no baseline. ``season``:
    rates of the same time of past years, nan where unknown; the cumulative sum measures against them where they are
    higher than the baseline. ``lent``: the dispersions of a portfolio.
    """
    return _Walk(counts, exposure, rules, season, lent).done()


@dataclass(frozen=True)
class Season:
    """Complaints per exposure at the same time of past years, ± ``half`` periods of a ``year``; (series, periods)."""

    rates: Array
    year: int
    half: int


def season_rates(counts: Array, exposure: Array, year: int, half: int, years: int) -> Season | None:
    """Complaints per exposure at the same time of past years, ± ``half`` periods, by period: for the cumulative sum, to
    which a season is no rise. nan where no year lies back; None where none lies back anywhere."""
    width = counts.shape[1]
    if width <= year - half:
        return None
    seen = ~np.isnan(counts) & (exposure > 0)
    sums = []
    for values in (np.where(seen, counts, 0.0), np.where(seen, exposure, 0.0)):
        total, padded = np.zeros_like(values), np.zeros((len(values), width + 1))
        np.cumsum(values, axis=1, out=padded[:, 1:])
        for back in range(1, years + 1):
            at = np.arange(max(0, back * year - half), width)
            begin, end = np.maximum(at - back * year - half, 0), at - back * year + half + 1
            total[:, at] += padded[:, np.minimum(end, at)] - padded[:, begin]
        sums.append(total)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Season(np.where(sums[1] > 0, sums[0] / sums[1], np.nan), year, half)


class _Walk:
    """Periods come first in every array here, so that one step reads what lies together."""

    def __init__(
        self, counts: Array, exposure: Array, rules: Rules, season: Season | None, lent: Lent | None
    ) -> None:
        self.rules = rules
        self.lent = Lent.nothing(counts.shape[1]) if lent is None else lent
        self.seen: Flags = np.ascontiguousarray((~np.isnan(counts) & (exposure > 0)).T)
        self.y = np.where(self.seen, counts.T, 0.0)
        self.n = np.where(self.seen, exposure.T, 1.0)
        self.season = season
        self.seasonal = None if season is None else np.ascontiguousarray(season.rates.T)
        periods, self.size = self.seen.shape
        self.rows = np.arange(self.size)
        self.past = Past.empty(self.seen.shape)
        terms = np.stack([self.y, self.n, self.y**2 / self.n, np.ones_like(self.y)], axis=-1)
        self.terms = terms * self.seen[..., None]
        self.everything = np.zeros((periods + 1, self.size, 4))
        np.cumsum(self.terms, axis=0, out=self.everything[1:])
        # Quiet periods in a row: sums up to each, which period each was, and how many there were before each period.
        self.quiet = np.zeros((periods + 1, self.size, 4))
        self.place = np.full((periods + 1, self.size), -1, np.int32)
        self.known = np.zeros(self.size, np.int64)
        self.before = np.zeros((periods + 1, self.size), np.int32)
        self.capped = np.zeros(self.size)
        self.total, self.highest, self.evidence = (np.zeros(self.size) for _ in range(3))
        self.came, self.usual_since, self.still = (np.zeros(self.size) for _ in range(3))
        self.since = np.full(self.size, -1, np.int32)
        self.confirmed = np.zeros(self.size, bool)
        self.usual, self.rate, self.log_ratio, self.spread, self.freedom = (
            np.ones(self.size) for _ in range(5)
        )

    def done(self) -> Past:
        for t in range(len(self.seen)):
            if t > self.rules.guard:
                self._take_in(t - self.rules.guard - 1)
            sums, relearned = self._sums(t)
            self._judge(t, sums)
            self._add_up(t, sums, relearned)
        return self.past.turned()

    def _take_in(self, u: int) -> None:
        """Period u becomes part of baselines, unless something was found in it."""
        taken = self.seen[u] & ~self.past.outbreak[u] & ~(self.confirmed & (u >= self.since))
        at = np.flatnonzero(taken)
        k = self.known[at]
        self.quiet[k + 1, at] = self.quiet[k, at] + self.terms[u, at]
        self.place[k, at] = u
        self.known[at] += 1
        self.before[u + 1] = self.known

    def _sums(self, t: int) -> tuple[Array, Flags]:
        """Sums over the baseline of period t, (series, 4); where they are those of a new level."""
        r, end = self.rules, max(0, t - self.rules.guard)
        reach = np.where(self.confirmed, 0, self.before[max(0, end - REACH * r.baseline)])
        low = np.maximum(self.known - r.baseline, reach)
        sums = self.quiet[self.known, self.rows] - self.quiet[low, self.rows]
        begin = max(0, end - r.baseline)
        whole = self.everything[end] - self.everything[begin]
        new = (sums[:, _PERIODS] < r.min_baseline) & (whole[:, _PERIODS] >= r.min_baseline)
        self.past.first[t] = np.where(new, begin, self.place[low, self.rows])
        self.past.last[t] = np.where(new, end - 1, self.place[np.maximum(self.known - 1, 0), self.rows])
        sums[new] = whole[new]
        return sums, new

    def _judge(self, t: int, sums: Array) -> None:
        past, y, n = self.past, self.y[t], self.n[t]
        count, exposure, squares, periods = sums.T
        ready = self.seen[t] & (periods >= self.rules.min_baseline)
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = count / exposure * n
        phi, freedom, own = np.ones(self.size), np.ones(self.size), np.ones(self.size)
        if self.rules.dispersed:
            own = own_dispersion(count, exposure, squares, periods)
            phi, freedom = dispersion_of(own, count, periods, self.lent.shares[t])
        for name, values in (
            ("count", count), ("exposure", exposure), ("periods", periods), ("expected", expected),
            ("own", own), ("dispersion", phi), ("freedom", freedom),
        ):  # fmt: skip
            getattr(past, name)[t] = np.where(ready, values, np.nan)
        past.p[t] = np.where(ready, 1.0, np.nan)
        with np.errstate(invalid="ignore"):
            away = ready & (y > expected)
            if self.lent.known(t) and ORDINARY * self.rules.alpha <= NEAR_TAIL:
                away &= y > expected + NEAR * np.sqrt(expected)
        at = np.flatnonzero(away)
        shares = np.broadcast_to(self.lent.shares[t], (len(at), self.lent.shares.shape[1]))
        base = Baselines(
            n[at],
            count[at],
            exposure[at],
            periods[at],
            own[at],
            phi[at],
            freedom[at],
            shares,
            self.rules.alpha,
        )
        past.p[t, at] = base.tail(y[at])
        with np.errstate(invalid="ignore"):
            past.outbreak[t] = (past.p[t] <= self.rules.alpha) & (y >= self.rules.min_count)

    def _add_up(self, t: int, sums: Array, relearned: Flags) -> None:
        """The cumulative sum: its mean is that of the baseline before the sum began to grow."""
        past, r = self.past, self.rules
        self._forget(relearned | ((self.since >= 0) & (t - self.since > REACH * r.baseline)))
        ready = ~np.isnan(past.expected[t])
        fresh = np.flatnonzero(ready & (self.since < 0))
        count, exposure, phi = sums[fresh, _COUNT], sums[fresh, _EXPOSURE], past.dispersion[t, fresh]
        self.usual[fresh] = count / exposure
        # The mean is an estimate; taken too low it would make a rise out of nothing.
        self.rate[fresh] = (count + RATE_MARGIN * np.sqrt(phi * np.maximum(count, 1.0))) / exposure
        mean = self.rate[fresh] * self.n[t, fresh]
        self.log_ratio[fresh] = np.log1p(np.minimum(np.sqrt(phi / mean), r.ratio - 1))
        self.spread[fresh], self.freedom[fresh] = phi, past.freedom[t, fresh]
        mean, usual = self.rate * self.n[t], self.usual * self.n[t]
        if self.season is not None and self.seasonal is not None:
            # To a rise that lasts for years its own first year is no season.
            year, half = self.season.year, self.season.half
            seasonal = self.seasonal[t]
            long = np.flatnonzero((self.since >= 0) & (t - self.since + half >= year))
            if long.size:
                back = (t - self.since[long] + half) // year
                seasonal = seasonal.copy()
                seasonal[long] = self.seasonal[t - back * year, long]
            seasonal = seasonal * self.n[t]
            mean, usual = np.fmax(mean, seasonal), np.fmax(usual, seasonal)
        reference = mean * np.expm1(self.log_ratio) / self.log_ratio
        unit = self.spread / self.log_ratio
        limit = unit * sum_of_evidence(np.log(r.run_length), self.freedom)
        step = np.where(ready, self.y[t] - reference, 0.0)
        self._weigh(usual, t, ready)
        self.capped = np.clip(self.capped + step, 0.0, limit)
        alive = (self.capped > 0) | self.confirmed
        self.total = np.where(alive, self.total + step, 0.0)
        self.came = np.where(alive, self.came + self.y[t], 0.0)
        self.usual_since = np.where(alive & ready, self.usual_since + usual, self.usual_since * alive)
        self.highest = np.where(alive, np.maximum(self.highest, self.total), 0.0)
        self.evidence = np.where(alive, np.maximum(self.evidence, self.total / unit), 0.0)
        self.since = np.where(alive, np.where(self.since < 0, t, self.since), -1).astype(np.int32)
        reached = ready & (self.capped >= limit)
        new = reached & ~self.confirmed
        self._leave_out(new, t)
        self.still[new] = np.log(r.run_length)
        self.confirmed = (self.confirmed | reached) & alive
        for name, values in (
            ("usual", usual), ("total", self.highest), ("reference", reference), ("unit", unit),
            ("evidence", evidence_of_sum(self.evidence, self.freedom)),
        ):  # fmt: skip
            getattr(past, name)[t] = np.where(ready, values, np.nan)
        past.since[t] = self.since
        past.lasting[t] = self.confirmed & ready & (self.still >= GOING * np.log(r.run_length))

    def _weigh(self, usual: Array, t: int, ready: Flags) -> None:
        """Whether confirmed rises go on: the level that each rose to is tested against the usual one. A rise begins with all the
        evidence that it needs, and has ended where the counts have used it up."""
        at = np.flatnonzero(self.confirmed & ready)
        if not at.size:
            return
        ratio = np.maximum(self.came[at] / np.maximum(self.usual_since[at], 1e-9), LEAST_RISE)
        gain = (self.y[t, at] * np.log(ratio) - usual[at] * (ratio - 1)) / self.spread[at]
        self.still[at] = np.minimum(self.still[at] + gain, np.log(self.rules.run_length))
        self._forget(at[self.still[at] <= 0])

    def _forget(self, rows: Flags | NDArray[np.int64]) -> None:
        for values in (self.capped, self.total, self.highest, self.evidence, self.came, self.usual_since):
            values[rows] = 0.0
        self.since[rows] = -1
        self.confirmed[rows] = False

    def _leave_out(self, rows: Flags, t: int) -> None:
        """What came since the rise began is no baseline, though it was taken for quiet at the time."""
        at = np.flatnonzero(rows)
        if at.size:
            begin = np.minimum(self.since[at], max(0, t - self.rules.guard))
            self.known[at] = np.minimum(self.known[at], self.before[begin, at])
            self.before[:, at] = np.minimum(self.before[:, at], self.known[at])


def evidence_of_sum(total: Array, freedom: Array) -> Array:
    """Logarithm of the likelihood ratio of a rise whose log ratio by a known dispersion were ``total``.

    exp(z²/2) of a normal score becomes (1 + z²/ν)^((ν + 1)/2) where the variance is an estimate with ν degrees of freedom.
    """
    return (freedom + 1) / 2 * np.log1p(2 * total / freedom)


def sum_of_evidence(evidence: Array, freedom: Array) -> Array:
    """The inverse of :func:`evidence_of_sum`."""
    return freedom / 2 * np.expm1(2 * evidence / (freedom + 1))
