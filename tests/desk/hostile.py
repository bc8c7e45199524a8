"""Values that no field, argument or filter should take, and the requests that send them, made from the DocTypes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import frappe
from frappe.model import no_value_fields, table_fields

NAN, INFINITE = float("nan"), float("inf")
MARKUP = "<img src=x onerror=alert(1)>"
WRONG_KIND = (
    {},
    {"a": 1},
    [],
    ["a"],
    [["a"]],
    [{"a": {"b": [1]}}],
    [None],
    True,
    {"doctype": "User"},
    ["in", ["a"]],
)
NUMBERS = (
    NAN,
    INFINITE,
    -INFINITE,
    10**40,
    -(10**20),
    -1,
    0,
    0.1,
    2**31,
    2**63,
    1e30,
    "1e400",
    "nan",
    "-0",
    "1,5",
    "٣",
)
MOMENTS = ("0000-00-00", "0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01T25:61:61", "31.02.2026", "2026-01-01T00:00:00+99:99", "2026-01-01 00:00:00.0000001Z", "24:00:00")  # fmt: skip
TEXTS = (
    " ", "zz", "x" * 141, "x" * 70_000, "ü" * 70_000, "a\x00b", "\ud800", "\udfff\ud800", "😀👩‍👩‍👧‍👦", "\u202eabc", "مرحبا", "a\r\nb", "\x1b[0m",
    MARKUP, "<", "]]>", "{{ 7*7 }}", "{% raise %}", "%s %(x)s %", "'; drop table x; --", "\\", "../../x", "/etc/passwd", "no such thing",
    "[", '{"a":', "null", "[" * 5000, "Administrator", "naming_series", "DocType",
)  # fmt: skip
VALUES = (*WRONG_KIND, *NUMBERS, *MOMENTS, *TEXTS)
ROWS = (
    "x", 5, True, {"a": 1}, ["x"], [None], [[]], [5], [[{}]], [{"doctype": "User"}], [{"no_such_field": 1}],
    [{"name": {"a": 1}}], [{"name": "\ud800"}], [{"name": 7}], [{"idx": "zz"}], [{"idx": [1]}], [{"idx": NAN}], [{"docstatus": 9}], [{"docstatus": "x"}],
    [{"parent": [1], "parenttype": {"a": 1}, "parentfield": 7}], [{"owner": [1]}], [{"creation": {"a": 1}}], [{"save": 1, "update": 2, "db_update": 3, "flags": 4, "meta": 5}],
    [{"__islocal": 1, "__unsaved": [1]}], [{}] * 30, "[" * 5000, json.dumps([{}]),
)  # fmt: skip
# Without `as_dict` and `parent_doc`: the framework's own router takes them for its arguments, before a record is made.
STANDARD = {
    "name": WRONG_KIND + TEXTS,
    "docstatus": (1, 2, 9, -1, "1", "x", [1], {"a": 1}, NAN, INFINITE, 10**30, True, 1.5),
    "owner": WRONG_KIND + TEXTS, "creation": WRONG_KIND + MOMENTS, "modified": WRONG_KIND + MOMENTS, "modified_by": WRONG_KIND + TEXTS,
    "idx": WRONG_KIND + NUMBERS, "_assign": WRONG_KIND + TEXTS, "_user_tags": WRONG_KIND + TEXTS, "_comments": WRONG_KIND, "_liked_by": WRONG_KIND, "_seen": WRONG_KIND,
    **dict.fromkeys(("parent", "parenttype", "parentfield", "amended_from", "no_such_field", "doctype", "idempotency_hash", "lft", "rgt"), (*WRONG_KIND, "\ud800", "x" * 200, NAN, 7)),
}  # fmt: skip


class Case(NamedTuple):
    """One field of a record, or of a row of its table, and what is sent in it."""

    field: str
    label: str
    values: dict[str, Any]
    shown: str


def cases(doctype: str) -> Iterator[Case]:
    """Every field of the DocType and of its tables with every value; standard fields and tables with theirs."""
    meta = frappe.get_meta(doctype)
    for name, values in STANDARD.items():
        for value in values:
            yield _case(name, "", {name: value}, value)
    for field in meta.fields:
        if field.fieldtype in table_fields:
            for value in ROWS:
                yield _case(field.fieldname, field.label, {field.fieldname: value}, value)
            for cell in frappe.get_meta(field.options).fields:
                for value in VALUES if cell.fieldtype not in no_value_fields else ():
                    row = {field.fieldname: [{cell.fieldname: value}]}
                    yield _case(f"{field.fieldname}.{cell.fieldname}", cell.label, row, value)
        elif field.fieldtype not in no_value_fields:
            for value in VALUES:
                yield _case(field.fieldname, field.label, {field.fieldname: value}, value)


def _case(field: str, label: str | None, values: dict[str, Any], value: Any) -> Case:
    return Case(field, label or "", values, repr(value)[:60])
