"""How many complaints the age of what is out there leads to expect, learned from all deliveries and complaints together.

A complaint's age counts from the delivery that it names, or its invoice, or else the first delivery of its batch. Complaints that lead to
none are taken to be of the same ages as the others, so that they raise all rates alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import frappe
import numpy as np
from frappe.query_builder.functions import Coalesce, Count
from pypika.queries import QueryBuilder, Table

from complaint_qms.engine.signals.time_to_event import (
    AgeRates,
    Field,
    Survival,
    age_rates,
    expected_complaints,
    time_to_complaint,
)
from complaint_qms.integrations.erpnext.delivered_units import BATCHES, Only, week_term, with_delivery_week
from complaint_qms.services.signals.kept_weeks import monday, moved, week_of

HISTORY: Final = 260
"""Weeks of deliveries that are looked at, five years; what is older draws no complaint that is expected."""
LEAST_COMPLAINTS: Final = 30
"""Complaints whose delivery is known, of which ages are learned at all."""


@dataclass(frozen=True)
class Outlook:
    """Attributes:
    rates: complaints of a unit by its age in weeks; those without a known delivery included.
    labels: of the rows of `weekly`.
    weekly: (labels, weeks), complaints to be expected.
    first: ordinal of the first week.
    dated, complaints: how many complaints led to a delivery, of how many.
    """

    rates: AgeRates
    scale: float
    labels: list[tuple[Any, ...]]
    weekly: np.ndarray
    first: int
    dated: int
    complaints: int


def outlook(
    fields: Sequence[str], query: QueryBuilder, complaint: Table, only: Only, last: int, over: int
) -> Outlook | None:
    """What units lead to expect by (values of `fields`) and week; None where too few complaints lead to a delivery. Four queries beside
    those of the deliveries.

    Args:
        fields: of Delivered Units.
        query: over the complaints that count, of any time.
        only: which deliveries count.
        last: the last week that is asked about.
        over: the last week that is over; ages are learned of it and those before.
    """
    first = last - HISTORY + 1
    field, labels = _field(fields, only, first, last)
    born, week, complaints = _complaints(query, complaint, only, first, over)
    known = over - first + 1
    if len(born) < LEAST_COMPLAINTS or known < 1:
        return None
    rates = age_rates(field, born, week, known)
    scale = complaints / len(born)
    weekly = expected_complaints(field, rates.rate * scale, len(labels), HISTORY)
    return Outlook(rates, scale, labels, weekly, first, len(born), complaints)


@dataclass(frozen=True)
class AgeFacts:
    """Attributes:
    curve: share of the units in question without a complaint, by age in weeks.
    rates: complaints by age of all units, of those whose delivery is known.
    units: delivered in the weeks looked at, returns not taken off.
    complaints, dated: about the units in question, and how many of them lead to a delivery.
    expected: complaints that their age leads to expect, at the rates of all units, those without a known delivery included.
    """

    curve: Survival
    rates: AgeRates
    units: float
    complaints: int
    dated: int
    expected: float


def age_facts(every: QueryBuilder, these: QueryBuilder, only: Only, this: Only, over: int) -> AgeFacts | None:
    """Some units against all, by their age; None where too few complaints lead to a delivery, or nothing was delivered.

    Args:
        every, these: over all complaints that count, and over those about the units in question.
        only, this: which deliveries are all, and which are the units in question.
        over: the last week that is over.
    """
    first, complaint = over - HISTORY + 1, frappe.qb.DocType("Complaint")
    born, week, complaints = _complaints(every, complaint, only, first, over)
    if len(born) < LEAST_COMPLAINTS:
        return None
    rates = age_rates(_field((), only, first, over)[0], born, week, HISTORY)
    field, _labels = _field((), this, first, over)
    if not field.units.sum():
        return None
    mine, seen, about = _complaints(these, complaint, this, first, over)
    weekly = expected_complaints(field, rates.rate * complaints / len(born), 1, HISTORY)
    curve = time_to_complaint(field, mine, seen, HISTORY, interval="log-log")
    return AgeFacts(curve, rates, float(field.units.sum()), about, len(mine), float(weekly.sum()))


def _field(fields: Sequence[str], only: Only, first: int, last: int) -> tuple[Field, list[tuple[Any, ...]]]:
    days = [monday(week).toordinal() for week in range(first, last + 2)]
    places: dict[tuple[Any, ...], int] = {}
    out: list[tuple[int, int, float]] = []
    back: list[tuple[int, int, int, float]] = []
    for *key, sold_in, day, units, returned in moved((*fields, "sold_in"), days, only):
        week = (day - days[0]) // 7
        series = places.setdefault(tuple(key), len(places))
        if units:
            out.append((series, week, float(units)))
        if returned:
            sold = week if sold_in is None else min(week_of(sold_in) - first, week)
            back.append((series, sold, week, float(returned)))
    deliveries = np.array(out, dtype=float).reshape(-1, 3)
    returns = np.array(back, dtype=float).reshape(-1, 4)
    made = Field(
        *(deliveries[:, at].astype(np.int64) for at in range(2)),
        deliveries[:, 2],
        *(returns[:, at].astype(np.int64) for at in range(3)),
        returns[:, 3],
    )
    return made, list(places)


def _complaints(
    query: QueryBuilder, complaint: Table, only: Only, first: int, over: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Of complaints whose delivery is known: its week, and that in which they were received; and how many there are with the others."""
    begin, end = monday(first), monday(over + 1)
    within = query.where((complaint.received_at >= begin) & (complaint.received_at < end))
    dated, delivered = with_delivery_week(within, complaint)
    received, batch = week_term(complaint.received_at), Coalesce(complaint[BATCHES], "")
    rows = dated.select(delivered, batch, received, Count("*")).groupby(delivered, batch, received).run()
    batches = {name for sold, name, _week, _count in rows if sold is None and name}
    births = _births(batches, only, first, over)
    born: list[int] = []
    week: list[int] = []
    complaints = 0
    for sold, name, at, count in rows:
        complaints += count
        begun = births.get(name) if sold is None else int(sold)
        if begun is not None and first <= begun <= int(at):
            born += [begun - first] * count
            week += [int(at) - first] * count
    return np.array(born, dtype=np.int64), np.array(week, dtype=np.int64), complaints


def _births(batches: set[str], only: Only, first: int, over: int) -> dict[str, int]:
    """Batch → week of its first delivery."""
    if not batches:
        return {}
    narrowed = {**only, BATCHES: batches & set(only.get(BATCHES, batches))}
    found: dict[str, int] = {}
    days = [monday(week).toordinal() for week in range(first, over + 2)]
    for name, day, units, _returned in moved((BATCHES,), days, narrowed) if narrowed[BATCHES] else ():
        if units:
            found[name] = min(week_of(day), found.get(name, over))
    return found
