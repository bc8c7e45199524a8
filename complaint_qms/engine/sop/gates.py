"""The one shape in which a gate answers."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from complaint_qms.constants.contributing import AUTHORS
from complaint_qms.engine.message import Message

_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>?")
# Letters and a symbol that are drawn as nothing: the fillers of Hangul, the empty pattern of braille.
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
# First letters of the categories of Unicode that leave ink: letters, numbers, punctuation, symbols.
_SEEN = "LNPS"


@dataclass(frozen=True)
class Missing:
    """One thing that stands in the way.

    Attributes:
        gate: G1 … G10, `SOP` for hand-over rules of the procedure.
        field: name of the field where the remedy is entered; empty when it lies in another record.
        message: what is missing and how to mend it; its key is the English sentence.
        lies_with: what mends it: an answer in the `field`, another `record`, or another `person`, whatever is answered there.
    """

    gate: str
    field: str
    message: Message
    lies_with: Literal["field", "record", "person"] = "field"

    def text(self) -> str:
        """The sentence in English, for places without a translator."""
        return str(self.message)


def blank(value: Any) -> bool:
    """Whether a field counts as empty; markup without a word in it and characters that nobody sees do, zero does not."""
    if value is None:
        return True
    if not isinstance(value, str) or "<img" in value:
        return False
    text = unescape(_TAG.sub("", value)) if "<" in value or "&" in value else value
    return not any(unicodedata.category(sign)[0] in _SEEN and sign not in _FILLERS for sign in text)


def judges_own(facts: Mapping[str, Any], *answerable: Any) -> bool:
    """Whether who asks for a step would judge their own work (G6).

    Args:
        answerable: further names that stand in the way, beside everybody who had a part in writing the record.
    """
    own = {row.get("user") for row in facts.get("contributors") or [] if row.get("part") in AUTHORS}
    own |= {*answerable}
    return any(user and user in own for user in facts.get("acting") or [facts.get("user")])


def need(facts: Mapping[str, Any], gate: str, wants: Iterable[tuple[str, str]]) -> list[Missing]:
    """One `Missing` for each blank field of `wants`, pairs of field name and message."""
    return [Missing(gate, name, Message(message)) for name, message in wants if blank(facts.get(name))]


def named(names: Iterable[str] | None, gate: str, field: str, message: str) -> list[Missing]:
    """One `Missing` that names all the records that stand in the way; none without names."""
    listed = ", ".join(names or ())
    return [Missing(gate, field, Message(message, {"names": listed}))] if listed else []
