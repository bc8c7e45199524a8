"""The working-time clock: figures reckoned by hand, and properties against a walk minute by minute."""

import pickle
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import (
    ClockError,
    ClockPaused,
    NaiveDatetime,
    NoWorkingTime,
    WorkCalendar,
)
from complaint_qms.engine.sla.workday import usual_workday

H = timedelta(hours=1)
M = timedelta(minutes=1)
UTC = timezone.utc
NINE_TO_FIVE = ((time(9), time(17)),)
NIGHT = ((time(22), time(6)),)


def week(rows, days=range(5)):
    return dict.fromkeys(days, rows)


def at(text, tz="UTC", fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)


OFFICE = WorkCalendar(week(NINE_TO_FIVE), frozenset({date(2024, 5, 1)}), "UTC")  # Wednesday 1 May is off
SPLIT = WorkCalendar(week(((time(8), time(12)), (time(13), time(17)))), frozenset(), "UTC")
NIGHTS = WorkCalendar(week(NIGHT, range(7)), frozenset({date(2024, 5, 1)}), "UTC")
NY_NIGHTS = WorkCalendar(week(NIGHT, range(7)), frozenset(), "America/New_York")
NY_ALWAYS = clock.always("America/New_York")

# Monday 29 April 2024 … Friday 3 May 2024
DUE = [
    ("within a day", OFFICE, "2024-04-29 10:00", 3 * H, "2024-04-29 13:00"),
    ("ends with the shift, not the next morning", OFFICE, "2024-04-29 10:00", 7 * H, "2024-04-29 17:00"),
    ("one microsecond more goes over night", OFFICE, "2024-04-29 10:00", 7 * H + timedelta(microseconds=1),
     "2024-04-30 09:00:00.000001"),
    ("starts before opening", OFFICE, "2024-04-29 03:30", 1 * H, "2024-04-29 10:00"),
    ("starts after closing", OFFICE, "2024-04-29 17:00", 1 * H, "2024-04-30 10:00"),
    ("over a holiday", OFFICE, "2024-04-30 16:00", 2 * H, "2024-05-02 10:00"),
    ("starts on a holiday", OFFICE, "2024-05-01 11:00", 1 * H, "2024-05-02 10:00"),
    ("over a weekend", OFFICE, "2024-05-03 16:30", 1 * H, "2024-05-06 09:30"),
    ("a week of hours", OFFICE, "2024-04-29 09:00", 40 * H, "2024-05-06 17:00"),
    ("nothing to do is due at once", OFFICE, "2024-05-04 12:00", 0 * H, "2024-05-04 12:00"),
    ("lunch break", SPLIT, "2024-04-29 11:00", 2 * H, "2024-04-29 14:00"),
    ("two shifts and a night", SPLIT, "2024-04-29 08:00", 10 * H, "2024-04-30 10:00"),
    ("night shift, started before midnight", NIGHTS, "2024-04-29 23:00", 6 * H, "2024-04-30 05:00"),
    ("night shift, started after midnight", NIGHTS, "2024-04-29 05:00", 2 * H, "2024-04-29 23:00"),
    ("a holiday takes the shift that starts on it", NIGHTS, "2024-05-01 05:30", 1 * H, "2024-05-02 22:30"),
    ("the shift begun on the eve runs into the holiday", NIGHTS, "2024-04-30 23:00", 7 * H, "2024-05-01 06:00"),
]  # fmt: skip


@pytest.mark.parametrize(("calendar", "start", "budget", "expected"), [row[1:] for row in DUE],
                         ids=[row[0] for row in DUE])  # fmt: skip
def test_due(calendar, start, budget, expected):
    found = clock.due(at(start), budget, calendar)
    assert found == at(expected)
    assert clock.used(at(start), found, calendar) == budget
    assert clock.remaining(at(start), found, budget, calendar) == timedelta(0)


# holds over off-hours, a holiday and a weekend; OFFICE, started Tuesday 30 April 10:00
HOLD = [
    ("in hours", [("2024-04-30 11:00", "2024-04-30 12:30")], 4 * H, "2024-04-30 15:30"),
    ("only off-hours costs nothing", [("2024-04-30 17:00", "2024-05-02 09:00")], 8 * H, "2024-05-02 10:00"),
    ("across the holiday", [("2024-04-30 16:00", "2024-05-02 11:00")], 7 * H, "2024-05-02 12:00"),
    ("begins on the holiday", [("2024-05-01 12:00", "2024-05-03 10:00")], 8 * H, "2024-05-03 11:00"),
    ("overlapping holds count once",
     [("2024-04-30 11:00", "2024-04-30 13:00"), ("2024-04-30 12:00", "2024-04-30 14:00")], 2 * H,
     "2024-04-30 15:00"),
    ("unsorted holds", [("2024-04-30 14:00", "2024-04-30 15:00"), ("2024-04-30 11:00", "2024-04-30 12:00")],
     5 * H, "2024-04-30 17:00"),
    ("held before the start", [("2024-04-29 09:00", "2024-04-30 12:00")], 1 * H, "2024-04-30 13:00"),
    ("held after the end changes nothing", [("2024-04-30 11:00", "2024-04-30 12:00")], 1 * H,
     "2024-04-30 11:00"),
    ("empty hold", [("2024-04-30 11:00", "2024-04-30 11:00")], 2 * H, "2024-04-30 12:00"),
    ("over the weekend", [("2024-04-30 11:00", "2024-05-06 10:00")], 3 * H, "2024-05-06 12:00"),
]  # fmt: skip


@pytest.mark.parametrize(("pauses", "budget", "expected"), [row[1:] for row in HOLD],
                         ids=[row[0] for row in HOLD])  # fmt: skip
def test_due_with_holds(pauses, budget, expected):
    start = at("2024-04-30 10:00")
    held = [(at(low), at(high)) for low, high in pauses]
    expected = at(expected)
    assert clock.due(start, budget, OFFICE, held) == expected
    assert clock.used(start, expected, OFFICE, held) == budget


def test_open_hold_stops_the_clock():
    start = at("2024-04-30 10:00")
    held = [(at("2024-04-30 12:00"), None)]
    assert clock.due(start, 2 * H, OFFICE, held) == at("2024-04-30 12:00")
    with pytest.raises(ClockPaused, match="on hold"):
        clock.due(start, 2 * H + M, OFFICE, held)
    assert clock.used(start, at("2024-05-06 12:00"), OFFICE, held) == 2 * H
    assert clock.remaining(start, at("2024-05-06 12:00"), 3 * H, OFFICE, held) == 1 * H


# New York 2024: 10 March 02:00 EST -> 03:00 EDT; 3 November 02:00 EDT -> 01:00 EST
def test_spring_night_is_an_hour_short():
    start = at("2024-03-09 22:00", "America/New_York")
    assert clock.used(start, at("2024-03-10 12:00", "America/New_York"), NY_NIGHTS) == 7 * H
    assert clock.due(start, 7 * H, NY_NIGHTS) == at("2024-03-10 06:00", "America/New_York")
    assert clock.due(start, 8 * H, NY_NIGHTS) == at("2024-03-10 23:00", "America/New_York")


def test_autumn_night_is_an_hour_long():
    start = at("2024-11-02 22:00", "America/New_York")
    assert clock.used(start, at("2024-11-03 12:00", "America/New_York"), NY_NIGHTS) == 9 * H
    found = clock.due(start, 4 * H + 30 * M, NY_NIGHTS)
    assert (found.isoformat(), found.fold) == ("2024-11-03T01:30:00-05:00", 1)


def test_round_the_clock_counts_real_hours_over_both_jumps():
    for day, hours in (("2024-03-10", 23), ("2024-11-03", 25), ("2024-06-01", 24)):
        start = at(f"{day} 00:00", "America/New_York")
        end = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=start.tzinfo)
        assert clock.used(start, end, NY_ALWAYS) == hours * H


def test_shift_bounds_inside_the_spring_gap_lie_at_the_jump():
    calendar = WorkCalendar(
        {6: ((time(1), time(2, 30)), (time(2, 30), time(4)))}, frozenset(), "America/New_York"
    )
    midnight, noon = at("2024-03-10 00:00", "America/New_York"), at("2024-03-10 12:00", "America/New_York")
    assert clock.used(midnight, noon, calendar) == 2 * H  # 01:00-02:00 EST and 03:00-04:00 EDT
    only = WorkCalendar({6: ((time(2, 15), time(2, 45)),)}, frozenset(), "America/New_York")
    assert clock.used(midnight, noon, only) == timedelta(0)
    assert clock.due(midnight, 30 * M, only) == at("2024-03-17 02:45", "America/New_York")


def test_shift_bounds_shown_twice_lie_at_their_first_showing():
    calendar = WorkCalendar(
        {6: ((time(0), time(1, 30)), (time(1, 30), time(3)))}, frozenset(), "America/New_York"
    )
    midnight = at("2024-11-03 00:00", "America/New_York")
    early = WorkCalendar({6: ((time(0), time(1, 30)),)}, frozenset(), "America/New_York")
    assert clock.used(midnight, at("2024-11-03 12:00", "America/New_York"), early) == 90 * M
    assert clock.used(midnight, at("2024-11-03 12:00", "America/New_York"), calendar) == 4 * H


@pytest.mark.parametrize(
    ("tz", "first", "last", "hours"),
    [
        ("Asia/Beirut", "2024-03-31 00:00", "2024-04-01 00:00", 23),  # the jump is at midnight itself
        ("Pacific/Apia", "2011-12-29 00:00", "2012-01-01 00:00", 48),  # 30 December did not happen
        ("Australia/Lord_Howe", "2024-04-07 00:00", "2024-04-08 00:00", 24.5),  # half an hour back
        ("Asia/Shanghai", "2024-03-10 00:00", "2024-03-11 00:00", 24),
    ],
)
def test_odd_zones(tz, first, last, hours):
    assert clock.used(at(first, tz), at(last, tz), clock.always(tz)) == hours * H


def test_start_in_another_zone_answers_in_that_zone():
    start = at("2024-04-29 20:00", "Asia/Shanghai")  # noon in UTC
    found = clock.due(start, 2 * H, OFFICE)
    assert found == at("2024-04-29 14:00")
    assert found.isoformat() == "2024-04-29T22:00:00+08:00"


def test_late_is_negative():
    assert clock.remaining(at("2024-04-29 09:00"), at("2024-04-30 11:00"), 8 * H, OFFICE) == -2 * H


def test_nothing_is_used_before_the_start():
    assert clock.used(at("2024-04-30 11:00"), at("2024-04-30 10:00"), OFFICE) == timedelta(0)


def test_warning_point():
    start = at("2024-04-29 09:00")
    assert clock.warn_at(start, 10 * H, 0.8, OFFICE) == at("2024-04-29 17:00")
    assert clock.warn_at(start, 10 * H, 0.9, OFFICE) == at("2024-04-30 10:00")
    assert clock.warn_at(start, 10 * H, 0, OFFICE) == start
    assert clock.warn_at(start, 10 * H, 1, OFFICE) == clock.due(start, 10 * H, OFFICE)
    held = [(at("2024-04-29 10:00"), at("2024-04-29 12:00"))]
    assert clock.warn_at(start, 10 * H, 0.5, OFFICE, held) == at("2024-04-29 16:00")
    assert clock.share(timedelta(microseconds=10), 0.7) == timedelta(microseconds=7)
    for wrong in (-0.1, 1.01):
        with pytest.raises(ClockError, match="between 0 and 1"):
            clock.warn_at(start, 10 * H, wrong, OFFICE)


def test_is_working():
    moments = {"2024-04-29 09:00": True, "2024-04-29 16:59:59": True, "2024-04-29 17:00": False,
               "2024-05-01 10:00": False, "2024-05-04 10:00": False}  # fmt: skip
    assert {text: clock.is_working(at(text), OFFICE) for text in moments} == moments
    assert clock.is_working(at("2024-05-01 05:59"), NIGHTS)
    assert not clock.is_working(at("2024-05-02 05:59"), NIGHTS)


def test_working_intervals_join_where_shifts_touch():
    found = list(clock.working_intervals(at("2024-04-29 12:00"), at("2024-05-01 12:00"), clock.always()))
    assert found == [(at("2024-04-29 12:00"), at("2024-05-01 12:00"))]
    found = list(clock.working_intervals(at("2024-04-30 12:00"), at("2024-05-02 10:00"), OFFICE))
    assert found == [
        (at("2024-04-30 12:00"), at("2024-04-30 17:00")),
        (at("2024-05-02 09:00"), at("2024-05-02 10:00")),
    ]


def test_overlapping_shifts_count_once():
    calendar = WorkCalendar(
        {0: ((time(8), time(14)), (time(12), time(18)), (time(17), time(2))), 1: ((time(1), time(5)),)}
    )
    assert clock.used(at("2024-04-29 00:00"), at("2024-05-01 00:00"), calendar) == 21 * H


@pytest.mark.parametrize("calendar", [WorkCalendar({}), WorkCalendar({0: ()})])
def test_no_hours_at_all(calendar):
    with pytest.raises(NoWorkingTime, match="no working hours"):
        clock.due(at("2024-04-29 10:00"), H, calendar)
    assert clock.used(at("2024-04-29 10:00"), at("2024-05-29 10:00"), calendar) == timedelta(0)


def test_every_working_day_is_a_holiday():
    days = frozenset(date(2024, 1, 1) + timedelta(days=n) for n in range(4000))
    with pytest.raises(NoWorkingTime, match="3660 days"):
        clock.due(at("2024-04-29 10:00"), H, WorkCalendar(week(NINE_TO_FIVE), days))


def test_budget_beyond_the_horizon():
    with pytest.raises(NoWorkingTime, match="Not enough working time within 30 days"):
        clock.due(at("2024-04-29 10:00"), 1000 * H, OFFICE, horizon_days=30)
    with pytest.raises(NoWorkingTime):
        clock.due(datetime(9999, 12, 30, tzinfo=UTC), 100 * H, clock.always())


def test_what_is_refused():
    naive, aware = datetime(2024, 4, 29, 10), at("2024-04-29 10:00")
    for call in (
        lambda: clock.due(naive, H, OFFICE),
        lambda: clock.used(aware, naive, OFFICE),
        lambda: clock.used(naive, aware, OFFICE),
        lambda: clock.due(aware, H, OFFICE, [(naive, None)]),
        lambda: clock.due(aware, H, OFFICE, [(aware, naive)]),
    ):
        with pytest.raises(NaiveDatetime, match="no time zone"):
            call()
    with pytest.raises(ClockError, match="must not be negative"):
        clock.due(aware, -H, OFFICE)
    with pytest.raises(ClockError, match="must be a duration"):
        clock.due(aware, 3600, OFFICE)
    with pytest.raises(ClockError, match="must be a date and time"):
        clock.used(date(2024, 4, 29), aware, OFFICE)
    with pytest.raises(ClockError, match="ends before it starts"):
        clock.due(aware, H, OFFICE, [(aware, aware - M)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({7: NINE_TO_FIVE},), "weekday"),
        (({True: NINE_TO_FIVE},), "weekday"),
        (({0: ((time(9), time(9)),)},), "no length"),
        (({0: (("09:00", "17:00"),)},), "time of day"),
        (({0: ((time(9, tzinfo=UTC), time(17)),)},), "time of day"),
        ((week(NINE_TO_FIVE), frozenset({"2024-05-01"})), "must be a date"),
        ((week(NINE_TO_FIVE), frozenset({datetime(2024, 5, 1)})), "must be a date"),
        ((week(NINE_TO_FIVE), frozenset(), "Mars/Olympus"), "Unknown time zone"),
        ((week(NINE_TO_FIVE), frozenset(), ""), "Unknown time zone"),
    ],
)
def test_calendar_is_checked(arguments, message):
    with pytest.raises(ClockError, match=message):
        WorkCalendar(*arguments)


def test_calendars_compare_and_travel():
    twin = WorkCalendar({**week(NINE_TO_FIVE), 5: ()}, frozenset({date(2024, 5, 1)}), "UTC")
    assert twin == OFFICE
    assert hash(twin) == hash(OFFICE)
    copy = pickle.loads(pickle.dumps(OFFICE))
    assert copy == OFFICE
    assert clock.due(at("2024-04-29 10:00"), 3 * H, copy) == at("2024-04-29 13:00")


@pytest.mark.parametrize(
    ("shifts", "hours"),
    [
        ({}, 0),
        (dict.fromkeys(range(5), ((time(9), time(12)), (time(13), time(18)))), 8),
        ({**dict.fromkeys(range(5), ((time(8), time(16)),)), 5: ((time(9), time(12)),)}, 8),
        ({0: ((time(8), time(12)),), 1: ((time(8), time(16)),)}, 8),
        ({0: ((time(22), time(6)),)}, 8),
    ],
)
def test_a_usual_working_day(shifts, hours):
    assert usual_workday(WorkCalendar(shifts, frozenset(), "UTC")) == hours * 3600


def test_round_the_clock_a_day_has_its_24_hours():
    assert usual_workday(clock.always()) == 86_400
