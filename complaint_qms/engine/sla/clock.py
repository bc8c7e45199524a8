"""Working-time arithmetic: when is something due, how much of its time is used, how much is left.

A *work calendar* says which instants count: shifts per weekday, holidays, a time zone. A *pause* is a stretch
in which the clock stands still whatever the calendar says. Every instant that comes in or goes out is an aware
``datetime``; naive ones are refused, because only the caller knows which zone they were meant in.

Definitions, so that every figure can be checked by hand:

* A shift belongs to the day on which it starts, also when it runs over midnight. A holiday takes away the
  shifts that start on it, whole. Shifts that overlap count once.
* A shift opens at the first instant at which the wall clock of the calendar's zone shows its start *or later*,
  and closes likewise at its end. So a bound that falls into a spring gap lies at the jump, and one that the
  wall clock shows twice in autumn lies at its first showing. Time between is physical time: a shift of
  22:00-06:00 has 7 hours in the spring night and 9 in the autumn night (of a zone that shifts by an hour).
* ``used(start, at)`` is the measure of the working, unpaused instants in ``[start, at)``.
* ``due(start, budget)`` is the earliest ``t >= start`` with ``used(start, t) >= budget``: a budget that runs
  out exactly when a shift closes is due at that closing, and a budget of zero is due at ``start``.

Everything is exact to the microsecond (integer arithmetic on microseconds since 1970 in UTC).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Shift = tuple[time, time]
Pause = tuple[datetime, "datetime | None"]

UTC = timezone.utc
HORIZON_DAYS = 3660
"""How far ahead a due time is searched before the search is given up (ten years)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_TICKS = _DAY // _TICK
_MIDNIGHT = time(0, 0)
_FAR = 1 << 62  # later than any datetime: the end of a pause that is still open


class ClockError(ValueError):
    """A calendar, instant or budget that the clock cannot work with."""


class NaiveDatetime(ClockError):
    """A datetime without a time zone."""


class NoWorkingTime(ClockError):
    """A due time that is never reached: no working time at all, or not enough within the horizon."""


class ClockPaused(NoWorkingTime):
    """A due time that is unknown because the clock is held by a pause without an end."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which instants are working time.

    Args:
        shifts: weekday (0 = Monday … 6 = Sunday) to its shifts ``(start, end)`` in wall-clock time of ``tz``.
            An end at or before the start lies on the next day; ``00:00`` to ``00:00`` is the whole day.
        holidays: dates whose shifts fall away.
        tz: IANA name of the zone.

    Raises:
        ClockError: unknown zone, unknown weekday, a bound that is not a plain time, a shift without length.
    """

    shifts: Mapping[int, tuple[Shift, ...]] = field(hash=False)
    holidays: frozenset[date] = frozenset()
    tz: str = "UTC"
    _zone: tzinfo = field(init=False, repr=False, compare=False)
    _days: dict[date, tuple[tuple[int, int], ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        week = {day: _checked_shifts(day, rows) for day, rows in sorted(self.shifts.items())}
        object.__setattr__(self, "shifts", {day: rows for day, rows in week.items() if rows})
        for holiday in self.holidays:
            if not isinstance(holiday, date) or isinstance(holiday, datetime):
                raise ClockError(f"A holiday must be a date, not {holiday!r}")
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        try:
            zone = ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise ClockError(f"Unknown time zone: {self.tz!r}") from None
        object.__setattr__(self, "_zone", zone)
        object.__setattr__(self, "_days", {})

    @property
    def zone(self) -> tzinfo:
        """The zone that ``tz`` names."""
        return self._zone

    def day_intervals(self, day: date) -> tuple[tuple[int, int], ...]:
        """Working intervals of the shifts that start on ``day``: ``[open, close)`` in microseconds since 1970
        UTC, ascending, disjoint within the day (a night shift may still overlap the next day's first)."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._build_day(day)
        return found

    def _build_day(self, day: date) -> tuple[tuple[int, int], ...]:
        rows = () if day in self.holidays else self.shifts.get(day.weekday(), ())
        raw = []
        for start, end in rows:
            last = day if end > start else day + _DAY
            raw.append((_first_showing(day, start, self._zone), _first_showing(last, end, self._zone)))
        return tuple(_merged(raw))

    def __getstate__(self) -> dict:
        return {"shifts": self.shifts, "holidays": self.holidays, "tz": self.tz}

    def __setstate__(self, state: dict) -> None:
        WorkCalendar.__init__(self, **state)


def always(tz: str = "UTC") -> WorkCalendar:
    """The calendar of round-the-clock work: every instant counts."""
    return WorkCalendar(dict.fromkeys(range(7), ((_MIDNIGHT, _MIDNIGHT),)), frozenset(), tz)


def due(
    start: datetime,
    budget: timedelta,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    horizon_days: int = HORIZON_DAYS,
) -> datetime:
    """Earliest instant at which ``budget`` of working time since ``start`` is used up, in the zone of ``start``.

    Raises:
        NoWorkingTime: the calendar has no working time, or too little within ``horizon_days`` of ``start``.
        ClockPaused: a pause without an end begins before the budget is used up.
        ClockError: negative budget, reversed pause; NaiveDatetime for a datetime without zone.
    """
    found = due_each(start, (budget,), calendar, pauses, horizon_days)[0]
    if found is None:
        raise ClockPaused("The clock is on hold, so no due time can be given")
    return found


def due_each(
    start: datetime,
    budgets: Sequence[timedelta],
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    horizon_days: int = HORIZON_DAYS,
) -> list[datetime | None]:
    """:func:`due` of several budgets in one walk through the calendar, in the order they were given.

    None stands where a pause without an end begins before that budget is used up.

    Raises: as :func:`due`, but for ClockPaused.
    """
    begin = to_micros(start, "start")
    wanted = sorted((_ticks(budget, "budget"), place) for place, budget in enumerate(budgets))
    held = _pause_list(pauses)
    found: list[datetime | None] = [start] * len(wanted)
    missing = [(left, place) for left, place in wanted if left]
    if missing and not calendar.shifts:
        raise NoWorkingTime("This calendar has no working hours at all")
    open_from = held[-1][0] if held and held[-1][1] == _FAR else None
    pieces = _intervals(calendar, begin, horizon_days) if missing else iter(())
    if open_from is not None:
        pieces = takewhile(lambda piece: piece[0] < open_from, pieces)
    passed = position = 0
    for opened, closed in _without(pieces, held):
        while position < len(missing) and missing[position][0] - passed <= closed - opened:
            left, place = missing[position]
            found[place] = _instant(opened + left - passed, start.tzinfo)
            position += 1
        if position == len(missing):
            return found
        passed += closed - opened
    if position < len(missing) and (open_from is None or open_from >= begin + horizon_days * _DAY_TICKS):
        short = timedelta(microseconds=missing[-1][0] - passed)
        raise NoWorkingTime(f"Not enough working time within {horizon_days} days: {short} are missing")
    for _, place in missing[position:]:
        found[place] = None
    return found


def used(start: datetime, at: datetime, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> timedelta:
    """Working time between ``start`` and ``at``, pauses left out; zero when ``at`` is not after ``start``."""
    begin, end = to_micros(start, "start"), to_micros(at, "at")
    held = _pause_list(pauses)
    total = 0
    if end > begin and calendar.shifts:
        days = (end - begin) // _DAY_TICKS + 2
        for opened, closed in _without(_intervals(calendar, begin, days), held):
            if opened >= end:
                break
            total += min(closed, end) - opened
    return timedelta(microseconds=total)


def remaining(
    start: datetime,
    at: datetime,
    budget: timedelta,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
) -> timedelta:
    """Working time left of ``budget`` at ``at``; negative by the working time that it is late."""
    return timedelta(microseconds=_ticks(budget, "budget")) - used(start, at, calendar, pauses)


def warn_at(
    start: datetime,
    budget: timedelta,
    fraction: float,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    horizon_days: int = HORIZON_DAYS,
) -> datetime:
    """Instant at which ``fraction`` (0 … 1) of ``budget`` is used up, rounded down to the microsecond.

    Raises: as :func:`due`, and ClockError for a fraction outside 0 … 1.
    """
    return due(start, share(budget, fraction), calendar, pauses, horizon_days)


@lru_cache(maxsize=1024)
def share(budget: timedelta, fraction: float) -> timedelta:
    """``fraction`` of ``budget``, computed on the decimal figure that was written (0.8 is four fifths)."""
    if not 0 <= fraction <= 1:
        raise ClockError(f"The warning point must lie between 0 and 1, not {fraction!r}")
    part = Fraction(str(fraction)) * _ticks(budget, "budget")
    return timedelta(microseconds=part.numerator // part.denominator)


def is_working(at: datetime, calendar: WorkCalendar) -> bool:
    """Whether ``at`` lies in working time."""
    moment = to_micros(at, "at")
    opened, _ = next(_intervals(calendar, moment, 1), (None, None))
    return opened == moment


def working_intervals(
    first: datetime, last: datetime, calendar: WorkCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """The disjoint working stretches within ``[first, last)`` in order, in the zone of ``first``."""
    begin, end = to_micros(first, "first"), to_micros(last, "last")
    for opened, closed in merged_intervals(calendar, begin, end):
        yield _instant(opened, first.tzinfo), _instant(closed, first.tzinfo)


def merged_intervals(calendar: WorkCalendar, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The same on microseconds since 1970 UTC, for tables that are built once and read often."""
    if end <= begin:
        return
    waiting: tuple[int, int] | None = None
    for opened, closed in _intervals(calendar, begin, (end - begin) // _DAY_TICKS + 2):
        if opened >= end:
            break
        closed = min(closed, end)
        if waiting and opened == waiting[1]:
            waiting = (waiting[0], closed)
            continue
        if waiting:
            yield waiting
        waiting = (opened, closed)
    if waiting:
        yield waiting


def to_micros(moment: datetime, what: str) -> int:
    """``moment`` as microseconds since 1970 UTC; ``what`` names it in the error when it has no zone."""
    if not isinstance(moment, datetime):
        raise ClockError(f"The {what} must be a date and time, not {moment!r}")
    if moment.utcoffset() is None:
        raise NaiveDatetime(f"The {what} {moment.isoformat()} has no time zone; attach one before calling")
    return (moment.astimezone(UTC) - _EPOCH) // _TICK


def _checked_shifts(day: int, rows: Iterable[Shift]) -> tuple[Shift, ...]:
    if isinstance(day, bool) or not isinstance(day, int) or not 0 <= day <= 6:
        raise ClockError(f"A weekday must be a number from 0 (Monday) to 6 (Sunday), not {day!r}")
    kept = []
    for start, end in rows:
        for bound in (start, end):
            if not isinstance(bound, time) or bound.tzinfo is not None:
                raise ClockError(f"A shift bound must be a time of day without a zone, not {bound!r}")
        if start == end != _MIDNIGHT:
            raise ClockError(f"The shift {start:%H:%M} to {end:%H:%M} has no length")
        kept.append((start, end))
    return tuple(sorted(set(kept)))


def _first_showing(day: date, clock: time, zone: tzinfo) -> int:
    """First instant at which the wall clock shows ``day clock`` or later, microseconds since 1970 UTC."""
    wall = datetime.combine(day, clock)
    # fold=0 is the first of two showings; inside a gap it is reckoned with the offset before the jump
    guess = (wall.replace(tzinfo=zone).astimezone(UTC) - _EPOCH) // _TICK
    if _wall(guess, zone) == wall:
        return guess
    later = (wall.replace(tzinfo=zone, fold=1).astimezone(UTC) - _EPOCH) // _TICK
    low, high = sorted((guess, later))  # the jump lies between: look for the first instant past the wall time
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(middle, zone) >= wall:
            high = middle
        else:
            low = middle
    return high


def _wall(moment: int, zone: tzinfo) -> datetime:
    return (_EPOCH + moment * _TICK).astimezone(zone).replace(tzinfo=None, fold=0)


def _intervals(calendar: WorkCalendar, begin: int, days: int) -> Iterator[tuple[int, int]]:
    """Disjoint working intervals that end after ``begin``, clipped to it, ascending, over ``days`` days."""
    day = _wall(begin, calendar.zone).date()
    # A shift lasts a day at most, so only yesterday's can still be open; the wall clock may be set back over
    # midnight, hence one day more at the end.
    cursor = begin
    for offset in range(-1, days + 2):
        try:
            rows = calendar.day_intervals(day + timedelta(days=offset))
        except OverflowError:
            continue  # before year 1 or after 9999: no working time there
        for opened, closed in rows:
            if closed <= cursor:
                continue
            yield max(opened, cursor), closed
            cursor = closed


def _merged(raw: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Union of half-open intervals as ascending disjoint ones; empty ones fall away."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(raw):
        if high <= low:
            continue
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def _without(pieces: Iterable[tuple[int, int]], held: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """``pieces`` less the pauses ``held`` (both ascending and disjoint)."""
    if not held:
        yield from pieces
        return
    starts = [low for low, _ in held]
    for low, high in pieces:
        position = max(bisect_right(starts, low) - 1, 0)
        while position < len(held) and held[position][0] < high and low < high:
            pause_low, pause_high = held[position]
            if pause_low > low:
                yield low, pause_low
            low = max(low, pause_high)
            position += 1
        if low < high:
            yield low, high


def _pause_list(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    raw = []
    for begin, end in pauses:
        low = to_micros(begin, "pause start")
        high = _FAR if end is None else to_micros(end, "pause end")
        if end is not None and high < low:
            raise ClockError(f"A pause ends before it starts: {begin.isoformat()} to {end.isoformat()}")
        raw.append((low, high))
    return _merged(raw)


def _ticks(budget: timedelta, what: str) -> int:
    if not isinstance(budget, timedelta):
        raise ClockError(f"The {what} must be a duration, not {budget!r}")
    if budget < timedelta(0):
        raise ClockError(f"The {what} must not be negative: {budget}")
    return budget // _TICK


def _instant(moment: int, zone: tzinfo | None) -> datetime:
    return (_EPOCH + moment * _TICK).astimezone(zone)
