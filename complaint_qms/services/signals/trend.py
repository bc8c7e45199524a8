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
from frappe.query_builder.functions import Coalesce, Min
from frappe.utils import cint, flt, getdate
from pypika.terms import Criterion, Term

from complaint_qms.constants.reportability import GRAVE_HARM
from complaint_qms.constants.rules import NOT_COUNTED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ART_88, BY_UNITS, CHART_WEEKS, FIELDS, SCAN, WITNESSES
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.period_trend import (
    Graver,
    TrendPlan,
    Trends,
    frequency_trends,
    judge_look,
    severity_trend,
    trend_sentence,
)
from complaint_qms.engine.signals.series import SeriesMatrix
from complaint_qms.engine.signals.weekly import Deliveries, first_to_reach, weekly_series
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import labelled
from complaint_qms.services.reportability.applicable_rules import is_of_jurisdiction
from complaint_qms.services.reporting.filters import branch
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.signals.deliveries import deliveries_of
from complaint_qms.services.signals.facts import Facts, cause_key, witnesses_of
from complaint_qms.services.signals.reading import Complaints, read_complaints
from complaint_qms.services.signals.remarks import time_alone, told_twice
from complaint_qms.services.signals.uncounted import Uncounted, read_uncounted
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
_STATED = Message("Stated in the plan for post-market surveillance.")
_LONGEST_WEEKS = 520
_NAMED = 20


def take_plan(scan: Document) -> None:
    """A scan by the plan has the plan's numbers, whatever was sent; nothing else is scanned."""
    settings = frappe.get_cached_doc(SETTINGS)
    for field, stored in _OF_SETTINGS.items():
        scan.set(field, settings.get(stored) or settings.meta.get_field(stored).default)
    scan.history_from = scan.method = None


def check_reference(scan: Document) -> None:
    """Method, baseline and level of a trend are those of a plan: without one there is nothing to hold them against.

    Raises:
        frappe.ValidationError: the settings name no plan.
    """
    if scan.preset == ART_88 and not (scan.plan_reference or "").strip():
        told = _("name number and version of the plan for post-market surveillance in Complaint QMS Settings, EU MDR Art. 88 Trends. Without a plan no trend is looked for.")  # fmt: skip
        refuse(labelled(_(scan.meta.get_label("plan_reference"), context=SCAN), told))


def has_plan() -> bool:
    """Whether the settings name a plan."""
    return bool((frappe.db.get_single_value(SETTINGS, "trend_plan") or "").strip())


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
    frappe.ValidationError: with every number of the plan that is out of range, and the plan itself where trends are looked for without one.
    """
    wrong = []
    # What came with a later version has no value on a site that was there before; 0 is a value.
    for stored in _OF_SETTINGS.values():
        if settings.get(stored) in (None, ""):
            settings.set(stored, settings.meta.get_field(stored).default)
    for field, low, high in (
        ("trend_observation_weeks", 1, _LONGEST_WEEKS),
        ("trend_baseline_weeks", TrendPlan.least_baseline, _LONGEST_WEEKS),
        ("trend_least", 1, 1_000_000),
    ):
        if not low <= cint(settings.get(field)) <= high:
            label = _(settings.meta.get_label(field), context=SETTINGS)
            wrong.append(_("{0}: enter a whole number from {1} to {2}.").format(label, low, high))
    if settings.trend_schedule not in (None, "", "off") and not (settings.trend_plan or "").strip():
        label = _(settings.meta.get_label("trend_plan"), context=SETTINGS)
        wrong.append(labelled(label, _("name number and version of the plan before trends are looked for by themselves.")))  # fmt: skip
    if not 1e-6 <= flt(settings.trend_alpha) <= 0.1:
        label = _(settings.meta.get_label("trend_alpha"), context=SETTINGS)
        wrong.append(_("{0}: enter a number from {1} to {2}.").format(label, "0.000001", "0.1"))
    if wrong:
        refuse(*wrong)


def read_and_judge(
    scan: Document, tell: Callable[[int], None]
) -> tuple[Complaints, Deliveries | None, list[Facts], int, SeriesMatrix | None, list[Message]]:
    """What was read, the trends found as facts of signals, how many products were watched, their weeks, and what is told beside them."""
    plan, as_of = plan_of(scan), getdate(scan.as_of)
    weeks = plan.observation + plan.baseline
    monday = (
        as_of + timedelta(days=1) - timedelta(days=(as_of.weekday() + 1) % 7)
    )  # the day after the last whole week
    begin = monday - timedelta(weeks=weeks)
    complaints = read_complaints(scan.company, as_of, begin, where=_incidents)
    tell(30)
    if not len(complaints):
        return complaints, None, [], 0, None, []
    start = np.datetime64(begin, "s")
    deliveries = deliveries_of(complaints, scan.company, start, as_of)
    tell(50)
    item = complaints.codes["item"]
    chosen, _totals = first_to_reach(item, len(complaints.labels["item"]), plan.least, len(item))
    matrix = weekly_series(
        item, chosen, complaints.received, start, np.datetime64(as_of), deliveries, deliveries.item, complaints.codes["batch"]
    )  # fmt: skip
    if matrix is None:
        return complaints, deliveries, [], 0, None, []
    since = _first_weeks(scan.company, as_of, begin, [complaints.labels["item"][code] for code in chosen])
    trends = frequency_trends(matrix.counts, matrix.exposure, plan, since)
    judged = _Judged(scan, plan, complaints, chosen, matrix, trends, deliveries, read_uncounted(scan.company, as_of, begin))  # fmt: skip
    tell(80)
    return complaints, deliveries, judged.facts(), int(trends.judged.sum()), matrix, judged.not_judged()


def _first_weeks(company: str, as_of: date, begin: date, items: list[str]) -> list[int]:
    """The week of each item's first complaint of any kind, counted from a day; below 0: before it."""
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(complaint).select(complaint.item_code, Min(complaint.received_at))
    query = query.where((complaint.company == company) & complaint.stage.notin(NOT_COUNTED))
    query = query.where(complaint.received_at < as_of + timedelta(days=1)).groupby(complaint.item_code)
    first = {item: (getdate(at) - begin).days // 7 for item, at in query.run()}
    return [first.get(item, _LONGEST_WEEKS * 2) for item in items]


def _incidents(complaint: Any) -> Term:
    """Not serious, or of a type that is an expected side effect. What nobody has judged yet is not known to be serious."""
    serious = Coalesce(complaint.harm_level, "").isin(GRAVE_HARM) | complaint.name.isin(_serious_incidents())
    marked = frappe.get_all("Complaint Type", {"expected_side_effect": 1}, pluck="name", order_by="name asc")
    expected = branch("Complaint Type", *marked) if marked else []
    return Criterion.any([serious.negate(), complaint.complaint_type.isin(expected or [""])])


def _serious_incidents() -> Any:
    """Complaints with an assessment by Art. 87 that is open or reported; one whose deadline was set by hand names no rule, so it is told by
    its authority or region."""
    report = frappe.qb.DocType("Reportability Assessment")
    by_hand = Coalesce(report.rule_key, "") == ""
    written = frappe.qb.from_(report).select(report.jurisdiction).distinct().where(by_hand).run(pluck=True)
    european = [text for text in written if is_of_jurisdiction(text, "eu_mdr")]
    by_rule = report.rule_key.like("eu_87%") | (by_hand & report.jurisdiction.isin(european or [""]))
    query = frappe.qb.from_(report).select(report.complaint)
    return query.where(report.status.isin(("open", "reported")) & by_rule)


class _Judged:
    def __init__(
        self,
        scan: Document,
        plan: TrendPlan,
        complaints: Complaints,
        chosen: np.ndarray,
        matrix: SeriesMatrix,
        trends: Trends,
        deliveries: Deliveries,
        uncounted: Uncounted,
    ) -> None:
        self.scan, self.plan, self.complaints, self.chosen, self.matrix, self.trends = (
            scan, plan, complaints, chosen, matrix, trends,
        )  # fmt: skip
        self.deliveries, self.uncounted = deliveries, uncounted
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

    def facts(self) -> list[Facts]:
        """Of each product that became more frequent or graver, the least likely by chance first."""
        trends, asked = self.trends, self._enough() & self.trends.judged
        # What stays below the least number is told in no case, and counts among the products all the same.
        frequency = np.where(asked, trends.p, np.where(trends.judged, 1.0, np.nan))
        severity = np.full(len(asked), np.nan)
        graver: dict[int, Graver] = {}
        for row in np.flatnonzero(asked).tolist():
            now, before = (self.complaints.level[self._of(row, *span)] for span in self._spans())
            if one := severity_trend(now[now >= 0], before[before >= 0]):
                graver[row], severity[row] = one, one.p
        self.look = judge_look(frequency, severity, self.plan.alpha)
        self.graver = {row: one for row, one in graver.items() if one.p <= self.look.limit}
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero(self.look.corrected <= self.plan.alpha).tolist()
        found = [(float(np.fmin(trends.p[row], severity[row])), self._facts(row)) for row in rows]
        return [facts for _least, facts in sorted(found, key=lambda one: (one[0], one[1].values["title"]))]

    def not_judged(self) -> list[Message]:
        """Products with complaints enough for a trend, but without a baseline to hold them against, the most complaints first."""
        rows = np.flatnonzero(self._enough() & ~self.trends.judged)
        rows = rows[np.argsort(-self.trends.observed[rows], kind="stable")]
        if not len(rows):
            return []
        items = ", ".join(self.complaints.labels["item"][self.chosen[row]] for row in rows[:_NAMED])
        items += " …" if len(rows) > _NAMED else ""
        plan = self.plan
        return [
            trend_sentence("not_judged", count=len(rows), least=plan.least, weeks=plan.least_baseline, items=items)
        ]  # fmt: skip

    def _enough(self) -> np.ndarray:
        return self.trends.observed >= self.plan.least

    def _spans(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Weeks of the observation period and of the baseline."""
        return (self.begin, len(self.days)), (self.first, self.begin)

    def _of(self, row: int, first: int, stop: int) -> np.ndarray:
        """Places of a product's complaints of some weeks."""
        mine = np.flatnonzero(self.complaints.codes["item"] == self.chosen[row])
        return mine[(self.week[mine] >= first) & (self.week[mine] < stop)]

    def _facts(self, row: int) -> Facts:
        trends, plan, graver = self.trends, self.plan, self.graver.get(row)
        item = self.complaints.labels["item"][self.chosen[row]]
        least = min(float(trends.p[row]), graver.p if graver else 1.0)
        held_against, of_deliveries = self._held_against(row)
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
            "p_corrected": f"{self.look.corrected[row]:.3g}",
            "series_watched": int(trends.judged.sum()),
            "words": packed([*self._words(row, graver), *self._not_counted(item), *of_deliveries]),
            "chart": json.dumps(self._chart(row)),
            "method": plan.method,
            "method_reason": _STATED.key,
            "held_against": held_against,
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
        names, now = self.complaints.names, self._of(row, *self._spans()[0])
        mine = self._of(row, 0, len(self.days) + 1)
        witnesses = witnesses_of(self.complaints, mine, now) + self.uncounted.latest(
            {"item": item}, WITNESSES
        )
        return Facts(values, names[now].tolist(), witnesses, True, False)

    def _held_against(self, row: int) -> tuple[str, list[Message]]:
        if self.trends.by_units[row]:
            return BY_UNITS, []
        exposure = self.matrix.exposure
        in_field = exposure is not None and bool(np.any(exposure[row] > 0))
        period = self.matrix.periods.name(len(self.days) - 1)
        return time_alone("item", int(self.chosen[row]), self.deliveries, in_field, period, self.days[0])

    def _not_counted(self, item: str) -> list[Message]:
        before = (self.days[self.first], self.days[self.begin] - timedelta(days=1)) if self.begin else None
        return told_twice(self.uncounted, {"item": item}, [(self.days[self.begin], self.end)], before)

    def _words(self, row: int, graver: Graver | None) -> list[Message]:
        trends, plan = self.trends, self.plan
        said = [
            trend_sentence(
                "units" if trends.by_units[row] else "time",
                observed=int(trends.observed[row]), weeks=plan.observation, day=str(self.end), expected=float(trends.expected[row]),
                baseline=int(trends.base_weeks[row]),
            ),
            trend_sentence("chance", p=f"{trends.p[row]:.2g}"),
        ]  # fmt: skip
        if trends.dispersion[row] >= 1.05:
            said.append(trend_sentence("uneven", dispersion=round(float(trends.dispersion[row]), 1)))
        if graver:
            level = self.named.get(self.ladder[graver.level]) if graver.level < len(self.ladder) else None
            said.append(
                trend_sentence(
                    "graver", severe=graver.severe, observed=graver.size, level=level or str(graver.level + 1),
                    before=graver.before, base=graver.base, p=f"{graver.p:.2g}",
                )
            )  # fmt: skip
        products, limit = int(trends.judged.sum()), f"{self.look.limit:.2g}"
        return [*said, trend_sentence("look", products=products, limit=limit, alpha=f"{plan.alpha:g}")]

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
