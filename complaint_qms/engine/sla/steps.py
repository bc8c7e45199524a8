"""Steps of an escalation ladder: after how much working time each is reached, and which are taken by a moment.

A step is taken once: when its moment has come and the complaint is urgent enough. What a step changes counts for those after it,
so that the same steps are taken whether somebody looks every minute or days later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from complaint_qms.constants.escalation import (
    AFTER_DUE,
    AFTER_START,
    BEFORE_DUE,
    PERCENT,
    RAISE,
    URGENCIES,
)

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Step:
    """One step of a ladder, as an SOP lays it down.

    Attributes:
        stage: of the stage clock, the stage that it is for; empty for every stage.
        amount: percent of the limit, or seconds of working time.
        role, user, backup: whom it names, as far as it names anybody.
        from_urgency: how urgent a complaint has to be; empty for every complaint.
        rule: the rule that it asks.
    """

    clock: str
    moment: str
    amount: float
    action: str
    recipient: str = ""
    stage: str = ""
    role: str = ""
    user: str = ""
    backup: str = ""
    from_urgency: str = ""
    rule: str = ""

    @property
    def key(self) -> str:
        """What tells it from every step that says something else: eight hexadecimal digits."""
        told = (
            self.clock,
            self.stage,
            self.moment,
            self.amount,
            self.action,
            self.recipient,
            self.role,
            self.user,
            self.backup,
            self.from_urgency,
            # Steps that were taken before there were rules keep their keys.
            *([self.rule] if self.rule else ()),
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()[:8]

    def is_for(self, clock: str, stage: str) -> bool:
        """Whether it belongs to this clock of a complaint in this stage."""
        return self.clock == clock and (clock != "stage" or self.stage in ("", stage))

    def budget(self, limit: timedelta) -> timedelta:
        """After how much working time it is reached, of a clock with this limit."""
        if self.moment == PERCENT:
            part = Fraction(str(self.amount)) * (limit // _TICK) / 100
            return timedelta(microseconds=part.numerator // part.denominator)
        given = timedelta(seconds=self.amount)
        if self.moment == AFTER_START:
            return given
        return {BEFORE_DUE: max(limit - given, timedelta(0)), AFTER_DUE: limit + given}[self.moment]

    def fits(self, urgency: str | None) -> bool:
        """Whether a complaint is urgent enough for it."""
        return not self.from_urgency or _rank(urgency) >= _rank(self.from_urgency)


class Ahead(NamedTuple):
    """A step that a running clock has ahead of it. `key`: that of the step, in a stage with the visit behind an `@`."""

    key: str
    at: datetime


class Taken(NamedTuple):
    """A step that was taken, and how urgent the complaint is from then on."""

    ahead: Ahead
    step: Step
    urgency: str


def raised(urgency: str | None) -> str:
    """The next degree of urgency; the highest stays."""
    return URGENCIES[min(_rank(urgency) + 1, len(URGENCIES) - 1)]


def climb(
    ahead: Iterable[Ahead], ladder: dict[str, Step], urgency: str | None, now: datetime
) -> tuple[list[Taken], list[Ahead], datetime | None]:
    """The steps that are taken by `now` in their order, those still ahead, and the moment of the next of them.

    Args:
        ladder: key → step, in the order of the table; what it does not know is no step any more.
    """
    place = {key: number for number, key in enumerate(ladder)}
    left = sorted(
        (one for one in ahead if _plain(one.key) in ladder), key=lambda one: (one.at, place[_plain(one.key)])
    )
    degree, taken = urgency or URGENCIES[1], []
    while (found := _first(left, ladder, degree, now)) is not None:
        left.remove(found)
        step = ladder[_plain(found.key)]
        degree = raised(degree) if step.action == RAISE else degree
        taken.append(Taken(found, step, degree))
    return taken, left, next_moment(left, ladder, degree, now)


def next_moment(
    ahead: Iterable[Ahead], ladder: dict[str, Step], urgency: str | None, after: datetime | None = None
) -> datetime | None:
    """When the next step is to be taken of a complaint that is so urgent, after a moment or ever; None for never."""
    return min(
        (
            one.at
            for one in ahead
            if (after is None or one.at > after) and (step := step_of(one, ladder)) and step.fits(urgency)
        ),
        default=None,
    )


def step_of(one: Ahead, ladder: dict[str, Step]) -> Step | None:
    """What a ladder says of a step that is ahead; None where it is no step of it any more."""
    return ladder.get(_plain(one.key))


def without(ahead: Iterable[Ahead], behind: Collection[str]) -> list[Ahead]:
    """The steps that were not taken yet."""
    return [one for one in ahead if one.key not in behind]


def _first(left: list[Ahead], ladder: dict[str, Step], urgency: str, now: datetime) -> Ahead | None:
    return next(
        (one for one in left if one.at <= now and ladder[_plain(one.key)].fits(urgency)),
        None,
    )


def _plain(key: str) -> str:
    return key.partition("@")[0]


def _rank(urgency: str | None) -> int:
    return URGENCIES.index(urgency) if urgency in URGENCIES else 1
