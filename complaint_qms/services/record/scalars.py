"""Reads one value by the kind of field it is sent for: numbers, moments, ticks, choices, text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil import parser
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_system_timezone

from complaint_qms.services.record.language import comma_list

FIRST_YEAR, LAST_YEAR = 1900, 2200
_NUMBERS: Final = ("Float", "Currency", "Percent")
_WHOLE: Final = ("Int", "Duration")
_SHORT: Final = ("Data", "Link", "Dynamic Link", "Select", "Phone", "Read Only", "Color", "Autocomplete")
_SHORT_LENGTH, _TEXT_BYTES = 140, 65_535
_TEXTS: Final = ("Small Text", "Text", "Attach")
# What the columns hold: twelve digits before the point, and a signed integer of four bytes.
_LARGEST_NUMBER, LARGEST_WHOLE = 10**12, 2**31 - 1
_DAY_FIRST_YEAR: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]?\d(:[0-5]?\d(\.\d{1,6})?)?", re.ASCII)
_MOMENT: Final = "2026-01-31 14:30:00"
_SHOWN = 40
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


class Wrong(Exception):
    """A value that cannot be stored; its text says what would be right."""


def scalar(field: Document, value: Any) -> Any:
    """The value as the field is to hold it.

    Raises:
        Wrong: the field cannot hold it.
    """
    kind = field.fieldtype
    if kind == "JSON":
        return _json(value)
    if isinstance(value, list | tuple | set | Mapping):
        raise Wrong(_("send one value, not a list or an object."))
    if kind in _NUMBERS:
        return _number(value)
    if kind in _WHOLE:
        return _whole(value)
    if kind == "Check":
        return _tick(value)
    if kind == "Date":
        return day(value)
    if kind == "Datetime":
        return _in_range(_moment(value, kind), value)
    if kind == "Time":
        return _time(value)
    if isinstance(value, bool | bytes) or (isinstance(value, float) and not math.isfinite(value)):
        raise Wrong(_("“{0}” is no text; send it in quotation marks.").format(shown(value)))
    if isinstance(value, int | float | Decimal):
        value = str(value)
    if isinstance(value, str):
        _check_text(field, value)
        if kind == "Select":
            _check_choice(field, value)
    return value


def day(value: Any) -> date:
    """A day of the years in which complaints can lie.

    Raises:
        Wrong: it is none.
    """
    moment = _in_range(_moment(value, "Date"), value)
    return moment.date() if isinstance(moment, datetime) else moment


def moment(value: Any) -> datetime:
    """A moment in the time zone of the site, of whatever year.

    Raises:
        Wrong: it is none.
    """
    return _moment(value, "Datetime")


def is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not _SURROGATES.search(text))


def shown(value: Any) -> str:
    """What was sent, short and without its markup, as a sentence quotes it."""
    text = str(value).encode("utf-8", "replace").decode()
    return escape_html(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _json(value: Any) -> Any:
    """JSON as its text or as what it says; the database takes nothing else."""
    try:
        json.dumps(json.loads(value) if isinstance(value, str) else value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise Wrong(_("“{0}” is no JSON.").format(shown(value))) from None
    return json.dumps(value) if isinstance(value, list) else value


def _number(value: Any) -> Any:
    number = math.nan
    if isinstance(value, int | float | Decimal | str) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            number = float(value)
    if math.isnan(number):
        raise Wrong(_("“{0}” is not a number; write it like 1234.5.").format(shown(value)))
    if abs(number) >= _LARGEST_NUMBER:
        raise Wrong(_("{0} is too large; it has to be below {1}.").format(shown(value), _LARGEST_NUMBER))
    return number if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    number = _number(value)
    if number != int(number):
        raise Wrong(_("“{0}” is not a whole number.").format(shown(value)))
    if abs(number) > LARGEST_WHOLE:
        raise Wrong(_("{0} is too large; it has to be below {1}.").format(shown(value), LARGEST_WHOLE + 1))
    return int(number)


def _tick(value: Any) -> int:
    if value not in (0, 1, "0", "1"):
        raise Wrong(_("“{0}” is no tick; send 1 or 0.").format(shown(value)))
    return int(value)


def _moment(value: Any, kind: str) -> date:
    """The date or moment that was sent; one with an offset becomes a moment of the site's time zone."""
    if isinstance(value, date):
        moment: date | None = value
    else:
        moment = _parsed(value.strip()) if isinstance(value, str) else None
    if moment is None:
        example = "2026-01-31" if kind == "Date" else _MOMENT
        raise Wrong(_("“{0}” is not a date; write it like {1}.").format(shown(value), example))
    if isinstance(moment, datetime) and moment.tzinfo:
        try:
            moment = moment.astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None)
        except OverflowError:
            moment = moment.replace(tzinfo=None)
        except ValueError:  # no place on earth is that far from the others
            raise Wrong(_("“{0}” is not a date; write it like {1}.").format(shown(value), _MOMENT)) from None
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
        raise Wrong(
            _("{0} lies outside the years {1} to {2}; correct it, or leave the field empty.").format(
                shown(value), FIRST_YEAR, LAST_YEAR
            )
        )
    return moment


def _time(value: Any) -> Any:
    """A time of day, as text or as what the database gives back for it."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, time | timedelta) else ""
    if not _TIME.fullmatch(text.strip()):
        raise Wrong(_("“{0}” is no time of day; write it like 14:30:00.").format(shown(value)))
    return value


def _check_choice(field: Document, value: str) -> None:
    """The framework says the same, but only after code has met the value."""
    choices = (field.options or "").split("\n")
    if field.fieldname != "naming_series" and any(choices) and value.strip() not in choices:
        known = comma_list(_(choice) for choice in choices if choice)
        raise Wrong(_("“{0}” is none of the choices; choose one of {1}.").format(shown(value), known))


def _check_text(field: Document, value: str) -> None:
    if not is_storable(value):
        raise Wrong(_("contains characters that cannot be stored; send it as Unicode text."))
    most = (field.length or _SHORT_LENGTH) if field.fieldtype in _SHORT else None
    if most and len(value) > most:
        raise Wrong(_("has {0} characters, {1} are kept. Shorten it.").format(len(value), most))
    if field.fieldtype in _TEXTS and (len(value) if value.isascii() else len(value.encode())) > _TEXT_BYTES:
        raise Wrong(_("has {0} characters, {1} are kept. Shorten it.").format(len(value), _TEXT_BYTES))
