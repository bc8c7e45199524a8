"""How many complaints of the same customer, item, batch or type there were: now, or as of a day in the past.

Counted are complaints of the same company that came in within so many days, the one that is asked about among them; what was
rejected, void or merged into another is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder.functions import Count
from pypika.queries import QueryBuilder

from complaint_qms.constants.rules import COUNTED_TOGETHER, NOT_COUNTED
from complaint_qms.engine.rules import Asked
from complaint_qms.services.rules.records import Record

Counter = Callable[[Record, datetime], int]


def keys_counted(facts: Iterable[Asked]) -> set[str]:
    """Fields of a complaint that say what is counted."""
    found = set()
    for asked in facts:
        found |= {asked.args["by"]} | ({COUNTED_TOGETHER} if asked.args.get("same_type") else set())
    return found


def counted_now(asked: Asked, records: Sequence[Record], now: datetime) -> Counter:
    """Answers for these complaints as of this moment; one query."""
    fields = _fields(asked)
    values = sorted({record[fields[1]] for record in records if record.get(fields[1])})
    found: dict[tuple, int] = {}
    if values:
        complaint = frappe.qb.DocType("Complaint")
        columns = [complaint[field] for field in fields]
        query = frappe.qb.from_(complaint).select(*columns, Count("*")).groupby(*columns)
        query = query.where(complaint[fields[1]].isin(values) & complaint.stage.notin(NOT_COUNTED))
        since = now - timedelta(days=asked.args["days"])
        rows = query.where((complaint.received_at > since) & (complaint.received_at <= now)).run()
        found = {_folded(row[:-1]): row[-1] for row in rows}
    return lambda record, _at: found.get(_folded(record.get(field) for field in fields), 0)


def counted_then(asked: Asked, since: datetime, until: datetime) -> Counter:
    """Answers for any complaint as of any moment from `since` to `until`; one query."""
    fields, span = _fields(asked), timedelta(days=asked.args["days"])
    complaint = frappe.qb.DocType("Complaint")
    query: QueryBuilder = frappe.qb.from_(complaint).select(
        *(complaint[field] for field in fields), complaint.received_at
    )
    query = query.where(complaint[fields[1]].isnotnull() & (complaint[fields[1]] != ""))
    query = query.where(complaint.stage.notin(NOT_COUNTED))
    query = query.where((complaint.received_at > since - span) & (complaint.received_at <= until))
    moments: dict[tuple, list[datetime]] = {}
    for *key, at in query.orderby(complaint.received_at).run():
        moments.setdefault(_folded(key), []).append(at)

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
