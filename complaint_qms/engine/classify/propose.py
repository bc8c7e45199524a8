"""Proposals for the fields of triage, each with its reasons: from a learned model where there is one, else by keywords."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.special import logit

from complaint_qms.engine.classify.features import Context
from complaint_qms.engine.classify.harm import HARM_OF_SEVERITY, SEVERITY_KEYS, Harm, assess
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon
from complaint_qms.engine.classify.model import Predictions, TextModel
from complaint_qms.engine.reasons import Reason
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
LEAST_CHANCE = 1e-6
TOLD_LOG_ODDS = 3.0
"""What a unit of log(1 + rank of the harm told) adds to the learned log-odds of being grave. Chosen by cross-validation on
the training part of owners' complaints against reported injuries, crashes and fires; 2 to 4 order them about as well."""


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


def _nothing_said(name: str) -> Proposal:
    """The answer of a field none of whose keywords occurs."""
    chosen = FALLBACK[name]
    total = math.exp(UNDECIDED) + len(VALUES[name]) - 1
    others = tuple((value, 1.0 / total) for value in VALUES[name] if value != chosen)[:3]
    confidence = math.exp(UNDECIDED) / total
    return Proposal(name, chosen, confidence, (), "none", confidence, others)


_NOTHING_SAID = {name: _nothing_said(name) for name in FALLBACK}


def propose(
    text: str,
    models: Mapping[str, TextModel] | None = None,
    lexicon: Lexicon | None = None,
    *,
    context: Context | None = None,
    fields: Sequence[str] = FIELDS,
) -> list[Proposal]:
    """Proposals for one text, one per field, in the order of ``fields`` and then of further fields in ``models``."""
    return propose_many([text], models, lexicon, contexts=[context], fields=fields)[0]


def propose_many(
    texts: Sequence[str],
    models: Mapping[str, TextModel] | None = None,
    lexicon: Lexicon | None = None,
    *,
    contexts: Sequence[Context | None] | None = None,
    fields: Sequence[str] = FIELDS,
    explain: bool = True,
) -> list[list[Proposal]]:
    """Proposals for many texts at once; a thousand or so per call is the fastest. ``explain=False`` leaves out the
    reasons of learned models (the keywords' reasons cost nothing)."""
    models = models or {}
    lexicon = lexicon or default_lexicon()
    hits = [lexicon.hits(text) for text in texts]
    wanted = [*fields, *(name for name in models if name not in fields)]
    matrices: dict[
        tuple[int, bool], sparse.csr_matrix
    ] = {}  # models that were learned together see the same features
    learned = {}
    for name in wanted:
        if name in models:
            model = models[name]
            seen = (id(model.vocabulary), model.uses_lexicon)
            if seen not in matrices:
                matrices[seen] = model.matrix(texts, contexts=contexts, hits=hits)
            learned[name] = _by_model(name, model, matrices[seen], explain)
    out = []
    for row, text in enumerate(texts):
        own: dict[str, list[Hit]] = {}
        for hit in hits[row]:
            own.setdefault(hit.term.field, []).append(hit)
        harm = assess(text, hits=own.get("harm", ()))
        answers: dict[str, Proposal] = {}
        for name in ("type", *wanted):  # the usual severity of a type needs the type first
            if name in answers:
                continue
            if name in learned:
                answers[name] = learned[name][row]
                if name == "severity":
                    answers[name] = _at_least_told(learned[name][row], harm)
            elif name == "severity":
                answers[name] = _severity(harm, answers["type"], lexicon)
            elif name == "harm":
                answers[name] = _harm(harm)
            elif name == "language":
                answers[name] = _language(text)
            else:
                answers[name] = _by_words(name, own.get(name, ()))
        out.append([answers[name] for name in wanted])
    return out


def _by_model(
    name: str,
    model: TextModel,
    matrix: sparse.csr_matrix,
    explain: bool,
) -> list[Proposal]:
    found = model.decide(matrix)
    reasons = model.reasons(matrix, found.label, MAX_REASONS) if explain else [()] * matrix.shape[0]
    best = (-found.probability).argsort(axis=1, kind="stable")[:, :4]
    rank = _gravity(found) if name == "severity" else found.confidence
    out = []
    for row in range(matrix.shape[0]):
        label = int(found.label[row])
        confidence = float(found.confidence[row])
        chance = float(found.probability[row, label])
        # What the curve takes off (or adds to) the answer is shared by the others; none of them passes it.
        part = min(confidence / chance, (1.0 - confidence) / max(1.0 - chance, LEAST_CHANCE))
        others = tuple(
            (model.labels[number], float(found.probability[row, number]) * part)
            for number in best[row]
            if number != label
        )[:3]
        out.append(
            Proposal(name, model.labels[label], confidence, reasons[row], "model", float(rank[row]), others)
        )
    return out


def _gravity(found: Predictions) -> np.ndarray:
    """Learned log-odds of each text being grave, (n,): where its expected severity lies between the lowest and the
    highest one learned. 0 when the labels are not severities."""
    steps = {label: SEVERITY_KEYS.index(label) for label in found.labels if label in SEVERITY_KEYS}
    expected = found.expected(steps)
    if expected is None:
        return np.zeros(len(found.label))
    low, high = min(steps.values()), max(steps.values())
    return logit(np.clip((expected - low) / (high - low), LEAST_CHANCE, 1.0 - LEAST_CHANCE))


def _at_least_told(learned: Proposal, harm: Harm) -> Proposal:
    """A learned severity never hides harm that the text tells of as a fact, neither in its value nor in its rank."""
    rank = learned.rank + TOLD_LOG_ODDS * math.log1p(harm.rank)
    if learned.value not in SEVERITY_KEYS:
        return replace(learned, rank=rank)
    told = SEVERITY_KEYS.index(harm.severity) if harm.certain else -1
    if told > SEVERITY_KEYS.index(learned.value):
        reasons = (
            *harm.reasons[:MAX_REASONS],
            Reason("note", "the learned answer was {0}", (learned.value,)),
        )
        alternatives = ((learned.value, learned.confidence),)
        return Proposal(
            "severity", harm.severity, HARM_CONFIDENCE[True], reasons, "keywords", rank, alternatives
        )
    told = tuple(reason for reason in harm.reasons if reason.weight > 0)[:1]
    return replace(learned, reasons=(*learned.reasons, *told), rank=rank)


def _severity(harm: Harm, kind: Proposal, lexicon: Lexicon) -> Proposal:
    usual = lexicon.type_severity.get(kind.value, "")
    if harm.severity and not (usual and SEVERITY_KEYS.index(usual) > SEVERITY_KEYS.index(harm.severity)):
        confidence = HARM_CONFIDENCE[harm.certain]
        return Proposal(
            "severity", harm.severity, confidence, harm.reasons[:MAX_REASONS], "keywords", harm.rank
        )
    if usual:
        reasons = (
            Reason("note", "usual severity of the type {0}", (kind.value,)),
            *harm.reasons[:MAX_REASONS],
        )
        return Proposal("severity", usual, TYPE_SEVERITY_CONFIDENCE, reasons, "keywords", harm.rank)
    return Proposal("severity", "", 0.0, harm.reasons[:MAX_REASONS], "none", harm.rank)


def _harm(harm: Harm) -> Proposal:
    value = HARM_OF_SEVERITY[harm.severity] if harm.severity and harm.certain else "none"
    confidence = HARM_CONFIDENCE[True] if harm.certain else 1.0 - HARM_CONFIDENCE[False]
    return Proposal("harm", value, confidence, harm.reasons[:MAX_REASONS], "keywords", harm.rank)


def _language(text: str) -> Proposal:
    value = language(text)
    return Proposal("language", value, 0.95 if value else 0.0, (), "keywords" if value else "none")


def _by_words(name: str, hits: Sequence[Hit]) -> Proposal:
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
        value, message = term.value, "keyword: {0}"
        if hit.negated:
            if name != "sentiment":
                continue
            value = "negative" if value == "positive" else "positive"
            message = "keyword, denied: {0}"
        seen.add((term.value, term.text))
        amounts[value] = amounts.get(value, 0.0) + term.weight
        reasons.setdefault(value, []).append(Reason("keyword", message, (term.text,), term.weight))
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


def _within_branch(amounts: Mapping[str, float]) -> dict[str, float]:
    """A sub-type (``logistics.late``) also profits from half of what speaks for its branch (``logistics``)."""
    return {
        value: amount + 0.5 * amounts.get(value.partition(".")[0], 0.0) * ("." in value)
        for value, amount in amounts.items()
    }
