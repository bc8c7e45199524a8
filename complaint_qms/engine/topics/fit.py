"""Topics of a vocabulary: each a row of weights of terms, found by non-negative matrix factorisation of TF-IDF.

Lee and Seung (Nature 401, 1999); the beginning is NNDSVD (Boutsidis and Gallopoulos, Pattern Recognition 41, 2008) with a fixed seed, so
that the same texts give the same topics. How many there are: the most at which two halves of the texts, each fitted by itself, find
the same topics (Greene, O'Callaghan and Cunningham, ECML 2014), or what the caller says.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from complaint_qms.engine.text import is_han
from complaint_qms.engine.topics.matching import agreement
from complaint_qms.engine.topics.terms import Vocabulary

NUMBERS: Final = (4, 6, 8, 10, 12, 15, 20, 25, 30)
"""How many topics are tried."""
LEAST_TEXTS: Final = 60
"""Texts of a language below which nothing is fitted."""
MOST_TEXTS: Final = 30_000
"""Texts that topics are found in; the caller takes a sample of more."""
STABLE: Final = 0.6
"""Mean cosine of the topics of both halves from which on they are the same."""
KEPT_TERMS: Final = 60
"""Terms of a topic that count."""
NAME_WORDS: Final = 4
_POWER: Final = 0.42
"""Of the number of texts, that gives the most topics: 11 of 300, 24 of 2,000, 76 of 30,000. More would have too few texts each."""
_SEED: Final = 20260101
_ITERATIONS: Final = 200
_STEPS: Final = 30
LEAST_SHARE: Final = 0.25
"""Of what a text says about all topics, that its own must have."""
LEAST_LIKENESS: Final = 0.12
"""Cosine of a text and its topic below which it has none: it speaks of nothing that many speak of."""


@dataclass(frozen=True)
class Topics:
    """Attributes:
    weights: float64 (topics, terms), rows of length 1, `KEPT_TERMS` terms each; the commonest topic first.
    stability: of this number of topics, 0 … 1; NaN where it was given.
    coherence: mean normalised pointwise mutual information of each topic's best terms, −1 … 1, (topics,).
    tried: number of topics → stability.
    """

    weights: np.ndarray
    stability: float
    coherence: np.ndarray
    tried: dict[int, float]


def fit_topics(matrix: sparse.csr_matrix, number: int | None = None, former: int | None = None) -> Topics | None:  # fmt: skip
    """Topics of texts; None where there are too few.

    Args:
        matrix: `Vocabulary.matrix`, (texts, terms); rows without a term count nowhere.
        number: how many, where the site says so.
        former: how many there were; they stay as many while that is stable.
    """
    filled = matrix[np.diff(matrix.indptr) > 0]
    texts = filled.shape[0]
    if texts < LEAST_TEXTS:
        return None
    used = np.unique(filled.indices)
    narrow = filled[:, used]
    most = max(2, min(int(texts**_POWER), min(narrow.shape) - 1))
    tried: dict[int, float] = {}
    if number:
        chosen = max(1, min(number, min(narrow.shape) - 1))
    else:
        tried = _stabilities(narrow, [one for one in NUMBERS if one <= most] or [most], former)
        chosen = _choose(tried, former)
    found = _factors(narrow, chosen)
    weights = np.zeros((len(found), matrix.shape[1]))
    weights[:, used] = found
    weights = _shortened(weights)
    weights = weights[weights.any(axis=1)]
    main, _share = assign(weights, filled)
    order = np.argsort(-np.bincount(main[main >= 0], minlength=len(weights)), kind="stable")
    return Topics(weights[order], tried.get(chosen, float("nan")), _coherence(weights[order], filled), tried)


def assign(weights: np.ndarray, matrix: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """(topic of each text, −1 for none; its share of what the text says about all topics, 0 … 1), int64 and float64 (texts,).

    Non-negative least squares of each row by itself, so that a text's topic does not hang on the others it is read with.
    """
    likeness = np.asarray(matrix @ weights.T)
    overlap = weights @ weights.T
    parts = likeness.copy()
    for _step in range(_STEPS):
        parts *= likeness / np.maximum(parts @ overlap, 1e-12)
    best = parts.argmax(axis=1) if parts.shape[1] else np.zeros(len(parts), np.int64)
    rows = np.arange(len(parts))
    share = parts[rows, best] / np.maximum(parts.sum(axis=1), 1e-12) if parts.shape[1] else np.zeros(len(parts))  # fmt: skip
    known = (share >= LEAST_SHARE) & (likeness[rows, best] >= LEAST_LIKENESS) if parts.shape[1] else share > 1
    return np.where(known, best, -1), np.where(known, share, 0.0)


def best_terms(weights: np.ndarray, vocabulary: Vocabulary, most: int = NAME_WORDS) -> list[list[int]]:
    """Numbers of the terms that name each topic: heavy in it and light in the others; of a word and a pair with it the one that says
    more."""
    own = weights / np.maximum(weights.sum(axis=0), 1e-12)
    worth = weights * np.sqrt(own)
    names = []
    for row in worth:
        chosen: list[int] = []
        for at in np.argsort(-row, kind="stable")[: 12 * most]:
            if row[at] <= 0 or len(chosen) == most:
                break
            term = vocabulary.terms[at]
            same = [one for one in chosen if _overlaps(term, vocabulary.terms[one])]
            if not same:
                chosen.append(int(at))
            elif len(same) == 1 and " " in term and " " not in vocabulary.terms[same[0]] and row[at] >= 0.6 * row[same[0]]:  # fmt: skip
                chosen[chosen.index(same[0])] = int(at)
        names.append(chosen)
    return names


def _overlaps(one: str, other: str) -> bool:
    if is_han(one) or is_han(other):
        plain, second = one.replace(" ", ""), other.replace(" ", "")
        return plain in second or second in plain or bool(set(one.split()) & set(other.split()))
    return bool(set(one.split()) & set(other.split()))


def _stabilities(matrix: sparse.csr_matrix, numbers: Sequence[int], former: int | None) -> dict[int, float]:
    """Number → how far two halves of the texts agree in their topics."""
    halves = [matrix[start::2] for start in (0, 1)]
    tried: dict[int, float] = {}
    first_tried = [one for one in numbers if one == former]
    for number in (*first_tried, *(one for one in numbers if one != former)):
        first, second = (_shortened(_factors(half, number)) for half in halves)
        tried[number] = agreement(first, second)
        if number == former and tried[number] >= STABLE:
            break
    return dict(sorted(tried.items()))


def _choose(tried: dict[int, float], former: int | None) -> int:
    """The former number while it is stable; the most that is; else the most stable."""
    if former in tried and tried[former] >= STABLE:
        return former
    stable = [number for number, value in tried.items() if value >= STABLE]
    return max(stable) if stable else max(tried, key=lambda number: (tried[number], -number))


def _factors(matrix: sparse.csr_matrix, number: int) -> np.ndarray:
    """Topics × terms, rows of length 1."""
    # Takes longer to load than all else here, and reading by a fit needs none of it.
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    number = max(1, min(number, min(matrix.shape) - 1))
    model = NMF(number, init="nndsvd", random_state=_SEED, max_iter=_ITERATIONS, tol=1e-3)
    with warnings.catch_warnings():
        # After so many steps the weights hardly move, whatever is left of the tolerance.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix)
    return _unit_rows(model.components_)


def _shortened(weights: np.ndarray) -> np.ndarray:
    """Each topic by its heaviest terms alone."""
    if weights.shape[1] > KEPT_TERMS:
        least = np.partition(weights, -KEPT_TERMS, axis=1)[:, -KEPT_TERMS][:, None]
        weights = np.where(weights >= least, weights, 0.0)
    return _unit_rows(weights)


def _unit_rows(weights: np.ndarray) -> np.ndarray:
    return weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)


def _coherence(weights: np.ndarray, matrix: sparse.csr_matrix, best: int = 8) -> np.ndarray:
    """Normalised pointwise mutual information of the best terms of each topic (Bouma, GSCL 2009; Lau et al., EACL 2014)."""
    found = []
    texts = matrix.shape[0]
    for row in weights:
        columns = np.argsort(-row, kind="stable")[:best]
        columns = columns[row[columns] > 0]
        there = matrix[:, columns].astype(bool).astype(float)
        together = np.asarray((there.T @ there).todense()) / texts
        single = np.diag(together)
        chance = np.outer(single, single)
        upper = np.triu_indices(len(columns), 1)
        both = together[upper]
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(both > 0, np.log(both / chance[upper]) / -np.log(both), -1.0)
        found.append(float(np.nanmean(values)) if len(values) else 0.0)
    return np.array(found)
