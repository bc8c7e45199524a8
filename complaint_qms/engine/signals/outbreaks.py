"""The same rises as several settings came to know them: one outbreak each, whoever found it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.findings import Finding
from complaint_qms.engine.signals.findings.types import Parts
from complaint_qms.engine.signals.walk_forward import Rise, is_same_cause, shares_cases


@dataclass(frozen=True)
class FirstTold:
    """When a setting first told of an outbreak: ``week`` of the scan, ``observed`` complaints then; ``was_known``: before the walk began."""

    week: int
    observed: int
    was_known: bool


@dataclass
class Outbreak:
    """``best`` is what is said of it: by the setting that saw most of its complaints. ``first`` and ``last`` are its weeks by all of them,
    ``told`` the place of a setting → when it told;
    ``is_over`` where the last scan did not find it any more."""

    parts: Parts
    best: Finding
    first: int
    last: int
    cases: Counts
    is_over: bool
    told: dict[int, FirstTold] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether some setting found it on the walk."""
        return any(not one.was_known for one in self.told.values())


def join_rises(walked: Sequence[Sequence[Rise]], gap: int = 4, shared: float = 0.5) -> list[Outbreak]:
    """Outbreaks in the order in which they were first told, from the rises of each setting.

    Args:
        gap, shared: as of a walk.
    """
    found: list[Outbreak] = []
    every = sorted(
        ((rise.told, place, rise) for place, rises in enumerate(walked) for rise in rises),
        key=lambda one: (one[0], one[1], one[2].parts),
    )
    for _week, place, rise in every:
        known = _the_same(found, place, rise, gap, shared)
        if known is None:
            known = Outbreak(rise.parts, rise.now, rise.now.first, rise.now.last, rise.cases, rise.is_over)
            found.append(known)
        elif rise.now.observed > known.best.observed:
            known.parts, known.best, known.is_over = rise.parts, rise.now, rise.is_over
        known.first, known.last = min(known.first, rise.now.first), max(known.last, rise.now.last)
        known.cases = np.union1d(known.cases, rise.cases)
        known.told.setdefault(place, FirstTold(rise.told, rise.then.observed, rise.was_known))
    return found


def _the_same(found: Sequence[Outbreak], place: int, rise: Rise, gap: int, shared: float) -> Outbreak | None:
    """What a setting told apart stays apart, though one of the two has complaints of the other."""
    span = (rise.now.first, rise.now.last)
    for one in found:
        if is_same_cause(one.parts, rise.parts, (one.first, one.last), span, gap):
            return one
    best, most = None, 0
    for one in found:
        if place in one.told:
            continue
        count = shares_cases(one.cases, rise.cases, (one.first, one.last), span, gap, shared)
        if count > most:
            best, most = one, count
    return best
