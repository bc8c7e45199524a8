"""Weeks of deliveries that were summed up once, and whether they still hold.

A kept week is believed as long as the documents that count in it are those it was made from. That is asked of the documents at each
read (`fingerprints`: three grouped queries over their heads), not noted by their events: it finds a cancellation, an amendment, a
late entry or a consolidated sale whichever way it came, past the app as well, adds no write and no lock to anybody's submission, and
cannot be forgotten. What fails it is counted from the documents themselves until a job makes the week again, so that a figure is
right at once and a job that is late or stopped makes it slow, never wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Min, Sum
from pypika import CustomFunction
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext.delivered_units import Only, Span, delivered, fingerprints
from complaint_qms.services import writing

UNITS: Final = "Delivered Units"
WEEK: Final = "Delivered Units Week"
LEAST: Final = 1e-6
"""Units below are what adding and taking away has left of none."""
_FIELDS: Final = ("company", "item_code", "batch_no", "customer", "territory", "sold_in")
_FIRST_MONDAY: Final = date(1969, 12, 29).toordinal()
_AUTHOR: Final = "Administrator"
_INDEXES: Final = {"item_code": "complaint_qms_item_weeks", "batch_no": "complaint_qms_batch_weeks"}
_to_days = CustomFunction("TO_DAYS", ["day"])
_NO_DAY: Final = 365
"""What `TO_DAYS` counts more than Python's ordinals of days."""

Row = tuple[Any, ...]


def week_of(day: date | int) -> int:
    """Ordinal of the week of a day (as `engine.signals.series.ordinals`); a day may be one of Python's ordinals."""
    ordinal = day if isinstance(day, int) else day.toordinal()
    return (ordinal - _FIRST_MONDAY) // 7


def monday(week: int) -> date:
    """First day of the week with that ordinal."""
    return date.fromordinal(_FIRST_MONDAY + 7 * week)


def moved(fields: Sequence[str], days: Sequence[int], only: Only) -> Iterator[Row]:
    """Rows of (one value for each field, day, units delivered, units returned), of the first period to the last: of weeks that are
    kept, still hold and lie within one period one by one, with their Monday as day; of all else from the documents.

    Args:
        fields: of Delivered Units; `sold_in` as a date or None.
        days: Python's ordinals of the first days of periods, and of the day after the last.
    """
    if not all(only.values()):
        return  # nothing can be of none of these values
    first, end = days[0], days[-1]
    breaks = {day for day in days if (day - _FIRST_MONDAY) % 7}
    torn = {week_of(day) for day in breaks}
    weeks = [week for week in range(week_of(first), week_of(end - 1) + 1) if week not in torn]
    whole, kept = _holding(weeks, only.get("company"))
    yield from _kept(fields, kept, only)
    for *row, day, units, returned in delivered(fields, _besides(whole, first, end), only=only):
        if "sold_in" in fields:
            at = fields.index("sold_in")
            row[at] = None if row[at] is None else monday(int(row[at]))
        yield (*row, day, units, returned)


def out_of_date(before: date) -> tuple[list[int], int]:
    """Weeks that ended before a day and are not kept as their documents are, the latest first, and how many there are at all."""
    found, kept = fingerprints(end=before), _stored()
    wrong = {week for _company, week in _differing(found, kept)}
    every = {week for _company, week in found} | wrong
    return sorted(wrong, reverse=True), len(every)


def kept_longest(count: int) -> list[int]:
    """Weeks that were made longest ago."""
    table = frappe.qb.DocType(WEEK)
    query = frappe.qb.from_(table).select(table.week).groupby(table.week)
    rows = query.orderby(Min(table.computed_at)).orderby(table.week).limit(count).run(pluck=True)
    return sorted(map(week_of, rows), reverse=True)


def keep_weeks(weeks: Collection[int], now: datetime) -> None:
    """Make these weeks anew, of all companies, within the transaction that is open; the documents and what tells of them are read as of
    the same moment."""
    wanted = sorted(set(weeks))
    if not wanted:
        return
    for doctype in (UNITS, WEEK):
        frappe.db.delete(doctype, {"week": ("in", [monday(week) for week in wanted])})
    spans = _spans(wanted)
    found = {
        key: documents
        for first, last in spans
        for key, documents in fingerprints(first, date.fromordinal(last.toordinal() + 1)).items()
    }
    sums: dict[Row, list[float]] = {}
    for *key, units, returned in delivered(_FIELDS, spans, weekly=True):
        total = sums.setdefault(tuple(key), [0.0, 0.0])
        total[0] += float(units)
        total[1] += float(returned)
    totals = {key: [0.0, 0.0, 0] for key in found}
    rows = []
    for (company, item, batch, customer, territory, sold_in, week), (units, returned) in sums.items():
        if abs(units) < LEAST and abs(returned) < LEAST:
            continue
        whole = totals.setdefault((company, int(week)), [0.0, 0.0, 0])
        for at, part in enumerate((units, returned, 1)):
            whole[at] += part
        values = (
            monday(int(week)), company, item, batch, customer, territory,
            None if sold_in is None else monday(int(sold_in)), round(units, 9), round(returned, 9),
        )  # fmt: skip
        rows.append(dict(zip(_COLUMNS, values, strict=True)))
    prefix = frappe.generate_hash(length=12)
    names = [f"{prefix}{number:x}" for number in range(len(rows))]
    writing.insert_rows(UNITS, rows, now, _AUTHOR, "deliveries of a week summed up", names)
    weeks_made = [
        {
            "week": monday(week), "company": company, "computed_at": now, "units": round(whole[0], 9),
            "units_returned": round(whole[1], 9), "row_count": whole[2], "documents": found.get((company, week), ""),
        }
        for (company, week), whole in totals.items()
    ]  # fmt: skip
    writing.insert_rows(WEEK, weeks_made, now, _AUTHOR, "deliveries of a week summed up")


_COLUMNS: Final = ("week", "company", "item_code", "batch_no", "customer", "territory", "sold_in", "units", "units_returned")  # fmt: skip


def add_indexes() -> None:
    """Sums by item or batch and week are read off an index alone; made when the table is."""
    for field, name in _INDEXES.items():
        columns = [field, "week", "sold_in", "company", "units", "units_returned"]
        frappe.db.add_index(UNITS, columns, index_name=name)


def _holding(weeks: Sequence[int], companies: Collection[str] | None) -> tuple[list[int], list[int]]:
    """Those that are kept as their documents are, of which a week without any is one; and of these, from the first to the last that holds
    something."""
    if not weeks:
        return [], []
    first, last = monday(weeks[0]), monday(weeks[-1] + 1)
    one = next(iter(companies)) if companies and len(companies) == 1 else None
    stored = _stored(first, last)
    if not stored:
        return [], []
    wrong = _differing(fingerprints(first, last, one), stored)
    wrong_weeks = {week for company, week in wrong if not companies or company in companies}
    whole = [week for week in weeks if week not in wrong_weeks]
    filled = {week for _company, week in stored}
    return whole, [week for week in whole if min(filled) <= week <= max(filled)]


def _differing(found: dict[tuple[str, int], str], kept: dict[tuple[str, int], str]) -> set[tuple[str, int]]:
    return {key for key in found.keys() | kept.keys() if found.get(key) != kept.get(key)}


def _stored(first: date | None = None, end: date | None = None) -> dict[tuple[str, int], str]:
    table = frappe.qb.DocType(WEEK)
    query = frappe.qb.from_(table).select(table.company, table.week, table.documents)
    if first and end:
        query = query.where((table.week >= first) & (table.week < end))
    return {(company, week_of(day)): documents or "" for company, day, documents in query.run()}


def _kept(fields: Sequence[str], weeks: Sequence[int], only: Only) -> Iterable[Row]:
    if not weeks:
        return ()
    table = frappe.qb.DocType(UNITS)
    keys = [table[field] for field in fields]
    query = (
        frappe.qb.from_(table)
        .select(*keys, _to_days(table.week) - _NO_DAY, Sum(table.units), Sum(table.units_returned))
        .where(Criterion.any([table.week[first:last] for first, last in _spans(weeks)]))
        .groupby(*keys, table.week)
    )
    for field, values in only.items():
        query = query.where(table[field].isin(sorted(values)))
    return query.run()


def _besides(whole: Collection[int], first: int, end: int) -> list[Span]:
    """The days from `first` until before `end` that are in none of these weeks, as spans."""
    kept = set(whole)
    outside = [day for day in range(first, end) if week_of(day) not in kept]
    return _runs(outside, 1)


def _spans(weeks: Sequence[int]) -> list[Span]:
    return [
        (first, date.fromordinal(last.toordinal() + 6))
        for first, last in _runs([_FIRST_MONDAY + 7 * week for week in weeks], 7)
    ]


def _runs(days: Iterable[int], step: int) -> list[Span]:
    """Days that follow on one another, `step` apart, as (first, last)."""
    found: list[list[int]] = []
    for day in days:
        if found and day - found[-1][1] == step:
            found[-1][1] = day
        else:
            found.append([day, day])
    return [(date.fromordinal(first), date.fromordinal(last)) for first, last in found]
