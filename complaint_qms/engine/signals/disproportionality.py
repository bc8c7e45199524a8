"""Disproportion of an item × defect pair: PRR and ROR.

For a pair: a complaints with both item and defect, b of the item with other defects, c of the defect on other
items, d with neither. What "other items" are decides the number: a ratio against one product line is another
number than one against the whole database, so the caller chooses the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.tails import normal_quantile

Array = NDArray[np.float64]


@short_repr()
@dataclass(frozen=True)
class Disproportion:
    """Arrays of one shape: ratios, their intervals, both chi-squares and the alarm."""

    a: Array
    expected: Array
    """(a + b)(a + c) / (a + b + c + d): what independence of item and defect would give."""
    prr: Array
    prr_lower: Array
    prr_upper: Array
    ror: Array
    ror_lower: Array
    ror_upper: Array
    chi2: Array
    chi2_yates: Array
    alarm: NDArray[np.bool_]
    confidence: float


def disproportion(
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    d: ArrayLike,
    *,
    confidence: float = 0.95,
    min_count: int = 3,
    min_prr: float = 2.0,
    min_chi2: float = 4.0,
    yates: bool = False,
) -> Disproportion:
    """PRR, ROR and Pearson's χ² of 2 × 2 tables, elementwise; alarm a >= 3, PRR >= 2 and χ² >= 4 (Evans 2001).

    se ln PRR = √(1/a − 1/(a+b) + 1/c − 1/(c+d)); se ln ROR = √(1/a + 1/b + 1/c + 1/d). ``yates`` takes the
    continuity-corrected χ² for the alarm; both are always reported. A ratio over 0 is inf, 0 over 0 is nan;
    an interval needs its counts above 0, else it runs from 0 to inf (nan with a nan ratio). χ² of a table with an
    empty margin is 0.
    """
    a, b, c, d = np.broadcast_arrays(*(np.asarray(x, float) for x in (a, b, c, d)))
    if any(np.any(x < 0) for x in (a, b, c, d)):
        raise ValueError("table counts cannot be negative")
    z = normal_quantile(0.5 + confidence / 2)
    total = a + b + c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        prr = (a / (a + b)) / (c / (c + d))
        ror = (a * d) / (b * c)
        prr_se = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        ror_se = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        expected = (a + b) * (a + c) / total
        # Margins are multiplied in pairs: their product of four leaves the exact range for huge tables.
        scale = (a + b) * (c + d) / total * ((a + c) * (b + d) / total)
        off = (a * d - b * c) / total
        chi2 = np.where(scale > 0, total * off**2 / scale, 0.0)
        chi2_yates = np.where(scale > 0, total * np.maximum(0.0, np.abs(off) - 0.5) ** 2 / scale, 0.0)
        prr_lower, prr_upper = _interval(prr, prr_se, z)
        ror_lower, ror_upper = _interval(ror, ror_se, z)
        alarm = (a >= min_count) & (prr >= min_prr) & ((chi2_yates if yates else chi2) >= min_chi2)
    return Disproportion(
        a, expected, prr, prr_lower, prr_upper, ror, ror_lower, ror_upper, chi2, chi2_yates, alarm, confidence
    )


def pair_table(items: Sequence[Any], defects: Sequence[Any], ids: Sequence[Any] | None = None) -> PairTable:
    """Count pairs over rows of (item, defect, complaint id); a complaint counts once per pair and margin.

    Without ids each row is a complaint of its own. Labels are ordered as Python sorts them. This is the counting
    of ``openEBGM::processRaw`` without strata: E = N_item / N_total · N_defect on distinct ids.
    """
    if len(items) != len(defects) or (ids is not None and len(ids) != len(items)):
        raise ValueError("items, defects and ids must have the same length")
    if len(items) == 0:
        none = np.zeros(0)
        return PairTable([], [], none.astype(int), none.astype(int), none, none, none, 0)
    item_labels, item_code = _codes(items)
    defect_labels, defect_code = _codes(defects)
    id_code = np.arange(len(items)) if ids is None else _codes(ids)[1]
    wide = len(defect_labels)
    pair = item_code * wide + defect_code
    pairs, n = _distinct_per(pair, id_code)
    item_seen, item_n = _distinct_per(item_code, id_code)
    defect_seen, defect_n = _distinct_per(defect_code, id_code)
    item_total = np.zeros(len(item_labels))
    item_total[item_seen] = item_n
    defect_total = np.zeros(wide)
    defect_total[defect_seen] = defect_n
    row, column = pairs // wide, pairs % wide
    return PairTable(
        item_labels,
        defect_labels,
        row,
        column,
        n.astype(float),
        item_total[row],
        defect_total[column],
        int(np.unique(id_code).size),
    )


@short_repr()
@dataclass(frozen=True)
class PairTable:
    """Every item × defect pair that occurs. Margins and total count distinct complaints, not rows."""

    items: list[Any]
    defects: list[Any]
    item_index: NDArray[np.int64]
    defect_index: NDArray[np.int64]
    n: Array
    item_total: Array
    defect_total: Array
    total: int

    @property
    def expected(self) -> Array:
        """Expected count of each pair if item and defect were independent."""
        return self.item_total / self.total * self.defect_total

    def cells(self) -> tuple[Array, Array, Array, Array]:
        """(a, b, c, d) of each pair."""
        b = self.item_total - self.n
        c = self.defect_total - self.n
        return self.n, b, c, self.total - self.n - b - c


def _interval(ratio: Array, se: Array, z: float) -> tuple[Array, Array]:
    fine = np.isfinite(se) & (ratio > 0) & np.isfinite(ratio)
    spread = np.exp(z * np.where(fine, se, 0.0))
    lower = np.where(fine, ratio / spread, np.where(np.isnan(ratio), np.nan, 0.0))
    upper = np.where(fine, ratio * spread, np.where(np.isnan(ratio), np.nan, np.inf))
    return lower, upper


def _codes(values: Sequence[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    labels = sorted(set(values))
    position = {label: i for i, label in enumerate(labels)}
    return labels, np.fromiter((position[v] for v in values), np.int64, len(values))


def _distinct_per(
    group: NDArray[np.int64], ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups that occur, and the number of distinct ids in each."""
    order = np.lexsort((ids, group))
    group, ids = group[order], ids[order]
    first = np.ones(len(group), bool)
    first[1:] = (group[1:] != group[:-1]) | (ids[1:] != ids[:-1])
    return np.unique(group[first], return_counts=True)
