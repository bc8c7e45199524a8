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

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Numbers of a scan; those that a signal rests on are kept in its record."""

    method: str | None = None
    """One method for all series; None lets the rule choose."""
    alpha: float = 0.001
    """Level of one test in one period: Poisson, EARS and Farrington limits."""
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
    """Periods in the baseline; periods left out before the judged one; the fewest that make a baseline."""
    dispersion_z: float | None = 1.0
    """Poisson p-values allow for a baseline that varies more than chance when its dispersion lies this many standard
    errors above 1; None never does."""
    sigmas: float = 3.0
    ears_baseline: int = 7
    ears_min_sd: float = 0.5
    cusum_ratio: float = 2.0
    cusum_run_length: float = 1000.0
    """The rise a CUSUM is tuned to, and its mean time to a false alarm in periods."""
    sprt_alpha: float = 0.05
    sprt_min_count: int = 3
    threshold_window: int = 4
    threshold_count: float = 5
    farrington: Control = field(default_factory=lambda: Control(threshold="nbPlugin"))
    rule: Rule = field(default_factory=Rule)

    def __post_init__(self) -> None:
        if self.method is not None and self.method not in METHODS[1:]:
            raise ValueError(f"method must be one of {', '.join(METHODS[1:])}, not {self.method!r}")
        if not 0 < self.alpha < 1 or not 0 < self.fdr < 1:
            raise ValueError("alpha and fdr must lie between 0 and 1")
        if self.baseline < self.min_baseline or self.min_baseline < 2 or self.guard < 0:
            raise ValueError("need baseline >= min_baseline >= 2 and guard >= 0")


@dataclass(frozen=True)
class BaselineRecord:
    """What a count was compared with; ``exposure`` None where time itself was the exposure."""

    first: str
    last: str
    periods: int
    count: float
    exposure: float | None


@short_repr("key", "period", "method", "observed", "expected", "limit", "p", "q")
@dataclass(frozen=True)
class SignalRecord:
    """One signal with everything needed to repeat its arithmetic."""

    key: Any
    row: int
    column: int
    period: str
    method: str
    parameters: dict[str, Any]
    baseline: BaselineRecord
    exposure: float | None
    observed: float
    expected: float
    statistic: float
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
    """Results of one method on a block, all of shape (series, periods); nan where a period was not judged."""

    observed: Array
    expected: Array
    statistic: Array
    limit: Array
    p: Array
    alarm: NDArray[np.bool_]
    base_count: Array
    base_exposure: Array
    spread: Array
    """What the method's own sentence needs: σ_z, a reference value, a dispersion."""

    @classmethod
    def empty(cls, counts: Array) -> Cells:
        names = ("expected", "statistic", "limit", "p", "base_count", "base_exposure", "spread")
        blank = {name: np.full(counts.shape, np.nan) for name in names}
        return cls(observed=counts.copy(), alarm=np.zeros(counts.shape, bool), **blank)


@short_repr("keys", "labels", "signal", "signals")
@dataclass(frozen=True)
class ScanResult:
    """All cells of a scan and its signals, latest period last."""

    keys: Sequence[Any]
    labels: list[str]
    method: NDArray[np.int8]
    """Code of each series' method, see ``method_choice.METHODS``."""
    cells: Cells
    q: Array
    signal: NDArray[np.bool_]
    settings: Settings
    frequency: int
    signals: list[SignalRecord]

    def method_name(self, row: int) -> str:
        return METHODS[self.method[row]]


@dataclass(frozen=True)
class Block:
    """What a method gets: known counts, exposure (1 per period where there is none), and which cells count."""

    counts: Array
    exposure: Array
    rate: Array
    settings: Settings
    frequency: int
    starts: NDArray[np.datetime64] | None
    last: int

    @property
    def seen(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.counts) & (self.exposure > 0)
