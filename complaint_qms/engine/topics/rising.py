"""Terms that stand in a larger share of complaints than before: an exact test of each, corrected for how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse, stats

LEAST_COMPLAINTS: Final = 4
LEAST_SENDERS: Final = 2
FALSE_SHARE: Final = 0.05
"""Of the terms that are named, so many at most are expected to have risen by chance (Benjamini and Hochberg, JRSS B 57, 1995)."""
SAME_COMPLAINTS: Final = 0.6
"""Share of two terms' complaints that are the same, from which on they are one line."""


@dataclass(frozen=True)
class RisingTerm:
    """Attributes:
    numbers: of the term, and of those that the same complaints contain, the best first.
    rows: of the complaints that contain it, in the matrix that was given.
    now, before: complaints with it.
    expected: complaints with it, had its share stayed what it was.
    chance: of so many or more, by the hypergeometric distribution (Fisher's exact test, one-sided).
    corrected: the same for all terms at once.
    senders: how many different ones.
    """

    numbers: tuple[int, ...]
    rows: tuple[int, ...]
    now: int
    before: int
    expected: float
    chance: float
    corrected: float
    senders: int


def rising_terms(
    now: sparse.csr_matrix, before: np.ndarray, texts_before: int, senders: Sequence[str], most: int = 50
) -> list[RisingTerm]:
    """Terms whose share has risen, the surest first.

    Args:
        now: which term is in which complaint of the period, ones, (complaints, terms).
        before: complaints before it with each term, (terms,).
        texts_before: complaints before it.
        senders: who sent each complaint of the period; empty is one sender of all.
    """
    texts = now.shape[0]
    if not texts or not texts_before:
        return []
    counts = np.asarray(now.sum(axis=0)).ravel().round().astype(np.int64)
    before = np.asarray(before, np.int64)
    # Chosen by both counts together, which the test takes as given: choosing by one of them would make it too sure.
    asked = np.flatnonzero(counts + before >= LEAST_COMPLAINTS)
    if not len(asked):
        return []
    a, b = counts[asked], before[asked]
    chance = stats.hypergeom.sf(a - 1, texts + texts_before, a + b, texts)
    corrected = stats.false_discovery_control(np.clip(chance, 0.0, 1.0))
    by_term = now.tocsc()
    found: list[tuple[RisingTerm, frozenset[int]]] = []
    for at in np.lexsort((-a, chance)):
        if corrected[at] > FALSE_SHARE or len(found) >= most:
            break
        if a[at] < LEAST_COMPLAINTS or a[at] * texts_before <= b[at] * texts:
            continue
        number = int(asked[at])
        rows = frozenset(by_term.indices[by_term.indptr[number] : by_term.indptr[number + 1]].tolist())
        who = {senders[row] for row in rows}
        if len(who) < LEAST_SENDERS:
            continue
        same = next((place for place, (_one, other) in enumerate(found) if _share(rows, other) >= SAME_COMPLAINTS), None)  # fmt: skip
        if same is not None:
            one, other = found[same]
            found[same] = (_joined(one, number), other)
            continue
        expected = texts * float(b[at]) / texts_before
        line = RisingTerm((number,), tuple(sorted(rows)), int(a[at]), int(b[at]), expected, float(chance[at]), float(corrected[at]), len(who))  # fmt: skip
        found.append((line, rows))
    return [one for one, _rows in found]


def share_changes(now: np.ndarray, before: np.ndarray, texts: int, texts_before: int) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """How shares have changed from one period to the next.

    Args:
        now, before: complaints of each kind, (kinds,).
        texts, texts_before: all complaints of the periods.

    Returns:
        (share now ÷ share before − 1, NaN without complaints before, float64; 1, −1 or 0: risen, fallen, or neither beyond chance when all
        kinds are looked at, int64), each (kinds,).
    """
    now, before = np.asarray(now, np.int64), np.asarray(before, np.int64)
    marks = np.zeros(len(now), np.int64)
    if not len(now) or not texts or not texts_before:
        return np.full(len(now), np.nan), marks
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(before > 0, (now / texts) / (before / texts_before) - 1, np.nan)
    drawn = (texts + texts_before, now + before, texts)
    rises, falls = stats.hypergeom.sf(now - 1, *drawn), stats.hypergeom.cdf(now, *drawn)
    corrected = stats.false_discovery_control(np.clip(2 * np.minimum(rises, falls), 0.0, 1.0))
    marks[corrected <= FALSE_SHARE] = 1
    marks[(marks == 1) & (falls < rises)] = -1
    return change, marks


def _joined(one: RisingTerm, number: int) -> RisingTerm:
    return RisingTerm((*one.numbers, number), one.rows, one.now, one.before, one.expected, one.chance, one.corrected, one.senders)  # fmt: skip


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
