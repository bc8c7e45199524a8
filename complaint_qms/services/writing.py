"""The one door for writes that go past `Document`: set-based, or of fields that no form may write.

Each says which record, which fields, what they were and are, and why; who listens to `written` hears of it (`events.py`), of the
records and rows whose changes are kept (`constants/audit.py`).
`tests/lint/test_writing.py` finds a write of the app's records that goes past this door.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime
from pypika.terms import Parameter

from complaint_qms.constants.audit import NOT_KEPT, TOLD
from complaint_qms.constants.events import WRITTEN
from complaint_qms.constants.records import ROWS
from complaint_qms.services.encryption.encrypted_values import decrypt_rows, to_store
from complaint_qms.services.events import Event, announce, is_heard

_AROUND: Final = ("parent", "parenttype", "parentfield")
"""What says of a row whose it is."""
_ROWS: Final = frozenset(ROWS)
_PART: Final = 200
"""Rows of one statement that is kept."""


def set_values(
    doctype: str, name: str, values: Mapping[str, Any], why: str, *, old: Mapping[str, Any] | None = None
) -> None:
    """Write fields of one record; `modified` stays, so that nobody who has it open loses an edit.

    Args:
        why: what makes the change, in English, for the trail.
        old: what they were, where the caller knows it.
    """
    before = _before(doctype, [name], values, {name: old} if old is not None else None)
    frappe.db.set_value(doctype, name, to_store(doctype, values), update_modified=False)
    _tell(doctype, before, {name: values}, why)


def set_many(
    doctype: str, values: Mapping[str, Mapping[str, Any]], why: str, *, modified: bool = False
) -> None:
    """Write fields of many records, each its own values, with one statement for each thousand."""
    if not values:
        return
    before = _before(doctype, values, {field for row in values.values() for field in row})
    kept = {name: to_store(doctype, row) for name, row in values.items()}
    frappe.db.bulk_update(doctype, kept, update_modified=modified)
    drop_cached(doctype, values)
    _tell(doctype, before, values, why)


def set_where(
    doctype: str, names: Iterable[str], values: Mapping[str, Any], why: str, *, modified: bool = False
) -> None:
    """Write the same values into many records, with one statement."""
    wanted = sorted(set(names))
    if not wanted:
        return
    before = _before(doctype, wanted, values)
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.update(table).where(table.name.isin(wanted))
    for field, value in to_store(doctype, values).items():
        query = query.set(table[field], value)
    if modified:
        query = query.set(table.modified, now_datetime()).set(table.modified_by, frappe.session.user)
    query.run()
    drop_cached(doctype, wanted)
    _tell(doctype, before, dict.fromkeys(wanted, values), why)


def update_by_query(query: Any, doctype: str, names: Iterable[str], fields: Iterable[str], why: str) -> None:
    """Run an UPDATE of a builder that reckons its values in the database, of these records and fields."""
    wanted, read = sorted(set(names)), tuple(fields)
    before = _before(doctype, wanted, read)
    query.run()
    drop_cached(doctype, wanted)
    if before is not None:
        _tell(doctype, before, _read(doctype, wanted, read), why)


def insert_rows(
    doctype: str,
    rows: list[dict[str, Any]],
    now: datetime,
    author: str,
    why: str,
    names: Sequence[str] | None = None,
) -> list[str]:
    """Insert records that need no controller, all at once; every row has the same fields. Their names.

    Args:
        names: what they are called, where the caller has told somebody.
    """
    if not rows:
        return []
    common = {"creation": now, "modified": now, "owner": author, "modified_by": author}
    names = list(names or (frappe.generate_hash(length=10) for _row in rows))
    values = [
        (name, *common.values(), *to_store(doctype, row).values())
        for name, row in zip(names, rows, strict=True)
    ]
    _insert(doctype, ("name", *common, *rows[0]), values)
    _tell_made(doctype, dict(zip(names, rows, strict=True)), why)
    return names


def insert_row(row: Document, why: str, *, is_told: bool = True) -> None:
    """Insert one row of a record's table that the record's own save does not write.

    Args:
        is_told: whether the trail hears of it here; not where it is about to hear of the new record with its rows.
    """
    row.db_insert()
    if is_told and _is_told(row.doctype):
        _tell_made(row.doctype, {row.name: row.get_valid_dict(ignore_virtual=True)}, why)


def set_with_version(doctype: str, names: list[str], field: str, old: Any, new: Any, why: str) -> None:
    """Change one field of several records past their controllers, each with a version that says so."""
    if not names:
        return
    set_where(doctype, names, {field: new}, why, modified=True)
    data = json.dumps({"changed": [[field, old, new]], "added": [], "removed": [], "row_changed": []})
    rows = [{"ref_doctype": doctype, "docname": name, "data": data} for name in names]
    insert_rows("Version", rows, now_datetime(), frappe.session.user, why)


def touch(doctype: str, name: str) -> None:
    """Mark a record as changed: who is about to save a copy of before has to read it again."""
    set_where(doctype, [name], {}, "touched", modified=True)


def touch_single(doctype: str) -> None:
    """The same of a settings page, whose rows were changed past it."""
    told = {"modified": now_datetime(), "modified_by": frappe.session.user}
    frappe.db.set_single_value(doctype, told, update_modified=False)
    drop_cached(doctype, [doctype])


def drop_cached(doctype: str, names: Iterable[str]) -> None:
    """Drop kept copies of records once this is committed; any earlier they would be made anew from what is not final."""
    keys = [frappe.get_document_cache_key(doctype, name) for name in names]
    if keys:
        frappe.db.after_commit.add(lambda: frappe.cache.delete_value(keys))


def _insert(doctype: str, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> None:
    """As `bulk_insert` does; most of its time goes into building a statement anew for values that differ alone, so that full
    parts have one that is built once, and into quoting values, so that what all rows share is quoted once."""
    full = len(values) - len(values) % _PART
    if full:
        shared = tuple(len(set(column)) == 1 for column in zip(*values, strict=True))
        statement, places = _insertion(doctype, columns, shared)
        common = {f"c{at}": values[0][at] for at, same in enumerate(shared) if same}
        own = [at for at, same in enumerate(shared) if not same]
        for begin in range(0, full, _PART):
            part = values[begin : begin + _PART]
            told = (row[at] for row in part for at in own)
            frappe.db.sql(statement, {**common, **dict(zip(places, told, strict=True))})
    if full < len(values):
        frappe.db.bulk_insert(doctype, list(columns), values[full:])


@lru_cache(maxsize=128)
def _insertion(doctype: str, columns: tuple[str, ...], shared: tuple[bool, ...]) -> tuple[str, list[str]]:
    """The statement for a full part, and the names of what is each row's own, row by row."""
    rows, places = [], []
    for number in range(_PART):
        names = [f"c{at}" if same else f"r{number}_{at}" for at, same in enumerate(shared)]
        places += [name for name, same in zip(names, shared, strict=True) if not same]
        rows.append(tuple(Parameter(f"%({name})s") for name in names))
    query = frappe.qb.into(frappe.qb.DocType(doctype)).columns(*columns).insert(*rows)
    return query.get_sql(), places


def _before(
    doctype: str,
    names: Iterable[str],
    fields: Iterable[str],
    known: Mapping[str, Mapping[str, Any] | None] | None = None,
) -> Mapping[str, Any] | None:
    """What the fields were, by name; None where nobody listens or none of them is kept."""
    if not _is_told(doctype) or not set(fields) - NOT_KEPT.get(doctype, frozenset()):
        return None
    if known is not None and doctype not in _ROWS:
        return known
    return _read(doctype, names, fields)


def _is_told(doctype: str) -> bool:
    return doctype in TOLD and is_heard(WRITTEN)


def _read(doctype: str, names: Iterable[str], fields: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read as they are this moment, whatever the transaction saw before: they are about to be locked by the write itself."""
    if frappe.get_meta(doctype).issingle:
        return {doctype: frappe.db.get_value(doctype, None, sorted(fields), as_dict=True)}
    table = frappe.qb.DocType(doctype)
    columns = sorted({"name", *fields, *(_AROUND if doctype in _ROWS else ())})
    query = frappe.qb.from_(table).select(*columns).where(table.name.isin(sorted(names))).orderby(table.name)
    rows = query.for_update().run(as_dict=True)
    decrypt_rows(doctype, rows)
    return {row.pop("name"): row for row in rows}


def _tell(doctype: str, before: Mapping[str, Any] | None, after: Mapping[str, Any], why: str) -> None:
    """Records were changed; of one that is not there nothing is told."""
    if before is None or not _is_told(doctype):
        return
    announce(
        Event(
            WRITTEN,
            doctype,
            name,
            {"fields": list(new), "old": dict(before[name]), "new": dict(new), "why": why},
        )
        for name, new in after.items()
        if before.get(name) is not None
    )


def _tell_made(doctype: str, made: Mapping[str, Any], why: str) -> None:
    if _is_told(doctype):
        announce(
            Event(WRITTEN, doctype, name, {"fields": list(new), "old": None, "new": dict(new), "why": why})
            for name, new in made.items()
        )
