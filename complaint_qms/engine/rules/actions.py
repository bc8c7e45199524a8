"""What a rule can do, as data: each action and the arguments it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from complaint_qms.engine.message import Message


def is_text(value: object) -> bool:
    """Whether a value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_whole(value: object) -> bool:
    """Whether a value is a whole number, 0 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_recipients(value: object) -> bool:
    return is_text(value) or (isinstance(value, list | tuple) and bool(value) and all(map(is_text, value)))


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _is_anything(value: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an action: the test it must pass, in words, and whether it may be left out."""

    test: Callable[[object], bool]
    wanted: Message
    required: bool = True


_A_TEXT = Message("a text that is not empty")
_TEXT = Argument(is_text, _A_TEXT)
_OPTIONAL_TEXT = Argument(is_text, _A_TEXT, required=False)
_WHO = Argument(_are_recipients, Message("a name, or a list of names"))

ACTIONS: dict[str, dict[str, Argument]] = {
    "set": {"field": _TEXT, "value": Argument(_is_anything, Message("a value"))},
    "add_tag": {"tag": _TEXT},
    "assign": {"to": _TEXT},
    "notify": {"to": _WHO, "message": _TEXT, "channel": _OPTIONAL_TEXT},
    "escalate": {"to": _WHO, "reason": _OPTIONAL_TEXT},
    "create_task": {
        "to": _TEXT,
        "subject": _TEXT,
        "due_days": Argument(is_whole, Message("a whole number of days, 0 or more"), required=False),
    },
    "raise_severity": {"to": _TEXT},
    "message_customer": {"template": _TEXT},
    "start_investigation": {},
    "hold_goods": {},
    "open_capa": {},
    "call_webhook": {"webhook": _TEXT},
    "add_check": {
        "check": _TEXT,
        "mandatory": Argument(_is_yes_or_no, Message("true or false"), required=False),
    },
}
"""Every action and its arguments. ``raise_severity`` never lowers; its ``to`` is one of the given severities."""
