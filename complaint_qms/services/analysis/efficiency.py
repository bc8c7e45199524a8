"""How fast and how well complaints are handled: first response, handling, solved at once, how long open ones wait, promises kept."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import frappe
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import cint, getdate, now_datetime
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants.clock import LATE, MET, MISSED, OVERDUE
from complaint_qms.constants.stages import COMPLAINT_CLOSED, COMPLAINT_ENDED, COMPLAINT_UNENDED, NO_COMPLAINT
from complaint_qms.engine.signals.time_to_event import kaplan_meier
from complaint_qms.integrations.erpnext.customer_groups import with_customer_group
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.dimensions import CUSTOMER_GROUP, LINE, Dimension, product_lines
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.percentiles import bucket_of, percentiles

BANDS: Final = (7, 30, 90)
"""Days open up to which a complaint is in a band; the last band has no end."""
MOST_LINES: Final = 200
WHOLE: Final = "\u0001"
"""Key of the line of all together."""
_DAYS_BETWEEN: Final = CustomFunction("DATEDIFF", ["later", "earlier"])


@dataclass
class Pace:
    """What happened to the complaints of one value of a dimension.

    Attributes:
        at_once: solved at once, under an SOP that allows it.
        bands: open ones by how many days they have been open.
        response, handling: percent → seconds of working time, of those that were answered or closed.
        closed_by: percent → days from receipt after which that share is closed, open ones counted as not closed yet (Kaplan–Meier); without
            an entry where it is not reached.
        kept, broken: promised days that were met, and that passed without a reply or before it.
    """

    complaints: int = 0
    at_once: int = 0
    open: int = 0
    closed: int = 0
    bands: list[int] = field(default_factory=lambda: [0] * (len(BANDS) + 1))
    response_met: int = 0
    response_late: int = 0
    handling_met: int = 0
    handling_late: int = 0
    kept: int = 0
    broken: int = 0
    response: dict[int, float] = field(default_factory=dict)
    handling: dict[int, float] = field(default_factory=dict)
    closed_by: dict[int, float] = field(default_factory=dict)


_COUNTED: Final = ("complaints", "at_once", "open", "closed", "response_met", "response_late", "handling_met", "handling_late", "kept", "broken")  # fmt: skip


class Measured:
    """The lines of a dimension and the one of all together, each with its figures.

    Args:
        now: by which open complaints are so many days old.

    Attributes:
        lines: key → figures, of the `MOST_LINES` with most complaints.
        whole: all together.
        left_out: how many lines are not among them.
    """

    def __init__(self, filters: ReportFilters, dimension: Dimension, now: datetime | None = None) -> None:
        self.filters, self.dimension = filters, dimension
        self.now = now or now_datetime()
        self.lines: dict[Any, Pace] = {}
        self.whole = Pace()
        self._buckets: dict[tuple, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._count()
        keys = sorted(self.lines, key=lambda key: (-self.lines[key].complaints, str(key)))
        if dimension.is_time:
            keys = sorted(keys, reverse=True)
        self.left_out = max(len(keys) - MOST_LINES, 0)
        self.lines = {key: self.lines[key] for key in keys[:MOST_LINES]}
        if self.lines:
            self._add_percentiles("response", self._buckets)
            self._add_percentiles("handling", self._handling_buckets())
            self._add_days()

    def names(self) -> dict[Any, str]:
        """Key → its name for a person."""
        return self.dimension.names(self.lines)

    def members(self, key: Any) -> list[str]:
        """Values of the dimension's field that make up a line; empty where it is one value."""
        return sorted(self._members.get(key, ())) if self.dimension.folds else []

    @cached_property
    def _members(self) -> dict[Any, set[str]]:
        complaint = frappe.qb.DocType("Complaint")
        named = complaint[self.dimension.field]
        query = permitted(self.filters.apply(frappe.qb.from_(complaint), complaint))
        values = set(query.select(Coalesce(named, "")).distinct().run(pluck=True))
        found: dict[Any, set[str]] = defaultdict(set)
        for value, key in self.dimension.fold(values).items():
            found[key].add(value)
        return found

    def _count(self) -> None:
        """One query: everything that adds up, with the first responses by bucket of their time."""
        complaint = frappe.qb.DocType("Complaint")
        query, key = self._grouped()
        today = getdate(self.now)
        unended, closed = complaint.stage.isin(COMPLAINT_UNENDED), complaint.stage == COMPLAINT_CLOSED
        promised, replied = complaint.promised_on, complaint.reply_sent_at
        kept = promised.isnotnull() & replied.isnotnull() & (_DAYS_BETWEEN(replied, promised) <= 0)
        # Whoever closes a complaint without a reply has not kept the promise either.
        broken = promised.isnotnull() & (
            (_DAYS_BETWEEN(replied, promised) > 0) | (replied.isnull() & (promised < today))
        )
        # The clock is met as well where a complaint ended within its limit that nobody answered.
        answered = (complaint.response_status == MET) & complaint.first_response_at.isnotnull()
        overdue = complaint.resolution_status == OVERDUE
        bucket = bucket_of(self._used("response"))
        query = query.select(
            key,
            bucket,
            Count("*"),
            *map(
                _how_many,
                (
                    complaint.at_once_sop.isnotnull(),
                    unended,
                    closed,
                    answered,
                    complaint.response_status.isin(LATE),
                    closed & (complaint.resolution_status == MET),
                    (unended & overdue) | (closed & complaint.resolution_status.isin(LATE)),
                    kept,
                    broken,
                ),
            ),
        ).groupby(key, bucket)
        for value, at, *counts in query.run():
            line = self.lines.setdefault(_key(value), Pace())
            for name, count in zip(_COUNTED, counts, strict=True):
                setattr(line, name, getattr(line, name) + cint(count))
                setattr(self.whole, name, getattr(self.whole, name) + cint(count))
            if at is not None:
                self._buckets[(_key(value),)][int(at)] += cint(counts[0])

    def _add_percentiles(self, clock: str, buckets: Mapping[tuple, Mapping[int, int]]) -> None:
        """One query: exact values of the lines shown, and of all together."""
        query, key = self._grouped()
        whole: dict[int, int] = defaultdict(int)
        for held in buckets.values():
            for at, count in held.items():
                whole[at] += count
        of_lines = {value: held for value, held in buckets.items() if value[0] in self.lines}
        for value, found in percentiles(query, [key], self._used(clock), of_lines, whole).items():
            setattr(self.lines[value[0]] if value else self.whole, clock, found)

    def _handling_buckets(self) -> dict[tuple, dict[int, int]]:
        query, key = self._grouped()
        bucket = bucket_of(self._used("handling"))
        found: dict[tuple, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for value, at, count in query.select(key, bucket, Count("*")).groupby(key, bucket).run():
            if at is not None:
                found[(_key(value),)][int(at)] += cint(count)
        return found

    @staticmethod
    def _used(clock: str) -> Term:
        """Seconds of working time, null where they are not measured."""
        complaint = frappe.qb.DocType("Complaint")
        name = "response" if clock == "response" else "resolution"
        done = complaint[f"{name}_status"].isin([MET, MISSED])
        # A complaint that ended unanswered has been judged but took no time to answer; what was none is not handled.
        is_answered = complaint.first_response_at.isnotnull()
        done &= is_answered if clock == "response" else complaint.stage == COMPLAINT_CLOSED
        return Case().when(done, complaint[f"{name}_used"])

    def _add_days(self) -> None:
        """One query: days from receipt until it was closed, or until now."""
        complaint = frappe.qb.DocType("Complaint")
        query, key = self._grouped()
        closed = complaint.stage.isin(COMPLAINT_ENDED)
        days = _DAYS_BETWEEN(Case().when(closed, complaint.closed_at).else_(self.now), complaint.received_at)
        query = (
            query.select(key, days, _is(closed), Count("*"))
            .where(complaint.stage.notin(NO_COMPLAINT))
            .groupby(key, days, _is(closed))
        )
        of_lines: dict[Any, list[tuple[int, bool, int]]] = defaultdict(list)
        for value, after, ended, count in query.run():
            if after is None:
                continue
            entry = (max(cint(after), 0), bool(ended), cint(count))
            of_lines[WHOLE].append(entry)
            if _key(value) in self.lines:
                of_lines[_key(value)].append(entry)
        for value, entries in of_lines.items():
            line = self.whole if value == WHOLE else self.lines[value]
            curve = kaplan_meier(*map(list, zip(*entries, strict=True)))
            for percentage in (50, 90):
                reached = curve.by(percentage / 100)
                if not math.isnan(reached):
                    line.closed_by[percentage] = reached
            for after, ended, count in entries:
                if not ended:
                    line.bands[sum(after > most for most in BANDS)] += count

    def _grouped(self) -> tuple[QueryBuilder, Term]:
        """Complaints that the filters and the session's rights leave, and what they are grouped by."""
        complaint = frappe.qb.DocType("Complaint")
        query = frappe.qb.from_(complaint)
        if self.dimension.kind == CUSTOMER_GROUP:
            query, key = with_customer_group(query, complaint.customer)
        elif self.dimension.kind == LINE:
            members: dict[str, list[str]] = defaultdict(list)
            for group, line in product_lines().items():
                members[line].append(group)
            key = Case()
            for line, groups in members.items():
                key = key.when(complaint.item_group.isin(groups), line)
            key = key.else_("") if members else Coalesce(complaint.item_group, "")
        else:
            key = self.dimension.term(complaint, self.filters)
        if self.dimension.is_time:  # a moment that is missing is in no month
            query = query.where(self.filters.moment(complaint).isnotnull())
        return permitted(self.filters.apply(query, complaint)), key


def _key(value: Any) -> Any:
    return "" if value is None else value


def _is(condition: Criterion) -> Term:
    return Case().when(condition, 1).else_(0)


def _how_many(condition: Criterion) -> Term:
    return Sum(_is(condition))
