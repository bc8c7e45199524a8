"""What is usual of a batch whose units nobody counted: what its sibling batches drew at the same age.

A batch did not exist before its first complaint, so the weeks before tell nothing of it: against them every new batch would be
a rise from none.
"""

from __future__ import annotations

import numpy as np

from complaint_qms.engine.signals.complaint_columns import most_common
from complaint_qms.engine.signals.findings.columns import Columns
from complaint_qms.engine.signals.findings.windows import MOST_DISPERSION, Usual
from complaint_qms.engine.signals.series import Array

LEAST_SIBLINGS = 3
CUT_OFF = 4
"""Batches that drew a complaint in the first periods may be older than the records: they are compared with if need be."""
LATELY = 8
"""Periods of age whose mean stands for ages that too few siblings have come to."""
HALF = 0.5
"""So many complaints of all siblings together stand in for none, so that nothing is expected to be impossible."""


class Siblings:
    """Batches by age; the age of a batch is counted from its first complaint."""

    def __init__(self, columns: Columns) -> None:
        batch, period = columns.codes["batch"], columns.period
        seen = np.flatnonzero((batch >= 0) & (period >= 0))
        size = int(batch.max(initial=-1)) + 1
        self._columns, self._size = columns, columns.size
        self.born = np.full(size, columns.size)
        np.minimum.at(self.born, batch[seen], period[seen])
        item = columns.codes.get("item")
        self._item = np.full(size, -1)
        if item is not None:
            width = int(item.max(initial=-1)) + 1
            main, count = most_common(batch, item, size) if width else (self._item, self._item)
            self._item = np.where(count > 0, main, -1)
        self._batch, self._age = batch[seen], (period - self.born[np.maximum(batch, 0)])[seen]

    def usual(self, code: int, first: int, stop: int, left_out: set[int]) -> Usual | None:
        """What siblings drew at the ages that the batch has from ``first`` to before ``stop``; None where it has too few.

        ``left_out``: batches that earlier findings are about.
        """
        born = int(self.born[code])
        others = self._others(code, left_out)
        if born >= self._size or others.sum() < LEAST_SIBLINGS:
            return None
        mine = others[self._batch]
        batch, age = self._batch[mine], self._age[mine]
        ages = self._size - born
        came = np.bincount(age[age < ages], minlength=ages).astype(float)
        alive = np.searchsorted(np.sort(self._size - self.born[others]), np.arange(ages), side="right")
        alive = others.sum() - alive  # siblings that the records follow through this age
        curve = _curve(came, alive.astype(float))
        share = np.zeros(self._size)
        share[born:] = curve
        low, high = max(first - born, 0), max(stop - born, 1)
        count = max(float(came[low:high].sum()), HALF)
        inside = (age >= low) & (age < high)
        whole = others & (self._size - self.born >= high)
        totals = np.bincount(batch[inside], minlength=len(self.born))[whole].astype(float)
        return Usual(share, _dispersion(totals), count, count, share)

    def _others(self, code: int, left_out: set[int]) -> np.ndarray:
        """Batches of the same item, or all where it has too few others."""
        there = self.born < self._size
        there[[code, *left_out]] = False
        same = there & (self._item == self._item[code]) & (self._item >= 0)
        for group in (same, there):
            followed = group & (self.born >= CUT_OFF)
            if followed.sum() >= LEAST_SIBLINGS:
                return followed
            if group.sum() >= LEAST_SIBLINGS:
                return group
        return there


def _curve(came: Array, alive: Array) -> Array:
    """Complaints per sibling at each age."""
    enough = alive >= LEAST_SIBLINGS
    known = int(enough.sum())  # ages that enough siblings came to are the first ones
    curve = (came + HALF / len(came)) / np.maximum(alive, 1.0)
    if known < len(came):
        late = slice(max(0, known - LATELY), max(known, 1))
        curve[max(known, 1) :] = (came[late].sum() + HALF / len(came)) / max(alive[late].sum(), 1.0)
    return curve


def _dispersion(totals: Array) -> float:
    """Variance of the siblings' totals over their mean, at least 1: batches differ in size and in the field."""
    if len(totals) < 2 or totals.mean() <= 0:
        return 1.0
    return float(min(max(totals.var(ddof=1) / totals.mean(), 1.0), MOST_DISPERSION))
