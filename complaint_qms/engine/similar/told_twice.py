"""Whether two complaints are one told twice, or two cases that resemble each other.

Told twice: the same unit, or the same order with the same person or wording, within days, and no other batch, order or serial
number. A similar case has its batch, item or wording in common and is somebody else's, or happened at another time. What is known of both is weighed in log-odds, and
each weight that counted is a reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason

PROBABLE: Final = 0.5
WINDOW: Final = 30
"""Days after which the same story is a new event; only the customer's own number of it goes on."""
PRIOR: Final = -5.0
# What both name: (weight where it is the same, weight where it is another one)
WEIGHTS: Final[dict[str, tuple[float, float]]] = {
    "reference": (9.0, -0.5),
    "serial": (5.0, -6.0),
    "order": (2.0, -1.5),
    "person": (1.5, -3.0),
    "batch": (0.8, -3.5),
    "item": (0.6, -3.0),
    "region": (0.0, -2.0),  # who writes from elsewhere is somebody else, as senders of one form letter are
}
FORBID: Final = ("batch", "order", "serial")
"""Where both name one of these and it is another one, they are two cases; only the customer's own number outweighs it."""
WORDING: Final = 6.0
ENOUGH_WORDS: Final = 6
"""Fewer words agree by chance: they count in proportion."""
SAME_DAY, LATEST = 1.0, -3.0
_SAME: Final = {name: Message("same {field}", {"field": name}) for name in WEIGHTS}
_OTHER: Final = {name: Message("another {field}", {"field": name}) for name in WEIGHTS}
_FORBIDDING: Final = [_OTHER[name] for name in FORBID]


@dataclass(frozen=True)
class Told:
    """What a complaint says of its event; unknown stays empty and counts neither way.

    Attributes:
        values: "reference" (the customer's own number of the complaint), "serial", "batch", "item", "region".
        orders: (kind, number) of order, delivery and invoice.
        persons: (kind, value) of customer, mail address and telephone, each in one spelling.
        words: how many words its text has.
        day: when it was received.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    orders: frozenset[tuple[str, str]] = frozenset()
    persons: frozenset[tuple[str, str]] = frozenset()
    words: int = 0
    day: date | None = None


@dataclass(frozen=True)
class Verdict:
    """`score` 0 … 1 that both tell of one event; reasons strongest first."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def is_told_twice(self) -> bool:
        return self.score >= PROBABLE


def judge(one: Told, other: Told, agreement: float) -> Verdict:
    """Weigh two complaints; symmetric.

    Args:
        agreement: of their texts, 0 … 1.
    """
    reasons = [*_fields(one, other), *_wording(one, other, agreement)]
    apart = abs((one.day - other.day).days) if one.day and other.day else None
    if not any(map(_is_reference, reasons)):
        if apart is not None and apart > WINDOW:
            return Verdict(0.0, ())
        if any(reason.message in _FORBIDDING for reason in reasons):
            return Verdict(0.0, tuple(sorted(reasons, key=lambda reason: reason.weight)))
    if apart is not None:
        weight = SAME_DAY + (LATEST - SAME_DAY) * min(apart / WINDOW, 1.0)
        reasons.append(Reason("date", days_apart(apart), weight))
    score = 1.0 / (1.0 + math.exp(-PRIOR - sum(reason.weight for reason in reasons)))
    return Verdict(score, tuple(sorted(reasons, key=lambda reason: -abs(reason.weight))))


def days_apart(apart: int) -> Message:
    if not apart:
        return Message("received on the same day")
    if apart == 1:
        return Message("received one day apart")
    return Message("received {days} days apart", {"days": apart})


def _fields(one: Told, other: Told) -> Iterable[Reason]:
    for name in ("reference", "serial", "batch", "item", "region"):
        said, there = one.values.get(name), other.values.get(name)
        if said and there and (name != "region" or said != there):
            yield _compared(name, said == there)
    for name, ours, theirs in (
        ("order", one.orders, other.orders),
        ("person", one.persons, other.persons),
    ):
        if ours & theirs:
            yield _compared(name, True)
        elif {kind for kind, _value in ours} & {kind for kind, _value in theirs}:
            yield _compared(name, False)


def _compared(name: str, same: bool) -> Reason:
    agree, differ = WEIGHTS[name]
    return Reason("field", _SAME[name], agree) if same else Reason("field", _OTHER[name], differ)


def _wording(one: Told, other: Told, agreement: float) -> Iterable[Reason]:
    enough = min(one.words, other.words, ENOUGH_WORDS) / ENOUGH_WORDS
    if weight := WORDING * agreement * enough:
        yield Reason(
            "text", Message("the texts agree to {percent} %", {"percent": round(100 * agreement)}), weight
        )


def _is_reference(reason: Reason) -> bool:
    return reason.message == _SAME["reference"]
