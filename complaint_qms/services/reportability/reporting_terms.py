"""Time limits that a rule set lays down, and the days that its work days leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.reportability import (
    AWARENESS,
    HOLIDAY_LIST,
    IN_DAYS,
    JURISDICTIONS,
    MUST_REPORT,
    RULE_SET,
    SUPPLEMENT,
    US_FEDERAL,
)
from complaint_qms.engine.federal_holidays import federal_holidays
from complaint_qms.engine.reportability import ReportingRule, deadline


@dataclass(frozen=True)
class ReportingTerm:
    """By when a report is due.

    Attributes:
        key: of the outcome or rule that lays it down.
        days: None where no number is laid down; 0: by the end of the day it counts from.
        unit: calendar or work.
        counts_from: awareness or new_information.
        harm: of a complaint that leaves no more time than this; empty for none.
        work_days: which days work days leave out, beside Saturday and Sunday.
        holidays: those of a list, as it was when the rule set was released.
    """

    key: str
    days: int | None
    unit: str
    counts_from: str
    harm: str = ""
    work_days: str = ""
    holidays: frozenset[date] = frozenset()

    def due(self, day_zero: date) -> date | None:
        """The last day; None where no number of days is laid down."""
        if self.days is None:
            return None
        return deadline(day_zero, self.days, self.unit, self._left_out(day_zero))

    def _left_out(self, day_zero: date) -> frozenset[date]:
        if self.unit == "work" and self.work_days == US_FEDERAL:
            return federal_holidays(day_zero.year, day_zero.year + 1)
        return self.holidays


def term_of_rule(rule: ReportingRule) -> ReportingTerm:
    """The term of a rule of an assessment that has no rule set."""
    federal = JURISDICTIONS[rule.jurisdiction].get("federal_holidays")
    return ReportingTerm(
        rule.key, rule.days, rule.unit, rule.counts_from, work_days=US_FEDERAL if federal else ""
    )


def terms_of(rule_set: str) -> dict[str, ReportingTerm]:
    """Outcome → its term, of the outcomes of a rule set that ask for a report or a supplement."""
    doc = frappe.get_cached_doc(RULE_SET, rule_set)
    listed = days_taken_over(doc) if doc.work_days == HOLIDAY_LIST else frozenset()
    made = partial(ReportingTerm, work_days=doc.work_days, holidays=listed)
    return {
        row.outcome_key: made(row.outcome_key, _days_of(row), row.unit or "calendar", row.counts_from or AWARENESS, harm=row.harm or "")
        for row in doc.outcomes
        if row.kind in (MUST_REPORT, SUPPLEMENT)
    }  # fmt: skip


def days_taken_over(rule_set: Document) -> frozenset[date]:
    """The days of the holiday list that were taken over when the rule set was released."""
    return frozenset(getdate(text) for text in (rule_set.holidays or "").split())


def _days_of(row: Mapping[str, Any]) -> int | None:
    if row.term == IN_DAYS:
        return row.days
    return 0 if row.term == "immediately" else None
