"""Counts of the next months with intervals, shown only where the same way of forecasting has beaten the naive ones on what is known.

Three candidates forecast from every month before which at least a year is known (rolling origin): a level that follows the latest counts
(simple exponential smoothing), the same with the shape of the year, and a Poisson regression on a trend that levels off and two harmonics
of the year, in which older months weigh less. Which of them forecasts from a month is chosen by their errors before that month alone, so
that the errors that are told are those of forecasts that could have been made (no hindsight). Those of the second year choose and are not
told: a season is first seen when its year comes again. They are held against the last count and
that of the same month a year before (seasonal naive): the mean absolute error relative to that of the better one, which is MASE with the
out-of-sample error of the best naive forecast as its scale (Hyndman & Koehler, Int. J. Forecasting 22 (2006) 679-688).

Intervals are quantiles of a negative binomial distribution, whose variance is that of the forecasts' own errors at the same distance, and
at least that of a Poisson distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import nbinom, poisson

SEASON: Final = 12
LEAST_MONTHS: Final = 30
"""Two years, from which a season can be told, and as many months as are tried at least."""
MOST_MONTHS: Final = 96
"""What is older says nothing of the next months."""
LEVELS: Final = (0.80, 0.95)
_HARMONICS: Final = 2
_LEARNING: Final = SEASON
"""The first trials, which choose among the candidates and are not judged."""
_MEMORY: Final = 0.985
"""Weight of a month against the one after it, in the regression."""
_DAMPING: Final = 0.85
_RIDGE: Final = 0.05
_ROUNDS: Final = 25
_LEAST_MEAN: Final = 0.05
_MOST_GROWTH: Final = 3.0
"""Times the largest month known: no trend is carried on beyond it."""
_ALPHAS: Final = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True)
class ForecastMonth:
    """``mean``: expected count; ``ranges``: level → (lower, upper) counts, both included."""

    mean: float
    ranges: dict[float, tuple[int, int]]


@dataclass(frozen=True)
class Forecast:
    """What the history says of the months after it.

    Attributes:
        months: the months known that it rests on.
        ahead: the next months; empty where the history is too short.
        origins: months from which it was tried.
        error: mean absolute error of the trials, in complaints.
        naive_error, seasonal_error: those of the last count and of the same month a year before, on the same trials.
        relative_error: ``error`` ÷ the smaller of both; below 1 it is better. None where the naive ones never err.
        within: level → share of trials whose count lay in the interval that was known then; None without enough trials.
        beats_naive: whether it is to be shown.
    """

    months: int
    ahead: tuple[ForecastMonth, ...] = ()
    origins: int = 0
    error: float = 0.0
    naive_error: float = 0.0
    seasonal_error: float = 0.0
    relative_error: float | None = None
    within: dict[float, float] | None = None

    @property
    def is_long_enough(self) -> bool:
        return self.months >= LEAST_MONTHS

    @property
    def beats_naive(self) -> bool:
        return self.relative_error is not None and self.relative_error < 1


def forecast_counts(counts: Sequence[float], horizon: int = 3) -> Forecast:
    """Forecast the next months.

    Args:
        counts: complaints of each whole month without a gap, the oldest first; months before the first complaint left out.
        horizon: how many months ahead, at least 1.

    Raises:
        ValueError: a count is negative or no number, or the horizon is below 1.
    """
    known = np.asarray(counts, dtype=float)
    if horizon < 1 or known.ndim != 1 or not np.all(np.isfinite(known)) or (known < 0).any():
        raise ValueError("counts are numbers of 0 or more, and the horizon is at least 1")
    known = known[-MOST_MONTHS:]
    if len(known) < LEAST_MONTHS:
        return Forecast(len(known))
    trials = _tried(known, horizon)
    chosen = _chosen(trials.errors)
    means = _candidates(known, horizon)[chosen[-1]]
    judged = slice(_LEARNING, None)
    picked = trials.means[np.arange(len(trials.means)), chosen[:-1]][judged]
    actual = trials.actual[judged]
    error = _mean_error(picked, actual)
    naive, seasonal = (_mean_error(one[judged], actual) for one in (trials.naive, trials.seasonal))
    best = min(naive, seasonal)
    spread = _spread(picked, actual)
    return Forecast(
        months=len(known),
        ahead=tuple(_month(mean, spread[at]) for at, mean in enumerate(means)),
        origins=len(picked),
        error=error,
        naive_error=naive,
        seasonal_error=seasonal,
        relative_error=error / best if best > 0 else None,
        within=_within(picked, actual),
    )


@dataclass(frozen=True)
class _Trials:
    """By origin: ``means`` (origin, candidate, month ahead), ``actual`` (origin, month ahead; nan where not known yet), ``naive`` and
    ``seasonal`` likewise, ``errors`` (origin, candidate): sums of absolute errors."""

    means: np.ndarray
    actual: np.ndarray
    naive: np.ndarray
    seasonal: np.ndarray
    errors: np.ndarray


def _tried(known: np.ndarray, horizon: int) -> _Trials:
    origins = range(SEASON, len(known))
    means = np.array([_candidates(known[:at], horizon) for at in origins])
    actual = np.full((len(origins), horizon), np.nan)
    naive, seasonal = np.empty_like(actual), np.empty_like(actual)
    for row, at in enumerate(origins):
        there = known[at : at + horizon]
        actual[row, : len(there)] = there
        naive[row] = known[at - 1]
        seasonal[row] = [known[at - SEASON + step % SEASON] for step in range(horizon)]
    errors = np.abs(means - actual[:, None, :])
    return _Trials(means, actual, naive, seasonal, errors)


def _chosen(errors: np.ndarray) -> np.ndarray:
    """Of each origin, and of the month after the last one, the candidate with the smallest errors known by then: the error at a distance
    of h months is known h months after its origin."""
    origins, candidates, horizon = errors.shape
    known = np.zeros((origins + 1, candidates))
    for step in range(horizon):
        for row in range(origins - step):
            arrived = row + step + 1
            if arrived <= origins:
                known[arrived] += np.nan_to_num(errors[row, :, step])
    return np.argmin(np.cumsum(known, axis=0), axis=1)


def _mean_error(means: np.ndarray, actual: np.ndarray) -> float:
    return float(np.nanmean(np.abs(means - actual)))


def _spread(means: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Variance ÷ mean of the errors at each distance, never falling with it, at least 1; one of all where few are known."""
    scaled = (actual - means) ** 2 / np.maximum(means, _LEAST_MEAN)
    found = np.array([np.nanmean(scaled[:, : step + 1]) for step in range(scaled.shape[1])])
    own = np.array([np.nanmean(scaled[:, step]) if np.isfinite(scaled[:, step]).any() else 0 for step in range(scaled.shape[1])])  # fmt: skip
    return np.maximum.accumulate(np.maximum(np.maximum(found, own), 1.0))


def _month(mean: float, spread: float) -> ForecastMonth:
    return ForecastMonth(float(mean), {level: _range(mean, spread, level) for level in LEVELS})


def _range(mean: float, spread: float, level: float) -> tuple[int, int]:
    tail = (1 - level) / 2
    if spread <= 1 + 1e-9:
        lower, upper = poisson.ppf([tail, 1 - tail], mean)
    else:
        lower, upper = nbinom.ppf([tail, 1 - tail], mean / (spread - 1), 1 / spread)
    return int(max(lower, 0)), int(upper)


def _within(means: np.ndarray, actual: np.ndarray) -> dict[float, float] | None:
    """Share of the later half of trials, one month ahead, that lay within intervals made of the earlier ones alone."""
    half = len(means) // 2
    rows = [row for row in range(half, len(means)) if np.isfinite(actual[row, 0])]
    if len(rows) < SEASON // 2:
        return None
    hits = dict.fromkeys(LEVELS, 0)
    for row in rows:
        spread = _spread(means[:row, :1], actual[:row, :1])[0]
        for level in LEVELS:
            lower, upper = _range(means[row, 0], spread, level)
            hits[level] += bool(lower <= actual[row, 0] <= upper)
    return {level: count / len(rows) for level, count in hits.items()}


def _candidates(known: np.ndarray, horizon: int) -> np.ndarray:
    """Expected counts (candidate, month ahead): the level, the level with the shape of the year, trend and season."""
    months = len(known)
    weights = _regression(known)
    shape = np.exp(_design(np.arange(months + horizon), months)[:, 2:] @ weights[2:])
    ahead = _design(np.arange(months, months + horizon), months)
    # A trend is carried on in ever smaller steps.
    ahead[:, 1] = np.cumsum(_DAMPING ** np.arange(1, horizon + 1)) / SEASON
    grown = np.exp(np.minimum(ahead @ weights, 30.0))
    most = _MOST_GROWTH * max(known.max(), 1.0)
    level = np.full(horizon, _smoothed(known))
    seasonal = _smoothed(known / shape[:months]) * shape[months:]
    return np.clip(np.stack([level, seasonal, grown]), _LEAST_MEAN, most)


def _smoothed(known: np.ndarray) -> float:
    """The latest level, with the weight of a new count that would have erred least."""
    levels = np.full(len(_ALPHAS), known[: min(6, len(known))].mean())
    errors = np.zeros(len(_ALPHAS))
    for count in known:
        errors += (count - levels) ** 2
        levels = levels + _ALPHAS * (count - levels)
    return float(levels[int(np.argmin(errors))])


def _design(months: np.ndarray, now: int) -> np.ndarray:
    """Constant, years from now, harmonics of the year."""
    turns = 2 * np.pi * months / SEASON
    waves = [wave(number * turns) for number in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(len(months)), (months - now + 1) / SEASON, *waves])


def _regression(known: np.ndarray) -> np.ndarray:
    """Weights of a Poisson regression by iteratively reweighted least squares, all but the constant drawn a little towards 0."""
    columns = _design(np.arange(len(known)), len(known))
    memory = _MEMORY ** np.arange(len(known))[::-1]
    ridge = np.full(columns.shape[1], _RIDGE * memory.sum() * max(known.mean(), 0.1))
    ridge[0] = 0.0
    ridge[2:] *= 0.2
    weights = np.zeros(columns.shape[1])
    weights[0] = np.log(max(known.mean(), _LEAST_MEAN))
    for _round in range(_ROUNDS):
        linear = np.clip(columns @ weights, -6.0, 20.0)
        mean = np.exp(linear)
        working = linear + (known - mean) / mean
        weighted = columns * (memory * mean)[:, None]
        new = np.linalg.solve(
            weighted.T @ columns + np.diag(ridge) + 1e-9 * np.eye(len(weights)), weighted.T @ working
        )
        if np.abs(new - weights).max() < 1e-6:
            return new
        weights = new
    return weights
