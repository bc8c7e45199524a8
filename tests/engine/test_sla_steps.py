"""The escalation ladder: whoever looks late, twice or often finds the same steps taken, and pauses neither lose nor invent time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.constants.escalation import MOMENTS, RAISE, REMIND, URGENCIES
from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla.clock import WorkCalendar
from complaint_qms.engine.sla.steps import Ahead, Step, climb, next_moment, raised

UTC = timezone.utc
HOUR = timedelta(hours=1)
LIMIT = 8 * HOUR
BEGIN = datetime(2024, 7, 1, 9, tzinfo=UTC)  # a Monday
WEEK = WorkCalendar({day: ((time(9), time(12)), (time(13), time(18))) for day in range(5)})

steps = st.builds(
    Step,
    clock=st.just("stage"),
    moment=st.sampled_from(MOMENTS),
    amount=st.integers(1, 40).map(lambda n: n * 25.0),
    action=st.sampled_from((REMIND, RAISE)),
    recipient=st.sampled_from(("handler", "superior")),
    from_urgency=st.sampled_from(("", *URGENCIES[1:])),
)
ladders = st.lists(steps, max_size=6).map(lambda found: {step.key: step for step in found})
hours = st.integers(0, 200)


@pytest.mark.parametrize(
    ("moment", "amount", "hours_of_work"),
    [
        ("percent", 50.0, 4),
        ("percent", 100.0, 8),
        ("percent", 150.0, 12),
        ("before_due", 2 * 3600.0, 6),
        ("before_due", 99 * 3600.0, 0),
        ("after_due", 24 * 3600.0, 32),
        ("after_start", 2 * 3600.0, 2),
    ],
)
def test_after_how_much_working_time_a_step_is_reached(moment, amount, hours_of_work):
    assert Step("stage", moment, amount, REMIND, "handler").budget(LIMIT) == hours_of_work * HOUR


def test_a_step_of_a_stage_is_for_that_stage_alone():
    assert Step("stage", "percent", 50, REMIND, stage="triage").is_for("stage", "triage")
    assert not Step("stage", "percent", 50, REMIND, stage="triage").is_for("stage", "solve")
    assert Step("stage", "percent", 50, REMIND).is_for("stage", "solve")
    assert not Step("response", "percent", 50, REMIND).is_for("stage", "")


def test_steps_that_say_something_else_are_others():
    one = Step("stage", "percent", 50, REMIND, "handler")
    others = {
        Step("response", "percent", 50, REMIND, "handler").key,
        Step("stage", "percent", 51, REMIND, "handler").key,
        Step("stage", "percent", 50, REMIND, "superior").key,
        Step("stage", "percent", 50, REMIND, "handler", from_urgency="high").key,
    }
    assert one.key not in others
    assert len(others) == 4
    assert one.key == Step("stage", "percent", 50, REMIND, "handler").key


def test_what_a_step_makes_more_urgent_is_escalated_from_then_on():
    ladder = {
        "early": Step("stage", "percent", 10, REMIND, "superior", from_urgency="high"),
        "raise": Step("stage", "percent", 50, RAISE),
        "late": Step("stage", "percent", 90, REMIND, "handler"),
    }
    ahead = [Ahead(key, BEGIN + n * HOUR) for n, key in enumerate(ladder)]
    taken, left, following = climb(ahead, ladder, "normal", BEGIN)
    assert (taken, following) == ([], BEGIN + HOUR)
    taken, left, following = climb(left, ladder, "normal", BEGIN + 9 * HOUR)
    assert [one.ahead.key for one in taken] == ["raise", "early", "late"]
    assert {one.urgency for one in taken} == {"high"}
    assert (left, following) == ([], None)


def test_the_highest_urgency_is_raised_no_further():
    assert [raised(degree) for degree in (*URGENCIES, None)] == [
        "normal",
        "high",
        "critical",
        "critical",
        "high",
    ]


@given(
    ladders, st.lists(hours, min_size=6, max_size=6), st.lists(hours, max_size=8), st.sampled_from(URGENCIES)
)
def test_a_late_sweep_takes_what_many_would_have_taken_and_a_second_takes_nothing(
    ladder, moments, sweeps, urgency
):
    ahead = [Ahead(key, BEGIN + moment * HOUR) for key, moment in zip(ladder, moments, strict=False)]
    last = BEGIN + max(sweeps, default=0) * HOUR
    at_once, left_at_once, next_at_once = climb(ahead, ladder, urgency, last)
    often, left, degree, following = [], ahead, urgency, None
    for at in [*sorted(sweeps), max(sweeps, default=0)]:
        taken, left, following = climb(left, ladder, degree, BEGIN + at * HOUR)
        degree = taken[-1].urgency if taken else degree
        often += taken
    assert {one.ahead.key for one in often} == {one.ahead.key for one in at_once}
    assert len(often) == len({one.ahead.key for one in often}), "each once"
    assert degree == (at_once[-1].urgency if at_once else urgency)
    assert (left, following) == (left_at_once, next_at_once)
    assert climb(left, ladder, degree, last) == ([], left, following)
    assert following is None or following > last
    assert following == next_moment(left, ladder, degree, last)


spans = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4), spans, st.randoms(use_true_random=False))
def test_pauses_in_any_order_lose_and_invent_no_working_time(percents, spans, dice):
    budgets = [Step("stage", "percent", percent, REMIND).budget(LIMIT) for percent in percents]
    pauses = [(BEGIN + low * HOUR, BEGIN + (low + length) * HOUR) for low, length in spans]
    halves = [
        (low + part, high) if second else (low, low + part)
        for low, high in pauses
        for part in [(high - low) / 2]
        for second in (False, True)
    ]
    mixed, cut = list(pauses), list(halves)
    dice.shuffle(mixed)
    dice.shuffle(cut)
    moments = clock.due_each(BEGIN, budgets, WEEK, pauses)
    assert moments == clock.due_each(BEGIN, budgets, WEEK, mixed)
    assert moments == clock.due_each(BEGIN, budgets, WEEK, cut)
    for budget, moment in zip(budgets, moments, strict=True):
        assert clock.used(BEGIN, moment, WEEK, pauses) == budget


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(0, 10))
def test_a_holiday_moves_the_steps_behind_it_and_no_other(percent, day):
    budget = Step("stage", "percent", percent, REMIND).budget(LIMIT)
    holiday = date(2024, 7, 1) + timedelta(days=day)
    closed = WorkCalendar(WEEK.shifts, frozenset({holiday}))
    before, after = clock.due(BEGIN, budget, WEEK), clock.due(BEGIN, budget, closed)
    if holiday.weekday() < 5 and before.date() >= holiday:
        assert after > before
    else:
        assert after == before
