"""Batches that draw more complaints than the other batches of their item, and items that draw one type out of proportion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.rates import ratio_interval
from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals import ebgm, fdr
from complaint_qms.engine.signals.complaint_columns import Codes, Counts
from complaint_qms.engine.signals.disproportionality import disproportion, pair_table
from complaint_qms.engine.signals.method_choice import choose_pairs
from complaint_qms.engine.signals.poisson import conditional_test
from complaint_qms.engine.signals.series import Array
from complaint_qms.engine.signals.weekly import Deliveries

LEAST_COMPLAINTS = 3
EBGM_ALARM = 2.0


@short_repr()
@dataclass(frozen=True)
class SuspectBatches:
    """Batches, most suspicious first: arrays of one length. ``rest``: the other batches of the item. ``ratio`` with its
    interval compares the rates, ``p`` is one-sided, ``q`` holds the false discovery rate over all that could be tested.
    ``measured``: units are those delivered; else each batch counts for one."""

    batch: Counts
    count: Counts
    units: Array
    rest_count: Counts
    rest_units: Array
    expected: Array
    ratio: Array
    lower: Array
    upper: Array
    p: Array
    q: Array
    measured: bool


@short_repr()
@dataclass(frozen=True)
class TypicalDefects:
    """Items that draw one type of complaint more than others do, the surest first: arrays of one length. ``method``:
    ``ebgm`` or ``prr``, which ``ratio`` with its interval is of."""

    method: str
    item: Counts
    defect: Counts
    count: Counts
    expected: Array
    ratio: Array
    lower: Array
    upper: Array


def suspect_batches(
    batch: Codes, item_of: Codes, items: int, deliveries: Deliveries, most: int
) -> SuspectBatches | None:
    """Each batch against the other batches of its item: exact rate ratio, one-sided exact test, false discovery rate.

    Args:
        batch: batch of each complaint, -1 for none.
        item_of: the item of each batch.
        items: how many items there are.
        deliveries: deliveries that name none of the batches are as good as none.
        most: of how many batches the answer is at most.

    Returns:
        None where no batch can be tested.
    """
    size = len(item_of)
    counts = np.bincount(batch[batch >= 0], minlength=size)
    width = max(items, 1)
    delivered: Array = np.ones(size)
    sibling_units = np.bincount(item_of, delivered, width)
    sibling_count = np.bincount(item_of, counts, width)
    known = deliveries.batch >= 0
    measured = bool(deliveries) and bool(known.any())
    if measured:
        delivered = np.bincount(deliveries.batch[known], deliveries.units[known], size).astype(float)
        # batches that never drew a complaint belong to the comparison
        of_item = deliveries.item >= 0
        if of_item.any():
            sibling_units = np.bincount(deliveries.item[of_item], deliveries.units[of_item], width)
        else:
            sibling_units = np.bincount(item_of, delivered, width)
    rest_count = (sibling_count[item_of] - counts).astype(np.int64)
    rest_units = sibling_units[item_of] - delivered
    testable = (delivered > 0) & (rest_units > 0) & (counts >= LEAST_COMPLAINTS)
    if not testable.any():
        return None
    test = conditional_test(
        np.where(testable, counts, np.nan), delivered, rest_count, np.maximum(rest_units, 0)
    )
    p = np.where(testable, test.p, np.nan)
    q = np.full(size, np.nan)
    q[testable] = fdr.adjust(p[testable])
    order = np.lexsort((np.arange(size), -counts, p))
    order = order[testable[order]][:most]
    ratios = [
        ratio_interval(int(rest_count[i]), float(rest_units[i]), int(counts[i]), float(delivered[i]))
        for i in order.tolist()
    ]
    return SuspectBatches(
        order, counts[order], delivered[order], rest_count[order], rest_units[order], test.expected[order],
        np.array([r for r, _, _ in ratios]), np.array([low for _, low, _ in ratios]), np.array([up for _, _, up in ratios]),
        p[order], q[order], measured,
    )  # fmt: skip


def typical_defects(item: Codes, defect: Codes, most: int) -> TypicalDefects | None:
    """Pairs of item and type that are seen out of proportion, by EBGM or PRR as :func:`choose_pairs` says.

    ``item`` and ``defect`` (n,): of each complaint, -1 for none. None where no complaint has both.
    """
    known = (item >= 0) & (defect >= 0)
    if not known.any():
        return None
    table = pair_table(item[known].tolist(), defect[known].tolist())
    method = choose_pairs(len(table.items), len(table.defects), len(table.n))
    alarm: NDArray[np.bool_]
    if method == "ebgm":
        prior = ebgm.fit_prior(table.n, table.expected)
        scores = ebgm.score(table.n, table.expected, prior.theta)
        ratio, lower, upper = scores.ebgm, scores.eb05, scores.eb95
        alarm = (lower >= EBGM_ALARM) & (table.n >= LEAST_COMPLAINTS)
    else:
        found = disproportion(*table.cells())
        ratio, lower, upper = found.prr, found.prr_lower, found.prr_upper
        alarm = found.alarm & (lower > 1)
    places = np.flatnonzero(alarm)
    places = places[np.lexsort((places, -lower[places]))][:most]
    return TypicalDefects(
        method,
        np.array([table.items[i] for i in table.item_index[places].tolist()], dtype=np.int64),
        np.array([table.defects[i] for i in table.defect_index[places].tolist()], dtype=np.int64),
        table.n[places].astype(np.int64),
        table.expected[places],
        ratio[places],
        lower[places],
        upper[places],
    )
