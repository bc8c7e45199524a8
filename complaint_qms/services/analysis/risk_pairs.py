"""The risk of each item with each type of complaint, in a period and in the one before: where it stands in the matrix and how it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import frappe
import numpy as np
from frappe import _
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from pypika.terms import Case, Criterion, ValueWrapper

from complaint_qms.constants.risk import UNDETECTED
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.risk import Cell, RiskMatrix
from complaint_qms.engine.risk_movement import UNMOVED, Place, Standing, gravest, movement
from complaint_qms.engine.risk_table import proposed_levels, upper_limits
from complaint_qms.services.analysis.lines import AMOUNTS, sees_cost
from complaint_qms.services.reporting.access import check_reads, permitted
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.risk.matrix import matrix_of, occurrence_bands, occurrence_rule
from complaint_qms.services.risk.occurrence_words import band_problems
from complaint_qms.services.risk.priority import priority_of
from complaint_qms.services.signals.units_scope import units_by

BY: Final = ("item_code", "complaint_type", "severity", "occurrence")
_UNKNOWN_TO_UNITS: Final = ("batch_no", "severity", "channel", "supplier", "sop", "complaint_owner")
"""Filters that leave a part of the complaints, and all deliveries."""

Key = tuple[str, str]
"""(item, complaint type)"""


@dataclass
class PairPeriod:
    """An item and a type in one period.

    Attributes:
        count: complaints; units: delivered less returned, 0 where none are known.
        severities, occurrences: what complaints were judged with.
        place: in the matrix; None where it is not rated.
        by_units: whether the occurrence is that of the rate, and not of the complaints' judgement.
        upper: upper limit of the rate for each unit; nan where no units are known.
    """

    count: int = 0
    units: float = 0.0
    severities: set[str] = field(default_factory=set)
    occurrences: set[str] = field(default_factory=set)
    severity: str | None = None
    occurrence: str | None = None
    by_units: bool = False
    upper: float = float("nan")

    @property
    def place(self) -> Place | None:
        return (self.severity, self.occurrence) if self.severity and self.occurrence else None


@dataclass
class Pair:
    """Attributes:
    key: item and type; now, before: the two periods; open: complaints of the period that have not ended.
    detection: the worst detection rating of its complaints; 10 where one is not rated.
    way: one of the engine's `WAYS`; priority: action priority by the place it has now.
    cost: currency → amount.
    """

    key: Key
    now: PairPeriod = field(default_factory=PairPeriod)
    before: PairPeriod = field(default_factory=PairPeriod)
    open: int = 0
    detection: int = 0
    way: str = ""
    priority: str = ""
    cost: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class RiskPairs:
    """Every pair that had a complaint in the period or in the one before it.

    Its severity is the gravest of its complaints of the period. Its occurrence is the level whose band holds complaints ÷ units
    delivered; where no units are known, or a filter leaves a part of the complaints alone, the most frequent that they were judged with.
    """

    def __init__(self, filters: ReportFilters, matrix: str) -> None:
        check_reads(BY)
        self.filters = filters
        self.matrix_name = matrix
        self.matrix: RiskMatrix = matrix_of(frappe.get_cached_doc("Risk Matrix", matrix))
        self.bands = occurrence_bands()
        self.left_out = 0
        self.with_cost = sees_cost()
        self.previous = filters.previous()
        self.pairs = self._read()
        self._rate()

    @cached_property
    def compares_units(self) -> bool:
        """Whether the complaints that the filters leave may be held against deliveries."""
        asked = {name for name, _values in self.filters.exact} & set(_UNKNOWN_TO_UNITS)
        narrowed = (
            self.filters.capas
            or self.filters.state in ("open", "ended")
            or self.filters.date_field != "received_at"
        )
        return bool(self.filters.has_period and self.bands and not (asked or narrowed))

    def cell(self, place: Place | None) -> Cell:
        """What the matrix says of a place; an empty cell where it says nothing."""
        return self.matrix.cells.get(place or ("", ""), Cell("", ""))

    def standing(self, pair: Pair, answered: bool) -> Standing:
        return Standing(
            self.cell(pair.now.place).acceptability,
            pair.priority,
            answered,
            pair.way or UNMOVED,
            pair.open,
            pair.now.count,
        )

    def remarks(self) -> list[str]:
        """What is to be known of how the occurrences came about."""
        said = []
        if not self.filters.has_period:
            said.append(_("Without From Date and To Date there is no period before, and no units: occurrences are those that complaints were judged with."))  # fmt: skip
        elif not self.bands:
            said.append(
                _("No occurrence level has rates: enter From Rate and To Rate in the list Risk Occurrence.")
            )
        elif not self.compares_units:
            said.append(_("A filter leaves a part of the complaints, so that they are not held against deliveries: occurrences are those that complaints were judged with."))  # fmt: skip
        else:
            said += band_problems(self.bands)
        if self.left_out:
            said.append(
                _("Complaints without item or type, which are in no pair: {0}.").format(self.left_out)
            )
        return said

    # Reading ---------------------------------------------------------------------------------------------------------

    def _read(self) -> dict[Key, Pair]:
        """One grouped query over the period and the one before it."""
        complaint = frappe.qb.DocType("Complaint")
        before = self.previous
        here = self.filters.within(self.filters.moment(complaint)) if before else None
        ended = complaint.stage.isin(COMPLAINT_ENDED)

        def here_only(term: Any, *conditions: Criterion) -> Any:
            wanted = [one for one in (here, *conditions) if one is not None]
            return Case().when(Criterion.all(wanted), term).else_(0) if wanted else term

        rated = Case().when(complaint.detection > 0, complaint.detection).else_(UNDETECTED)
        amount: Any = ValueWrapper(0)
        for name in AMOUNTS if self.with_cost else ():
            amount = amount + Coalesce(complaint[name], 0)
        keys = [complaint[name] for name in (*BY, *(("currency",) if self.with_cost else ()))]
        over = replace(self.filters, from_date=before.from_date) if before else self.filters
        query = frappe.qb.from_(complaint).select(
            *(keys if self.with_cost else (*keys, ValueWrapper(""))),
            Sum(here_only(ValueWrapper(1))), Count("*"), Sum(here_only(ValueWrapper(1), ended.negate())), Max(here_only(rated)),
            Sum(here_only(amount)),
        )  # fmt: skip
        query = permitted(over.apply(query.groupby(*keys), complaint))
        found: dict[Key, Pair] = {}
        for item, kind, severity, occurrence, currency, now, both, still_open, detection, cost in query.run():
            count = int(now or 0)
            if not (item and kind):
                self.left_out += count
                continue
            pair = found.setdefault((item, kind), Pair((item, kind)))
            for period, number in ((pair.now, count), (pair.before, int(both) - count)):
                if number:
                    period.count += number
                    period.severities |= {severity} - {None, ""}
                    period.occurrences |= {occurrence} - {None, ""}
            pair.open += int(still_open or 0)
            if count:
                pair.detection = max(pair.detection, int(detection or 0))
            if cost:
                pair.cost[currency or ""] += float(cost)
        return found

    def _rate(self) -> None:
        """Place, movement and action priority of each."""
        for period, filters in (("now", self.filters), ("before", self.previous)):
            self._place([getattr(pair, period) for pair in self.pairs.values()], filters)
        for pair in self.pairs.values():
            pair.way = self._way(pair)
            severity, occurrence = pair.now.place or (None, None)
            pair.priority = priority_of(severity, occurrence, pair.detection or None)["priority"] or ""

    def _place(self, periods: list[PairPeriod], filters: ReportFilters | None) -> None:
        if filters is None or not periods:
            return
        units = self._units(filters)
        for (item, _kind), period in zip(self.pairs, periods, strict=True):
            period.units = units.get(item, 0.0)
        counts, exposure = np.array([one.count for one in periods]), np.array([one.units for one in periods])
        levels, upper = [None] * len(periods), np.full(len(periods), np.nan)
        if units:
            rule = occurrence_rule(self.matrix_name)
            levels = proposed_levels(counts, exposure, self.bands, rule.basis)
            upper = upper_limits(counts, exposure)
        for period, level, limit in zip(periods, levels, upper.tolist(), strict=True):
            if not period.count:
                continue
            period.severity = gravest(self.matrix.severities, list(period.severities))
            period.by_units, period.upper = bool(level), limit
            period.occurrence = level or gravest(self.matrix.occurrences, list(period.occurrences))

    def _units(self, filters: ReportFilters) -> Mapping[str, float]:
        return units_by("item", filters, frappe.session.user) if self.compares_units else {}

    def _way(self, pair: Pair) -> str:
        if not self.previous:
            return ""
        return movement(
            self.matrix,
            pair.before.place,
            pair.now.place,
            was_there=bool(pair.before.count),
            is_there=bool(pair.now.count),
        )
