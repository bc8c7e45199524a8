"""A mistake in a rule, as data: where, and what, which its caller puts into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from complaint_qms.engine.message import Message

KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "yes/no"),
    (str, "a text"),
    (Mapping, "a mapping"),
    ((list, tuple), "a list"),
    ((int, float), "a number"),
)
"""Kinds of values as a mistake calls them, the first that fits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where (a path such as ``rules[0].when.all[1].value``) and what, its key an English text."""

    path: str
    message: Message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def expected(wanted: Message, found: object) -> Message:
    """That something else stands where `wanted` should."""
    kind = next((name for kind, name in KINDS if isinstance(found, kind)), type(found).__name__)
    return Message("expected {wanted}, got {kind}", {"wanted": wanted, "kind": kind})


def unknown(message: Message, known: Iterable[str], found: object = None) -> Message:
    """A message with what was found and what there is, in its places `{found}` and `{known}`."""
    return message.having(found=repr(found), known=", ".join(known))
