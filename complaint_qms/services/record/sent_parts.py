"""What a request sent: parameters as they came, as JSON, or as JSON within JSON."""

from __future__ import annotations

import json
from typing import Any, Final

FILTERS: Final = ("filters", "or_filters", "current_filters", "export_filters", "filters_json")
"""Parameters by which records are picked."""
_DEEPEST: Final = 20
"""How deep filters are read as such; below it every text counts."""


def read_sent(given: Any) -> Any:
    """A parameter as it came, or what its JSON says, however often it was made text: an escape in a text hides no name."""
    for _time in range(_DEEPEST):
        if not isinstance(given, str) or given.lstrip()[:1] not in ("[", "{", '"'):
            return given
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return given
    return given


def texts_in(given: Any) -> list[str]:
    """Every text in a parameter, however deep it stands."""
    found, left = [], [given]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            left += [*part, *part.values()]
        elif isinstance(part, list | tuple):
            left += part
        elif isinstance(part, str):
            found.append(part)
    return found


def fields_in_filters(filters: Any, deepest: int = _DEEPEST) -> list[str]:
    """Names of fields in filters, without the values they are compared with."""
    if not deepest:
        return texts_in(filters)
    if isinstance(filters, dict):
        return [str(key) for key in filters]
    if not isinstance(filters, list | tuple):
        return []
    if any(isinstance(part, list | tuple | dict) for part in filters[:-1]) or len(filters) == 1:
        return [name for part in filters for name in fields_in_filters(part, deepest - 1)]
    return [str(part) for part in filters[:-1]]
