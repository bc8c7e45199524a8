"""Fields of a DocType as JSON Schema (2020-12): what a caller may send."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model import display_fieldtypes, table_fields

from complaint_qms.services.intake.register import CLOSED_TO_CALLERS
from complaint_qms.services.record.scalars import LARGEST_WHOLE

Schema = dict[str, Any]

_SHORT: Final = 140
_LONGER: Final = 65_535 // 4
"""Characters that are sure to fit into a column of 65,535 bytes, whatever they are."""
_LARGEST: Final = 10**12 - 1
_SHORT_TEXTS: Final = (
    "Data",
    "Link",
    "Dynamic Link",
    "Select",
    "Phone",
    "Color",
    "Autocomplete",
    "Read Only",
)
_NUMBERS: Final = ("Float", "Currency", "Percent")
_LISTS: Final = table_fields


def document_schema(doctype: str, *, required: tuple[str, ...] = (), more: Schema | None = None) -> Schema:
    """An object with the fields of a DocType that a caller may fill; nothing else is taken.

    Args:
        required: fields without which none is stored.
        more: properties that are no fields that people fill in.
    """
    fields = [field for field in frappe.get_meta(doctype).fields if _is_open(field)]
    return {
        "type": "object",
        "title": doctype,
        "properties": {field.fieldname: field_schema(field) for field in fields} | (more or {}),
        "required": [*required],
        "additionalProperties": False,
    }


def field_schema(field: Any) -> Schema:
    """What one field takes; empty is null or an empty text."""
    schema = _kind(field)
    if field.label:
        schema["title"] = field.label
    if field.description:
        schema["description"] = field.description
    return schema


def _is_open(field: Any) -> bool:
    if field.fieldtype in display_fieldtypes or field.fieldname in CLOSED_TO_CALLERS:
        return False
    return not (field.hidden or field.read_only or field.is_virtual)


def _kind(field: Any) -> Schema:
    kind = field.fieldtype
    if kind in _LISTS:
        return {"type": "array", "items": document_schema(field.options), "maxItems": 1_000}
    if kind == "Select":
        choices = [choice for choice in (field.options or "").split("\n") if choice]
        return {"enum": [*choices, "", None]}
    if kind in _NUMBERS:
        return {"type": ["number", "null"], "minimum": -_LARGEST, "maximum": _LARGEST}
    if kind in ("Int", "Duration"):
        return {"type": ["integer", "null"], "minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE}
    if kind == "Check":
        return {"type": "integer", "enum": [0, 1]}
    if kind == "Date":
        return {"type": ["string", "null"], "format": "date"}
    if kind == "Datetime":
        return {
            "type": ["string", "null"],
            "format": "date-time",
            "examples": ["2026-01-31 14:30:00", "2026-01-31T14:30:00+02:00"],
        }
    if kind == "JSON":
        return {"type": ["object", "array", "string", "null"]}
    schema: Schema = {"type": ["string", "null"]}
    if kind in _SHORT_TEXTS:
        schema["maxLength"] = min(int(field.length or 0) or _SHORT, _SHORT)
    elif kind in ("Small Text", "Text", "Attach", "Attach Image"):
        schema["maxLength"] = _LONGER
    if kind == "Link":
        schema["x-links-to"] = field.options
    return schema
