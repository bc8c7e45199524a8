"""Chinese words, found in the texts themselves: signs that keep together and may stand beside any others.

A run of two to four signs is a word where it is much more frequent than its parts would make it by chance (cohesion) and where many
different signs stand before and behind it (boundary entropy; accessor variety: Feng, Chen, Deng and Zheng, Computational Linguistics
30(1), 2004). Words that the app knows anyway (`Lexicon`) need no proof. A text is then cut into the likeliest row of words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from complaint_qms.constants.topic_words import CHINESE_FILLING, LOOSE_SIGNS
from complaint_qms.engine.classify.lexicon import default_lexicon
from complaint_qms.engine.text import HAN, is_han

LONGEST: Final = 4
COHESION: Final = 12.0
"""Times that a word is more frequent than its parts by chance, at least."""
ENTROPY: Final = 0.65
"""Of the signs before and behind it, in nats, the smaller of both: about two different ones, evenly."""
MOST_TEXTS: Final = 20_000
"""Texts that words are found in: an even sample of more."""
_SHARE: Final = 0.00002
_LEAST: Final = 4
_EDGE: Final = "|"
_UNKNOWN: Final = -18.0
_PENALTY: Final = 1.5
"""What a sign by itself costs beside its own frequency, so that words are preferred."""
_RUN: Final = re.compile(f"[{HAN}]+")


def find_words(texts: Sequence[str]) -> dict[str, float]:
    """Word → natural logarithm of its frequency among signs, for `cut`; single signs are in it as well."""
    step = max(1, len(texts) // MOST_TEXTS)
    runs = [run for text in texts[::step] for run in _RUN.findall(text)]
    singles = Counter("".join(runs))
    total = sum(singles.values())
    if not total:
        return {}
    least = max(_LEAST, round(total * _SHARE))
    counts: dict[str, int] = dict(singles.items())
    for size in range(2, LONGEST + 1):
        counts.update(_grams(runs, size, counts, least))
    candidates = [
        gram
        for gram in counts
        if len(gram) > 1
        and gram[0] not in LOOSE_SIGNS
        and gram[-1] not in LOOSE_SIGNS
        and _coheres(gram, counts, total)
    ]
    free = _with_free_edges(candidates, runs)
    words = {gram: counts[gram] for gram in free}
    for word in known_words():
        words.setdefault(word, max(counts.get(word, 0), 1))
    found = {word: math.log(number / total) for word, number in words.items()}
    return found | {sign: math.log(number / total) - _PENALTY for sign, number in singles.items()}


def cut(run: str, words: Mapping[str, float]) -> list[str]:
    """A run of Chinese signs as the likeliest row of words; a sign that is in no word stands by itself."""
    size = len(run)
    best = [0.0] * (size + 1)
    last = [0] * (size + 1)
    for end in range(1, size + 1):
        begin = end - 1
        best[end], last[end] = best[begin] + words.get(run[begin:end], _UNKNOWN), begin
        for begin in range(max(0, end - LONGEST), end - 1):
            weight = words.get(run[begin:end])
            if weight is not None and best[begin] + weight > best[end]:
                best[end], last[end] = best[begin] + weight, begin
    found: list[str] = []
    end = size
    while end:
        found.append(run[last[end] : end])
        end = last[end]
    return found[::-1]


@cache
def known_words() -> frozenset[str]:
    """Chinese words of two to four signs that the app knows: of types, moods, harm, wishes, and those that fill sentences."""
    known = {term.words[0] for term in default_lexicon().terms if is_han(term.words[0])}
    return frozenset(word for word in {*known, *CHINESE_FILLING} if 2 <= len(word) <= LONGEST)


def _grams(runs: Iterable[str], size: int, counts: Mapping[str, int], least: int) -> dict[str, int]:
    """Frequent runs of signs of a size; their parts are frequent as well, so that rare ones are never counted."""
    found: Counter[str] = Counter()
    for run in runs:
        for at in range(len(run) - size + 1):
            gram = run[at : at + size]
            if counts.get(gram[:-1], 0) >= least and counts.get(gram[1:], 0) >= least:
                found[gram] += 1
    return {gram: number for gram, number in found.items() if number >= least}


def _coheres(gram: str, counts: Mapping[str, int], total: int) -> bool:
    chance = max(counts[gram[:at]] * counts[gram[at:]] for at in range(1, len(gram)))
    return counts[gram] * total >= COHESION * chance


def _with_free_edges(candidates: Sequence[str], runs: Sequence[str]) -> list[str]:
    wanted = set(candidates)
    before: dict[str, Counter[str]] = {gram: Counter() for gram in wanted}
    behind: dict[str, Counter[str]] = {gram: Counter() for gram in wanted}
    for number, run in enumerate(runs):
        size = len(run)
        for at in range(size - 1):
            for end in range(at + 2, min(at + LONGEST, size) + 1):
                gram = run[at:end]
                if gram in wanted:
                    # The edge of a run is a different neighbour each time.
                    before[gram][run[at - 1] if at else f"{_EDGE}{number}"] += 1
                    behind[gram][run[end] if end < size else f"{_EDGE}{number}"] += 1
    return [gram for gram in candidates if min(_entropy(before[gram]), _entropy(behind[gram])) >= ENTROPY]


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(number / total * math.log(number / total) for number in counts.values()) if total else 0.0
