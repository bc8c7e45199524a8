"""No-code rules: validation with paths, evaluation with reasons, and no loops."""

from datetime import date, datetime, timedelta, timezone

import pytest

from complaint_qms.engine.rules import (
    OPERATORS,
    compile_rules,
    evaluate,
)
from tests.engine.rule_facts import rule, run


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
