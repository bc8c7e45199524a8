"""Personal data in a text: replaced by placeholders before the text leaves, put back into what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

NAME: Final = "NAME"
CUSTOMER: Final = "CUSTOMER"
MAIL: Final = "MAIL"
PHONE: Final = "PHONE"
ADDRESS: Final = "ADDRESS"
NUMBER: Final = "NUMBER"

_LEAST_DIGITS: Final = 7
"""Of a run of digits that may be a telephone, an account or the number of a passport."""
_SHORTEST: Final = 2
_MOST_KNOWN: Final = 5_000
_EDGE_BEFORE: Final = r"(?<![A-Za-z0-9_\u00c0-\u024f])"
_EDGE_AFTER: Final = r"(?![A-Za-z0-9_\u00c0-\u024f])"
_MAIL: Final = r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"
_DATE: Final = (
    r"(?:(?:19|20)\d\d[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./](?:19|20)\d\d)(?:[ T]\d\d?:\d\d(?::\d\d)?)?"
)
_DIGITS: Final = r"[+(]{0,2}\d[\d ()/.\u00a0-]{5,30}[\dXx]"
_STREETS: Final = (
    r"[\u4e00-\u9fff]{2,12}(?:路|街|道|巷|弄)\s?\d{1,5}\s?(?:号|弄)(?:[\u4e00-\u9fff0-9-]{0,20}(?:室|楼|栋|单元|层))?",
    r"\d{1,5}[A-Za-z]?(?: [A-Z][\w.'-]{0,30}){1,4} (?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd)\b\.?",
    r"[A-ZÄÖÜ][\w.-]{1,40}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,5}[a-z]?\b",
)
_PLACEHOLDER: Final = re.compile(r"\[([A-Z]{4,8}_\d{1,4})\]")


class Hidden(NamedTuple):
    """`text` without what was found; `back`: placeholder → what stood there."""

    text: str
    back: dict[str, str]


def hide(text: str, known: Mapping[str, Iterable[str]], kept: Iterable[str] = ()) -> Hidden:
    """Replace what is known or looks like personal data; the same by the same placeholder, whatever its letters' case.

    Args:
        known: kind → names, addresses and the like that may stand in the text.
        kept: what is no personal data although it looks so: codes of products, batches and documents.
    """
    kinds = {_plain(value): kind for kind, values in known.items() for value in values}
    kinds = {value: kind for value, kind in kinds.items() if len(value) >= _SHORTEST}
    values = sorted(kinds, key=len, reverse=True)[:_MOST_KNOWN]
    left = sorted({_plain(value) for value in kept} - {""} - set(values), key=len, reverse=True)
    groups = {
        "mail": _MAIL,
        "kept": f"(?i:{'|'.join(map(_found_as, left))})" if left else "",
        "known": f"(?i:{'|'.join(map(_found_as, values))})" if values else "",
        "street": "|".join(_STREETS),
        "date": _EDGE_BEFORE + _DATE + _EDGE_AFTER,
        "digits": _EDGE_BEFORE + _DIGITS + _EDGE_AFTER,
    }
    pattern = "|".join(f"(?P<{name}>{one})" for name, one in groups.items() if one)
    taken = set(_PLACEHOLDER.findall(text))
    given: dict[tuple[str, str], tuple[str, str]] = {}
    counts: dict[str, int] = {}

    def placeholder(found: re.Match[str]) -> str:
        said = found.group()
        kind = _kind_of(str(found.lastgroup), said, kinds)
        if not kind:
            return said
        same = (kind, _plain(said) if kind not in (PHONE, NUMBER) else "".join(filter(str.isdigit, said)))
        if same not in given:
            name = ""
            while not name or name in taken:  # a placeholder that the text holds itself is nobody's
                counts[kind] = counts.get(kind, 0) + 1
                name = f"{kind}_{counts[kind]}"
            given[same] = (f"[{name}]", said)
        return given[same][0]

    return Hidden(re.sub(pattern, placeholder, text), dict(given.values()))


def restore(text: str, back: Mapping[str, str]) -> str:
    """Put back what placeholders stand for; those of nobody stay."""
    return _PLACEHOLDER.sub(lambda found: back.get(found.group(), found.group()), text)


def _kind_of(group: str, said: str, kinds: Mapping[str, str]) -> str:
    if group == "known":
        return kinds.get(_plain(said), NAME)
    if group == "digits":
        count = sum(map(str.isdigit, said))
        if count < _LEAST_DIGITS:
            return ""
        return PHONE if said[0] == "+" or count <= 13 else NUMBER
    return {"mail": MAIL, "street": ADDRESS}.get(group, "")


def _plain(value: str) -> str:
    return " ".join(value.split()).lower()


def _found_as(value: str) -> str:
    """A pattern for a value, however its words are parted; letters of other scripts have no blanks around them."""
    written = r"\s+".join(map(re.escape, value.split()))
    before = _EDGE_BEFORE if value[0].isascii() and value[0].isalnum() else ""
    after = _EDGE_AFTER if value[-1].isascii() and value[-1].isalnum() else ""
    return before + written + after
