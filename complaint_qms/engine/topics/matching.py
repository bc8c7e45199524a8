"""Topics of one fit found again in another, so that they keep who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

SAME: Final = 0.4
"""Cosine of the weights of two topics from which on one is the other, a week later."""


def matched(
    former: Mapping[str, Mapping[str, float]], found: Sequence[Mapping[str, float]], least: float = SAME
) -> dict[int, str]:
    """Place of a found topic → key of the former topic that it is; those that are new are left out.

    Args:
        former: key → term → weight.
        found: term → weight.
    """
    keys = sorted(former)
    if not keys or not found:
        return {}
    terms = {term: at for at, term in enumerate({term: None for one in (*former.values(), *found) for term in one})}  # fmt: skip
    first = _rows([former[key] for key in keys], terms)
    second = _rows(found, terms)
    likeness = second @ first.T
    rows, columns = linear_sum_assignment(-likeness)
    return {
        int(row): keys[column] for row, column in zip(rows, columns, strict=True) if likeness[row, column] >= least
    }  # fmt: skip


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Mean cosine of topics, each paired with the one it is most like (Hungarian method); rows of length 1 over the same terms."""
    likeness = first @ second.T
    rows, columns = linear_sum_assignment(-likeness)
    return float(likeness[rows, columns].sum() / max(len(first), len(second)))


def _rows(topics: Sequence[Mapping[str, float]], terms: Mapping[str, int]) -> np.ndarray:
    weights = np.zeros((len(topics), len(terms)))
    for row, topic in zip(weights, topics, strict=True):
        for term, weight in topic.items():
            row[terms[term]] = weight
    return weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
