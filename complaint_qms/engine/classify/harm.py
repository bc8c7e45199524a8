"""How much harm a text tells of: a severity key and a rank that orders complaints, without any training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from complaint_qms.constants.lexicon_harm import HYPOTHETICAL_SHARE, LEAST_OF_PEOPLE
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon
from complaint_qms.engine.reasons import Reason, about_word

SEVERITY_KEYS: tuple[str, ...] = tuple(str(entry["key"]) for entry in SEVERITIES)
_MINOR = SEVERITY_KEYS.index("minor")
FEAR_STEPS = 2
FURTHER = 0.5
"""Each further finding adds half of what the one before it could: one death outranks any number of bruises."""

HARM_OF_SEVERITY = {
    "catastrophic": "death",
    "critical": "serious",
    "serious": "minor",
    "minor": "none",
    "negligible": "none",
}
WEIGHT_OF_INJURY = 5.0
"""Rank weight from which on words of harm tell of an injured person rather than of an accident."""
LEAST_HARM = "minor"
"""Of somebody who was hurt, however lightly."""


@dataclass(frozen=True, slots=True)
class Harm:
    """``severity``: key or "" when no word of harm was found; ``rank`` ≥ 0 orders texts, more harm is more; ``certain``:
    the severity rests on something that happened and not on a fear; ``hurt``: it happened to somebody, be it ever so light."""

    severity: str
    rank: float
    certain: bool
    reasons: tuple[Reason, ...]
    hurt: bool = False

    @property
    def level(self) -> str:
        """none, minor, serious or death: what happened to somebody."""
        told = HARM_OF_SEVERITY[self.severity] if self.severity and self.certain else "none"
        return LEAST_HARM if told == "none" and self.hurt else told


def assess(text: str, *, lexicon: Lexicon | None = None, hits: Sequence[Hit] | None = None) -> Harm:
    """Harm told in ``text``. Denied harm ("no injuries") counts for nothing; feared harm ("could have been killed")
    keeps ``HYPOTHETICAL_SHARE`` of its rank and falls by ``FEAR_STEPS`` severities."""
    if hits is None:
        hits = (lexicon or default_lexicon()).hits(text)
    level, certain, hurt = -1, False, False
    amounts: dict[tuple[str, ...], tuple[float, Reason]] = {}
    reasons: list[Reason] = []
    for hit in hits:
        term = hit.term
        if term.field != "harm":
            continue
        if hit.negated:
            reasons.append(Reason("negation", about_word("{word} is denied", term.text), 0.0))
            continue
        step = SEVERITY_KEYS.index(term.value)
        amount = term.weight
        message = "tells of: {word}"
        if hit.feared:
            step = min(step, max(step - FEAR_STEPS, _MINOR))
            amount *= HYPOTHETICAL_SHARE
            message = "fears: {word}"
        hurt = hurt or (not hit.feared and amount >= LEAST_OF_PEOPLE)
        if (step, not hit.feared) > (level, certain):
            level, certain = step, not hit.feared
        known = amounts.get(term.words)
        if known is None or known[0] < amount:
            amounts[term.words] = (amount, Reason("keyword", about_word(message, term.text), amount))
    ordered = sorted(amounts.values(), key=lambda each: (-each[0], each[1].text))
    rank = sum(amount * FURTHER**place for place, (amount, _) in enumerate(ordered))
    reasons = [reason for _, reason in ordered] + reasons
    return Harm(SEVERITY_KEYS[level] if level >= 0 else "", rank, certain, tuple(reasons), hurt)


def not_denied(
    hits: Sequence[Hit], deaths: float | None, injured: float | None
) -> tuple[list[Hit], list[str]]:
    """The hits without those that counts beside the text deny, and the words of these: where somebody counted no deaths,
    or nobody injured, words tell of something else. None: nobody counted."""
    kept, denied = [], []
    for hit in hits:
        value = hit.term.value
        injury = value in ("critical", "serious") and hit.term.weight >= WEIGHT_OF_INJURY
        if (value == "catastrophic" and deaths == 0) or (injury and injured == 0):
            if not hit.negated and not hit.feared:
                denied.append(hit.term.text)
        else:
            kept.append(hit)
    return kept, denied
