"""How a deadline stands: the one rule for form, lists, sweep, reports and back-test.

A ladder is a series of rising steps, each at a share of the time allowed and each with a standing; the last is the deadline
itself. A running clock stands where its highest step puts it. A step is reached in the moment at which its share is used up;
whoever has finished by that moment is in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from complaint_qms.constants.clock import AT_RISK, MET, MISSED, ON_TRACK, OVERDUE, PAUSED, RUNNING


class Comparable(Protocol):
    """A date, a moment, or a number."""

    def __ge__(self, other: Any, /) -> bool: ...
    def __gt__(self, other: Any, /) -> bool: ...


Moment = TypeVar("Moment", bound=Comparable)

WORST_FIRST = (OVERDUE, AT_RISK, PAUSED, ON_TRACK, MISSED, MET)


def standing(
    moments: Sequence[Moment | None], at: Moment, before: str = ON_TRACK, standings: Sequence[str] = RUNNING
) -> str:
    """How a running clock stands at a moment.

    Args:
        moments: of the steps, rising; None for a step that this clock does not have.
        before: how it stood, which is never lowered; what is none of `standings` (no running clock) stays as it is.
        standings: of a clock before its first step, and from each step on.
    """
    if before not in standings:
        return before
    reached = max((n for n, step in enumerate(moments, 1) if step is not None and at >= step), default=0)
    return standings[max(reached, standings.index(before))]


def next_step(
    moments: Sequence[Moment | None], now_at: str, standings: Sequence[str] = RUNNING
) -> Moment | None:
    """Moment of the next step of a clock that stands at `now_at`; None where it has none or does not run."""
    if now_at not in standings:
        return None
    return next((step for step in moments[standings.index(now_at) :] if step is not None), None)


def outcome(finish: Moment, due: Moment | None) -> str:
    """How a clock stands that has ended: in time is who finished by the deadline itself."""
    return MISSED if due is not None and finish > due else MET


def passed(used: Any, allowed: Any, share: float = 1.0, *, finished: bool = False) -> Any:
    """Whether a step at `share` of the time allowed was reached, by the time used. Numbers, or arrays of one shape.

    Args:
        finished: the time used is final; else it still runs and has reached the step in that very moment.
    """
    step = allowed * share
    return used > step if finished else used >= step


def worst(standings: Iterable[str]) -> str:
    """Of several clocks the worst that runs or waits; when all have ended, missed if any was; empty without a clock."""
    found = set(standings)
    return next((one for one in WORST_FIRST if one in found), "")
