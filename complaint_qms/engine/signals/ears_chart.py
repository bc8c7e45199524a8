"""EARS C1, C2 and C3: a count against the mean and standard deviation of the few periods before it.

C1 and C2 as in R's ``surveillance::earsC``: the standard deviation has divisor (baseline − 1); C1 uses the
``baseline`` periods just before, C2 and C3 leave a gap of two; the upper bound is mean + z(1 − alpha) · sd and an
alarm is a count strictly above it. C3 by its definition: the sum of max(0, C2 − 1) over this period and the two before,
alarm where it exceeds z(1 − alpha). (R takes its bound from the count itself, so that its alarm ignores the C2 of today.)
Periods without a count are stepped over: the baseline is made of the last known ones. Source: Hutwagner et al., Journal of Urban Health 2003; Fricker, Hegler and
Dunfee, Statistics in Medicine 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.ranges import at_least, open_share, whole
from complaint_qms.engine.signals.tails import normal_quantile

Array = NDArray[np.float64]
Method = Literal["C1", "C2", "C3"]

_GAP = {"C1": 0, "C2": 2, "C3": 2}
_ALPHA = {"C1": 0.001, "C2": 0.001, "C3": 0.025}
_FIRST = {"C1": 0, "C2": 2, "C3": 4}


@short_repr()
@dataclass(frozen=True)
class Ears:
    """Arrays of the counts' shape; nan (and no alarm) before there is enough history."""

    method: Method
    mean: Array
    sd: Array
    """After ``min_sd``."""
    statistic: Array
    upper: Array
    alarm: NDArray[np.bool_]
    baseline: int
    min_sd: float
    alpha: float


def ears(
    counts: ArrayLike,
    method: Method = "C1",
    *,
    baseline: int = 7,
    min_sd: float = 0.0,
    alpha: float | None = None,
) -> Ears:
    """EARS over the last axis. ``alpha`` None: 0.001 for C1 and C2, 0.025 for C3.

    C1, C2: statistic (y − mean) / sd. C3: max(0, C2 − 1) of this period plus that of the two before it; ``upper`` is the
    count beyond which it alarms, −inf where the two before do so alone. With sd 0 the statistic is 0 on the mean and
    infinite off it. ``min_sd`` 0.5 to 1 keeps sparse series quiet. An unknown count has no statistic, and none of its
    own in C3; baselines reach back over it.
    """
    if method not in _GAP:
        raise ValueError(f"method must be 'C1', 'C2' or 'C3', not {method!r}")
    whole(3, baseline=baseline)
    at_least(0, min_sd=min_sd)
    counts = np.asarray(counts, float)
    alpha = _ALPHA[method] if alpha is None else alpha
    open_share(alpha=alpha)
    quantile = normal_quantile(1 - alpha)
    mean, sd = moving_moments(counts, baseline, _GAP[method])
    sd = np.maximum(sd, min_sd)
    score = standardise(counts, mean, sd)
    with np.errstate(invalid="ignore"):
        if method != "C3":
            upper = mean + quantile * sd
            statistic, alarm = score, counts > upper
        else:
            extra = np.maximum(0.0, score - 1)
            before = np.nan_to_num(_shift(extra, 1), posinf=np.inf) + np.nan_to_num(
                _shift(extra, 2), posinf=np.inf
            )
            statistic = extra + before
            room = quantile - before
            upper = np.where(room >= 0, mean + sd * (1 + np.maximum(room, 0.0)), -np.inf)
            early = np.arange(counts.shape[-1]) < baseline + _FIRST[method]
            mean, sd, statistic, upper = (np.where(early, np.nan, a) for a in (mean, sd, statistic, upper))
            upper = np.where(np.isnan(mean), np.nan, upper)
            alarm = statistic > quantile
    return Ears(method, mean, sd, statistic, upper, alarm, baseline, min_sd, alpha)


def moving_moments(counts: Array, width: int, gap: int) -> tuple[Array, Array]:
    """Mean and standard deviation (divisor width − 1) of the ``width`` known periods that end ``gap`` + 1 before each."""
    mean = np.full(counts.shape, np.nan)
    sd = np.full(counts.shape, np.nan)
    first = width + gap
    if counts.shape[-1] > first:
        windows = sliding_window_view(counts, width, axis=-1)[..., : counts.shape[-1] - first, :]
        mean[..., first:] = windows.mean(axis=-1)
        sd[..., first:] = windows.std(axis=-1, ddof=1)
    for at in np.ndindex(counts.shape[:-1]) if np.isnan(counts).any() else ():
        if np.isnan(counts[at]).any():
            mean[at], sd[at] = _moments_over_gaps(counts[at], width, gap)
    return mean, sd


def standardise(counts: Array, mean: Array, sd: Array) -> Array:
    """(counts − mean) / sd; with sd 0: 0 on the mean, ± inf off it."""
    away = counts - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        out = away / sd
    return np.where((sd == 0) & (away == 0), 0.0, out)


def _moments_over_gaps(counts: Array, width: int, gap: int) -> tuple[Array, Array]:
    known = np.flatnonzero(~np.isnan(counts))
    mean, sd = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    if len(known) < width:
        return mean, sd
    windows = sliding_window_view(counts[known], width)
    # How many known periods lie before the gap of each period; the last of them end its baseline.
    before = np.searchsorted(known, np.arange(len(counts)) - gap)
    ready = before >= width
    mean[ready] = windows.mean(axis=-1)[before[ready] - width]
    sd[ready] = windows.std(axis=-1, ddof=1)[before[ready] - width]
    return mean, sd


def _shift(values: Array, by: int) -> Array:
    out = np.full(values.shape, np.nan)
    out[..., by:] = values[..., :-by]
    return out
