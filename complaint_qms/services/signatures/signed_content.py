"""What a signature is given for: the fields and rows of a record that people are answerable for, as text."""

from __future__ import annotations

from typing import Any, Final

from frappe.model import no_value_fields, table_fields
from frappe.model.document import BaseDocument, Document

from complaint_qms.constants.signatures import NOT_SIGNED, SIGNED_TOO
from complaint_qms.services.record.stored_values import stored as as_stored

_NEVER: Final = frozenset(("naming_series", "workflow_state", "stage"))
_OF_FILES: Final = "sha256"


def content_of(doc: Document) -> dict[str, Any]:
    """The content of a record, whose hash a signature holds; a record that signs something of its own says so (`signed_content`)."""
    if own := getattr(doc, "signed_content", None):
        return own()
    left_out = _NEVER | NOT_SIGNED.get(doc.doctype, frozenset())
    found: dict[str, Any] = {}
    for field in doc.meta.fields:
        name = field.fieldname
        if name in left_out or (field.read_only and name not in SIGNED_TOO.get(doc.doctype, ())):
            continue
        if field.fieldtype in table_fields:
            found[name] = [_values(row) for row in doc.get(name) or ()]
        elif _is_value(field):
            found[name] = _value(field.fieldtype, doc.get(name))
    return found


def _values(row: BaseDocument) -> dict[str, Any]:
    return {
        field.fieldname: _value(field.fieldtype, row.get(field.fieldname))
        for field in row.meta.fields
        if _is_value(field) and (not field.read_only or _OF_FILES in field.fieldname)
    }


def _is_value(field: Any) -> bool:
    is_kept = field.fieldtype not in no_value_fields and field.fieldtype != "Password"
    return is_kept and not getattr(field, "is_virtual", 0)


def _value(kind: str, value: Any) -> Any:
    # A signature does not hang on how the database keeps numbers and line breaks.
    kept = as_stored(kind, value)
    return kept.replace("\r\n", "\n") if isinstance(kept, str) else kept
