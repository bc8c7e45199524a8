"""The clock of working time against a walk minute by minute."""

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import (
    ClockPaused,
    NoWorkingTime,
    WorkCalendar,
)

M = timedelta(minutes=1)
UTC = timezone.utc

# ------------------------------------------------------------------ against a walk minute by minute

ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "America/Santiago",
]

# days around the jumps of those zones, and quiet ones
ANCHORS = ["2024-03-09", "2024-03-30", "2024-04-05", "2024-07-01", "2024-09-07", "2024-10-05", "2024-10-26",
           "2024-11-02"]  # fmt: skip
SPAN = 5 * 24 * 60  # minutes


@st.composite
def calendars(draw):
    minute = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
    shift = st.tuples(minute, minute).filter(lambda s: s[0] != s[1] or s[0] == time(0))
    shifts = draw(st.dictionaries(st.integers(0, 6), st.lists(shift, max_size=3).map(tuple), max_size=7))
    anchor = date.fromisoformat(draw(st.sampled_from(ANCHORS)))
    holidays = draw(st.frozensets(st.integers(-1, 5).map(lambda n: anchor + timedelta(days=n)), max_size=2))
    return WorkCalendar(shifts, holidays, draw(st.sampled_from(ZONES))), anchor


def walk(calendar, first, minutes):
    """Which of the minutes after ``first`` are working, from the definition: the furthest that the wall clock
    has shown so far lies in a shift. The walk begins two days early, so that what it has shown is known."""
    lead = 2 * 24 * 60
    furthest = datetime.min
    flags = []
    for n in range(-lead, minutes):
        shown = (first + n * M).astimezone(calendar.zone).replace(tzinfo=None, fold=0)
        furthest = max(furthest, shown)
        if n >= 0:
            flags.append(any(
                start <= furthest < end
                for day in (furthest.date(), furthest.date() - timedelta(days=1))
                if day not in calendar.holidays
                for start, end in (
                    (datetime.combine(day, low), datetime.combine(day, high) + timedelta(days=high <= low))
                    for low, high in calendar.shifts.get(day.weekday(), ())
                )
            ))  # fmt: skip
    return flags


@st.composite
def cases(draw):
    calendar, anchor = draw(calendars())
    first = datetime.combine(anchor, time(0), tzinfo=UTC) + draw(st.integers(0, 1440)) * M
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        low = draw(st.integers(-600, SPAN))
        pauses.append((low, draw(st.one_of(st.none(), st.integers(low, SPAN + 600)))))
    return calendar, first, pauses


@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_equals_the_minute_walk(case, data):
    calendar, first, pauses = case
    flags = walk(calendar, first, SPAN)
    held = [(first + low * M, None if high is None else first + high * M) for low, high in pauses]
    total = [0]
    for n, working in enumerate(flags):
        paused = any(low <= n and (high is None or n < high) for low, high in pauses)
        total.append(total[-1] + (working and not paused))
    for n in data.draw(st.lists(st.integers(0, SPAN), min_size=1, max_size=5)):
        assert clock.used(first, first + n * M, calendar, held) == total[n] * M
    assume(total[-1])
    budget = data.draw(st.integers(1, total[-1]))
    assert clock.due(first, budget * M, calendar, held) == first + total.index(budget) * M


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 200), st.integers(0, 200))
def test_due_and_used_undo_each_other(case, minutes, more):
    calendar, first, pauses = case
    held = [(first + low * M, None if high is None else first + high * M) for low, high in pauses]
    budget = minutes * M
    try:
        found = clock.due(first, budget + more * M, calendar, held, horizon_days=60)
    except NoWorkingTime:
        assume(False)
    assert clock.used(first, found, calendar, held) == budget + more * M
    earlier = clock.due(first, budget, calendar, held)
    assert first <= earlier <= found
    assert clock.remaining(first, earlier, budget + more * M, calendar, held) == more * M
    if more:
        assert clock.used(first, found - timedelta(microseconds=1), calendar, held) < budget + more * M


@settings(max_examples=150, deadline=None)
@given(cases(), st.lists(st.integers(0, 4000), max_size=5))
def test_several_budgets_in_one_walk_are_due_as_one_by_one(case, minutes):
    calendar, first, pauses = case
    held = [(first + low * M, None if high is None else first + high * M) for low, high in pauses]
    budgets = [value * M for value in minutes]

    def alone(budget):
        try:
            return clock.due(first, budget, calendar, held, horizon_days=60)
        except ClockPaused:
            return None

    try:
        expected = [alone(budget) for budget in budgets]
    except NoWorkingTime:
        with pytest.raises(NoWorkingTime):
            clock.due_each(first, budgets, calendar, held, horizon_days=60)
    else:
        assert clock.due_each(first, budgets, calendar, held, horizon_days=60) == expected
