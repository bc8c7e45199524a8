"""Proposals for the fields of triage by keywords alone, each with its reasons. Needs nothing beyond the standard library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from complaint_qms.constants.lexicon_harm import LEAST_OF_PEOPLE
from complaint_qms.engine.classify.harm import SEVERITY_KEYS, Harm, assess
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason, about_word
from complaint_qms.engine.text import language

FIELDS: tuple[str, ...] = ("type", "severity", "harm", "urgency", "expectation", "sentiment", "language")
VALUES: Mapping[str, tuple[str, ...]] = {
    "urgency": ("low", "normal", "high", "critical"),
    "expectation": ("refund", "exchange", "repair", "credit", "apology", "information", "other"),
    "sentiment": ("negative", "neutral", "positive"),
}
FALLBACK: Mapping[str, str] = {"urgency": "normal", "expectation": "other", "sentiment": "neutral"}
UNDECIDED = 1.0
"""Log-odds that the fallback answer starts with; one good keyword outweighs it."""
HARM_CONFIDENCE = {True: 0.8, False: 0.5}
"""Confidence in a severity found by words of harm: told as a fact, or feared only."""
TYPE_SEVERITY_CONFIDENCE = 0.4
MAX_REASONS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed value.

    ``confidence`` 0 … 1: calibrated on held-out texts for ``source == "model"``, a stated prior for ``"keywords"``.
    ``rank``: for severity, orders complaints by harm whatever the chosen value (higher is worse): the harm told, with a
    model together with the learned log-odds of being grave, so that it may be below 0; else the confidence.
    ``alternatives``: the next best ``(value, confidence)``. ``value`` is "" when nothing can be said.
    """

    field: str
    value: str
    confidence: float
    reasons: tuple[Reason, ...]
    source: str
    rank: float = 0.0
    alternatives: tuple[tuple[str, float], ...] = ()


def propose_by_keywords(
    text: str,
    lexicon: Lexicon | None = None,
    *,
    fields: Sequence[str] = FIELDS,
    hits: Sequence[Hit] | None = None,
) -> list[Proposal]:
    """Proposals for one text, one per field, in the order of ``fields``; ``hits``: what the lexicon finds in it, if known."""
    lexicon = lexicon or default_lexicon()
    own = hits_by_field(lexicon.hits(text) if hits is None else hits)
    harm = assess(text, hits=own.get("harm", ()))
    kind = by_words("type", own.get("type", ()))
    return [kind if name == "type" else answer(name, text, own, harm, kind, lexicon) for name in fields]


def hits_by_field(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """What was found in a text, by the field that it speaks for."""
    own: dict[str, list[Hit]] = {}
    for hit in hits:
        own.setdefault(hit.term.field, []).append(hit)
    return own


def answer(
    name: str, text: str, own: Mapping[str, Sequence[Hit]], harm: Harm, kind: Proposal, lexicon: Lexicon
) -> Proposal:
    """The keywords' answer for one field; ``kind``: the type, whose usual severity counts."""
    if name == "severity":
        return _severity(harm, kind, lexicon, own)
    if name == "harm":
        return _harm(harm)
    return _language(text) if name == "language" else by_words(name, own.get(name, ()))


def by_words(name: str, hits: Sequence[Hit]) -> Proposal:
    """Add up the keywords of each value; a denied positive word counts as negative and the other way round."""
    if not hits:
        return _NOTHING_SAID[name] if name in FALLBACK else Proposal(name, "", 0.0, (), "none")
    amounts: dict[str, float] = {}
    reasons: dict[str, list[Reason]] = {}
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        term = hit.term
        if (term.value, term.text) in seen:
            continue
        value, message = term.value, "keyword: {word}"
        if hit.negated:
            if name != "sentiment":
                continue
            value = "negative" if value == "positive" else "positive"
            message = "keyword, denied: {word}"
        seen.add((term.value, term.text))
        amounts[value] = amounts.get(value, 0.0) + term.weight
        reasons.setdefault(value, []).append(Reason("keyword", about_word(message, term.text), term.weight))
    if name == "type":
        amounts = _within_branch(amounts)
    if name in FALLBACK:
        for value in VALUES[name]:
            amounts.setdefault(value, 0.0)
        amounts[FALLBACK[name]] += UNDECIDED
    elif not amounts:
        return Proposal(name, "", 0.0, (), "none")
    total = math.exp(UNDECIDED) * (name not in FALLBACK) + sum(map(math.exp, amounts.values()))
    ordered = sorted(amounts, key=lambda value: (-amounts[value], value))
    share = {value: math.exp(amounts[value]) / total for value in ordered}
    value = ordered[0]
    why = sorted(reasons.get(value, []), key=lambda reason: (-reason.weight, reason.text))[:MAX_REASONS]
    others = tuple((each, share[each]) for each in ordered[1:4])
    source = "keywords" if why else "none"
    return Proposal(name, value, share[value], tuple(why), source, share[value], others)


def reasons_for(value: str, hits: Sequence[Hit]) -> tuple[Reason, ...]:
    """The keywords that speak for one value, the weightiest first."""
    weights = {hit.term.text: hit.term.weight for hit in hits if hit.term.value == value and not hit.negated}
    found = [
        Reason("keyword", about_word("keyword: {word}", text), weight) for text, weight in weights.items()
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.weight, reason.text))[:MAX_REASONS])


def _severity(harm: Harm, kind: Proposal, lexicon: Lexicon, own: Mapping[str, Sequence[Hit]]) -> Proposal:
    usual = lexicon.type_severity.get(kind.value, "")
    graver = usual and SEVERITY_KEYS.index(usual) > SEVERITY_KEYS.index(harm.severity or usual)
    if harm.severity and not (graver and not _speaks_of_harm(kind, own)):
        confidence = HARM_CONFIDENCE[harm.certain]
        return Proposal(
            "severity", harm.severity, confidence, harm.reasons[:MAX_REASONS], "keywords", harm.rank
        )
    if usual:
        reasons = (
            Reason("note", Message("usual severity of the type {type}", {"type": kind.value})),
            *harm.reasons[:MAX_REASONS],
        )
        return Proposal("severity", usual, TYPE_SEVERITY_CONFIDENCE, reasons, "keywords", harm.rank)
    return Proposal("severity", "", 0.0, harm.reasons[:MAX_REASONS], "none", harm.rank)


def _speaks_of_harm(kind: Proposal, own: Mapping[str, Sequence[Hit]]) -> bool:
    """Whether the words that speak for a type are those that tell of harm to somebody: how grave it is, they say themselves."""
    spoken = [hit for hit in own.get("type", ()) if hit.term.value == kind.value and not hit.negated]
    told = [hit for hit in own.get("harm", ()) if hit.term.weight >= LEAST_OF_PEOPLE]
    return bool(spoken) and all(any(hit.overlaps(other) for other in told) for hit in spoken)


def _harm(harm: Harm) -> Proposal:
    confidence = HARM_CONFIDENCE[True] if harm.certain or harm.hurt else 1.0 - HARM_CONFIDENCE[False]
    return Proposal("harm", harm.level, confidence, harm.reasons[:MAX_REASONS], "keywords", harm.rank)


def _language(text: str) -> Proposal:
    value = language(text)
    return Proposal("language", value, 0.95 if value else 0.0, (), "keywords" if value else "none")


def _within_branch(amounts: Mapping[str, float]) -> dict[str, float]:
    """A sub-type (``logistics.late``) also profits from half of what speaks for its branch (``logistics``)."""
    return {
        value: amount + 0.5 * amounts.get(value.partition(".")[0], 0.0) * ("." in value)
        for value, amount in amounts.items()
    }


def _nothing_said(name: str) -> Proposal:
    """The answer of a field none of whose keywords occurs."""
    chosen = FALLBACK[name]
    total = math.exp(UNDECIDED) + len(VALUES[name]) - 1
    others = tuple((value, 1.0 / total) for value in VALUES[name] if value != chosen)[:3]
    confidence = math.exp(UNDECIDED) / total
    return Proposal(name, chosen, confidence, (), "none", confidence, others)


_NOTHING_SAID = {name: _nothing_said(name) for name in FALLBACK}
