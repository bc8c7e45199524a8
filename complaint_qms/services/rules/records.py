"""Complaints as conditions see them: the fields that are asked for, of the complaint and of what it names, in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import frappe
from frappe.model.document import Document
from pypika.queries import QueryBuilder, Table
from pypika.terms import Field

from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.rules.catalogue import topics

Record = dict[str, Any]
ALWAYS = ("name", "company", "received_at")
Narrowing = Callable[[QueryBuilder, Table], QueryBuilder]


class SavedRecord(dict):
    """A complaint that was just saved, as conditions see it: read off the document, what it names when a condition asks for it."""

    def __init__(self, doc: Document, old: Mapping[str, Any] | None = None) -> None:
        super().__init__({key: doc.get(key) for key in ALWAYS} | dict(old or {}))
        self._doc = doc

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = self._read(key)
        return super().get(key, default)

    def before(self, old: Mapping[str, Any]) -> SavedRecord:
        """The same with fields as they were."""
        return SavedRecord(self._doc, old)

    def _read(self, key: str) -> Any:
        through, dot, field = key.partition(".")
        if dot:
            name, doctype = self._doc.get(through), self._doc.meta.get_options(through)
            return frappe.get_cached_value(doctype, name, field) if name else None
        value, field = self._doc.get(key), self._doc.meta.get_field(key)
        return without_tags(value or "") if field and field.fieldtype == "Text Editor" else value


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
