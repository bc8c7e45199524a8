"""What goes into a scan and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.message import Message, join
from complaint_qms.engine.short_repr import short_repr
from complaint_qms.engine.signals.farrington_flexible import Control
from complaint_qms.engine.signals.fdr import Rule as FdrRule
from complaint_qms.engine.signals.method_choice import METHODS, Rule
from complaint_qms.engine.signals.ranges import above, at_least, open_share, whole
from complaint_qms.engine.signals.shared_dispersion import Lent

Array = NDArray[np.float64]
LARGEST_PLAN = 1000.0
"""Expected complaints up to which the critical values of a launch are worked out."""


@dataclass(frozen=True)
class Settings:
    """Numbers of a scan; those that a signal rests on are kept in its record."""

    method: str | None = None
    """One method for all series; None lets the rule choose for each period from the periods before it."""
    alpha: float = 0.001
    """Level of one test in one period, for every method that has a p-value."""
    fdr: float = 0.05
    """Highest expected share of false signals among the signals of one family of tests."""
    fdr_rule: FdrRule = "bh"
    family: Literal["period", "all"] = "period"
    """One family per period (as a scan run every period sees it), or all judged cells together."""
    min_count: float = 3
    """Fewer complaints than this are never a signal."""
    baseline: int = 52
    guard: int = 2
    min_baseline: int = 12
    """Quiet periods in the baseline; periods left out before the judged one; the fewest that make a baseline."""
    dispersion: bool = True
    """A baseline that varies more than chance, and that its variance is an estimate, are allowed for."""
    sigmas: float = 3.0
    ears_baseline: int = 7
    ears_min_sd: float = 0.5
    lasting: bool = True
    """Beside the method chosen, a cumulative sum looks for small rises that last."""
    cusum_ratio: float = 3.0
    """The rise a CUSUM is tuned to: one standard deviation, but not more than this many times the mean."""
    cusum_run_length: float = 1000.0
    """Mean time in periods to a false alarm of all CUSUMs of the scan together."""
    sprt_alpha: float = 0.05
    sprt_min_count: int = 3
    sprt_plan: float = 50.0
    """A launch is watched until so many complaints were expected of it; then the rule for other series applies."""
    threshold_window: int = 4
    threshold_count: float = 5
    farrington: Control = field(default_factory=lambda: Control(threshold="nbPlugin"))
    rule: Rule = field(default_factory=Rule)

    def __post_init__(self) -> None:
        if self.method is not None and self.method not in METHODS[1:]:
            raise ValueError(f"method must be one of {', '.join(METHODS[1:])}, not {self.method!r}")
        if self.family not in ("period", "all"):
            raise ValueError(f"family must be 'period' or 'all', not {self.family!r}")
        if self.fdr_rule not in ("bh", "by"):
            raise ValueError(f"fdr_rule must be 'bh' or 'by', not {self.fdr_rule!r}")
        open_share(alpha=self.alpha, fdr=self.fdr, sprt_alpha=self.sprt_alpha)
        at_least(0, min_count=self.min_count, ears_min_sd=self.ears_min_sd)
        above(0, sigmas=self.sigmas, threshold_count=self.threshold_count, sprt_plan=self.sprt_plan)
        above(1, cusum_ratio=self.cusum_ratio, cusum_run_length=self.cusum_run_length)
        whole(2, min_baseline=self.min_baseline)
        whole(self.min_baseline, baseline=self.baseline)
        whole(0, guard=self.guard)
        whole(3, ears_baseline=self.ears_baseline)
        whole(1, sprt_min_count=self.sprt_min_count, threshold_window=self.threshold_window)
        if self.sprt_plan > LARGEST_PLAN:
            raise ValueError(f"sprt_plan must be at most {LARGEST_PLAN:g}, not {self.sprt_plan!r}")


@dataclass(frozen=True)
class BaselineRecord:
    """What a count was compared with: ``count`` complaints in ``periods`` quiet periods from ``first`` to ``last``.

    ``exposure``: the units of these periods, None where time itself was the exposure. ``count`` is nan where the baseline
    is not a sum of counts (a season fitted by regression, a rate from elsewhere).
    """

    first: str
    last: str
    periods: int
    count: float
    exposure: float | None


@short_repr("key", "period", "method", "observed", "expected", "limit", "p", "q")
@dataclass(frozen=True)
class SignalRecord:
    """One signal with everything needed to repeat its arithmetic.

    ``limit`` is the smallest whole number of complaints that would have been an alarm in the place of ``observed``, for
    every method: ``observed >= limit``. ``statistic`` and ``critical`` are what the method itself compares: p and alpha,
    distances in standard deviations, a cumulative sum, a likelihood ratio.
    """

    key: Any
    row: int
    column: int
    period: str
    method: str
    parameters: dict[str, Any]
    baseline: BaselineRecord
    exposure: float | None
    observed: float
    """Complaints of the period; of MaxSPRT all since the launch, of a threshold those of its window."""
    expected: float
    statistic: float
    critical: float
    limit: float
    p: float
    q: float
    words: tuple[Message, ...]

    @property
    def text(self) -> str:
        return join(self.words)


@short_repr()
@dataclass
class Cells:
    """Results of a block, all of shape (series, periods); nan where a period was not judged."""

    observed: Array
    expected: Array
    statistic: Array
    critical: Array
    limit: Array
    """The smallest count that is an alarm; worked out where there is one, :func:`scanning.limits` does the rest."""
    p: Array
    alarm: NDArray[np.bool_]
    base_count: Array
    base_exposure: Array
    spread: Array
    """What the method's own sentence needs: σ_z, a dispersion, a standard deviation, a plan."""

    @classmethod
    def empty(cls, counts: Array) -> Cells:
        names = ("expected", "statistic", "critical", "limit", "p", "base_count", "base_exposure", "spread")
        blank = {name: np.full(counts.shape, np.nan) for name in names}
        return cls(observed=counts.copy(), alarm=np.zeros(counts.shape, bool), **blank)


@short_repr("keys", "labels", "signal", "signals")
@dataclass(frozen=True)
class ScanResult:
    """All cells of a scan and its signals, latest period last."""

    keys: Sequence[Any]
    labels: list[str]
    method: NDArray[np.int8]
    """Code of the method of each period of each series, see ``method_choice.METHODS``; 0 where nothing was judged."""
    cells: Cells
    q: Array
    signal: NDArray[np.bool_]
    settings: Settings
    frequency: int
    signals: list[SignalRecord]
    counts: Array
    exposure: Array | None
    rate: Array
    """Complaints per unit that launches are held against, (series, periods) or to be spread to it."""
    starts: NDArray[np.datetime64] | None
    lent: Lent
    """How uneven the series of the scan are, per period: what a rare one borrows."""
    uneven: Array
    """The dispersion by which launches are judged, (series, periods) or to be spread to it; nan where it is not known."""

    def method_name(self, row: int, column: int = -1) -> str:
        """The method of one period, by default of the last."""
        return METHODS[self.method[row, column]]


@dataclass(frozen=True)
class Block:
    """Some of the series, as the methods get them."""

    counts: Array
    exposure: Array | None
    """nan or 0 where no units are known."""
    rate: Array
    method: NDArray[np.int8] | None
    """Codes where they are settled already; None lets the rule choose."""
    launch: NDArray[np.bool_]
    settings: Settings
    frequency: int
    starts: NDArray[np.datetime64] | None
    last: int
    lent: Lent
    uneven: Array
    """Dispersion of launches, of a shape that spreads to the counts; nan where it is not known."""
    every_limit: bool = False

    @property
    def judged(self) -> NDArray[np.bool_]:
        """The periods that are to be judged, by position."""
        return np.arange(self.counts.shape[1]) >= self.counts.shape[1] - self.last
