"""Which of many names of items a text means, mistyped as it may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from complaint_qms.engine.text import fold, han_ngrams, is_han, words

LEAST: Final = 82.0
"""Score, 0 … 100, below which a name is not meant."""
_SHORTEST: Final = 3
_LONGEST_TEXT: Final = 2_000
_BEGINNING: Final = 4


def named(text: str, names: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Key → score of the names that a text holds, best first.

    Args:
        names: (key, name); several names may have one key, the best counts.
    """
    from rapidfuzz import fuzz  # a compiled library, loaded where somebody looks for an item

    folded = fold(text)[:_LONGEST_TEXT]
    found: dict[str, float] = {}
    for key, name in names:
        plain = fold(name)
        if len(plain) < _SHORTEST and not (plain and is_han(plain)):
            continue
        longer = len(folded) >= len(plain)
        # A text that is shorter than the name is looked for in the name; by itself a common word is in many.
        score = fuzz.partial_ratio(plain, folded) if longer else fuzz.WRatio(folded, plain)
        if longer and score < 100:
            score = max(score - 2.0, fuzz.token_set_ratio(plain, folded) - 8.0 if " " in plain else 0.0)
        if score >= LEAST:
            found[key] = max(found.get(key, 0.0), score - (0.0 if longer else 10.0))
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def search_words(text: str, most: int = 6) -> list[str]:
    """Beginnings of words by which a database finds names that a text may mean: the longest words, and pairs of Chinese
    characters."""
    found: dict[str, None] = {}
    for word in sorted(set(words(fold(text)[:_LONGEST_TEXT])), key=lambda word: (-len(word), word)):
        if is_han(word):
            found.update(dict.fromkeys(han_ngrams(word)))
        elif len(word) >= _BEGINNING:
            found[word[:_BEGINNING]] = None
    return list(found)[:most]
