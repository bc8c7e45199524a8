"""Did the action help: complaint rate before and after, with an exact interval and a verdict.

The intervals are those of ``rates.py``.
The criterion is an argument, fixed before the data were seen; nothing here picks one from the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from complaint_qms.engine.message import Message, join
from complaint_qms.engine.rates import (
    RateInterval,
    RateRatio,
    check_count,
    check_exposure,
    garwood,
    rate_ratio,
)

Verdict = Literal["effective", "ineffective", "insufficient data"]
Metric = Literal["rate ratio", "rate", "count"]
Proof = Literal["interval", "estimate"]

EFFECTIVE: Verdict = "effective"
INEFFECTIVE: Verdict = "ineffective"
INSUFFICIENT: Verdict = "insufficient data"


@dataclass(frozen=True)
class Criterion:
    """What counts as effective, fixed before the action is carried out.

    ``metric`` and ``target`` say what must hold afterwards:

    * ``rate ratio``: rate after / rate before is at most ``target`` (0.5: the rate is halved or better),
    * ``rate``: complaints per unit of exposure afterwards are at most ``target``,
    * ``count``: complaints afterwards are at most ``target`` (a whole number; 0: none at all).

    ``proof`` says how sure one must be. ``interval``: the whole ``confidence`` interval lies on one side of the
    target. ``estimate``: the estimate itself meets the target, and for a rate ratio the interval also excludes 1.
    ``min_exposure`` (units) and ``min_days`` are the sample and window promised in advance: a good result before
    they are reached is no verdict. ``max_recurrences``: complaints of the same root cause that are tolerated
    afterwards; None does not look at recurrence.
    """

    metric: Metric = "rate ratio"
    target: float = 0.5
    confidence: float = 0.95
    proof: Proof = "interval"
    min_exposure: float = 0.0
    min_days: float = 0.0
    max_recurrences: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in ("rate ratio", "rate", "count"):
            raise ValueError(f"metric must be 'rate ratio', 'rate' or 'count', not {self.metric!r}")
        if self.proof not in ("interval", "estimate"):
            raise ValueError(f"proof must be 'interval' or 'estimate', not {self.proof!r}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1, not {self.confidence!r}")
        if not (math.isfinite(self.target) and self.target >= 0):
            raise ValueError(f"target must be a number of at least 0, not {self.target!r}")
        if self.metric == "rate ratio" and self.target == 0:
            raise ValueError("a rate ratio of 0 can never be proved; use the metric 'count' with target 0")
        if self.metric == "count" and self.target != int(self.target):
            raise ValueError(f"target must be a whole number of complaints, not {self.target!r}")
        if self.min_exposure < 0 or self.min_days < 0:
            raise ValueError("min_exposure and min_days cannot be negative")
        if self.max_recurrences is not None and self.max_recurrences < 0:
            raise ValueError("max_recurrences cannot be negative")


@dataclass(frozen=True)
class Recurrence:
    """Complaints of the same cause after the action: how many, and after how many days the first came."""

    count: int
    first_after_days: float | None
    observed_days: float


@dataclass(frozen=True)
class Assessment:
    """A verdict and everything needed to repeat it by hand."""

    verdict: Verdict
    reasons: tuple[Message, ...]
    criterion: Criterion
    before_count: int
    before_exposure: float
    after_count: int
    after_exposure: float
    before: RateInterval
    after: RateInterval
    ratio: RateRatio
    reduction_percent: float
    """100 × (1 − ratio); negative when the rate rose, nan when it has no meaning."""
    exposure_needed: float
    """Exposure after the action at which no complaint at all would prove a rate-ratio or rate target; nan for a
    count target, inf when nothing would (no complaint before)."""
    recurrences: int | None
    observed_days: float | None

    @property
    def reason(self) -> str:
        """The reasons as one English paragraph; translate ``reasons`` one by one for another language."""
        return join(self.reasons)


def exposure_needed(before_count: int, before_exposure: float, criterion: Criterion) -> float:
    """The smallest exposure afterwards at which zero complaints prove the criterion's target, for planning.

    For a rate ratio with r events in n units before, the upper limit at zero is (tail^(−1/r) − 1) · n / m.
    nan for the metric ``count``; inf when there was no complaint before.
    """
    tail = (1 - criterion.confidence) / 2
    if criterion.metric == "count":
        return math.nan
    if criterion.metric == "rate":
        if criterion.proof == "estimate":
            return criterion.min_exposure
        return (
            max(criterion.min_exposure, -math.log(tail) / criterion.target) if criterion.target else math.inf
        )
    if before_count == 0:
        return math.inf
    # The upper limit at zero is the same for both kinds of proof; only what it must stay below differs.
    bound = criterion.target if criterion.proof == "interval" else max(1.0, criterion.target)
    return max(
        criterion.min_exposure,
        math.expm1(-math.log(tail) / before_count) * before_exposure / bound,
    )


def recurrence(
    events: Iterable[date | datetime], effective_from: date | datetime, until: date | datetime
) -> Recurrence:
    """Complaints at or after ``effective_from`` and before ``until`` (all of one kind: dates, or datetimes)."""
    if until < effective_from:
        raise ValueError(f"until ({until}) lies before effective_from ({effective_from})")
    begin: Any = effective_from  # a date or a datetime, of the same kind as the others
    end: Any = until
    after = sorted(event for event in events if begin <= event < end)
    first = (after[0] - begin).total_seconds() / 86400 if after else None
    return Recurrence(len(after), first, (end - begin).total_seconds() / 86400)


def assess_effect(
    before_count: int,
    before_exposure: float,
    after_count: int,
    after_exposure: float,
    criterion: Criterion,
    *,
    recurrences: int | None = None,
    observed_days: float | None = None,
) -> Assessment:
    """The verdict on one action.

    Counts are complaints (whole, ≥ 0); exposures are in one unit (≥ 0, finite). ``recurrences``: complaints of
    the same root cause afterwards, when the criterion limits them. ``observed_days``: length of the window
    afterwards, when the criterion asks for one. Raises ValueError for impossible numbers, and when the criterion
    limits recurrences or days and they are not given. Missing exposure is no error: the verdict is then
    "insufficient data".

    Bad news does not wait: recurrences above the limit, a count above its target, or a ratio proved to be above
    its target make the action ineffective even before the window or sample is complete. Good news does wait.
    """
    check_count(before_count, "before_count")
    check_count(after_count, "after_count")
    check_exposure(before_exposure, "before_exposure")
    check_exposure(after_exposure, "after_exposure")
    if recurrences is not None:
        check_count(recurrences, "recurrences")
    if criterion.max_recurrences is not None and recurrences is None:
        raise ValueError("the criterion limits recurrences, but their number is not given")
    if criterion.min_days and observed_days is None:
        raise ValueError("the criterion fixes a window, but observed_days is not given")

    blank = math.nan
    nothing = RateInterval(blank, 0.0, math.inf, criterion.confidence)
    before = garwood(before_count, before_exposure, criterion.confidence) if before_exposure > 0 else nothing
    after = garwood(after_count, after_exposure, criterion.confidence) if after_exposure > 0 else nothing
    ratio = RateRatio(blank, 0.0, math.inf, criterion.confidence, 1.0)
    if before_exposure > 0 and after_exposure > 0:
        ratio = rate_ratio(before_count, before_exposure, after_count, after_exposure, criterion.confidence)
    needed = exposure_needed(before_count, before_exposure, criterion) if before_exposure > 0 else math.inf
    reduction = 100 * (1 - ratio.ratio) if math.isfinite(ratio.ratio) else blank

    verdict, reasons = _target(criterion, before_count, after_count, before, after, ratio, after_exposure)
    if criterion.max_recurrences is not None and recurrences is not None:
        verdict, reasons = _limit_recurrences(verdict, reasons, recurrences, criterion.max_recurrences)
    if verdict == EFFECTIVE:
        verdict, reasons = _wait(criterion, reasons, after_exposure, observed_days)
    if verdict == INSUFFICIENT and after_exposure < needed < math.inf:
        reasons = (
            *reasons,
            Message(
                "With no further complaint, {needed} units observed in all could decide; {seen} are observed so far.",
                {"needed": math.ceil(needed), "seen": after_exposure},
            )
            if after_count == 0
            else Message(
                "{seen} units are observed so far; more are needed to decide.", {"seen": after_exposure}
            ),
        )
    return Assessment(
        verdict=verdict,
        reasons=reasons,
        criterion=criterion,
        before_count=before_count,
        before_exposure=before_exposure,
        after_count=after_count,
        after_exposure=after_exposure,
        before=before,
        after=after,
        ratio=ratio,
        reduction_percent=reduction,
        exposure_needed=needed,
        recurrences=recurrences,
        observed_days=observed_days,
    )


_Finding = tuple[Verdict, tuple[Message, ...]]


def _target(
    criterion: Criterion,
    before_count: int,
    after_count: int,
    before: RateInterval,
    after: RateInterval,
    ratio: RateRatio,
    after_exposure: float,
) -> _Finding:
    """The verdict on the metric alone."""
    if criterion.metric == "count":
        return _count_target(criterion, after_count)
    if after_exposure <= 0:
        return INSUFFICIENT, (Message("Nothing has been delivered or used since the action."),)
    percent = {"confidence": round(100 * criterion.confidence, 6)}
    if criterion.metric == "rate":
        facts = Message(
            "The rate afterwards is {rate} per unit ({confidence} % interval {lower} to {upper}); "
            "the target is at most {target}.",
            {
                "rate": after.rate,
                "lower": after.lower,
                "upper": after.upper,
                "target": criterion.target,
                **percent,
            },
        )
        return _compare(criterion, facts, after.rate, after.lower, after.upper, None)
    if math.isnan(before.rate):
        return INSUFFICIENT, (Message("There is no exposure before the action to compare with."),)
    if before_count == 0 and after_count == 0:
        return INSUFFICIENT, (Message("There was no complaint before the action and none after it."),)
    facts = Message(
        "The rate went from {before} to {after} per unit, a ratio of {ratio} ({confidence} % interval {lower} to "
        "{upper}); the target is at most {target}.",
        {
            "before": before.rate,
            "after": after.rate,
            "ratio": ratio.ratio,
            "lower": ratio.lower,
            "upper": ratio.upper,
            "target": criterion.target,
            **percent,
        },
    )
    return _compare(criterion, facts, ratio.ratio, ratio.lower, ratio.upper, 1.0)


def _count_target(criterion: Criterion, after_count: int) -> _Finding:
    values = {"count": after_count, "target": int(criterion.target)}
    if after_count > criterion.target:
        return INEFFECTIVE, (
            Message("{count} complaints came after the action; at most {target} were allowed.", values),
        )
    return EFFECTIVE, (
        Message("{count} complaints came after the action; up to {target} were allowed.", values),
    )


def _compare(
    criterion: Criterion,
    facts: Message,
    estimate: float,
    lower: float,
    upper: float,
    no_change: float | None,
) -> _Finding:
    """An estimate and its interval against the target, by the criterion's kind of proof."""
    target = criterion.target
    if upper <= target:
        return EFFECTIVE, (facts, Message("The whole interval meets the target."))
    if lower > target:
        return INEFFECTIVE, (facts, Message("The whole interval lies above the target."))
    if criterion.proof == "interval":
        return INSUFFICIENT, (
            facts,
            Message("The target lies inside the interval, so chance can explain either outcome."),
        )
    if estimate > target:
        return INEFFECTIVE, (facts, Message("The estimate misses the target."))
    if no_change is not None and upper >= no_change:
        return INSUFFICIENT, (
            facts,
            Message("The estimate meets the target, but the interval does not exclude an unchanged rate."),
        )
    return EFFECTIVE, (facts, Message("The estimate meets the target."))


def _limit_recurrences(
    verdict: Verdict, reasons: tuple[Message, ...], recurrences: int, allowed: int
) -> _Finding:
    values = {"recurrences": recurrences, "allowed": allowed}
    if recurrences > allowed:
        return INEFFECTIVE, (
            Message("The same cause came back {recurrences} times; {allowed} were tolerated.", values),
            *reasons,
        )
    return verdict, (
        *reasons,
        Message("The same cause came back {recurrences} times; up to {allowed} are tolerated.", values),
    )


def _wait(
    criterion: Criterion,
    reasons: tuple[Message, ...],
    after_exposure: float,
    observed_days: float | None,
) -> _Finding:
    """Hold a good result back until the promised sample and window are complete."""
    if after_exposure < criterion.min_exposure:
        values = {"seen": after_exposure, "promised": criterion.min_exposure}
        return INSUFFICIENT, (
            *reasons,
            Message("Only {seen} of the {promised} units fixed in advance are observed.", values),
        )
    if observed_days is not None and observed_days < criterion.min_days:
        values = {"seen": observed_days, "promised": criterion.min_days}
        return INSUFFICIENT, (
            *reasons,
            Message("Only {seen} of the {promised} days fixed in advance have passed.", values),
        )
    return EFFECTIVE, reasons
