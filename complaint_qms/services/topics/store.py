"""The fit in use: its vocabularies and topics, and what they say of texts. Loads arrays: for workers and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
import numpy as np
from frappe.query_builder.functions import Max
from pypika import CustomFunction
from pypika.functions import Concat
from pypika.queries import Table
from pypika.terms import Term

from complaint_qms.constants.topics import ACTIVE, FIT, KEPT_VOCABULARIES, TOPIC, WORD
from complaint_qms.engine.topics.fit import assign
from complaint_qms.engine.topics.sentiment import tone_of
from complaint_qms.engine.topics.terms import ComplaintText, Vocabulary, code_of
from complaint_qms.services import writing
from complaint_qms.services.record.collected import told_text
from complaint_qms.services.topics.keeping import Read
from complaint_qms.services.topics.reading import customer_names, names_in, sender_of

_left_padded = CustomFunction("LPAD", ["text", "length", "sign"])
_rounded = CustomFunction("ROUND", ["number"])


@dataclass
class FittedTopics:
    """Attributes:
    name: of the fit; empty before there is one.
    vocabularies: by language.
    topics: by language, names of the topics in the order of the rows of `weights`.
    weights: by language, float64 (topics, terms), rows of length 1.
    """

    name: str = ""
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    topics: dict[str, list[str]] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def read(self, rows: Sequence[Any]) -> list[Read]:
        """What texts of complaints say."""
        customers = customer_names(rows)
        told = [(row.name, as_told(row, customers)) for row in rows]
        codes = [code_of(one.text) for _name, one in told]
        found: list[Read] = []
        for code in sorted(set(codes)):
            some = [one for one, its in zip(told, codes, strict=True) if its == code]
            vocabulary = self.vocabularies.get(code)
            numbers = [vocabulary.numbers_in(one) if vocabulary else [] for _name, one in some]
            topics, shares = self._topics(code, numbers)
            for (name, one), terms, topic, share in zip(some, numbers, topics, shares, strict=True):
                tone = tone_of(one.text)
                found.append(Read(name, code, terms, topic, share, tone.score, tone.label))
        return found

    def _topics(self, code: str, numbers: Sequence[Sequence[int]]) -> tuple[list[str | None], list[float]]:
        weights = self.weights.get(code)
        if weights is None or not len(weights):
            return [None] * len(numbers), [0.0] * len(numbers)
        best, share = assign(weights, self.vocabularies[code].matrix(numbers))
        names = self.topics[code]
        return [names[at] if at >= 0 else None for at in best], [float(one) for one in share]


def as_told(row: Mapping[str, Any], customers: Mapping[str, str]) -> ComplaintText:
    """A complaint as the engine reads it."""
    return ComplaintText(told_text(row), sender_of(row), names_in(row, customers))


def fit_in_use() -> FittedTopics:
    """The latest fit with the topics that are active; two queries and the vocabulary."""
    latest = frappe.get_all(FIT, fields=["name", "vocabulary"], order_by="name desc", limit=1)
    if not latest or not latest[0].vocabulary:
        return FittedTopics()
    made = FittedTopics(latest[0].name)
    for data in frappe.parse_json(latest[0].vocabulary):
        made.vocabularies[data["code"]] = Vocabulary.from_data(data)
    active = frappe.get_all(TOPIC, {"state": ACTIVE}, ["name", "language"], order_by="name asc")
    words = words_of([one.name for one in active])
    for code, vocabulary in made.vocabularies.items():
        names = [one.name for one in active if one.language == code]
        weights = np.zeros((len(names), len(vocabulary.terms)))
        for at, name in enumerate(names):
            for term, (_shown, weight) in words.get(name, {}).items():
                if (number := vocabulary.numbers.get(term)) is not None:
                    weights[at, number] = weight
        made.topics[code], made.weights[code] = names, weights
    return made


def vocabulary_in_use() -> dict[str, Vocabulary]:
    """By language; one query."""
    latest = frappe.get_all(FIT, fields=["vocabulary"], order_by="name desc", limit=1)
    stored = frappe.parse_json(latest[0].vocabulary) if latest and latest[0].vocabulary else []
    return {data["code"]: Vocabulary.from_data(data) for data in stored}


def words_of(topics: Sequence[str]) -> dict[str, dict[str, tuple[str, float]]]:
    """Topic → term → (as it is shown, weight), heaviest first; one query."""
    rows = frappe.get_all(
        WORD,
        {"parenttype": TOPIC, "parent": ("in", list(topics) or [""])},
        ["parent", "term", "shown", "weight"],
        order_by="parent asc, idx asc",
    )
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for row in rows:
        found.setdefault(row.parent, {})[row.term] = (row.shown, row.weight)
    return found


def drop_old_vocabularies() -> None:
    """Of older fits the figures stay alone."""
    names = frappe.get_all(FIT, {"vocabulary": ("is", "set")}, pluck="name", order_by="name desc")
    writing.set_where(FIT, names[KEPT_VOCABULARIES:], {"vocabulary": None}, "a later fit is in use")


def clearest(kept: Table) -> Term:
    """Of grouped rows the complaint with the largest share of its topic, as `example_in` reads it: one aggregate, no query for each."""
    share = _left_padded(_rounded(kept.topic_share * 10_000), 6, "0")
    return Max(Concat(share, " ", kept.name))


def example_in(told: str | None) -> str:
    """Name of the complaint in what `clearest` gives."""
    return (told or "").partition(" ")[2]
