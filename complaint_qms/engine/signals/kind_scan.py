"""One kind of series out of complaints as columns, scanned: what a back-test and a site do alike, so that both find the same.

A kind is a dimension of the complaints (item, batch, type …) or ``all``. Columns are codes in the order in which the complaints
came in, -1 where nothing is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.message import Message
from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.findings.types import Watched
from complaint_qms.engine.signals.scanning import scan_series
from complaint_qms.engine.signals.sentences import SENTENCES
from complaint_qms.engine.signals.series import Array, SeriesMatrix
from complaint_qms.engine.signals.types import ScanResult, Settings, SignalRecord
from complaint_qms.engine.signals.units_fit import fitting_units
from complaint_qms.engine.signals.weekly import (
    DeliveredTo,
    Deliveries,
    first_to_reach,
    sibling_rates,
    weekly_series,
)

ALL = "all"
ALL_UNITS = frozenset({"channel"})
"""Kinds that nothing is delivered of: each value is held against all units, for whatever is out there may be complained about by it."""
LEARNING_WEEKS = 16
"""Weeks of a history in which ages are only learned."""


@dataclass(frozen=True)
class Wanted:
    """What is watched: series with ``least`` complaints, the first ``most`` that come to so many; and how it is judged."""

    least: int = 3
    most: int = 10_000
    settings: Settings = field(default_factory=Settings)


@short_repr()
@dataclass(frozen=True)
class History:
    """Complaints as columns: ``received`` rising, ``codes`` and how many ``labels`` each dimension has; ``start`` lies in the first
    week, ``until`` is the last day that is known."""

    received: Times
    codes: Mapping[str, Codes]
    sizes: Mapping[str, int]
    start: np.datetime64
    until: np.datetime64
    deliveries: Deliveries


@short_repr()
@dataclass(frozen=True)
class KindScan:
    """The scan of a kind: what findings need of it, and everything else of it."""

    watched: Watched
    chosen: Counts
    """The code of each series."""
    totals: Counts
    """Complaints of each of them."""
    matrix: SeriesMatrix
    result: ScanResult
    in_field: Array | None
    """Units in the field of each series (series, weeks), be they used or not; None where none are known."""


def scan_kind(kind: str, past: History, wanted: Wanted) -> KindScan | None:
    """None for a history of less than a whole week, and where no series has come to enough complaints."""
    everything = kind == ALL
    codes = (
        np.zeros(len(past.received), np.int64)
        if everything
        else np.asarray(past.codes[kind]).astype(np.int64)
    )
    chosen, totals = first_to_reach(codes, 1 if everything else past.sizes[kind], wanted.least, wanted.most)
    deliveries, delivered = _delivered(past.deliveries, kind)
    matrix = weekly_series(
        codes, chosen, past.received, past.start, past.until, deliveries, delivered, past.codes.get("batch")
    )
    if matrix is None:
        return None
    if kind in ALL_UNITS and past.deliveries and (units := _all_units(past)) is not None:
        matrix = replace(matrix, exposure=np.repeat(units, len(chosen), axis=0))
    in_field = matrix.exposure
    # A series is watched from the week on in which it has come to so many complaints as are asked for.
    seen = np.cumsum(matrix.counts, axis=1) >= wanted.least
    if kind == "batch":
        return _scan_batches(past, wanted, codes, chosen, totals, matrix, seen)
    if matrix.exposure is not None:
        s = wanted.settings
        matrix = replace(matrix, exposure=fitting_units(matrix.counts, matrix.exposure, s.baseline, s.guard))
    result = scan_series(matrix, settings=wanted.settings, watched=seen)
    return KindScan(
        Watched.of(kind, chosen, matrix, result), chosen, totals[chosen], matrix, result, in_field
    )


def without_deliveries(past: History) -> History:
    """The same as if nothing were known of what was delivered."""
    none = np.empty(0)
    return replace(
        past, deliveries=Deliveries(none.astype(int), none.astype(int), none.astype("datetime64[D]"), none)
    )


def _scan_batches(
    past: History,
    wanted: Wanted,
    codes: Codes,
    chosen: Counts,
    totals: Counts,
    matrix: SeriesMatrix,
    seen: NDArray[np.bool_],
) -> KindScan:
    """Batches are held against the other batches of the same item: by the units that were delivered of each; those of which nobody
    knows any by the age at which complaints come, counted from the first one, for each batch as one. A batch that was not there has
    no expectation of none."""
    groups = _first_item(past)[chosen]
    size = matrix.counts.shape
    units, rates = np.zeros(size), np.full(size, np.nan)
    if matrix.exposure is not None:
        units, rates = matrix.exposure.copy(), sibling_rates(matrix, groups, seen)
    unknown: NDArray[np.bool_] = ~np.any(np.nan_to_num(units) > 0, axis=1)
    given = rates.copy()
    if unknown.any() and (aged := _by_age(past, codes, chosen)) is not None and aged.exposure is not None:
        units[unknown] = aged.exposure[unknown]
        rates[unknown] = sibling_rates(aged, groups, seen)[unknown]
    # how complaints spread over the age of a unit is not known before: young batches would seem bad
    rates[:, :LEARNING_WEEKS] = given[:, :LEARNING_WEEKS] = np.nan
    given[unknown] = np.nan
    result = scan_series(
        replace(matrix, exposure=units), settings=wanted.settings, watched=seen,
        launch=np.ones(len(chosen), bool), reference_rate=rates,
    )  # fmt: skip
    result.signals[:] = [_told_by_age(one) if unknown[one.row] else one for one in result.signals]
    return KindScan(
        Watched.of("batch", chosen, matrix, result, given),
        chosen,
        totals[chosen],
        matrix,
        result,
        matrix.exposure,
    )


def _by_age(past: History, codes: Codes, chosen: Counts) -> SeriesMatrix | None:
    """Every batch as one unit that was delivered when its first complaint came."""
    batches, first = np.unique(codes, return_index=True)
    batches, first = batches[batches >= 0], first[batches >= 0]
    born = Deliveries(
        np.full(len(batches), -1),
        batches,
        past.received[first].astype("datetime64[D]"),
        np.ones(len(batches)),
    )
    return weekly_series(codes, chosen, past.received, past.start, past.until, born, born.batch, codes)


def _told_by_age(signal: SignalRecord) -> SignalRecord:
    """A signal of a batch without units says what it is held against."""
    if signal.method != "maxsprt":
        return signal
    first, *others = signal.words
    values = {name: value for name, value in first.params.items() if name != "exposure"}
    said = Message(SENTENCES["maxsprt_age"], values)
    baseline = replace(signal.baseline, exposure=None)
    return replace(signal, exposure=None, baseline=baseline, words=(said, *others))


def _delivered(deliveries: Deliveries, kind: str) -> tuple[Deliveries | DeliveredTo, Codes | None]:
    """The deliveries that count for a kind, and the series of each; None for kinds that nothing is known to be delivered of."""
    if kind == ALL:
        return deliveries, np.zeros(len(deliveries.units), np.int64)
    if there := deliveries.elsewhere.get(kind):
        return there, there.code
    return deliveries, {"batch": deliveries.batch, "item": deliveries.item}.get(kind)


def _all_units(past: History) -> Array | None:
    """All units in the field, (1, weeks)."""
    one = np.zeros(len(past.received), np.int64)
    deliveries, delivered = _delivered(past.deliveries, ALL)
    matrix = weekly_series(
        one, one[:1], past.received, past.start, past.until, deliveries, delivered, past.codes.get("batch")
    )
    return None if matrix is None else matrix.exposure


def _first_item(past: History) -> Codes:
    """The item that each batch was first delivered as, else first complained about with: what came later does not move a
    batch into another family. A number of its own group where there is neither."""
    deliveries, size, items = past.deliveries, past.sizes["batch"], past.sizes["item"]
    found = np.full(size, max(items, int(deliveries.item.max(initial=0)) + 1))
    by_day = np.argsort(deliveries.day, kind="stable")
    for batch, item in (
        (past.codes["batch"], past.codes["item"]),
        (deliveries.batch[by_day], deliveries.item[by_day]),
    ):
        known = (batch >= 0) & (batch < size) & (item >= 0)
        found[batch[known][::-1]] = item[known][::-1]  # the last write wins: the first in time
    return found
