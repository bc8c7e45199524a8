"""Two stretches of the same series against each other: is what was seen in the observation period more, or graver, than the baseline
before it leads to expect? What a plan for trend reporting asks (Regulation (EU) 2017/745, Art. 88), series by series.

Frequency: given the sum of both counts, the later one is binomial by the share of its exposure (Przyborowski & Wilenski, Biometrika 31
(1940) 313–323); with a dispersion φ counts weigh as count / φ (quasi-likelihood). Severity: of the levels, each as "this or graver", the
share among the complaints of both stretches by Fisher's exact test, the least p times the number of levels (Bonferroni). A look asks both
of many series: half of the level for each question, over the series by Benjamini and Hochberg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from complaint_qms.engine.message import Message
from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.fdr import adjust
from complaint_qms.engine.signals.ranges import open_share, whole
from complaint_qms.engine.signals.series import Array
from complaint_qms.engine.signals.units_fit import WORSE

Method = Literal["exact_counts", "uneven_counts"]
Counts = NDArray[np.integer]
BLOCK = 4
"""Weeks that are added up where the baseline's unevenness is measured: rare complaints vary more than chance over months, not weeks."""
LEAST_BLOCKS = 4
_QUESTIONS = 2
"""More frequent, or graver."""
_CONFIDENCE = 0.95
_QUANTILES = 40
SENTENCES = {
    "units": "{observed} complaints in the {weeks} weeks up to {day} where {expected} were expected, for each unit in the field as many as in the {baseline} weeks before.",
    "time": "{observed} complaints in the {weeks} weeks up to {day} where {expected} were expected by time alone, from the {baseline} weeks before.",
    "chance": "By chance that happens with p = {p}.",
    "uneven": "Past counts vary {dispersion} times as much as chance alone, which is allowed for.",
    "graver": "Of {observed} whose severity is known {severe} were {level} or graver, where {before} of {base} were in the baseline: p = {p}.",
    "look": "With two questions about each of {products} products, p up to {limit} is significant in this look (Benjamini–Hochberg); the level of the plan is {alpha}.",
    "not_judged": "Not judged ({count}): {items}. Of each there are {least} or more complaints in the observation period, but less than {weeks} weeks of baseline.",
}
"""Every English template used."""


@dataclass(frozen=True)
class TrendPlan:
    """``baseline`` weeks before the last ``observation`` weeks; ``alpha``: the level of a look, over all series and both questions; ``least``:
    complaints below which nothing is told; ``least_baseline``: weeks that a baseline must hold."""

    observation: int = 13
    baseline: int = 52
    alpha: float = 0.01
    least: int = 3
    method: Method = "uneven_counts"
    least_baseline: int = 12

    def __post_init__(self) -> None:
        open_share(alpha=self.alpha)
        whole(1, observation=self.observation, least=self.least, least_baseline=self.least_baseline)
        whole(self.least_baseline, baseline=self.baseline)
        if self.method not in ("exact_counts", "uneven_counts"):
            raise ValueError(f"method must be 'exact_counts' or 'uneven_counts', not {self.method!r}")


@short_repr()
@dataclass(frozen=True)
class Trends:
    """Of each series: whether it was ``judged``, by units in the field or by time alone (``by_units``), counts and exposure of both
    stretches, ``expected``, ``dispersion``, ``p`` of the frequency, ratio of rates with its 95 % interval; nan where not judged."""

    judged: NDArray[np.bool_]
    by_units: NDArray[np.bool_]
    observed: Array
    base_count: Array
    exposure: Array
    base_exposure: Array
    base_weeks: Array
    expected: Array
    dispersion: Array
    p: Array
    ratio: Array
    lower: Array
    upper: Array


def frequency_trends(
    counts: ArrayLike, units: ArrayLike | None, plan: TrendPlan, since: ArrayLike | None = None
) -> Trends:
    """Judge the last weeks of weekly counts (series, weeks). ``units``: in the field, of the same shape; a series of which no units are
    known in some week of either stretch, though complaints came, or whose units tell the weeks of the baseline worse than time does, is
    judged by time, from its first complaint on. ``since``: the week of that, below 0 where it came before the first of these weeks; where
    it is not given, the first that is seen here."""
    seen = np.asarray(counts, float)
    size, width = seen.shape
    begin = max(0, width - plan.observation)
    first = max(0, begin - plan.baseline)
    given = np.zeros(seen.shape) if units is None else np.nan_to_num(np.asarray(units, float))
    window = slice(first, width)
    there = given > 0
    by_units = there[:, begin:].all(axis=1) & ~((seen > 0) & ~there)[:, window].any(axis=1)
    by_units &= _fits(seen[:, first:begin], given[:, first:begin])
    if since is None:
        since = np.where(seen.any(axis=1), np.argmax(seen > 0, axis=1), width)
    weeks = np.arange(width)
    share = np.where(by_units[:, None], given, (weeks[None, :] >= np.asarray(since)[:, None]).astype(float))
    base = np.zeros(seen.shape, bool)
    base[:, first:begin] = share[:, first:begin] > 0
    base_weeks = base.sum(axis=1).astype(float)
    base_count, base_exposure = (seen * base).sum(axis=1), (share * base).sum(axis=1)
    observed, exposure = seen[:, begin:].sum(axis=1), share[:, begin:].sum(axis=1)
    judged = (base_weeks >= plan.least_baseline) & (exposure > 0) & (base_exposure > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(judged, base_count / base_exposure * exposure, np.nan)
    uneven, freedom = np.ones(size), np.full(size, np.inf)
    if plan.method == "uneven_counts":
        uneven, freedom = _dispersion(seen, share, base, base_count, base_exposure)
    odds = np.where(judged, exposure / np.where(judged, base_exposure, 1.0), np.nan)
    p = np.where(
        observed > 0, _tail(observed, base_count, odds, uneven, freedom), np.where(judged, 1.0, np.nan)
    )
    lower, upper = _ratio_interval(observed / uneven, base_count / uneven, odds)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(judged, observed / expected, np.nan)
    return Trends(
        judged, by_units, observed, base_count, exposure, base_exposure, base_weeks, expected, uneven, p, ratio, lower, upper,
    )  # fmt: skip


@dataclass(frozen=True)
class Graver:
    """A level from which on complaints became more frequent among all: how many of them (``severe`` of ``size``, ``before`` of ``base``) in
    each stretch, and p for all levels tried."""

    level: int
    severe: int
    size: int
    before: int
    base: int
    p: float


def severity_trend(now: Counts, before: Counts) -> Graver | None:
    """Levels (0 the least) of the complaints of the observation period against those of the baseline; None where either has none, or
    there is but one level."""
    levels = np.union1d(now, before)[1:]
    if not len(now) or not len(before) or not len(levels):
        return None
    tried = []
    for level in levels.tolist():
        severe, earlier = int((now >= level).sum()), int((before >= level).sum())
        p = float(stats.hypergeom.sf(severe - 1, len(now) + len(before), severe + earlier, len(now)))
        tried.append(Graver(int(level), severe, len(now), earlier, len(before), min(1.0, p * len(levels))))
    return min(tried, key=lambda one: (one.p, -one.level))


@dataclass(frozen=True)
class Look:
    """Of each series the lesser p of both questions as it counts beside all others (``corrected``), nan where not judged; ``limit``: up
    to which p a single question is significant."""

    corrected: Array
    limit: float


def judge_look(frequency: ArrayLike, severity: ArrayLike, alpha: float) -> Look:
    """What is significant among all that a look asks; ``frequency``, ``severity``: p of each series, nan where it was not asked."""
    open_share(alpha=alpha)
    lesser = np.fmin(np.asarray(frequency, float), np.asarray(severity, float))
    corrected = adjust(np.minimum(_QUESTIONS * lesser, 1.0))
    made = max(1, int((~np.isnan(lesser)).sum()))
    found = max(1, int((corrected <= alpha).sum()))
    return Look(corrected, alpha * found / made / _QUESTIONS)


def trend_sentence(key: str, **values: object) -> Message:
    """One of :data:`SENTENCES`, filled."""
    return Message(SENTENCES[key], values)


def _fits(counts: Array, units: Array) -> NDArray[np.bool_]:
    """Whether units tell how the complaints of the baseline divide among its weeks no worse than time does (Poisson log-likelihood)."""
    there = units > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(there, units / units.sum(axis=1, keepdims=True), 1.0)
        even = 1 / np.maximum(there.sum(axis=1, keepdims=True), 1)
    return (counts * (np.log(share) - np.log(even)) * there).sum(axis=1) >= -WORSE


def _tail(count: Array, base_count: Array, odds: Array, uneven: Array, freedom: Array) -> Array:
    """P(X >= count) given the sum of both. A dispersion that was estimated is not known: the mean over what it may be (χ² with its
    degrees of freedom, at evenly spread quantiles), as Student's t stands to the normal."""
    known = ~np.isnan(odds)
    share = np.where(known, odds / (1 + odds), 0.5)
    steps = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    total = np.zeros(len(count))
    exact = np.isinf(freedom)
    degrees = np.where(exact, 1.0, freedom)
    for step in steps:
        may_be = np.where(exact, uneven, uneven * degrees / special.chdtri(degrees, 1 - step))
        wide = np.maximum(may_be, 1.0)
        total += special.betainc(np.maximum(count, 1e-9) / wide, base_count / wide + 1, share)
    return np.where(known, total / _QUANTILES, np.nan)


def _ratio_interval(count: Array, base_count: Array, odds: Array) -> tuple[Array, Array]:
    """Of the ratio of rates (Clopper and Pearson for the share of the later count, turned into a ratio)."""
    tail = (1 - _CONFIDENCE) / 2
    low = np.where(count > 0, special.betaincinv(np.maximum(count, 1e-9), base_count + 1, tail), 0.0)
    high = np.where(
        base_count > 0, special.betaincinv(count + 1, np.maximum(base_count, 1e-9), 1 - tail), 1.0
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return low / (1 - low) / odds, high / (1 - high) / odds


def _dispersion(
    counts: Array, share: Array, base: NDArray[np.bool_], total: Array, exposure: Array
) -> tuple[Array, Array]:
    """Variance of blocks of the baseline over their mean, 1 at least, and its degrees of freedom; 1 and no end of them where there are too
    few blocks to tell."""
    first = int(np.argmax(base.any(axis=0))) if base.any() else 0
    stop = first + int(base.any(axis=0).sum())
    blocks = (stop - first) // BLOCK
    if blocks < LEAST_BLOCKS:
        return np.ones(len(counts)), np.full(len(counts), np.inf)
    latest = slice(stop - blocks * BLOCK, stop)
    shape = (len(counts), blocks, BLOCK)
    seen = (counts * base)[:, latest].reshape(shape).sum(axis=2)
    part = (share * base)[:, latest].reshape(shape).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total[:, None] / exposure[:, None] * part
        squares = np.where(mean > 0, (seen - mean) ** 2 / mean, 0.0).sum(axis=1)
        known = (mean > 0).sum(axis=1)
        found = squares / np.maximum(known - 1, 1)
    enough = known >= LEAST_BLOCKS
    return np.where(enough, np.maximum(found, 1.0), 1.0), np.where(enough, known - 1.0, np.inf)
