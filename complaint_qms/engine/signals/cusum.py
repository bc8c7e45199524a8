"""Cumulative sums for small lasting shifts: the Poisson CUSUM and R's standardised ones.

Periods run along the last axis; the recursion steps over periods and does all series of a step at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import above

Array = NDArray[np.float64]
Transform = Literal["standard", "rossi", "anscombe", "anscombe2nd", "pearsonNegBin", "none"]


@short_repr()
@dataclass(frozen=True)
class Cusum:
    """Arrays of the counts' shape. ``value`` is the sum before a reset, so an alarm shows what it reached."""

    value: Array
    reference: Array
    """k, what is taken off each period."""
    limit: Array
    """h, the sum that alarms."""
    alarm: NDArray[np.bool_]
    reset: bool


def reference_value(rate0: ArrayLike, rate1: ArrayLike, exposure: ArrayLike = 1.0) -> Array:
    """k = n (λ1 − λ0) / ln(λ1 / λ0), the best reference value for a shift from rate λ0 to λ1 (Lucas 1985)."""
    rate0, rate1, exposure = (np.asarray(a, float) for a in (rate0, rate1, exposure))
    if np.any(rate0 <= 0) or np.any(rate1 <= rate0):
        raise ValueError("a CUSUM for a rise needs 0 < rate0 < rate1")
    return exposure * (rate1 - rate0) / np.log(rate1 / rate0)


def poisson_cusum(
    counts: ArrayLike,
    reference: ArrayLike,
    limit: ArrayLike,
    *,
    reset: bool = False,
) -> Cusum:
    """S = max(0, S + y − k) from S = 0, alarm S >= h (Lucas, Technometrics 1985).

    ``reference`` k and ``limit`` h broadcast to the counts, so both may change with the exposure of a period.
    ``reset`` starts again at 0 after an alarm. An unknown count, or a period with unknown k, leaves S as it is and
    cannot alarm.
    """
    counts = np.asarray(counts, float)
    if np.any(np.asarray(limit, float) <= 0):
        raise ValueError("limit must be above 0")
    if np.any(np.asarray(reference, float) < 0):
        raise ValueError("reference must be at least 0")
    reference = np.broadcast_to(np.asarray(reference, float), counts.shape)
    limit = np.broadcast_to(np.asarray(limit, float), counts.shape)
    steps = counts - reference
    value = np.empty(counts.shape)
    alarm = np.zeros(counts.shape, bool)
    level = np.zeros(counts.shape[:-1])
    for t in range(counts.shape[-1]):
        step = steps[..., t]
        seen = ~np.isnan(step)
        level = np.where(seen, np.maximum(0.0, level + np.where(seen, step, 0.0)), level)
        value[..., t] = level
        alarm[..., t] = seen & (level >= limit[..., t])
        if reset:
            level = np.where(alarm[..., t], 0.0, level)
    return Cusum(value, reference, limit, alarm, reset)


@short_repr()
@dataclass(frozen=True)
class StandardCusum:
    """R's ``surveillance::cusum`` from period ``start`` on: arrays of shape (…, periods − start)."""

    value: Array
    upper: Array
    """The count that would alarm in this period, by R's formulas; for "none" h − S, as R has it."""
    alarm: NDArray[np.bool_]
    mean: Array


def standard_cusum(
    counts: ArrayLike,
    start: int,
    *,
    k: float = 1.04,
    h: float = 2.26,
    mean: ArrayLike | None = None,
    transform: Transform = "standard",
    alpha: float = 0.1,
    reset: bool = False,
) -> StandardCusum:
    """S = max(0, S + x − k) over transformed counts x, alarm S >= h (Rossi et al., Statistics in Medicine 1999).

    ``mean`` m defaults to the mean of the counts before ``start``; it may also be an array over the judged
    periods. ``alpha`` is the overdispersion of "pearsonNegBin". With m 0 every transform but "none" divides by 0: a first
    complaint is then infinitely far away and alarms, and what follows it is nan.
    """
    counts = np.asarray(counts, float)
    if not 0 < start < counts.shape[-1] and not (start == 0 and mean is not None):
        raise ValueError(
            "start must leave periods before it to take the mean from, and one after it to judge"
        )
    m = counts[..., :start].mean(axis=-1, keepdims=True) if mean is None else np.asarray(mean, float)
    x = counts[..., start:]
    m = np.broadcast_to(m, x.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = _transform(x, m, transform, alpha)
        value = np.empty(x.shape)
        alarm = np.zeros(x.shape, bool)
        level = np.zeros(x.shape[:-1])
        before = np.empty(x.shape)
        for t in range(x.shape[-1]):
            before[..., t] = level
            level = np.maximum(0.0, level + (steps[..., t] - k))
            alarm[..., t] = level >= h
            if reset:
                level = np.where(alarm[..., t], 0.0, level)
            value[..., t] = level
        upper = _back(m, before, value, k, h, transform, alpha)
    upper = np.where(np.isnan(upper) | (upper < 0), 0.0, upper)
    return StandardCusum(value, upper, alarm, m)


def average_run_length(mean: float, reference: float, limit: float, parts: int = 10) -> float:
    """Mean number of periods until S >= limit, from S = 0, with Poisson counts of this mean.

    A Markov chain (Brook and Evans, Biometrika 1972) on multiples of 1 / ``parts``, to which ``reference`` and
    ``limit`` are rounded; exact when both are multiples of it.
    """
    k, states = round(reference * parts), max(1, round(limit * parts))
    # From state i a count y leads to state j = i + y · parts − k, or to 0 where that is less; at `states` it alarms.
    # So the chance of a move depends on j − i alone, but for j = 0.
    moved = np.arange(-states + 1, states) + k
    count = moved // parts
    possible = (moved % parts == 0) & (count >= 0)
    usable = np.maximum(count, 0)
    chance = np.where(possible, np.exp(special.xlogy(usable, mean) - special.gammaln(usable + 1) - mean), 0.0)
    moves = sliding_window_view(chance, states)[::-1].copy()
    most = (k - np.arange(states)) // parts
    moves[:, 0] = np.where(most >= 0, special.pdtr(np.maximum(most, 0), mean), 0.0)
    try:
        length = np.linalg.solve(np.eye(states) - moves, np.ones(states))
    except np.linalg.LinAlgError:  # an alarm is less likely than the last digit of 1
        return math.inf
    return float(length[0]) if length[0] > 0 else math.inf


@lru_cache(maxsize=512)
def decision_limit(mean: float, ratio: float = 2.0, run_length: float = 1000.0) -> float:
    """The smallest h, on a grid, whose mean time to a false alarm is at least ``run_length`` periods.

    For Poisson counts of this mean and the reference value for a rise by ``ratio``. The grid is the one of at most
    ``_FINEST`` steps per complaint whose multiple lies closest below the reference value; a smaller reference alarms
    sooner, so that the promise is kept with the true one.
    """
    above(0, mean=mean)
    above(1, ratio=ratio, run_length=run_length)
    reference, parts = _on_grid(float(reference_value(mean, mean * ratio)), ratio, run_length)

    def length(steps: int) -> float:
        return average_run_length(mean, reference, steps / parts, parts)

    low, high = 0, parts
    while length(high) < run_length:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if length(middle) < run_length:
            low = middle
        else:
            high = middle
    return high / parts


def decision_limits(means: ArrayLike, ratio: float = 2.0, run_length: float = 1000.0) -> Array:
    """:func:`decision_limit` for many means: computed at 56 means from 0.05 to 1000, linear in ln mean between.

    The limit dips where the reference value is nearly a whole number, so each of the 56 takes the largest of itself
    and its neighbours: the run length is kept, and exceeded at the dips. Means outside take the limit of the nearest
    end, scaled with √mean above it. nan stays nan.
    """
    means = np.asarray(means, float)
    known = means[np.isfinite(means) & (means > 0)]
    out = np.full(means.shape, np.nan)
    if not known.size:
        return out
    low = max(0, int(np.searchsorted(_NODES, known.min(), side="right")) - 2)
    high = min(len(_NODES), int(np.searchsorted(_NODES, known.max())) + 2)
    used = _NODES[low:high]
    exact = np.array([decision_limit(float(m), ratio, run_length) for m in used])
    around = np.pad(exact, 1, mode="edge")
    nodes = np.maximum(np.maximum(around[:-2], exact), around[2:])
    inside = np.where(np.isfinite(means) & (means > 0), means, 1.0)
    values = np.interp(np.log(inside), np.log(used), nodes)
    values = np.where(inside > _NODES[-1], values * np.sqrt(inside / _NODES[-1]), values)
    return np.where(np.isfinite(means) & (means > 0), values, np.nan)


def _transform(x: Array, m: Array, kind: Transform, alpha: float) -> Array:
    if kind == "standard":
        return (x - m) / np.sqrt(m)
    if kind == "rossi":
        return (x - 3 * m + 2 * np.sqrt(x * m)) / (2 * np.sqrt(m))
    if kind == "anscombe":
        return 1.5 * (x ** (2 / 3) - m ** (2 / 3)) / m ** (1 / 6)
    if kind == "anscombe2nd":
        return (x ** (2 / 3) - (m ** (2 / 3) - m ** (-1 / 3) / 9)) / (2 / 3 * m ** (1 / 6))
    if kind == "pearsonNegBin":
        return (x - m) / np.sqrt(m + alpha * m**2)
    if kind == "none":
        return x
    raise ValueError(f"unknown transform {kind!r}")


def _back(m: Array, before: Array, value: Array, k: float, h: float, kind: Transform, alpha: float) -> Array:
    room = h + k - before
    if kind == "standard":
        return np.ceil(np.sqrt(m) * room + m)
    if kind == "rossi":
        root = np.sqrt(m)
        inside = 4 * m**2 + 2 * m**1.5 * room
        return 2 * root * room + 5 * m - 2 * np.sqrt(inside)
    if kind == "anscombe":
        inside = 2 / 3 * m ** (1 / 6) * room + m ** (2 / 3)
        return np.where(inside < 0, 0.0, np.abs(inside) ** 1.5)
    if kind == "anscombe2nd":
        # R takes m^(1/3) / 9 here although its transform takes m^(−1/3) / 9; kept, so that bounds agree with it.
        inside = 2 / 3 * m ** (1 / 6) * room + (m ** (2 / 3) - m ** (1 / 3) / 9)
        return np.where(inside < 0, 0.0, np.abs(inside) ** 1.5)
    if kind == "pearsonNegBin":
        return np.sqrt(m + alpha * m**2) * room + m
    return h - value


def _on_grid(reference: float, ratio: float, run_length: float) -> tuple[float, int]:
    """(multiple of 1 / parts just below the reference value, parts). h is about ln(run length) / ln(ratio), and with it
    the size of the chain; parts are fewer where it is large."""
    finest = int(np.clip(_STATES * math.log(ratio) / math.log(run_length), 4, _FINEST))
    parts = np.arange(finest // 2 + 1, finest + 1)
    below = np.floor(reference * parts * (1 + 1e-12)) / parts
    best = int(np.argmax(below))
    return float(below[best]), int(parts[best])


_NODES = np.geomspace(0.05, 1000, 56)
_FINEST, _STATES = 24, 400
