"""Deaths that no goods caused: of account holders, and of relatives whose accounts and contracts are to be settled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from complaint_qms.constants.lexicon_estates import CAUSES, CIRCUMSTANCES, ESTATES

if TYPE_CHECKING:
    from complaint_qms.engine.classify.lexicon import Hit

DEATH: Final = "catastrophic"
_ENDS: Final = frozenset(".!?;。\n")
_OWN_WRITING: Final = ("zh",)
_VERB_LAST: Final = ("de",)
_BEFORE, _AFTER = 5, 2
"""Words beside a death that say how or where somebody died."""


def without_estates(hits: list[Hit], tokens: Sequence[str], languages: Sequence[str]) -> list[Hit]:
    """The hits without deaths of which a text tells for the sake of an account or an estate alone: it has such words, none of a
    cause or of how somebody died, and no other harm that happened.

    Args:
        tokens: the text as it is compared in these languages.
    """
    told = [hit for hit in hits if hit.term.field == "harm" and hit.term.value == DEATH]
    if not told:
        return hits
    words = " ".join(tokens)
    for hit in hits:
        other = hit.term.field == "harm" and hit.term.value != DEATH
        if other and not hit.negated:
            return hits
    if any(_pattern(CAUSES[code], code).search(words) for code in languages):
        return hits
    if not any(_pattern(ESTATES[code], code).search(words) for code in languages):
        return hits
    if any(_with_circumstances(hit, tokens, languages[0]) for hit in told):
        return hits
    return [hit for hit in hits if hit.term.field != "harm" or hit.term.value != DEATH]


def _with_circumstances(hit: Hit, tokens: Sequence[str], code: str) -> bool:
    before = tokens[max(0, hit.start - _BEFORE) : hit.start] if code in _VERB_LAST else ()
    after = list(takewhile(lambda token: token not in _ENDS, tokens[hit.start + 1 : hit.end + _AFTER]))
    beside = " ".join(before) + " ; " + " ".join(after)
    return _pattern(CIRCUMSTANCES[code], code).search(beside) is not None


@cache
def _pattern(line: str, code: str) -> re.Pattern:
    parts = [re.escape(part.strip()).replace(r"\ \*\ ", r" \w+ (?:\w+ )?") for part in line.split(",")]
    if code in _OWN_WRITING:
        return re.compile("|".join(parts))
    whole = "|".join(part.removesuffix(r"\*") + (r"\w*" if part.endswith(r"\*") else "") for part in parts)
    return re.compile(rf"\b(?:{whole})\b")
