"""Values as the database keeps them: one form for what is about to be stored and for what was read back."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from frappe.utils import cint, cstr, flt, get_datetime, get_time

_WHOLE: Final = ("Check", "Int", "Long Int")
_PARTS: Final = ("Float", "Currency", "Percent", "Duration")
_PLACES: Final = Decimal("0.000000001")
_PLACES_OF_RATING: Final = Decimal("0.01")


def stored(kind: str, value: Any) -> Any:
    """A value as the database keeps it, as a whole number, text or None; nothing is None, of numbers 0 or "0"."""
    if kind in _WHOLE:
        return int(value) if isinstance(value, bool | int) else cint(value)
    if kind in _PARTS or kind == "Rating":
        return _number(value, _PLACES_OF_RATING if kind == "Rating" else _PLACES)
    if value is None or value == "":
        return None
    if kind == "Datetime":
        return _moment(value)
    if kind == "Date":
        return cstr(value)[:10]
    if kind == "Time":
        return _hour(value)
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return value if isinstance(value, str) else cstr(value)


def _number(value: Any, places: Decimal) -> str:
    if not value:
        return "0"
    try:
        number = Decimal(str(value if isinstance(value, int | float | Decimal) else flt(value)))
        text = format(number.quantize(places, ROUND_HALF_UP), "f")
    except InvalidOperation:
        return cstr(value)
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    text = cstr(value)
    if len(text) == 26 and text[10] == " ":
        return text
    if len(text) == 19 and text[10] == " ":
        return f"{text}.000000"
    if type(value) is date:
        return f"{text} 00:00:00.000000"
    return get_datetime(text).strftime("%Y-%m-%d %H:%M:%S.%f")


def _hour(value: Any) -> str:
    if isinstance(value, timedelta):
        value = (datetime.min + value).time()
    if not isinstance(value, time):
        value = get_time(cstr(value))
    return value.strftime("%H:%M:%S.%f")
