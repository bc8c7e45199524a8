"""A condition asked of many records says what it says of one, and asks for facts only where the fields leave it open."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine.rules import UNKNOWN, Judge, compile_rules, evaluate
from tests.engine.rule_facts import NOW, condition, rule


def judge_of(when) -> Judge:
    ruleset = compile_rules([rule(when)])
    return Judge(ruleset, ruleset.rules[0].when)


@given(condition, st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)))
def test_it_answers_as_evaluate_does(when, record):
    judge = judge_of(when)
    (trace,) = evaluate(compile_rules([rule(when)]), record, now=NOW, max_passes=1).traces
    assert judge.asks(record, NOW) is trace.matched
    assert judge.asks(record, NOW) is trace.matched, "also from what it has kept"


def test_a_fact_is_wanted_only_where_it_decides():
    many = {"fact": "count", "args": {"days": 30}, "op": ">", "value": 3}
    judge = judge_of(
        {"all": [{"field": "a", "op": "=", "value": 1}, {"any": [many, {"field": "b", "op": "is set"}]}]}
    )
    assert [(asked.name, asked.args) for asked in judge.facts] == [("count", {"days": 30})]
    assert judge.fields == {"a", "b"}
    asked = [judge.asks(record, NOW) for record in ({"a": 2}, {"a": 1, "b": 1}, {"a": 1})]
    assert asked == [False, True, None]
    assert [judge.asks({"a": 1}, NOW, (count,)) for count in (3, 4, UNKNOWN)] == [False, True, None]
    assert judge_of({"not": many}).asks({}, NOW) is None


def test_reasons_are_what_held_in_the_groups_that_did():
    one, two, three = ({"field": name, "op": "is set"} for name in "abc")
    judge = judge_of({"any": [{"all": [one, two]}, three, {"not": two}]})
    held = judge.held({"a": 1, "c": 7}, NOW)
    assert [(found.condition["field"], found.found) for found in held] == [("c", 7)]


def test_days_are_counted_from_each_moment():
    judge = judge_of({"field": "at", "op": "within last days", "value": 7})
    record = {"at": NOW - timedelta(days=5)}
    assert [judge.asks(record, NOW + timedelta(days=days)) for days in (0, 2, 3)] == [True, True, False]
