"""What the saved versions of a record say of its moves, decisions and rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.story import MOST_CHANGES, TOLD_FIELDS, TOLD_ROWS, TOLD_STATES
from complaint_qms.services.story import senders

_PARTS: Final = ("changed", "added", "removed", "row_changed")


@dataclass
class Change:
    """One saved version, as far as it is told; values as they are stored."""

    at: datetime
    by: str
    message: str = ""
    """The message of the inbox whose sender did it; empty where a user did."""
    status: tuple[int, int] | None = None
    stage: tuple[str, str] | None = None
    visits: list[str] = field(default_factory=list)
    """Names of the rows of the stage log that were added."""
    values: list[tuple[str, Any, Any]] = field(default_factory=list)
    """(field, old, new), in the order in which they are told"""
    added: list[tuple[str, str]] = field(default_factory=list)
    """(table, what names the row)"""
    removed: list[tuple[str, str]] = field(default_factory=list)
    states: list[tuple[str, str, Any]] = field(default_factory=list)
    """(table, what names the row, new state)"""


def versions_of(doc: Document, readable: set[str]) -> list[dict[str, Any]]:
    """{name, owner, creation, data} of the newest versions, newest first, their data as JSON of `readable` fields alone."""
    return [{**row, "data": frappe.as_json(data, indent=None)} for row, data in _versions(doc, readable)]


def changes_of(doc: Document, readable: set[str]) -> list[Change]:
    """The versions of `doc`, oldest first, of `readable` fields alone; one query."""
    return [_change(doc, row, data) for row, data in reversed(list(_versions(doc, readable)))]


def _versions(doc: Document, readable: set[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The newest versions, newest first, each with its data: what it holds of `readable` fields."""
    rows = frappe.get_all(
        "Version",
        filters={"ref_doctype": doc.doctype, "docname": doc.name},
        fields=["name", "owner", "creation", "data"],
        order_by="creation desc, name desc",
        limit=MOST_CHANGES,
    )
    shown, kept_back = readable | {"docstatus", "name"}, _kept_back(doc)
    for row in rows:
        data = frappe.parse_json(row.data)
        if isinstance(data, dict):
            kept = {part: [each for each in data.get(part) or () if each[0] in shown] for part in _PARTS}
            for part in ("added", "removed"):
                kept[part] = [
                    [table, {key: value for key, value in values.items() if (table, key) not in kept_back}]
                    for table, values in kept[part]
                ]
            kept["row_changed"] = [
                [table, index, name, [each for each in changed if (table, each[0]) not in kept_back]]
                for table, index, name, changed in kept["row_changed"]
            ]
            yield row, data | kept


def _kept_back(doc: Document) -> set[tuple[str, str]]:
    """(table, field) of the rows' fields that the user's permission levels of the record keep from them."""
    levels = {0, *doc.meta.get_permlevel_access("read")}
    return {
        (table.fieldname, field.fieldname)
        for table in doc.meta.get_table_fields()
        for field in frappe.get_meta(table.options).fields
        if field.permlevel not in levels
    }


def _change(doc: Document, row: dict[str, Any], data: dict[str, Any]) -> Change:
    change = Change(row["creation"], row["owner"], senders.message_of(data))
    values = {name: (old, new) for name, old, new in data["changed"]}
    if "docstatus" in values:
        old, new = values["docstatus"]
        change.status = (int(old), int(new))
    change.stage = values.get("stage")
    change.values = [(name, *values[name]) for name in TOLD_FIELDS.get(doc.doctype, ()) if name in values]
    tables = TOLD_ROWS.get(doc.doctype, {})
    change.added = list(_rows(data["added"], tables))
    change.removed = list(_rows(data["removed"], tables))
    change.visits = [values["name"] for table, values in data["added"] if table == "stage_log"]
    change.states = list(_states(doc, data["row_changed"]))
    return change


def _rows(rows: list[Any], tables: dict[str, str]) -> Iterator[tuple[str, str]]:
    for table, values in rows:
        if table in tables:
            yield table, str(values.get(tables[table]) or "")


def _states(doc: Document, rows: list[Any]) -> Iterator[tuple[str, str, Any]]:
    states = TOLD_STATES.get(doc.doctype, {})
    for table, _index, name, changed in rows:
        if table not in states:
            continue
        named_by, state = states[table]
        row = next((row for row in doc.get(table) or () if row.name == name), None)
        for fieldname, _old, new in changed:
            if fieldname == state and row:
                yield table, str(row.get(named_by) or ""), new
