"""Searches that do not ask for permission levels: whoever does not read a field finds nothing by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import frappe

from complaint_qms.permissions.personal_data import hidden_fields

_BETWEEN: Final = "|||"
"""What the framework's index of texts has between the fields of a record."""
_TEXT: Final = ("Data", "Link", "Long Text", "Read Only", "Select", "Small Text", "Text", "Text Editor")


def found_openly(text: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hits of the desk's search without what the session's user does not read of them; those that were found by it alone are left out."""
    words = [word.casefold() for part in text.split("&") for word in part.split() if word]
    shown = []
    for row in rows:
        if not (closed := hidden_fields(row["doctype"])):
            shown.append(row)
            continue
        content = _open_part(row["doctype"], row.get("content") or "", closed)
        if any(word in content.casefold() or word in str(row["name"]).casefold() for word in words):
            shown.append(frappe._dict({**row, "content": content}))
    return shown


def searches_hidden(doctype: str, others: Iterable[str] = ()) -> bool:
    """Whether a search of a link field would look at, or show, what the session's user does not read."""
    return bool(hidden_fields(doctype) & {*_searched(doctype), *others})


def rows_of_link(
    doctype: str, text: str, filters: Any, start: int, count: int, as_dict: bool = False
) -> list[Any]:
    """The same search by the fields that they read: names first, then those fields."""
    closed = hidden_fields(doctype)
    meta = frappe.get_meta(doctype)
    fields = [field for field in _searched(doctype) if field not in closed]
    any_of = [[doctype, field, "like", f"%{text}%"] for field in fields] if text else []
    narrowed = (
        [[doctype, key, *(value if isinstance(value, list | tuple) else ("=", value))] for key, value in filters.items()]
        if isinstance(filters, Mapping)
        else list(filters or [])
    )  # fmt: skip
    order = f"`tab{doctype}`.`{meta.sort_field or 'modified'}` desc"
    return frappe.get_list(
        doctype, filters=narrowed, or_filters=any_of, fields=fields, limit_start=start, limit_page_length=count, order_by=order, as_list=not as_dict
    )  # fmt: skip


def _searched(doctype: str) -> list[str]:
    meta = frappe.get_meta(doctype)
    wanted = ["name", meta.title_field, *meta.get_search_fields()]
    return [
        name
        for name in dict.fromkeys(filter(None, wanted))
        if name == "name" or ((field := meta.get_field(name)) and field.fieldtype in _TEXT)
    ]


def _open_part(doctype: str, content: str, closed: frozenset[str]) -> str:
    labels = {
        label
        for field in frappe.get_meta(doctype).fields
        if field.label and field.fieldname not in closed
        for label in (field.label, frappe._(field.label), frappe._(field.label, context=doctype))
    }
    parts = [part.strip() for part in content.split(_BETWEEN)]
    return f" {_BETWEEN} ".join(part for part in parts if part.split(" : ")[0].strip() in labels)
