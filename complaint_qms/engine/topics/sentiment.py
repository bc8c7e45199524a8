"""The tone of a text: words of a good or a bad mood, each with its weight, denied ones turned round. English and Chinese.

The words are those of `constants/lexicon.py` that triage shows a mood by as well. A score is an average to look at over many
complaints, with the words that it is made of; nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
DECIDED: Final = 0.4
"""Score from which on a text is positive, or below whose negative it is negative: one word of weight 1 is enough."""
_FIELD: Final = "sentiment"
_CALM: Final = 1.0
"""What stands against all words: one weak word alone decides nothing."""


@dataclass(frozen=True)
class Tone:
    """Attributes:
    score: −1 (bad) … 1 (good): (good − bad) ÷ (good + bad + 1), each the sum of the weights of different words.
    label: "negative", "neutral" or "positive".
    words: (word, weight, whether it is denied), the weightiest first; a bad word has a weight below 0, a denied one is turned round.
    """

    score: float
    label: str
    words: tuple[tuple[str, float, bool], ...]


def tone_of(text: str) -> Tone:
    """The tone of a text as it is written; neutral where no word speaks for any."""
    return tone_of_hits(mood_words().hits(text))


def tone_of_hits(hits: Sequence[Hit]) -> Tone:
    """The same of what the lexicon has found in it."""
    found: dict[tuple[str, bool], float] = {}
    for hit in hits:
        if hit.term.field == _FIELD:
            sign = 1 if (hit.term.value == POSITIVE) != hit.negated else -1
            found[hit.term.text, hit.negated] = sign * hit.term.weight
    good = sum(weight for weight in found.values() if weight > 0)
    bad = -sum(weight for weight in found.values() if weight < 0)
    score = (good - bad) / (good + bad + _CALM)
    label = POSITIVE if score >= DECIDED else NEGATIVE if score <= -DECIDED else NEUTRAL
    words = sorted(((word, weight, denied) for (word, denied), weight in found.items()), key=lambda one: (-abs(one[1]), one[0]))  # fmt: skip
    return Tone(round(score, 3), label, tuple(words))


@cache
def mood_words() -> Lexicon:
    """The words of moods alone."""
    return Lexicon(tuple(term for term in default_lexicon().terms if term.field == _FIELD))
