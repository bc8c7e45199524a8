"""Reads what a request sends by the fields of its DocType, and refuses in words what could not be stored.

Frappe takes a value as it comes and leaves it to the code behind, or to the database, to stumble over it; a word sent
as a quantity it stores as 0. Here every wrong field is named at once, with what would be right. What only contradicts
another record, such as a link to nothing or an unknown choice, Frappe itself refuses well enough.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import frappe
from dateutil import parser
from frappe import _
from frappe.model import optional_fields
from frappe.model.base_document import BaseDocument
from frappe.model.document import Document
from frappe.utils import escape_html, get_system_timezone

FIRST_YEAR, LAST_YEAR = 1900, 2200
_TABLES: Final = ("Table", "Table MultiSelect")
_NUMBERS: Final = ("Float", "Currency", "Percent")
_WHOLE: Final = ("Int", "Duration")
_SHORT: Final = ("Data", "Link", "Dynamic Link", "Select", "Phone", "Read Only", "Color", "Autocomplete")
_SHORT_LENGTH, _TEXT_BYTES = 140, 65_535
_TEXTS: Final = ("Small Text", "Text", "Attach")
# What the columns hold: twelve digits before the point, and a signed integer of four bytes.
_LARGEST_NUMBER, _LARGEST_WHOLE = 10**12, 2**31 - 1
_DAY_FIRST_YEAR: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_SHOWN = 40
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_STANDARD: Final = ("name", "owner", "creation", "modified", "modified_by", *optional_fields)


def read_object(sent: Any, otherwise: str) -> dict[str, Any]:
    """An object that came as one or as its JSON text.

    Raises:
        frappe.ValidationError: with the sentence `otherwise`, when it is anything else.
    """
    if isinstance(sent, str):
        try:
            sent = json.loads(sent)
        except (ValueError, RecursionError):
            sent = None
    if not isinstance(sent, dict):
        frappe.throw(otherwise)
    return sent


def read(doctype: str, sent: Mapping[str, Any]) -> dict[str, Any]:
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
                _(doctype), ", ".join(shown(name) for name in unknown)
            )
        )
    for name, value in sent.items():
        if field := meta.get_field(name):
            values[name] = _read(field, value, wrong)
    _refuse(wrong)
    return values


def check(doc: Document) -> None:
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


def refuse(sentence: str) -> None:
    """Say what is wrong with what was sent.

    Raises:
        frappe.ValidationError: always.
    """
    _refuse([sentence])


def shown(value: Any) -> str:
    """What was sent, short and without its markup, as a sentence quotes it."""
    text = str(value).encode("utf-8", "replace").decode()
    return escape_html(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _check_standard(doc: Document, wrong: list[str]) -> None:
    """What every record has besides its fields: who made it, when, whether it is submitted."""
    values = doc.__dict__
    for name in _STANDARD:
        value = values.get(name)
        if value is None or (isinstance(value, str) and _is_storable(value)) or isinstance(value, date):
            continue
        wrong.append(_line(_(doc.meta.get_label(name)), _("send one value, not a list or an object.")))
    try:
        status = int(values.get("docstatus") or 0)
    except (TypeError, ValueError, OverflowError):
        status = -1
    if status not in (0, 1, 2) or (status and not (doc.meta.is_submittable or doc.meta.istable)):
        wrong.append(
            _line(
                _("Document Status"),
                _("“{0}” is no status that a record of {1} can have.").format(
                    shown(values["docstatus"]), _(doc.doctype)
                ),
            )
        )
    else:
        doc.docstatus = status
    if not isinstance(values.get("idx") or 0, int):
        doc.idx = 0


def _check_values(doc: Document, wrong: list[str]) -> None:
    values, meta = doc.__dict__, doc.meta
    for name, value in list(values.items()):
        if value is None or value == "":
            continue
        field = meta.get_field(name)
        if field and field.fieldtype not in _TABLES:
            values[name] = _read(field, value, wrong)


def _read(field: Document, value: Any, wrong: list[str]) -> Any:
    """The value as it is to be stored; what is wrong with it is added to `wrong`."""
    if value is None or value == "":
        return value
    if field.fieldtype in _TABLES:
        return _read_rows(field, value, wrong)
    try:
        return _scalar(field, value)
    except _Wrong as error:
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


class _Wrong(Exception):
    """A value that cannot be stored; its text says what would be right."""


def _scalar(field: Document, value: Any) -> Any:
    kind = field.fieldtype
    if kind == "JSON":
        return _json(value)
    if isinstance(value, list | tuple | set | Mapping):
        raise _Wrong(_("send one value, not a list or an object."))
    if kind in _NUMBERS:
        return _number(value)
    if kind in _WHOLE:
        return _whole(value)
    if kind == "Check":
        return _tick(value)
    if kind in ("Date", "Datetime"):
        moment = _in_range(_moment(value, kind), value)
        return moment.date() if kind == "Date" and isinstance(moment, datetime) else moment
    if isinstance(value, bool | bytes) or (isinstance(value, float) and not math.isfinite(value)):
        raise _Wrong(_("“{0}” is no text; send it in quotation marks.").format(shown(value)))
    if isinstance(value, int | float | Decimal):
        value = str(value)
    if isinstance(value, str):
        _check_text(field, value)
    return value


def _json(value: Any) -> Any:
    """JSON as its text or as what it says; the database takes nothing else."""
    try:
        json.dumps(json.loads(value) if isinstance(value, str) else value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise _Wrong(_("“{0}” is no JSON.").format(shown(value))) from None
    return json.dumps(value) if isinstance(value, list) else value


def _number(value: Any) -> Any:
    number = math.nan
    if isinstance(value, int | float | Decimal | str) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            number = float(value)
    if math.isnan(number):
        raise _Wrong(_("“{0}” is not a number; write it like 1234.5.").format(shown(value)))
    if abs(number) >= _LARGEST_NUMBER:
        raise _Wrong(_("{0} is too large; it has to be below {1}.").format(shown(value), _LARGEST_NUMBER))
    return number if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    number = _number(value)
    if number != int(number):
        raise _Wrong(_("“{0}” is not a whole number.").format(shown(value)))
    if abs(number) > _LARGEST_WHOLE:
        raise _Wrong(_("{0} is too large; it has to be below {1}.").format(shown(value), _LARGEST_WHOLE + 1))
    return int(number)


def _tick(value: Any) -> int:
    if value not in (0, 1, "0", "1"):
        raise _Wrong(_("“{0}” is no tick; send 1 or 0.").format(shown(value)))
    return int(value)


def _moment(value: Any, kind: str) -> date:
    """The date or moment that was sent; one with an offset becomes a moment of the site's time zone."""
    if isinstance(value, date):
        moment: date | None = value
    else:
        moment = _parsed(value.strip()) if isinstance(value, str) else None
    if moment is None:
        example = "2026-01-31" if kind == "Date" else "2026-01-31 14:30:00"
        raise _Wrong(_("“{0}” is not a date; write it like {1}.").format(shown(value), example))
    if isinstance(moment, datetime) and moment.tzinfo:
        try:
            moment = moment.astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None)
        except OverflowError:
            moment = moment.replace(tzinfo=None)
    return moment


def _parsed(text: str) -> datetime | None:
    if text[-1:] in ("z", "Z"):
        text = text[:-1] + "+00:00"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    # Other spellings only with the year in front: nobody can tell the day of 02/03/2026 from its month.
    if not _DAY_FIRST_YEAR.match(text):
        return None
    try:
        return parser.parse(text)
    except (ValueError, OverflowError):
        return None


def _in_range(moment: date, value: Any) -> date:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _Wrong(
            _("{0} lies outside the years {1} to {2}; correct it, or leave the field empty.").format(
                shown(value), FIRST_YEAR, LAST_YEAR
            )
        )
    return moment


def _check_text(field: Document, value: str) -> None:
    if not _is_storable(value):
        raise _Wrong(_("contains characters that cannot be stored; send it as Unicode text."))
    most = (field.length or _SHORT_LENGTH) if field.fieldtype in _SHORT else None
    if most and len(value) > most:
        raise _Wrong(_("has {0} characters, {1} are kept. Shorten it.").format(len(value), most))
    if field.fieldtype in _TEXTS and (len(value) if value.isascii() else len(value.encode())) > _TEXT_BYTES:
        raise _Wrong(_("has {0} characters, {1} are kept. Shorten it.").format(len(value), _TEXT_BYTES))


def _is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not _SURROGATES.search(text))


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
