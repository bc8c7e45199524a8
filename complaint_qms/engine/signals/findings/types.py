"""What goes into the search for findings and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.method_choice import CODE
from complaint_qms.engine.signals.series import Array, Periods, SeriesMatrix
from complaint_qms.engine.signals.types import ScanResult, SignalRecord

Part = tuple[str, int]
"""A dimension and the code of a value in it."""
Parts = tuple[Part, ...]
"""What all complaints of an explanation have; none: all complaints."""
Change = Literal["rise", "relabelled", "new_label", "gap", "early"]
Trend = Literal["new", "rising", "steady", "falling", "ended"]

NO_RISE = frozenset({"relabelled", "gap", "early"})
TREND_WEIGHT: dict[str, float] = {"rising": 1.5, "new": 1.25, "steady": 1.0, "falling": 0.75, "ended": 0.5}


@dataclass(frozen=True)
class FindingSettings:
    """Numbers of the search."""

    alpha: float = 0.002
    sequential: float = 0.01
    """Level of a stretch, and of what others leave of it: alpha over the number of series watched (Bonferroni), for whoever
    watches more finds more by chance, and where it was found before, over the number of series that were within the baseline's
    reach; for one that a sequential test found, which has spent its chances, its own."""
    fall: float = 0.001
    """Level at which a label has fallen."""
    min_count: int = 3
    baseline: int = 52
    guard: int = 2
    min_baseline: int = 8
    """Periods that tell what is usual; periods left out before the first alarm; the fewest that tell anything."""
    quiet: int = 4
    """A stretch is over after so many periods without excess, or after more where five complaints would take longer."""
    near: float = 0.9
    """Share of the best explanation's evidence from which another one is as good."""
    compensated: float = 0.6
    """Share of a rise that other labels must have lost for a change of labels."""
    most: int = 200

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or not 0 < self.near <= 1 or not 0 < self.compensated <= 1:
            raise ValueError("alpha, near and compensated must lie between 0 and 1")
        if self.baseline < self.min_baseline or self.min_baseline < 2 or self.guard < 0 or self.quiet < 1:
            raise ValueError("need baseline >= min_baseline >= 2, guard >= 0 and quiet >= 1")


@dataclass(frozen=True)
class Watched:
    """A kind of series as it was scanned, every kind over the same periods: what a scan leaves that findings need."""

    kind: str
    """A dimension, or ``all``."""
    chosen: Counts
    """The code of each series."""
    periods: Periods
    signals: list[SignalRecord]
    exposure: Array | None = None
    """Units in the field (series, periods)."""
    seasons: Mapping[int, Array] = field(default_factory=dict)
    """Expected counts of the series that are judged by their seasons."""
    rates: Mapping[int, Array] = field(default_factory=dict)
    """Complaints per unit, as known before each period, of the series that are compared with a rate from elsewhere."""

    @classmethod
    def of(
        cls, kind: str, chosen: Counts, matrix: SeriesMatrix, result: ScanResult, rate: Array | None = None
    ) -> Watched:
        """From a scan; ``rate``: the ``reference_rate`` that it was given. Holds nothing of the scan's cells but the seasons."""
        by_season, by_launch = result.method == CODE["farrington"], result.method == CODE["maxsprt"]
        rates = {}
        if rate is not None:
            whole = np.broadcast_to(rate, result.counts.shape)
            for row in np.flatnonzero((by_launch & ~np.isnan(whole)).any(axis=1)).tolist():
                rates[row] = _at_each(whole[row])
        return cls(
            kind, chosen, matrix.periods, result.signals, matrix.exposure,
            {
                row: np.where(by_season[row], result.cells.expected[row], np.nan)
                for row in np.flatnonzero(by_season.any(axis=1)).tolist()
            },
            rates,
        )  # fmt: skip


def _at_each(rate: Array) -> Array:
    """A rate at each period: where it is not known the last one known, before that the first."""
    known = np.flatnonzero(~np.isnan(rate))
    last = np.searchsorted(known, np.arange(len(rate)), side="right") - 1
    return rate[known[np.maximum(last, 0)]]


@dataclass(frozen=True)
class Trait:
    """A value that most complaints of a finding share beside its explanation."""

    kind: str
    code: int
    count: int


@dataclass(frozen=True)
class Spell:
    """A stretch of a finding, from ``first`` to ``last`` period."""

    first: int
    last: int
    observed: int
    expected: float


@dataclass(frozen=True)
class Finding:
    """One finding; ``first`` to ``last`` are positions among the periods, ``complaints`` positions of its complaints. What came back
    has several ``spells``, and counts within these alone."""

    parts: Parts
    change: Change
    trend: Trend
    first: int
    last: int
    observed: int
    expected: float
    evidence: float
    p: float
    harm: float
    """Mean weight of harm of its complaints."""
    rank: float
    """What findings are ordered by: excess × harm × weight of the trend."""
    complaints: Counts
    traits: tuple[Trait, ...]
    signals: tuple[tuple[int, int], ...]
    """The signals it explains: position of the scan, position of the signal in it."""
    points: tuple[Array, Array]
    """Count and expected count of every period; nan where nothing tells what is usual."""
    spells: tuple[Spell, ...]
    label: str | None = None
    """The dimension that a change of labels is one of."""
    words: tuple[Message, ...] = field(default=())

    @property
    def ongoing(self) -> bool:
        return self.trend != "ended"

    @property
    def excess(self) -> float:
        return self.observed - self.expected
