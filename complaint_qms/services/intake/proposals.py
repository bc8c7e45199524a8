"""What the text of a complaint proposes: type, severity, harm, urgency, wish, and whether an authority may have to be told.
A person decides; nothing is overwritten."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.engine.classify import (
    SEVERITY_KEYS,
    Harm,
    Lexicon,
    Proposal,
    assess,
    default_lexicon,
    propose_by_keywords,
)
from complaint_qms.engine.classify.keywords import VALUES, hits_by_field, reasons_for
from complaint_qms.engine.classify.languages import told_hits
from complaint_qms.engine.classify.lexicon import Hit
from complaint_qms.engine.reasons import Reason
from complaint_qms.services.compliance.decisions import SUSPECTED
from complaint_qms.services.intake import learned_proposals
from complaint_qms.services.intake.proposal_answers import kept, stored_proposals
from complaint_qms.services.record.collected import told_text
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, labelled
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.sop.procedure import type_branch, type_defaults, type_keys, type_words

_NOTE = "expectation_note"
# Field of the engine → field of the complaint
_FIELDS = {
    "type": "complaint_type",
    "severity": "severity",
    "harm": "harm_level",
    "urgency": "urgency",
    "expectation": "expectation",
    _NOTE: _NOTE,
    "reportable": "reportable",
}
# Those that words alone speak for, in the order in which they are shown.
BY_WORDS = tuple(field for field in _FIELDS if field not in ("reportable", _NOTE))
# Harm that happened is never of normal urgency; of what is only feared, that which would be serious.
_URGENCY_OF_HARM = {"minor": "high", "serious": "high", "critical": "critical", "catastrophic": "critical"}
_FEARED = {"serious": "high", "critical": "high", "catastrophic": "high"}
_URGENCIES = ("low", "normal", "high", "critical")
_PERHAPS_REPORTABLE = ("serious", "critical", "catastrophic")
_KEYWORD_WEIGHT = 2.0
# Of the sites that a process serves
_VOCABULARIES = 8
_RAISED = 0.8
_REASONS = 3
# How a keyword's finding is named as a feature of a model (`engine/classify/features.rule_features`)
_FOUND = re.compile(r"(not |feared )?(type|severity|harm|urgency|expectation): (.+)")
_LINKS = ("type", "severity", "harm")
_STATES = {"not ": lambda: _("denied: {0}"), "feared ": lambda: _("feared: {0}")}
EXPOSURE = "exposure"
"""Source of a proposal that deliveries speak for, not the text."""
_HARM = "product.harm"
_NO_WISH = "other"


def refresh(doc: Document) -> None:
    """Put fresh proposals beside `doc`, in memory: by the words of its text, and where a model has read that very text by what it
    learned. What somebody accepted or ignored keeps that answer.

    `proposals` becomes JSON: {field: {value, confidence, reasons: [sentence], source, state}}.
    """
    if doc.stage not in COMPLAINT_EARLY:
        return
    text = told_text(doc)
    stored = stored_proposals(doc)
    found = {
        field: proposal
        for field, proposal in stored.items()
        if isinstance(proposal, dict) and proposal.get("source") == EXPOSURE
    }
    for proposal in [*_by_words(text), *learned_proposals.read_learned(doc, text)]:
        field = _FIELDS.get(proposal.field)
        value = value_of(proposal)
        reasons = [reason for reason in proposal.reasons if _speaks_for(reason)]
        # What no word of the text speaks for is a guess, and a guess is no proposal.
        if field and value and reasons:
            fresh = {
                "value": value,
                "confidence": round(proposal.confidence, 2),
                "reasons": [_sentence(reason) for reason in reasons],
                "source": proposal.source,
                "state": "",
            }
            found[field] = kept(fresh, stored.get(field))
    doc.proposals = json.dumps(found, ensure_ascii=False)


def values_by_words(text: str) -> dict[str, str]:
    """Field of the complaint → what the words alone propose; what nothing speaks for is left out."""
    found = {_FIELDS[proposal.field]: value_of(proposal) for proposal in _by_words(text)}
    return {field: value for field, value in found.items() if value}


def mood_of(complaint: Mapping[str, Any]) -> dict[str, Any] | None:
    """{value, confidence, reasons} of the mood that the words of a complaint speak for; None where none does."""
    found = propose_by_keywords(told_text(complaint), lexicon(), fields=("sentiment",))[0]
    if not found.reasons:
        return None
    reasons = [_sentence(reason) for reason in found.reasons]
    return {"value": found.value, "confidence": round(found.confidence, 2), "reasons": reasons}


def weighed(text: str, base: Iterable[Proposal], lexicon: Lexicon) -> Iterator[Proposal]:
    """Proposals with what harm makes of type and urgency, several wishes told apart where words alone speak for them."""
    hits = told_hits(text, lexicon)
    harm = assess(text, hits=hits)
    for proposal in base:
        if proposal.field == "expectation" and proposal.source != "model":
            yield from _wishes(proposal, hits_by_field(hits).get("expectation", ()))
        elif proposal.field == "type":
            yield _below_group(_harm_first(proposal, harm), hits_by_field(hits).get("type", ()))
        else:
            yield _raised(proposal, harm) if proposal.field == "urgency" else proposal
    if harm.certain and harm.severity in _PERHAPS_REPORTABLE:
        yield Proposal("reportable", SUSPECTED, 0.5, harm.reasons[:_REASONS], "keywords")


def type_name(key: str) -> str:
    """Name of the complaint type that carries `key`, or is called so; empty when there is none."""
    return next((name for name, type_key in type_keys().items() if key in (type_key, name)), "")


def value_of(proposal: Proposal) -> str:
    """The site's own value for what the engine proposes; empty where it has none in use."""
    if proposal.field == "type":
        name = type_name(proposal.value)
        return "" if type_defaults(name).get("is_group") else usable("Complaint Type", name) or ""
    if proposal.field == "severity":
        return severity_level(proposal.value)
    if proposal.field == "harm" and proposal.value == "none":
        return ""
    return proposal.value


def severity_level(key: str) -> str:
    """The site's level for an engine key: by its shipped name, else the level of the same rank."""
    row = next((row for row in SEVERITIES if row["key"] == key), None)
    ranks = {
        name: rank for name, rank in level_ranks()["Risk Severity"].items() if usable("Risk Severity", name)
    }
    if not row or row["name"] in ranks:
        return row["name"] if row else ""
    return next((name for name, rank in ranks.items() if rank == row["rank"]), "")


def lexicon() -> Lexicon:
    """The shipped words and those the site wrote at its complaint types; built once a process and vocabulary."""
    return _lexicon_with(tuple((kind, tuple(terms)) for kind, terms in type_words().items()))


@lru_cache(maxsize=_VOCABULARIES)
def _lexicon_with(words: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    own = {kind: dict.fromkeys(terms, _KEYWORD_WEIGHT) for kind, terms in words}
    return default_lexicon().extended({"type": own})


def _speaks_for(reason: Reason) -> bool:
    """Words that are denied, and those that a model weighed against its answer, are no reasons for it."""
    return reason.kind != "negation" and reason.weight >= 0


def _by_words(text: str) -> Iterator[Proposal]:
    words = lexicon()
    yield from weighed(
        text, propose_by_keywords(text, words, fields=BY_WORDS, hits=told_hits(text, words)), words
    )


def _harm_first(proposal: Proposal, harm: Harm) -> Proposal:
    """Somebody who was hurt complains of that, however many words of the text are about money."""
    shares = dict(proposal.alternatives)
    if harm.certain and _HARM in shares:
        return replace(proposal, value=_HARM, confidence=shares[_HARM], reasons=harm.reasons[:_REASONS])
    grave = harm.certain and harm.severity in _PERHAPS_REPORTABLE
    if proposal.source != "model" and harm.hurt and proposal.value != _HARM and (grave or not proposal.value):
        return replace(
            proposal, value=_HARM, confidence=_RAISED, reasons=harm.reasons[:_REASONS], source="keywords"
        )
    return proposal


def _below_group(proposal: Proposal, hits: Sequence[Hit]) -> Proposal:
    """Groups of types only gather them: of one that was recognised, the type below it that the text speaks for, if any."""
    group = type_name(proposal.value)
    if not type_defaults(group).get("is_group"):
        return proposal
    below = {name for name in type_branch(group) if not type_defaults(name)["is_group"]}
    for value, share in proposal.alternatives:
        name = type_name(value)
        if name in below and usable("Complaint Type", name):
            reasons = reasons_for(value, hits) or proposal.reasons
            return replace(proposal, value=value, confidence=share, rank=share, reasons=reasons)
    return replace(proposal, value="", confidence=0.0, reasons=())


def _wishes(proposal: Proposal, hits: Sequence[Hit]) -> Iterator[Proposal]:
    """The wish that the text speaks for most, what is worth money before words; further ones as a note beside it."""
    order = VALUES["expectation"]
    shares = {proposal.value: proposal.confidence, **dict(proposal.alternatives)}
    ranked = sorted(shares, key=lambda value: (-round(shares[value], 6), order.index(value)))
    said = ranked[: ranked.index(_NO_WISH)] if _NO_WISH in ranked else ranked
    if len(said) < 2:
        yield proposal
        return
    first, *further = said
    yield replace(proposal, value=first, confidence=shares[first], reasons=reasons_for(first, hits))
    also = _("Also wants: {0}").format(comma_list(word(wish) for wish in further))
    why = tuple(reason for wish in further for reason in reasons_for(wish, hits))
    yield replace(proposal, field=_NOTE, value=also, confidence=shares[further[0]], reasons=why[:_REASONS])


def _raised(proposal: Proposal, harm: Harm) -> Proposal:
    floor = (_URGENCY_OF_HARM if harm.certain else _FEARED).get(harm.severity)
    if not floor or _URGENCIES.index(floor) <= _URGENCIES.index(proposal.value):
        return proposal
    return replace(proposal, value=floor, confidence=_RAISED, reasons=harm.reasons[:_REASONS])


def _sentence(reason: Reason) -> str:
    values = reason.message.params.items()
    words = {key: _word_of(value) if isinstance(value, str) else value for key, value in values}
    return _(reason.message.key).format(**words)


def _word_of(value: str) -> str:
    """A complaint type, a severity or what keywords found in the reader's language; a word of the text as it is."""
    if found := _FOUND.fullmatch(value):
        state, field, key = found.groups()
        said = labelled(
            _(frappe.get_meta("Complaint").get_label(_FIELDS[field])),
            _word_of(key) if field in _LINKS else word(key),
        )
        return _STATES[state]().format(said) if state else said
    name = type_name(value) or (severity_level(value) if value in SEVERITY_KEYS else "")
    return _(name) if name else value
