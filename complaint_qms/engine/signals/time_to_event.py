"""Time from delivery to complaint: Kaplan–Meier, and rates by age with what they lead to expect of units in the field.

Complaints lag sales: what was delivered last week has had no time yet to be complained about, so that complaints of a month held against units
of the same month say little while sales grow or fall. Held against the age of what is out there, they say more. Nothing here looks past
``known``, the first week that is not known yet: a later delivery, return or complaint changes no result.

Sources: Kaplan & Meier, JASA 53 (1958) 457–481; variance by Greenwood, Reports on Public Health and Medical Subjects 33 (1926);
intervals as R's ``survival::survfit`` (``conf.type`` "log", "log-log", "plain"), the second by Kalbfleisch & Prentice, The Statistical
Analysis of Failure Time Data (1980), section 1.3. Rates by age, repeated complaints about a unit included: Nelson, Recurrent Events Data
Analysis (SIAM 2003), the mean cumulative function; delays of reports: Lawless, Canadian Journal of Statistics 22 (1994) 15–31.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.ranges import open_share, whole
from complaint_qms.engine.signals.series import Array

Weeks = NDArray[np.integer]
Interval = Literal["log", "log-log", "plain"]

LEAST_SHARE = 0.02
"""Share of the most exposed age's units that have to have got to an age before its own rate is believed."""
TAIL = 8
"""Ages before that, in weeks, whose common rate stands for those after."""


@dataclass(frozen=True)
class Survival:
    """A Kaplan–Meier curve: one entry for each time at which something happened or somebody was lost from sight.

    Attributes:
        time: ascending.
        at_risk, events, censored: how many, at that time; those censored at it are still at risk.
        survival: share to whom nothing has happened up to and with it.
        std_error: of the survival, by Greenwood; nan where nobody is left.
        lower, upper: the interval; nan where nobody is left.
    """

    time: Array
    at_risk: Array
    events: Array
    censored: Array
    survival: Array
    std_error: Array
    lower: Array
    upper: Array
    confidence: float

    def at(self, time: float) -> float:
        """Share to whom nothing has happened up to and with this time; 1 before the first."""
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        return float(self.survival[place]) if place >= 0 else 1.0

    def by(self, share: float) -> float:
        """The first time by which it has happened to at least this share; nan where it has not got there yet (as ``survfit``'s quantiles)."""
        open_share(share=share)
        reached = np.flatnonzero(self.survival <= 1 - share + 1e-12)
        return float(self.time[reached[0]]) if reached.size else float("nan")


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    count: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    interval: Interval = "log",
) -> Survival:
    """Survival from times that are right-censored.

    Args:
        time: (n,), until the event or until it was last known that there was none; at least 0.
        event: (n,), whether it was the event.
        count: (n,), how many units each stands for; 1 without.
        interval: "log" as ``survfit`` does unless told; "log-log" stays within 0 and 1 by itself, the others are cut there.

    Raises:
        ValueError: lengths that differ, a time or count below 0 or unknown, an unknown interval.
    """
    times, happened = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    counts = np.ones(times.shape) if count is None else np.asarray(count, dtype=float)
    open_share(confidence=confidence)
    if interval not in ("log", "log-log", "plain"):
        raise ValueError(f'interval must be "log", "log-log" or "plain", not {interval!r}')
    if times.ndim != 1 or happened.shape != times.shape or counts.shape != times.shape:
        raise ValueError("time, event and count must be of one length")
    if not (
        np.all(times >= 0) and np.all(counts >= 0) and np.isfinite(times).all() and np.isfinite(counts).all()
    ):
        raise ValueError("time and count must be finite numbers of at least 0")
    found, place = np.unique(times, return_inverse=True)
    events, censored = np.zeros(len(found)), np.zeros(len(found))
    np.add.at(events, place[happened], counts[happened])
    np.add.at(censored, place[~happened], counts[~happened])
    return _survival(found, events, censored, confidence, interval)


@dataclass(frozen=True)
class Field:
    """Units in the field, as they were delivered and came back; weeks are counted from the first one, 0.

    Attributes:
        series, born, units: (n,), of deliveries: of which series, in which week, how many.
        back_series, back_born, back_week, back_units: (m,), of returns: the week of the delivery, and that of the return.
    """

    series: Weeks
    born: Weeks
    units: Array
    back_series: Weeks
    back_born: Weeks
    back_week: Weeks
    back_units: Array


@dataclass(frozen=True)
class AgeRates:
    """What is known of complaints by the age of a unit in weeks, 0 in the week of its delivery.

    Attributes:
        complaints, exposed: (ages,), complaints at an age, and units that were seen at it.
        rate: (ages,), complaints for each unit and week, where an age was seen too little that of the ages before it.
        cumulative: (ages,), complaints of a unit up to and with an age (mean cumulative function).
        lower, upper: of it, by the normal approximation to a sum of Poisson rates, not below 0.
    """

    complaints: Array
    exposed: Array
    rate: Array
    cumulative: Array
    lower: Array
    upper: Array
    confidence: float


def age_rates(
    field: Field, born: ArrayLike, week: ArrayLike, known: int, *, confidence: float = 0.95
) -> AgeRates:
    """Rates of complaints by age, of all series together, from what came before week ``known``.

    Args:
        born, week: (k,), of complaints: the week in which the unit was delivered, and that in which they were received.
    """
    complaints, exposed = _by_age(field, born, week, known, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(exposed > 0, complaints / exposed, 0.0)
        spread = np.where(exposed > 0, complaints / exposed**2, 0.0)
    enough = exposed >= LEAST_SHARE * max(exposed.max(initial=0.0), 1e-300)
    seen = np.flatnonzero(enough)
    if seen.size and not enough.all():
        tail = seen[-TAIL:]
        units = exposed[tail].sum()
        own[~enough] = complaints[tail].sum() / units
        spread[~enough] = complaints[tail].sum() / units**2
    cumulative = np.cumsum(own)
    half = special.ndtri(0.5 + confidence / 2) * np.sqrt(np.cumsum(spread))
    lower = np.maximum(cumulative - half, 0.0)
    return AgeRates(complaints, exposed, own, cumulative, lower, cumulative + half, confidence)


def time_to_complaint(
    field: Field,
    born: ArrayLike,
    week: ArrayLike,
    known: int,
    *,
    confidence: float = 0.95,
    interval: Interval = "log",
) -> Survival:
    """Kaplan–Meier of the weeks from delivery to complaint. A unit is lost from sight when it comes back, and at the week ``known``.

    Args:
        born, week: as for `age_rates`; at most one complaint about a unit, its first. The field should not hold returns of these
            units: each would be taken off twice.
    """
    complaints, exposed = _by_age(field, born, week, known, confidence)
    begun, received = np.asarray(born, dtype=np.int64), np.asarray(week, dtype=np.int64)
    kept = (begun >= 0) & (received >= begun) & (received < known)
    # Whoever was complained about is at risk no more, for as long as their cohort is seen.
    over = np.zeros(known + 1)
    np.add.at(over, received[kept] - begun[kept] + 1, 1.0)
    np.add.at(over, known - begun[kept], -1.0)
    at_risk = np.maximum(exposed - np.cumsum(over)[:known], 0.0)
    events = np.minimum(complaints, at_risk)
    # What leaves the table between two ages was lost from sight at the first of them.
    censored = np.maximum(at_risk - events - np.concatenate([at_risk[1:], [0.0]]), 0.0)
    return _survival(np.arange(known, dtype=float), events, censored, confidence, interval)


def expected_complaints(field: Field, rate: ArrayLike, series: int, known: int) -> Array:
    """Complaints that units of each series lead to expect in each week before ``known``, by their age: (series, known).

    Args:
        rate: (ages,), by age as of `age_rates`; past the last one there are none.
    """
    whole(0, series=series, known=known)
    rates = np.asarray(rate, dtype=float)
    found = np.zeros((series, known))
    there = (field.born >= 0) & (field.born < known)
    delivered = np.zeros((series, known))
    np.add.at(delivered, (field.series[there], field.born[there]), field.units[there])
    for age in range(min(known, len(rates))):
        found[:, age:] += delivered[:, : known - age] * rates[age]
    back = (field.back_born >= 0) & (field.back_week < known)
    for week in range(known):
        gone = back & (field.back_week <= week)
        old = week - field.back_born[gone]
        lost = (
            np.where(old < len(rates), rates[np.minimum(old, len(rates) - 1)], 0.0) * field.back_units[gone]
        )
        np.add.at(found[:, week], field.back_series[gone], -lost)
    return np.maximum(found, 0.0)


def _by_age(
    field: Field, born: ArrayLike, week: ArrayLike, known: int, confidence: float
) -> tuple[Array, Array]:
    """Complaints and units seen at each age, before the week that is not known yet."""
    whole(1, known=known)
    open_share(confidence=confidence)
    begun, received = np.asarray(born, dtype=np.int64), np.asarray(week, dtype=np.int64)
    if begun.shape != received.shape or begun.ndim != 1:
        raise ValueError("born and week must be of one length")
    kept = (begun >= 0) & (received >= begun) & (received < known)
    complaints = np.bincount(received[kept] - begun[kept], minlength=known).astype(float)
    there = (field.born >= 0) & (field.born < known)
    # Units delivered in week c are seen at the ages 0 … known - 1 - c.
    last = np.bincount(known - 1 - field.born[there], weights=field.units[there], minlength=known)
    exposed = np.cumsum(last[::-1])[::-1]
    back = (field.back_born >= 0) & (field.back_week < known) & (field.back_week >= field.back_born)
    # A unit that came back at age a is not seen at a and later, as far as its cohort was.
    gone = np.zeros(known + 1)
    np.add.at(gone, field.back_week[back] - field.back_born[back], field.back_units[back])
    np.add.at(gone, known - field.back_born[back], -field.back_units[back])
    return complaints, np.maximum(exposed - np.cumsum(gone)[:known], 0.0)


def _survival(time: Array, events: Array, censored: Array, confidence: float, interval: Interval) -> Survival:
    gone = events + censored
    at_risk = np.cumsum(gone[::-1])[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival: Array = np.cumprod(np.where(at_risk > 0, 1 - events / at_risk, 1.0)).astype(np.float64)
        # Greenwood: the variance of log S is the sum of d / (n (n - d)).
        terms = np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)
        of_log = np.sqrt(np.cumsum(terms))
        left = survival > 0
        error = np.where(left, survival * of_log, np.nan)
        z = special.ndtri(0.5 + confidence / 2)
        if interval == "plain":
            lower, upper = survival - z * error, survival + z * error
        elif interval == "log":
            lower, upper = survival * np.exp(-z * of_log), survival * np.exp(z * of_log)
        else:
            width = np.where(survival < 1, z * of_log / np.log(survival), 0.0)
            lower, upper = survival ** np.exp(-width), survival ** np.exp(width)
    lower, upper = np.where(left, lower, np.nan), np.where(left, upper, np.nan)
    return Survival(
        time, at_risk, events, censored, survival, error,
        np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0), confidence,
    )  # fmt: skip
