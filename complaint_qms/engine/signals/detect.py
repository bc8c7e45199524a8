"""The methods as a scan uses them: from a block of series to judged cells, each period against its own past.

The definitions live in the method files; here each gets its baseline, and the p-value that the false discovery rate and
the promised level need: whatever a method's own limit says, a period is an alarm only where p is at most ``alpha``. A
new method is one more function in ``DETECTORS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.baselines import Baselines, count_tail
from complaint_qms.engine.signals.charts import moving_range_sigma
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.farrington_flexible import Control, farrington
from complaint_qms.engine.signals.method_choice import CODE, METHODS, choose_periods
from complaint_qms.engine.signals.moving_baseline import (
    Past,
    Rules,
    moving_baseline,
    season_rates,
)
from complaint_qms.engine.signals.same_season import same_season
from complaint_qms.engine.signals.sequential import log_likelihood_ratio, maxsprt, sequential_p
from complaint_qms.engine.signals.tails import smallest_count
from complaint_qms.engine.signals.threshold import window_sum
from complaint_qms.engine.signals.types import Array, Block, Cells, Settings

Flags = NDArray[np.bool_]


@dataclass
class Judged:
    """A block with its cells, the method of each, and what the cumulative sums say."""

    cells: Cells
    method: NDArray[np.int8]
    past: Past
    units: Array
    """Exposure; 1 throughout for a series without any."""


def judge_block(block: Block) -> Judged:
    """Every period of the block by its method.

    Before the first units of a series are known, for complaints in a period without any, and until there are enough periods
    with units after periods without, time is the exposure.
    """
    found = _by_exposure(block)
    if block.exposure is None:
        return found
    given = np.nan_to_num(block.exposure) > 0
    by_time = np.cumsum(given, axis=1) == 0
    by_time |= ~given & (np.nan_to_num(block.counts) > 0)
    # too few periods with units yet, after some without
    late = given & ~block.launch[:, None] & (np.cumsum(~given, axis=1) > 0)
    by_time |= late & np.isnan(found.cells.expected)
    rows = np.flatnonzero(given.any(axis=1) & by_time.any(axis=1))
    if not rows.size:
        return found
    method = None if block.method is None else block.method[rows]
    time = _by_exposure(
        replace(
            block, counts=block.counts[rows], exposure=None, rate=block.rate[rows], method=method,
            launch=np.zeros(len(rows), bool), uneven=block.uneven[rows],
        )
    )  # fmt: skip
    chosen = by_time[rows]
    for into, of in ((found, time), (found.cells, time.cells), (found.past, time.past)):
        for name in of.__dataclass_fields__:
            values = getattr(of, name)
            if isinstance(values, np.ndarray):
                whole = getattr(into, name)
                whole[rows] = np.where(chosen, values, whole[rows])
    return found


def rules_of(s: Settings) -> Rules:
    return Rules(
        s.baseline, s.guard, s.min_baseline, s.alpha, s.min_count, s.dispersion, s.cusum_ratio, s.cusum_run_length
    )  # fmt: skip


def years_back(column: ArrayLike, control: Control, frequency: int) -> NDArray[np.int64]:
    """How many past years a period is compared with: all that reach back into the data, at most the control's.

    0 where fewer than three do (or fewer than the control asks for, if that is less). Two periods are held in
    reserve, since by the calendar a year of weeks or days can be longer than ``frequency``.
    """
    reach = (np.asarray(column) - control.half_window - 2) // frequency
    years = np.minimum(reach, control.years)
    return np.where(years >= min(3, control.years), years, 0)


def _by_exposure(block: Block) -> Judged:
    counts = block.counts
    given = np.zeros_like(counts) if block.exposure is None else np.nan_to_num(block.exposure)
    measured = np.any(given > 0, axis=1)
    units = np.where(measured[:, None], given, 1.0)
    control = block.settings.farrington
    season = season_rates(counts, units, block.frequency, control.half_window, control.years)
    past = moving_baseline(counts, units, rules_of(block.settings), season, block.lent)
    launch = _launches(block, given)
    method = block.method
    if method is None:
        code = block.settings.method
        if code is None:
            watched = launch.expected <= block.settings.sprt_plan
            watched &= (block.launch & measured)[:, None] & ~np.isnan(launch.rate)
            method = choose_periods(
                counts, units, measured, watched, past, block.frequency, block.settings.rule
            )
        else:
            method = np.full(counts.shape, CODE[code], np.int8)
    found = Judged(_plain(block, past), method, past, units)
    for code_of in np.unique(method[:, block.judged]):
        name = METHODS[code_of]
        if name in DETECTORS:
            DETECTORS[name](block, found, launch, (method == code_of) & block.judged)
    _limits(block, found)
    return found


@dataclass(frozen=True)
class _Launch:
    """Expected complaints up to each period, and of each, where the rate is known."""

    rate: Array
    each: Array
    expected: Array


def _launches(block: Block, given: Array) -> _Launch:
    rate = np.broadcast_to(block.rate, block.counts.shape)
    seen = ~np.isnan(block.counts) & (given > 0) & ~np.isnan(rate)
    each = np.where(seen, np.nan_to_num(rate) * given, 0.0)
    return _Launch(np.where(seen, rate, np.nan), each, np.cumsum(each, axis=1))


def _plain(block: Block, past: Past) -> Cells:
    """Cells as the exact test against the baseline has them; other methods change their own."""
    cells = Cells.empty(block.counts)
    early = ~block.judged
    for name, values in (
        ("expected", past.expected), ("p", past.p), ("statistic", past.p), ("base_count", past.count),
        ("base_exposure", past.exposure), ("spread", past.dispersion),
    ):  # fmt: skip
        kept = values.copy()
        kept[:, early] = np.nan
        setattr(cells, name, kept)
    cells.critical = np.where(np.isnan(cells.p), np.nan, block.settings.alpha)
    with np.errstate(invalid="ignore"):
        cells.alarm = cells.p <= block.settings.alpha
    return cells


def _clear(cells: Cells, where: Flags) -> None:
    for name in ("expected", "statistic", "critical", "limit", "p", "base_count", "base_exposure", "spread"):
        getattr(cells, name)[where] = np.nan
    cells.alarm[where] = False


def _none(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    _clear(found.cells, where)


def _u(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    _three_sigma(block, found, where, np.ones(int(where.sum())))


def _laney(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    if not block.every_limit:  # the spread is only asked of what the exact test finds
        rest = where & ~found.cells.alarm
        found.cells.statistic[rest] = found.cells.spread[rest] = np.nan
        where = where & found.cells.alarm
    s, past = block.settings, found.past
    row, column = np.nonzero(where & ~np.isnan(found.cells.expected))
    places = column[:, None] - s.guard - s.baseline + np.arange(s.baseline)
    inside = places >= 0
    at = (row[:, None], np.maximum(places, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        quiet = inside & ~past.outbreak[at] & (found.units[at] > 0)
        mean = (past.count / past.exposure)[row, column][:, None] * found.units[at]
        z = np.where(quiet, (block.counts[at] - mean) / np.sqrt(mean), np.nan)
    sigma = moving_range_sigma(z)
    kept = np.zeros_like(where)
    kept[row, column] = True
    # A flat baseline, or none to measure a spread of, varies no less than chance makes it vary next.
    found.cells.spread[kept] = np.fmax(sigma, 1.0)
    _three_sigma(block, found, kept, found.cells.spread[kept])


def _three_sigma(block: Block, found: Judged, where: Flags, sigma: Array) -> None:
    cells = found.cells
    counts, expected = block.counts[where], cells.expected[where]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = sigma * np.sqrt(expected)
        cells.statistic[where] = np.where(
            (spread == 0) & (counts == expected), 0.0, (counts - expected) / spread
        )
        cells.alarm[where] &= counts > expected + block.settings.sigmas * spread
        cells.limit[where] = np.floor(expected + block.settings.sigmas * spread) + 1
    cells.critical[where] = block.settings.sigmas


def _ears(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    s, cells, past = block.settings, found.cells, found.past
    long, phi = past.p[where], np.nan_to_num(past.dispersion[where], nan=1.0)
    freedom = np.nan_to_num(past.freedom[where], nan=s.ears_baseline - 1.0)
    _clear(cells, where)
    chart = ears(block.counts, "C2", baseline=s.ears_baseline, min_sd=s.ears_min_sd, alpha=s.alpha)
    for name, values in (("expected", chart.mean), ("statistic", chart.statistic), ("spread", chart.sd)):
        getattr(cells, name)[where] = values[where]
    cells.base_count[where] = chart.mean[where] * s.ears_baseline
    cells.base_exposure[where] = np.where(np.isnan(chart.mean[where]), np.nan, float(s.ears_baseline))
    cells.critical[where] = np.where(np.isnan(chart.mean[where]), np.nan, special.ndtri(1 - s.alpha))
    # A standard deviation of seven counts can come out far too small. The p-value is therefore the larger of two:
    # Student's for a new value against a sample mean, and that of counts against counts, with the dispersion of the
    # long baseline where it is more than chance; and no smaller than that of the long baseline, where there is one.
    n = s.ears_baseline
    y, mean, sd = block.counts[where], chart.mean[where], chart.sd[where]
    known = ~np.isnan(mean) & ~np.isnan(y)

    def tail(count: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(
                (count == mean[known]) & (sd[known] == 0), 0.0, (count - mean[known]) / sd[known]
            )
        student = special.stdtr(n - 1, -score / np.sqrt(1 + 1 / n))
        size = np.full(int(known.sum()), float(n))
        exact = count_tail(
            count, np.ones_like(size), np.rint(mean[known] * n), size, phi[known], freedom[known]
        )
        return np.maximum(student, exact)

    p, limit = np.full(len(y), np.nan), np.full(len(y), np.nan)
    p[known] = np.fmax(tail(y[known]), long[known])
    limit[known] = np.maximum(
        smallest_count(tail, s.alpha, (int(known.sum()),)), np.floor(chart.upper[where][known]) + 1
    )
    rated = known & ~np.isnan(long)
    limit[rated] = np.maximum(limit[rated], _against(block, found, where).part(rated).limit(s.alpha))
    cells.p[where], cells.limit[where] = p, limit
    with np.errstate(invalid="ignore"):
        cells.alarm[where] = (p <= s.alpha) & (y >= limit)


def _cusum(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    """Filled in by :func:`confirm`, once it is known how many sums are watched."""
    for name in ("p", "statistic", "critical"):
        getattr(found.cells, name)[where] = np.nan
    found.cells.alarm[where] = False


def _maxsprt(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    s, cells = block.settings, found.cells
    rows = np.flatnonzero(where.any(axis=1))
    here = where[rows]
    _clear(cells, where)
    known = ~np.isnan(launch.rate[rows])
    counts = np.where(known, block.counts[rows], 0.0)
    uneven = np.broadcast_to(np.fmax(block.uneven[rows], 1.0), counts.shape)
    test = maxsprt(
        counts, launch.each[rows], s.sprt_plan, alpha=s.sprt_alpha, min_count=s.sprt_min_count,
        dispersion=uneven,
    )  # fmt: skip
    best = np.maximum.accumulate(test.llr, axis=1)
    p = sequential_p(best, s.sprt_plan, s.sprt_min_count)
    # Units count where complaints do: from the first week on in which a rate was known.
    units = np.cumsum(np.where(known, found.units[rows], 0.0), axis=1)
    usable = here & (test.expected > 0) & known
    critical = float(test.critical[0])
    full = np.zeros_like(where)
    full[rows] = usable
    cells.observed[full], cells.expected[full] = test.count[usable], test.expected[usable]
    cells.statistic[full], cells.critical[full] = test.llr[usable], critical
    cells.p[full], cells.base_exposure[full] = p[usable], units[usable]
    cells.spread[full] = s.sprt_plan
    cells.alarm[full] = (test.alarm & (test.llr >= critical))[usable]
    mean, phi = test.expected[usable], uneven[usable]

    def short(count: Array) -> Array:
        return (log_likelihood_ratio(count, mean) / phi < critical).astype(float)

    cells.limit[full] = np.maximum(smallest_count(short, 0.5, mean.shape), np.ceil(s.sprt_min_count * phi))


def _threshold(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    s, cells = block.settings, found.cells
    _clear(cells, where)
    total = window_sum(np.nan_to_num(block.counts), s.threshold_window)
    cells.observed[where] = cells.statistic[where] = total[where]
    cells.limit[where] = cells.critical[where] = s.threshold_count
    cells.alarm[where] = (total[where] >= s.threshold_count) & ~np.isnan(block.counts[where])


def _farrington(block: Block, found: Judged, launch: _Launch, where: Flags) -> None:
    s, cells = block.settings, found.cells
    _clear(cells, where)
    control = replace(s.farrington, alpha=s.alpha)
    # What is not known is later than what is judged, or the period would not be.
    seen = ~np.isnan(block.counts) & (found.units > 0)
    gap = np.cumsum(~seen, axis=1) > 0
    counts, units = np.where(seen, block.counts, 0.0), np.where(seen, found.units, 1.0)
    if not np.all(found.units == 1):
        control = replace(control, population_offset=True)
    where = where & ~gap
    for column in np.flatnonzero(where.any(axis=0)).tolist():
        years = int(years_back(column, control, block.frequency))
        rows = np.flatnonzero(where[:, column])
        if not years:
            continue
        fit = farrington(
            counts[rows, : column + 1],
            [column],
            frequency=block.frequency,
            control=replace(control, years=years),
            population=units[rows, : column + 1],
            starts=None if block.starts is None else block.starts[: column + 1],
        )
        windows = (block.frequency, control.half_window, years)
        past = same_season(
            counts[rows], units[rows], found.past.outbreak[rows], column, fit.expected[:, 0],
            fit.dispersion[:, 0], windows, s.min_baseline, block.lent.shares[column], s.alpha,
        )  # fmt: skip
        few, plain, y = past.few, past.plain, counts[rows, column]
        expected = np.where(few, plain.count / plain.exposure * plain.units, fit.expected[:, 0])
        p = np.where(y <= expected, 1.0, past.tail(y))
        alarm = p <= s.alpha
        wanted = np.ones(len(rows), bool) if block.every_limit else alarm
        at = (rows, column)
        cells.expected[at], cells.p[at], cells.alarm[at] = expected, p, alarm
        cells.spread[at] = np.fmax(plain.dispersion, np.where(few, np.nan, fit.dispersion[:, 0]))
        cells.statistic[at] = np.where(few, p, fit.score[:, 0])
        cells.critical[at] = np.where(few, s.alpha, 1.0)
        if wanted.any():
            cells.limit[at] = np.where(wanted, past.limit(s.alpha), np.nan)


def _against(block: Block, found: Judged, where: Flags) -> Baselines:
    """What the cells are compared with by the exact test."""
    past = found.past
    return Baselines(
        found.units[where], past.count[where], past.exposure[where], past.periods[where], past.own[where],
        past.dispersion[where], past.freedom[where], block.lent.shares[np.nonzero(where)[1]],
        block.settings.alpha,
    )  # fmt: skip


def _limits(block: Block, found: Judged) -> None:
    """Limits of the exact test; a chart's own limit stands where it is higher."""
    cells = found.cells
    exact = np.isin(found.method, [CODE["poisson"], CODE["u"], CODE["laney"]])
    where = exact & block.judged & (~np.isnan(cells.expected) if block.every_limit else cells.alarm)
    if not where.any():
        return
    limit = _against(block, found, where).limit(block.settings.alpha)
    cells.limit[where] = np.fmax(limit, cells.limit[where])


DETECTORS: dict[str, Callable[[Block, Judged, _Launch, Flags], None]] = {
    "none": _none,
    "threshold": _threshold,
    "u": _u,
    "laney": _laney,
    "ears": _ears,
    "cusum": _cusum,
    "maxsprt": _maxsprt,
    "farrington": _farrington,
}
"""What a method does to cells that hold the exact test already; ``poisson`` is that test."""
