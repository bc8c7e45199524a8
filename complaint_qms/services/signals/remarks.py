"""What is said beside the arithmetic of a finding: what most of its complaints share, which complaints are not counted and why, what is
known of deliveries that it is not held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from complaint_qms.constants.signals import BY_TIME, BY_TIME_APART, BY_TIME_OTHER_KIND, BY_TIME_UNFIT
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.findings import Finding
from complaint_qms.engine.signals.findings.types import Parts
from complaint_qms.engine.signals.weekly import IN_FIELD_WEEKS, Deliveries
from complaint_qms.services.signals.reading import Complaints
from complaint_qms.services.signals.uncounted import Uncounted

_MOST_SHARED: Final = 3
_WHOLE: Final = ((), ("item",))
"""What a finding is of whose complaints may have a narrower cause that is no finding by itself."""
_DELIVERED: Final = ("all", "item", "batch", "region", "customer", "customer_group", "channel")
"""What deliveries name; a channel is held against all units."""
_NAMES: Final = {
    "item": Message("Item {name}"),
    "batch": Message("Batch {name}"),
    "type": Message("Complaint Type {name}"),
    "supplier": Message("Supplier {name}"),
    "lot": Message("Reported Lot {name}"),
    "model": Message("Product Model {name}"),
    "region": Message("Territory {name}"),
    "channel": Message("Channel {name}"),
    "customer": Message("Customer {name}"),
    "customer_group": Message("Customer Group {name}"),
}
_SHARED = Message("Common to {count} of the {all} complaints: {value}.")
_NOTHING_SHARED = Message("No item, batch, type, territory, customer or other value is common to half of the complaints: no part of them explains the rise.")  # fmt: skip
_OTHERS = Message("Other findings explain further complaints of these weeks, which are not counted here: {count}.")  # fmt: skip
_UNCOUNTED = Message("Not counted, because they are no complaints or told twice (of these weeks): duplicates {duplicate}, void {void}, rejected {rejected}.")  # fmt: skip
_UNCOUNTED_BEFORE = Message("Of the weeks that tell what is usual: duplicates {duplicate}, void {void}, rejected {rejected}.")  # fmt: skip
_APART = Message("{units} units were delivered, the last in the week of {day}: none is in the field in {period}.")  # fmt: skip
_LONG_AGO = Message("{units} units were delivered, all of them a year or more before the first week of the scan: none is in the field in {period}.")  # fmt: skip


def shared_by_most(finding: Finding, parts: Parts, complaints: Complaints) -> list[Message]:
    """What at least half of the complaints have in common beside what the finding is of, most of them first; of a finding of all complaints,
    or of a whole item, that there is nothing."""
    given = {kind for kind, _code in parts}
    traits = [one for one in finding.traits if one.kind in _NAMES and one.kind not in given]
    traits.sort(key=lambda one: -one.count)
    told = [
        _SHARED.having(
            count=one.count,
            all=len(finding.complaints),
            value=_NAMES[one.kind].having(name=complaints.labels[one.kind][one.code]),
        )
        for one in traits[:_MOST_SHARED]
    ]
    return told or ([_NOTHING_SHARED] if tuple(sorted(given)) in _WHOLE else [])


def explained_by_others(finding: Finding, series: np.ndarray, days: np.ndarray) -> list[Message]:
    """Complaints of the same values and weeks that the finding does not count.

    Args:
        series: places of all complaints of these values.
        days: week of every complaint, counted from the first one of the scan.
    """
    here = np.zeros(len(series), bool)
    for spell in finding.spells:
        here |= (days[series] >= spell.first) & (days[series] <= spell.last)
    count = len(np.setdiff1d(series[here], finding.complaints))
    return [_OTHERS.having(count=count)] if count else []


def told_twice(
    uncounted: Uncounted,
    labels: dict[str, str],
    spans: Sequence[tuple[date, date]],
    baseline: tuple[date, date] | None,
) -> list[Message]:
    """How many duplicates, void and rejected ones came in the weeks of a finding, and in those of its baseline; nothing where there are none."""
    told = []
    for message, weeks in ((_UNCOUNTED, spans), (_UNCOUNTED_BEFORE, [baseline] if baseline else [])):
        counts = dict.fromkeys(("duplicate", "void", "rejected"), 0)
        for first, last in weeks:
            for stage, count in uncounted.within(labels, first, last).items():
                counts[stage] += count
        if any(counts.values()):
            told.append(message.having(**counts))
    return told


def time_alone(
    kind: str, code: int, known: Deliveries | None, in_field: bool, period: Any, start: date
) -> tuple[str, list[Message]]:
    """Why a series is held against time alone, and what is known of its deliveries by the company.

    Args:
        in_field: whether units of it are in the field in the week.
        period: name of the week.
        start: first day of the scan.
    """
    if kind not in _DELIVERED:
        return BY_TIME_OTHER_KIND, []
    if in_field:
        return BY_TIME_UNFIT, []
    units, day = _units_of(kind, code, known) if known is not None else (np.empty(0), np.empty(0))
    if not np.any(units > 0):
        return BY_TIME, []
    last: date = day[units > 0].max().astype("datetime64[D]").astype(date)
    told = _LONG_AGO if last < start - timedelta(weeks=IN_FIELD_WEEKS) else _APART
    filled = told.having(units=round(float(units.sum()), 3), period=period)
    return BY_TIME_APART, [filled.having(day=str(last)) if told is _APART else filled]


def _units_of(kind: str, code: int, known: Deliveries) -> tuple[np.ndarray, np.ndarray]:
    if kind in ("all", "channel"):
        return known.units, known.day
    if kind in ("item", "batch"):
        mine = (known.item if kind == "item" else known.batch) == code
        return known.units[mine], known.day[mine]
    there = known.elsewhere.get(kind)
    if there is None:
        return np.empty(0), np.empty(0)
    return there.units[there.code == code], there.day[there.code == code]
