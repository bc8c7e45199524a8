"""One condition asked of many records: without traces, and of facts only where the fields leave the answer open.

The same comparisons as in ``evaluate``, so that a rule means the same for one record and for a hundred thousand. A fact
that is not known yet makes an answer ``None``; the caller looks up those facts for all open records together, one query
for each distinct fact, and asks again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from complaint_qms.engine.rules.evaluate import comparison, resolved
from complaint_qms.engine.rules.schema import RuleSet

Facts = Sequence[object]
"""What each fact of a condition is for one record, in the order of ``Judge.facts``; ``UNKNOWN`` where nobody has asked yet."""
_Node = Callable[[Mapping[str, Any], Facts, datetime], "bool | None"]

UNKNOWN = object()
_MOST_KEPT = 10_000
"""Answers that a condition keeps for values it has seen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A distinct fact of a condition: its name and arguments, fields of the record still to be put in."""

    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A condition that held, and what the record or the fact was."""

    condition: Mapping[str, Any]
    found: object


@dataclass
class Judge:
    """A rule's condition, ready to be asked. ``fields``: those of the record it reads; ``facts``: what it asks of others."""

    ruleset: RuleSet
    when: Mapping[str, Any]
    facts: list[Asked] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._places: dict[str, int] = {}
        self._node = self._compiled(self.when)
        self._nothing = (UNKNOWN,) * len(self.facts)

    def asks(self, record: Mapping[str, Any], now: datetime, facts: Facts | None = None) -> bool | None:
        """Whether the condition holds; None while a fact that is not known decides it."""
        return self._node(record, self._nothing if facts is None else facts, now)

    def held(self, record: Mapping[str, Any], now: datetime, facts: Facts | None = None) -> list[Held]:
        """Why the condition holds: the conditions in it that do. What stands under a "not" is no reason."""
        return self._reasons(self.when, record, self._nothing if facts is None else facts, now)

    def _compiled(self, condition: Mapping[str, Any]) -> _Node:
        if "all" in condition:
            return _all([self._compiled(part) for part in condition["all"]])
        if "any" in condition:
            return _any([self._compiled(part) for part in condition["any"]])
        if "not" in condition:
            return _not(self._compiled(condition["not"]))
        return self._leaf(condition)

    def _leaf(self, condition: Mapping[str, Any]) -> _Node:
        operator, value = condition["op"], condition.get("value")
        compare = self._comparing(operator, value)
        if "fact" in condition:
            place = self._place(condition)

            def of_fact(record: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
                found = facts[place]
                return None if found is UNKNOWN else compare(found, record, now)

            return of_fact
        name = condition["field"]
        self.fields.add(name)

        def of_field(record: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
            return compare(record.get(name), record, now)

        return of_field

    def _comparing(self, operator: str, value: Any) -> Callable[[object, Mapping[str, Any], datetime], bool]:
        named = [
            part["field"]
            for part in (value if isinstance(value, list | tuple) else (value,))
            if isinstance(part, Mapping)
        ]
        self.fields.update(named)

        def compare(found: object, record: Mapping[str, Any], now: datetime) -> bool:
            return comparison(found, operator, resolved(value, record), now, self.ruleset)

        if named or operator == "within last days":
            return compare
        kept: dict[tuple[type, Hashable], bool] = {}

        def remembered(found: object, record: Mapping[str, Any], now: datetime) -> bool:
            if not isinstance(found, Hashable):
                return compare(found, record, now)
            key = (type(found), found)
            answer = kept.get(key)
            if answer is None:
                if len(kept) >= _MOST_KEPT:
                    kept.clear()
                answer = kept[key] = compare(found, record, now)
            return answer

        return remembered

    def _place(self, condition: Mapping[str, Any]) -> int:
        args = condition.get("args") or {}
        self.fields.update(part["field"] for part in args.values() if isinstance(part, Mapping))
        key = json.dumps([condition["fact"], args], sort_keys=True, default=str)
        if key not in self._places:
            self._places[key] = len(self.facts)
            self.facts.append(Asked(condition["fact"], args))
        return self._places[key]

    def _reasons(
        self, condition: Mapping[str, Any], record: Mapping[str, Any], facts: Facts, now: datetime
    ) -> list[Held]:
        if "not" in condition or not self._compiled(condition)(record, facts, now):
            return []
        for key in ("all", "any"):
            if key in condition:
                return [held for part in condition[key] for held in self._reasons(part, record, facts, now)]
        found = facts[self._place(condition)] if "fact" in condition else record.get(condition["field"])
        return [Held(condition, found)]


def _all(parts: list[_Node]) -> _Node:
    def node(record: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
        answer: bool | None = True
        for part in parts:
            found = part(record, facts, now)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return node


def _any(parts: list[_Node]) -> _Node:
    def node(record: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
        answer: bool | None = False
        for part in parts:
            found = part(record, facts, now)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return node


def _not(part: _Node) -> _Node:
    def node(record: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
        found = part(record, facts, now)
        return None if found is None else not found

    return node
