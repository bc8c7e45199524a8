"""What a complaint is about and how grave it is, read from its text, nothing downloaded: English and Chinese, with plain words
of harm and type for German, French, Spanish and Portuguese.

Public API::

    propose(text, models=None, lexicon=None, *, context=None, fields=FIELDS) -> list[Proposal]
    propose_many(texts, models=None, lexicon=None, *, contexts=None, fields=FIELDS, explain=True, languages=None)
        -> list[list[Proposal]]; ``languages``: that of each text, so that German, French, Spanish and Portuguese are read with
        words of their own and what nobody reads is not taken for English
        Proposal(field, value, confidence, reasons, source, rank, alternatives), one per field:
        type         key of constants.vocabulary.TYPES, "" when no word speaks for any
        severity     key of constants.risk.SEVERITIES; ``rank`` orders complaints by the harm told, higher is worse
        harm         none, minor, serious, death
        urgency      low, normal, high, critical
        expectation  refund, exchange, repair, credit, apology, information, other
        sentiment    negative, neutral, positive
        language     en, zh, other, ""
        and any further field that ``models`` names
    propose_by_keywords(text, lexicon=None, *, fields=FIELDS, hits=None) -> list[Proposal]
        the same by keywords alone; no array library is loaded for it

    train(texts, labels, *, contexts=None, lexicon=None, use_lexicon=True, settings=None) -> TextModel
        learns any label (type, component, product …) from a company's own history; with more than a few thousand texts
        it needs scikit-learn, predicting does not. ``contexts``: other columns of each record as a mapping, e.g. {"item": "A-1", "channel": "web"}.
    train_many(texts, {field: labels}, ...) -> {field: TextModel}
        the same for several fields at once; the models share their features, which makes learning and predicting cheaper
    TextModel.predict_many(texts, contexts=…) -> Predictions(labels, label, confidence, probability)
    TextModel.to_bytes() / TextModel.from_bytes(data)          .npz of arrays and JSON; no pickle, loading runs no code

    assess(text) -> Harm(severity, rank, certain, reasons)      harm alone, without a model
    default_lexicon() -> Lexicon;  Lexicon.extended({"type": {"my-type": {"word": 1.0}}}) adds a site's own words
    Lexicon.hits(text) -> list[Hit]                             what was found, where, denied or merely feared

Give ``propose_many`` portions of about a thousand texts. A model replaces the keywords of its field, but a learned
severity never hides harm the text tells of. Reasons carry their contribution in log-odds (``Reason.weight``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from complaint_qms.engine.classify.harm import SEVERITY_KEYS, Harm, assess
from complaint_qms.engine.classify.keywords import FIELDS, Proposal, propose_by_keywords
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, Term, default_lexicon
from complaint_qms.engine.lazy_exports import lazy_exports
from complaint_qms.engine.reasons import Reason

if TYPE_CHECKING:
    from complaint_qms.engine.classify.features import Context
    from complaint_qms.engine.classify.model import Predictions, TextModel, TrainSettings, train, train_many
    from complaint_qms.engine.classify.proposals import propose, propose_many

__all__ = [
    "FIELDS",
    "SEVERITY_KEYS",
    "Context",
    "Harm",
    "Hit",
    "Lexicon",
    "Predictions",
    "Proposal",
    "Reason",
    "Term",
    "TextModel",
    "TrainSettings",
    "assess",
    "default_lexicon",
    "propose",
    "propose_by_keywords",
    "propose_many",
    "train",
    "train_many",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "features": ("Context",),
        "model": ("Predictions", "TextModel", "TrainSettings", "train", "train_many"),
        "proposals": ("propose", "propose_many"),
    },
)
