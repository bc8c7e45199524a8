"""How many complaints of the same customer, item, batch or type there were: now, or as of a day in the past.

Counted are complaints of the same company that came in within so many days, the one that is asked about among them; what was
rejected, void or merged into another is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Count, Sum
from pypika.terms import Parameter

from complaint_qms.constants.rules import COUNTED_TOGETHER, NOT_COUNTED
from complaint_qms.engine.rules import Asked

Counted = Callable[[Mapping[str, Any], datetime], int]

_FEW: Final = 10
"""Complaints for which a count of its own is quicker than one for all of them."""


def keys_counted(facts: Iterable[Asked]) -> set[str]:
    """Fields of a complaint that say what is counted."""
    return {field for asked in facts for field in _fields(asked)}


def fact_key(asked: Asked) -> tuple[str, int, bool]:
    """What makes two counts the same."""
    return asked.args["by"], asked.args["days"], bool(asked.args.get("same_type"))


def counted_now(
    facts: Iterable[Asked], records: Sequence[Mapping[str, Any]], now: datetime
) -> dict[tuple, Counted]:
    """By `fact_key`: answers for these complaints as of this moment. One query for all of them, none where they name nothing that is
    counted by; of many complaints one for each fact."""
    asked = {fact_key(fact): fact for fact in facts}
    found: dict[tuple, dict[tuple, int]] = {key: {} for key in asked}
    # What is alike but for the days is counted together: {(fields, their values): days, most first}.
    together: dict[tuple[tuple[str, ...], tuple], list[int]] = {}
    for key in sorted(asked, key=lambda key: (key[0], key[2], -key[1])):
        fields = _fields(asked[key])
        named = {tuple(record.get(name) for name in fields): None for record in records if record.get(key[0])}
        if len(named) > _FEW:
            found[key] = _grouped(
                fields, sorted({values[1] for values in named}), now - timedelta(days=key[1]), now
            )
            continue
        for values in named:
            together.setdefault((fields, values), []).append(key[1])
    if together:
        statement = _statement(tuple((fields, len(days)) for (fields, _values), days in together.items()))
        numbers = iter(frappe.db.sql(statement, _parameters(together, now))[0])
        for (fields, values), days in together.items():
            for day in days:
                found[_key_of(fields, day)][_folded(values)] = int(next(numbers) or 0)
    return {key: _answering(_fields(fact), found[key]) for key, fact in asked.items()}


def counted_then(facts: Iterable[Asked], since: datetime, until: datetime) -> dict[tuple, Counted]:
    """By `fact_key`: answers for any complaint as of any moment from `since` to `until`; one query for all of them."""
    asked = {fact_key(fact): fact for fact in facts}
    if not asked:
        return {}
    columns = sorted(keys_counted(asked.values()))
    longest = timedelta(days=max(days for _by, days, _same in asked))
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(complaint).select(*(complaint[name] for name in columns), complaint.received_at)
    query = query.where((complaint.received_at > since - longest) & (complaint.received_at <= until))
    rows = query.where(complaint.stage.notin(NOT_COUNTED)).orderby(complaint.received_at).run()
    found: dict[tuple, Counted] = {}
    kept: dict[tuple[str, ...], dict[tuple, list[datetime]]] = {}
    for key, fact in asked.items():
        fields = _fields(fact)
        if fields not in kept:
            kept[fields] = _moments(rows, [columns.index(name) for name in fields])
        found[key] = _counting(fields, kept[fields], timedelta(days=key[1]))
    return found


@lru_cache(maxsize=256)
def _statement(wanted: tuple[tuple[tuple[str, ...], int], ...]) -> str:
    """The query for counts of complaints that have these fields in common, each over so many spans of days: one look at the
    complaints of the longest span (the first one's), however many there are. Built once, because building it takes longer than the
    answer."""
    query, columns = frappe.qb.select(), []
    for number, (fields, spans) in enumerate(wanted):
        complaint = frappe.qb.DocType("Complaint")
        counts = [
            Sum(complaint.received_at > Parameter(f"%(since_{number}_{span})s")).as_(f"count_{span}")
            for span in range(spans)
        ]
        counted = frappe.qb.from_(complaint).select(*counts).where(complaint.stage.notin(NOT_COUNTED))
        for place, name in enumerate(fields):
            counted = counted.where(complaint[name] == Parameter(f"%(value_{number}_{place})s"))
        counted = counted.where(complaint.received_at > Parameter(f"%(since_{number}_0)s"))
        counted = counted.where(complaint.received_at <= Parameter("%(until)s")).as_(f"of_{number}")
        query = query.from_(counted)
        columns += [counted[f"count_{span}"] for span in range(spans)]
    return query.select(*columns).get_sql()


def _grouped(
    fields: tuple[str, ...], values: list[str], since: datetime, until: datetime
) -> dict[tuple, int]:
    complaint = frappe.qb.DocType("Complaint")
    columns = [complaint[name] for name in fields]
    query = frappe.qb.from_(complaint).select(*columns, Count("*")).groupby(*columns)
    query = query.where(columns[1].isin(values) & complaint.stage.notin(NOT_COUNTED))
    rows = query.where((complaint.received_at > since) & (complaint.received_at <= until)).run()
    return {_folded(row[:-1]): row[-1] for row in rows}


def _parameters(together: Mapping[tuple[tuple[str, ...], tuple], list[int]], now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"until": now}
    for number, ((_fields_counted, values), days) in enumerate(together.items()):
        found |= {f"since_{number}_{span}": now - timedelta(days=day) for span, day in enumerate(days)}
        found |= {f"value_{number}_{place}": value for place, value in enumerate(values)}
    return found


def _answering(fields: tuple[str, ...], found: Mapping[tuple, int]) -> Counted:
    def count(record: Mapping[str, Any], _at: datetime) -> int:
        return found.get(_folded(record.get(field) for field in fields), 0)

    return count


def _moments(rows: Iterable[Sequence[Any]], places: list[int]) -> dict[tuple, list[datetime]]:
    """What the complaints have in common → when they came in, oldest first."""
    found: dict[tuple, list[datetime]] = {}
    by = places[1]
    for row in rows:
        if row[by]:
            found.setdefault(_folded(row[place] for place in places), []).append(row[-1])
    return found


def _counting(fields: tuple[str, ...], moments: Mapping[tuple, list[datetime]], span: timedelta) -> Counted:
    def count(record: Mapping[str, Any], at: datetime) -> int:
        held = moments.get(_folded(record.get(field) for field in fields))
        return bisect_right(held, at) - bisect_right(held, at - span) if held else 0

    return count


def _fields(asked: Asked) -> tuple[str, ...]:
    together = (COUNTED_TOGETHER,) if asked.args.get("same_type") else ()
    return ("company", asked.args["by"], *together)


def _key_of(fields: tuple[str, ...], days: int) -> tuple[str, int, bool]:
    """The `fact_key` that is counted by these fields."""
    return fields[1], days, COUNTED_TOGETHER in fields[2:]


def _folded(values: Iterable[Any]) -> tuple:
    """As the database compares words: a customer is the same in capitals."""
    return tuple(value.casefold() if isinstance(value, str) else value for value in values)
