"""No-code rules: validation with paths, evaluation with reasons, and no loops."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.rules import (
    ACTIONS,
    DEFAULT_SEVERITIES,
    OPERATORS,
    RuleError,
    check,
    compile_rules,
    evaluate,
)

NOW = datetime(2024, 5, 20, 12, 0)


class Facts:
    """A source of facts that counts how often it is asked."""

    def __init__(self, **values):
        self.values = values
        self.asked = []

    def fact(self, name, args, record, now):
        self.asked.append((name, dict(args)))
        if name not in self.values:
            raise LookupError(f"no such fact: {name}")
        return self.values[name]


def rule(when=None, then=None, **more):
    return {
        "name": "r",
        "when": when if when is not None else {"all": []},
        "then": then or [{"do": "add_tag", "tag": "hit"}],
        **more,
    }


def run(rules, record, **more):
    return evaluate(compile_rules(rules if isinstance(rules, list) else [rules]), record, now=NOW, **more)


def matches(condition, record, **more):
    return bool(run(rule(condition), record, **more).effects)


RECORD = {
    "severity": "serious",
    "amount": 120.5,
    "text_amount": "99",
    "received_on": date(2024, 5, 1),
    "received_at": "2024-05-20T11:00:00",
    "subject": "Pump LEAKS oil，漏油",
    "tags": ["VIP", "export"],
    "is_complaint": True,
    "owner": "",
    "customer": "Acme",
    "payer": "ACME",
    "aware_at": datetime(2024, 5, 20, 10, 0, tzinfo=timezone.utc),
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("severity", "=", "Serious", True),
        ("severity", "!=", "serious", False),
        ("amount", ">", 120, True),
        ("amount", ">=", "120.5", True),
        ("amount", "<", 120.5, False),
        ("amount", "<=", 120.5, True),
        ("text_amount", "<", 100, True),
        ("text_amount", "=", 99.0, True),
        ("severity", "in", ["critical", "serious"], True),
        ("severity", "not in", ["critical", "serious"], False),
        ("subject", "contains", "leaks", True),
        ("subject", "contains", "漏油", True),
        ("subject", "not contains", "fire", True),
        ("tags", "contains", "vip", True),
        ("tags", "contains", "vi", False),
        ("subject", "matches", r"pump\s+leaks", True),
        ("subject", "matches", r"^oil", False),
        ("owner", "is set", None, False),
        ("owner", "is not set", None, True),
        ("nothing", "is not set", None, True),
        ("severity", "is set", None, True),
        ("amount", "between", [100, 120.5], True),
        ("amount", "between", [121, 200], False),
        ("received_on", "between", ["2024-05-01", "2024-05-31"], True),
        ("received_on", "<", "2024-05-02", True),
        ("received_on", "within last days", 30, True),
        ("received_on", "within last days", 10, False),
        ("received_at", "within last days", 1, True),
        ("aware_at", "within last days", 1, True),
        ("aware_at", "<", "2024-05-20T10:00:01+00:00", True),
        ("is_complaint", "=", True, True),
        ("is_complaint", "=", "yes", True),
        ("is_complaint", "=", 0, False),
        ("customer", "=", {"field": "payer"}, True),
        # an unset field satisfies only the negative operators
        ("owner", "=", "x", False),
        ("owner", "!=", "x", True),
        ("owner", "not in", ["x"], True),
        ("owner", "not contains", "x", True),
        ("nothing", ">", 0, False),
        ("nothing", "<", 0, False),
        ("nothing", "within last days", 5, False),
        ("nothing", "matches", ".*", False),
        # values without an order
        ("severity", ">", 5, False),
        ("subject", "between", [1, 2], False),
    ],
)
def test_operators(field, operator, value, expected):
    condition = {"field": field, "op": operator}
    if OPERATORS[operator] != "none":
        condition["value"] = value
    assert matches(condition, RECORD) is expected


def test_every_operator_is_tested():
    tested = {mark.args[1][n][1] for mark in test_operators.pytestmark for n in range(len(mark.args[1]))}
    assert tested == set(OPERATORS)


def test_zones_are_respected():
    now = datetime(2024, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    rules = compile_rules([rule({"field": "at", "op": "within last days", "value": 1})])
    assert evaluate(rules, {"at": "2024-05-19T13:00:00"}, now=now).effects
    assert not evaluate(rules, {"at": "2024-05-20T04:00:01+00:00"}, now=now).effects
    assert evaluate(rules, {"at": "2024-05-20T04:00:00Z"}, now=now).effects


def test_groups_nest():
    yes, no = {"field": "severity", "op": "is set"}, {"field": "nothing", "op": "is set"}
    assert matches({"all": [yes, {"any": [no, yes]}, {"not": no}]}, RECORD)
    assert not matches({"all": [yes, {"any": [no, no]}]}, RECORD)
    assert not matches({"any": []}, RECORD)
    assert matches({"all": []}, RECORD)


REPEAT = rule(
    {"fact": "complaint_count", "args": {"by": "customer", "days": 30}, "op": ">", "value": 3},
    [
        {"do": "add_tag", "tag": "high-attention"},
        {"do": "create_task", "to": "account_manager", "subject": "Call", "due_days": 2},
    ],
)


@pytest.mark.parametrize(("count", "fires"), [(3, False), (4, True)])
def test_more_than_three_complaints_in_thirty_days(count, fires):
    outcome = run(REPEAT, RECORD, facts=Facts(complaint_count=count))
    assert [effect.do for effect in outcome.effects] == (["add_tag", "create_task"] if fires else [])
    said = "holds" if fires else "does not hold"
    assert (
        str(outcome.traces[0].why.message) == f"complaint_count(by=customer, days=30) is {count}; > 3 {said}"
    )


def test_each_fact_is_asked_once():
    facts = Facts(complaint_count=9)
    run([REPEAT, {**REPEAT, "name": "s"}], RECORD, facts=facts)
    assert facts.asked == [("complaint_count", {"by": "customer", "days": 30})]


def test_unknown_fact_is_reported_and_false():
    outcome = run(REPEAT, RECORD, facts=Facts())
    assert outcome.effects == ()
    assert str(outcome.problems[0]).startswith("when: fact 'complaint_count' could not be looked up: ")
    (problem,) = run(REPEAT, RECORD).problems
    assert str(problem) == "when: fact 'complaint_count' could not be looked up: no source of facts was given"


def test_order_stop_events_and_enabled():
    rules = [
        rule(then=[{"do": "add_tag", "tag": "late"}], name="late", order=20),
        rule(then=[{"do": "add_tag", "tag": "early"}], name="early", order=5, stop=True),
        rule(then=[{"do": "add_tag", "tag": "off"}], name="off", order=1, enabled=False),
        rule(then=[{"do": "add_tag", "tag": "scheduled"}], name="scheduled", order=1, on=["schedule"]),
    ]
    assert [effect.args["tag"] for effect in run(rules, {}).effects] == ["early"]
    assert [effect.args["tag"] for effect in run(rules, {}, event="schedule").effects] == [
        "scheduled",
        "early",
    ]


def test_a_rule_sees_what_an_earlier_one_did():
    rules = [
        rule(
            {"field": "severity", "op": "=", "value": "critical"},
            [{"do": "notify", "to": "qm", "message": "m"}],
            name="b",
            order=1,
        ),
        rule(then=[{"do": "raise_severity", "to": "critical"}], name="a", order=2),
    ]
    outcome = run(rules, {"severity": "minor"})
    assert [(effect.rule, effect.do) for effect in outcome.effects] == [
        ("a", "raise_severity"),
        ("b", "notify"),
    ]
    assert outcome.effects[0].args == {"to": "critical", "from": "minor"}
    assert outcome.record["severity"] == "critical"
    assert outcome.cycle == ()


@pytest.mark.parametrize(
    ("now", "after"), [("minor", "serious"), ("critical", "critical"), (None, "serious")]
)
def test_severity_is_only_raised(now, after):
    outcome = run(rule(then=[{"do": "raise_severity", "to": "serious"}]), {"severity": now})
    assert outcome.record["severity"] == after


def test_the_given_record_is_not_changed():
    record = {"tags": ["a"]}
    outcome = run(rule(), record)
    assert record == {"tags": ["a"]}
    assert outcome.record["tags"] == ["a", "hit"]


def test_effects_say_why():
    outcome = run(
        rule(
            {
                "all": [
                    {"field": "severity", "op": "=", "value": "serious"},
                    {
                        "any": [
                            {"field": "amount", "op": ">", "value": 100},
                            {"field": "amount", "op": "<", "value": 0},
                        ]
                    },
                ]
            }
        ),
        RECORD,
    )
    assert tuple(map(str, outcome.effects[0].because)) == (
        "severity is 'serious'; = 'serious' holds",
        "amount is 120.5; > 100 holds",
    )
    any_trace = outcome.traces[0].why.children[1]
    assert any_trace.path == "when.all[1]"
    assert [str(child.message) for child in any_trace.children][1] == "amount is 120.5; < 0 does not hold"


def test_toggling_rules_are_reported_as_a_cycle():
    rules = [
        rule({"field": "x", "op": "=", "value": 1}, [{"do": "set", "field": "x", "value": 2}], name="up"),
        rule(
            {"field": "x", "op": "=", "value": 2},
            [{"do": "set", "field": "y", "value": {"field": "x"}}],
            name="copy",
        ),
        rule(
            {"field": "y", "op": "=", "value": 2},
            [{"do": "set", "field": "x", "value": 1}, {"do": "set", "field": "y", "value": 0}],
            name="down",
        ),
    ]
    outcome = run(rules, {"x": 1, "y": 0})
    assert set(outcome.cycle) == {"up", "copy", "down"}
    assert outcome.passes <= 5


def test_endless_growth_is_stopped_and_said():
    rules = [
        rule(
            {"field": f"f{n}", "op": "is set"},
            [{"do": "set", "field": f"f{n + 1}", "value": n}],
            name=f"r{n}",
            order=-n,
        )
        for n in range(9)
    ]
    outcome = run(rules, {"f0": 1}, max_passes=3)
    assert outcome.passes == 3
    assert "3 passes" in str(outcome.problems[0])


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
    ]
    assert {action["do"] for action in then} == set(ACTIONS)
    outcome = run(rule(then=then), {"b": 7})
    assert [effect.do for effect in outcome.effects] == [action["do"] for action in then]
    assert outcome.effects[0].args == {"field": "a", "value": 7}


leaf = st.builds(
    lambda field, op, value: {
        "field": field,
        "op": op,
        **({} if OPERATORS[op] == "none" else {"value": value}),
    },
    st.sampled_from("abc"),
    st.sampled_from(["=", "!=", ">", "<", "is set", "is not set"]),
    st.integers(0, 3),
)
condition = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
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
