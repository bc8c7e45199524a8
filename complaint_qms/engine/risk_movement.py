"""How a risk moved in a matrix from one period to another, and what of many risks is to be looked at first.

Severity and occurrence are two scales: a risk rose when one of them did and the other did not fall. Where one rose and the other fell,
what the matrix says of the cells decides, and where it says the same of both, the risk moved across.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from complaint_qms.engine.risk import ACCEPTABILITY_ORDER, RiskMatrix

ROSE, FELL, ACROSS, UNMOVED, NEW, GONE, UNKNOWN = (
    "rose",
    "fell",
    "moved_across",
    "unmoved",
    "new",
    "gone",
    "unknown",
)
WAYS: Final = (ROSE, NEW, ACROSS, UNMOVED, UNKNOWN, FELL, GONE)
"""In the order in which they matter."""
Place = tuple[str, str]
"""(severity, occurrence)"""
_PRIORITIES: Final = ("high", "medium", "low")


def movement(
    matrix: RiskMatrix,
    before: Place | None,
    now: Place | None,
    *,
    was_there: bool = True,
    is_there: bool = True,
) -> str:
    """One of `WAYS`.

    Args:
        before, now: places in the matrix; None where the risk is not rated there.
        was_there, is_there: whether there were complaints at all.
    """
    if not was_there:
        return NEW if is_there else UNMOVED
    if not is_there:
        return GONE
    if before is None or now is None or not {before, now} <= set(matrix.cells):
        return UNKNOWN
    severity = _compare(matrix.severities, before[0], now[0])
    occurrence = _compare(matrix.occurrences, before[1], now[1])
    if severity * occurrence < 0:
        return _by_cell(matrix, before, now)
    step = severity + occurrence
    return ROSE if step > 0 else FELL if step < 0 else UNMOVED


def gravest(levels: Sequence[str], among: Sequence[str | None]) -> str | None:
    """The highest of `among` in the order of `levels`; None where none of them is one."""
    order = {level: rank for rank, level in enumerate(levels)}
    known = [level for level in among if level in order]
    return max(known, key=order.__getitem__) if known else None


@dataclass(frozen=True)
class Standing:
    """What the order of risks goes by.

    Attributes:
        acceptability: of its cell, one of `ACCEPTABILITY_ORDER`; empty where it is not rated.
        priority: AIAG & VDA action priority, "high", "medium" or "low"; empty where it is not rated.
        answered: whether an open CAPA or investigation is about it.
        way: one of `WAYS`.
        open: complaints that have not ended; count: complaints.
    """

    acceptability: str = ""
    priority: str = ""
    answered: bool = False
    way: str = UNMOVED
    open: int = 0
    count: int = 0


def urgency_order(standing: Standing) -> tuple[int, ...]:
    """Key that sorts what is to be looked at first to the front: unacceptable before the rest and what is not rated before what is
    acceptable; within that the action priority, what nobody works on, what rose, open complaints, complaints."""
    worst_first = (ACCEPTABILITY_ORDER[2], ACCEPTABILITY_ORDER[1], "", ACCEPTABILITY_ORDER[0])
    return (
        worst_first.index(standing.acceptability),
        _PRIORITIES.index(standing.priority) if standing.priority else len(_PRIORITIES),
        int(standing.answered),
        WAYS.index(standing.way),
        -standing.open,
        -standing.count,
    )


def count_moved(ways: Sequence[str]) -> Mapping[str, int]:
    """How many moved which way; each of `WAYS` is named."""
    return {way: sum(one == way for one in ways) for way in WAYS}


def _compare(levels: Sequence[str], before: str, now: str) -> int:
    rise = levels.index(now) - levels.index(before)
    return (rise > 0) - (rise < 0)


def _by_cell(matrix: RiskMatrix, before: Place, now: Place) -> str:
    ranks = {key: rank for rank, key in enumerate(ACCEPTABILITY_ORDER)}
    was, is_now = (ranks.get(matrix.cells[place].acceptability, -1) for place in (before, now))
    return ROSE if is_now > was else FELL if is_now < was else ACROSS
