"""Complaints as conditions see them: the fields that are asked for, of the complaint and of what it names, in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import frappe
from pypika.queries import QueryBuilder, Table
from pypika.terms import Field

from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.rules.catalogue import topics

Record = dict[str, Any]
ALWAYS = ("name", "company", "received_at")
Narrowing = Callable[[QueryBuilder, Table], QueryBuilder]


def records_of(names: Iterable[str], keys: Iterable[str]) -> dict[str, Record]:
    """Name → what the complaint is, for those that exist; one query."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    rows = records_where(keys, lambda query, complaint: query.where(complaint.name.isin(wanted)))
    return {row["name"]: row for row in rows}


def records_where(
    keys: Iterable[str], narrowed: Narrowing, more: dict[str, Callable[[Table], Field]] | None = None
) -> list[Record]:
    """What the complaints of a query are: fields by the keys that conditions name.

    Args:
        narrowed: adds joins, conditions and an order.
        more: further columns, by the key they get.
    """
    complaint, known = frappe.qb.DocType("Complaint"), topics()
    query, joined, columns, formatted = frappe.qb.from_(complaint), {}, {}, []
    for key in ALWAYS:
        columns[key] = complaint[key]
    for key in dict.fromkeys(keys):
        topic = known.get(key)
        if not topic or key in columns:
            continue
        through = topic.subject.through
        if not through:
            columns[key] = complaint[topic.subject.field]
        else:
            if through not in joined:
                joined[through] = frappe.qb.DocType(topic.doctype).as_(f"of_{through}")
                query = query.left_join(joined[through]).on(joined[through].name == complaint[through])
            columns[key] = joined[through][topic.subject.field]
        if topic.source == "Text Editor":
            formatted.append(key)
    columns |= {key: column(complaint) for key, column in (more or {}).items()}
    found = narrowed(query, complaint).select(*columns.values()).run()
    names = tuple(columns)
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for key in formatted:
        for row in rows:
            row[key] = without_tags(row[key] or "")
    return rows
