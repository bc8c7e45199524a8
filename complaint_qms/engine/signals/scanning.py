"""One pass over thousands of series: judge every period, hold the false discovery rate, report.

Every judged period is compared only with periods before it, and its method is chosen from them, so a scan of a whole
history shows what would have been seen at the time: a scan that ends with the period finds the same. Work is done on
blocks of series, never on one series at a time; its cost is linear in the number of series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.signals import fdr
from complaint_qms.engine.signals.detect import Judged, judge_block
from complaint_qms.engine.signals.launches import launch_dispersion
from complaint_qms.engine.signals.method_choice import CODE
from complaint_qms.engine.signals.ranges import whole
from complaint_qms.engine.signals.report import signal_records
from complaint_qms.engine.signals.sequential import critical_value
from complaint_qms.engine.signals.series import FREQUENCY, Periods, SeriesMatrix
from complaint_qms.engine.signals.shared_dispersion import Lent, lent_dispersion
from complaint_qms.engine.signals.types import Array, Block, Cells, ScanResult, Settings, SignalRecord

__all__ = ["ScanResult", "Settings", "SignalRecord", "limits", "scan", "scan_series"]

RATE_LEAST = 10
"""Complaints from which a rate is taken that a launch is held against."""
_BLOCK = 1024
"""Series worked on at once: small enough for the processor's cache, large enough to hide Python's own cost."""
_DEFAULTS = Settings()


def scan(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    keys: Sequence[Any] | None = None,
    periods: Periods | None = None,
    launch: ArrayLike | None = None,
    reference_rate: ArrayLike | None = None,
    last: int | None = None,
    watched: ArrayLike | None = None,
    settings: Settings = _DEFAULTS,
    frequency: int | None = None,
) -> ScanResult:
    """Judge counts (series, periods), with exposure of the same shape where there is one.

    ``launch``: bool per series, a new batch or product, judged by MaxSPRT against ``reference_rate`` (complaints
    per unit: one for all, one per series, or one per series and period, nan where not known; default: the rate of all
    series together in the periods before). ``last``: judge only the last so many periods; the earlier ones still set
    baselines, and cumulative sums and launches carry on from them, so that the answer is that of the whole history.
    ``watched``: bool per series and period, the cells that are judged at all (default all); the others are known but make
    neither signals nor part of a family. ``periods`` gives labels, and its kind the periods per year (``frequency``, else
    52). Unknown counts are nan. Raises ValueError for negative numbers or shapes that do not agree.
    """
    counts = np.asarray(counts, float)
    given = _checked(counts, exposure, periods, keys)
    if last is not None:
        whole(0, last=last)
    if frequency is not None:
        whole(1, frequency=frequency)
    frequency = frequency or (FREQUENCY[periods.kind] if periods is not None else 52)
    rate = _rates(counts, given, reference_rate)
    shown = counts.shape[1] if last is None else min(last, counts.shape[1])
    here = np.ones(counts.shape, bool) if watched is None else np.asarray(watched, bool)
    if here.shape != counts.shape:
        raise ValueError(f"watched has shape {here.shape}, counts {counts.shape}")
    new = np.zeros(len(counts), bool) if launch is None else np.asarray(launch, bool)
    if new.shape != (len(counts),):
        raise ValueError(f"launch has shape {new.shape}, one for each of {len(counts)} series is needed")
    # Whether a launch was reported before depends on all that was judged at the time.
    judged = counts.shape[1] if new.any() else shown
    present = here  # who lends a dispersion, whatever is judged of it now
    here = here & (np.arange(counts.shape[1]) >= counts.shape[1] - judged)
    starts = None if periods is None else periods.starts
    cells, method = Cells.empty(counts), np.zeros(counts.shape, np.int8)
    rise = _Rises(counts.shape)
    lent = Lent.nothing(counts.shape[1])
    if settings.dispersion:
        lent = lent_dispersion(
            counts, given, present, settings.baseline, settings.guard, settings.min_baseline
        )
    uneven = _uneven(counts, given, rate, new, present, settings)
    for begin in range(0, len(counts), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        units = None if given is None else given[part]
        block = Block(
            counts[part], units, rate[part], None, new[part], settings, frequency, starts, judged, lent, uneven[part],
        )  # fmt: skip
        found = judge_block(block)
        _write(cells, part, found.cells)
        method[part] = found.method
        rise.take(part, found)
    cells.alarm &= here
    cells.p[~here] = np.nan
    q = _adjust(cells.p, settings)
    # A method without a p-value (threshold, CUSUM) is held by its own limit alone.
    signal = cells.alarm & (np.isnan(cells.p) | (q <= settings.fdr)) & (cells.observed >= settings.min_count)
    # A sequential test ends with its first rejection.
    sequential = method == CODE["maxsprt"]
    signal &= ~sequential | (np.cumsum(signal & sequential, axis=1) == 1)
    if settings.lasting or settings.method == "cusum":
        signal |= rise.confirmed(cells, method, signal, here, settings)
    early = slice(0, counts.shape[1] - shown)
    for of_all, blank in ((cells.p, np.nan), (q, np.nan), (cells.alarm, False), (signal, False)):
        of_all[:, early] = blank
    labels = periods.labels if periods is not None else [str(i + 1) for i in range(counts.shape[1])]
    names = list(keys) if keys is not None else list(range(len(counts)))
    result = ScanResult(
        names, labels, method, cells, q, signal, settings, frequency, [], counts, given, rate, starts, lent, uneven
    )  # fmt: skip
    result.signals.extend(signal_records(result, _again, periods))
    return result


def scan_series(matrix: SeriesMatrix, **options: Any) -> ScanResult:
    """:func:`scan` of a :class:`SeriesMatrix`. A last period kept unfinished counts for its covered share."""
    exposure = matrix.exposure
    if exposure is None and matrix.last_share < 1:
        exposure = np.ones_like(matrix.counts)
        exposure[:, -1] = matrix.last_share
    return scan(matrix.counts, exposure, keys=matrix.keys, periods=matrix.periods, **options)


def limits(result: ScanResult, exposure: ArrayLike | None, row: int | ArrayLike) -> Array:
    """The limit of one series in every judged period, for its chart: the smallest count that would have been an alarm.

    ``exposure`` is that of the scan. Several rows give an array of (rows, periods). A scan works limits out for alarms
    alone; this does it for whole series.
    """
    rows = np.atleast_1d(np.asarray(row, np.int64))
    found = np.full((len(rows), result.counts.shape[1]), np.nan)
    for begin in range(0, len(rows), _BLOCK):
        part = rows[begin : begin + _BLOCK]
        found[begin : begin + _BLOCK] = _again(result, part, every_limit=True).cells.limit
    kept = result.cells.limit[rows]
    out = np.where(np.isnan(result.cells.expected[rows]), np.nan, np.where(np.isnan(kept), found, kept))
    return out if np.ndim(row) else out[0]


def _again(result: ScanResult, rows: NDArray[np.int64], every_limit: bool = False) -> Judged:
    """Some series once more, with what a scan does not keep of all."""
    exposure = None if result.exposure is None else result.exposure[rows]
    method = np.where(result.method[rows] == CODE["cusum"], CODE["poisson"], result.method[rows])
    width = result.counts.shape[1]
    return judge_block(
        Block(
            result.counts[rows], exposure, result.rate[rows], method.astype(np.int8), np.zeros(len(rows), bool),
            result.settings, result.frequency, result.starts, width, result.lent, result.uneven[rows], every_limit,
        )
    )  # fmt: skip


class _Rises:
    """What the cumulative sums of all series say."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.lasting = np.zeros(shape, bool)
        self.summed = np.zeros(shape, bool)
        self.evidence, self.total, self.unit, self.reference, self.usual = (
            np.zeros(shape, np.float32) for _ in range(5)
        )

    def take(self, part: slice, found: Judged) -> None:
        past = found.past
        self.summed[part] = ~np.isnan(past.reference)
        self.lasting[part] = past.lasting
        for name in ("evidence", "total", "unit", "reference", "usual"):
            getattr(self, name)[part] = getattr(past, name)

    def confirmed(
        self,
        cells: Cells,
        method: NDArray[np.int8],
        signal: NDArray[np.bool_],
        here: NDArray[np.bool_],
        s: Settings,
    ) -> NDArray[np.bool_]:
        """Periods in which a rise lasts that no other method reports; their cells become those of the CUSUM.

        The evidence for a rise multiplies a CUSUM's mean time to a false alarm: with N series watched in a period, a sum
        is believed from ``run_length`` × N on, so that all of them together keep to the run length.
        """
        by_sum = method == CODE["cusum"]
        counted = here & self.summed & (by_sum if s.method == "cusum" else method != CODE["maxsprt"])
        level = np.log(s.cusum_run_length * np.maximum(counted.sum(axis=0), 1))
        if s.method == "cusum":
            at = np.nonzero(counted)
        with np.errstate(invalid="ignore"):
            found = counted & self.lasting & (self.evidence >= level) & (cells.observed > self.usual)
        found &= (self.total >= s.min_count) & ~signal
        if s.method not in (None, "cusum"):
            return np.zeros_like(found)
        if s.method is None:
            at = np.nonzero(found)
        total, unit = self.total[at].astype(float), self.unit[at].astype(float)
        critical = unit * level[at[1]]
        cells.statistic[at], cells.critical[at] = total, critical
        cells.spread[at], cells.expected[at] = self.reference[at], self.usual[at]
        # Once the sum is there, any count above what is expected says that the rise goes on.
        needed = np.ceil(critical - (total - cells.observed[at]))
        cells.limit[at] = np.fmax(needed, np.floor(cells.expected[at]) + 1)
        cells.p[at] = np.nan
        cells.alarm[at] = found[at]
        method[at] = CODE["cusum"]
        return found


def _checked(
    counts: Array, exposure: ArrayLike | None, periods: Periods | None, keys: Sequence[Any] | None
) -> Array | None:
    if counts.ndim != 2 or counts.shape[1] == 0:
        raise ValueError("counts must be a table of series × periods with at least one period")
    if np.any(counts < 0) or np.any(np.isinf(counts)):
        raise ValueError("counts must be finite and at least 0, or nan where unknown")
    if periods is not None and len(periods) != counts.shape[1]:
        raise ValueError(f"{len(periods)} periods, but counts have {counts.shape[1]}")
    if keys is not None and len(keys) != len(counts):
        raise ValueError(f"{len(keys)} keys for {len(counts)} series")
    if exposure is None:
        return None
    given = np.asarray(exposure, float)
    if given.shape != counts.shape:
        raise ValueError(f"exposure has shape {given.shape}, counts {counts.shape}")
    if np.any(given < 0) or np.any(np.isinf(given)):
        raise ValueError("exposure must be finite and at least 0")
    return given


def _rates(counts: Array, exposure: Array | None, given: ArrayLike | None) -> Array:
    """Rates that launches are held against, of a shape that spreads to (series, periods)."""
    if given is not None:
        rate = np.asarray(given, float)
        if rate.ndim < 2:
            rate = np.broadcast_to(rate, len(counts))[:, None]
        if np.any(rate < 0) or np.any(np.isinf(rate)):
            raise ValueError("reference_rate must be finite and at least 0, or nan where unknown")
        return np.broadcast_to(rate, (len(counts), rate.shape[1]))
    if exposure is None:
        return np.full((len(counts), 1), np.nan)
    seen = ~np.isnan(counts) & (exposure > 0)
    units = np.cumsum(np.sum(np.where(seen, exposure, 0.0), axis=0))
    total = np.cumsum(np.sum(np.where(seen, counts, 0.0), axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        so_far = np.where(total >= RATE_LEAST, total / units, np.nan)
    return np.broadcast_to(np.concatenate([[np.nan], so_far[:-1]]), counts.shape)


def _uneven(
    counts: Array,
    exposure: Array | None,
    rate: Array,
    launch: NDArray[np.bool_],
    watched: NDArray[np.bool_],
    s: Settings,
) -> Array:
    """The dispersion that launches show, by which each of them is judged; nan for all others, and where it is not known."""
    rows = np.flatnonzero(launch | (s.method == "maxsprt"))
    if exposure is None or not s.dispersion or len(rows) < 2 or s.method not in (None, "maxsprt"):
        return np.full((len(counts), 1), np.nan)
    out = np.full(counts.shape, np.nan)
    each = np.nan_to_num(np.broadcast_to(rate[rows], (len(rows), counts.shape[1]))) * np.nan_to_num(
        exposure[rows]
    )
    out[rows] = launch_dispersion(
        counts[rows], each, watched[rows], critical_value(s.sprt_plan, s.sprt_alpha, s.sprt_min_count)
    )
    return out


def _write(cells: Cells, part: slice, found: Cells) -> None:
    for name in Cells.__dataclass_fields__:
        getattr(cells, name)[part] = getattr(found, name)


def _adjust(p: Array, settings: Settings) -> Array:
    if settings.family == "all":
        return fdr.adjust(p.ravel(), rule=settings.fdr_rule).reshape(p.shape)
    return fdr.adjust(p, axis=0, rule=settings.fdr_rule)
