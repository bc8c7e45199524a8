"""Complaints as columns in the order they came in: what came lately, what keeps coming back, which days belong together.

A column of labels is one of codes, -1 where nothing is given. Times are datetime64, rising.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.series import Array, Days

Codes = NDArray[np.integer]
Counts = NDArray[np.int64]
Times = NDArray[np.datetime64]

FEW, LEAST_TO_COMPARE, GAP_DAYS = 3, 20, 3 * 366
"""How many times at the end may be taken for slips, among how many, and how far off they must lie."""
SILENCE_DAYS, STRAY_DAYS = 366, 84
"""A history begins after a silence of more than a year, if what lies before it is too short to judge anything by."""
_DAY = 86_400


@short_repr()
@dataclass(frozen=True)
class Repeats:
    """Values with many events in a short time, most first: their ``code``, all events (``total``), the ``most`` within the
    window, ``first`` and ``last`` day."""

    code: Counts
    total: Counts
    most: Counts
    first: Days
    last: Days


def trailing_counts(codes: Codes, times: Times, days: int) -> NDArray[np.int32]:
    """How many events of the same code lie in ``(time - days, time]`` up to and with each one; 0 for code -1."""
    seconds = times.astype("datetime64[s]").astype(np.int64)
    order = np.argsort(codes, kind="stable")
    code, second = codes[order], seconds[order]
    base = second.min() if len(second) else 0
    span = (second.max() - base if len(second) else 0) + days * _DAY + 2
    keys = code * span + (second - base)
    first = np.searchsorted(keys, keys - days * _DAY, side="right")
    group = np.searchsorted(code, code, side="left")
    result = np.empty(len(keys), dtype=np.int32)
    result[order] = np.arange(len(keys)) - np.maximum(first, group) + 1
    result[codes < 0] = 0
    return result


def main_stretch(times: Times) -> slice:
    """The events that are history: a slip of the pen in the year is none.

    At the end, the few that a gap of years, longer than all the rest, cuts off. At the beginning, up to ``FEW`` events or a
    stretch of less than ``STRAY_DAYS`` are cut off by a silence of more than ``SILENCE_DAYS``, as often as it happens; what
    came later has no say in it.
    """
    size = len(times)
    seconds = times.astype("datetime64[s]").astype(np.int64)
    start, stop = 0, size
    few = max(FEW, size // 1000)
    if size >= LEAST_TO_COMPARE:
        wide = max(GAP_DAYS * _DAY, int(seconds[size - 1 - few] - seconds[few]))
        for place in range(few):
            if seconds[size - 1 - place] - seconds[size - 2 - place] > wide:
                stop = size - 1 - place
    for place in np.flatnonzero(np.diff(seconds[:stop]) > SILENCE_DAYS * _DAY).tolist():
        if place + 1 - start > FEW and seconds[place] - seconds[start] >= STRAY_DAYS * _DAY:
            break
        start = place + 1
    return slice(start, stop)


def most_common(groups: Codes, values: Codes, size: int) -> tuple[Counts, Counts]:
    """Of each of ``size`` groups its most frequent value (the smallest of equals) and how often; value 0, count 0 where
    there is none."""
    best, count = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    known = (groups >= 0) & (values >= 0)
    if known.any():
        width = int(values.max()) + 1
        pairs, found = np.unique(groups[known].astype(np.int64) * width + values[known], return_counts=True)
        order = np.lexsort((-pairs, found))  # the last write wins: the largest count, then the smallest value
        group, value = np.divmod(pairs[order], width)
        best[group], count[group] = value, found[order]
    return best, count


def repeats(codes: Codes, times: Times, size: int, days: int, least: int) -> Repeats:
    """Values with at least ``least`` events within ``days`` days; ``size``: how many values there are."""
    known = codes >= 0
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, codes[known], trailing_counts(codes, times, days)[known])
    total = np.bincount(codes[known], minlength=size)
    chosen = np.flatnonzero(most >= least)
    chosen = chosen[np.lexsort((chosen, -total[chosen], -most[chosen]))]
    # events come in order: the last write wins, so the first day is written backwards
    last: Days = np.empty(size, dtype="datetime64[D]")
    first = last.copy()
    day = times.astype("datetime64[D]")[known]
    last[codes[known]] = day
    first[codes[known][::-1]] = day[::-1]
    return Repeats(chosen, total[chosen], most[chosen], first[chosen], last[chosen])


class UnitsDelivered:
    """Units of each item up to a moment, from sums by item and day.

    Args:
        item: codes (n,), equal ones together.
        day: datetime64[D] (n,), rising within an item, each day once.
        units: (n,).
    """

    def __init__(self, item: Codes, day: Days, units: Array) -> None:
        starts = np.flatnonzero(np.diff(item, prepend=-2)) if len(item) else np.empty(0, np.int64)
        stops = [*starts[1:].tolist(), len(item)]
        parts = {int(item[a]): slice(a, b) for a, b in zip(starts.tolist(), stops, strict=False)}
        self._days = {code: day[part] for code, part in parts.items()}
        self._sums = {code: np.concatenate(([0.0], np.cumsum(units[part]))) for code, part in parts.items()}

    def within(self, items: Codes, times: Times, days: int) -> Array:
        """Units of each event's item delivered in the ``days`` days up to its time; nan when nothing is known."""
        result = np.full(len(items), np.nan)
        moments = times.astype("datetime64[D]")
        for code in np.unique(items).tolist():
            if code in self._days:
                rows = np.flatnonzero(items == code)
                at = moments[rows]
                high = np.searchsorted(self._days[code], at, side="right")
                low = np.searchsorted(self._days[code], at - np.timedelta64(days, "D"), side="right")
                result[rows] = self._sums[code][high] - self._sums[code][low]
        return np.where(result > 0, result, np.nan)
