"""Texts as weighted features for a linear model: words and word pairs, spelling fragments, keyword rules, context.

Four groups, each its own unit-length block so that no group drowns another:

* ``word``: Latin words and pairs of neighbours; Chinese character 1-, 2- and 3-grams
* ``part``: letter n-grams (2 … 5) inside Latin words, so that mistyped and inflected words still count
* ``rule``: the lexicon's findings (field, value, negated or feared), so that a small history profits from it
* ``context``: other columns of the record (item, channel, company) as ``column=value``
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from complaint_qms.engine.classify.lexicon import Hit
from complaint_qms.engine.similar.features import distinct, expand
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
    rows = [text_words(text) for text in texts]
    for row in rows:
        counts["word"].update(set(word_features(row)))
    counts["part"] = _texts_with_parts(rows)
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


def _texts_with_parts(rows: Sequence[Sequence[str]]) -> Counter[str]:
    """In how many of the texts each part of a word stands."""
    names: dict[str, int] = {}
    known = _WordParts(lambda part: names.setdefault(part, len(names)))
    numbers, ends = known.of([list(set(row)) for row in rows])
    text = np.repeat(np.arange(len(rows)), np.diff(ends))
    frequency = np.bincount(distinct(text * len(names) + numbers) % max(len(names), 1), minlength=len(names))
    return Counter(dict(zip(names, frequency.tolist(), strict=True)))


class _WordParts:
    """The parts of words as numbers, each word looked into once. Emptied when it is full, which changes speed but no result."""

    MOST = 200_000

    def __init__(self, number: Callable[[str], int | None]) -> None:
        self._number = number
        self._clear()

    def of(self, rows: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
        """``(flat, ends)``: numbers of the parts of the Latin words of row ``i`` are ``flat[ends[i]:ends[i + 1]]``, int64."""
        if len(self._words) > self.MOST:
            self._clear()
        words = self._words
        found: list[int] = []
        last = np.zeros(len(rows) + 1, np.int64)
        for place, row in enumerate(rows, 1):
            found += [words[word] if word in words else self._add(word) for word in row if word[0] < "\u3007"]
            last[place] = len(found)
        starts = np.array(self._starts)
        first = starts[found]
        sizes = starts[np.array(found, np.int64) + 1] - first
        ends = np.concatenate([[0], np.cumsum(sizes)])[last]
        return np.frombuffer(self._parts, np.int64)[expand(first, sizes)], ends

    def _clear(self) -> None:
        self._words: dict[str, int] = {}
        self._parts = array("q")
        self._starts = array("q", [0])

    def _add(self, word: str) -> int:
        number = self._words[word] = len(self._words)
        self._parts.extend(part for part in map(self._number, word_parts(word)) if part is not None)
        self._starts.append(len(self._parts))
        return number


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
        self._parts = _WordParts(self.columns["part"].get)

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
        blocks = [self._word_block(rows), self._weigh(*self._parts.of(rows), "part")]
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
