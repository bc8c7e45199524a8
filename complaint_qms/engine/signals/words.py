"""The arithmetic of a result as a sentence that can be translated.

A :class:`Sentence` keeps the English template apart from its values, so a caller can look the template up in a
catalogue (``_(sentence.template)`` in the desk) and write the numbers in the reader's way. Nothing here knows a
language but English.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


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
    if size >= 0.001:
        digits = max(0, 3 - math.floor(math.log10(size)))
        return f"{value:.{min(digits, 6)}f}".rstrip("0").rstrip(".")
    return f"{value:.2e}"


@dataclass(frozen=True)
class Sentence:
    """An English ``template`` with named fields, and their raw ``values``."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str, write: Callable[[Any], str] = number) -> str:
        """The finished text; ``translate`` maps the template (and text values), ``write`` a number to text.

        Text values (a period's name, a verdict) go through ``translate`` unchanged when it has no entry for them.
        """
        filled = {
            key: translate(value) if isinstance(value, str) else write(value)
            for key, value in self.values.items()
        }
        return translate(self.template).format(**filled)

    def __str__(self) -> str:
        return self.render()


def join(sentences: tuple[Sentence, ...], translate: Callable[[str], str] = str) -> str:
    """Several sentences as one paragraph."""
    return " ".join(sentence.render(translate) for sentence in sentences)
