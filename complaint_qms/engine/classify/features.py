"""Texts as weighted features for a linear model: words and word pairs, spelling fragments, keyword rules, context.

Four groups, each its own unit-length block so that no group drowns another:

* ``word``: Latin words and pairs of neighbours; Chinese character 1-, 2- and 3-grams
* ``part``: letter n-grams (2 … 5) inside Latin words, so that mistyped and inflected words still count
* ``rule``: the lexicon's findings (field, value, negated or feared), so that a small history profits from it
* ``context``: other columns of the record (item, channel, company) as ``column=value``
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from complaint_qms.engine.classify.lexicon import Hit
from complaint_qms.engine.similar.features import expand
from complaint_qms.engine.text import fold, han_ngrams, is_han, words

GROUPS: tuple[str, ...] = ("word", "part", "rule", "context")
HAN_SIZES = (1, 2, 3)
PART_SIZES = (2, 3, 4, 5)
MAX_WORDS = 3_000
"""Words of one text that count."""

Context = Mapping[str, object]


def text_words(text: str) -> list[str]:
    """Words and Han runs of a text; digits are replaced by their number of places, which keeps their kind only."""
    return [_shape(token) if token.isdigit() else token for token in words(fold(text))[:MAX_WORDS]]


def word_parts(word: str) -> list[str]:
    """Letter n-grams of one Latin word, with its ends marked."""
    padded = f" {word} "
    return [padded[i : i + n] for n in PART_SIZES for i in range(len(padded) - n + 1)]


def rule_features(hits: Sequence[Hit]) -> dict[str, float]:
    """Lexicon findings as named amounts: summed weights per field and value, split by negated / feared."""
    amounts: dict[str, float] = {}
    seen: set[tuple[str, str, str]] = set()
    for hit in hits:
        state = "not " if hit.negated else "feared " if hit.feared else ""
        term = hit.term
        once = (term.field, term.value, state + " ".join(term.words))
        if once in seen:
            continue
        seen.add(once)
        name = f"{state}{term.field}: {term.value}"
        amounts[name] = amounts.get(name, 0.0) + term.weight
    return amounts


def context_features(context: Context | None) -> list[str]:
    """``column=value`` for every filled column."""
    if not context:
        return []
    return [_context_feature(key, str(value)) for key, value in context.items() if value not in (None, "")]


def word_features(row: Sequence[str]) -> list[str]:
    """Words, neighbouring word pairs and Han n-grams of one text, in any order."""
    if not row or max(row) < "\u3007":
        return [*row, *map(" ".join, pairwise(row))]
    out: list[str] = []
    previous = ""
    for token in row:
        if token[0] >= "\u3007" and is_han(token):
            out.extend(han_ngrams(token, HAN_SIZES))
            previous = ""
            continue
        out.append(token)
        if previous:
            out.append(f"{previous} {token}")
        previous = token
    return out


def learn_vocabulary(
    texts: Sequence[str],
    hits: Sequence[Sequence[Hit]],
    contexts: Sequence[Context | None],
    *,
    min_texts: int = 2,
    max_features: int = 60_000,
) -> Vocabulary:
    """Features that occur in at least ``min_texts`` texts, at most ``max_features`` per group (the commonest)."""
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    parts: dict[str, list[str]] = {}
    for text in texts:
        row = text_words(text)
        counts["word"].update(set(word_features(row)))
        own = [word for word in set(row) if word[0] < "\u3007"]
        parts.update((word, word_parts(word)) for word in own if word not in parts)
        counts["part"].update(set().union(*[parts[word] for word in own]))
    for each in hits:
        counts["rule"].update(rule_features(each))
    for context in contexts:
        counts["context"].update(context_features(context))
    least = {"word": min_texts, "part": max(min_texts, 3), "rule": min_texts, "context": min_texts}
    names, idf = {}, {}
    for group in GROUPS:
        common = sorted(
            ((-number, name) for name, number in counts[group].items() if number >= least[group])
        )[:max_features]
        names[group] = sorted(name for _, name in common)
        frequency = np.array([counts[group][name] for name in names[group]], float)
        idf[group] = np.log((1.0 + len(texts)) / (1.0 + frequency)) + 1.0
    return Vocabulary(names, idf)


@dataclass
class Vocabulary:
    """The features a model knows. ``names[group]`` are in column order; ``idf[group]`` float64 of the same length."""

    names: dict[str, list[str]]
    idf: dict[str, np.ndarray]
    weights: dict[str, float] = field(
        default_factory=lambda: {"word": 1.0, "part": 1.0, "rule": 0.15, "context": 0.7}
    )

    def __post_init__(self) -> None:
        self.columns = {
            group: {name: column for column, name in enumerate(self.names[group])} for group in GROUPS
        }
        self._word_ids: dict[str, int] = {}
        self._word_data: list[int] = []
        self._word_starts: list[int] = [0]

    @property
    def size(self) -> int:
        return sum(len(self.names[group]) for group in GROUPS)

    def offset(self, group: str) -> int:
        """First column of ``group`` in the joined matrix."""
        return sum(len(self.names[each]) for each in GROUPS[: GROUPS.index(group)])

    def name(self, column: int) -> tuple[str, str]:
        """``(group, feature)`` of a column of the joined matrix."""
        for group in GROUPS:
            if column < len(self.names[group]):
                return group, self.names[group][column]
            column -= len(self.names[group])
        raise IndexError(column)

    def matrix(
        self,
        texts: Sequence[str],
        hits: Sequence[Sequence[Hit]] | None = None,
        contexts: Sequence[Context | None] | None = None,
    ) -> sparse.csr_matrix:
        """Feature matrix, float64 CSR of shape (texts, size)."""
        rows = [text_words(text) for text in texts]
        count = len(texts)
        blocks = [self._word_block(rows), self._part_block(rows)]
        amounts = [rule_features(each) for each in hits] if hits is not None else [{}] * count
        blocks.append(self._named_block(amounts, "rule", damp=True))
        listed = [dict.fromkeys(context_features(each), 1.0) for each in contexts or [None] * count]
        blocks.append(self._named_block(listed, "context", damp=False))
        return sparse.hstack(blocks, format="csr")

    def _word_block(self, rows: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        columns = self.columns["word"]
        indices: list[int] = []
        ends = [0]
        for row in rows:
            indices += [column for column in map(columns.get, word_features(row)) if column is not None]
            ends.append(len(indices))
        return self._weigh(np.array(indices, np.int64), np.array(ends), "word")

    def _part_block(self, rows: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        if len(self._word_ids) > 200_000:
            self._word_ids, self._word_data, self._word_starts = {}, [], [0]
        known = self._word_ids
        ids: list[int] = []
        lengths = np.empty(len(rows), np.int64)
        for number, row in enumerate(rows):
            own = [known[word] if word in known else self._learn(word) for word in row if word[0] < "\u3007"]
            lengths[number] = len(own)
            ids.extend(own)
        word = np.array(ids, np.int64)
        starts = np.array(self._word_starts, np.int64)
        sizes = starts[word + 1] - starts[word]
        indices = np.array(self._word_data, np.int64)[expand(starts[word], sizes)]
        row_of = np.repeat(np.repeat(np.arange(len(rows)), lengths), sizes)
        ends = np.searchsorted(row_of, np.arange(len(rows) + 1))
        return self._weigh(indices, ends, "part")

    def _learn(self, word: str) -> int:
        number = len(self._word_ids)
        self._word_ids[word] = number
        columns = self.columns["part"]
        self._word_data.extend(columns[part] for part in word_parts(word) if part in columns)
        self._word_starts.append(len(self._word_data))
        return number

    def _named_block(self, rows: Sequence[Mapping[str, float]], group: str, damp: bool) -> sparse.csr_matrix:
        columns = self.columns[group]
        indices, data, ends = [], [], [0]
        for row in rows:
            for name, amount in row.items():
                if name in columns:
                    indices.append(columns[name])
                    data.append(np.log1p(amount) if damp else amount)
            ends.append(len(indices))
        weighted = np.array(data, float) * self.weights[group]
        block = sparse.csr_matrix(
            (weighted, np.array(indices, np.int64), np.array(ends)), (len(rows), len(columns))
        )
        block.sort_indices()
        return block

    def _weigh(self, indices: np.ndarray, ends: np.ndarray, group: str) -> sparse.csr_matrix:
        """Counts to (1 + log count) × idf, each row of length ``weights[group]``."""
        shape = (len(ends) - 1, len(self.names[group]))
        block = sparse.csr_matrix((np.ones(len(indices)), indices, ends), shape)
        block.sum_duplicates()
        block.data = (1.0 + np.log(block.data)) * self.idf[group][block.indices]
        row_of = np.repeat(np.arange(shape[0]), np.diff(block.indptr))
        norms = np.sqrt(np.bincount(row_of, block.data**2, shape[0]))
        block.data *= self.weights[group] / np.maximum(norms, 1e-12)[row_of]
        return block


def _shape(number: str) -> str:
    return "#" * min(len(number), 7)


@lru_cache(maxsize=20_000)
def _context_feature(key: str, value: str) -> str:
    return f"{key}={fold(value)}"
