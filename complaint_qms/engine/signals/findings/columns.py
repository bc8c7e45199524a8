"""Complaints as columns, asked for by what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.findings.types import Parts
from complaint_qms.engine.signals.series import FREQUENCY, Array, Periods, ordinals

MANY = 10_000
"""Complaints from which it is sooner told for all of the site's at once which of them others have."""
SURELY = 20.0
"""So many complaints must be missing in a gap."""
SOON = 13
"""What rises in so many periods after a gap is compared with what came before it: a rise cannot be told."""

TRIED = 4
"""Values of a dimension that are tried as an explanation."""


class Columns:
    """Period and codes of every complaint; those outside the periods are not seen. ``missing``: periods of a gap of a year or
    more without any complaint, where some would have come by all experience: records are missing there."""

    def __init__(self, columns: Mapping[str, Codes], received: Times, periods: Periods) -> None:
        self.codes = dict(columns)
        self.size = len(periods)
        place = ordinals(received.astype("datetime64[D]"), periods.kind) - periods.first
        self.period = np.where((place >= 0) & (place < self.size), place, -1)
        rising = bool(np.all(place[1:] >= place[:-1]))
        # In the order of time every stretch of it is a slice, however many complaints there are.
        self._begins = np.searchsorted(place, np.arange(self.size + 1)) if rising else None
        self._all = np.flatnonzero(self.period >= 0)
        self.missing = _missing(self.counts(self._all), FREQUENCY[periods.kind])
        self._order: dict[str, tuple[Counts, Counts]] = {}
        for kind, codes in self.codes.items():
            if len(codes) != len(received):
                raise ValueError(f"{len(codes)} codes of {kind} for {len(received)} complaints")

    def begins_again(self, first: int) -> int | None:
        """The period in which the records began again, where that is not long before ``first``."""
        gone = np.flatnonzero(self.missing[max(0, first - SOON) : first])
        return max(0, first - SOON) + int(gone[-1]) + 1 if len(gone) else None

    def rows(self, parts: Parts) -> Counts:
        """Positions of the complaints that have all the values, rising."""
        if not parts:
            return self._all
        found = [self._of_one(kind, code) for kind, code in parts]
        rows = min(found, key=len)
        return rows[self.has(rows, parts)] if len(parts) > 1 else rows

    def has(self, rows: Counts, parts: Parts) -> NDArray[np.bool_]:
        """Which of the complaints at ``rows`` have all the values."""
        held = np.ones(len(rows), bool)
        for kind, code in parts:
            held &= self.codes[kind][rows] == code
        return held

    def usual_share(self, kind: str, code: int) -> float:
        """The share of all complaints that have a value."""
        return len(self.rows(((kind, code),))) / max(len(self._all), 1)

    def without(self, rows: Counts, others: Sequence[Parts], where: Callable[[Parts], Counts]) -> Counts:
        """Those of the complaints at ``rows`` that have the values of none of the ``others``; ``where`` tells the places of these."""
        if not others or len(rows) < MANY:
            for parts in others:
                rows = rows[~self.has(rows, parts)]
            return rows
        left = np.ones(len(self.period), bool)
        for parts in others:
            left[where(parts)] = False
        return rows[left[rows]]

    def counts(self, rows: Counts) -> Array:
        """Complaints at ``rows`` per period."""
        return np.bincount(self.period[rows], minlength=self.size).astype(float)

    def within(self, rows: Counts, start: int, stop: int) -> Counts:
        """Those of the complaints at ``rows`` (rising) that came in the periods from ``start`` to before ``stop``."""
        if self._begins is not None:
            start, stop = min(max(start, 0), self.size), min(max(stop, 0), self.size)
            low, high = np.searchsorted(rows, self._begins[[start, max(start, stop)]])
            return rows[low:high]
        period = self.period[rows]
        return rows[(period >= start) & (period < stop)]

    def _of_one(self, kind: str, code: int) -> Counts:
        if kind not in self._order:
            codes = self.codes[kind]
            order = np.argsort(codes, kind="stable")
            order = order[self.period[order] >= 0]
            starts = np.searchsorted(codes[order], np.arange(-1, int(codes.max(initial=-1)) + 2))
            self._order[kind] = order, starts
        order, starts = self._order[kind]
        return order[starts[code + 1] : starts[code + 2]]


def in_excess(
    now: NDArray[np.integer], past: NDArray[np.integer], longer: float, least: int
) -> list[tuple[int, float]]:
    """The values with the largest excess over their past, set against chance; with that excess."""
    now = now[now >= 0]
    if not len(now):
        return []
    values, counts = np.unique(now, return_counts=True)
    # Counted by code, in one pass without a sort: most complaints are in the past.
    before = np.bincount(past[past >= 0], minlength=int(values[-1]) + 1)[values] * longer
    excess = counts - before
    order = np.lexsort((values, -excess / np.sqrt(before + 1)))
    return [(int(values[i]), float(excess[i])) for i in order[:TRIED] if counts[i] >= least and excess[i] > 0]


def _missing(counts: Array, year: int) -> NDArray[np.bool_]:
    found = np.zeros(len(counts), bool)
    quiet = np.concatenate([[False], counts == 0, [False]])
    starts = np.flatnonzero(~quiet[:-1] & quiet[1:])
    stops = np.flatnonzero(quiet[:-1] & ~quiet[1:])
    mean = float(counts.mean()) if len(counts) else 0.0
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if stop - start >= year and mean * (stop - start) >= SURELY:
            found[start:stop] = True
    return found
