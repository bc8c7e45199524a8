"""Which method suits which period of which series: a stated rule that looks at earlier periods only.

In this order, the first that fits:

1. ``maxsprt``: the caller marks the series as a new batch or a launch, it has exposure, and not more complaints than the
   plan holds were expected of it so far.
2. ``farrington``: at least three years of history without a gap, with at least ``seasonal_mean`` complaints per period.
3. With exposure: ``laney`` when the rate of the baseline varies more than chance allows; else ``u`` when at least
   ``chart_mean`` complaints came per period (below that, three standard errors are a poor limit); else ``poisson``.
4. Without exposure, and in periods of a measured series for which no units are known: ``poisson`` per period.

A period with too little before it for a baseline is not judged (``none``). EARS, a fixed threshold and a CUSUM alone are
there to be asked for. EARS is not chosen: seven periods say little of a standard deviation. Against chance alone (Poisson
counts, C2) its limit, meant for 1 in 1000, is passed in 14 to 28 of 1000 periods; held to its level it finds less than the
exact test against a year.

"Varies more than chance allows": Pearson's dispersion of the baseline, which leaves out what was found in it, exceeds
1 + 2 √(2 / (periods − 1)), and there is at least one complaint per period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.signals.moving_baseline import Past, Rules, moving_baseline
from complaint_qms.engine.signals.ranges import above, at_least, whole

METHODS = ("none", "threshold", "poisson", "u", "laney", "ears", "cusum", "maxsprt", "farrington")
"""Names of the methods over periods; their position is their code."""
CODE = {name: i for i, name in enumerate(METHODS)}


@dataclass(frozen=True)
class Rule:
    """The numbers in the rule above."""

    seasonal_years: int = 3
    seasonal_mean: float = 1.25
    seasonal_window: int = 3
    chart_mean: float = 9.0

    def __post_init__(self) -> None:
        whole(1, seasonal_years=self.seasonal_years)
        whole(0, seasonal_window=self.seasonal_window)
        at_least(0, seasonal_mean=self.seasonal_mean)
        above(0, chart_mean=self.chart_mean)


_RULE = Rule()
_RULES = Rules(52, 2, 12, 0.001, 3, True, 3.0, 1000.0)


def choose(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    launch: ArrayLike | None = None,
    frequency: int = 52,
    rule: Rule = _RULE,
) -> NDArray[np.int8]:
    """The code (position in METHODS) of the method for the period that follows these, one per series.

    ``launch``: bool per series. The period to come is taken to have the exposure of the last one.
    """
    counts = np.atleast_2d(np.asarray(counts, float))
    units = np.ones_like(counts)
    measured = np.zeros(len(counts), bool)
    if exposure is not None:
        given = np.nan_to_num(np.broadcast_to(np.asarray(exposure, float), counts.shape))
        measured = np.any(given > 0, axis=1)
        units = np.where(measured[:, None], given, 1.0)
    latest = units[:, -1:] if counts.shape[1] else np.ones((len(counts), 1))
    counts = np.hstack([counts, np.zeros((len(counts), 1))])
    units = np.hstack([units, np.where(latest > 0, latest, units.max(axis=1, initial=1.0, keepdims=True))])
    new = np.zeros(len(counts), bool) if launch is None else np.asarray(launch, bool)
    watched = np.broadcast_to((new & measured)[:, None], counts.shape)
    past = moving_baseline(counts, units, _RULES)
    return choose_periods(counts, units, measured, watched, past, frequency, rule)[:, -1]


def choose_periods(
    counts: NDArray[np.float64],
    units: NDArray[np.float64],
    measured: NDArray[np.bool_],
    watched: NDArray[np.bool_],
    past: Past,
    frequency: int,
    rule: Rule,
) -> NDArray[np.int8]:
    """The code of every period of counts (series, periods), from the periods before it.

    ``units``: exposure, 1 throughout for a series that is not ``measured``. ``watched``: launches while their plan lasts.
    """
    seen = ~np.isnan(counts) & (units > 0)
    known = _before(seen.astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _before(np.where(seen, counts, 0.0)) / known
        wide = past.dispersion > 1 + 2 * np.sqrt(2 / np.maximum(past.periods - 1, 1))
    column = np.arange(counts.shape[1])
    enough = column >= frequency * rule.seasonal_years + rule.seasonal_window + 3
    # The seasonal model needs every period, with exposure in each where it uses exposure.
    seasonal = enough & (known == column) & (mean >= rule.seasonal_mean)
    rated = measured[:, None]
    ready = ~np.isnan(past.expected)
    code = np.where(ready, CODE["poisson"], CODE["none"])
    code = np.where(ready & rated & (mean >= rule.chart_mean), CODE["u"], code)
    code = np.where(ready & rated & wide & (mean >= 1), CODE["laney"], code)
    code = np.where(seen & seasonal, CODE["farrington"], code)
    return np.where(watched & seen, CODE["maxsprt"], code).astype(np.int8)


def choose_pairs(items: int, defects: int, pairs: int) -> str:
    """For item × defect tables: ``ebgm`` for many items and defects with at least 200 pairs seen, else ``prr``.

    The shrinker's prior has five parameters that must be learnt from the pairs themselves.
    """
    return "ebgm" if items >= 10 and defects >= 10 and pairs >= 200 else "prr"


def _before(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of what lies before each period."""
    out = np.zeros_like(values)
    np.cumsum(values[:, :-1], axis=1, out=out[:, 1:])
    return out
