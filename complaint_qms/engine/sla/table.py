"""The working-time clock of :mod:`sla_clock` over whole columns at once.

A :class:`ClockTable` holds the working stretches of one calendar over a span of time and the working time
accumulated before each, so that every question becomes two binary searches. Results equal those of the scalar
functions to the microsecond.

Columns: instants are ``datetime64`` in UTC (any unit) or integer seconds since 1970 UTC; durations are
``timedelta64`` or integer seconds. Results are ``datetime64[us]`` and ``timedelta64[us]``; ``NaT`` stands
where the scalar form raises :class:`~sla_clock.NoWorkingTime` (never due, on hold, or beyond the table).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import ClockError, WorkCalendar

_NAT = np.iinfo(np.int64).min
_NEVER = np.iinfo(np.int64).max // 2  # end of a pause that is still open
_SECOND = 1_000_000


@dataclass(frozen=True)
class PauseColumns:
    """Pauses of many rows: three columns of equal length.

    ``row`` is the position in the column of starts, ``begin`` and ``end`` are instants; an ``end`` of ``NaT``
    means that the pause is still open. Any order; pauses of a row may overlap.
    """

    row: ArrayLike
    begin: ArrayLike
    end: ArrayLike


@dataclass(frozen=True)
class ClockTable:
    """Working stretches ``[opens, closes)`` in microseconds since 1970 UTC, ascending and disjoint, and
    ``before`` (one longer): the working microseconds of the table that lie before each stretch."""

    begin: int
    end: int
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    before: NDArray[np.int64]

    def position(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Working microseconds of the table before each moment."""
        if not len(self.opens):
            return np.zeros(moments.shape, np.int64)
        stretch = np.searchsorted(self.opens, moments, side="right") - 1
        inside = np.maximum(stretch, 0)
        part = np.minimum(moments, self.closes[inside]) - self.opens[inside]
        return np.where(stretch < 0, 0, self.before[inside] + part)

    def moment(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Earliest moment at which each (positive) position is reached; NaT beyond the table."""
        if not len(self.opens):
            return np.full(positions.shape, _NAT)
        stretch = np.searchsorted(self.before, positions, side="left") - 1
        inside = np.clip(stretch, 0, len(self.opens) - 1)
        found = self.opens[inside] + positions - self.before[inside]
        return np.where(positions > self.before[-1], _NAT, found)


def build_table(calendar: WorkCalendar, first: datetime, last: datetime) -> ClockTable:
    """Table of ``calendar`` for the instants from ``first`` to ``last`` (aware, ``first`` before ``last``).

    It must reach back to the earliest start and as far ahead as the latest due time that matters.
    """
    begin, end = clock.to_micros(first, "first"), clock.to_micros(last, "last")
    if end <= begin:
        raise ClockError("A clock table must end after it begins")
    stretches = list(clock.merged_intervals(calendar, begin, end))
    opens = np.array([low for low, _ in stretches], dtype=np.int64)
    closes = np.array([high for _, high in stretches], dtype=np.int64)
    before = np.concatenate(([0], np.cumsum(closes - opens))).astype(np.int64)
    return ClockTable(begin, end, opens, closes, before)


def due_many(
    starts: ArrayLike, budgets: ArrayLike, table: ClockTable, pauses: PauseColumns | None = None
) -> NDArray[np.datetime64]:
    """Due instant per row (see :func:`sla_clock.due`); ``budgets`` may be one duration for all rows.

    Raises:
        ClockError: a start outside the table, a negative budget, a reversed pause, a pause of no row.
    """
    begin = _moments(starts, "start")
    budget = np.broadcast_to(_durations(budgets), begin.shape)
    if (budget < 0).any():
        raise ClockError("A budget must not be negative")
    _inside(begin, table, "start")
    goal = table.position(begin) + budget
    held = np.zeros(begin.shape, bool)
    for rows, low, high in _pause_rounds(pauses, begin):
        at_pause = table.position(low)
        stops = at_pause < goal[rows]  # a budget that is used up when the pause begins is due then
        open_ended = high == _NEVER
        held[rows[stops & open_ended]] = True
        shift = np.where(stops & ~open_ended, table.position(high) - at_pause, 0)
        goal[rows] += shift
    found = np.where(held, _NAT, table.moment(goal))
    return np.where(budget == 0, begin, found).view("datetime64[us]")


def used_many(
    starts: ArrayLike, at: ArrayLike, table: ClockTable, pauses: PauseColumns | None = None
) -> NDArray[np.timedelta64]:
    """Working time used per row (see :func:`sla_clock.used`); ``at`` may be one instant for all rows.

    Raises:
        ClockError: a start or instant outside the table, a reversed pause, a pause of no row.
    """
    begin = _moments(starts, "start")
    until = np.maximum(np.broadcast_to(_moments(at, "instant"), begin.shape), begin)
    _inside(begin, table, "start")
    _inside(until, table, "instant")
    total = table.position(until) - table.position(begin)
    for rows, low, high in _pause_rounds(pauses, begin):
        limit = until[rows]
        total[rows] -= table.position(np.minimum(high, limit)) - table.position(np.minimum(low, limit))
    return total.view("timedelta64[us]")


def remaining_many(
    starts: ArrayLike,
    at: ArrayLike,
    budgets: ArrayLike,
    table: ClockTable,
    pauses: PauseColumns | None = None,
) -> NDArray[np.timedelta64]:
    """Working time left per row, negative by how much it is late (see :func:`sla_clock.remaining`)."""
    spent = used_many(starts, at, table, pauses)
    return np.broadcast_to(_durations(budgets), spent.shape).view("timedelta64[us]") - spent


def _pause_rounds(
    pauses: PauseColumns | None, begin: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """The pauses in rounds: the first of every row, the second of every row, … each clipped to its row's
    start, ascending and disjoint within a row, so that a round touches no row twice."""
    if pauses is None or not len(np.atleast_1d(pauses.row)):
        return []
    row = np.atleast_1d(np.asarray(pauses.row, dtype=np.int64))
    low, high = _moments(pauses.begin, "pause start"), _moments(pauses.end, "pause end", missing=_NEVER)
    if not len(row) == len(low) == len(high):
        raise ClockError("The columns of the pauses differ in length")
    if row.min() < 0 or row.max() >= len(begin):
        raise ClockError("A pause names a row that does not exist")
    if (high < low).any():
        raise ClockError("A pause ends before it starts")
    low, high = np.maximum(low, begin[row]), np.maximum(high, begin[row])
    order = np.lexsort((low, row))
    row, low, high = row[order], low[order], high[order]
    # a pause only counts beyond the latest end of the earlier ones of its row
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    rounds = []
    reached = begin.copy()
    for turn in range(int(rank.max()) + 1):
        now = rank == turn
        rows, start = row[now], np.maximum(low[now], reached[row[now]])
        stop = np.maximum(high[now], start)
        reached[rows] = np.maximum(reached[rows], stop)
        kept = stop > start
        rounds.append((rows[kept], start[kept], stop[kept]))
    return rounds


def _moments(values: ArrayLike, what: str, missing: int | None = None) -> NDArray[np.int64]:
    column = np.atleast_1d(np.asarray(values))
    if column.dtype.kind == "M":
        empty = np.isnat(column)
        if missing is None and empty.any():
            raise ClockError(f"A {what} is missing")
        micros = column.astype("datetime64[us]").astype(np.int64)
        return np.where(empty, missing, micros) if missing is not None else micros
    if column.dtype.kind in "iu":
        return column.astype(np.int64) * _SECOND
    raise ClockError(f"A column of {what}s must be datetime64 in UTC or whole seconds, not {column.dtype}")


def _durations(values: ArrayLike) -> NDArray[np.int64]:
    column = np.atleast_1d(np.asarray(values))
    if column.dtype.kind == "m" and not np.isnat(column).any():
        return column.astype("timedelta64[us]").astype(np.int64)
    if column.dtype.kind in "iu":
        return column.astype(np.int64) * _SECOND
    raise ClockError(f"Durations must be timedelta64 without gaps or whole seconds, not {column.dtype}")


def _inside(moments: NDArray[np.int64], table: ClockTable, what: str) -> None:
    if len(moments) and (moments.min() < table.begin or moments.max() > table.end):
        raise ClockError(f"A {what} lies outside the clock table")
