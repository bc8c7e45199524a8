"""One kind of series out of complaints as columns, scanned: what a back-test and a site do alike, so that both find the same.

A kind is a dimension of the complaints (item, batch, type …) or ``all``. Columns are codes in the order in which the complaints
came in, -1 where nothing is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.findings.types import Watched
from complaint_qms.engine.signals.scanning import scan_series
from complaint_qms.engine.signals.series import SeriesMatrix
from complaint_qms.engine.signals.types import ScanResult, Settings
from complaint_qms.engine.signals.units_fit import fitting_units
from complaint_qms.engine.signals.weekly import Deliveries, first_to_reach, sibling_rates, weekly_series

ALL = "all"
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


def scan_kind(kind: str, past: History, wanted: Wanted) -> KindScan | None:
    """None for a history of less than a whole week, and where no series has come to enough complaints."""
    everything = kind == ALL
    codes = (
        np.zeros(len(past.received), np.int64)
        if everything
        else np.asarray(past.codes[kind]).astype(np.int64)
    )
    chosen, totals = first_to_reach(codes, 1 if everything else past.sizes[kind], wanted.least, wanted.most)
    deliveries = past.deliveries
    matrix = weekly_series(
        codes, chosen, past.received, past.start, past.until,
        deliveries, _delivered(deliveries, kind), past.codes.get("batch"),
    )  # fmt: skip
    if matrix is None:
        return None
    # A series is watched from the week on in which it has come to so many complaints as are asked for.
    options: dict[str, np.ndarray] = {"watched": np.cumsum(matrix.counts, axis=1) >= wanted.least}
    if kind == "batch" and matrix.exposure is not None:
        # batches are watched from their first delivery on, against the other batches of the same item
        rates = sibling_rates(matrix, _first_item(past)[chosen], options["watched"])
        # how complaints spread over the age of a unit is not known before: young batches would seem bad
        rates[:, :LEARNING_WEEKS] = np.nan
        options |= {"launch": np.ones(len(chosen), bool), "reference_rate": rates}
    elif matrix.exposure is not None:
        s = wanted.settings
        matrix = replace(matrix, exposure=fitting_units(matrix.counts, matrix.exposure, s.baseline, s.guard))
    result = scan_series(matrix, settings=wanted.settings, **options)
    watched = Watched.of(kind, chosen, matrix, result, options.get("reference_rate"))
    return KindScan(watched, chosen, totals[chosen], matrix, result)


def without_deliveries(past: History) -> History:
    """The same as if nothing were known of what was delivered."""
    none = np.empty(0)
    return replace(
        past, deliveries=Deliveries(none.astype(int), none.astype(int), none.astype("datetime64[D]"), none)
    )


def _delivered(deliveries: Deliveries, kind: str) -> Codes | None:
    """The series of each delivery; None for kinds that nothing is delivered of."""
    if kind == ALL:
        return np.zeros(len(deliveries.units), np.int64)
    return {"batch": deliveries.batch, "item": deliveries.item}.get(kind)


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
