"""The shape of a rule, and every complaint about a rule that does not have it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where (a path such as ``rules[0].when.all[1].value``) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


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


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _recipients(value: object) -> bool:
    return _text(value) or (isinstance(value, list | tuple) and bool(value) and all(map(_text, value)))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _anything(value: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an action: the test it must pass, in words, and whether it may be left out."""

    test: Callable[[object], bool]
    wanted: str
    required: bool = True


_TEXT = Argument(_text, "a text that is not empty")
_OPTIONAL_TEXT = Argument(_text, "a text that is not empty", required=False)
_WHO = Argument(_recipients, "a name, or a list of names")

ACTIONS: dict[str, dict[str, Argument]] = {
    "set": {"field": _TEXT, "value": Argument(_anything, "a value")},
    "add_tag": {"tag": _TEXT},
    "assign": {"to": _TEXT},
    "notify": {"to": _WHO, "message": _TEXT, "channel": _OPTIONAL_TEXT},
    "escalate": {"to": _WHO, "reason": _OPTIONAL_TEXT},
    "create_task": {
        "to": _TEXT,
        "subject": _TEXT,
        "due_days": Argument(_whole, "a whole number of days, 0 or more", required=False),
    },
    "raise_severity": {"to": _TEXT},
}
"""Every action and its arguments. ``raise_severity`` never lowers; its ``to`` is one of the given severities."""

_RULE_KEYS = {"name", "title", "description", "order", "enabled", "on", "when", "then", "stop"}


def check(
    rules: object,
    *,
    fields: Collection[str] | None = None,
    facts: Collection[str] | None = None,
    severities: Sequence[str] = DEFAULT_SEVERITIES,
) -> list[Problem]:
    """Every mistake in ``rules``, each with its path; an empty list means they can run.

    ``fields`` / ``facts`` name what exists; ``None`` accepts any name. ``severities`` are ordered, mildest first.
    """
    problems: list[Problem] = []
    if not isinstance(rules, list | tuple):
        return [Problem("rules", f"expected a list of rules, got {_kind(rules)}")]
    checker = _Checker(problems, fields, facts, tuple(severities), {})
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        checker.rule(rule, path)
        name = rule.get("name") if isinstance(rule, Mapping) else None
        if isinstance(name, str):
            if name in seen:
                problems.append(
                    Problem(f"{path}.name", f"the name {name!r} is already used by rules[{seen[name]}]")
                )
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


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes/no"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int | float):
        return "a number"
    return type(value).__name__


@dataclass
class _Checker:
    problems: list[Problem]
    fields: Collection[str] | None
    facts: Collection[str] | None
    severities: tuple[str, ...]
    patterns: dict[str, Pattern]
    conditions: int = 0

    def say(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def rule(self, rule: object, path: str) -> None:
        if not isinstance(rule, Mapping):
            self.say(path, f"expected a mapping, got {_kind(rule)}")
            return
        for key in rule:
            if key not in _RULE_KEYS:
                self.say(f"{path}.{key}", f"unknown key; a rule has {', '.join(sorted(_RULE_KEYS))}")
        if not _text(rule.get("name")):
            self.say(f"{path}.name", "every rule needs a name")
        order = rule.get("order", 100)
        if isinstance(order, bool) or not isinstance(order, int | float) or order != order:
            self.say(f"{path}.order", f"expected a number, got {_kind(order)}")
        for key in ("enabled", "stop"):
            if key in rule and not isinstance(rule[key], bool):
                self.say(f"{path}.{key}", f"expected true or false, got {_kind(rule[key])}")
        self.events(rule.get("on", list(EVENTS)), f"{path}.on")
        self.conditions = 0
        if "when" in rule:
            self.condition(rule["when"], f"{path}.when", 1)
        self.actions(rule.get("then"), f"{path}.then")

    def events(self, events: object, path: str) -> None:
        if not isinstance(events, list | tuple) or not events:
            self.say(path, f"expected a list of events out of {', '.join(EVENTS)}")
            return
        for index, event in enumerate(events):
            if event not in EVENTS:
                self.say(f"{path}[{index}]", f"unknown event {event!r}; known: {', '.join(EVENTS)}")

    def condition(self, condition: object, path: str, depth: int) -> None:
        if not isinstance(condition, Mapping):
            self.say(path, f"expected a condition, got {_kind(condition)}")
            return
        if depth > MAX_DEPTH:
            self.say(path, f"conditions may be nested {MAX_DEPTH} deep at most")
            return
        groups = [key for key in ("all", "any", "not") if key in condition]
        if groups:
            self.group(condition, groups, path, depth)
            return
        self.conditions += 1
        if self.conditions == MAX_CONDITIONS + 1:
            self.say(path, f"a rule may have {MAX_CONDITIONS} conditions at most")
        self.subject(condition, path)
        operator = condition.get("op")
        if not isinstance(operator, str) or operator not in OPERATORS:
            self.say(f"{path}.op", f"unknown operator {operator!r}; known: {', '.join(OPERATORS)}")
            return
        self.value(OPERATORS[operator], condition.get("value", _MISSING), f"{path}.value")
        for key in condition:
            if key not in ("field", "fact", "args", "op", "value"):
                self.say(f"{path}.{key}", "unknown key; a condition has field or fact, args, op, value")

    def group(self, condition: Mapping[str, Any], groups: list[str], path: str, depth: int) -> None:
        if len(condition) > 1:
            self.say(path, f"{groups[0]!r} must stand alone in its condition")
            return
        key = groups[0]
        if key == "not":
            self.condition(condition["not"], f"{path}.not", depth + 1)
            return
        parts = condition[key]
        if not isinstance(parts, list | tuple):
            self.say(f"{path}.{key}", f"expected a list of conditions, got {_kind(parts)}")
            return
        for index, part in enumerate(parts):
            self.condition(part, f"{path}.{key}[{index}]", depth + 1)

    def subject(self, condition: Mapping[str, Any], path: str) -> None:
        field, fact = condition.get("field"), condition.get("fact")
        if ("field" in condition) == ("fact" in condition):
            self.say(path, "a condition names either a field or a fact")
        elif "field" in condition:
            self.field(field, f"{path}.field")
            if "args" in condition:
                self.say(f"{path}.args", "only a fact has arguments")
        else:
            if not _text(fact):
                self.say(f"{path}.fact", "expected the name of a fact")
            elif self.facts is not None and fact not in self.facts:
                self.say(f"{path}.fact", f"unknown fact {fact!r}; known: {', '.join(sorted(self.facts))}")
            if not isinstance(condition.get("args", {}), Mapping):
                self.say(f"{path}.args", f"expected a mapping, got {_kind(condition['args'])}")

    def field(self, field: object, path: str) -> None:
        if not _text(field):
            self.say(path, "expected the name of a field")
        elif self.fields is not None and field not in self.fields:
            self.say(path, f"unknown field {field!r}")

    def value(self, shape: str, value: object, path: str) -> None:
        if shape == "none":
            if value is not _MISSING:
                self.say(path, "this operator takes no value")
            return
        if value is _MISSING or value is None:
            self.say(path, "a value is missing")
            return
        if shape == "single":
            self.single(value, path)
        elif shape == "list":
            if not isinstance(value, list | tuple) or not value:
                self.say(path, f"expected a list of values, got {_kind(value)}")
            else:
                for index, item in enumerate(value):
                    self.single(item, f"{path}[{index}]")
        elif shape == "text" and not _text(value):
            self.say(path, f"expected a text that is not empty, got {_kind(value)}")
        elif shape == "pair":
            if not isinstance(value, list | tuple) or len(value) != 2:
                self.say(path, "expected a list of two values: from and to")
            else:
                for index, item in enumerate(value):
                    self.single(item, f"{path}[{index}]")
        elif shape == "days" and not (isinstance(value, int) and _whole(value) and value > 0):
            self.say(path, "expected a whole number of days, 1 or more")
        elif shape == "pattern":
            self.pattern(value, path)

    def single(self, value: object, path: str) -> None:
        if isinstance(value, Mapping):
            if set(value) != {"field"}:
                self.say(path, 'expected a value or {"field": name}')
            else:
                self.field(value["field"], f"{path}.field")
        elif isinstance(value, list | tuple) or value is None:
            self.say(path, f"expected a single value, got {_kind(value)}")

    def pattern(self, value: object, path: str) -> None:
        if not isinstance(value, str) or not _text(value):
            self.say(path, "expected a pattern")
            return
        try:
            self.patterns[value] = Pattern(value)
        except PatternError as error:
            self.say(path, str(error))

    def actions(self, actions: object, path: str) -> None:
        if not isinstance(actions, list | tuple) or not actions:
            self.say(path, "a rule needs at least one action")
            return
        for index, action in enumerate(actions):
            here = f"{path}[{index}]"
            if not isinstance(action, Mapping):
                self.say(here, f"expected an action, got {_kind(action)}")
                continue
            do = action.get("do")
            if not isinstance(do, str) or do not in ACTIONS:
                self.say(f"{here}.do", f"unknown action {do!r}; known: {', '.join(ACTIONS)}")
                continue
            self.arguments(action, ACTIONS[do], here)
            if do == "set":
                if _text(action.get("field")):
                    self.field(action["field"], f"{here}.field")
                if isinstance(action.get("value"), Mapping):
                    self.single(action["value"], f"{here}.value")
            if do == "raise_severity" and _text(action.get("to")) and action["to"] not in self.severities:
                known = ", ".join(self.severities)
                self.say(f"{here}.to", f"unknown severity {action['to']!r}; known: {known}")

    def arguments(self, action: Mapping[str, Any], wanted: Mapping[str, Argument], path: str) -> None:
        for key, argument in wanted.items():
            if key not in action:
                if argument.required:
                    self.say(f"{path}.{key}", f"missing; expected {argument.wanted}")
            elif not argument.test(action[key]):
                self.say(f"{path}.{key}", f"expected {argument.wanted}, got {_kind(action[key])}")
        for key in action:
            if key != "do" and key not in wanted:
                self.say(f"{path}.{key}", f"unknown; {action['do']} takes {', '.join(wanted)}")
