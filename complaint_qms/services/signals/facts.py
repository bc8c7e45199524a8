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
from frappe.model.document import Document

from complaint_qms.constants.signals import (
    BY_ALL_UNITS,
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
from complaint_qms.engine.signals.method_choice import CODE
from complaint_qms.engine.signals.scanning import limits
from complaint_qms.engine.signals.types import SignalRecord
from complaint_qms.engine.signals.weekly import Deliveries
from complaint_qms.services.signals.reading import Complaints, item_and_type
from complaint_qms.services.signals.remarks import (
    explained_by_others,
    shared_by_most,
    time_alone,
    told_twice,
)
from complaint_qms.services.signals.settings import THRESHOLD
from complaint_qms.services.signals.uncounted import Uncounted
from complaint_qms.services.signals.words import json_value, packed

MAXSPRT = "maxsprt"
_REASONS = {
    MAXSPRT: Message("A new batch, looked at every week."),
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
    """What a scan of a kind leaves: all of its cells would be hundreds of megabytes. Of the series that had a signal, by week:
    ``limits`` (code → limit), ``in_field`` (row → whether units are), ``added_up`` (row → complaints and expectation since it is watched
    as a launch, nan where it is not)."""

    watched: Watched
    limits: dict[int, np.ndarray]
    in_field: dict[int, np.ndarray]
    added_up: dict[int, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, scan: KindScan) -> KeptScan:
        rows = np.array(sorted({one.row for one in scan.result.signals}), np.int64)
        if not len(rows):
            return cls(scan.watched, {}, {}, {})
        found = limits(scan.result, scan.matrix.exposure, rows)
        cells, units = scan.result.cells, scan.in_field
        launched = scan.result.method == CODE["maxsprt"]
        return cls(
            scan.watched,
            dict(zip(scan.chosen[rows].tolist(), found, strict=True)),
            {} if units is None else {row: np.nan_to_num(units[row]) > 0 for row in rows.tolist()},
            {
                row: tuple(np.where(launched[row], values[row], np.nan) for values in (cells.observed, cells.expected))
                for row in rows.tolist()
                if launched[row].any()
            },
        )  # fmt: skip


class Describer:
    """Describes the findings of one scan."""

    def __init__(
        self,
        scans: list[KeptScan],
        complaints: Complaints,
        scan: Document,
        deliveries: Deliveries,
        uncounted: Uncounted,
    ) -> None:
        self._scans, self._complaints, self._method, self._company = (
            scans,
            complaints,
            scan.method,
            scan.company,
        )
        self._deliveries, self._uncounted = deliveries, uncounted
        self._periods = scans[0].watched.periods
        self._starts = [day.astype(date) for day in self._periods.starts]
        self._watched = sum(len(scan.watched.chosen) for scan in scans)
        self._limits = {scan.watched.kind: scan.limits for scan in scans}
        days = complaints.received.astype("datetime64[D]")
        self._weeks = np.searchsorted(self._periods.starts, days, side="right") - 1
        self._weeks[days >= self._periods.end] = len(self._periods)

    def facts(self, finding: Finding) -> Facts:
        parts = self._plain_parts(finding.parts)
        labels = {kind: self._complaints.labels[kind][code] for kind, code in parts}
        strongest, kept = self._strongest(finding)
        # A launch is judged as often as one likes: its p is that of all looks together, as its words say.
        p = strongest.p if strongest and strongest.method == MAXSPRT else finding.p
        held_against, of_deliveries = self._held_against(strongest, kept)
        rows = self._series_rows(parts)
        words = [
            *finding.words,
            *shared_by_most(finding, parts, self._complaints),
            *(strongest.words if strongest else ()),
            *explained_by_others(finding, rows, self._weeks),
            *told_twice(self._uncounted, labels, self._spans(finding), self._baseline_days(strongest)),
            *of_deliveries,
        ]
        values: dict[str, Any] = {
            **{field: labels.get(kind) for kind, field in FIELDS.items()},
            "title": " · ".join(labels[kind] for kind in FIELDS if kind in labels)[:140] or self._company,
            "cause_key": cause_key(labels),
            "observed": finding.observed,
            "expected": round(finding.expected, 6),
            **_ratio(finding),
            "since": self._starts[finding.first],
            "until": self._starts[finding.last] + timedelta(days=6),
            "trend": finding.trend,
            "p_value": f"{p:.3g}",
            "p_corrected": f"{min(1.0, p * self._watched):.3g}",
            "series_watched": self._watched,
            "words": packed(words),
            "chart": json.dumps(self._chart(finding, parts, strongest, kept)),
            **self._basis(strongest),
            "held_against": held_against,
        }
        return Facts(
            values,
            self._complaints.names[finding.complaints].tolist(),
            [
                *witnesses_of(self._complaints, rows, finding.complaints),
                *self._uncounted.latest(labels, WITNESSES),
            ],
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

    def _strongest(self, finding: Finding) -> tuple[SignalRecord | None, KeptScan | None]:
        """The weekly signal with the least chance, of those without a p the last; and the scan that it is of."""
        found = [(self._scans[scan].watched.signals[place], self._scans[scan]) for scan, place in finding.signals]  # fmt: skip
        if not found:
            return None, None
        return min(found, key=lambda one: (1.0 if math.isnan(one[0].p) else one[0].p, -one[0].column, one[0].row))  # fmt: skip

    def _spans(self, finding: Finding) -> list[tuple[date, date]]:
        return [
            (self._starts[one.first], self._starts[one.last] + timedelta(days=6)) for one in finding.spells
        ]

    def _baseline_days(self, one: SignalRecord | None) -> tuple[date, date] | None:
        if one is None or one.method in (MAXSPRT, THRESHOLD):  # what is counted, and no baseline
            return None
        first, last = (self._periods.labels.index(label) for label in (one.baseline.first, one.baseline.last))
        return self._starts[first], self._starts[last] + timedelta(days=6)

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

    def _held_against(
        self, one: SignalRecord | None, kept: KeptScan | None
    ) -> tuple[str | None, list[Message]]:
        """What the strongest week was held against: units, or time alone, and why."""
        if one is None or kept is None:
            return None, []
        if one.method == MAXSPRT and one.exposure is None:  # held against its siblings, as the words say
            return None, []
        kind = kept.watched.kind
        if one.exposure is not None and one.exposure > 0:
            return (BY_ALL_UNITS if kind in ALL_UNITS else BY_UNITS), []
        units = kept.in_field.get(one.row)
        code = int(kept.watched.chosen[one.row])
        in_field = units is not None and bool(units[one.column])
        period = self._periods.name(one.column)
        return time_alone(kind, code, self._deliveries, in_field, period, self._starts[0])

    def _chart(
        self, finding: Finding, parts: Parts, one: SignalRecord | None, kept: KeptScan | None
    ) -> dict[str, Any]:
        """Week by week what came, what was expected and from where on it is an alarm. Of a launch all of it is added up since it is watched, as
        in its words and its limit."""
        if one is not None and kept is not None and one.method == MAXSPRT:
            counts, expected = kept.added_up[one.row]
            limit = kept.limits[int(kept.watched.chosen[one.row])]
            known = np.flatnonzero(~np.isnan(expected))
            begin, end = max(int(known[0]), one.column - CHART_WEEKS + 1), int(known[-1]) + 1
            marked = {one.column}
            more = {"added_up": True}
        else:
            counts, expected = finding.points
            limit = self._limit(finding.parts, parts)
            begin, end = max(0, min(finding.first - 26, len(counts) - CHART_WEEKS)), len(counts)
            marked = {self._scans[scan].watched.signals[place].column for scan, place in finding.signals}
            more = {}
        last = end - 1
        return {
            "weeks": [str(day) for day in self._starts[begin:end]],
            "labels": [self._periods.label(at) for at in range(begin, end)],
            "observed": [int(value) for value in np.nan_to_num(counts[begin:end])],
            "expected": [_number(value) for value in expected[begin:end]],
            "limit": [_number(value) for value in limit[begin:end]] if limit is not None else None,
            "marked": sorted(at - begin for at in marked if begin <= at <= last),
            "first": min(max(finding.first, begin), last) - begin,
            "last": min(max(finding.last, begin), last) - begin,
            "spells": [
                [max(spell.first, begin) - begin, min(spell.last, last) - begin]
                for spell in finding.spells
                if spell.first <= last and spell.last >= begin
            ],
            **more,
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
