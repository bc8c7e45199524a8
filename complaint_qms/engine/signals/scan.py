"""One pass over thousands of series: pick the method, judge every period, hold the false discovery rate, report.

Every judged period is compared only with periods before it (a baseline that ends ``guard`` periods earlier), so a
scan of a whole history shows what would have been seen at the time. Work is done on blocks of series, never on
one series at a time; its cost is linear in the number of series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals import fdr
from complaint_qms.engine.signals.charts import moving_range_sigma
from complaint_qms.engine.signals.choose import CODE, METHODS, Rule, choose
from complaint_qms.engine.signals.cusum import decision_limits, poisson_cusum, reference_value
from complaint_qms.engine.signals.ears import ears
from complaint_qms.engine.signals.farrington import Control, farrington
from complaint_qms.engine.signals.maxsprt import maxsprt, plan_limit, sequential_p
from complaint_qms.engine.signals.series import FREQUENCY, Periods, SeriesMatrix
from complaint_qms.engine.signals.tails import conditional_tail, negbin_tail, smallest_count
from complaint_qms.engine.signals.threshold import window_sum
from complaint_qms.engine.signals.words import NOUNS, PERIOD_NAMES, SENTENCES, Sentence, chance, join, once_in

Array = NDArray[np.float64]

_BLOCK = 1024
"""Series worked on at once: small enough for the processor's cache, large enough to hide Python's own cost."""


@dataclass(frozen=True)
class Settings:
    """Numbers of a scan. Every one ends up in the records it produced."""

    method: str | None = None
    """One method for all series; None lets the rule choose."""
    alpha: float = 0.001
    """Level of one test in one period: Poisson, EARS and Farrington limits."""
    fdr: float = 0.05
    """Highest expected share of false signals among the signals of one family of tests."""
    fdr_rule: fdr.Rule = "bh"
    family: Literal["period", "all"] = "period"
    """One family per period (as a scan run every period sees it), or all judged cells together."""
    min_count: float = 3
    """Fewer complaints than this are never a signal."""
    baseline: int = 52
    guard: int = 2
    min_baseline: int = 12
    """Periods in the baseline; periods left out before the judged one; the fewest that make a baseline."""
    dispersion_z: float | None = 1.0
    """Poisson p-values allow for a baseline that varies more than chance when its dispersion lies this many standard
    errors above 1; None never does."""
    sigmas: float = 3.0
    ears_baseline: int = 7
    ears_min_sd: float = 0.5
    cusum_ratio: float = 2.0
    cusum_run_length: float = 1000.0
    """The rise a CUSUM is tuned to, and its mean time to a false alarm in periods."""
    sprt_alpha: float = 0.05
    sprt_min_count: int = 3
    threshold_window: int = 4
    threshold_count: float = 5
    farrington: Control = field(default_factory=lambda: Control(threshold="nbPlugin"))
    rule: Rule = field(default_factory=Rule)

    def __post_init__(self) -> None:
        if self.method is not None and self.method not in METHODS[1:]:
            raise ValueError(f"method must be one of {', '.join(METHODS[1:])}, not {self.method!r}")
        if not 0 < self.alpha < 1 or not 0 < self.fdr < 1:
            raise ValueError("alpha and fdr must lie between 0 and 1")
        if self.baseline < self.min_baseline or self.min_baseline < 2 or self.guard < 0:
            raise ValueError("need baseline >= min_baseline >= 2 and guard >= 0")


@dataclass(frozen=True)
class BaselineRecord:
    """What a count was compared with; ``exposure`` None where time itself was the exposure."""

    first: str
    last: str
    periods: int
    count: float
    exposure: float | None


@dataclass(frozen=True)
class SignalRecord:
    """One signal with everything needed to repeat its arithmetic."""

    key: Any
    row: int
    column: int
    period: str
    method: str
    parameters: dict[str, Any]
    baseline: BaselineRecord
    exposure: float | None
    observed: float
    expected: float
    statistic: float
    limit: float
    p: float
    q: float
    words: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return join(self.words)


@dataclass
class Cells:
    """Results of one method on a block, all of shape (series, periods); nan where a period was not judged."""

    observed: Array
    expected: Array
    statistic: Array
    limit: Array
    p: Array
    alarm: NDArray[np.bool_]
    base_count: Array
    base_exposure: Array
    spread: Array
    """What the method's own sentence needs: σ_z, a reference value, a dispersion."""

    @classmethod
    def empty(cls, counts: Array) -> Cells:
        names = ("expected", "statistic", "limit", "p", "base_count", "base_exposure", "spread")
        blank = {name: np.full(counts.shape, np.nan) for name in names}
        return cls(observed=counts.copy(), alarm=np.zeros(counts.shape, bool), **blank)


@dataclass(frozen=True)
class ScanResult:
    """All cells of a scan and its signals, latest period last."""

    keys: Sequence[Any]
    labels: list[str]
    method: NDArray[np.int8]
    """Code of each series' method, see ``choose.METHODS``."""
    cells: Cells
    q: Array
    signal: NDArray[np.bool_]
    settings: Settings
    frequency: int
    signals: list[SignalRecord]

    def method_name(self, row: int) -> str:
        return METHODS[self.method[row]]


@dataclass(frozen=True)
class _Block:
    """What a method gets: known counts, exposure (1 per period where there is none), and which cells count."""

    counts: Array
    exposure: Array
    rate: Array
    settings: Settings
    frequency: int
    starts: NDArray[np.datetime64] | None
    last: int

    @property
    def seen(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.counts) & (self.exposure > 0)


def scan(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    keys: Sequence[Any] | None = None,
    periods: Periods | None = None,
    launch: ArrayLike | None = None,
    reference_rate: ArrayLike | None = None,
    last: int | None = None,
    settings: Settings = Settings(),
    frequency: int | None = None,
) -> ScanResult:
    """Judge counts (series, periods), with exposure of the same shape where there is one.

    ``launch``: bool per series, a new batch or product, judged by MaxSPRT against ``reference_rate`` (complaints
    per unit, one for all or per series; default: the rate of all series together). ``last``: judge only the last
    so many periods. ``periods`` gives labels, and its kind the periods per year (``frequency``, else 52). Unknown
    counts are nan. Raises ValueError for negative numbers or shapes that do not agree.
    """
    counts = np.asarray(counts, float)
    if counts.ndim != 2 or counts.shape[1] == 0:
        raise ValueError("counts must be a table of series × periods with at least one period")
    if np.any(counts < 0) or np.any(np.isinf(counts)):
        raise ValueError("counts must be finite and at least 0, or nan where unknown")
    given = None
    if exposure is not None:
        given = np.asarray(exposure, float)
        if given.shape != counts.shape:
            raise ValueError(f"exposure has shape {given.shape}, counts {counts.shape}")
        if np.any(given < 0) or np.any(np.isinf(given)):
            raise ValueError("exposure must be finite and at least 0")
    if periods is not None and len(periods) != counts.shape[1]:
        raise ValueError(f"{len(periods)} periods, but counts have {counts.shape[1]}")
    if keys is not None and len(keys) != len(counts):
        raise ValueError(f"{len(keys)} keys for {len(counts)} series")
    frequency = frequency or (FREQUENCY[periods.kind] if periods is not None else 52)
    if settings.method is None:
        method = choose(counts, given, launch=launch, frequency=frequency, rule=settings.rule)
    else:
        method = np.full(len(counts), CODE[settings.method], np.int8)
    rate = _rates(counts, given, reference_rate)
    if given is not None:
        rate = np.where(np.any(np.nan_to_num(given) > 0, axis=1), rate, np.nan)
    judged = counts.shape[1] if last is None else min(max(last, 0), counts.shape[1])
    starts = None if periods is None else periods.starts
    cells = Cells.empty(counts)
    for code in np.unique(method):
        rows = np.flatnonzero(method == code)
        for begin in range(0, len(rows), _BLOCK):
            part = rows[begin : begin + _BLOCK]
            block = _Block(
                counts[part],
                _units(given, part, counts.shape[1]),
                rate[part],
                settings,
                frequency,
                starts,
                judged,
            )
            _write(cells, part, _METHODS[METHODS[code]](block))
    if judged < counts.shape[1]:
        early = slice(0, counts.shape[1] - judged)
        cells.alarm[:, early] = False
        cells.p[:, early] = np.nan
    q = _adjust(cells.p, settings)
    # A method without a p-value (threshold, CUSUM) is held by its own limit alone.
    signal = cells.alarm & (np.isnan(cells.p) | (q <= settings.fdr)) & (cells.observed >= settings.min_count)
    # A sequential test ends with its first rejection.
    ended = method == CODE["maxsprt"]
    signal[ended] &= np.cumsum(signal[ended], axis=1) == 1
    labels = periods.labels if periods is not None else [str(i + 1) for i in range(counts.shape[1])]
    names = list(keys) if keys is not None else list(range(len(counts)))
    result = ScanResult(names, labels, method, cells, q, signal, settings, frequency, [])
    rows, columns = np.nonzero(signal)
    for place in np.lexsort((rows, columns)):
        row, column = int(rows[place]), int(columns[place])
        result.signals.append(_record(result, row, column, counts, given, rate, periods))
    return result


def scan_series(matrix: SeriesMatrix, **options: Any) -> ScanResult:
    """:func:`scan` of a :class:`SeriesMatrix`. A last period kept unfinished counts for its covered share."""
    exposure = matrix.exposure
    if exposure is None and matrix.last_share < 1:
        exposure = np.ones_like(matrix.counts)
        exposure[:, -1] = matrix.last_share
    return scan(matrix.counts, exposure, keys=matrix.keys, periods=matrix.periods, **options)


def _rates(counts: Array, exposure: Array | None, given: ArrayLike | None) -> Array:
    if given is not None:
        rate = np.broadcast_to(np.asarray(given, float), len(counts)).astype(float)
        if np.any(~(rate >= 0)):
            raise ValueError("reference_rate must be at least 0")
        return rate
    if exposure is None:
        return np.full(len(counts), np.nan)
    seen = ~np.isnan(counts) & (exposure > 0)
    units = np.sum(np.where(seen, exposure, 0.0))
    rate = np.sum(np.where(seen, counts, 0.0)) / units if units > 0 else np.nan
    return np.full(len(counts), rate)


def _units(exposure: Array | None, rows: NDArray[np.int64], width: int) -> Array:
    """Exposure of these series; a series that has none anywhere is measured in periods."""
    if exposure is None:
        return np.ones((len(rows), width))
    units = np.nan_to_num(exposure[rows])
    units[~np.any(units > 0, axis=1)] = 1.0
    return units


def _write(cells: Cells, rows: NDArray[np.int64], part: Cells) -> None:
    for name in Cells.__dataclass_fields__:
        getattr(cells, name)[rows] = getattr(part, name)


def _adjust(p: Array, settings: Settings) -> Array:
    if settings.family == "all":
        return fdr.adjust(p.ravel(), rule=settings.fdr_rule).reshape(p.shape)
    return fdr.adjust(p, axis=0, rule=settings.fdr_rule)


# -- the methods, each from a block to cells ---------------------------------------------------------------------


def _baseline(block: _Block) -> tuple[Cells, NDArray[np.bool_]]:
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


def _poisson(block: _Block) -> Cells:
    cells, ready = _baseline(block)
    _fill_conditional(cells, block, ready)
    cells.statistic = cells.p.copy()
    with np.errstate(invalid="ignore"):
        cells.alarm = cells.p <= block.settings.alpha
    # Limits are wanted for alarms only; finding one takes a dozen tails.
    hit = cells.alarm
    cells.limit[hit] = _count_limit(cells, block.exposure, hit, block.settings.alpha)
    return cells


def _count_tail(count: Array, exposure: Array, base_count: Array, base_exposure: Array, phi: Array) -> Array:
    """P(X >= count): conditional binomial, or negative binomial where the baseline varies phi > 1 times too much."""
    exact = conditional_tail(count, exposure, base_count, base_exposure)
    mean = base_count / base_exposure * exposure
    # The difference of a count and an estimated mean has the variance of both.
    wide = negbin_tail(count, mean, phi * (1 + exposure / base_exposure))
    return np.where((phi > 1) & (base_count > 0), np.maximum(wide, exact), exact)


def _count_limit(cells: Cells, exposure: Array, where: NDArray[np.bool_], alpha: float) -> Array:
    known = (exposure[where], cells.base_count[where], cells.base_exposure[where], cells.spread[where])
    return smallest_count(lambda count: _count_tail(count, *known), alpha, known[0].shape)


def _fill_conditional(cells: Cells, block: _Block, ready: NDArray[np.bool_]) -> None:
    cells.spread = np.where(ready, _dispersion(cells, block)[0], np.nan)
    cells.p[ready] = _count_tail(
        block.counts[ready],
        block.exposure[ready],
        cells.base_count[ready],
        cells.base_exposure[ready],
        cells.spread[ready],
    )


def _dispersion(cells: Cells, block: _Block) -> tuple[Array, Array]:
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


def _u(block: _Block) -> Cells:
    cells, ready = _baseline(block)
    _fill_conditional(cells, block, ready)
    _three_sigma(cells, block, np.ones(cells.expected.shape))
    return cells


def _laney(block: _Block) -> Cells:
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


def _three_sigma(cells: Cells, block: _Block, sigma: Array) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = sigma * np.sqrt(cells.expected)
        cells.limit = cells.expected + block.settings.sigmas * spread
        away = block.counts - cells.expected
        cells.statistic = np.where((spread == 0) & (away == 0), 0.0, away / spread)
        cells.alarm = block.counts > cells.limit


def _ears(block: _Block) -> Cells:
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


def _cusum(block: _Block) -> Cells:
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


def _maxsprt(block: _Block) -> Cells:
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


def _threshold(block: _Block) -> Cells:
    s = block.settings
    cells = Cells.empty(block.counts)
    cells.observed = window_sum(np.nan_to_num(block.counts), s.threshold_window)
    cells.statistic = cells.observed.copy()
    cells.limit[:] = s.threshold_count
    cells.alarm = (cells.observed >= s.threshold_count) & ~np.isnan(block.counts)
    return cells


def _farrington(block: _Block) -> Cells:
    cells = Cells.empty(block.counts)
    s = block.settings
    control = replace(s.farrington, alpha=s.alpha)
    if not np.all(block.exposure == 1):
        control = replace(control, population_offset=True)
    width = block.counts.shape[1]
    columns = np.arange(width - block.last, width)
    years = years_back(columns, control, block.frequency)
    for used in np.unique(years[years > 0]):
        at = columns[years == used]
        found = farrington(
            block.counts,
            at.tolist(),
            frequency=block.frequency,
            control=replace(control, years=int(used)),
            population=block.exposure,
            starts=block.starts,
        )
        cells.expected[:, at], cells.statistic[:, at] = found.expected, found.score
        cells.limit[:, at], cells.alarm[:, at] = found.upper, found.alarm
        cells.p[:, at] = np.where(np.isnan(found.upper), np.nan, found.p)
        cells.spread[:, at] = found.dispersion
    return cells


def years_back(column: ArrayLike, control: Control, frequency: int) -> NDArray[np.int64]:
    """How many past years a period is compared with: all that reach back into the data, at most the control's.

    0 where fewer than three do (or fewer than the control asks for, if that is less). Two periods are held in
    reserve, since by the calendar a year of weeks or days can be longer than ``frequency``.
    """
    reach = (np.asarray(column) - control.half_window - 2) // frequency
    years = np.minimum(reach, control.years)
    return np.where(years >= min(3, control.years), years, 0)


_METHODS: dict[str, Callable[[_Block], Cells]] = {
    "threshold": _threshold,
    "poisson": _poisson,
    "u": _u,
    "laney": _laney,
    "ears": _ears,
    "cusum": _cusum,
    "maxsprt": _maxsprt,
    "farrington": _farrington,
}


def limits(result: ScanResult, exposure: ArrayLike | None, row: int) -> Array:
    """The limit of one series in every judged period, for its chart; Poisson limits are worked out here."""
    found = result.cells.limit[row].copy()
    if result.method_name(row) != "poisson":
        return found
    units = _units(None if exposure is None else np.asarray(exposure, float), np.array([row]), len(found))
    judged = ~np.isnan(result.cells.p[row])
    one = Cells(**{name: getattr(result.cells, name)[row][None] for name in Cells.__dataclass_fields__})
    found[judged] = _count_limit(one, units, judged[None], result.settings.alpha)
    return found


# -- records -----------------------------------------------------------------------------------------------------


def _record(
    result: ScanResult,
    row: int,
    column: int,
    counts: Array,
    exposure: Array | None,
    rate: Array,
    periods: Periods | None,
) -> SignalRecord:
    s, cells, method = result.settings, result.cells, result.method_name(row)
    measured = exposure is not None and bool(np.any(np.nan_to_num(exposure[row]) > 0))
    at = (row, column)
    if method == "maxsprt":
        units = float(cells.base_exposure[at])
    else:
        units = float(exposure[at]) if measured and exposure is not None else None
    baseline, parameters = _facts(result, row, column, measured, rate)
    values = {
        name: float(getattr(cells, name)[at])
        for name in ("observed", "expected", "statistic", "limit", "p", "spread")
    }
    words = _words(method, values, units, column, periods, s, parameters, baseline.periods)
    del values["spread"]
    return SignalRecord(
        key=result.keys[row],
        row=row,
        column=column,
        period=result.labels[column],
        method=method,
        parameters=parameters,
        baseline=baseline,
        exposure=units,
        q=float(result.q[at]),
        words=words,
        **values,
    )


def _facts(
    result: ScanResult, row: int, column: int, measured: bool, rate: Array
) -> tuple[BaselineRecord, dict[str, Any]]:
    """The baseline of a cell and the parameters that produced it."""
    s, cells, method = result.settings, result.cells, result.method_name(row)
    at = (row, column)
    parameters: dict[str, Any] = {"min_count": s.min_count}
    if not np.isnan(cells.p[at]):
        parameters |= {"fdr": s.fdr, "fdr_rule": s.fdr_rule, "family": s.family}
    first, last = max(0, column - s.guard - s.baseline), column - s.guard - 1
    count, units = float(cells.base_count[at]), float(cells.base_exposure[at]) if measured else None
    if method in ("poisson", "u", "laney", "cusum"):
        parameters |= {"baseline": s.baseline, "guard": s.guard, "min_baseline": s.min_baseline}
    if method == "poisson":
        parameters |= {"alpha": s.alpha}
    elif method == "u":
        parameters |= {"sigmas": s.sigmas}
    if method in ("poisson", "u"):
        parameters |= {"dispersion": float(cells.spread[at]), "dispersion_z": s.dispersion_z}
    if method == "laney":
        parameters |= {"sigmas": s.sigmas, "sigma_z": float(cells.spread[at])}
    elif method == "cusum":
        parameters |= {
            "ratio": s.cusum_ratio,
            "run_length": s.cusum_run_length,
            "reference": float(cells.spread[at]),
        }
    elif method == "ears":
        parameters |= {
            "variant": "C2",
            "alpha": s.alpha,
            "baseline": s.ears_baseline,
            "min_sd": s.ears_min_sd,
            "sd": float(cells.spread[at]),
        }
        first, last, units = column - 2 - s.ears_baseline, column - 3, None
    elif method == "maxsprt":
        parameters |= {
            "alpha": s.sprt_alpha,
            "sprt_min_count": s.sprt_min_count,
            "plan": float(cells.spread[at]),
            "reference_rate": float(rate[row]),
        }
        first, last = 0, column
        count, units = float("nan"), None
    elif method == "threshold":
        parameters |= {"window": s.threshold_window, "count": s.threshold_count}
        first, last = max(0, column - s.threshold_window + 1), column
        count, units = float("nan"), None
    elif method == "farrington":
        used = s.farrington
        years = int(years_back(column, used, result.frequency))
        parameters |= {
            "alpha": s.alpha,
            "years": years,
            "half_window": used.half_window,
            "threshold": used.threshold,
            "dispersion": float(cells.spread[at]),
        }
        first, last = max(0, column - result.frequency * years - used.half_window), column - used.skip - 1
        count, units = float("nan"), None
    record = BaselineRecord(result.labels[first], result.labels[last], last - first + 1, count, units)
    return record, parameters


def _words(
    method: str,
    values: dict[str, float],
    units: float | None,
    column: int,
    periods: Periods | None,
    s: Settings,
    parameters: dict[str, Any],
    baseline: int,
) -> tuple[Sentence, ...]:
    kind = periods.kind if periods is not None else "period"
    name = (
        periods.name(column)
        if periods is not None
        else Sentence(PERIOD_NAMES["period"], {"position": column + 1})
    )
    facts: dict[str, Any] = {**values, "period": name, "periods": NOUNS[kind], "exposure": units}
    facts |= {"window": s.threshold_window, "years": parameters.get("years"), "baseline": baseline}
    facts |= {"sigma": values["spread"], "reference": values["spread"], "dispersion": values["spread"]}

    def say(key: str) -> Sentence:
        template = SENTENCES[key]
        return Sentence(template, {k: v for k, v in facts.items() if "{" + k + "}" in template})

    if method == "threshold":
        return (say("threshold"),)
    if method == "maxsprt":
        facts["once"] = once_in(values["p"])
        return (say("maxsprt"), say("maxsprt_chance"))
    opening = (
        "season" if method == "farrington" else "rate" if units is not None and method != "ears" else "time"
    )
    parts = [say(opening), *chance(values["p"], kind)]
    if method in ("u", "laney", "ears", "cusum", "farrington"):
        parts.append(say(method))
    if method in ("poisson", "u") and values["spread"] > 1:
        parts.append(say("dispersion"))
    return tuple(parts)
