"""Reporting deadlines, reckoned by hand on the calendar, and the decision with its open questions."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants import reportability as data
from complaint_qms.engine import reportability as rep
from complaint_qms.engine.reportability import ReportabilityError, ReportingRule

RULES = rep.rules_from_data(data.RULES)
NO = dict.fromkeys(data.QUESTIONS, False)
FRIDAY = date(2024, 6, 28)  # Thursday 4 July 2024 is a holiday in the US
US_HOLIDAYS = {"us_fda": {date(2024, 7, 4)}}


@pytest.mark.parametrize(
    ("day_zero", "days", "unit", "expected"),
    [
        (date(2024, 6, 28), 30, "calendar", date(2024, 7, 28)),  # a Sunday stays a Sunday
        (date(2024, 1, 31), 30, "calendar", date(2024, 3, 1)),  # leap year
        (date(2023, 1, 31), 30, "calendar", date(2023, 3, 2)),
        (date(2024, 6, 28), 5, "work", date(2024, 7, 8)),  # Mon Tue Wed, not Thu 4 July, Fri, Mon
        (date(2024, 6, 24), 5, "work", date(2024, 7, 1)),
        (date(2024, 6, 29), 5, "work", date(2024, 7, 8)),  # Saturday counts as day 0 as well
        (date(2024, 7, 4), 1, "work", date(2024, 7, 5)),
        (date(2024, 6, 28), 0, "work", date(2024, 6, 28)),
        (date(2024, 6, 28), 0, "calendar", date(2024, 6, 28)),
    ],
)
def test_deadline(day_zero, days, unit, expected):
    assert rep.deadline(day_zero, days, unit, US_HOLIDAYS["us_fda"]) == expected


def test_other_weekends():
    assert rep.deadline(date(2024, 6, 27), 2, "work", weekend={4, 5}) == date(2024, 7, 1)  # Sun, Mon
    assert rep.deadline(date(2024, 6, 28), 5, "work", weekend=()) == date(2024, 7, 3)


def test_deadline_refuses():
    for message, call in (
        ("date without a time", lambda: rep.deadline(datetime(2024, 6, 28, 10), 5, "work")),
        ("not be negative", lambda: rep.deadline(FRIDAY, -1, "calendar")),
        ("calendar or work", lambda: rep.deadline(FRIDAY, 1, "weeks")),
        ("Fewer than 5 work days", lambda: rep.deadline(FRIDAY, 5, "work", weekend=range(7))),
    ):
        with pytest.raises(ReportabilityError, match=message):
            call()


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 40),
    st.frozensets(st.integers(1, 90), max_size=15),
    st.frozensets(st.integers(0, 6), max_size=3),
)
def test_work_days_lie_between(day_zero, days, offs, weekend):
    holidays = {day_zero + timedelta(days=n) for n in offs}
    due = rep.deadline(day_zero, days, "work", holidays, weekend)
    span = [day_zero + timedelta(days=n) for n in range(1, (due - day_zero).days + 1)]
    counted = [day for day in span if day.weekday() not in weekend and day not in holidays]
    assert len(counted) == days
    assert counted[-1] == due
    assert rep.days_left(day_zero, due, "work", holidays, weekend) == days
    assert rep.days_left(due, day_zero, "calendar") == -(due - day_zero).days


DUTIES = [
    ({"death_or_serious_injury"}, {"us_803_30_day": date(2024, 7, 28)}),
    ({"malfunction_likely_to_harm"}, {"us_803_30_day": date(2024, 7, 28)}),
    ({"unreasonable_risk_action", "death_or_serious_injury"},
     {"us_803_5_day": date(2024, 7, 8), "us_803_30_day": date(2024, 7, 28)}),
    ({"authority_request"}, {"us_803_5_day": date(2024, 7, 8)}),
    ({"serious_incident"}, {"eu_87_15_day": date(2024, 7, 13)}),
    ({"serious_incident", "death_or_unanticipated_deterioration"},
     {"eu_87_10_day": date(2024, 7, 8), "eu_87_15_day": date(2024, 7, 13)}),
    ({"serious_incident", "public_health_threat"},
     {"eu_87_2_day": date(2024, 6, 30), "eu_87_15_day": date(2024, 7, 13)}),
    ({"field_safety_action"}, {"eu_87_field_action": None}),
    ({"new_information"}, {"us_803_supplement": date(2024, 8, 14)}),
]  # fmt: skip


@pytest.mark.parametrize(("yes", "expected"), DUTIES, ids=[" + ".join(sorted(row[0])) for row in DUTIES])
def test_which_rules_apply(yes, expected):
    events = {"awareness": FRIDAY, "new_information": date(2024, 7, 15)}
    decision = rep.decide(RULES, NO | dict.fromkeys(yes, True), events, holidays=US_HOLIDAYS)
    assert decision.reportable is True
    assert {duty.rule.key: duty.deadline for duty in decision.duties} == expected
    assert [duty.rule.key for duty in decision.duties] == list(expected), "sorted by deadline"
    assert decision.earliest == next(iter(expected.values()))
    assert {question for duty in decision.duties for question in duty.because} == yes


def test_words():
    answers = NO | {"authority_request": True, "death_or_serious_injury": True}
    decision = rep.decide(RULES, answers, {"awareness": FRIDAY}, holidays=US_HOLIDAYS)
    assert [str(duty.explanation) for duty in decision.duties] == [
        "21 CFR 803.53: report by 2024-07-08, 5 work days after 2024-06-28 (because: authority_request)",
        "21 CFR 803.50: report by 2024-07-28, 30 calendar days after 2024-06-28 (because: death_or_serious_injury)",
    ]
    assert str(decision.explanation) == "Reportable by 2024-07-08; rules that apply: 2"
    decision = rep.decide(RULES, NO | {"field_safety_action": True}, {"awareness": FRIDAY})
    assert str(decision.explanation) == "Reportable without delay; rules that apply: 1"
    assert "report without delay" in str(decision.duties[0].explanation)


def test_no_means_not_reportable_and_open_means_undecided():
    assert rep.decide(RULES, NO, {}).reportable is False
    assert str(rep.decide(RULES, NO, {}).explanation).startswith("Not reportable")
    decision = rep.decide(RULES, NO | {"serious_incident": None}, {"awareness": FRIDAY})
    assert (decision.reportable, decision.open_questions) == (None, ("serious_incident",))
    assert str(decision.explanation) == "Undecided; still open: serious_incident"
    nothing = rep.decide(RULES, {}, {})
    assert set(nothing.open_questions) == set(data.QUESTIONS)


def test_an_open_question_that_could_shorten_the_time_stays_open():
    answers = NO | {"serious_incident": True, "public_health_threat": None}
    decision = rep.decide(RULES, answers, {"awareness": FRIDAY})
    assert decision.reportable is True
    assert decision.open_questions == ("public_health_threat",)
    answers = NO | {"death_or_serious_injury": True, "malfunction_likely_to_harm": None}
    assert rep.decide(RULES, answers, {"awareness": FRIDAY}).open_questions == ()


def test_only_the_chosen_jurisdictions():
    answers = dict.fromkeys(data.QUESTIONS, True)
    events = {"awareness": FRIDAY, "new_information": FRIDAY}
    decision = rep.decide(RULES, answers, events, jurisdictions=("eu_mdr",))
    assert {duty.rule.jurisdiction for duty in decision.duties} == {"eu_mdr"}
    assert rep.decide(RULES, answers, events, jurisdictions=()).reportable is False


def test_a_rule_without_its_day_is_an_error():
    with pytest.raises(ReportabilityError, match="counts from awareness"):
        rep.decide(RULES, {"serious_incident": True}, {})
    with pytest.raises(ReportabilityError, match="date without a time"):
        rep.decide(RULES, {"serious_incident": True}, {"awareness": datetime(2024, 6, 28, 10)})


def test_data_is_whole():
    assert {question for rule in RULES for question in rule.any_of} == set(data.QUESTIONS)
    assert {rule.jurisdiction for rule in RULES} == set(data.JURISDICTIONS)
    assert {rule.key for rule in RULES if rule.check} == {"us_803_supplement", "eu_87_field_action"}


@pytest.mark.parametrize(
    ("change", "message"),
    [({"unit": "weeks"}, "calendar or work"), ({"any_of": ()}, "no question"), ({"days": -1}, "negative")],
)
def test_bad_rules_are_refused(change, message):
    good = {"key": "k", "jurisdiction": "j", "any_of": ("q",), "days": 1, "unit": "work", "source": "s"}
    assert ReportingRule(**good).counts_from == "awareness"
    with pytest.raises(ReportabilityError, match=message):
        ReportingRule(**good | change)
    with pytest.raises(ReportabilityError, match="appears twice"):
        rep.rules_from_data([good, good])
