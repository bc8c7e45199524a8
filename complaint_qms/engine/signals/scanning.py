"""One pass over thousands of series: pick the method, judge every period, hold the false discovery rate, report.

Every judged period is compared only with periods before it (a baseline that ends ``guard`` periods earlier), so a
scan of a whole history shows what would have been seen at the time. Work is done on blocks of series, never on
one series at a time; its cost is linear in the number of series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.signals import fdr
from complaint_qms.engine.signals.detect import DETECTORS, count_limit
from complaint_qms.engine.signals.method_choice import CODE, METHODS, choose
from complaint_qms.engine.signals.report import signal_record
from complaint_qms.engine.signals.series import FREQUENCY, Periods, SeriesMatrix
from complaint_qms.engine.signals.types import Array, Block, Cells, ScanResult, Settings, SignalRecord

__all__ = ["ScanResult", "Settings", "SignalRecord", "limits", "scan", "scan_series"]

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
    settings: Settings = _DEFAULTS,
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
            block = Block(
                counts[part],
                _units(given, part, counts.shape[1]),
                rate[part],
                settings,
                frequency,
                starts,
                judged,
            )
            _write(cells, part, DETECTORS[METHODS[code]](block))
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
        result.signals.append(signal_record(result, row, column, given, rate, periods))
    return result


def scan_series(matrix: SeriesMatrix, **options: Any) -> ScanResult:
    """:func:`scan` of a :class:`SeriesMatrix`. A last period kept unfinished counts for its covered share."""
    exposure = matrix.exposure
    if exposure is None and matrix.last_share < 1:
        exposure = np.ones_like(matrix.counts)
        exposure[:, -1] = matrix.last_share
    return scan(matrix.counts, exposure, keys=matrix.keys, periods=matrix.periods, **options)


def limits(result: ScanResult, exposure: ArrayLike | None, row: int) -> Array:
    """The limit of one series in every judged period, for its chart; Poisson limits are worked out here."""
    found = result.cells.limit[row].copy()
    if result.method_name(row) != "poisson":
        return found
    units = _units(None if exposure is None else np.asarray(exposure, float), np.array([row]), len(found))
    judged = ~np.isnan(result.cells.p[row])
    one = Cells(**{name: getattr(result.cells, name)[row][None] for name in Cells.__dataclass_fields__})
    found[judged] = count_limit(one, units, judged[None], result.settings.alpha)
    return found


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
    overall = np.sum(np.where(seen, counts, 0.0)) / units if units > 0 else np.nan
    return np.full(len(counts), overall)


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
