"""Complaints of a period by a dimension, with what every such report shows of a line: open, overdue, severity, cost, and the period before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Coalesce, Sum
from pypika.queries import Table
from pypika.terms import Case, Criterion, Term, ValueWrapper

from complaint_qms.constants.clock import OVERDUE
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.changes import changed
from complaint_qms.engine.rates import ratio_interval
from complaint_qms.services.analysis.settlement_costs import (
    document_value,
    is_booked,
    with_documents,
    with_settlements,
)
from complaint_qms.services.reporting.access import permitted, readable
from complaint_qms.services.reporting.dimensions import FIELD, Dimension, counted
from complaint_qms.services.reporting.filters import ReportFilters

HANDLING: Final = "handling_cost"
AMOUNTS: Final = ("settled_amount", HANDLING)
_CURRENCY: Final = Dimension("currency", str, FIELD, "currency")
"""Beside a dimension, that amounts are never added up across currencies."""


@dataclass
class Figures:
    """Attributes:
    count: complaints of the period.
    open, overdue: of these.
    before: in the equally long period before; meaningless without a whole period.
    ranks, ranked: sum of the ranks of severities, and of how many complaints.
    cost: currency → amount of submitted documents and of handling.
    members: values of the dimension's field that it folds into the line.
    """

    count: int = 0
    open: int = 0
    overdue: int = 0
    before: int = 0
    ranks: float = 0
    ranked: int = 0
    cost: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    members: set[Any] = field(default_factory=set)

    def add(self, other: Figures) -> None:
        for name in ("count", "open", "overdue", "before", "ranks", "ranked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for currency, amount in other.cost.items():
            self.cost[currency] += amount
        self.members |= other.members

    @property
    def mean_severity(self) -> float | None:
        return round(self.ranks / self.ranked, 2) if self.ranked else None


def figures_by(filters: ReportFilters, by: Dimension, *, also_cost: bool = True) -> dict[Any, Figures]:
    """Key of the dimension → its figures; one query over the period and, where there is a whole one, the one before it, and one of amounts.

    Args:
        also_cost: with amounts, where the user may read all of them.
    """
    complaint = frappe.qb.DocType("Complaint")
    before = filters.previous()
    here = filters.within(filters.moment(complaint)) if before else None
    amounts = (HANDLING,) if also_cost and sees_cost() else ()
    over = replace(filters, from_date=before.from_date) if before else filters
    dimensions = (by, _CURRENCY) if amounts else (by,)
    found: dict[Any, Figures] = {}
    for key, line in counted(over, dimensions, complaint, _sums(complaint, here, amounts)).items():
        count, still_open, overdue, ranks, ranked, amount = line.sums
        one = found.setdefault(key[0], Figures())
        one.count += int(count)
        one.open += int(still_open)
        one.overdue += int(overdue)
        one.before += line.count - int(count)
        one.ranks += ranks
        one.ranked += int(ranked)
        if amount:
            one.cost[key[1]] += amount
        one.members |= line.members[0]
    for key, currency, amount in _booked(filters, by, complaint) if amounts else ():
        found.setdefault(key, Figures()).cost[currency] += amount
    return found


def change(before: int, now: int) -> tuple[float | None, float | None, float | None]:
    """By how much a count differs from that of the period before, in percent, and the limits of its 95 % interval (exact, given the sum
    of both); None for what is not known or has no end."""
    ratio, lower, upper = ratio_interval(before, 1, now, 1)
    return tuple(round(100 * (one - 1), 1) if isfinite(one) else None for one in (ratio, lower, upper))


def drills(base: dict[str, list] | None) -> tuple[dict[str, list] | None, dict[str, list] | None]:
    """List filters of those that are open, and of those that are overdue; none where the list cannot name the complaints."""
    if base is None:
        return None, None
    return base | {"stage": ["not in", list(COMPLAINT_ENDED)]}, base | {"sla_status": ["=", OVERDUE]}


def beyond_chance(lines: Mapping[Any, Figures]) -> dict[Any, int]:
    """Of each line 1 for a rise that stands when all of them are looked at, -1 for a fall, 0 for neither."""
    marks = changed([line.before for line in lines.values()], [line.count for line in lines.values()])
    return dict(zip(lines, map(int, marks), strict=True))


def sees_cost() -> bool:
    """Whether the user may read all that a complaint cost: a part of it would be taken for the whole."""
    return len(readable("Complaint", AMOUNTS)) == len(AMOUNTS)


def sees_severity() -> bool:
    return bool(readable("Complaint", ["severity"]))


def severity_ranks() -> dict[str, int]:
    """Severity → its rank, 1 being the least."""
    level = frappe.qb.DocType("Risk Severity")
    return dict(frappe.qb.from_(level).select(level.name, level["rank"]).orderby(level.name).run())


def _booked(filters: ReportFilters, by: Dimension, complaint: Table) -> list[tuple[Any, str, float]]:
    """(key, currency, amount) of submitted documents; the amount that a complaint names has those in it that wait for accounts."""
    term = by.term(complaint, filters)
    query = by.joined(with_documents(with_settlements(frappe.qb.from_(complaint), complaint)), complaint)
    query = query.select(term, complaint.currency, Sum(document_value(complaint))).where(is_booked())
    rows = permitted(filters.apply(query.groupby(term, complaint.currency), complaint)).run()
    fold = by.fold({row[0] for row in rows})
    return [
        (fold[value], currency or "", float(amount or 0)) for value, currency, amount in rows if value in fold
    ]


def _sums(complaint: Table, here: Criterion | None, amounts: Sequence[str]) -> list[Term]:
    ended = complaint.stage.isin(COMPLAINT_ENDED)
    ranks = severity_ranks() if sees_severity() else {}
    rank, is_ranked = Case(), Case()
    for name, value in ranks.items():
        rank = rank.when(complaint.severity == name, int(value or 0))
        is_ranked = is_ranked.when(complaint.severity == name, 1)
    whole: Term = ValueWrapper(0)
    for name in amounts:
        whole = whole + Coalesce(complaint[name], 0)
    parts: list[tuple[Criterion | None, Term]] = [
        (None, ValueWrapper(1)),
        (ended.negate(), ValueWrapper(1)),
        (complaint.sla_status == OVERDUE, ValueWrapper(1)),
        (None, rank.else_(0) if ranks else ValueWrapper(0)),
        (None, is_ranked.else_(0) if ranks else ValueWrapper(0)),
        (None, whole),
    ]
    return [
        _summed(term, *(one for one in (here, condition) if one is not None)) for condition, term in parts
    ]


def _summed(term: Term, *conditions: Criterion) -> Term:
    return Sum(Case().when(Criterion.all(conditions), term).else_(0)) if conditions else Sum(term)
