"""From events to regular series: counts and exposure per key and day, ISO week, month or quarter.

A period in which nothing happened is a count of 0: the matrix has no gaps. What is not known (a last period that
is not over, time before a product existed) is left out or carried as missing exposure, never as a low count.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Number
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.message import Message
from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.sentences import PERIOD_NAMES
from complaint_qms.engine.signals.threshold import window_sum

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]
Kind = Literal["day", "week", "month", "quarter"]

EARLIEST, LATEST = np.datetime64("1900-01-01", "D"), np.datetime64("2199-12-31", "D")
"""Days outside are slips of the pen in the year; one of them would make a table of thousands of weeks."""
MOST_YEARS = 100
KINDS: tuple[Kind, ...] = ("day", "week", "month", "quarter")
FREQUENCY: dict[str, int] = {"day": 365, "week": 52, "month": 12, "quarter": 4}
"""Periods per year, as seasonal methods count them."""


@short_repr()
@dataclass(frozen=True)
class Periods:
    """``count`` periods of one kind in a row; ``first`` is the ordinal of the first one (:func:`ordinals`)."""

    kind: Kind
    first: int
    count: int

    def __len__(self) -> int:
        return self.count

    @property
    def starts(self) -> Days:
        """The first day of each period."""
        return _starts(np.arange(self.first, self.first + self.count), self.kind)

    @property
    def end(self) -> np.datetime64:
        """The day after the last period."""
        return _starts(np.array([self.first + self.count]), self.kind)[0]

    def label(self, position: int) -> str:
        """2024-03-09, 2024-W10, 2024-03 or 2024-Q1; a week belongs to the ISO year of its Thursday."""
        day = _starts(np.array([self.first + position]), self.kind)[0].astype(date)
        if self.kind == "day":
            return day.isoformat()
        if self.kind == "week":
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        if self.kind == "month":
            return f"{day.year:04d}-{day.month:02d}"
        return f"{day.year:04d}-Q{(day.month - 1) // 3 + 1}"

    @property
    def labels(self) -> list[str]:
        return [self.label(i) for i in range(self.count)]

    def name(self, position: int) -> Message:
        """The period in words, e.g. "week 53 of 2020"."""
        label = self.label(position)
        if self.kind == "day":
            return Message(PERIOD_NAMES["day"], {"date": label})
        year, part = label.split("-")
        number = int(part.lstrip("WQ"))
        return Message(PERIOD_NAMES[self.kind], {"year": year, self.kind: number})


@short_repr()
@dataclass(frozen=True)
class SeriesMatrix:
    """Counts (and exposure) of every key in every period: arrays of shape (keys, periods)."""

    keys: list[Any]
    periods: Periods
    counts: Array
    exposure: Array | None
    last_share: float
    """The part of the last period that the data cover: 1 unless an unfinished period was kept."""
    outside: int
    """Events that lie before the first or after the last period."""
    clipped: int
    """Cells whose net exposure came out below 0 (more returned than delivered) and was set to 0."""


def ordinals(days: Days, kind: Kind) -> NDArray[np.int64]:
    """The running number of the period each day lies in; weeks start on Monday (ISO 8601)."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    days = days.astype("datetime64[D]")
    if kind == "day":
        return days.astype(np.int64)
    if kind == "week":
        # Day 0, 1 January 1970, was a Thursday; its week began 3 days before.
        return (days.astype(np.int64) + 3) // 7
    months = days.astype("datetime64[M]").astype(np.int64)
    return months if kind == "month" else months // 3


def to_days(values: Iterable[Any], name: str = "dates") -> Days:
    """Dates, datetimes, numpy dates or ISO texts as days.

    ValueError with the position of one that is none: a number is no date (45000 is a day of a spreadsheet to one program
    and of 2093 to another), and a year before 1900 or after 2199 is a slip.
    """
    if isinstance(values, np.ndarray) and np.issubdtype(values.dtype, np.datetime64):
        days = values.astype("datetime64[D]")
    else:
        listed = list(values)
        for i, value in enumerate(listed):
            if isinstance(value, Number | np.number):
                raise ValueError(f"{name}[{i}] is a number, not a date: {value!r}")
        try:
            days = np.array(listed, dtype="datetime64[D]")
        except (ValueError, TypeError):
            for i, value in enumerate(listed):
                try:
                    np.datetime64(value, "D")
                except (ValueError, TypeError):
                    raise ValueError(f"{name}[{i}] is not a date: {value!r}") from None
            raise
    missing = np.flatnonzero(np.isnat(days))
    if missing.size:
        raise ValueError(f"{name}[{missing[0]}] is missing")
    far = np.flatnonzero((days < EARLIEST) | (days > LATEST))
    if far.size:
        raise ValueError(f"{name}[{far[0]}] is {days[far[0]]}: the year must lie between 1900 and 2199")
    return days


def build_series(
    keys: Sequence[Hashable],
    dates: Iterable[Any],
    kind: Kind = "week",
    *,
    start: Any = None,
    until: Any = None,
    partial: Literal["drop", "keep"] = "drop",
    weights: Sequence[float] | None = None,
    exposure: tuple[Sequence[Hashable], Iterable[Any], ArrayLike] | None = None,
    all_keys: Sequence[Hashable] | None = None,
) -> SeriesMatrix:
    """One row per key, one column per period from ``start`` to ``until``.

    ``start``: a day in the first period (default: the earliest event or exposure). ``until``: the first day the
    data no longer cover (default: the day after the latest event). A period that ``until`` cuts is dropped, or kept
    with its covered share in ``last_share``. ``weights``: complaints per event (default 1). ``exposure``: keys,
    dates and units (returns negative), summed per cell, at least 0. ``all_keys``: the rows and their order;
    default: every key seen, sorted by its text. Keys outside ``all_keys`` raise ValueError.
    """
    if partial not in ("drop", "keep"):
        raise ValueError(f"partial must be 'drop' or 'keep', not {partial!r}")
    days = to_days(dates)
    if len(keys) != len(days):
        raise ValueError(f"{len(keys)} keys but {len(days)} dates")
    units_keys: Sequence[Hashable] = ()
    units_days = np.zeros(0, "datetime64[D]")
    units = np.zeros(0)
    if exposure is not None:
        units_keys = exposure[0]
        units_days = to_days(exposure[1], "exposure dates")
        units = np.asarray(exposure[2], float)
        if not len(units_keys) == len(units_days) == len(units):
            raise ValueError("exposure keys, dates and units must have the same length")
        if np.any(~np.isfinite(units)):
            raise ValueError("exposure units must be finite")
    weight = np.ones(len(days)) if weights is None else np.asarray(weights, float)
    if len(weight) != len(days) or np.any(~(weight >= 0)):
        raise ValueError("weights must be at least 0, one for each event")
    rows = list(all_keys) if all_keys is not None else sorted({*keys, *units_keys}, key=str)
    place = {key: i for i, key in enumerate(rows)}
    if len(place) != len(rows):
        raise ValueError("all_keys holds a key twice")
    periods, share = _range(days, units_days, kind, start, until, partial)
    # A kept period that `until` cuts holds what was known by then, as its share says.
    end = None if until is None else to_days([until], "until")[0]
    counts, outside = _tabulate(keys, days, weight, place, periods, end)
    table, clipped = None, 0
    if exposure is not None:
        table, _ = _tabulate(units_keys, units_days, units, place, periods, end)
        clipped = int(np.sum(table < 0))
        table = np.maximum(table, 0.0)
    return SeriesMatrix(rows, periods, counts, table, share, outside, clipped)


def in_field(exposure: Array, window: int) -> Array:
    """Units delivered in the last ``window`` periods, this one included: the units that can draw a complaint now."""
    if window < 1:
        raise ValueError("window must be at least 1 period")
    return window_sum(np.asarray(exposure, float), window)


def _starts(numbers: NDArray[np.int64], kind: Kind) -> Days:
    if kind == "day":
        return numbers.astype("datetime64[D]")
    if kind == "week":
        return (numbers * 7 - 3).astype("datetime64[D]")
    months = numbers if kind == "month" else numbers * 3
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _range(days: Days, more: Days, kind: Kind, start: Any, until: Any, partial: str) -> tuple[Periods, float]:
    known = np.concatenate([days, more])
    if start is None and not known.size:
        raise ValueError("without events, start and until must be given")
    first_day = known.min() if start is None else to_days([start], "start")[0]
    if until is None:
        if not days.size:
            raise ValueError("without events, until must be given")
        until_day = days.max() + 1
    else:
        until_day = to_days([until], "until")[0]
    first = int(ordinals(np.array([first_day]), kind)[0])
    last = int(ordinals(np.array([until_day - 1]), kind)[0])
    whole = Periods(kind, first, last - first + 1)
    if whole.count > MOST_YEARS * (FREQUENCY[kind] + 1):
        raise ValueError(
            f"{first_day} to {until_day} is more than {MOST_YEARS} years; mend the dates, or give start and until"
        )
    share = 1.0
    if whole.count > 0 and whole.end > until_day:
        begin = whole.starts[-1]
        share = float((until_day - begin) / (whole.end - begin))
        if partial == "drop":
            whole, share = Periods(kind, first, whole.count - 1), 1.0
    if whole.count < 1:
        raise ValueError(f"there is no whole {kind} between {first_day} and {until_day}")
    return whole, share


def _tabulate(
    keys: Sequence[Hashable],
    days: Days,
    weight: Array,
    place: dict[Hashable, int],
    periods: Periods,
    end: np.datetime64 | None,
) -> tuple[Array, int]:
    try:
        row = np.fromiter(map(place.__getitem__, keys), np.int64, len(keys))
    except KeyError as missing:
        raise ValueError(f"key {missing.args[0]!r} is not among all_keys") from None
    column = ordinals(days, periods.kind) - periods.first
    inside = (column >= 0) & (column < periods.count)
    if end is not None:
        inside &= days < end
    cell = row[inside] * periods.count + column[inside]
    flat = np.bincount(cell, weights=weight[inside], minlength=len(place) * periods.count).astype(float)
    return flat.reshape(len(place), periods.count), int(np.sum(~inside))
