"""The methods as a scan uses them: from a block of series to judged cells, with a baseline that moves along.

The definitions live in the method files; here each gets its baseline, and the p-value that the false discovery rate
needs. A new method is one more function in ``DETECTORS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.charts import moving_range_sigma
from complaint_qms.engine.signals.cusum import decision_limits, poisson_cusum, reference_value
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.farrington_flexible import Control, farrington
from complaint_qms.engine.signals.sequential import maxsprt, plan_limit, sequential_p
from complaint_qms.engine.signals.tails import conditional_tail, negbin_tail, smallest_count
from complaint_qms.engine.signals.threshold import window_sum
from complaint_qms.engine.signals.types import Array, Block, Cells


def count_limit(cells: Cells, exposure: Array, where: NDArray[np.bool_], alpha: float) -> Array:
    known = (exposure[where], cells.base_count[where], cells.base_exposure[where], cells.spread[where])
    return smallest_count(lambda count: _count_tail(count, *known), alpha, known[0].shape)


def _poisson(block: Block) -> Cells:
    cells, ready = _baseline(block)
    _fill_conditional(cells, block, ready)
    cells.statistic = cells.p.copy()
    with np.errstate(invalid="ignore"):
        cells.alarm = cells.p <= block.settings.alpha
    # Limits are wanted for alarms only; finding one takes a dozen tails.
    hit = cells.alarm
    cells.limit[hit] = count_limit(cells, block.exposure, hit, block.settings.alpha)
    return cells


def years_back(column: ArrayLike, control: Control, frequency: int) -> NDArray[np.int64]:
    """How many past years a period is compared with: all that reach back into the data, at most the control's.

    0 where fewer than three do (or fewer than the control asks for, if that is less). Two periods are held in
    reserve, since by the calendar a year of weeks or days can be longer than ``frequency``.
    """
    reach = (np.asarray(column) - control.half_window - 2) // frequency
    years = np.minimum(reach, control.years)
    return np.where(years >= min(3, control.years), years, 0)


def _baseline(block: Block) -> tuple[Cells, NDArray[np.bool_]]:
    """Cells with baseline and expectation filled in, and where both are good enough to judge by."""
    s = block.settings
    cells = Cells.empty(block.counts)
    seen = block.seen
    shift = s.guard + 1
    cells.base_count = window_sum(np.where(seen, block.counts, 0.0), s.baseline, shift)
    cells.base_exposure = window_sum(np.where(seen, block.exposure, 0.0), s.baseline, shift)
    ready = seen & (window_sum(seen.astype(float), s.baseline, shift) >= s.min_baseline)
    ready[:, : max(0, ready.shape[1] - block.last)] = False
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = cells.base_count / cells.base_exposure * block.exposure
    cells.expected = np.where(ready, mean, np.nan)
    return cells, ready


def _count_tail(count: Array, exposure: Array, base_count: Array, base_exposure: Array, phi: Array) -> Array:
    """P(X >= count): conditional binomial, or negative binomial where the baseline varies phi > 1 times too much."""
    exact = conditional_tail(count, exposure, base_count, base_exposure)
    mean = base_count / base_exposure * exposure
    # The difference of a count and an estimated mean has the variance of both.
    wide = negbin_tail(count, mean, phi * (1 + exposure / base_exposure))
    return np.where((phi > 1) & (base_count > 0), np.maximum(wide, exact), exact)


def _fill_conditional(cells: Cells, block: Block, ready: NDArray[np.bool_]) -> None:
    cells.spread = np.where(ready, _dispersion(cells, block)[0], np.nan)
    cells.p[ready] = _count_tail(
        block.counts[ready],
        block.exposure[ready],
        cells.base_count[ready],
        cells.base_exposure[ready],
        cells.spread[ready],
    )


def _u(block: Block) -> Cells:
    cells, ready = _baseline(block)
    _fill_conditional(cells, block, ready)
    _three_sigma(cells, block, np.ones(cells.expected.shape))
    return cells


def _laney(block: Block) -> Cells:
    cells, ready = _baseline(block)
    s = block.settings
    seen = block.seen
    sigma = np.full(block.counts.shape, np.nan)
    counts = np.where(seen, block.counts, np.nan)
    for t in np.flatnonzero(ready.any(axis=0)):
        end = t - s.guard
        window = slice(max(0, end - s.baseline), end)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = cells.base_count[:, t] / cells.base_exposure[:, t]
            expected = rate[:, None] * block.exposure[:, window]
            z = (counts[:, window] - expected) / np.sqrt(expected)
        sigma[:, t] = moving_range_sigma(z)
    # Without complaints in the baseline there is no spread to measure; chance alone is the least it can be.
    sigma = np.where(np.isnan(sigma), 1.0, sigma)
    cells.spread = np.where(ready, sigma, np.nan)
    _three_sigma(cells, block, cells.spread)
    cells.p[ready] = _count_tail(
        block.counts[ready],
        block.exposure[ready],
        cells.base_count[ready],
        cells.base_exposure[ready],
        # Moving ranges miss part of the spread of skewed, sparse counts; Pearson's dispersion sees it.
        np.maximum(cells.spread**2, _dispersion(cells, block)[1])[ready],
    )
    return cells


def _dispersion(cells: Cells, block: Block) -> tuple[Array, Array]:
    """Pearson's dispersion of each baseline, Σ (y − λn)² / λn / (m − 1): (1 where chance explains it, as it is).

    With λ = Σy / Σn it is (Σn / Σy · Σ y²/n − Σy) / (m − 1), so running sums give it for every period at once. For
    Poisson counts its variance is about (2 + mean of 1/λn) / (m − 1).
    """
    s = block.settings
    if s.dispersion_z is None:
        ones = np.ones(block.counts.shape)
        return ones, ones
    seen, shift = block.seen, s.guard + 1
    y, n = np.where(seen, block.counts, 0.0), np.where(seen, block.exposure, 1.0)
    squares = window_sum(y**2 / n, s.baseline, shift)
    inverse = window_sum(np.where(seen, 1 / n, 0.0), s.baseline, shift)
    m = window_sum(seen.astype(float), s.baseline, shift)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = cells.base_exposure / cells.base_count
        phi = (scale * squares - cells.base_count) / (m - 1)
        bound = 1 + s.dispersion_z * np.sqrt((2 + scale * inverse / m) / (m - 1))
        return np.where(phi > bound, phi, 1.0), np.where(phi > 1, phi, 1.0)


def _ears(block: Block) -> Cells:
    s = block.settings
    cells = Cells.empty(block.counts)
    found = ears(block.counts, "C2", baseline=s.ears_baseline, min_sd=s.ears_min_sd, alpha=s.alpha)
    early = np.arange(block.counts.shape[1]) < block.counts.shape[1] - block.last
    cells.expected, cells.limit, cells.statistic = found.mean, found.upper, found.statistic
    cells.alarm = found.alarm & ~early
    cells.base_count = found.mean * s.ears_baseline
    cells.base_exposure = np.where(np.isnan(found.mean), np.nan, float(s.ears_baseline))
    cells.spread = found.sd
    # A standard deviation of seven counts can come out far too small. The p-value is therefore the larger of two:
    # Student's for a new value against a sample mean, and that of counts against counts, with the dispersion of the
    # long baseline where it is more than chance.
    ready = ~np.isnan(found.mean) & ~np.isnan(block.counts) & ~early
    n = s.ears_baseline
    student = special.stdtr(n - 1, -found.statistic[ready] / np.sqrt(1 + 1 / n))
    phi = np.nan_to_num(_dispersion(_baseline(block)[0], block)[0], nan=1.0)
    exact = _count_tail(
        block.counts[ready],
        np.ones(int(ready.sum())),
        np.rint(cells.base_count[ready]),
        np.full(int(ready.sum()), float(n)),
        phi[ready],
    )
    cells.p[ready] = np.maximum(student, exact)
    return cells


def _cusum(block: Block) -> Cells:
    cells, ready = _baseline(block)
    s = block.settings
    # Half a complaint keeps an empty baseline from being taken as a rate of 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.maximum(cells.base_count, 0.5) / cells.base_exposure
    mean = np.where(ready, rate * block.exposure, np.nan)
    reference = np.full(mean.shape, np.nan)
    reference[ready] = reference_value(mean[ready], mean[ready] * s.cusum_ratio)
    limit = decision_limits(mean, s.cusum_ratio, s.cusum_run_length)
    found = poisson_cusum(block.counts, reference, limit, reset=True)
    cells.statistic, cells.limit, cells.alarm, cells.spread = found.value, limit, found.alarm, reference
    return cells


def _maxsprt(block: Block) -> Cells:
    s = block.settings
    cells = Cells.empty(block.counts)
    seen = block.seen & ~np.isnan(block.rate)[:, None]
    per_period = np.where(seen, block.rate[:, None] * block.exposure, 0.0)
    counts = np.where(seen, block.counts, 0.0)
    plan = plan_limit(per_period.sum(axis=1))
    found = maxsprt(counts, per_period, plan, alpha=s.sprt_alpha, min_count=s.sprt_min_count)
    cells.observed, cells.expected, cells.statistic = found.count, found.expected, found.llr
    cells.limit = np.broadcast_to(found.critical[:, None], found.llr.shape).copy()
    cells.alarm = found.alarm
    for value in np.unique(plan):
        rows = plan == value
        best = np.maximum.accumulate(found.llr[rows], axis=1)
        cells.p[rows] = sequential_p(best, float(value), s.sprt_min_count)
    cells.base_exposure = np.cumsum(np.where(seen, block.exposure, 0.0), axis=1)
    cells.spread = np.broadcast_to(plan[:, None], found.llr.shape).copy()
    unjudged = found.expected <= 0
    cells.p[unjudged] = np.nan
    cells.alarm[unjudged] = False
    return cells


def _threshold(block: Block) -> Cells:
    s = block.settings
    cells = Cells.empty(block.counts)
    cells.observed = window_sum(np.nan_to_num(block.counts), s.threshold_window)
    cells.statistic = cells.observed.copy()
    cells.limit[:] = s.threshold_count
    cells.alarm = (cells.observed >= s.threshold_count) & ~np.isnan(block.counts)
    return cells


def _farrington(block: Block) -> Cells:
    cells = Cells.empty(block.counts)
    s = block.settings
    control = replace(s.farrington, alpha=s.alpha)
    if not np.all(block.exposure == 1):
        control = replace(control, population_offset=True)
    width = block.counts.shape[1]
    columns = np.arange(width - block.last, width)
    years = years_back(columns, control, block.frequency)
    # The model needs every period; a series with an unknown one is not judged, the others are.
    known = np.flatnonzero(~np.isnan(block.counts).any(axis=1))
    for used in np.unique(years[years > 0]) if known.size else ():
        at = columns[years == used]
        here = np.ix_(known, at)
        found = farrington(
            block.counts[known],
            at.tolist(),
            frequency=block.frequency,
            control=replace(control, years=int(used)),
            population=block.exposure[known],
            starts=block.starts,
        )
        cells.expected[here], cells.statistic[here] = found.expected, found.score
        cells.limit[here], cells.alarm[here] = found.upper, found.alarm
        cells.p[here] = np.where(np.isnan(found.upper), np.nan, found.p)
        cells.spread[here] = found.dispersion
    return cells


def _three_sigma(cells: Cells, block: Block, sigma: Array) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = sigma * np.sqrt(cells.expected)
        cells.limit = cells.expected + block.settings.sigmas * spread
        away = block.counts - cells.expected
        cells.statistic = np.where((spread == 0) & (away == 0), 0.0, away / spread)
        cells.alarm = block.counts > cells.limit


DETECTORS: dict[str, Callable[[Block], Cells]] = {
    "threshold": _threshold,
    "poisson": _poisson,
    "u": _u,
    "laney": _laney,
    "ears": _ears,
    "cusum": _cusum,
    "maxsprt": _maxsprt,
    "farrington": _farrington,
}
