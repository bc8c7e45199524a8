"""Filters of a list that a caller sends. Frappe 15 stumbles over those it cannot use, Frappe 16 calls a field that is not there one
that may not be read, and takes half a span for a whole one."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model import child_table_fields, default_fields, optional_fields, table_fields

_STANDARD: Final = (*default_fields, *optional_fields)
# A condition: [record,] field, operator, value[, hidden]
_SHORTEST: Final = 3
_LONGEST: Final = 5


def are_usable(doctype: str, filters: list[Any]) -> bool:
    """Whether each is a condition on a field of the DocType or of its rows, and each span has two ends. The rest, such as what an
    operator makes of its value, is the framework's."""
    return all(_is_usable(doctype, one) for one in filters)


def _is_usable(doctype: str, condition: Any) -> bool:
    if not isinstance(condition, list) or not _SHORTEST <= len(condition) <= _LONGEST:
        return False
    of, field, operator, value = condition[:4] if len(condition) > _SHORTEST else (doctype, *condition)
    if not all(isinstance(part, str) for part in (of, field, operator)):
        return False
    if operator.casefold() == "between" and isinstance(value, list) and len(value) != 2:
        return False
    return field in _fields(doctype, of)


def _fields(doctype: str, of: str) -> set[str]:
    meta = frappe.get_meta(doctype)
    if of == doctype:
        return {*_STANDARD, *meta.get_valid_columns()}
    if of in {field.options for field in meta.get("fields", {"fieldtype": ["in", table_fields]})}:
        return {*_STANDARD, *child_table_fields, *frappe.get_meta(of).get_valid_columns()}
    return set()
