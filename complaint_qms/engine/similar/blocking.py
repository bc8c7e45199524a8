"""Blocking: which few of all pairs are worth scoring.

Texts are blocked by locality-sensitive hashing: one-permutation min-hash (Li, Owen, Zhang, NIPS 2012) with rotation
densification (Shrivastava, Li, ICML 2014), cut into bands; two texts that share a band are compared. Fields block by
equal order, equal serial number, equal batch, and equal customer with equal item. Inside one key, records are compared with the next few
only (sorted neighbourhood; Hernández, Stolfo, SIGMOD 1995), so that a popular key does not cost n².
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from complaint_qms.engine.similar.features import HASH_BITS, FeatureTable, distinct, mix
from complaint_qms.engine.similar.records import Record, Settings
from complaint_qms.engine.text import fold

BANDS = 20
ROWS = 3
_BINS = BANDS * ROWS
_EMPTY = np.int64(1) << 50


def bands(flat: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Band keys of feature sets, uint32 of shape (texts, BANDS); a text without features gets 0 in every band."""
    count = len(offsets) - 1
    text = np.repeat(np.arange(count), np.diff(offsets))
    scrambled = mix(flat.astype(np.uint64))
    place = text * _BINS + (scrambled % np.uint64(_BINS)).astype(np.int64)
    smallest = np.full(count * _BINS, _EMPTY, np.int64)
    np.minimum.at(smallest, place, flat)
    smallest = smallest.reshape(count, _BINS)  # type: ignore[assignment]
    filled = np.diff(offsets) > 0
    for step in range(1, _BINS):
        empty = (smallest >= _EMPTY) & filled[:, None]
        if not empty.any():
            break
        borrowed = np.roll(smallest, -1, axis=1) + (step << HASH_BITS)
        usable = empty & (np.roll(smallest, -1, axis=1) < _EMPTY)
        smallest = np.where(usable, borrowed, smallest)
    keys = np.zeros((count, BANDS), np.uint64)
    for row in range(ROWS):
        keys = mix(keys ^ smallest[:, row::ROWS].astype(np.uint64))
    keys = mix(keys ^ np.arange(BANDS, dtype=np.uint64)[None, :])
    return np.where(filled[:, None], np.maximum(keys >> np.uint64(32), np.uint64(1)), np.uint64(0)).astype(
        np.uint32
    )


_PUNCTUATION = re.compile(r"[\W_]+")


def field_hashes(record: Record) -> tuple[int, ...]:
    """32-bit hashes of customer, item, batch, order, serial number and region, 0 for empty; case, width and punctuation do not count."""
    return tuple(
        map(_hashed, (record.customer, record.item, record.batch, record.order, record.serial, record.region))
    )


def blocking_keys(record: Record, settings: Settings | None = None) -> list[int]:
    """Signed 64-bit keys under which to store a record; records that share one are worth scoring.

    The first ``BANDS`` come from the text, the rest from order, batch, customer with item, customer, and serial number.
    """
    del settings  # the keys are a storage format: they do not depend on anything adjustable
    flat, offsets = FeatureTable().features([record.text])
    keys = [int(key) | (band << 32) for band, key in enumerate(bands(flat, offsets)[0]) if key]
    customer, item, batch, order, serial, _region = field_hashes(record)
    for number, parts in enumerate(((order,), (batch,), (customer, item), (customer,), (serial,))):
        if all(parts):
            joined = 0
            for part in parts:
                joined = int(mix(np.array([joined ^ part], np.uint64))[0] >> np.uint64(32))
            keys.append(joined | ((BANDS + number) << 32))
    return keys


def neighbours(keys: np.ndarray, window: int) -> np.ndarray:
    """Pairs of positions with equal key, each with the next ``window`` in input order; key 0 blocks nothing.

    ``keys``: unsigned, shape (n,). Result: int64 codes ``left * n + right`` with left < right, not unique over calls.
    """
    count = len(keys)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    start = int(np.searchsorted(ordered, 1))
    order, ordered = order[start:], ordered[start:]
    found = []
    for step in range(1, window + 1):
        same = np.flatnonzero(ordered[:-step] == ordered[step:])
        if not len(same):
            break
        found.append(order[same] * count + order[same + step])
    return np.concatenate(found) if found else np.empty(0, np.int64)


def combine(columns: Sequence[np.ndarray]) -> np.ndarray:
    """One uint64 key per record out of several hash columns; 0 where any of them is 0."""
    joined = np.zeros(len(columns[0]), np.uint64)
    known = np.ones(len(columns[0]), bool)
    for column in columns:
        known &= column != 0
        joined = mix(joined ^ column.astype(np.uint64))
    return np.where(known, np.maximum(joined, np.uint64(1)), np.uint64(0))


def candidates(band_keys: np.ndarray, fields: np.ndarray, settings: Settings) -> Iterator[np.ndarray]:
    """Distinct candidate codes (``left * n + right``), key kind by key kind so that not all are in memory at once.

    ``band_keys`` (n, BANDS), ``fields`` (n, 6) in the order of :data:`.records.FIELDS`. A pair may come again in a
    later portion.
    """
    customer, item, batch, order, serial, _region = fields.T
    units = [[serial]] if settings.whole_serials else []
    for columns in (*units, [order], [batch], [customer, item], [customer]):
        yield distinct(neighbours(combine(columns), settings.window))
    for band in range(band_keys.shape[1]):
        yield distinct(neighbours(band_keys[:, band], settings.window))


@lru_cache(maxsize=50_000)
def _hashed(value: str) -> int:
    if not value:
        return 0
    return crc32(_PUNCTUATION.sub("", fold(value)).encode("utf-8", "surrogatepass")) or 1
