"""Rates of counts per unit of exposure, with exact intervals: one rate, and the ratio of two.

Counts are taken as Poisson with rates per unit of exposure (units delivered, days, uses: any unit, the same one on both
sides). Given their sum, the count after is binomial, so the rate ratio has an exact interval from Clopper and Pearson's
interval for that binomial share (Lehmann and Romano, Testing Statistical Hypotheses, section 4.5; the same as R's
``poisson.test`` for two samples).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special


@dataclass(frozen=True)
class RateRatio:
    """Rate after divided by rate before. ``ratio`` is nan when both counts are 0, inf when only the first is."""

    ratio: float
    lower: float
    upper: float
    confidence: float
    p_value: float


@dataclass(frozen=True)
class RateInterval:
    """A Poisson rate per unit of exposure with its exact interval (Garwood, Biometrika 1936)."""

    rate: float
    lower: float
    upper: float
    confidence: float


def garwood(count: int, exposure: float = 1.0, confidence: float = 0.95) -> RateInterval:
    """Exact interval of a Poisson rate: ``count`` events in ``exposure`` units (> 0)."""
    check_count(count, "count")
    check_exposure(exposure, "exposure", positive=True)
    tail = (1 - confidence) / 2
    lower = float(special.gammaincinv(count, tail)) if count else 0.0
    upper = float(special.gammainccinv(count + 1, tail))
    return RateInterval(count / exposure, lower / exposure, upper / exposure, confidence)


def rate_ratio(
    before_count: int,
    before_exposure: float,
    after_count: int,
    after_exposure: float,
    confidence: float = 0.95,
) -> RateRatio:
    """Rate after / rate before with its exact conditional interval and the two-sided p-value of "no change".

    Exposures must be > 0. The p-value sums the outcomes that are no more likely than the one seen, as R's
    ``binom.test`` does.
    """
    check_count(before_count, "before_count")
    check_count(after_count, "after_count")
    check_exposure(before_exposure, "before_exposure", positive=True)
    check_exposure(after_exposure, "after_exposure", positive=True)
    from scipy.stats import binomtest  # imported late: it takes longer to load than all else here to run

    ratio, lower, upper = ratio_interval(
        before_count, before_exposure, after_count, after_exposure, confidence
    )
    total = before_count + after_count
    if total == 0:
        return RateRatio(ratio, lower, upper, confidence, 1.0)
    null_share = after_exposure / (before_exposure + after_exposure)
    p_value = float(binomtest(after_count, total, null_share).pvalue)
    return RateRatio(ratio, lower, upper, confidence, min(p_value, 1.0))


def ratio_interval(
    before_count: int,
    before_exposure: float,
    after_count: int,
    after_exposure: float,
    confidence: float = 0.95,
) -> tuple[float, float, float]:
    """Rate after / rate before, and the limits of its interval, as of :func:`rate_ratio`."""
    scale = before_exposure / after_exposure
    if before_count + after_count == 0:
        return math.nan, 0.0, math.inf
    tail = (1 - confidence) / 2
    # The odds p / (1 - p) of both limits are taken from the two tails, so that 1 - p keeps its digits near p = 1.
    lower, upper = 0.0, math.inf
    if after_count:
        share = float(special.betaincinv(after_count, before_count + 1, tail))
        rest = float(special.betaincinv(before_count + 1, after_count, 1 - tail))
        lower = share / rest
    if before_count:
        share = float(special.betaincinv(after_count + 1, before_count, 1 - tail))
        rest = float(special.betaincinv(before_count, after_count + 1, tail))
        upper = share / rest
    ratio = after_count / before_count * scale if before_count else math.inf
    return ratio, lower * scale, upper * scale


def check_count(value: int, name: str) -> None:
    """Raise ValueError unless ``value`` is a whole number of at least 0."""
    if isinstance(value, bool) or not math.isfinite(value) or value < 0 or value != int(value):
        raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}")


def check_exposure(value: float, name: str, positive: bool = False) -> None:
    """Raise ValueError unless ``value`` is finite and at least 0, or above 0 where it must be ``positive``."""
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        wanted = "above 0" if positive else "of at least 0"
        raise ValueError(f"{name} must be a finite number {wanted}, not {value!r}")
