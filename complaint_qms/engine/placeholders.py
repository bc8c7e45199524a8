"""Personal data in a text: replaced by placeholders before the text leaves, put back into what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from complaint_qms.engine.personal_data import Kind, Known, spans

NAME: Final = "NAME"
CUSTOMER: Final = "CUSTOMER"
MAIL: Final = "MAIL"
PHONE: Final = "PHONE"
ADDRESS: Final = "ADDRESS"
NUMBER: Final = "NUMBER"

_KINDS: Final[dict[str, Kind]] = {
    NAME: "name", CUSTOMER: "customer", MAIL: "mail", PHONE: "phone", ADDRESS: "address", NUMBER: "number",
}  # fmt: skip
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_SHORTEST: Final = 2
_MOST_KNOWN: Final = 5_000
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
    values = sorted((value for value in kinds if len(value) >= _SHORTEST), key=len, reverse=True)[
        :_MOST_KNOWN
    ]
    codes = {_plain(value) for value in kept} - {""} - set(values)
    looked_for = [Known(_KINDS[kinds[value]], value) for value in values]
    taken = set(_PLACEHOLDER.findall(text))
    given: dict[tuple[str, str], tuple[str, str]] = {}
    counts: dict[str, int] = {}

    def placeholder(kind: str, said: str) -> str:
        same = (kind, _plain(said) if kind not in (PHONE, NUMBER) else "".join(filter(str.isdigit, said)))
        if same not in given:
            name = ""
            while not name or name in taken:  # a placeholder that the text holds itself is nobody's
                counts[kind] = counts.get(kind, 0) + 1
                name = f"{kind}_{counts[kind]}"
            given[same] = (f"[{name}]", said)
        return given[same][0]

    parts, at = [], 0
    for span in spans(text, looked_for, codes, ("mail", "address"), any_digits=True):
        parts += [text[at : span.begin], placeholder(_NAMES[span.kind], text[span.begin : span.end])]
        at = span.end
    return Hidden("".join([*parts, text[at:]]), dict(given.values()))


def restore(text: str, back: Mapping[str, str]) -> str:
    """Put back what placeholders stand for; those of nobody stay."""
    return _PLACEHOLDER.sub(lambda found: back.get(found.group(), found.group()), text)


def _plain(value: str) -> str:
    return " ".join(value.split()).lower()
