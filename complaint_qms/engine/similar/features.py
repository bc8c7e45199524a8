"""Texts as sets of hashed features: canonical words, their inner letter triples, Chinese character pairs.

Letter triples keep a mistyped word close to the right one; whole words carry the meaning. Features are 31-bit hashes
that do not change between runs or machines (CRC-32, then mixed), so they can be stored. The lowest bit says what kind
of feature it is: 0 for a word or character pair, 1 for a letter triple.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from complaint_qms.engine.text import canonical_tokens, han_ngrams, is_han

HASH_BITS = 31
_MASK = np.uint64((1 << HASH_BITS) - 1)
MAX_WORDS = 200_000
MAX_TOKENS = 3_000
"""Tokens of one text that count; a longer text (a pasted log) is judged by its beginning."""


def mix(values: np.ndarray) -> np.ndarray:
    """A bijective scramble of unsigned 64-bit integers (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = values.astype(np.uint64, copy=True)
    values += np.uint64(0x9E3779B97F4A7C15)
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def token_features(token: str) -> list[str]:
    """The features of one canonical token."""
    if is_han(token):
        return han_ngrams(token)
    if len(token) < 5 or token[0].isdigit():
        return [token]
    padded = f"<{token}>"
    return [token, *(f"~{padded[i : i + 3]}" for i in range(len(padded) - 2))]


class FeatureTable:
    """Turns texts into feature sets, remembering what each word expands to.

    The memory is bounded: it is emptied when it holds ``MAX_WORDS`` words, which changes speed but no result.
    """

    def __init__(self) -> None:
        self._clear()

    def features(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """``(flat, offsets)``: the sorted distinct features of text ``i`` are ``flat[offsets[i]:offsets[i + 1]]``.

        ``flat`` is int64 of shape (total,), ``offsets`` int64 of shape (len(texts) + 1,).
        """
        if len(self._ids) > MAX_WORDS:
            self._clear()
        ids = self._ids
        rows: list[int] = []
        lengths = np.empty(len(texts), np.int64)
        for number, text in enumerate(texts):
            tokens = canonical_tokens(text)[:MAX_TOKENS]
            lengths[number] = len(tokens)
            rows.extend([ids[token] if token in ids else self._add(token) for token in tokens])
        self._freeze()
        words = np.array(rows, np.int64)
        text_of_word = np.repeat(np.arange(len(texts)), lengths)
        counts = self._offsets[words + 1] - self._offsets[words]
        flat = self._flat[expand(self._offsets[words], counts)]
        keys = distinct((np.repeat(text_of_word, counts) << HASH_BITS) | flat)
        offsets = np.searchsorted(keys, np.arange(len(texts) + 1) << HASH_BITS)
        return keys & int(_MASK), offsets

    def _clear(self) -> None:
        self._ids: dict[str, int] = {}
        self._hashes = array("Q")
        self._starts = array("q", [0])
        self._flat = np.empty(0, np.int64)
        self._offsets = np.zeros(1, np.int64)

    def _add(self, token: str) -> int:
        number = len(self._ids)
        self._ids[token] = number
        for part in token_features(token):
            triple = part[0] == "~"
            self._hashes.append(crc32(part.encode("utf-8", "surrogatepass")) << 1 | triple)
        self._starts.append(len(self._hashes))
        return number

    def _freeze(self) -> None:
        known = len(self._flat)
        if known < len(self._hashes):
            fresh = np.array(self._hashes[known:])
            hashed = (mix(fresh) & _MASK).astype(np.int64)
            self._flat = np.concatenate([self._flat, (hashed & ~1) | (fresh & np.uint64(1)).astype(np.int64)])
            self._offsets = np.array(self._starts)


def distinct(values: np.ndarray) -> np.ndarray:
    """Sorted distinct values; by sorting, which beats numpy's hashing on these sizes."""
    if not len(values):
        return values
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]


def expand(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """``concatenate([arange(s, s + c) for s, c in zip(starts, counts)])`` without the loop; int64."""
    total = int(counts.sum())
    if not total:
        return np.empty(0, np.int64)
    ends = np.cumsum(counts)
    return np.arange(total) - np.repeat(ends - counts, counts) + np.repeat(starts, counts)
