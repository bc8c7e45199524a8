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
from frappe.query_builder.functions import Count
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
    wanted = []
    for key in sorted(asked):
        fields = _fields(asked[key])
        named = {tuple(record.get(name) for name in fields): None for record in records if record.get(key[0])}
        if len(named) > _FEW:
            found[key] = _grouped(
                fields, sorted({values[1] for values in named}), now - timedelta(days=key[1]), now
            )
            continue
        wanted += [(key, fields, values) for values in named]
    if wanted:
        numbers = frappe.db.sql(
            _statement(tuple(fields for _key, fields, _values in wanted)), _values(wanted, now)
        )[0]
        for (key, _names, values), number in zip(wanted, numbers, strict=True):
            found[key][_folded(values)] = number
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
def _statement(wanted: tuple[tuple[str, ...], ...]) -> str:
    """The query for counts of complaints that have these fields in common, a column each; built once, because building it takes
    longer than the answer."""
    counts = []
    for number, fields in enumerate(wanted):
        complaint = frappe.qb.DocType("Complaint")
        query = frappe.qb.from_(complaint).select(Count("*")).where(complaint.stage.notin(NOT_COUNTED))
        for place, name in enumerate(fields):
            query = query.where(complaint[name] == Parameter(f"%(value_{number}_{place})s"))
        query = query.where(complaint.received_at > Parameter(f"%(since_{number})s"))
        counts.append(query.where(complaint.received_at <= Parameter("%(until)s")).as_(f"count_{number}"))
    return frappe.qb.select(*counts).get_sql()


def _grouped(
    fields: tuple[str, ...], values: list[str], since: datetime, until: datetime
) -> dict[tuple, int]:
    complaint = frappe.qb.DocType("Complaint")
    columns = [complaint[name] for name in fields]
    query = frappe.qb.from_(complaint).select(*columns, Count("*")).groupby(*columns)
    query = query.where(columns[1].isin(values) & complaint.stage.notin(NOT_COUNTED))
    rows = query.where((complaint.received_at > since) & (complaint.received_at <= until)).run()
    return {_folded(row[:-1]): row[-1] for row in rows}


def _values(wanted: list[tuple[tuple, tuple[str, ...], tuple]], now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"until": now}
    for number, (key, _fields_counted, values) in enumerate(wanted):
        found[f"since_{number}"] = now - timedelta(days=key[1])
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


def _folded(values: Iterable[Any]) -> tuple:
    """As the database compares words: a customer is the same in capitals."""
    return tuple(value.casefold() if isinstance(value, str) else value for value in values)
