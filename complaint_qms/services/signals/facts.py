"""A finding of the engine as the fields of a signal: figures, arithmetic, chart."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from complaint_qms.constants.signals import (
    BY_ALL_UNITS,
    BY_TIME,
    BY_TIME_UNFIT,
    BY_UNITS,
    CHART_WEEKS,
    FIELDS,
    ITEM_TYPE,
    WITNESSES,
)
from complaint_qms.engine.message import Message
from complaint_qms.engine.rates import garwood
from complaint_qms.engine.signals.findings import Finding, Watched
from complaint_qms.engine.signals.findings.types import NO_RISE, Parts
from complaint_qms.engine.signals.kind_scan import ALL_UNITS, KindScan
from complaint_qms.engine.signals.scanning import limits
from complaint_qms.engine.signals.types import SignalRecord
from complaint_qms.services.signals.reading import Complaints, item_and_type
from complaint_qms.services.signals.words import json_value, packed

_REASONS = {
    "maxsprt": Message("A new batch, looked at every week."),
    "farrington": Message("Three years or more without a gap: compared with the same season."),
    "laney": Message("Units are known, and the rate varies more than chance alone."),
    "u": Message("Units are known, and many complaints come every week."),
    "poisson": Message("Too few complaints a week for a chart, or no units known: the exact test."),
    "cusum": Message("A small rise that lasts, added up over weeks."),
}
"""Why the rule takes a method."""
_CHOSEN = Message("Chosen for this scan.")


@dataclass(frozen=True)
class Facts:
    """A finding: ``values`` for the fields of a signal, ``cases`` (names of its complaints), ``witnesses`` (names of others of its
    series), ``is_rise``, ``is_over``."""

    values: dict[str, Any]
    cases: list[str]
    witnesses: list[str]
    is_rise: bool
    is_over: bool

    @property
    def key(self) -> str:
        return self.values["cause_key"]


@dataclass(frozen=True)
class KeptScan:
    """What a scan of a kind leaves: all of its cells would be hundreds of megabytes. ``limits``: code → limit in every week, of the
    series that had a signal."""

    watched: Watched
    limits: dict[int, np.ndarray]
    delivered: frozenset[int]
    """Rows of the series with a signal of which deliveries are known."""

    @classmethod
    def of(cls, scan: KindScan) -> KeptScan:
        rows = np.array(sorted({one.row for one in scan.result.signals}), np.int64)
        if not len(rows):
            return cls(scan.watched, {}, frozenset())
        found = limits(scan.result, scan.matrix.exposure, rows)
        known = rows[scan.delivered[rows]].tolist()
        return cls(scan.watched, dict(zip(scan.chosen[rows].tolist(), found, strict=True)), frozenset(known))


class Describer:
    """Describes the findings of one scan."""

    def __init__(self, scans: list[KeptScan], complaints: Complaints, method: str | None) -> None:
        self._scans, self._complaints, self._method = scans, complaints, method
        self._periods = scans[0].watched.periods
        self._starts = [day.astype(date) for day in self._periods.starts]
        self._watched = sum(len(scan.watched.chosen) for scan in scans)
        self._limits = {scan.watched.kind: scan.limits for scan in scans}
        self._delivered = {scan.watched.kind: scan.delivered for scan in scans}

    def facts(self, finding: Finding) -> Facts:
        parts = self._plain_parts(finding.parts)
        labels = {kind: self._complaints.labels[kind][code] for kind, code in parts}
        strongest = self._strongest(finding)
        corrected = finding.p if strongest and strongest.method == "maxsprt" else finding.p * self._watched
        values: dict[str, Any] = {
            **{field: labels.get(kind) for kind, field in FIELDS.items()},
            "title": " · ".join(labels[kind] for kind in FIELDS if kind in labels)[:140],
            "cause_key": cause_key(labels),
            "observed": finding.observed,
            "expected": round(finding.expected, 6),
            **_ratio(finding),
            "since": self._starts[finding.first],
            "until": self._starts[finding.last] + timedelta(days=6),
            "trend": finding.trend,
            "p_value": f"{finding.p:.3g}",
            "p_corrected": f"{min(1.0, corrected):.3g}",
            "series_watched": self._watched,
            "words": packed((*finding.words, *(strongest.words if strongest else ()))),
            "chart": json.dumps(self._chart(finding, parts)),
            **self._basis(strongest),
            "held_against": self._held_against(finding, strongest),
        }
        rows = self._series_rows(parts)
        return Facts(
            values,
            self._complaints.names[finding.complaints].tolist(),
            witnesses_of(self._complaints, rows, finding.complaints),
            finding.change not in NO_RISE,
            not finding.ongoing,
        )

    def _plain_parts(self, parts: Parts) -> Parts:
        """With an item and its type for a pair of both."""
        plain_parts = {}
        for kind, code in parts:
            if kind == ITEM_TYPE:
                plain_parts["item"], plain_parts["type"] = item_and_type(self._complaints, code)
            else:
                plain_parts[kind] = code
        return tuple(sorted(plain_parts.items()))

    def _strongest(self, finding: Finding) -> SignalRecord | None:
        """The weekly signal with the least chance; of those without a p the last."""
        found = [self._scans[scan].watched.signals[place] for scan, place in finding.signals]
        if not found:
            return None
        return min(found, key=lambda one: (1.0 if math.isnan(one.p) else one.p, -one.column, one.row))

    def _basis(self, one: SignalRecord | None) -> dict[str, Any]:
        if one is None:
            return dict.fromkeys(
                ("method", "method_reason", "strongest_week", "baseline_from", "baseline_to", "baseline_weeks", "baseline_count", "baseline_exposure", "exposure", "week_limit", "parameters")
            )  # fmt: skip
        base = one.baseline
        return {
            "method": one.method,
            "method_reason": (_CHOSEN if self._method else _REASONS.get(one.method, _CHOSEN)).key,
            "strongest_week": one.period,
            "baseline_from": base.first,
            "baseline_to": base.last,
            "baseline_weeks": base.periods,
            "baseline_count": json_value(base.count),
            "baseline_exposure": json_value(base.exposure) if base.exposure is not None else None,
            "exposure": json_value(one.exposure) if one.exposure is not None else None,
            "week_limit": json_value(one.limit),
            "parameters": json.dumps(
                {
                    **{name: json_value(value) for name, value in one.parameters.items()},
                    **{name: json_value(getattr(one, name)) for name in ("observed", "expected", "statistic", "critical", "p", "q")},
                },
                sort_keys=True,
            ),
        }  # fmt: skip

    def _held_against(self, finding: Finding, one: SignalRecord | None) -> str | None:
        """What the strongest week was held against: units, or time alone, and why."""
        if one is None or (
            one.method == "maxsprt" and one.exposure is None
        ):  # held against its siblings, as the words say
            return None
        kind = next(
            self._scans[scan].watched.kind
            for scan, place in finding.signals
            if self._scans[scan].watched.signals[place] is one
        )
        if one.exposure is not None and one.exposure > 0:
            return BY_ALL_UNITS if kind in ALL_UNITS else BY_UNITS
        return BY_TIME_UNFIT if one.row in self._delivered[kind] else BY_TIME

    def _chart(self, finding: Finding, parts: Parts) -> dict[str, Any]:
        counts, expected = finding.points
        begin = max(0, min(finding.first - 26, len(counts) - CHART_WEEKS))
        limit = self._limit(finding.parts, parts)
        marked = {self._scans[scan].watched.signals[place].column for scan, place in finding.signals}
        return {
            "weeks": [str(day) for day in self._starts[begin:]],
            "labels": [self._periods.label(at) for at in range(begin, len(counts))],
            "observed": [int(value) for value in counts[begin:]],
            "expected": [_number(value) for value in expected[begin:]],
            "limit": [_number(value) for value in limit[begin:]] if limit is not None else None,
            "marked": sorted(at - begin for at in marked if at >= begin),
            "first": finding.first - begin,
            "last": finding.last - begin,
            "spells": [[one.first - begin, one.last - begin] for one in finding.spells],
        }

    def _limit(self, *ways: Parts) -> np.ndarray | None:
        """The limit of the series that a finding is about, where it is one of those with a signal."""
        for parts in ways:
            kind, code = parts[0] if len(parts) == 1 else ("all", 0) if not parts else ("", 0)
            found = self._limits.get(kind, {}).get(code)
            if found is not None:
                return found
        return None

    def _series_rows(self, parts: Parts) -> np.ndarray:
        held = np.ones(len(self._complaints), bool)
        for kind, code in parts:
            held &= self._complaints.codes[kind] == code
        return np.flatnonzero(held)


def witnesses_of(complaints: Complaints, rows: np.ndarray, cases: np.ndarray) -> list[str]:
    """Of each customer, territory, item … in a series the latest complaint that is none of its ``cases``, so that whoever may not see
    one of them does not see the figures it is in."""
    others = np.setdiff1d(rows, cases)[::-1]
    found: set[int] = set()
    for codes in complaints.codes.values():
        _values, first = np.unique(codes[others], return_index=True)
        found.update(others[np.sort(first)[:WITNESSES]].tolist())
    return complaints.names[sorted(found)].tolist()


def cause_key(labels: Mapping[str, str]) -> str:
    """What a rise is of, as one key: dimensions and labels."""
    return hashlib.sha256(json.dumps(sorted(labels.items()), ensure_ascii=False).encode()).hexdigest()


def _ratio(finding: Finding) -> dict[str, float | None]:
    """Observed over expected with its exact interval; nothing where none was expected."""
    if finding.expected <= 0:
        return {"rate_ratio": None, "ratio_lower": None, "ratio_upper": None}
    found = garwood(finding.observed, finding.expected)
    return {
        "rate_ratio": round(found.rate, 6), "ratio_lower": round(found.lower, 6), "ratio_upper": round(found.upper, 6),
    }  # fmt: skip


def _number(value: Any) -> float | None:
    value = float(value)
    return round(value, 4) if math.isfinite(value) else None
