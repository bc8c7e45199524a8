"""The shape of a rule, and every mistake in a rule that does not have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from complaint_qms.engine.message import Message
from complaint_qms.engine.rules.actions import ACTIONS, Argument, is_text, is_whole
from complaint_qms.engine.rules.mistakes import Problem, expected, unknown
from complaint_qms.engine.rules.pattern import Pattern, PatternError

DEFAULT_SEVERITIES: tuple[str, ...] = ("negligible", "minor", "serious", "critical", "catastrophic")
EVENTS: tuple[str, ...] = ("intake", "change", "schedule")

# operator -> the shape its value must have
OPERATORS: dict[str, str] = {
    "=": "single",
    "!=": "single",
    ">": "single",
    ">=": "single",
    "<": "single",
    "<=": "single",
    "in": "list",
    "not in": "list",
    "contains": "text",
    "not contains": "text",
    "matches": "pattern",
    "is set": "none",
    "is not set": "none",
    "between": "pair",
    "within last days": "days",
}

MAX_DEPTH = 8
MAX_CONDITIONS = 100

_MISSING = object()
_REFERENCE = '{"field": name}'


class RuleError(ValueError):
    """Rules that cannot be used; ``problems`` lists every mistake."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule, ready to run."""

    name: str
    order: float
    on: frozenset[str]
    when: Mapping[str, Any]
    then: tuple[Mapping[str, Any], ...]
    stop: bool


@dataclass(frozen=True)
class RuleSet:
    """Checked rules in running order, with their compiled patterns and the order of severities."""

    rules: tuple[Rule, ...]
    patterns: Mapping[str, Pattern]
    severities: tuple[str, ...]


_RULE_KEYS = {"name", "title", "description", "order", "enabled", "on", "when", "then", "stop"}


def check(
    rules: object,
    *,
    fields: Collection[str] | None = None,
    facts: Collection[str] | None = None,
    severities: Sequence[str] = DEFAULT_SEVERITIES,
) -> list[Problem]:
    """Every mistake in ``rules``, each with its path; an empty list means they can run.

    ``fields`` / ``facts`` name what exists; ``None`` accepts any name. Where ``facts`` is a mapping, each name has the arguments
    (:class:`Argument`) that the fact takes, and those of a condition are checked as well. ``severities`` are ordered, mildest
    first.
    """
    problems: list[Problem] = []
    if not isinstance(rules, list | tuple):
        return [Problem("rules", expected(Message("a list of rules"), rules))]
    checker = _Checker(problems, fields, facts, tuple(severities), {})
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        checker.rule(rule, path)
        name = rule.get("name") if isinstance(rule, Mapping) else None
        if isinstance(name, str):
            if name in seen:
                used = Message(
                    "the name {name} is already used by {other}",
                    {"name": repr(name), "other": f"rules[{seen[name]}]"},
                )
                problems.append(Problem(f"{path}.name", used))
            seen.setdefault(name, index)
    return problems


def compile_rules(
    rules: Sequence[Mapping[str, Any]],
    *,
    fields: Collection[str] | None = None,
    facts: Collection[str] | None = None,
    severities: Sequence[str] = DEFAULT_SEVERITIES,
) -> RuleSet:
    """Check and order rules. Disabled rules are checked too, then left out. Raises :class:`RuleError`."""
    problems = check(rules, fields=fields, facts=facts, severities=severities)
    if problems:
        raise RuleError(problems)
    patterns: dict[str, Pattern] = {}
    checker = _Checker([], None, None, tuple(severities), patterns)
    ready = []
    for index, rule in enumerate(rules):
        checker.rule(rule, f"rules[{index}]")  # collects the compiled patterns
        if rule.get("enabled", True):
            ready.append(
                Rule(
                    name=rule["name"],
                    order=rule.get("order", 100),
                    on=frozenset(rule.get("on", EVENTS)),
                    when=rule.get("when", {"all": []}),
                    then=tuple(rule["then"]),
                    stop=rule.get("stop", False),
                )
            )
    ready.sort(key=lambda rule: rule.order)
    return RuleSet(tuple(ready), patterns, tuple(severities))


@dataclass
class _Checker:
    problems: list[Problem]
    fields: Collection[str] | None
    facts: Collection[str] | None
    severities: tuple[str, ...]
    patterns: dict[str, Pattern]
    conditions: int = 0

    def say(self, path: str, message: Message) -> None:
        self.problems.append(Problem(path, message))

    def rule(self, rule: object, path: str) -> None:
        if not isinstance(rule, Mapping):
            self.say(path, expected(Message("a mapping"), rule))
            return
        for key in rule:
            if key not in _RULE_KEYS:
                self.say(
                    f"{path}.{key}", unknown(Message("unknown key; a rule has {known}"), sorted(_RULE_KEYS))
                )
        if not is_text(rule.get("name")):
            self.say(f"{path}.name", Message("every rule needs a name"))
        order = rule.get("order", 100)
        if isinstance(order, bool) or not isinstance(order, int | float) or order != order:
            self.say(f"{path}.order", expected(Message("a number"), order))
        for key in ("enabled", "stop"):
            if key in rule and not isinstance(rule[key], bool):
                self.say(f"{path}.{key}", expected(Message("true or false"), rule[key]))
        self.events(rule.get("on", list(EVENTS)), f"{path}.on")
        self.conditions = 0
        if "when" in rule:
            self.condition(rule["when"], f"{path}.when", 1)
        self.actions(rule.get("then"), f"{path}.then")

    def events(self, events: object, path: str) -> None:
        if not isinstance(events, list | tuple) or not events:
            self.say(path, unknown(Message("expected a list of events out of {known}"), EVENTS))
            return
        for index, event in enumerate(events):
            if event not in EVENTS:
                self.say(
                    f"{path}[{index}]",
                    unknown(Message("unknown event {found}; known: {known}"), EVENTS, event),
                )

    def condition(self, condition: object, path: str, depth: int) -> None:
        if not isinstance(condition, Mapping):
            self.say(path, expected(Message("a condition"), condition))
            return
        if depth > MAX_DEPTH:
            self.say(path, Message("conditions may be nested {most} deep at most", {"most": MAX_DEPTH}))
            return
        groups = [key for key in ("all", "any", "not") if key in condition]
        if groups:
            self.group(condition, groups, path, depth)
            return
        self.conditions += 1
        if self.conditions == MAX_CONDITIONS + 1:
            self.say(path, Message("a rule may have {most} conditions at most", {"most": MAX_CONDITIONS}))
        self.subject(condition, path)
        operator = condition.get("op")
        if not isinstance(operator, str) or operator not in OPERATORS:
            self.say(
                f"{path}.op",
                unknown(Message("unknown operator {found}; known: {known}"), OPERATORS, operator),
            )
            return
        self.value(OPERATORS[operator], condition.get("value", _MISSING), f"{path}.value")
        for key in condition:
            if key not in ("field", "fact", "args", "op", "value"):
                self.say(
                    f"{path}.{key}", Message("unknown key; a condition has field or fact, args, op, value")
                )

    def group(self, condition: Mapping[str, Any], groups: list[str], path: str, depth: int) -> None:
        if len(condition) > 1:
            self.say(path, Message("{key} must stand alone in its condition", {"key": repr(groups[0])}))
            return
        key = groups[0]
        if key == "not":
            self.condition(condition["not"], f"{path}.not", depth + 1)
            return
        parts = condition[key]
        if not isinstance(parts, list | tuple):
            self.say(f"{path}.{key}", expected(Message("a list of conditions"), parts))
            return
        for index, part in enumerate(parts):
            self.condition(part, f"{path}.{key}[{index}]", depth + 1)

    def subject(self, condition: Mapping[str, Any], path: str) -> None:
        field, fact = condition.get("field"), condition.get("fact")
        if ("field" in condition) == ("fact" in condition):
            self.say(path, Message("a condition names either a field or a fact"))
        elif "field" in condition:
            self.field(field, f"{path}.field")
            if "args" in condition:
                self.say(f"{path}.args", Message("only a fact has arguments"))
        else:
            if not is_text(fact):
                self.say(f"{path}.fact", Message("expected the name of a fact"))
            elif self.facts is not None and fact not in self.facts:
                self.say(
                    f"{path}.fact",
                    unknown(Message("unknown fact {found}; known: {known}"), sorted(self.facts), fact),
                )
            args = condition.get("args", {})
            if not isinstance(args, Mapping):
                self.say(f"{path}.args", expected(Message("a mapping"), args))
            elif isinstance(self.facts, Mapping) and fact in self.facts:
                self.arguments(str(fact), args, self.facts[fact], f"{path}.args")

    def field(self, field: object, path: str) -> None:
        if not is_text(field):
            self.say(path, Message("expected the name of a field"))
        elif self.fields is not None and field not in self.fields:
            self.say(path, Message("unknown field {found}", {"found": repr(field)}))

    def value(self, shape: str, value: object, path: str) -> None:
        if shape == "none":
            if value is not _MISSING:
                self.say(path, Message("this operator takes no value"))
            return
        if value is _MISSING or value is None:
            self.say(path, Message("a value is missing"))
            return
        if shape == "single":
            self.single(value, path)
        elif shape == "list":
            if not isinstance(value, list | tuple) or not value:
                self.say(path, expected(Message("a list of values"), value))
            else:
                for index, item in enumerate(value):
                    self.single(item, f"{path}[{index}]")
        elif shape == "text" and not is_text(value):
            self.say(path, expected(Message("a text that is not empty"), value))
        elif shape == "pair":
            if not isinstance(value, list | tuple) or len(value) != 2:
                self.say(path, Message("expected a list of two values: from and to"))
            else:
                for index, item in enumerate(value):
                    self.single(item, f"{path}[{index}]")
        elif shape == "days" and not (isinstance(value, int) and is_whole(value) and value > 0):
            self.say(path, Message("expected a whole number of days, 1 or more"))
        elif shape == "pattern":
            self.pattern(value, path)

    def single(self, value: object, path: str) -> None:
        if isinstance(value, Mapping):
            if set(value) != {"field"}:
                self.say(path, Message("expected a value or {example}", {"example": _REFERENCE}))
            else:
                self.field(value["field"], f"{path}.field")
        elif isinstance(value, list | tuple) or value is None:
            self.say(path, expected(Message("a single value"), value))

    def pattern(self, value: object, path: str) -> None:
        if not isinstance(value, str) or not is_text(value):
            self.say(path, Message("expected a pattern"))
            return
        try:
            self.patterns[value] = Pattern(value)
        except PatternError as error:
            self.say(path, error.message)

    def actions(self, actions: object, path: str) -> None:
        if not isinstance(actions, list | tuple) or not actions:
            self.say(path, Message("a rule needs at least one action"))
            return
        for index, action in enumerate(actions):
            here = f"{path}[{index}]"
            if not isinstance(action, Mapping):
                self.say(here, expected(Message("an action"), action))
                continue
            do = action.get("do")
            if not isinstance(do, str) or do not in ACTIONS:
                self.say(
                    f"{here}.do", unknown(Message("unknown action {found}; known: {known}"), ACTIONS, do)
                )
                continue
            self.arguments(
                do, {key: value for key, value in action.items() if key != "do"}, ACTIONS[do], here
            )
            if do == "set":
                if is_text(action.get("field")):
                    self.field(action["field"], f"{here}.field")
                if isinstance(action.get("value"), Mapping):
                    self.single(action["value"], f"{here}.value")
            if do == "raise_severity" and is_text(action.get("to")) and action["to"] not in self.severities:
                known = Message("unknown severity {found}; known: {known}")
                self.say(f"{here}.to", unknown(known, self.severities, action["to"]))

    def arguments(
        self, taker: str, given: Mapping[str, Any], wanted: Mapping[str, Argument], path: str
    ) -> None:
        for key, argument in wanted.items():
            if key not in given:
                if argument.required:
                    self.say(
                        f"{path}.{key}", Message("missing; expected {wanted}", {"wanted": argument.wanted})
                    )
            elif not argument.test(given[key]):
                self.say(f"{path}.{key}", expected(argument.wanted, given[key]))
        for key in given:
            if key not in wanted:
                found = {"action": taker, "known": ", ".join(wanted)}
                self.say(f"{path}.{key}", Message("unknown; {action} takes {known}", found))
