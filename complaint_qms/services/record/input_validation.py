"""Reads what a request sends by the fields of its DocType, and refuses in words what could not be stored.

Frappe takes a value as it comes and leaves it to the code behind, or to the database, to stumble over it; a word sent
as a quantity it stores as 0. Here every wrong field is named at once, with what would be right. What only contradicts
another record, such as a link to nothing, Frappe itself refuses well enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model import optional_fields
from frappe.model.base_document import BaseDocument
from frappe.model.document import Document

from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import (
    LARGEST_WHOLE,
    Wrong,
    day,
    is_storable,
    scalar,
    shown,
)

_TABLES: Final = ("Table", "Table MultiSelect")
_STANDARD: Final = ("name", "owner", "creation", "modified", "modified_by", *optional_fields)


def too_long(label: str, text: str, most: int) -> list[str]:
    """The sentence that says so of a text, whose spaces around it do not count; none where it fits."""
    length = len(text.strip())
    if length <= most:
        return []
    return [_("{0}: at most {1} characters, and these are {2}. Shorten it.").format(label, most, length)]


def read_object(sent: Any, otherwise: str) -> dict[str, Any]:
    """An object that came as one or as its JSON text.

    Raises:
        frappe.ValidationError: with the sentence `otherwise`, when it is anything else.
    """
    sent = _from_json(sent)
    if not isinstance(sent, dict):
        _refuse([otherwise])
    return sent


def read_names(sent: Any, otherwise: str) -> list[str]:
    """Names that came as a list or as its JSON text.

    Raises:
        frappe.ValidationError: with the sentence `otherwise`, when they are anything else.
    """
    sent = _from_json(sent)
    if not isinstance(sent, list) or not all(isinstance(name, str) and is_storable(name) for name in sent):
        _refuse([otherwise])
    return sent


def read_day(name: str, sent: Any) -> date | None:
    """A day by which something is filtered, None for none; `name` is what a sentence calls the filter.

    Raises:
        frappe.ValidationError: it is no day of the years that count.
    """
    if sent in (None, ""):
        return None
    try:
        return day(sent)
    except Wrong as error:
        _refuse([_line(name, str(error))])


def read_values(doctype: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values fit for a record of `doctype`: numbers as numbers, moments as moments of the site's time zone.

    Args:
        sent: fields by name; rows of tables as a list of such.

    Raises:
        frappe.ValidationError: naming every field that is unknown or whose value cannot be stored.
    """
    meta, values, wrong = frappe.get_meta(doctype), {}, []
    unknown = sorted(str(name) for name in sent if not meta.has_field(name))
    if unknown:
        wrong.append(
            _("{0} has no field {1}. Check the spelling, or leave it out.").format(
                _(doctype), comma_list(shown(name) for name in unknown)
            )
        )
    for name, value in sent.items():
        if field := meta.get_field(name):
            values[name] = _read(field, value, wrong)
    _refuse(wrong)
    return values


def check_document(doc: Document) -> None:
    """The same for a record about to be stored, whoever filled it; its values become fit in place.

    Raises:
        frappe.ValidationError: naming every field whose value cannot be stored.
    """
    wrong: list[str] = []
    _check_standard(doc, wrong)
    _check_values(doc, wrong)
    for field in doc.meta.get_table_fields():
        for number, row in enumerate(doc.get(field.fieldname) or (), 1):
            of_row: list[str] = []
            row.idx = number
            _check_standard(row, of_row)
            _check_values(row, of_row)
            wrong += [_in_row(field, number, line) for line in of_row]
    _refuse(wrong)


def check_rows(doc: Document, key: str, rows: list | None) -> None:
    """What is put into a table of a record is a list of rows.

    Raises:
        frappe.ValidationError: naming the table.
    """
    if rows is None or not all(_is_row(row) for row in rows):
        field = doc.meta.get_field(key)
        _refuse([_line(_name_of(field) if field else key, _no_rows())])


def check_status(doc: Document, value: Any) -> None:
    """Refuse what is no status at all, before any code asks the record for its own.

    Raises:
        frappe.ValidationError: it is none.
    """
    if _status(value) is None:
        _refuse([_no_status(doc, value)])


def refuse(*sentences: str) -> None:
    """Say what is wrong with what was sent.

    Raises:
        frappe.ValidationError: always.
    """
    _refuse(sentences)


def _from_json(sent: Any) -> Any:
    """What came, or what its JSON text says; None for a text that is no JSON."""
    if not isinstance(sent, str):
        return sent
    try:
        return json.loads(sent)
    except (ValueError, RecursionError):
        return None


def _check_standard(doc: Document, wrong: list[str]) -> None:
    """What every record has besides its fields: who made it, when, whether it is submitted."""
    values = doc.__dict__
    for name in _STANDARD:
        value = values.get(name)
        if value is None or (isinstance(value, str) and is_storable(value)) or isinstance(value, date):
            continue
        wrong.append(_line(_(doc.meta.get_label(name)), _("send one value, not a list or an object.")))
    status = _status(values.get("docstatus"))
    if status is None or (status and not (doc.meta.is_submittable or doc.meta.istable)):
        wrong.append(_no_status(doc, values["docstatus"]))
    else:
        doc.docstatus = status
    place = values.get("idx")
    if not isinstance(place, int) or abs(place) > LARGEST_WHOLE:
        doc.idx = 0


def _status(value: Any) -> int | None:
    try:
        status = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return None
    return status if status in (0, 1, 2) else None


def _no_status(doc: Document, value: Any) -> str:
    return _line(
        _("Document Status", context="Complaint"),
        _("“{0}” is no status that a record of {1} can have.").format(shown(value), _(doc.doctype)),
    )


def _check_values(doc: Document, wrong: list[str]) -> None:
    values, meta = doc.__dict__, doc.meta
    for name, value in list(values.items()):
        field = meta.get_field(name) if value is not None else None
        if value == "":
            # An empty text is nothing, which the database takes for no JSON.
            if field and field.fieldtype == "JSON":
                values[name] = None
            continue
        if field and field.fieldtype not in _TABLES:
            values[name] = _read(field, value, wrong)


def _read(field: Document, value: Any, wrong: list[str]) -> Any:
    """The value as it is to be stored; what is wrong with it is added to `wrong`."""
    if value is None or value == "":
        return None if field.fieldtype == "JSON" else value
    if field.fieldtype in _TABLES:
        return _read_rows(field, value, wrong)
    try:
        return scalar(field, value)
    except Wrong as error:
        wrong.append(_line(_name_of(field), str(error)))
        return value


def _read_rows(field: Document, value: Any, wrong: list[str]) -> Any:
    if not isinstance(value, list | tuple) or not all(_is_row(row) for row in value):
        wrong.append(_line(_name_of(field), _no_rows()))
        return value
    meta, rows = frappe.get_meta(field.options), []
    for number, row in enumerate(value, 1):
        of_row: list[str] = []
        given = row.as_dict() if isinstance(row, BaseDocument) else row
        rows.append(
            {
                name: _read(known, cell, of_row) if (known := meta.get_field(name)) else cell
                for name, cell in given.items()
            }
        )
        wrong += [_in_row(field, number, line) for line in of_row]
    return rows


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping | BaseDocument)


def _no_rows() -> str:
    return _("send a list of rows, each an object with its fields.")


def _name_of(field: Document) -> str:
    return _(field.label, context=field.parent) if field.label else field.fieldname


def _line(name: str, text: str) -> str:
    return _("{0}: {1}").format(name, text)


def _in_row(field: Document, number: int, line: str) -> str:
    return _line(_name_of(field), _("Row {0}: {1}").format(number, line))


def _refuse(lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        # The sender's fault and no fault of the code: the answer says what is wrong, and not where it was found.
        frappe.local.flags.disable_traceback = True
        frappe.throw(
            lines if len(lines) > 1 else lines[0], title=_("Please Check the Values"), as_list=len(lines) > 1
        )
