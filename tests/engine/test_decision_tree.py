"""Decision questions: every way ends, mistakes are named, and the shipped trees lead to the outcome and day that the law gives."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.reportability import HARM_RANK, RULES
from complaint_qms.engine.decision_tree import (
    DecisionQuestion,
    DecisionTree,
    follow_answers,
    mistakes_of,
    still_possible,
    ways_through,
)
from complaint_qms.engine.federal_holidays import federal_holidays
from complaint_qms.engine.reportability import deadline

FOLDER = Path(__file__).parents[2] / "complaint_qms" / "fixtures" / "reporting_rule_sets"
SETS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def tree(rules: dict) -> DecisionTree:
    questions = tuple(
        DecisionQuestion(
            row["question_key"], {a: row[f"on_{a}"] for a in ("yes", "no", "unknown") if row.get(f"on_{a}")}
        )
        for row in rules["questions"]
    )
    beside = frozenset(row["outcome_key"] for row in rules["outcomes"] if row["kind"] == "supplement")
    return DecisionTree(questions, tuple(row["outcome_key"] for row in rules["outcomes"]), beside)


def small(
    *rows: tuple[str, str, str], outcomes: tuple[str, ...] = ("x", "y"), beside: tuple[str, ...] = ()
) -> DecisionTree:
    return DecisionTree(
        tuple(DecisionQuestion(key, {"yes": yes, "no": no}) for key, yes, no in rows),
        outcomes,
        frozenset(beside),
    )


@pytest.mark.parametrize("name", SETS)
def test_every_way_through_a_shipped_tree_ends_in_an_outcome_and_nothing_is_dead(name: str) -> None:
    asked = tree(SETS[name])
    assert mistakes_of(asked) == []
    met, reached = set(), set()
    for steps, outcome in ways_through(asked):
        standing = follow_answers(asked, dict(steps))
        assert (standing.asked, standing.next, standing.outcome) == (
            tuple(key for key, _ in steps),
            None,
            outcome,
        )
        met |= {key for key, _answer in steps}
        reached.add(outcome)
    assert met == {question.key for question in asked.questions}
    assert reached == set(asked.outcomes) - asked.beside
    kinds = {row["outcome_key"]: row["kind"] for row in SETS[name]["outcomes"]}
    assert {"must_report", "no_report"} <= {kinds[key] for key in reached}


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_outcome_says_where_it_stands_and_by_when(name: str) -> None:
    for row in SETS[name]["outcomes"]:
        assert row["clause"]
        assert row["statement"]
        if row["kind"] in ("must_report", "supplement"):
            assert row["term"] in ("in_days", "immediately", "no_number")
            assert (row["term"] == "in_days") == ("days" in row) == ("unit" in row)
        assert row.get("harm", "serious") in HARM_RANK


def test_the_rules_of_the_back_test_are_outcomes_of_the_shipped_sets() -> None:
    outcomes = {row["outcome_key"]: row for rules in SETS.values() for row in rules["outcomes"]}
    for rule in RULES:
        row = outcomes[rule["key"]]
        assert (row.get("days"), row.get("unit", "calendar")) == (rule["days"], rule["unit"])
        assert row["clause"].startswith(rule["source"])


NO = "no"
# Answers other than no in the order of the questions → outcome. 21 CFR 803.3, .20(c)(2), .50(a), .53; EU MDR Art. 87(1) to (8), 88.
LED = (
    ("us_fda", {}, "us_out_of_scope"),
    ("us_fda", {"us_marketed": "yes"}, "us_not_reportable"),
    ("us_fda", {"us_marketed": "yes", "death_or_serious_injury": "yes"}, "us_803_30_day"),
    ("us_fda", {"us_marketed": "yes", "death_or_serious_injury": "unknown"}, "us_803_30_day"),
    ("us_fda", {"us_marketed": "yes", "death_or_serious_injury": "yes", "us_not_caused": "yes"}, "us_not_reportable"),
    ("us_fda", {"us_marketed": "yes", "malfunction_likely_to_harm": "yes"}, "us_803_30_day"),
    ("us_fda", {"us_marketed": "yes", "malfunction_likely_to_harm": "unknown"}, "us_undecided"),
    ("us_fda", {"us_marketed": "yes", "malfunction_likely_to_harm": "yes", "authority_request": "yes"}, "us_803_5_day"),
    ("us_fda", {"us_marketed": "yes", "death_or_serious_injury": "yes", "unreasonable_risk_action": "yes"}, "us_803_5_day"),
    ("eu_mdr", {"eu_marketed": "yes"}, "eu_not_reportable"),
    ("eu_mdr", {"eu_marketed": "yes", "field_safety_action": "yes"}, "eu_87_field_action"),
    ("eu_mdr", {"eu_marketed": "yes", "serious_incident": "yes"}, "eu_not_related"),
    ("eu_mdr", {"eu_marketed": "yes", "serious_incident": "yes", "eu_related": "yes", "eu_expected": "yes"}, "eu_trend"),
    ("eu_mdr", {"eu_marketed": "yes", "serious_incident": "unknown", "eu_related": "unknown"}, "eu_87_15_day"),
    ("eu_mdr", {"eu_marketed": "yes", "serious_incident": "yes", "eu_related": "yes", "public_health_threat": "yes"}, "eu_87_2_day"),
    ("eu_mdr", {"eu_marketed": "yes", "serious_incident": "yes", "eu_related": "yes", "death_or_unanticipated_deterioration": "yes"}, "eu_87_10_day"),
    ("uk_mhra", {"uk_marketed": "yes", "uk_serious_incident": "yes", "uk_related": "yes"}, "uk_15_day"),
    ("cn_nmpa", {"cn_marketed": "yes", "cn_death": "yes"}, "cn_7_day"),
    ("cn_nmpa", {"cn_marketed": "yes", "cn_serious": "yes"}, "cn_20_day"),
    ("cn_nmpa", {"cn_marketed": "yes", "cn_abroad": "yes", "cn_abroad_harm": "yes"}, "cn_30_day"),
    ("eu_food", {"eu_food_operator": "yes", "eu_food_unsafe": "yes", "eu_food_left": "yes"}, "eu_178_withdraw"),
    ("us_food", {"us_food_registered": "yes", "us_food_probable": "yes"}, "us_rfr_24_hours"),
    ("uk_fca", {"uk_fca_eligible": "yes"}, "uk_disp_8_weeks"),
    ("us_cfpb", {"us_cfpb_portal": "yes"}, "us_cfpb_15_day"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "answers", "outcome"), LED, ids=[f"{row[0]}: {row[2]}" for row in LED])
def test_answers_lead_where_the_law_says(name: str, answers: dict[str, str], outcome: str) -> None:
    asked = tree(SETS[name])
    every = {question.key: NO for question in asked.questions} | answers
    assert follow_answers(asked, every).outcome == outcome


# Day of awareness → last day. 21 CFR 803.3: work days leave out federal holidays; 803.50(a), .53 and Art. 87 count from the day after.
DAYS = (
    ("us_fda", "us_803_5_day", date(2026, 7, 1), date(2026, 7, 9)),  # Fri 3 July is kept for 4 July
    ("us_fda", "us_803_5_day", date(2025, 11, 21), date(2025, 12, 1)),  # Thanksgiving
    ("us_fda", "us_803_30_day", date(2026, 1, 30), date(2026, 3, 1)),
    ("us_fda", "us_803_supplement", date(2026, 3, 1), date(2026, 3, 31)),
    ("eu_mdr", "eu_87_2_day", date(2026, 2, 27), date(2026, 3, 1)),
    ("eu_mdr", "eu_87_10_day", date(2026, 2, 20), date(2026, 3, 2)),
    ("eu_mdr", "eu_87_15_day", date(2026, 12, 24), date(2027, 1, 8)),
    ("cn_nmpa", "cn_7_day", date(2026, 9, 28), date(2026, 10, 5)),
    ("cn_nmpa", "cn_20_day", date(2026, 9, 28), date(2026, 10, 18)),
    ("uk_fca", "uk_disp_8_weeks", date(2026, 5, 1), date(2026, 6, 26)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "outcome", "known", "last"), DAYS, ids=[f"{row[1]} {row[2]}" for row in DAYS]
)
def test_the_last_day_of_an_outcome(name: str, outcome: str, known: date, last: date) -> None:
    (row,) = [row for row in SETS[name]["outcomes"] if row["outcome_key"] == outcome]
    left_out = federal_holidays(known.year, known.year + 1) if SETS[name]["work_days"] == "us_federal" else ()
    assert deadline(known, row["days"], row["unit"], left_out) == last


def test_answers_are_followed_as_far_as_they_go() -> None:
    asked = small(("a", "b", "x"), ("b", "x", "y"))
    assert follow_answers(asked, {}) == follow_answers(asked, {"b": "yes"})
    assert follow_answers(asked, {}).next == "a"
    assert follow_answers(asked, {"a": "perhaps"}).next == "a"
    assert follow_answers(asked, {"a": "yes"}).next == "b"
    assert follow_answers(asked, {"a": "yes", "b": "no"}).outcome == "y"
    assert follow_answers(asked, {"a": "no", "b": "no"}).asked == ("a",)
    assert still_possible(asked, {}) == {"x", "y"}
    assert still_possible(asked, {"a": "no"}) == {"x"}
    assert follow_answers(DecisionTree((), ()), {}).next is None
    assert list(ways_through(DecisionTree((), ()))) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (DecisionTree((), ("x",)), "There is no question"),
        (small(("a", "x", "y"), ("a", "x", "y")), "a stands twice"),
        (small(("x", "y", "y")), "x stands twice"),
        (DecisionTree((DecisionQuestion("a", {"yes": "x"}),), ("x",)), "say where Yes and No lead"),
        (small(("a", "x", "z")), "z is neither a question nor an outcome"),
        (small(("a", "b", "x"), ("b", "a", "y")), "comes again behind itself"),
        (small(("a", "a", "x")), "comes again behind itself"),
        (small(("a", "x", "y"), ("b", "x", "y")), "b is never asked"),
        (small(("a", "x", "x")), "y is never reached"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(asked: DecisionTree, told: str) -> None:
    assert any(told in str(one) for one in mistakes_of(asked))


def test_what_comes_later_needs_no_answer_that_leads_to_it() -> None:
    assert mistakes_of(small(("a", "x", "y"), outcomes=("x", "y", "later"), beside=("later",))) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=8))
def test_a_tree_without_mistakes_always_ends(rows: list[tuple[int, int, bool]]) -> None:
    """Whatever questions lead to: either a mistake is named, or each way ends and what is still possible only gets less."""
    names = [f"q{n}" for n in range(len(rows))]
    ends = ("x", "y")
    places = [*names, *ends]
    asked = small(
        *(
            (names[n], places[yes % len(places)], places[no % len(places)])
            for n, (yes, no, _) in enumerate(rows)
        ),
        outcomes=ends,
    )
    answers = {names[n]: "yes" if said else "no" for n, (_yes, _no, said) in enumerate(rows)}
    follow_answers(asked, answers)  # ends in any tree
    if mistakes_of(asked):
        return
    assert follow_answers(asked, answers).outcome in ends
    given_so_far, before = {}, still_possible(asked, {})
    for key in follow_answers(asked, answers).asked:
        given_so_far[key] = answers[key]
        now = still_possible(asked, given_so_far)
        assert now <= before
        before = now
