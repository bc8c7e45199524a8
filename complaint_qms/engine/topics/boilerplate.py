"""What a complaint says beside its matter: greetings, signatures, who wrote it, numbers of orders."""

from __future__ import annotations

import re
from typing import Final

from complaint_qms.constants.topic_words import FAREWELLS, GREETINGS
from complaint_qms.engine.personal_data import spans

LONGEST: Final = 8_000
"""Signs of a text that count; a pasted log is judged by its beginning."""
_LAST_LINES: Final = 8
"""Lines at the end of a text in which a farewell makes everything behind it a signature."""
_GREETING_LENGTH: Final = 60
_FAREWELL_LENGTH: Final = 40
_greetings = "|".join(map(re.escape, sorted(GREETINGS, key=len, reverse=True)))
_farewells = "|".join(map(re.escape, sorted(FAREWELLS, key=len, reverse=True)))
_GREETING: Final = re.compile(rf"\s*(?:{_greetings})(?![a-z])[^,.:!，。：！\n]{{0,{_GREETING_LENGTH}}}(?:[,.:!，。：！]|\Z)", re.I)  # fmt: skip
_FAREWELL: Final = re.compile(rf"\s*(?:{_farewells})(?![a-z])", re.I)
_CUT: Final = " \n "
_HINT: Final = re.compile(
    r"\d|@|www\.|https?:|\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Madame|Monsieur|Dear|Hello|Hi|Hallo|Liebe)"
    r"|(?i:my name is|i am called|mein name|ich hei|regards|sincerely|yours truly|faithfully|gr[uü])"
    r"|我叫|我姓名|我的名|先生|女士|小姐|太太"
)
"""Without one of these no form of personal data is in a text; looking for them all takes ten times as long."""


def matter(text: str | None) -> str:
    """A text without its greeting, its signature, and what tells who somebody is; what is left stays in its lines."""
    told = (text or "")[:LONGEST]
    if _HINT.search(told):
        for span in reversed(spans(told, (), any_digits=True)):
            told = f"{told[: span.begin]}{_CUT}{told[span.end :]}"
    return "\n".join(_without_ends(told.split("\n")))


def _without_ends(lines: list[str]) -> list[str]:
    """Of a line that only greets nothing is left; of one that goes on, the rest."""
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return []
    lines = [*lines]
    lines[first] = _GREETING.sub("", lines[first], count=1)
    start = max(first + 1, len(lines) - _LAST_LINES)
    for at in range(start, len(lines)):
        if _FAREWELL.match(lines[at]) and len(lines[at].strip()) <= _FAREWELL_LENGTH:
            return lines[:at]
    return lines
