"""No-code rules: conditions and actions as data, evaluated with an explanation and never in a loop.

A rule is a plain mapping (JSON-ready)::

    {
        "name": "repeat-customer",            # unique
        "order": 10,                          # lower runs first; ties keep the given order; default 100
        "enabled": True,                      # default
        "on": ["intake", "change"],           # events: intake, change, schedule; default all three
        "when": {"all": [                     # all / any / not nest freely
            {"field": "stage", "op": "!=", "value": "closed"},
            {"fact": "complaint_count", "args": {"by": "customer", "days": 30}, "op": ">", "value": 3},
        ]},
        "then": [
            {"do": "add_tag", "tag": "high-attention"},
            {"do": "create_task", "to": "account_manager", "subject": "Call the customer", "due_days": 2},
        ],
        "stop": False,                        # True: later rules do not run in this pass once this one fired
    }

Public API::

    check(rules, *, fields=None, facts=None, severities=...) -> list[Problem]
        every mistake with its path, e.g. Problem("rules[2].when.all[0].op", Message("unknown operator {found} …"));
        never raises
    compile_rules(rules, **same) -> RuleSet
        raises RuleError (with .problems) when check() finds anything
    evaluate(ruleset, record, *, now, event="intake", facts=None, max_passes=5) -> Outcome
        .effects: list[Effect(rule, do, args, because)] in firing order, for the caller to perform
        .record:  the record as it would look with the state-changing effects applied (a copy)
        .traces:  list[RuleTrace] (every rule, every pass): why it matched or not, with the values seen
        .cycle:   names of the rules that keep undoing each other, else ()
        .problems: what stopped a rule from being judged (a fact lookup that failed), never hidden

For many records at once, :class:`Judge` asks one rule's condition of each (``many.py``): no traces, the same comparisons,
and facts only where fields leave it open.

Facts (aggregates over other records) come from the caller through :class:`FactSource`; each distinct fact is asked once
per evaluation. The engine performs nothing: it returns effects.
"""

from complaint_qms.engine.rules.actions import ACTIONS, Argument
from complaint_qms.engine.rules.evaluate import (
    ConditionTrace,
    Effect,
    FactSource,
    Outcome,
    RuleTrace,
    evaluate,
)
from complaint_qms.engine.rules.many import UNKNOWN, Asked, Held, Judge
from complaint_qms.engine.rules.mistakes import Problem
from complaint_qms.engine.rules.pattern import Pattern, PatternError
from complaint_qms.engine.rules.schema import (
    DEFAULT_SEVERITIES,
    EVENTS,
    OPERATORS,
    Rule,
    RuleError,
    RuleSet,
    check,
    compile_rules,
)

__all__ = [
    "ACTIONS",
    "DEFAULT_SEVERITIES",
    "EVENTS",
    "OPERATORS",
    "UNKNOWN",
    "Argument",
    "Asked",
    "ConditionTrace",
    "Effect",
    "FactSource",
    "Held",
    "Judge",
    "Outcome",
    "Pattern",
    "PatternError",
    "Problem",
    "Rule",
    "RuleError",
    "RuleSet",
    "RuleTrace",
    "check",
    "compile_rules",
    "evaluate",
]
