"""Proposals for the fields of triage, each with its reasons: from a learned model where there is one, else by keywords."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.special import logit

from complaint_qms.engine.classify.features import Context
from complaint_qms.engine.classify.harm import SEVERITY_KEYS, Harm, assess, not_denied
from complaint_qms.engine.classify.keywords import (
    FIELDS,
    HARM_CONFIDENCE,
    MAX_REASONS,
    Proposal,
    answer,
    by_words,
    hits_by_field,
)
from complaint_qms.engine.classify.languages import hits_of
from complaint_qms.engine.classify.lexicon import Lexicon, default_lexicon
from complaint_qms.engine.classify.model import Predictions, TextModel
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason, about_word

LEAST_CHANCE = 1e-6
TOLD_LOG_ODDS = 3.0
"""What a unit of log(1 + rank of the harm told) adds to the learned log-odds of being grave. Chosen by cross-validation on
the training part of owners' complaints against reported injuries, crashes and fires; 2 to 4 order them about as well."""


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
    languages: Sequence[str] | None = None,
    counted: Sequence[tuple[float | None, float | None]] | None = None,
) -> list[list[Proposal]]:
    """Proposals for many texts at once; a thousand or so per call is the fastest. ``explain=False`` leaves out the
    reasons of learned models (the keywords' reasons cost nothing). ``languages``: in which each text is read
    (:mod:`complaint_qms.engine.classify.languages`); without them all are read as English and Chinese.
    ``counted``: deaths and injured of each text as somebody counted them, None where nobody did; a 0 outranks words."""
    models = models or {}
    lexicon = lexicon or default_lexicon()
    codes = languages if languages is not None else ("",) * len(texts)
    wanted = [*fields, *(name for name in models if name not in fields)]
    if not any(model.uses_lexicon for model in models.values()):
        lexicon = lexicon.of_fields(*wanted, "harm", *(("type",) if "severity" in wanted else ()))
    hits = [hits_of(text, code, lexicon) for text, code in zip(texts, codes, strict=True)]
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
        own = hits_by_field(hits[row])
        told = own.get("harm", [])
        denied: list[str] = []
        if told and counted:
            told, denied = not_denied(told, *counted[row])
        harm = assess(text, hits=told)
        if denied:
            harm = replace(harm, reasons=(*harm.reasons, _denied(denied[0])))
        answers: dict[str, Proposal] = {}
        for name in ("type", *wanted):  # the usual severity of a type needs the type first
            if name in answers:
                continue
            if name in learned:
                answers[name] = learned[name][row]
                if name == "severity":
                    answers[name] = _at_least_told(learned[name][row], harm)
            elif name == "type":
                answers[name] = by_words(name, own.get(name, ()))
            else:
                answers[name] = answer(name, text, own, harm, answers["type"], lexicon)
        out.append([answers[name] for name in wanted])
    return out


def _denied(word: str) -> Reason:
    return Reason("note", about_word("mentions: {word}; the record counts 0", word), 0.0)


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
            Reason("note", Message("the learned answer was {value}", {"value": learned.value})),
        )
        alternatives = ((learned.value, learned.confidence),)
        return Proposal(
            "severity", harm.severity, HARM_CONFIDENCE[True], reasons, "keywords", rank, alternatives
        )
    why = tuple(reason for reason in harm.reasons if reason.weight > 0)[:1]
    return replace(learned, reasons=(*learned.reasons, *why), rank=rank)
