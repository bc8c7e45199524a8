"""A small part of JSONPath (RFC 9535): `$`, `.name`, `['name']`, `[0]`, `[-1]` and `[*]`.

Filters, slices and “anywhere below” are left out: they cost time by an answer's size in ways that its sender chooses, and patterns in
them are a language of their own. Each step here looks at what the one before has found, once.
"""

from __future__ import annotations

import re
from typing import Any, Final

from complaint_qms.engine.connectors.unusable import Unusable
from complaint_qms.engine.message import Message

MOST_STEPS: Final = 20
MOST_VALUES: Final = 200
_STEP: Final = re.compile(
    r"\.(?P<name>[^\s.\[\]'\"*]+)|\[(?P<index>-?\d{1,6})\]|(?P<every>\[\*\]|\.\*)"
    r"|\['(?P<single>(?:[^'\\]|\\.){1,200})'\]|\[\"(?P<double>(?:[^\"\\]|\\.){1,200})\"\]"
)
_ESCAPED: Final = re.compile(r"\\(.)")
_UNREADABLE: Final = Message(
    "“{path}” is no path to a value. Write it as $.data.items[0].name; [*] stands for every entry of a list."
)


class Every:
    """Each entry of a list, or each value of an object."""


Step = str | int | type[Every]
Path = tuple[Step, ...]


def read_path(text: str) -> Path:
    """Raises:
    Unusable: it is none of this part of the language.
    """
    text = text.strip()
    steps: list[Step] = []
    at = 1
    while at < len(text) and len(steps) <= MOST_STEPS:
        found = _STEP.match(text, at)
        if not found:
            break
        steps.append(_step(found))
        at = found.end()
    if not text.startswith("$") or at < len(text) or len(steps) > MOST_STEPS:
        raise Unusable(_UNREADABLE.having(path=text[:100]))
    return tuple(steps)


def values_at(path: Path, data: Any) -> list[Any]:
    """What stands at a path, in the order of the answer; nothing where there is nothing. At most `MOST_VALUES`."""
    found = [data]
    for step in path:
        found = [inner for one in found for inner in _inner(step, one)][:MOST_VALUES]
    return found


def _step(found: re.Match[str]) -> Step:
    if found["every"]:
        return Every
    if found["index"] is not None:
        return int(found["index"])
    quoted = found["single"] or found["double"]
    return _ESCAPED.sub(r"\1", quoted) if quoted else found["name"]


def _inner(step: Step, data: Any) -> list[Any]:
    if step is Every:
        inner = data.values() if isinstance(data, dict) else data
        return list(inner)[:MOST_VALUES] if isinstance(data, dict | list) else []
    if isinstance(step, int):
        fits = isinstance(data, list) and -len(data) <= step < len(data)
        return [data[step]] if fits else []
    return [data[step]] if isinstance(data, dict) and step in data else []
