"""What is wrong with a rule is named by its path, and whatever rules come together end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.rules import (
    ACTIONS,
    DEFAULT_SEVERITIES,
    RuleError,
    check,
    compile_rules,
)
from tests.engine.rule_facts import condition, rule, run


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ("x", "rules"),
        ([1], "rules[0]"),
        ([{"then": [{"do": "add_tag", "tag": "t"}]}], "rules[0].name"),
        ([rule(), rule()], "rules[1].name"),
        ([rule(colour=1)], "rules[0].colour"),
        ([rule(order="a")], "rules[0].order"),
        ([rule(enabled=1)], "rules[0].enabled"),
        ([rule(on=["birth"])], "rules[0].on[0]"),
        ([rule(on=[])], "rules[0].on"),
        ([rule(5)], "rules[0].when"),
        ([rule({"all": 5})], "rules[0].when.all"),
        ([rule({"all": [{"field": "a", "op": "=>", "value": 1}]})], "rules[0].when.all[0].op"),
        ([rule({"any": [{"not": {"op": "=", "value": 1}}]})], "rules[0].when.any[0].not"),
        ([rule({"all": [], "any": []})], "rules[0].when"),
        ([rule({"field": "a", "fact": "b", "op": "is set"})], "rules[0].when"),
        ([rule({"field": "a", "op": "="})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "=", "value": [1]})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "=", "value": {"x": 1}})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "is set", "value": 1})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "in", "value": []})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "in", "value": [[1]]})], "rules[0].when.value[0]"),
        ([rule({"field": "a", "op": "between", "value": [1]})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "within last days", "value": 0})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "matches", "value": "(a"})], "rules[0].when.value"),
        ([rule({"field": "a", "op": "is set", "args": {}})], "rules[0].when.args"),
        ([rule({"field": "zzz", "op": "is set"})], "rules[0].when.field"),
        ([rule({"fact": "zzz", "op": "is set"})], "rules[0].when.fact"),
        ([rule({"field": "a", "op": "is set", "x": 1})], "rules[0].when.x"),
        ([{"name": "r", "then": []}], "rules[0].then"),
        ([rule(then=["x"])], "rules[0].then[0]"),
        ([rule(then=[{"do": "explode"}])], "rules[0].then[0].do"),
        ([rule(then=[{"do": "add_tag"}])], "rules[0].then[0].tag"),
        ([rule(then=[{"do": "add_tag", "tag": " "}])], "rules[0].then[0].tag"),
        ([rule(then=[{"do": "add_tag", "tag": "t", "x": 1}])], "rules[0].then[0].x"),
        ([rule(then=[{"do": "notify", "to": [], "message": "m"}])], "rules[0].then[0].to"),
        (
            [rule(then=[{"do": "create_task", "to": "a", "subject": "s", "due_days": -1}])],
            "rules[0].then[0].due_days",
        ),
        ([rule(then=[{"do": "raise_severity", "to": "huge"}])], "rules[0].then[0].to"),
        ([rule(then=[{"do": "set", "field": "zzz", "value": 1}])], "rules[0].then[0].field"),
    ],
)
def test_every_mistake_has_its_path(rules, path):
    problems = check(rules, fields={"a", "b"}, facts={"complaint_count"})
    assert [problem.path for problem in problems] == [path], problems
    with pytest.raises(RuleError) as error:
        compile_rules(rules, fields={"a", "b"}, facts={"complaint_count"})
    assert error.value.problems == tuple(problems)


def test_nesting_is_limited():
    deep = {"field": "a", "op": "is set"}
    for _ in range(10):
        deep = {"not": deep}
    assert [problem.path.count("not") for problem in check([rule(deep)])] == [8]


def test_all_actions_can_be_given():
    then = [
        {"do": "set", "field": "a", "value": {"field": "b"}},
        {"do": "add_tag", "tag": "t"},
        {"do": "assign", "to": "anna"},
        {"do": "notify", "to": ["anna", "ben"], "message": "m", "channel": "email"},
        {"do": "escalate", "to": "manager", "reason": "late"},
        {"do": "create_task", "to": "anna", "subject": "s"},
        {"do": "raise_severity", "to": DEFAULT_SEVERITIES[-1]},
        {"do": "message_customer", "template": "sorry"},
        {"do": "start_investigation"},
        {"do": "open_capa"},
        {"do": "call_webhook", "webhook": "w"},
        {"do": "add_check", "check": "photo", "mandatory": True},
        {"do": "hold_goods"},
    ]
    assert {action["do"] for action in then} == set(ACTIONS)
    outcome = run(rule(then=then), {"b": 7})
    assert [effect.do for effect in outcome.effects] == [action["do"] for action in then]
    assert outcome.effects[0].args == {"field": "a", "value": 7}


action = st.one_of(
    st.builds(
        lambda field, value: {"do": "set", "field": field, "value": value},
        st.sampled_from("abc"),
        st.integers(0, 3),
    ),
    st.builds(
        lambda field, other: {"do": "set", "field": field, "value": {"field": other}},
        st.sampled_from("abc"),
        st.sampled_from("abc"),
    ),
    st.just({"do": "notify", "to": "x", "message": "m"}),
    st.just({"do": "add_tag", "tag": "t"}),
)
rule_lists = st.lists(
    st.tuples(condition, st.lists(action, min_size=1, max_size=2), st.integers(0, 3)), max_size=5
).map(
    lambda parts: [rule(when, then, name=f"r{n}", order=order) for n, (when, then, order) in enumerate(parts)]
)


@given(rule_lists, st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)))
@settings(max_examples=150)
def test_any_rules_end_and_give_the_same_again(rules, record):
    outcome, again = run(rules, record), run(rules, record)
    assert (outcome.effects, outcome.cycle, dict(outcome.record)) == (
        again.effects,
        again.cycle,
        dict(again.record),
    )
    assert outcome.passes <= 5
    fired = [(trace.pass_number, trace.rule) for trace in outcome.traces if trace.fired]
    assert len(fired) == len(set(fired))
    assert sum(effect.do == "notify" for effect in outcome.effects) <= 1
    for trace in outcome.traces:
        assert trace.matched is trace.why.result
