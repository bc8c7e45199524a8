"""One rule says how a deadline stands, whatever its steps are measured in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.clock import AT_RISK, MET, MISSED, ON_TRACK, OVERDUE, PAUSED, RUNNING
from complaint_qms.engine.sla.ladder import next_step, outcome, passed, standing, worst

WARN, DUE = datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 12)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (WARN - SECOND, ON_TRACK),
        (WARN, AT_RISK),
        (DUE - SECOND, AT_RISK),
        (DUE, OVERDUE),
        (DUE + SECOND, OVERDUE),
    ],
)
def test_a_step_is_reached_in_its_very_moment(at, stands):
    assert standing((WARN, DUE), at) == stands


def test_a_step_that_a_clock_does_not_have_is_passed_over():
    assert standing((None, DUE), WARN) == ON_TRACK
    assert standing((None, DUE), DUE) == OVERDUE
    assert standing((None, None), DUE) == ON_TRACK
    assert next_step((None, DUE), ON_TRACK) == DUE


@pytest.mark.parametrize("before", RUNNING)
def test_a_standing_is_never_lowered(before):
    assert standing((WARN, DUE), WARN - SECOND, before) == before


@pytest.mark.parametrize("before", [PAUSED, MET, MISSED, "", None])
def test_a_clock_that_does_not_run_stays_as_it_is(before):
    assert standing((WARN, DUE), DUE, before) == before
    assert next_step((WARN, DUE), before) is None


def test_days_are_moments_as_well():
    assert standing((date(2026, 3, 4), date(2026, 3, 6)), date(2026, 3, 5)) == AT_RISK


def test_any_number_of_steps():
    names = ("calm", "half", "late", "very late")
    moments = (50, 100, 150)
    assert [standing(moments, at, "calm", names) for at in (49, 50, 99, 100, 150, 900)] == [
        "calm", "half", "half", "late", "very late", "very late",
    ]  # fmt: skip
    assert [next_step(moments, name, names) for name in names] == [50, 100, 150, None]


def test_who_finishes_in_the_moment_of_the_deadline_is_in_time():
    assert outcome(DUE, DUE) == MET
    assert outcome(DUE + SECOND, DUE) == MISSED
    assert outcome(DUE, None) == MET
    assert not passed(60, 60, finished=True)
    assert passed(60, 60)


def test_time_used_is_asked_for_many_at_once():
    used = np.array([np.nan, 47.9, 48.0, 48.1])
    assert passed(used, 60, 0.8).tolist() == [False, False, True, True]
    assert passed(used, 60, 0.8, finished=True).tolist() == [False, False, False, True]


def test_of_several_clocks_the_worst_counts():
    assert worst([ON_TRACK, AT_RISK, MET]) == AT_RISK
    assert worst([ON_TRACK, PAUSED]) == PAUSED
    assert worst([MET, MISSED, ""]) == MISSED
    assert worst(["", ""]) == ""


steps = st.lists(st.integers(0, 100), min_size=2, max_size=2).map(sorted)


@given(steps, st.lists(st.integers(0, 120)).map(sorted))
def test_walking_step_by_step_ends_where_one_look_does(moments, looks):
    """The sweep, which comes now and then, and the form, which looks once, agree."""
    walked = ON_TRACK
    for at in looks:
        walked = standing(moments, at, walked)
    assert walked == (standing(moments, looks[-1]) if looks else ON_TRACK)


@given(steps, st.integers(0, 120))
def test_the_next_step_lies_ahead(moments, at):
    now_at = standing(moments, at)
    ahead = next_step(moments, now_at)
    assert ahead is None if now_at == OVERDUE else ahead > at
