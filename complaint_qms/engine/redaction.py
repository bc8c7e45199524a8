"""Personal data taken out of a text for good, and told apart by kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from complaint_qms.engine.personal_data import Kind, Known, spans

MARK: Final = "[…]"
_MARKS: Final = re.compile(r"(?:\[…\][ ,;]{0,2}){2,}")
_SHORTEST: Final = 3
_SHORTEST_HAN: Final = 2
# Words of a company's name by which nobody is known.
_LEGAL: Final = re.compile(
    r"(?i)[\s,]+(?:gmbh(?: & co\.? kg)?|ag|kg|ug|ltd\.?|limited|llc|inc\.?|corp\.?|co\.?|plc|s\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|pty)\.?\Z"
)


@dataclass(frozen=True)
class Taken:
    """What was taken out of a text."""

    kind: Kind
    text: str


def without_personal(text: str, known: Iterable[Known] = ()) -> tuple[str, list[Taken]]:
    """A text with `MARK` in the place of what tells who somebody is, and what stood there, each once.

    Args:
        known: of a `person`, every word of the name is looked for as well.
    """
    left: list[str] = []
    at, taken = 0, dict[Taken, None]()
    for span in spans(text, _looked_for(known)):
        left += [text[at : span.begin], MARK]
        at = span.end
        said = " ".join(text[span.begin : span.end].split())
        taken[Taken(span.kind, said)] = None
    return _MARKS.sub(f"{MARK} ", "".join([*left, text[at:]])).strip(), list(taken)


def _looked_for(known: Iterable[Known]) -> set[Known]:
    found: set[Known] = set()
    for one in known:
        text = " ".join(one.text.split())
        for part in {text, _LEGAL.sub("", text)} if one.kind == "name" else {text}:
            if _is_long_enough(part):
                found.add(Known(one.kind, part, one.person))
        if one.person:
            words = (word.strip(".,") for word in text.split())
            found.update(
                Known("name", word, True) for word in words if _is_long_enough(word) and word[:1].isupper()
            )
    return found


def _is_long_enough(text: str) -> bool:
    han = any("\u3400" <= sign <= "\u9fff" for sign in text)
    return len(text) >= (_SHORTEST_HAN if han else _SHORTEST)
