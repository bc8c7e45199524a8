"""Two conditions of a list on one field as one: an address has room for one a field."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from frappe.utils import getdate

_SET: Final = ["is", "set"]
_NAMING: Final = ("=", "in", "not in")
_SPANS: Final = ("between", "<", ">=")


def both(first: list | None, second: list | None) -> list | None:
    """What holds where both hold; without one of them the other. None where nothing does, or a list cannot say it."""
    if not (first and second):
        return first or second
    if first == second or second == _SET:
        return first
    if first == _SET:
        return second
    operators = (first[0], second[0])
    if all(one in _NAMING for one in operators):
        return _names(first, second)
    if all(one in _SPANS for one in operators):
        return _span(first, second)
    # What a line says of a tree is a part of the branch that the filters ask for, but for what is in no line.
    if operators[0].startswith("descendants") and operators[1] in ("=", "in"):
        return second
    return None


def _names(first: list, second: list) -> list | None:
    if first[0] == second[0] == "not in":
        return ["not in", list(dict.fromkeys([*first[1], *second[1]]))]
    if second[0] == "not in":
        first, second = second, first
    wanted = [second[1]] if second[0] == "=" else second[1]
    others = {str(one).casefold() for one in ([first[1]] if first[0] == "=" else first[1])}
    # The database compares names so as well.
    left = [one for one in wanted if (str(one).casefold() in others) == (first[0] != "not in")]
    if not left:
        return None
    return ["=", left[0]] if len(left) == 1 else ["in", left]


def _span(first: list, second: list) -> list | None:
    ends = [_ends(one) for one in (first, second)]
    begins, lasts = ([one[at] for one in ends if one[at]] for at in (0, 1))
    begin, last = max(begins, default=None), min(lasts, default=None)
    if begin and last:
        return ["between", [str(begin), str(last)]] if begin <= last else None
    return [">=", str(begin)] if begin else ["<", str(last + timedelta(days=1))]


def _ends(condition: list) -> tuple[date | None, date | None]:
    """First and last day."""
    operator, value = condition
    if operator == "between":
        return getdate(value[0]), getdate(value[1])
    return (getdate(value), None) if operator == ">=" else (None, getdate(value) - timedelta(days=1))
