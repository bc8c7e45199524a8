"""What came back: stretches of one cause that lie apart are one finding, which says that it was over and rose again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.findings.types import TREND_WEIGHT, Finding, Parts, Trait
from complaint_qms.engine.signals.findings.words import returned_sentences
from complaint_qms.engine.signals.series import Array, Periods

COMES_BACK = frozenset({"rise", "new_label"})


def joined(
    found: Sequence[Finding],
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    weights: Array,
    traits: Callable[[Parts, Counts], tuple[Trait, ...]],
) -> list[Finding]:
    """Findings of the same values as one each. ``weights``: of each complaint; ``traits``: what complaints share beside values."""
    of: dict[Parts, list[Finding]] = defaultdict(list)
    others = []
    for finding in found:
        if finding.change in COMES_BACK:
            of[finding.parts].append(finding)
        else:
            others.append(finding)
    whole = []
    for parts, stretches in of.items():
        if len(stretches) > 1:
            stretches.sort(key=lambda one: one.first)
            whole.append(_one(parts, stretches, periods, labels, weights, traits))
        else:
            whole += stretches
    return [*whole, *others]


def _one(
    parts: Parts,
    stretches: list[Finding],
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    weights: Array,
    traits: Callable[[Parts, Counts], tuple[Trait, ...]],
) -> Finding:
    first, last = stretches[0], stretches[-1]
    spells = tuple(spell for one in stretches for spell in one.spells)
    rows = np.sort(np.concatenate([one.complaints for one in stretches]))
    observed, expected = sum(one.observed for one in stretches), sum(one.expected for one in stretches)
    harm = float(weights[rows].mean()) if len(rows) else 0.0
    return replace(
        last,
        change=first.change,
        first=first.first,
        observed=observed,
        expected=expected,
        evidence=sum(one.evidence for one in stretches),
        p=min(one.p for one in stretches),
        harm=harm,
        rank=(observed - expected) * harm * TREND_WEIGHT[last.trend],
        complaints=rows,
        traits=traits(parts, rows),
        points=_points(stretches),
        spells=spells,
        words=returned_sentences(parts, spells, last.ongoing, periods, labels, first.change == "new_label"),
    )


def _points(stretches: list[Finding]) -> tuple[Array, Array]:
    """Every period as the last stretch that had begun by then saw it."""
    counts, expected = (values.copy() for values in stretches[0].points)
    for one in stretches[1:]:
        for known, later in zip((counts, expected), one.points, strict=True):
            known[one.first :] = later[one.first :]
    return counts, expected
