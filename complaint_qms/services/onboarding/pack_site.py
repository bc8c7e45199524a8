"""What a site has of the records that packs of sample procedures bring; a few queries for each DocType, however many records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.model import table_fields
from frappe.model.meta import Meta
from frappe.utils import cast, flt

from complaint_qms.constants.correspondence import KIND_FIELD, LANGUAGE_FIELD


@dataclass(frozen=True)
class Site:
    """Records of one DocType, and what the user may do with them.

    Attributes:
        rows: name without capitals, as the database compares names → field → value.
        writable: names, in the same way, of those that the user may write.
    """

    rows: dict[str, dict[str, Any]]
    writable: frozenset[str]
    may_create: bool

    def stored(self, name: str, parts: Collection[str]) -> dict[str, Any] | None:
        """Of a record, what a pack has values for; None where there is no such record."""
        row = self.rows.get(name.casefold())
        return None if row is None else {part: comparable(row.get(part)) for part in parts}

    def enabled(self, name: str) -> bool:
        """Whether an SOP is there and in use."""
        return bool(self.rows.get(name.casefold(), {}).get("enabled"))

    def narrowed(self, name: str) -> bool:
        """Whether the company tied an SOP to a type or a company."""
        row = self.rows[name.casefold()]
        return bool(row["complaint_type"] or row["company"])

    def may_write(self, name: str) -> bool:
        """Whether the user may write the record."""
        return name.casefold() in self.writable


def read(doctype: str, wanted: dict[str, dict[str, Any]]) -> Site:
    """The records named in `wanted`, with every field that one of them has a value for."""
    meta = frappe.get_meta(doctype)
    parts = {part for values in wanted.values() for part in values}
    if doctype == "Complaint SOP":
        parts |= {"enabled", "company", "complaint_type"}
    fields = {part: meta.get_field(part) for part in sorted(parts)}
    tables = [part for part, df in fields.items() if df and df.fieldtype in table_fields]
    found = frappe.get_all(
        doctype,
        {"name": ("in", list(wanted))},
        ["name", *(part for part in fields if part not in tables)],
        order_by="name asc",
    )
    names = [row.name for row in found]
    rows = {row.name.casefold(): row | {table: [] for table in tables} for row in found}
    for table in tables:
        keys = sorted({key for values in wanted.values() for row in values.get(table) or () for key in row})
        child = frappe.qb.DocType(fields[table].options)
        query = (
            frappe.qb.from_(child)
            .select(child.parent, *(child[key] for key in keys))
            .where(
                (child.parenttype == doctype)
                & (child.parentfield == table)
                & child.parent.isin(names or [""])
            )
            .orderby(child.idx)
        )
        for inner in query.run(as_dict=True):
            rows[inner.pop("parent").casefold()][table].append(dict(inner))
    may_write = frappe.has_permission(doctype, "write")
    writable = (
        frappe.get_list(
            doctype, {"name": ("in", names or [""])}, pluck="name", order_by="name asc", limit_page_length=0
        )
        if may_write
        else []
    )
    return Site(
        rows,
        frozenset(name.casefold() for name in writable),
        bool(frappe.has_permission(doctype, "create")),
    )


def groups(names: Collection[str]) -> dict[str, str | None]:
    """Name of a group of complaint types → itself, or the top of a tree that has been planted otherwise."""
    found = frappe.get_all("Complaint Type", {"is_group": 1}, pluck="name", order_by="lft asc")
    top = found[0] if found else None
    return {name: name if name in found else top for name in names}


def first_templates() -> dict[tuple[str, str], str]:
    """Kind of message and language → the template that is proposed first."""
    rows = frappe.get_all(
        "Email Template",
        {KIND_FIELD: ("is", "set")},
        ["name", KIND_FIELD, LANGUAGE_FIELD],
        order_by="creation asc, name asc",
    )
    return {(row[KIND_FIELD], row[LANGUAGE_FIELD]): row.name for row in reversed(rows)}


def comparable(value: Any) -> Any:
    """A value without the differences that the database makes: no value, a number as another type."""
    if isinstance(value, list):
        return [{key: comparable(inner) for key, inner in row.items()} for row in value]
    if isinstance(value, bool | int | float):
        return flt(value)
    return (value or "").strip() if isinstance(value, str | None) else value


def default_of(meta: Meta, part: str) -> Any:
    """What a new record has in a field."""
    df = meta.get_field(part)
    return comparable(cast(df.fieldtype, df.default)) if df and df.default else ""
