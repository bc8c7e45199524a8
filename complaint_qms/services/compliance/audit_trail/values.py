"""Values of records as the trail keeps them: one form for what is about to be stored and for what was read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import frappe
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.model.meta import Meta

from complaint_qms.constants.audit import ABOUT_PEOPLE, NOT_KEPT, OF_PARTS, OF_THE_TREE, WRITTEN_TEXT
from complaint_qms.constants.encryption import FIELDS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.engine.audit_replay import is_empty
from complaint_qms.services.encryption.encrypted_values import marked_fields
from complaint_qms.services.record.stored_values import stored

_PERSONAL_OPTIONS: Final = ("Address", "Contact", "Email", "Phone")
"""Of a field: what it links to, or what kind of text it is."""
OF_RECORDS: Final = {"owner": "Data", "creation": "Datetime", "docstatus": "Int"}
OF_ROWS: Final = {"idx": "Int"}


@dataclass(frozen=True)
class Shape:
    """Fields of a DocType of which the trail keeps values.

    Attributes:
        doctype: its name.
        kinds: field → its kind (DocField's `fieldtype`).
        apart: those that are kept beside the chain.
        links: field → DocType that it links to; `""` for one that another field names.
        defaults: field → what stands in it by itself, where that is not nothing.
        tables: field → DocType of its rows.
    """

    doctype: str
    kinds: Mapping[str, str]
    apart: frozenset[str]
    links: Mapping[str, str]
    defaults: Mapping[str, Any]
    tables: Mapping[str, str]


def shape_of(doctype: str) -> Shape:
    """Read off the DocType once in a request."""
    meta = frappe.get_meta(doctype)
    known = getattr(frappe.local, "complaint_qms_audit_shapes", None)
    if known is None:
        known = frappe.local.complaint_qms_audit_shapes = {}
    found = known.get(doctype)
    if not found or found[0] is not meta:
        found = known[doctype] = (meta, _read(meta))
    return found[1]


def whole(shape: Shape, row: Callable[[str], Any], apart: Apart) -> dict[str, Any]:
    """All that a record or row holds; what is empty is left out where that is what would stand there by itself."""
    found = {}
    for name, kind in shape.kinds.items():
        raw = row(name)
        if raw is None and name not in shape.defaults:
            continue
        value = stored(kind, raw)
        if not is_empty(value) or name in shape.defaults:
            found[name] = _told(shape, name, value, apart)
    return found


def changed_values(shape: Shape, old: Callable[[str], Any], new: Callable[[str], Any], apart: Apart, names: Iterable[str] = ()) -> dict[str, Any]:  # fmt: skip
    """Fields with other values than before, of `names` or all: field → [old, new]."""
    found = {}
    for name in names or shape.kinds:
        before, after = old(name), new(name)
        if before is after or name not in shape.kinds:
            continue
        kind = shape.kinds[name]
        before, after = stored(kind, before), stored(kind, after)
        if before != after:
            found[name] = [_told(shape, name, before, apart), _told(shape, name, after, apart)]
    return found


def rows_by_name(doc: Document, table: str) -> dict[str, Document]:
    return {row.name: row for row in doc.get(table) or ()}


def getter(row: Any) -> Callable[[str], Any]:
    """How values of a document or of a row of a query are looked up."""
    return row.__dict__.get if isinstance(row, Document) else row.get


def _told(shape: Shape, name: str, value: Any, apart: Apart) -> Any:
    if name not in shape.apart or value is None:
        return value
    return apart.hide(value, name in FIELDS.get(shape.doctype, ()) and name in marked_fields(shape.doctype))


def _read(meta: Meta) -> Shape:
    left_out = OF_THE_TREE | NOT_KEPT.get(meta.name, frozenset())
    only = OF_PARTS.get(meta.name)
    kinds = dict(OF_ROWS if meta.istable else OF_RECORDS)
    if meta.issingle or only:
        kinds = {}
    apart, links, defaults, tables = set(), {}, {}, {}
    if "owner" in kinds:
        links["owner"] = "User"
    for field in meta.fields:
        name, kind = field.fieldname, field.fieldtype
        if name in left_out or getattr(field, "is_virtual", 0) or (only and name not in only):
            continue
        if kind in table_fields:
            tables[name] = field.options
            continue
        if kind in no_value_fields or kind == "Password":
            continue
        kinds[name] = kind
        if kind in WRITTEN_TEXT or name in ABOUT_PEOPLE or field.options in _PERSONAL_OPTIONS:
            apart.add(name)
        if kind in ("Link", "Dynamic Link"):
            links[name] = field.options if kind == "Link" else ""
        if not is_empty(default := _default(kind, field.default)):
            defaults[name] = default
    return Shape(meta.name, kinds, frozenset(apart), links, defaults, tables)


def _default(kind: str, told: str | None) -> Any:
    if not told or (kind in ("Date", "Datetime", "Time") and not told[:1].isdigit()):
        return None
    return stored(kind, told)
