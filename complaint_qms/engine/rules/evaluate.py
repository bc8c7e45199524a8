"""Running rules: bounded passes over a copy of the record, with the reason for every outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Protocol

from complaint_qms.engine.message import Message
from complaint_qms.engine.rules.schema import Rule, RuleSet
from complaint_qms.engine.text import fold

MAX_TEXT = 20_000
"""Characters of a field that ``matches`` and ``contains`` look at."""


CHANGING = frozenset(("set", "add_tag", "assign", "raise_severity"))
"""Actions that change the record; the others are given once per evaluation."""


class FactSource(Protocol):
    """Where aggregate facts come from; the caller implements it (one query per distinct fact, or a cache)."""

    def fact(self, name: str, args: Mapping[str, Any], record: Mapping[str, Any], now: datetime) -> object:
        """The value of ``name`` for this record at ``now``; raise ``LookupError`` when it cannot be known."""


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One judged condition: ``message`` tells what was found and what was wanted, its key an English text."""

    path: str
    result: bool
    message: Message
    children: tuple[ConditionTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """Why a rule did or did not match in a pass. ``fired`` is False for a match whose effects were all there already."""

    rule: str
    pass_number: int
    matched: bool
    fired: bool
    why: ConditionTrace


@dataclass(frozen=True, slots=True)
class Effect:
    """What the caller should do: ``do`` is a key of ``ACTIONS``, ``args`` its arguments with field references resolved.

    ``args`` of ``raise_severity`` also has ``from``; ``because`` lists the conditions that held.
    """

    rule: str
    do: str
    args: Mapping[str, Any]
    because: tuple[Message, ...]


@dataclass(frozen=True)
class Outcome:
    """The result of :func:`evaluate`; see the package docstring."""

    effects: tuple[Effect, ...]
    record: Mapping[str, Any]
    traces: tuple[RuleTrace, ...]
    passes: int
    cycle: tuple[str, ...] = ()
    problems: tuple[Message, ...] = ()


@dataclass
class _Run:
    ruleset: RuleSet
    record: dict[str, Any]
    now: datetime
    facts: FactSource | None
    known: dict[str, object] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)


def evaluate(
    ruleset: RuleSet,
    record: Mapping[str, Any],
    *,
    now: datetime,
    event: str = "intake",
    facts: FactSource | None = None,
    max_passes: int = 5,
) -> Outcome:
    """Run the rules of ``event`` over ``record`` until nothing changes, at most ``max_passes`` times.

    A rule fires at most once per pass, and an effect that was already given is not given again, so effects are finite
    whatever the rules say. When the record returns to a state it already had, the rules that fired since then are
    reported as a cycle and evaluation stops.

    Comparison: text is compared without regard to case, width and outer spaces; numbers and numeric text as numbers;
    dates and ISO text as moments (a date is its midnight; a moment without zone is taken in ``now``'s zone). A field
    that is not set (missing, None, empty text or list) only satisfies ``!=``, ``not in``, ``not contains`` and
    ``is not set``. A condition whose fact cannot be looked up is false and named in ``problems``.
    """
    run = _Run(ruleset, dict(record), now, facts)
    rules = [rule for rule in ruleset.rules if event in rule.on]
    effects: list[Effect] = []
    given: set[str] = set()
    traces: list[RuleTrace] = []
    states = [_state(run.record)]
    changed_by: list[list[str]] = []  # per pass, the rules that changed the record
    cycle: tuple[str, ...] = ()
    for number in range(1, max_passes + 1):
        changed: list[str] = []
        for rule in rules:
            why = _judge(rule.when, "when", run)
            new = _fire(rule, why, run, given) if why.result else []
            effects.extend(new)
            traces.append(RuleTrace(rule.name, number, why.result, bool(new), why))
            if any(effect.do in CHANGING for effect in new):
                changed.append(rule.name)
            if why.result and rule.stop:
                break
        changed_by.append(changed)
        if not changed:
            break
        state = _state(run.record)
        if state in states:
            since = states.index(state)
            cycle = tuple(dict.fromkeys(name for names in changed_by[since:] for name in names))
            break
        states.append(state)
    else:
        run.problems.append(
            Message(
                "stopped after {passes} passes while rules were still changing the record",
                {"passes": max_passes},
            )
        )
    return Outcome(tuple(effects), run.record, tuple(traces), len(changed_by), cycle, tuple(run.problems))


def comparison(found: object, operator: str, wanted: Any, now: datetime, ruleset: RuleSet) -> bool:
    """Whether a value is as an operator of the schema wants it, as in :func:`evaluate`; ``wanted`` has no fields to put in."""
    return _compare(found, operator, wanted, now, ruleset)[0]


def resolved(value: Any, record: Mapping[str, Any]) -> Any:
    """A value with the fields it names put in."""
    if isinstance(value, Mapping) and set(value) == {"field"}:
        return record.get(value["field"])
    if isinstance(value, list | tuple):
        return [resolved(item, record) for item in value]
    return value


def _state(record: Mapping[str, Any]) -> str:
    return json.dumps(record, sort_keys=True, default=str)


def _fire(rule: Rule, why: ConditionTrace, run: _Run, given: set[str]) -> list[Effect]:
    because = tuple(_held(why))
    new = []
    for action in rule.then:
        args = _apply(action, run)
        if args is None:
            continue
        key = _state({"do": action["do"], "args": args})
        if key in given and action["do"] not in CHANGING:
            continue
        given.add(key)
        new.append(Effect(rule.name, action["do"], args, because))
    return new


def _apply(action: Mapping[str, Any], run: _Run) -> dict[str, Any] | None:
    """Arguments of the effect, after changing the working copy; None when the record already is as wanted."""
    record = run.record
    args = {key: value for key, value in action.items() if key != "do"}
    do = action["do"]
    if do == "set":
        args["value"] = resolved(args["value"], record)
        if args["field"] in record and record[args["field"]] == args["value"]:
            return None
        record[args["field"]] = args["value"]
    elif do == "add_tag":
        tags = record.get("tags") or []
        if args["tag"] in tags:
            return None
        record["tags"] = [*tags, args["tag"]]
    elif do == "assign":
        if record.get("assigned_to") == args["to"]:
            return None
        record["assigned_to"] = args["to"]
    elif do == "raise_severity":
        order = run.ruleset.severities
        current = record.get("severity")
        if current in order and order.index(current) >= order.index(args["to"]):
            return None
        args["from"] = current
        record["severity"] = args["to"]
    return args


def _held(trace: ConditionTrace) -> list[Message]:
    if not trace.result:
        return []
    return [message for child in trace.children for message in _held(child)] or [trace.message]


def _judge(condition: Mapping[str, Any], path: str, run: _Run) -> ConditionTrace:
    if "all" in condition or "any" in condition:
        key = "all" if "all" in condition else "any"
        children = tuple(
            _judge(part, f"{path}.{key}[{index}]", run) for index, part in enumerate(condition[key])
        )
        held = sum(child.result for child in children)
        result = held == len(children) if key == "all" else held > 0
        if not children:
            return ConditionTrace(path, result, Message("no condition given"))
        message = (
            Message("{held} of {number} conditions hold, all are needed")
            if key == "all"
            else Message("{held} of {number} conditions hold, one is needed")
        )
        return ConditionTrace(path, result, message.having(held=held, number=len(children)), children)
    if "not" in condition:
        child = _judge(condition["not"], f"{path}.not", run)
        # The inner trace is kept for reading, but what held inside is not a reason for the rule to match.
        return ConditionTrace(
            path, not child.result, Message("not: {condition}", {"condition": child.message})
        )
    return _judge_leaf(condition, path, run)


def _judge_leaf(condition: Mapping[str, Any], path: str, run: _Run) -> ConditionTrace:
    operator = condition["op"]
    if "fact" in condition:
        name = condition["fact"]
        label = _fact_label(condition)
        try:
            actual = _fact(condition, run)
        except LookupError as error:
            why = error.args[0] if error.args else str(error)
            problem = Message(
                "{path}: fact {fact} could not be looked up: {why}",
                {"path": path, "fact": repr(name), "why": why if isinstance(why, Message) else str(why)},
            )
            if problem not in run.problems:
                run.problems.append(problem)
            return ConditionTrace(path, False, Message("{subject} is not known", {"subject": label}))
    else:
        label = condition["field"]
        actual = run.record.get(label)
    wanted = resolved(condition.get("value"), run.record)
    result, comparable = _compare(actual, operator, wanted, run.now, run.ruleset)
    found = {"subject": label, "found": repr(actual), "operator": operator, "wanted": repr(wanted)}
    if operator in ("is set", "is not set"):
        message = (
            Message("{subject} is set: {found}", found | {"found": str(actual)})
            if _is_set(actual)
            else Message("{subject} is not set", found)
        )
    elif not comparable:
        message = Message("{subject} is {found}, which cannot be compared with {wanted}", found)
    elif result:
        message = Message("{subject} is {found}; {operator} {wanted} holds", found)
    else:
        message = Message("{subject} is {found}; {operator} {wanted} does not hold", found)
    return ConditionTrace(path, result, message)


def _fact_label(condition: Mapping[str, Any]) -> str:
    args = condition.get("args") or {}
    inner = ", ".join(f"{key}={args[key]}" for key in args)
    return f"{condition['fact']}({inner})"


def _fact(condition: Mapping[str, Any], run: _Run) -> object:
    if run.facts is None:
        raise LookupError(Message("no source of facts was given"))
    args = {key: resolved(value, run.record) for key, value in (condition.get("args") or {}).items()}
    key = _state({"fact": condition["fact"], "args": args})
    if key not in run.known:
        run.known[key] = run.facts.fact(condition["fact"], args, dict(run.record), run.now)
    return run.known[key]


def _is_set(value: object) -> bool:
    return value is not None and value != "" and value != [] and value != () and value != {}


def _compare(
    actual: object, operator: str, wanted: Any, now: datetime, ruleset: RuleSet
) -> tuple[bool, bool]:
    """``(result, comparable)``."""
    if operator == "is set":
        return _is_set(actual), True
    if operator == "is not set":
        return not _is_set(actual), True
    if not _is_set(actual):
        return operator in ("!=", "not in", "not contains"), True
    if operator in ("in", "not in"):
        inside = any(_equal(actual, item, now) for item in wanted)
        return inside == (operator == "in"), True
    if operator in ("=", "!="):
        return _equal(actual, wanted, now) == (operator == "="), True
    if operator in ("contains", "not contains"):
        return _contains(actual, wanted) == (operator == "contains"), True
    if operator == "matches":
        return ruleset.patterns[wanted].search(str(actual)[:MAX_TEXT]), True
    if operator == "within last days":
        moment = _moment(actual, now)
        if moment is None:
            return False, False
        return now - timedelta(days=wanted) <= moment <= now, True
    if operator == "between":
        low, high = (_order(actual, bound, now) for bound in wanted)
        if low is None or high is None:
            return False, False
        return low >= 0 and high <= 0, True
    sign = _order(actual, wanted, now)
    if sign is None:
        return False, False
    return {">": sign > 0, ">=": sign >= 0, "<": sign < 0, "<=": sign <= 0}[operator], True


def _contains(actual: object, wanted: str) -> bool:
    if isinstance(actual, list | tuple | set | frozenset):
        return any(fold(str(item)) == fold(wanted) for item in actual)
    return fold(wanted) in fold(str(actual)[:MAX_TEXT])


def _equal(actual: object, wanted: object, now: datetime) -> bool:
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return _truth(actual) is not None and _truth(actual) == _truth(wanted)
    sign = _order(actual, wanted, now)
    if sign is not None:
        return sign == 0
    return fold(str(actual)) == fold(str(wanted))


def _truth(value: object) -> bool | None:
    if value in (0, 1):
        return bool(value)
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        fold(str(value))
    )


def _order(actual: object, wanted: object, now: datetime) -> int | None:
    """-1, 0 or 1 when both are numbers or both are moments; None when they have no order."""
    left, right = _number(actual), _number(wanted)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    first, second = _moment(actual, now), _moment(wanted, now)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    return None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _moment(value: object, now: datetime) -> datetime | None:
    """A comparable moment: naive or aware like ``now``."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        return None
    if now.tzinfo is None:
        return value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
    return value if value.tzinfo else value.replace(tzinfo=now.tzinfo)
