"""Farrington's flexible method: a seasonal quasi-Poisson regression on past years, for all series at once.

Follows R's ``surveillance::farringtonFlexible`` step by step (Noufaily et al., Statistics in Medicine 2013; Salmon,
Schumacher and Höhle, Journal of Statistical Software 2016), including details that move digits:

* reference windows of ± ``half_window`` periods around the same period of the last ``years`` years, optionally with
  ``season_levels`` − 1 blocks between them as a factor; the last ``skip_recent`` periods are left out;
* the regression is iterated as R's ``glm`` does, see ``regression.py``;
* φ = max(1, Σ working weight · working residual² / df); past outbreaks are weighted down by standardised Anscombe
  residuals s > ``weights_threshold`` with γ s⁻², others γ, and the model is fitted again;
* standard errors take the dispersion with those weights in place of the working weights (R overwrites them);
* the trend stays if its t-test is below ``trend_p``, at least three years are used and the prediction does not
  exceed the largest past count; else the model is fitted without it;
* thresholds: ``delta`` (power transform), ``nbPlugin`` (negative binomial quantile at the prediction), ``muan`` (the
  same at the upper quantile of the prediction);
* no verdict with fewer than ``min_cases`` complaints in the last ``min_periods`` periods, this one included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import above, at_least, open_share, whole
from complaint_qms.engine.signals.regression import LEAST_MEAN, Array, Rounds, poisson_regression
from complaint_qms.engine.signals.tails import negbin_tail, normal_quantile, smallest_count

Threshold = Literal["delta", "nbPlugin", "muan"]
Power = Literal["2/3", "1/2", "none"]

_POWER = {"2/3": 2 / 3, "1/2": 0.5, "none": 1.0}


@dataclass(frozen=True)
class Control:
    """Settings, with the defaults of R."""

    years: int = 5
    half_window: int = 3
    reweight: bool = True
    weights_threshold: float = 2.58
    alpha: float = 0.05
    trend: bool = True
    trend_p: float = 0.05
    min_cases: float = 5
    min_periods: int = 4
    power: Power = "2/3"
    population_offset: bool = False
    season_levels: int = 1
    skip_recent: int | None = None
    threshold: Threshold = "delta"

    def __post_init__(self) -> None:
        whole(1, years=self.years, season_levels=self.season_levels, min_periods=self.min_periods)
        whole(0, half_window=self.half_window)
        if self.skip_recent is not None:
            whole(0, skip_recent=self.skip_recent)
        open_share(alpha=self.alpha)
        above(0, trend_p=self.trend_p, weights_threshold=self.weights_threshold)
        at_least(0, min_cases=self.min_cases)
        if self.threshold not in ("delta", "nbPlugin", "muan"):
            raise ValueError(f"threshold must be 'delta', 'nbPlugin' or 'muan', not {self.threshold!r}")
        if self.power not in _POWER:
            raise ValueError(f"power must be '2/3', '1/2' or 'none', not {self.power!r}")

    @property
    def skip(self) -> int:
        return self.half_window if self.skip_recent is None else self.skip_recent


_CONTROL = Control()


@short_repr()
@dataclass(frozen=True)
class Farrington:
    """Arrays of shape (series, judged periods)."""

    at: NDArray[np.int64]
    """The judged periods."""
    expected: Array
    upper: Array
    """nan, as ``expected`` is, where there were too few cases to judge."""
    score: Array
    """(y − fit) / (upper − fit), fit on the link scale for nbPlugin and muan as in R; above 1 means y > upper."""
    p: Array
    dispersion: Array
    trend: NDArray[np.bool_]
    trend_slope: Array
    """On the log scale per period; nan without a trend."""
    alarm: NDArray[np.bool_]
    control: Control


def reference_points(
    at: int, years: int, frequency: int, starts: NDArray[np.datetime64] | None = None
) -> NDArray[np.int64]:
    """The judged period and the same one of each past year, latest first, as positions; -1 for one before the data.

    Without ``starts`` they lie ``frequency`` periods apart. With the first day of every period they follow the
    calendar: the same date of a past year, and for weeks the nearest day of the same weekday.
    """
    steps = np.arange(years + 1)
    if starts is None:
        places = at - frequency * steps
        return np.where(places < 0, -1, places)
    days = starts.astype("datetime64[D]")
    day = days[at]
    month = day.astype("datetime64[M]")
    wanted = (month - 12 * steps).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    if len(days) > 1 and np.all(np.diff(days).astype(int) == 7):
        off = (wanted - day).astype(int)
        wanted = day + 7 * np.rint(off / 7).astype(int)
    places = np.searchsorted(days, wanted)
    found = (places < len(days)) & (days[np.minimum(places, len(days) - 1)] == wanted)
    return np.where(found, places, -1)


def baseline_levels(
    references: NDArray[np.int64], control: Control
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in the baseline, ascending, and the season level (1 … season_levels) of each.

    Raises ValueError when the history does not reach back far enough or a year is too short for the levels.
    """
    at, w, levels = int(references[0]), control.half_window, control.season_levels
    if np.any(references < 0) or references[-1] - w < 0:
        raise ValueError("some reference periods lie before the data; use fewer years or a later period")
    level = np.zeros(at + 1, np.int64)
    level[max(0, at - w) :] = levels
    for later, ref in pairwise(references.tolist()):
        level[ref - w : ref + w + 1] = levels
        if levels > 1:
            between = int(later - 2 * w - 1 - ref)
            if between < levels - (2 * w + 1):
                raise ValueError("too many season levels for the length of a year")
            blocks = np.full(levels - 1, between // (levels - 1))
            blocks[: between % (levels - 1)] += 1
            start = ref + w + 1
            level[start : start + between] = np.repeat(np.arange(1, levels), blocks)
    level[max(0, at - control.skip) :] = 0
    chosen = np.flatnonzero(level)
    return chosen, level[chosen]


def farrington(
    counts: ArrayLike,
    at: Sequence[int] | None = None,
    *,
    frequency: int = 52,
    control: Control = _CONTROL,
    population: ArrayLike | None = None,
    starts: NDArray[np.datetime64] | None = None,
) -> Farrington:
    """Judge the periods ``at`` (positions; None: every one with enough history) of counts (series, periods).

    One-dimensional counts are one series. ``population``: exposure per period, used as an offset when the control
    says so; it must then be above 0. Counts must be known: a period without complaints is 0, not nan. A model that
    does not converge leaves nan.
    """
    counts = np.atleast_2d(np.asarray(counts, float))
    if np.any(np.isnan(counts)) or np.any(counts < 0):
        raise ValueError("Farrington needs counts of at least 0 in every period")
    offset = None
    if control.population_offset:
        if population is None:
            raise ValueError("a population offset needs the population")
        units = np.broadcast_to(np.asarray(population, float), counts.shape)
        if np.any(~(units > 0)):
            raise ValueError("a population offset needs a population above 0 in every period")
        offset = np.log(units)
    if at is None:
        places = [k for k in range(counts.shape[1]) if _has_history(k, frequency, control, starts)]
    else:
        places = [int(k) for k in at]
    shape = (len(counts), len(places))
    names = ("expected", "upper", "score", "p", "dispersion", "trend_slope")
    out = {name: np.full(shape, np.nan) for name in names}
    trend = np.zeros(shape, bool)
    alarm = np.zeros(shape, bool)
    time = _time(counts.shape[1], starts)
    for j, k in enumerate(places):
        chosen, level = baseline_levels(reference_points(k, control.years, frequency, starts), control)
        fit = _model(counts, chosen, level, k, offset, time, control)
        y = counts[:, k]
        upper, p, score = _threshold(y, fit, control)
        enough = counts[:, max(0, k - control.min_periods + 1) : k + 1].sum(axis=1) >= control.min_cases
        mean = fit.mean if control.threshold == "delta" else np.exp(fit.eta)
        out["expected"][:, j] = np.where(enough, mean, np.nan)
        out["upper"][:, j] = np.where(enough, upper, np.nan)
        out["score"][:, j], out["p"][:, j] = score, p
        out["dispersion"][:, j], out["trend_slope"][:, j] = fit.phi, np.where(fit.trend, fit.slope, np.nan)
        trend[:, j] = fit.trend
        with np.errstate(invalid="ignore"):
            alarm[:, j] = enough & (score > 1) & (y != 0)
    return Farrington(at=np.array(places, np.int64), trend=trend, alarm=alarm, control=control, **out)


def negbin_upper(mean: ArrayLike, dispersion: ArrayLike, alpha: float) -> Array:
    """The (1 − alpha) quantile of the negative binomial with size μ/(φ−1) and p = 1/φ (Poisson for φ <= 1).

    The smallest count u with P(X > u) <= alpha; a count strictly above it alarms.
    """
    mean, dispersion = np.broadcast_arrays(np.asarray(mean, float), np.asarray(dispersion, float))
    # P(X > u) = P(X >= u + 1), so the quantile is one less than the smallest count with a tail of at most alpha.
    return smallest_count(lambda count: negbin_tail(count, mean, dispersion), alpha, mean.shape) - 1


def _time(periods: int, starts: NDArray[np.datetime64] | None) -> Array:
    """The clock of the trend: the number of the period, and by the calendar its days in lengths of the first period, so
    that a longer month is a longer step."""
    if starts is None or periods < 2:
        return np.arange(periods, dtype=float)
    days = (starts - starts[0]).astype("timedelta64[D]").astype(float)
    return days / days[1]


@dataclass(frozen=True)
class _Prediction:
    """Per series: linear predictor, its standard error, mean, φ, whether a trend was kept and its slope."""

    eta: Array
    se_eta: Array
    mean: Array
    phi: Array
    trend: NDArray[np.bool_]
    slope: Array


def _has_history(k: int, frequency: int, control: Control, starts: NDArray[np.datetime64] | None) -> bool:
    references = reference_points(k, control.years, frequency, starts)
    return bool(np.all(references >= 0) and references[-1] - control.half_window >= 0)


@dataclass(frozen=True)
class _Fit:
    beta: Array
    inverse: Array
    """(Xᵀ W X)⁻¹ with the weights of the last round."""
    phi: Array
    residual_scale: Array
    """The dispersion R's ``predict`` and ``summary`` use."""
    df: float
    converged: NDArray[np.bool_]


def _model(
    counts: Array,
    chosen: NDArray[np.int64],
    level: NDArray[np.int64],
    at: int,
    offset: Array | None,
    time: Array,
    control: Control,
) -> _Prediction:
    """Fit with the trend, test it, and fit again without it where it does not hold."""
    y = counts[:, chosen]
    past = None if offset is None else offset[:, chosen]
    now = np.zeros(len(counts)) if offset is None else offset[:, at]
    levels = np.unique(level) if control.season_levels > 1 else level[:0]
    dummies = [(level == one).astype(float) for one in levels[1:]]
    flat = np.column_stack([np.ones(len(chosen)), *dummies])
    flat_now = np.array([1.0, *(float(one == control.season_levels) for one in levels[1:])])
    plain_rows = np.ones(len(counts), bool)
    result: _Prediction | None = None
    if control.trend:
        # Time is centred: only the intercept changes, and the normal equations keep their digits.
        middle = time[chosen].mean()
        fit = _fit(y, np.column_stack([flat, time[chosen] - middle]), past, control)
        result = _predict(fit, np.append(flat_now, time[at] - middle), now)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = fit.beta[:, -1] / np.sqrt(fit.residual_scale * fit.inverse[:, -1, -1])
        p = 2 * special.stdtr(fit.df, -np.abs(t))
        keep = fit.converged & (p < control.trend_p) & (control.years >= 3) & (result.mean <= y.max(axis=1))
        result = replace(result, trend=keep, slope=fit.beta[:, -1])
        plain_rows = ~keep
    if plain_rows.any():
        rows = np.flatnonzero(plain_rows)
        fit = _fit(y[rows], flat, None if past is None else past[rows], control)
        plain = _predict(fit, flat_now, now[rows])
        failed = ~fit.converged
        if result is None:
            blank = np.full(len(counts), np.nan)
            result = _Prediction(blank, blank, blank, blank, np.zeros(len(counts), bool), blank)
        merged = {}
        for name in ("eta", "se_eta", "mean", "phi"):
            values = getattr(result, name).copy()
            values[rows] = np.where(failed, np.nan, getattr(plain, name))
            merged[name] = values
        result = replace(result, **merged)
    assert result is not None
    return result


def _fit(y: Array, x: Array, offset: Array | None, control: Control) -> _Fit:
    rounds = poisson_regression(y, x, offset, np.ones_like(y))
    df = y.shape[1] - x.shape[1]
    phi = _dispersion(rounds, rounds.weights, df)
    converged = rounds.converged
    residual_scale = np.sum(rounds.weights * rounds.residuals**2, axis=1) / df
    if control.reweight:
        hat = rounds.weights * _quadratic(x, rounds.inverse)
        with np.errstate(divide="ignore", invalid="ignore"):
            s = 1.5 * (y ** (2 / 3) * rounds.mu ** (-1 / 6) - rounds.mu**0.5)
            s = s / np.sqrt(phi[:, None] * (1 - hat))
            high = s > control.weights_threshold
            raw = np.where(high, s**-2.0, 1.0)
        omega = raw * (y.shape[1] / raw.sum(axis=1, keepdims=True))
        rounds = poisson_regression(y, x, offset, omega)
        phi = _dispersion(rounds, rounds.weights, df)
        residual_scale = np.sum(omega * rounds.residuals**2, axis=1) / df
    return _Fit(rounds.beta, rounds.inverse, phi, residual_scale, float(df), converged)


def _dispersion(rounds: Rounds, weights: Array, df: int) -> Array:
    return np.maximum(np.sum(weights * rounds.residuals**2, axis=1) / df, 1.0)


def _quadratic(x: Array, inverse: Array) -> Array:
    """xᵢᵀ A xᵢ for every row of x and every series' matrix A: (series, rows)."""
    p = x.shape[1]
    return inverse.reshape(len(inverse), p * p) @ (x[:, :, None] * x[:, None, :]).reshape(len(x), p * p).T


def _predict(fit: _Fit, row: Array, offset: Array) -> _Prediction:
    eta = fit.beta @ row + offset
    with np.errstate(over="ignore", invalid="ignore"):
        se = np.sqrt(fit.residual_scale * np.einsum("i,sij,j->s", row, fit.inverse, row))
        mean = np.maximum(np.exp(eta), LEAST_MEAN)
    none = np.zeros(len(eta), bool)
    return _Prediction(eta, se, mean, fit.phi, none, np.full(len(eta), np.nan))


def _threshold(y: Array, fit: _Prediction, control: Control) -> tuple[Array, Array, Array]:
    """(upper, p, score)."""
    quantile = normal_quantile(1 - control.alpha)
    with np.errstate(all="ignore"):
        if control.threshold == "delta":
            mu = fit.mean
            spread = fit.phi + (fit.se_eta * mu) ** 2 / mu
            power = _POWER[control.power]
            se = np.sqrt(power**2 * mu ** (2 * power - 1) * spread)
            upper = (mu**power + quantile * se) ** (1 / power)
            p = special.ndtr(-(y**power - mu**power) / se)
            return upper, p, (y - mu) / (upper - mu)
        mean = np.exp(fit.eta if control.threshold == "nbPlugin" else fit.eta + quantile * fit.se_eta)
        mean = np.where(np.isinf(mean), np.nan, mean)
        p = negbin_tail(y, mean, fit.phi)
        upper = negbin_upper(mean, fit.phi, control.alpha)
        return upper, p, (y - fit.eta) / (upper - fit.eta)
