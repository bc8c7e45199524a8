"""Sentences of the engine as they are kept, and in the reader's language."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from frappe import _

from complaint_qms.engine.message import Message
from complaint_qms.services.record.language import sentence_list

_DEEPEST = 4


def packed(messages: Iterable[Message]) -> str:
    """Messages as JSON: a list of a template and its values each."""
    return json.dumps([_kept(message) for message in messages], ensure_ascii=False)


def paragraph(stored: str | None) -> str:
    """Kept sentences as plain text in the present language; one of which a value is not known says nothing."""
    found = [_read(one, _DEEPEST) for one in json.loads(stored or "[]")]
    return sentence_list(one.render(_) for one in found if one is not None)


def json_value(value: Any) -> Any:
    """A value of a message or parameter as JSON can hold it."""
    if isinstance(value, Message):
        return {"said": _kept(value)}
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def _kept(message: Message) -> list[Any]:
    return [message.key, {name: json_value(value) for name, value in message.params.items()}]


def _read(stored: list[Any], deepest: int) -> Message | None:
    key, values = stored
    filled = {}
    for name, value in values.items():
        if isinstance(value, dict) and deepest:
            value = _read(value["said"], deepest - 1)
        if value is None:
            return None
        filled[name] = value
    return Message(key, filled)
