"""Exposure: units delivered net of returns, by period and by what is asked for. The denominator of every rate."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from complaint_qms.integrations.erpnext.delivered_units import BATCHES, Only, delivered, groups_of
from complaint_qms.services.signals.kept_weeks import LEAST, moved

ITEM: Final = "item"
FIELDS: Final = {
    ITEM: "item_code",
    "batch": BATCHES,
    "customer": "customer",
    "territory": "territory",
    "company": "company",
    "customer_group": "customer",
    "item_group": "item_code",
}
GROUPS: Final = {"customer_group": ("Customer", "customer_group"), "item_group": ("Item", "item_group")}
"""A group is the one that the customer or item is in now, for complaints as for units: who is moved takes their past along."""
_ASKED_BY_NAME: Final = 2000
"""More labels are told apart here and not by the database."""
_INDEXED: Final = ("item_code", BATCHES)
_FEW: Final = 20
"""Names of these are found in the documents sooner than it is asked whether their weeks still hold."""

By = str | tuple[str, ...]
Label = Any


class Exposure(NamedTuple):
    """Attributes:
    labels: of the rows: names, tuples of names where several dimensions were asked for; an empty text stands for none.
    units: (labels, periods): delivered less returned; may be below 0 in a period in which more came back than went out.
    returned: the same shape: returned in the period, whenever they were delivered.
    """

    labels: list[Label]
    units: np.ndarray
    returned: np.ndarray


def units_by_period(
    by: By,
    company: str | None,
    starts: Sequence[date],
    labels: Collection[Label] | None = None,
    *,
    end: date | None = None,
) -> dict[Label, np.ndarray]:
    """Label → units delivered net of returns in each period; labels without any are left out, and so is what has none (no batch).

    Args:
        by: "item", "batch", "customer", "customer_group", "territory", "item_group" or "company", or a tuple of several, whose labels
            are tuples then; "all" for all together.
        company: of one company; None for all together.
        starts: first day of each period, ascending; each lasts until the next one starts.
        labels: those wanted; all without.
        end: day after the last period; without, the last is as long as the one before it, or a week.
    """
    found = exposure(by, starts, labels, end=end, only={"company": [company]} if company else None)
    single = isinstance(by, str)
    return {
        label: units
        for label, units in zip(found.labels, found.units, strict=True)
        if (label if single else all(label)) and np.any(np.abs(units) > LEAST)
    }


def exposure(
    by: By,
    starts: Sequence[date],
    labels: Collection[Label] | None = None,
    *,
    end: date | None = None,
    only: Only | None = None,
) -> Exposure:
    """The same as two matrices, what was returned apart.

    Args:
        only: field of Delivered Units → the values that count.
    """
    dimensions = () if by == "all" else (by,) if isinstance(by, str) else by
    days = _days(starts, end)
    narrowed = dict(only or {})
    if (
        labels is not None
        and isinstance(by, str)
        and by in FIELDS
        and by not in GROUPS
        and len(labels) <= _ASKED_BY_NAME
    ):
        field = FIELDS[by]
        narrowed[field] = set(labels) & set(narrowed[field]) if field in narrowed else set(labels)
    fields = [FIELDS[name] for name in dimensions]
    if not all(narrowed.values()):
        return _folded((), dimensions, days, labels)
    names = narrowed.get(fields[0]) if len(fields) == 1 and fields[0] in _INDEXED else None
    if names is not None and len(names) <= _FEW:
        last = date.fromordinal(days[-1] - 1)
        rows: Iterable[tuple[Any, ...]] = delivered(fields, [(starts[0], last)], only=narrowed)
    else:
        rows = moved(fields, days, narrowed)
    return _folded(rows, dimensions, days, labels)


def _days(starts: Sequence[date], end: date | None) -> list[int]:
    """Ordinals of the first days, and of the day after the last period.

    Raises:
        ValueError: they do not ascend.
    """
    if not starts:
        raise ValueError("starts must name at least one period")
    if end is None:
        end = starts[-1] + (starts[-1] - starts[-2] if len(starts) > 1 else timedelta(days=7))
    days = [day.toordinal() for day in (*starts, end)]
    if any(after <= before for before, after in itertools.pairwise(days)):
        raise ValueError("starts must ascend, and end must come after the last of them")
    return days


def _folded(
    rows: Iterable[tuple[Any, ...]],
    dimensions: Sequence[str],
    days: list[int],
    labels: Collection[Label] | None,
) -> Exposure:
    """Rows by field and day, as matrices by label and period."""
    count = len(dimensions)
    wanted = None if labels is None else set(labels)
    group: list[dict[str, str] | None] = [
        groups_of(*GROUPS[name]) if name in GROUPS else None for name in dimensions
    ]
    places: dict[tuple[Any, ...], int] = {}
    codes: list[int] = []
    when: list[int] = []
    sums: list[tuple[float, float]] = []
    for row in rows:
        codes.append(places.setdefault(row[:count], len(places)))
        when.append(row[count])
        sums.append((float(row[-2]), float(row[-1])))
    found: dict[Label, int] = {}
    target = np.full(len(places), -1)
    for key, code in places.items():
        parts = tuple(
            part if names is None else names.get(part, "") for part, names in zip(key, group, strict=True)
        )
        label = parts[0] if count == 1 else parts
        if wanted is None or label in wanted:
            target[code] = found.setdefault(label, len(found))
    shape = (2, len(found), len(days) - 1)
    matrix = np.zeros(shape)
    if codes and found:
        line = target[np.array(codes)]
        period = np.searchsorted(np.array(days), np.array(when), side="right") - 1
        kept = (line >= 0) & (period >= 0) & (period < shape[2])
        amounts = np.array(sums).T[:, kept]
        np.add.at(matrix, (slice(None), line[kept], period[kept]), amounts)
    return Exposure(list(found), matrix[0] - matrix[1], matrix[1])
