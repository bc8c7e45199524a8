"""Which method suits which series: a stated rule, applied to all series at once.

In this order, the first that fits:

1. ``maxsprt``: the caller marks the series as a new batch or a launch, and it has exposure.
2. ``threshold``: too short to have a baseline (fewer than ``min_history`` known periods before the last one).
3. ``farrington``: at least three years of history and at least ``seasonal_mean`` complaints per period.
4. With exposure: ``laney`` when the rate varies more than chance allows; else ``u`` when at least ``chart_mean``
   complaints are expected per period (below that, three standard errors are a poor limit); else ``poisson``.
5. Without exposure: ``ears`` from ``ears_mean`` complaints per period on; else ``poisson`` per period, because a
   standard deviation of seven nearly empty periods says nothing. Against chance alone (Poisson counts, C2, alarms of
   at least 3 complaints) the EARS limit, meant for 1 in 1000, is passed in 24 to 28 of 1000 periods at 1 to 3 complaints
   per period, in 22 at 5 and in 18 at 20; seven periods do not allow for less than 14. ``poisson`` stays below 1
   throughout. What EARS has for it is that it follows a level that changes, which counts once there is one to follow.

"Varies more than chance allows": Laney's σ_z, with the largest moving ranges screened out so that one outbreak does
not hide itself, exceeds 1 + 2 √(0.83 / number of moving ranges), and there is at least one complaint per period;
0.83 is the variance factor of a moving-range estimate (Harter, Annals of Mathematical Statistics 1960).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.charts import moving_range_sigma

METHODS = ("none", "threshold", "poisson", "u", "laney", "ears", "cusum", "maxsprt", "farrington")
"""Names of the methods over periods; their position is their code."""
CODE = {name: i for i, name in enumerate(METHODS)}


@dataclass(frozen=True)
class Rule:
    """The numbers in the rule above."""

    min_history: int = 8
    seasonal_years: int = 3
    seasonal_mean: float = 1.25
    seasonal_window: int = 3
    chart_mean: float = 9.0
    ears_mean: float = 5.0


_RULE = Rule()


@short_repr()
@dataclass(frozen=True)
class Facts:
    """What the rule looks at: one value per series."""

    known: NDArray[np.int64]
    """Periods with a count (and, where there is exposure, exposure above 0)."""
    mean: NDArray[np.float64]
    """Complaints per known period."""
    exposure: NDArray[np.bool_]
    sigma_z: NDArray[np.float64]
    overdispersed: NDArray[np.bool_]


def facts(counts: ArrayLike, exposure: ArrayLike | None = None) -> Facts:
    """Facts of counts (series, periods). A series whose exposure is 0 throughout counts as one without."""
    counts = np.atleast_2d(np.asarray(counts, float))
    seen = ~np.isnan(counts)
    has = np.zeros(len(counts), bool)
    units = np.ones_like(counts)
    if exposure is not None:
        given = np.nan_to_num(np.broadcast_to(np.asarray(exposure, float), counts.shape))
        has = np.any(given > 0, axis=1)
        units = np.where(has[:, None], given, 1.0)
        seen &= units > 0
    known = seen.sum(axis=1)
    total = np.sum(np.where(seen, counts, 0.0), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known > 0, total / known, 0.0)
        rate = total / np.sum(np.where(seen, units, 0.0), axis=1)
        expected = rate[:, None] * np.where(seen, units, np.nan)
        z = (counts - expected) / np.sqrt(expected)
    sigma_z = moving_range_sigma(z, screen=True)
    ranges = np.maximum(known - 1, 1)
    bound = 1 + 2 * np.sqrt(0.83 / ranges)
    return Facts(known, mean, has, sigma_z, (mean >= 1) & (np.nan_to_num(sigma_z) > bound))


def choose(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    launch: ArrayLike | None = None,
    frequency: int = 52,
    rule: Rule = _RULE,
) -> NDArray[np.int8]:
    """The code (position in METHODS) of each series' method. ``launch``: bool per series."""
    counts = np.atleast_2d(np.asarray(counts, float))
    found = facts(counts, exposure)
    new = np.zeros(len(counts), bool) if launch is None else np.asarray(launch, bool)
    enough = counts.shape[1] >= frequency * rule.seasonal_years + rule.seasonal_window + 3
    # The seasonal model needs every period, with exposure in each where it uses exposure.
    seasonal = enough & (found.known == counts.shape[1]) & (found.mean >= rule.seasonal_mean)
    picked = np.select(
        [
            new & found.exposure,
            found.known <= rule.min_history,
            seasonal,
            found.exposure & found.overdispersed,
            found.exposure & (found.mean >= rule.chart_mean),
            found.exposure,
            found.mean >= rule.ears_mean,
        ],
        [
            CODE["maxsprt"],
            CODE["threshold"],
            CODE["farrington"],
            CODE["laney"],
            CODE["u"],
            CODE["poisson"],
            CODE["ears"],
        ],
        CODE["poisson"],
    )
    return picked.astype(np.int8)


def choose_pairs(items: int, defects: int, pairs: int) -> str:
    """For item × defect tables: ``ebgm`` for many items and defects with at least 200 pairs seen, else ``prr``.

    The shrinker's prior has five parameters that must be learnt from the pairs themselves.
    """
    return "ebgm" if items >= 10 and defects >= 10 and pairs >= 200 else "prr"
