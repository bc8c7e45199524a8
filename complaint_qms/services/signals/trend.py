"""Trends as Art. 88 of Regulation (EU) 2017/745 (MDR) asks: of each product, are incidents that are not serious, and side effects that
are expected, more frequent or graver in the plan's observation period than in its baseline? Regulatory Affairs decides what that means."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce
from frappe.utils import cint, flt, getdate
from pypika.terms import Criterion, Term

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ART_88, BY_TIME, BY_TIME_UNFIT, BY_UNITS, CHART_WEEKS, FIELDS
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.period_trend import (
    Graver,
    TrendPlan,
    Trends,
    frequency_trends,
    severity_trend,
    trend_sentence,
)
from complaint_qms.engine.signals.series import SeriesMatrix
from complaint_qms.engine.signals.weekly import Deliveries, first_to_reach, weekly_series
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.signals.deliveries import deliveries_of
from complaint_qms.services.signals.facts import Facts, cause_key, witnesses_of
from complaint_qms.services.signals.reading import Complaints, read_complaints
from complaint_qms.services.signals.words import json_value, packed

SOURCE = "Regulation (EU) 2017/745, Art. 88(1)"
_OF_SETTINGS = {
    "observation_weeks": "trend_observation_weeks",
    "baseline_weeks": "trend_baseline_weeks",
    "alpha": "trend_alpha",
    "min_complaints": "trend_least",
    "trend_method": "trend_method",
    "plan_reference": "trend_plan",
}
"""Field of a scan → field of the settings, where the plan stands."""
_SERIOUS = ("serious", "death")
_STATED = Message("Stated in the plan for post-market surveillance.")
_LONGEST_WEEKS = 520


def take_plan(scan: Document) -> None:
    """A scan by the plan has the plan's numbers, whatever was sent; nothing else is scanned."""
    settings = frappe.get_cached_doc(SETTINGS)
    for field, stored in _OF_SETTINGS.items():
        scan.set(field, settings.get(stored) or settings.meta.get_field(stored).default)
    scan.history_from = scan.method = None


def plan_of(scan: Document) -> TrendPlan:
    return TrendPlan(
        observation=cint(scan.observation_weeks),
        baseline=cint(scan.baseline_weeks),
        alpha=flt(scan.alpha),
        least=cint(scan.min_complaints),
        method=scan.trend_method or "uneven_counts",
    )


def numbers_of(scan: Document) -> dict[str, Any]:
    """Every number of the plan, for the record of the run."""
    return {**asdict(plan_of(scan)), "plan": scan.plan_reference, "source": SOURCE}


def check_plan(settings: Document) -> None:
    """Raises:
    frappe.ValidationError: with every number of the plan that is out of range.
    """
    wrong = []
    for (
        stored
    ) in _OF_SETTINGS.values():  # what came with a later version has no value on a site that was there before
        if not settings.get(stored):
            settings.set(stored, settings.meta.get_field(stored).default)
    for field, low, high in (
        ("trend_observation_weeks", 1, _LONGEST_WEEKS),
        ("trend_baseline_weeks", TrendPlan.least_baseline, _LONGEST_WEEKS),
        ("trend_least", 1, 1_000_000),
    ):
        if not low <= cint(settings.get(field)) <= high:
            label = _(settings.meta.get_label(field), context=SETTINGS)
            wrong.append(_("{0}: enter a whole number from {1} to {2}.").format(label, low, high))
    if not 1e-6 <= flt(settings.trend_alpha) <= 0.1:
        label = _(settings.meta.get_label("trend_alpha"), context=SETTINGS)
        wrong.append(_("{0}: enter a number from {1} to {2}.").format(label, "0.000001", "0.1"))
    if wrong:
        refuse(*wrong)


def read_and_judge(
    scan: Document, tell: Callable[[int], None]
) -> tuple[Complaints, Deliveries | None, list[Facts], int, SeriesMatrix | None]:
    """What was read, the trends found as facts of signals, how many products were watched, and their weeks."""
    plan, as_of = plan_of(scan), getdate(scan.as_of)
    weeks = plan.observation + plan.baseline
    monday = (
        as_of + timedelta(days=1) - timedelta(days=(as_of.weekday() + 1) % 7)
    )  # the day after the last whole week
    begin = monday - timedelta(weeks=weeks)
    complaints = read_complaints(scan.company, as_of, begin, where=_incidents)
    tell(30)
    if not len(complaints):
        return complaints, None, [], 0, None
    start = np.datetime64(begin, "s")
    deliveries = deliveries_of(complaints, scan.company, start, as_of)
    tell(50)
    item = complaints.codes["item"]
    chosen, _totals = first_to_reach(item, len(complaints.labels["item"]), plan.least, len(item))
    matrix = weekly_series(
        item, chosen, complaints.received, start, np.datetime64(as_of), deliveries, deliveries.item, complaints.codes["batch"]
    )  # fmt: skip
    if matrix is None:
        return complaints, deliveries, [], 0, None
    trends = frequency_trends(matrix.counts, matrix.exposure, plan)
    judged = _Judged(scan, plan, complaints, chosen, matrix, trends)
    tell(80)
    return complaints, deliveries, judged.facts(), int(judged.trends.judged.sum()), matrix


def _incidents(complaint: Any) -> Term:
    """Not serious, or of a type that is an expected side effect. What nobody has judged yet is not known to be serious."""
    report = frappe.qb.DocType("Reportability Assessment")
    reported = frappe.qb.from_(report).select(report.complaint)
    reported = reported.where((report.status == "reported") & report.rule_key.like("eu_87%"))
    serious = Coalesce(complaint.harm_level, "").isin(_SERIOUS) | complaint.name.isin(reported)
    expected = frappe.get_all(
        "Complaint Type", {"expected_side_effect": 1}, pluck="name", order_by="name asc"
    )
    return Criterion.any([serious.negate(), complaint.complaint_type.isin(expected or [""])])


class _Judged:
    def __init__(
        self,
        scan: Document,
        plan: TrendPlan,
        complaints: Complaints,
        chosen: np.ndarray,
        matrix: SeriesMatrix,
        trends: Trends,
    ) -> None:
        self.scan, self.plan, self.complaints, self.chosen, self.matrix, self.trends = (
            scan, plan, complaints, chosen, matrix, trends,
        )  # fmt: skip
        width = len(matrix.periods)
        self.begin = max(0, width - plan.observation)
        self.first = max(0, self.begin - plan.baseline)
        starts = matrix.periods.starts
        self.days = [day.astype(date) for day in starts]
        self.end: date = (matrix.periods.end - 1).astype(date)
        self.week = np.searchsorted(starts, complaints.received.astype("datetime64[D]"), side="right") - 1
        self.week[complaints.received.astype("datetime64[D]") >= matrix.periods.end] = width
        ranks = level_ranks()["Risk Severity"]
        self.ladder = sorted(set(ranks.values()))
        self.named = {rank: name for name, rank in sorted(ranks.items(), reverse=True)}
        self.level = np.round(np.log2(complaints.harm)).astype(int)

    def facts(self) -> list[Facts]:
        """Of each product that became more frequent or graver, the least likely by chance first."""
        found = []
        for row in np.flatnonzero(self.trends.judged & (self.trends.observed >= self.plan.least)).tolist():
            mine = np.flatnonzero(self.complaints.codes["item"] == self.chosen[row])
            now = mine[(self.week[mine] >= self.begin) & (self.week[mine] < len(self.days))]
            before = mine[(self.week[mine] >= self.first) & (self.week[mine] < self.begin)]
            p = float(self.trends.p[row])
            graver = severity_trend(self.level[now], self.level[before])
            if graver and graver.p > self.plan.alpha:
                graver = None
            if p <= self.plan.alpha or graver:
                found.append(
                    (min(p, graver.p if graver else 1.0), self._facts(row, now, mine, len(before), graver))
                )
        return [facts for _least, facts in sorted(found, key=lambda one: (one[0], one[1].values["title"]))]

    def _facts(
        self, row: int, now: np.ndarray, mine: np.ndarray, before: int, graver: Graver | None
    ) -> Facts:
        trends, plan = self.trends, self.plan
        item = self.complaints.labels["item"][self.chosen[row]]
        p = float(trends.p[row])
        least = min(p, graver.p if graver else 1.0)
        watched = int(trends.judged.sum())
        values: dict[str, Any] = {
            **dict.fromkeys(FIELDS.values()),
            "item_code": item,
            "preset": ART_88,
            "plan_reference": self.scan.plan_reference,
            "title": f"{item} · EU MDR Art. 88"[:140],
            "cause_key": cause_key({"item": item, "preset": ART_88}),
            "observed": int(trends.observed[row]),
            "expected": round(float(trends.expected[row]), 6),
            **{
                field: json_value(np.round(value[row], 6)) if np.isfinite(value[row]) else None
                for field, value in (("rate_ratio", trends.ratio), ("ratio_lower", trends.lower), ("ratio_upper", trends.upper))
            },
            "since": self.days[self.begin],
            "until": self.end,
            "trend": "rising",
            "p_value": f"{least:.3g}",
            "p_corrected": f"{min(1.0, least * watched):.3g}",
            "series_watched": watched,
            "words": packed(self._words(row, p, before, graver)),
            "chart": json.dumps(self._chart(row)),
            "method": plan.method,
            "method_reason": _STATED.key,
            "held_against": self._held_against(row),
            "strongest_week": None,
            "baseline_from": self.matrix.periods.label(self.first),
            "baseline_to": self.matrix.periods.label(self.begin - 1),
            "baseline_weeks": int(trends.base_weeks[row]),
            "baseline_count": float(trends.base_count[row]),
            "baseline_exposure": float(trends.base_exposure[row]) if trends.by_units[row] else None,
            "exposure": float(trends.exposure[row]) if trends.by_units[row] else None,
            "week_limit": None,
            "parameters": json.dumps({**numbers_of(self.scan), "dispersion": float(trends.dispersion[row])}, sort_keys=True),
        }  # fmt: skip
        names = self.complaints.names
        return Facts(values, names[now].tolist(), witnesses_of(self.complaints, mine, now), True, False)

    def _held_against(self, row: int) -> str:
        if self.trends.by_units[row]:
            return BY_UNITS
        exposure = self.matrix.exposure
        return BY_TIME if exposure is None or not exposure[row].any() else BY_TIME_UNFIT

    def _words(self, row: int, p: float, before: int, graver: Graver | None) -> list[Message]:
        trends, plan = self.trends, self.plan
        said = [
            trend_sentence(
                "units" if trends.by_units[row] else "time",
                observed=int(trends.observed[row]), weeks=plan.observation, day=str(self.end), expected=float(trends.expected[row]),
                baseline=int(trends.base_weeks[row]),
            ),
            trend_sentence("chance", p=f"{p:.2g}", alpha=f"{plan.alpha:g}"),
        ]  # fmt: skip
        if trends.dispersion[row] >= 1.05:
            said.append(trend_sentence("uneven", dispersion=round(float(trends.dispersion[row]), 1)))
        if graver:
            level = self.named.get(self.ladder[graver.level]) if graver.level < len(self.ladder) else None
            said.append(
                trend_sentence(
                    "graver", severe=graver.severe, observed=int(trends.observed[row]), level=level or str(graver.level + 1),
                    before=graver.before, base=before, p=f"{graver.p:.2g}",
                )
            )  # fmt: skip
        return said

    def _chart(self, row: int) -> dict[str, Any]:
        """Every week with what its exposure leads to expect at the rate of the baseline; the observation period is what stands out."""
        trends, width = self.trends, len(self.days)
        begin = max(self.first, width - CHART_WEEKS)
        share = np.ones(width)
        if trends.by_units[row] and self.matrix.exposure is not None:
            share = self.matrix.exposure[row]
        expected = share * trends.base_count[row] / trends.base_exposure[row]
        return {
            "weeks": [str(day) for day in self.days[begin:]],
            "labels": [self.matrix.periods.label(at) for at in range(begin, width)],
            "observed": [int(value) for value in self.matrix.counts[row, begin:]],
            "expected": [round(float(value), 4) for value in expected[begin:]],
            "limit": None,
            "marked": [],
            "first": self.begin - begin,
            "last": width - 1 - begin,
        }
