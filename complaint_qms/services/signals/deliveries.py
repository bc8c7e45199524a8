"""What was delivered, as the engine's columns: from the one exposure of the app, week by week."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from complaint_qms.engine.signals.weekly import IN_FIELD_WEEKS, Deliveries
from complaint_qms.services.signals.exposure import exposure
from complaint_qms.services.signals.reading import Complaints

_BEFORE_ALL = date(1990, 1, 1)  # a Monday, as all others


def deliveries_of(complaints: Complaints, company: str, start: np.datetime64, until: date) -> Deliveries:
    """Units of items and batches by the week they left in, less what came back in it. What left before any unit that can still draw
    a complaint counts as born then."""
    first = start.astype("datetime64[D]").astype(date)
    monday = first - timedelta(days=first.weekday())
    weeks = [monday - timedelta(weeks=IN_FIELD_WEEKS + 1)]
    while weeks[-1] + timedelta(weeks=1) <= until:
        weeks.append(weeks[-1] + timedelta(weeks=1))
    starts = [_BEFORE_ALL, *weeks]
    end = until + timedelta(days=1)
    found = exposure(("item", "batch"), starts, end=end, only={"company": [company]})
    row, period = np.nonzero(found.units)
    days = np.array([weeks[0] - timedelta(weeks=1), *weeks], dtype="datetime64[D]")
    order = np.argsort(period, kind="stable")
    row, period = row[order], period[order]
    columns = []
    for at, kind in enumerate(("item", "batch")):
        places = {label: code for code, label in enumerate(complaints.labels[kind])}
        codes = [places.setdefault(label[at], len(places)) if label[at] else -1 for label in found.labels]
        columns.append(np.array(codes, np.int64)[row])
    return Deliveries(columns[0], columns[1], days[period], found.units[row, period])
