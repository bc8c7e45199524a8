"""When a number of happenings in a span of days gets to a threshold from below: once for each rise."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple


class Happening(NamedTuple):
    """Attributes:
    asks: whether the threshold is asked because of it; else it only counts.
    """

    at: datetime
    name: str
    asks: bool = True


class Rise(NamedTuple):
    """A happening with which the number got to the threshold, and the number then."""

    at: datetime
    name: str
    number: int


class ByDay:
    """Quantities by day, summed from one day to another."""

    def __init__(self, found: Sequence[tuple[date, float]]) -> None:
        rows = sorted(found)
        self._days = [day for day, _qty in rows]
        self._sums = [0.0, *accumulate(qty for _day, qty in rows)]

    def between(self, start: date, end: date) -> float:
        """Of all days from `start` to `end`, both included."""
        first, last = bisect_right(self._days, start - timedelta(days=1)), bisect_right(self._days, end)
        return self._sums[last] - self._sums[first]


def rises(
    happened: Sequence[Happening], since: datetime, days: int, is_above: Callable[[int, datetime], bool]
) -> list[Rise]:
    """The rises after `since`, oldest first; a number that stands above then has not risen.

    Args:
        happened: oldest first, from `days` before `since` on; one counts for `days`.
        is_above: whether a number is above the threshold at a moment.
    """
    span = timedelta(days=days)
    window: deque[datetime] = deque()
    later: list[Happening] = []
    found: list[Rise] = []
    for one in happened:
        if one.at > since:
            later.append(one)
        elif one.at > since - span:
            window.append(one.at)
    stands = is_above(len(window), since)
    for one in later:
        while window and window[0] <= one.at - span:
            window.popleft()
        # Meanwhile some have become too old, or more was delivered.
        stands = stands and is_above(len(window), one.at)
        window.append(one.at)
        if one.asks and not stands and is_above(len(window), one.at):
            stands = True
            found.append(Rise(one.at, one.name, len(window)))
    return found
