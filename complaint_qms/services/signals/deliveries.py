"""What was delivered, as the engine's columns: from the one exposure of the app, week by week, by what and to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from complaint_qms.engine.signals.series import Array, Days
from complaint_qms.engine.signals.weekly import IN_FIELD_WEEKS, DeliveredTo, Deliveries
from complaint_qms.integrations.erpnext.delivered_units import groups_of
from complaint_qms.services.signals.exposure import FIELDS, GROUPS
from complaint_qms.services.signals.kept_weeks import LEAST, moved
from complaint_qms.services.signals.reading import Complaints

_BEFORE_ALL = date(1990, 1, 1)  # a Monday, as all others
_TO = {"region": "territory", "customer": "customer", "customer_group": "customer_group"}
"""Dimension of complaints → dimension of the exposure that says to whom or where units went."""


def deliveries_of(
    complaints: Complaints, company: str, start: np.datetime64, until: date, kinds: Collection[str] = ()
) -> Deliveries:
    """Units of items and batches by the week they left in, less what came back in it; of the kinds among `_TO` that are wanted by
    whom or where as well. What left before any unit that can still draw a complaint counts as born then."""
    first = start.astype("datetime64[D]").astype(date)
    monday = first - timedelta(days=first.weekday())
    weeks = [monday - timedelta(weeks=IN_FIELD_WEEKS + 1)]
    while weeks[-1] + timedelta(weeks=1) <= until:
        weeks.append(weeks[-1] + timedelta(weeks=1))
    reading = _Reading(complaints, company, weeks, until)
    (item, batch), day, units = reading.columns(("item", "batch"), ("item", "batch"))
    elsewhere = {}
    for kind in [kind for kind in _TO if kind in kinds]:
        (code, lot), when, amount = reading.columns((_TO[kind], "batch"), (kind, "batch"))
        if np.any(code >= 0):
            elsewhere[kind] = DeliveredTo(code, lot, when, amount)
    return Deliveries(item, batch, day, units, elsewhere)


class _Reading:
    def __init__(self, complaints: Complaints, company: str, weeks: list[date], until: date) -> None:
        self._labels, self._company = complaints.labels, company
        self._days = [day.toordinal() for day in (_BEFORE_ALL, *weeks, until + timedelta(days=1))]
        self._starts: Days = np.array([weeks[0] - timedelta(weeks=1), *weeks], dtype="datetime64[D]")

    def columns(self, by: Sequence[str], kinds: Sequence[str]) -> tuple[list[np.ndarray], Days, Array]:
        """Codes of each of `by` (labels of `kinds`, those that never drew a complaint numbered above them), first day of the week, net
        units: by week, then by label, whatever order the database gave."""
        groups = [groups_of(*GROUPS[name]) if name in GROUPS else None for name in by]
        rows = list(moved([FIELDS[name] for name in by], self._days, {"company": [self._company]}))
        # A column at a time: a site has hundreds of thousands of rows.
        read = list(zip(*rows, strict=True)) or [()] * (len(by) + 3)
        *keys, days, units, returned = read
        periods = np.searchsorted(np.array(self._days), np.array(days, np.int64), side="right") - 1
        labelled = [
            _Labelled.of(key if names is None else [names.get(part, "") for part in key])
            for key, names in zip(keys, groups, strict=True)
        ]
        # By week, then by label; of one key in the order in which they came.
        order = np.lexsort((*(one.rank for one in reversed(labelled)), periods))
        places = np.array([periods[order], *(one.rank[order] for one in labelled)])
        first = np.flatnonzero(np.any(places[:, 1:] != places[:, :-1], axis=0)) + 1
        starts = np.concatenate([[0], first]) if len(order) else first
        net = np.array(units, float)[order] - np.array(returned, float)[order]
        totals = np.add.reduceat(net, starts) if len(order) else net
        kept = np.abs(totals) > LEAST
        places, totals = places[:, starts[kept]], totals[kept]
        codes = [
            one.numbered(places[at], self._labels[kind])
            for at, (one, kind) in enumerate(zip(labelled, kinds, strict=True), 1)
        ]
        return codes, self._starts[places[0]], totals


class _Labelled(NamedTuple):
    """A column of labels as their places among all of them in the order of their letters; the empty one is the first."""

    labels: list[str]
    rank: np.ndarray

    @classmethod
    def of(cls, column: Sequence[str | None]) -> _Labelled:
        labels = sorted({label or "" for label in column} | {""})
        place = {label: at for at, label in enumerate(labels)}
        return cls(labels, np.fromiter((place[label or ""] for label in column), np.int64, len(column)))

    def numbered(self, ranks: np.ndarray, known: Sequence[str]) -> np.ndarray:
        """Codes: those that complaints have, the others above them as they come; -1 where there is no label."""
        place = {label: code for code, label in enumerate(known)}
        codes = np.array([place.get(label, -1) if label else -1 for label in self.labels], np.int64)
        unknown, first = np.unique(ranks[(codes[ranks] < 0) & (ranks > 0)], return_index=True)
        codes[unknown[np.argsort(first, kind="stable")]] = len(known) + np.arange(len(unknown))
        return codes[ranks]
