"""Complaint Topics: what the texts of complaints speak of, month by month, and whether a topic grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import frappe
import numpy as np
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import add_months, formatdate, getdate
from pypika.terms import Case

from complaint_qms.constants.topics import FIT, TERMS, TOPIC
from complaint_qms.engine.topics.fit import LEAST_TEXTS
from complaint_qms.engine.topics.rising import share_changes
from complaint_qms.engine.topics.sentiment import NEGATIVE
from complaint_qms.permissions.topic import sees_some
from complaint_qms.services.reporting.access import check_reads, permitted
from complaint_qms.services.reporting.columns import column, nothing_found, percent, sentences, summary
from complaint_qms.services.reporting.dimensions import DIMENSIONS, FIELD, CountedLine, Dimension, counted
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.topics import store
from complaint_qms.services.topics.words import topic_names

_MONTHS: Final = 12
_DRAWN: Final = 5
_COLORS: Final = ("#5B7DB8", "#E07B39", "#4C9F70", "#B0578D", "#8A7B2E")
_TOPIC: Final = Dimension("topic", lambda: _("Topic"), FIELD, "topic", TOPIC)
_MONTH: Final = DIMENSIONS["month"]


class TopicsReport:
    """One line a topic, the commonest first, complaints without one at the end. The trend compares the later third of the months with those
    before."""

    def __init__(self, given: Mapping | str | None) -> None:
        read = ReportFilters.read(read_object(given), own=())
        check_reads(("topic", "sentiment"))
        last = min(read.to_date or getdate(), getdate())
        first = read.from_date or getdate(add_months(last.replace(day=1), 1 - _MONTHS))
        self.filters = replace(read, from_date=min(first, last), to_date=last)
        complaint = frappe.qb.DocType("Complaint")
        bad = Sum(Case().when(complaint.sentiment == NEGATIVE, 1).else_(0))
        self.cells: dict[tuple[str, int], CountedLine] = counted(
            self.filters, (_TOPIC, _MONTH), complaint, [bad]
        )
        self.months = _months(self.filters.from_date, self.filters.to_date)
        self.counts: dict[str, np.ndarray] = {}
        self.bad: dict[str, float] = {}
        for (topic, month), line in self.cells.items():
            row = self.counts.setdefault(topic, np.zeros(len(self.months), np.int64))
            row[self.months.index(month)] += line.count
            self.bad[topic] = self.bad.get(topic, 0.0) + line.sums[0]
        self.total = int(sum(row.sum() for row in self.counts.values()))

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(rows), self.chart(rows), self.summary(), True

    def columns(self) -> list[dict]:
        of, base = MEASURES, self.filters.list_filters(_TOPIC.field)
        link = {} if sees_some(frappe.session.user) else {"link_to": TOPIC, "link_from": "key"}
        months = _MONTH.names(self.months[-_MONTHS:])
        return [
            column("group", _("Topic"), width=320, **link),
            of["complaints"].column("count", 100, drill=base),
            of["share"].column(width=90),
            of["topic_change"].column(width=110),
            of["negative"].column(width=110, drill=base),
            *(column(f"m{month}", name, "Int", 105, drill=base) for month, name in months.items()),
            column("example", _("Example"), width=150, link_to="Complaint"),
        ]

    def rows(self) -> list[dict]:
        topics = sorted((one for one in self.counts if one), key=lambda one: (-self.counts[one].sum(), one))
        names, examples = topic_names(topics), self._examples()
        changes, marks = self._changes(topics)
        rows = []
        for at, topic in enumerate([*topics, *([""] if "" in self.counts else [])]):
            count = int(self.counts[topic].sum())
            route = _TOPIC.route(topic, self.filters)
            row: dict[str, Any] = {
                "key": topic,
                "group": names.get(topic, topic) if topic else _("No Topic"),
                "count": count,
                "share": percent(count, self.total),
                "negative": percent(self.bad[topic], count),
                "example": examples.get(topic),
                "routes": {"count": route, "negative": route | {"sentiment": ["=", NEGATIVE]}},
            }
            if topic and np.isfinite(changes[at]):
                row |= {"topic_change": round(100 * float(changes[at]), 1), "beyond_chance": int(marks[at])}
            for month, number in zip(self.months[-_MONTHS:], self.counts[topic][-_MONTHS:], strict=True):
                row[f"m{month}"] = int(number)
                row["routes"][f"m{month}"] = route | _MONTH.route(month, self.filters)
            rows.append(row)
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([nothing_found(True)])
        told = [_("Period: {0} to {1}.").format(formatdate(self.filters.from_date), formatdate(self.filters.to_date))]  # fmt: skip
        latest = frappe.get_all(FIT, fields=["fitted_at"], order_by="name desc", limit=1)
        if not latest:
            told.append(
                _("No topics have been found yet. That is done once a week, from {0} complaints in one language on; a manager may start it in the list Complaint Topic.").format(LEAST_TEXTS)
            )  # fmt: skip
        else:
            told.append(
                _("Topics were last found on {0}, among all complaints. A complaint has the topic that its text speaks of most; no topic, where it speaks of none that many speak of.").format(formatdate(latest[0].fitted_at))
            )  # fmt: skip
            if self._later:
                told.append(
                    _("Change: the share in the last {0} months against the months before; ▲ and ▼ mark what is beyond chance when all topics are looked at.").format(self._later)
                )  # fmt: skip
        if len(self.months) > _MONTHS:
            told.append(_("Columns show the last {0} months, all other figures the whole period.").format(_MONTHS))  # fmt: skip
        told.append(self.filters.not_listed())
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        drawn = [row for row in rows if row["key"]][:_DRAWN]
        if not drawn or len(self.months) < 2:
            return None
        names = _MONTH.names(self.months)
        return {
            "data": {
                "labels": [names[month] for month in self.months],
                "datasets": [
                    {"name": row["group"], "values": self.counts[row["key"]].tolist()} for row in drawn
                ],
            },
            "type": "line",
            "colors": list(_COLORS),
            "height": 260,
        }

    def summary(self) -> list[dict]:
        if not self.total:
            return []
        known = self.total - int(self.counts.get("", np.zeros(1)).sum())
        return [
            MEASURES["complaints"].card(self.total, "blue"),
            summary(_("Topics", context="Complaint"), sum(1 for topic in self.counts if topic)),
            summary(_("With a Topic"), percent(known, self.total), datatype="Percent"),
            MEASURES["negative"].card(percent(sum(self.bad.values()), self.total)),
        ]

    @property
    def _later(self) -> int:
        """Months that the trend looks at; 0 where there are too few."""
        return len(self.months) // 3

    def _changes(self, topics: list[str]) -> tuple[np.ndarray, np.ndarray]:
        later = self._later
        if not later or not topics:
            return np.full(len(topics), np.nan), np.zeros(len(topics), np.int64)
        table = np.array([self.counts[topic] for topic in topics])
        every = np.sum(list(self.counts.values()), axis=0)
        return share_changes(
            table[:, -later:].sum(axis=1), table[:, :-later].sum(axis=1), int(every[-later:].sum()), int(every[:-later].sum())
        )  # fmt: skip

    def _examples(self) -> dict[str, str]:
        """Topic → of the complaints that are counted and the user may read the one that speaks of it most; one query."""
        complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
        query = frappe.qb.from_(complaint).join(kept).on(kept.name == complaint.name)
        query = query.select(complaint.topic, store.clearest(kept)).where(complaint.topic.notnull())
        query = permitted(self.filters.apply(query.groupby(complaint.topic), complaint))
        return {topic: store.example_in(told) for topic, told in query.run()}


def _months(first: date, last: date) -> list[int]:
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append(day.year * 100 + day.month)
        day = getdate(add_months(day, 1))
    return found
