"""Walk the past scan by scan: what each scan would have found with what was known on its day, and what that comes to.

The weeks are scored once: every period of a scan is compared with those before it alone, so the scan of the whole history cut off at a
week is the scan of that week (``WatchedThen``). Only the search for findings, which looks at whole stretches, is done anew at each step.
Findings of one step and the next are one rise by the rules that signals of a site are followed by: about the same at the same time, or
half of the smaller one's complaints shared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.findings import Finding, FindingSettings, Watched, find_findings
from complaint_qms.engine.signals.findings.types import NO_RISE, Parts
from complaint_qms.engine.signals.kind_scan import KindScan
from complaint_qms.engine.signals.series import Array, Periods

_DEFAULTS = FindingSettings()


@short_repr()
@dataclass(frozen=True)
class WatchedThen:
    """A scan of a whole history that can be cut off at each of its weeks; ``since``: the week from which on each series is watched."""

    watched: Watched
    since: Counts

    @classmethod
    def of(cls, scan: KindScan, least: int) -> WatchedThen:
        """Of a scan that watches series from ``least`` complaints on."""
        reached = np.cumsum(scan.matrix.counts, axis=1) >= least
        return cls(scan.watched, np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1]))

    def until(self, week: int) -> Watched | None:
        """What a scan at the end of a week saw; None where it watched nothing."""
        whole, width = self.watched, week + 1
        rows = np.flatnonzero(self.since <= week)
        if not len(rows):
            return None
        place = dict(zip(rows.tolist(), range(len(rows)), strict=True))
        signals = [replace(one, row=place[one.row]) for one in whole.signals if one.column <= week]

        def cut(values: Mapping[int, Array]) -> dict[int, Array]:
            return {place[row]: line[:width] for row, line in values.items() if row in place}

        periods = whole.periods
        return Watched(
            whole.kind, whole.chosen[rows], Periods(periods.kind, periods.first, width), signals,
            None if whole.exposure is None else whole.exposure[rows, :width],
            {row: line for row, line in cut(whole.seasons).items() if np.isfinite(line).any()}, cut(whole.rates),
        )  # fmt: skip


@dataclass(frozen=True)
class Cases:
    """Complaints as columns, in the order in which they came in: ``codes`` of the dimensions that may explain, -1 where nothing is given,
    numbered by first appearance, with their ``labels``; ``harm``: the weight of each; ``explaining``: dimensions that may explain a rise
    whether they are scanned or not."""

    received: Times
    codes: Mapping[str, Codes]
    labels: Mapping[str, Sequence[str]]
    harm: Array
    explaining: Collection[str] = ()


@dataclass(frozen=True)
class Walk:
    """``steps``: the last week of each scan, rising; what the first one finds was known before and is no find of the walk. ``recent``: weeks
    after its end in which a rise is still told. ``gap``: weeks within which a rise that comes again is the same; ``shared``: how much of the
    smaller one's complaints two explanations of one rise share."""

    steps: Sequence[int]
    recent: int
    gap: int = 4
    shared: float = 0.5


@dataclass
class Rise:
    """A rise as the walk came to know it: ``told`` is the week of the scan that found it first, ``then`` what that scan said, ``now`` the
    last word on it."""

    told: int
    then: Finding
    now: Finding
    parts: Parts
    cases: Counts
    was_known: bool
    is_over: bool = False


@dataclass(frozen=True)
class Walked:
    """All ``rises`` in the order in which they were found, and the ``findings`` of the last scan."""

    rises: list[Rise]
    findings: list[Finding]


Span = tuple[int, int]
"""First and last week."""


def is_same_cause(one: Parts, other: Parts, span: Span, later: Span, gap: int) -> bool:
    """Whether two rises are about the same, at the same time."""
    return one == other and _near(span, later, gap)


def shares_cases(one: Counts, other: Counts, span: Span, later: Span, gap: int, shared: float) -> int:
    """How many complaints two rises of the same time share; 0 where that is not the share asked for of the smaller one's."""
    if not len(one) or not len(other) or not _near(span, later, gap):
        return 0
    count = len(np.intersect1d(one, other, assume_unique=True))
    return count if count >= shared * min(len(one), len(other)) else 0


def walk_forward(
    scans: Sequence[WatchedThen],
    cases: Cases,
    walk: Walk,
    plain: Callable[[Parts], Parts] = lambda parts: parts,
    tell: Callable[[float], None] = lambda share: None,
    settings: FindingSettings = _DEFAULTS,
) -> Walked:
    """Scan at the end of each step.

    Args:
        scans: of every kind, over the same periods.
        plain: an explanation as it is told, to know it again.
        tell: is called with the share of the steps that are done; what it raises ends the walk.

    Raises:
        ValueError: a step lies outside the periods, or the steps do not rise.
    """
    if not scans:
        return Walked([], [])
    size = len(scans[0].watched.periods)
    if any(not 0 <= step < size for step in walk.steps) or any(np.diff(walk.steps) <= 0):
        raise ValueError(f"steps must rise within 0 to {size - 1}")
    following = _Following(walk, plain)
    findings: list[Finding] = []
    for at, (step, search) in enumerate(_searches(scans, cases, walk.steps, settings)):
        findings = search()
        following.take(step, findings)
        tell((at + 1) / len(walk.steps))
    return Walked(following.rises, findings)


def _searches(
    scans: Sequence[WatchedThen], cases: Cases, steps: Sequence[int], settings: FindingSettings
) -> Iterator[tuple[int, Callable[[], list[Finding]]]]:
    days = cases.received.astype("datetime64[D]")
    starts = scans[0].watched.periods.starts
    for step in steps:
        count = int(np.searchsorted(days, starts[step] + 7))
        seen = [one for one in (scan.until(step) for scan in scans) if one is not None]
        scanned = {one.kind for one in seen}
        codes = {
            kind: column[:count] for kind, column in cases.codes.items()
            if kind in scanned or (kind in cases.explaining and column[:count].max(initial=-1) > 0)
        }  # fmt: skip
        harm = cases.harm[:count]
        yield step, partial(find_findings, seen, codes, cases.received[:count], cases.labels, harm, settings)


def _near(one: Span, other: Span, gap: int) -> bool:
    return other[0] <= one[1] + gap and one[0] <= other[1] + gap


class _Following:
    def __init__(self, walk: Walk, plain: Callable[[Parts], Parts]) -> None:
        self.walk, self.plain = walk, plain
        self.rises: list[Rise] = []

    def take(self, step: int, findings: Sequence[Finding]) -> None:
        found = [(self.plain(one.parts), one) for one in findings if one.change not in NO_RISE]
        taken: set[int] = set()
        left = []
        for parts, finding in found:
            same = self._same_cause(parts, finding, taken)
            if same is None:
                left.append((parts, finding))
            else:
                taken.add(id(same))
                same.now, same.cases = finding, finding.complaints
        for parts, finding in left:
            if any(self._is_cause(rise, parts, finding) for rise in self.rises):
                continue  # another finding of the same cause at the same time tells of it
            same = self._same_cases(finding, taken)
            if same is not None:
                taken.add(id(same))
                same.now, same.cases, same.parts = finding, finding.complaints, parts
            elif finding.ongoing or finding.last >= step - self.walk.recent:
                first = step == self.walk.steps[0]
                rise = Rise(step, finding, finding, parts, finding.complaints, first)
                taken.add(id(rise))
                self.rises.append(rise)
        for rise in self.rises:
            rise.is_over = id(rise) not in taken

    def _same_cause(self, parts: Parts, finding: Finding, taken: set[int]) -> Rise | None:
        for rise in reversed(self.rises):
            if id(rise) not in taken and self._is_cause(rise, parts, finding):
                return rise
        return None

    def _is_cause(self, rise: Rise, parts: Parts, finding: Finding) -> bool:
        span = (finding.first, finding.last)
        return is_same_cause(rise.parts, parts, (rise.now.first, rise.now.last), span, self.walk.gap)

    def _same_cases(self, finding: Finding, taken: set[int]) -> Rise | None:
        best, most = None, 0
        for rise in self.rises:
            if id(rise) in taken:
                continue
            spans = (rise.now.first, rise.now.last), (finding.first, finding.last)
            count = shares_cases(rise.cases, finding.complaints, *spans, self.walk.gap, self.walk.shared)
            if count > most:
                best, most = rise, count
        return best
