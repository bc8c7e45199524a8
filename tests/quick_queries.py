"""Builds the query of a plain look-up once for each shape, not once for each value.

`frappe.db.get_value` and its kin, and a record that is read, put their few words together with a query builder each time, which takes
longer than the database needs to answer: of a test of sales it is a fifth of the work. Text reaches the database as a parameter, so
whoever asks the same columns of the same DocType by the same filters has the same query with other parameters. A query is kept only
if the builder's own parameters are the texts of the filters in their order; anything else is built as ever. What is asked is compared
with what Frappe asks in `test_quick_queries`. Only the process of the tests builds like this, and Frappe 16 has another builder.
"""

from __future__ import annotations

import re

import frappe
from frappe.database.database import Database

NAME = re.compile(r"\w+", re.ASCII)
ONE = frozenset(("=", "!=", "<", ">", "<=", ">=", "like", "not like"))
MANY = frozenset(("in", "not in"))
MOST_KEPT = 4096
plain_values = getattr(Database, "_get_values_from_table", None)

Shape = tuple
_kept: dict[tuple, str] = {}
"""Query of a kind of look-up; empty where its parameters are not the texts of its filters."""


def install() -> None:
    """Let this process build quickly, where its Frappe builds as 15 does."""
    if plain_values:
        Database._get_values_from_table = quick_values


def quick_values(
    self: Database, fields: object, filters: object, doctype: str, as_dict: bool, **options: object
) -> object:
    """What `Database._get_values_from_table` finds."""
    asked, shape = columns(fields), shape_of(filters)
    if asked is None or shape is None or type(doctype) is not str or frappe.flags.in_safe_exec:
        return plain_values(self, fields, filters, doctype, as_dict, **options)
    form, texts = shape
    told = {name: options.pop(name) for name in ("debug", "update", "run", "pluck") if name in options}
    key = (doctype, asked, form, tuple(options.items()))
    query = _kept.get(key)
    if query is None:
        built = frappe.qb.get_query(
            table=doctype, filters=filters, fields=fields, validate_filters=True, **options
        )
        query, parameters = built.walk()
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = query if [*parameters.values()] == texts else ""
    if not _kept[key]:
        return plain_values(self, fields, filters, doctype, as_dict, **told, **options)
    parameters = {f"param{number}": text for number, text in enumerate(texts, 1)}
    return frappe.db.sql(query, parameters, as_dict=as_dict or asked == "*", **told)


def columns(fields: object) -> str | tuple[str, ...] | None:
    """The columns as a key; nothing where they are more than names."""
    if type(fields) is str:
        return fields if fields == "*" or NAME.fullmatch(fields) else None
    if isinstance(fields, list | tuple) and all(type(one) is str and NAME.fullmatch(one) for one in fields):
        return tuple(fields)
    return None


def shape_of(filters: object) -> tuple[Shape, list[str]] | None:
    """What of the filters makes the query, and the texts in it; nothing where they are no plain comparisons."""
    if type(filters) is str:
        return (("name", "="),), [filters]
    if type(filters) not in (dict, frappe._dict):
        return None
    form, texts = [], []
    for name, value in filters.items():
        compared = _compared(value)
        if type(name) is not str or not NAME.fullmatch(name) or compared is None:
            return None
        words, said = compared
        form.append((name, *words))
        texts += said
    return tuple(form), texts


def _compared(value: object) -> tuple[Shape, list[str]] | None:
    operator = "="
    if isinstance(value, list | tuple):
        if len(value) != 2 or type(value[0]) is not str:
            return None
        operator, value = value
    word = operator.casefold()
    if word in ONE:
        if type(value) is str:
            return (word,), [value]
        # Stands in the query itself.
        return ((word, type(value), value), []) if type(value) in (int, bool, float, type(None)) else None
    if word in MANY and type(value) in (list, tuple) and value and all(type(one) is str for one in value):
        return (word, len(value)), list(value)
    return None
