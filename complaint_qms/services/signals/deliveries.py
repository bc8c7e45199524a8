"""What was delivered, as the engine's columns: from the one exposure of the app, week by week, by what and to whom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

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
        sums: dict[tuple[Any, ...], float] = {}
        for *key, day, units, returned in moved(
            [FIELDS[name] for name in by], self._days, {"company": [self._company]}
        ):
            labels = (
                part if names is None else names.get(part, "")
                for part, names in zip(key, groups, strict=True)
            )
            place = (bisect_right(self._days, day) - 1, *labels)
            sums[place] = sums.get(place, 0.0) + float(units) - float(returned)
        rows = sorted((place, total) for place, total in sums.items() if abs(total) > LEAST)
        codes = []
        for at, kind in enumerate(kinds, 1):
            places = {label: code for code, label in enumerate(self._labels[kind])}
            codes.append(
                np.array(
                    [
                        places.setdefault(place[at], len(places)) if place[at] else -1
                        for place, _units in rows
                    ],
                    np.int64,
                )
            )
        periods = np.array([place[0] for place, _units in rows], np.int64)
        return codes, self._starts[periods], np.array([total for _place, total in rows], float)
