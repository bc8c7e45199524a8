"""A message that a system sends by itself, read strictly: what two programs may read differently is read by neither."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from complaint_qms.engine.connectors.paths import Path, values_at
from complaint_qms.engine.connectors.unusable import Unusable
from complaint_qms.engine.message import Message

DEEPEST: Final = 20
"""Levels of objects and lists."""
LONGEST_NAME: Final = 140
"""Characters of an id, and of the name of a record."""
_NO_JSON: Final = Message("The message is no JSON object in UTF-8.")
_TOO_DEEP: Final = Message("The message has more than {levels} levels of objects and lists.")
_TWICE: Final = Message("The message has the name “{name}” twice in one object.")
_TOO_GREAT: Final = Message("The message has a number that is too great: {number}.")
_NOT_ONE: Final = Message("The message has not exactly one text of at most {longest} characters at {path}.")


def read_message(body: bytes) -> dict[str, Any]:
    """Raises:
    Unusable: it is no JSON object (RFC 8259), is too deep, has a name twice in one object, or a number beyond all bounds.
    """
    try:
        data = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_number
        )
    except RecursionError:
        raise Unusable(_TOO_DEEP.having(levels=DEEPEST)) from None
    except Unusable:
        raise
    except ValueError:  # of letters as well
        raise Unusable(_NO_JSON) from None
    if not isinstance(data, dict):
        raise Unusable(_NO_JSON)
    if depth_of(data) > DEEPEST:
        raise Unusable(_TOO_DEEP.having(levels=DEEPEST))
    return data


def the_text(path: Path, data: Any, written: str) -> str:
    """The one text or whole number at a path.

    Args:
        written: the path, as it is told.

    Raises:
        Unusable: there is none, there are several, or it is longer than a name.
    """
    found = values_at(path, data)
    value = found[0] if len(found) == 1 else None
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Unusable(_NOT_ONE.having(longest=LONGEST_NAME, path=written[:100]))
    return text


def depth_of(value: Any) -> int:
    """Levels of objects and lists in what JSON was read into."""
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        depth += 1
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unusable(_TWICE.having(name=name[:60]))
        found[name] = value
    return found


def _number(written: str) -> float:
    """1e999 is a number in JSON, and Infinity to Python."""
    number = float(written)
    if math.isinf(number):
        raise Unusable(_TOO_GREAT.having(number=written[:40]))
    return number


def _no_number(_name: str) -> float:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError
