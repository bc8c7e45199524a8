"""A fact that a person is to read, kept apart from any language.

Whoever finds something out says *what* as a :class:`Message`; whoever shows it puts it into words. The key is either an
English text with places for values, which a catalogue of translations can look up (``_(message.key)`` on the desk), or
the stable key of an entry in the caller's own catalogue, as with the problems of ``tabular``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A ``key``, and the raw values that belong into its places (``{name}``)."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def having(self, **params: Any) -> Message:
        """The same with further or other values."""
        return Message(self.key, {**self.params, **params})

    def render(self, translate: Callable[[str], str] = str, write: Callable[[Any], str] | None = None) -> str:
        """The finished text of a message whose key is an English text.

        Args:
            translate: gives the key, and values that are text (a noun, a label), in the reader's language.
            write: gives any other value as text; :func:`number` where none is given.
        """
        write = write or number
        filled = {}
        for key, value in self.params.items():
            if isinstance(value, Message):
                filled[key] = value.render(translate, write)
            else:
                filled[key] = translate(value) if isinstance(value, str) else write(value)
        return translate(self.key).format(**filled)

    def __str__(self) -> str:
        return self.render()


def join(messages: Iterable[Message], translate: Callable[[str], str] = str) -> str:
    """Several messages as one paragraph."""
    return " ".join(message.render(translate) for message in messages)


def number(value: Any) -> str:
    """A value as plain English text: thousands with commas, four significant digits for fractions."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if hasattr(value, "item"):  # a numpy scalar
            return number(value.item())
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "unlimited" if value > 0 else "minus unlimited"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 0.0005:
        digits = max(0, 3 - math.floor(math.log10(size)))
        return f"{value:.{min(digits, 6)}f}".rstrip("0").rstrip(".")
    return "< 0.001" if value > 0 else "> -0.001"
