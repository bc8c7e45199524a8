"""Learns from closed complaints in a worker, and measures before anything is used.

Time is kept: the figures are those of a model that had learned from earlier complaints alone, and of their answers only those
that were decided before the first later complaint came in. What is used afterwards has learned from all of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.classifier import (
    FIELDS,
    KEPT,
    LATER_SHARE,
    LEAST,
    LEAST_LATER,
    LEAST_OF_AN_ANSWER,
    MAX_FEATURES,
    REJECTED,
    RETIRED,
)
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.engine.classify import TextModel, TrainSettings, train_many
from complaint_qms.engine.classify.measure import accuracy, brier_score, calibration_error, macro_f1
from complaint_qms.services import writing
from complaint_qms.services.classifier import versions, weights
from complaint_qms.services.classifier.answers import answers_of
from complaint_qms.services.classifier.examples import Example, read_examples
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run
from complaint_qms.services.intake import proposals
from complaint_qms.services.intake.learned_proposals import VERSION
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.sop.procedure import type_keys

_LOCK = "complaint-classifier"
_SETTINGS = TrainSettings(min_label=LEAST_OF_AN_ANSWER, max_features=MAX_FEATURES)


@dataclass(frozen=True)
class Figures:
    """How one field was answered on later complaints, by what was learned and by the rules."""

    examples: int
    answers: int
    model_f1: float
    rules_f1: float
    model_accuracy: float
    rules_accuracy: float
    calibration_error: float
    brier_score: float

    @property
    def is_better(self) -> bool:
        return self.model_f1 > self.rules_f1 and self.model_accuracy >= self.rules_accuracy


def run(by: str = "Administrator") -> str | None:
    """Learn, measure, and use it where it is better than the rules; name of the version, None where there was too little.

    Another run at the same time ends this one without a word.
    """
    try:
        with exclusive_run(_LOCK, overtaken=_("The classifier is being trained already.")):
            return _train(read_examples(), by)
    except Overtaken:
        frappe.clear_last_message()
        return None


def measure(examples: Sequence[Example]) -> tuple[dict[str, Figures], dict[str, Any]]:
    """(figures by field of the complaint, {split_at, learned, held_out}) on the later part; no figures where there is too little."""
    split_at = examples[int(len(examples) * (1 - LATER_SHARE))].received_at
    earlier = [one for one in examples if one.closed_at <= split_at]
    later = [one for one in examples if one.received_at >= split_at]
    about = {"split_at": split_at, "learned": len(earlier), "held_out": len(later)}
    fields = _learnable(earlier)
    if len(later) < LEAST_LATER or len(earlier) < LEAST // 2 or not fields:
        return {}, about
    models = _learn(earlier, fields)
    texts = [one.text for one in later]
    learned = [{one.field: one for one in found} for found in answers_of(texts, models)]
    by_rules = [proposals.values_by_words(text) for text in texts]
    return {
        column: _figures(field, column, later, learned, by_rules, earlier) for field, column in fields.items()
    }, about


def _train(examples: list[Example], by: str) -> str | None:
    began = time.monotonic()
    if len(examples) < LEAST:
        return None
    figures, about = measure(examples)
    used = {column for column, found in figures.items() if found.is_better}
    doc = frappe.new_doc(VERSION)
    doc.update(
        {
            "state": REJECTED,
            "trained_at": now_datetime(),
            "trained_by": by,
            "complaints": len(examples),
            "corrections": sum(one.corrected for one in examples),
            "period_from": examples[0].received_at.date(),
            "period_to": examples[-1].received_at.date(),
            **about,
        }
    )
    for column, found in figures.items():
        label = frappe.get_meta("Complaint").get_label(column)
        row = {name: getattr(found, name) for name in Figures.__dataclass_fields__}
        doc.append("figures", {"field": label, "field_name": column, "used": column in used, **row})
    doc.flags.by_training = doc.flags.ignore_permissions = True
    doc.insert()
    if used:
        _use(doc, examples, used, by)
    seconds = round(time.monotonic() - began, 1)
    writing.set_values(VERSION, doc.name, {"seconds": seconds}, "trained")
    frappe.db.commit()
    _drop_old()
    return doc.name


def _use(doc: Document, examples: Sequence[Example], used: set[str], by: str) -> None:
    fields = {field: column for field, column in _learnable(examples).items() if column in used}
    sums = weights.keep_weights(doc.name, _learn(examples, fields))
    for row in doc.figures:
        row.sha256 = sums.get(row.field_name)
        row.used = int(row.field_name in sums)
    versions.put_in_use(doc, by)


def _learnable(examples: Sequence[Example]) -> dict[str, str]:
    """Fields with two answers that are common enough."""
    found = {}
    for field, column in FIELDS.items():
        counts = Counter(one.answers[column] for one in examples if column in one.answers)
        if sum(number >= LEAST_OF_AN_ANSWER for number in counts.values()) >= 2:
            found[field] = column
    return found


def _learn(examples: Sequence[Example], fields: Mapping[str, str]) -> dict[str, TextModel]:
    keys = _keys()
    labels = {
        field: [
            keys.get((column, one.answers.get(column, "")), one.answers.get(column, "")) for one in examples
        ]
        for field, column in fields.items()
    }
    return train_many([one.text for one in examples], labels, lexicon=proposals.lexicon(), settings=_SETTINGS)


def _keys() -> dict[tuple[str, str], str]:
    """(field of the complaint, the site's word) → the engine's key, so that both speak of the same: types and severities."""
    found = {("complaint_type", name): key for name, key in type_keys().items() if key}
    ranks = level_ranks()["Risk Severity"]
    shipped = {row["name"]: row["key"] for row in SEVERITIES}
    by_rank = {row["rank"]: row["key"] for row in SEVERITIES if row["name"] not in ranks}
    for name, rank in ranks.items():
        if key := shipped.get(name) or by_rank.get(rank):
            found["severity", name] = key
    return found


def _figures(
    field: str,
    column: str,
    later: Sequence[Example],
    learned: Sequence[Mapping[str, Any]],
    by_rules: Sequence[Mapping[str, str]],
    earlier: Sequence[Example],
) -> Figures:
    judged = [at for at, one in enumerate(later) if column in one.answers]
    truth = [later[at].answers[column] for at in judged]
    # That nobody was hurt is proposed by proposing nothing.
    unsaid = "none" if column == "harm_level" else ""
    answers = [
        (proposals.value_of(learned[at][field]) if field in learned[at] else "") or unsaid for at in judged
    ]
    rules = [by_rules[at].get(column) or unsaid for at in judged]
    confidence = np.array([learned[at][field].confidence if field in learned[at] else 0.0 for at in judged])
    right = np.array([one == other for one, other in zip(truth, answers, strict=True)], float)
    return Figures(
        sum(column in one.answers for one in earlier),
        len({one.answers[column] for one in earlier if column in one.answers}),
        macro_f1(truth, answers),
        macro_f1(truth, rules),
        accuracy(truth, answers),
        accuracy(truth, rules),
        calibration_error(confidence, right),
        brier_score(confidence, right),
    )


def _drop_old() -> None:
    """What older versions had learned goes; the one in use and the latest keep theirs."""
    names = frappe.get_all(VERSION, {"state": RETIRED}, pluck="name", order_by="creation desc")
    for name in names[KEPT:]:
        weights.drop(name)
