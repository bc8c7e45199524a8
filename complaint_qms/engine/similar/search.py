"""All texts of a history ranked by how much of one text they hold: for a person who searches, not for pairs at large.

A sentence that a long complaint holds word for word makes up a small part of that complaint, so as a pair the two are
little alike (:mod:`.score`), and no band of features brings them together (:mod:`.blocking`). Here every text is looked
at, and what counts is the share of the asked text that is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from complaint_qms.engine.similar.features import FeatureTable
from complaint_qms.engine.similar.scoring import TRIPLE_WEIGHT


@dataclass(frozen=True)
class Found:
    """``place``: running number of the text, from 0; ``share`` of the asked text that it holds, 0 … 1."""

    place: int
    share: float


class Search:
    """One text against many that are added in portions; what is kept of each is a bit per feature of the one."""

    def __init__(self, text: str) -> None:
        self._table = FeatureTable()
        self._own = np.unique(self._table.features([text])[0])
        self._bits: list[np.ndarray] = []
        self._sizes: list[np.ndarray] = []
        self._count = 0
        self._frequency = np.zeros(len(self._own), np.int64)

    def add(self, texts: Sequence[str]) -> None:
        """The next texts."""
        if not texts:
            return
        flat, offsets = self._table.features(texts)
        place = np.minimum(np.searchsorted(self._own, flat), max(len(self._own) - 1, 0))
        hit = np.flatnonzero(self._own[place] == flat) if len(self._own) else np.empty(0, np.int64)
        row = np.searchsorted(offsets, hit, side="right") - 1
        there = np.zeros((len(texts), len(self._own)), bool)
        there[row, place[hit]] = True
        self._frequency += there.sum(axis=0)
        self._bits.append(np.packbits(there, axis=1))
        self._sizes.append(np.diff(offsets))
        self._count += len(texts)

    def best(self, limit: int, least: float, without: Sequence[int] = ()) -> list[Found]:
        """The ``limit`` texts that hold most of the one, at least ``least`` of it; of equals the shorter, then the earlier.

        Rare features weigh more (inverse document frequency); what no text has counts too, it was asked for.
        """
        if not self._bits or not len(self._own):
            return []
        weights = np.log1p((self._count + 20.0) / (self._frequency + 1.0))
        weights[self._own & 1 == 1] *= TRIPLE_WEIGHT**2
        share = np.concatenate(
            [np.unpackbits(bits, axis=1, count=len(self._own)) @ weights for bits in self._bits]
        )
        share /= weights.sum()
        share[list(without)] = 0.0
        sizes = np.concatenate(self._sizes)
        order = np.lexsort((np.arange(len(share)), sizes, -np.round(share, 6)))[:limit]
        return [Found(int(n), float(share[n])) for n in order if share[n] >= least]
