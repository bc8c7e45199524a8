"""G8: how long a record is kept, and what stands in the way of letting it go."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.records import MOVES, QUALITY, QUALITY_RECORDS, RECORDS
from complaint_qms.constants.retention import TERMS
from complaint_qms.engine.sop import Retention, Term, disposal_missing, keep_until
from complaint_qms.engine.sop.retention import BEGINNINGS, after

TWO_YEARS = Term(2)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("facts", "term", "expected"),
    [
        # Two years from release, where the complaint came at once.
        ({"received": date(2026, 3, 1), "released": date(2026, 3, 1)}, TWO_YEARS, (date(2028, 3, 1), "years")),
        # A late complaint has two years of its own.
        ({"received": date(2026, 3, 1), "released": date(2020, 1, 1)}, TWO_YEARS, (date(2028, 3, 1), "receipt")),
        ({"received": date(2026, 3, 1), "released": date(2025, 1, 1), "life_years": 10}, TWO_YEARS, (date(2035, 1, 1), "life")),
        ({"received": date(2026, 3, 1), "released": date(2025, 1, 1), "life_years": 3, "expiry": date(2030, 6, 30)}, TWO_YEARS, (date(2030, 6, 30), "expiry")),
        # Without a day of release the day of receipt stands for it.
        ({"received": date(2026, 3, 1), "life_years": 10}, TWO_YEARS, (date(2036, 3, 1), "life")),
        ({"received": date(2026, 3, 1), "life_years": 10, "expiry": date(2040, 1, 1)}, Term(2, life=False), (date(2028, 3, 1), "years")),
        ({"received": date(2026, 3, 1), "ended": date(2027, 5, 5)}, Term(2, "ended"), (date(2029, 5, 5), "years")),
        ({"received": date(2026, 3, 1), "event": date(2026, 2, 1)}, Term(2, "event"), (date(2028, 3, 1), "receipt")),
        # 29 February is never a day short; the calendar ends some day.
        ({"received": date(2024, 2, 29)}, TWO_YEARS, (date(2026, 3, 1), "years")),
        ({"received": date(2024, 2, 29)}, Term(4), (date(2028, 2, 29), "years")),
        ({"received": date(2026, 3, 1)}, Term(9_000), (date.max, "years")),
    ],
)  # fmt: skip
def test_the_latest_reason_decides(facts, term, expected):
    assert keep_until(facts, term) == Retention(*expected)


@given(
    received=days,
    released=st.none() | days,
    event=st.none() | days,
    ended=st.none() | days,
    expiry=st.none() | days,
    life_years=st.none() | st.integers(0, 60),
    term=st.builds(Term, st.integers(0, 30), st.sampled_from(BEGINNINGS), st.booleans()),
)
def test_no_reason_to_keep_is_passed_over(term, **facts):
    until = keep_until(facts, term).until
    assert until >= after(facts["received"], term.years)
    assert until >= after(facts[term.counts_from] or facts["received"], term.years)
    if term.life:
        assert until >= (facts["expiry"] or date.min)
        assert until >= after(facts["released"] or facts["received"], facts["life_years"] or 0)


@given(start=days, years=st.integers(0, 100))
def test_a_term_is_whole_years(start, years):
    end = after(start, years)
    assert (end.year, end.month, end.day) == (start.year + years, start.month, start.day) or (
        (start.month, start.day, end.month, end.day) == (2, 29, 3, 1)
    )


@pytest.mark.parametrize("wrong", [{"years": -1}, {"years": True}, {"years": 2, "counts_from": "birthday"}])
def test_a_term_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cannot be kept|count from"):
        Term(**wrong)


def test_every_class_of_records_has_a_term():
    assert {record.retention for record in RECORDS if record.kind == QUALITY} == set(TERMS)
    assert set(MOVES) <= set(QUALITY_RECORDS)
    for row in TERMS.values():
        assert Term(**row).years >= 2


LETTABLE = {
    "name": "CMP-1",
    "ended": True,
    "retain_until": date(2026, 1, 31),
    "today": date(2026, 2, 1),
    "disposal_reason": "Term is over",
    "requested_by": "agent@example.com",
    "user": "quality@example.com",
    "linked": [{"name": "CAPA-1", "retain_until": date(2026, 1, 31)}],
}


def test_a_record_whose_term_is_over_may_go():
    assert disposal_missing(LETTABLE) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ended": False}, [("G8", "", "CMP-1 is still open: only an ended record can be let go.")]),
        ({"retain_until": None}, [("G8", "retain_until", "It is not known how long CMP-1 has to be kept.")]),
        ({"today": date(2026, 1, 31)}, [("G8", "retain_until", "CMP-1 has to be kept until 2026-01-31."), ("G8", "", "CAPA-1 rests on CMP-1 and is kept longer.")]),
        ({"legal_hold": "Court case 7"}, [("G8", "legal_hold", "CMP-1 is held: Court case 7")]),
        ({"linked": [{"name": "CAPA-1", "retain_until": None}]}, [("G8", "", "CAPA-1 rests on CMP-1 and is kept longer.")]),
        ({"disposal_reason": " "}, [("G8", "disposal_reason", "Write why the record is let go.")]),
        ({"user": "agent@example.com"}, [("G6", "", "You asked for the disposal: somebody else has to decide on it.")]),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_named(change, expected):
    found = disposal_missing({**LETTABLE, **change})
    assert [(row.gate, row.field, row.text()) for row in found] == expected
