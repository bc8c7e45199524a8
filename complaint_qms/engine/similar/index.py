"""All likely pairs of a history, in bounded memory and without comparing everything with everything."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

import numpy as np

from complaint_qms.engine.similar.blocking import BANDS, bands, candidates, field_hashes
from complaint_qms.engine.similar.features import FeatureTable, expand
from complaint_qms.engine.similar.records import Match, Pair, Record, Settings
from complaint_qms.engine.similar.scoring import (
    Stats,
    days_of,
    log_odds,
    promising,
    reasons_of,
    text_agreement,
    to_score,
)

CHUNK = 2_000
SCORE_CHUNK = 2_000


class Numbers(Protocol):
    """Where an index keeps its features, by far the most of what it keeps; a caller may have a place outside of memory."""

    def append(self, numbers: np.ndarray) -> None:
        """Add uint32 numbers behind those that are there."""

    def parts(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """The numbers ``starts[i] … ends[i] - 1`` of every i, one part after the other, uint32."""


class _InMemory:
    def __init__(self) -> None:
        self._numbers = array("I")

    def append(self, numbers: np.ndarray) -> None:
        self._numbers.frombytes(numbers.tobytes())

    def all(self) -> np.ndarray:
        return np.frombuffer(self._numbers, np.uint32)

    def parts(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        return self.all()[expand(starts, ends - starts)]


class _Ids:
    """Many short texts in one piece of memory; as objects they would take four times as much."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> str:
        return self._bytes[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")

    def append(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))


class Index:
    """Records added in order; keeps ids, hashed features (a bounded sample) and field hashes, never the texts.

    ``features``: where to keep the features, in memory if not said.
    """

    def __init__(self, settings: Settings | None = None, features: Numbers | None = None) -> None:
        self.settings = settings or Settings()
        self.stats = Stats.empty()
        self.ids = _Ids()
        self._table = FeatureTable()
        self._features = features or _InMemory()
        self._ends = array("q", [0])
        self._sizes = array("I")
        self._bands = array("I")
        self._fields = array("I")
        self._days = array("i")
        self._known_fields: dict[tuple[str, ...], tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add_many(self, records: Iterable[Record]) -> None:
        """Add records in event order. The result does not depend on how they are cut into calls."""
        source = iter(records)
        while chunk := list(islice(source, CHUNK)):
            flat, offsets = self._table.features([record.text for record in chunk])
            self.stats.add(flat, len(chunk))
            self._bands.frombytes(bands(flat, offsets).tobytes())
            kept, ends = _cut(flat, offsets, self.settings.sketch)
            self._sizes.frombytes(np.diff(offsets).astype(np.uint32).tobytes())
            self._ends.frombytes((ends + self._ends[-1]).astype(np.int64).tobytes())
            self._features.append(kept.astype(np.uint32))
            for record in chunk:
                self._fields.extend(self._field_hashes(record))
                self.ids.append(record.id)
            self._days.extend(map(days_of, chunk))

    def pairs(self, threshold: float | None = None) -> Iterator[Pair]:
        """Every pair found with a score of at least ``threshold`` (default ``settings.similar``), in input order of
        ``left``, then ``right``."""
        settings = self.settings
        if len(self.ids) < 2:
            return
        offsets, sizes, band_keys, fields, days = self._columns()
        weights = self.stats.squared_weights()
        least = settings.similar if threshold is None else threshold
        wanted = float(np.log(max(least, 1e-9) / max(1.0 - least, 1e-9)))
        count = len(self.ids)
        codes: list[np.ndarray] = []
        scores: list[np.ndarray] = []
        for portion in candidates(band_keys, fields, settings):
            for start in range(0, len(portion), SCORE_CHUNK):
                code = portion[start : start + SCORE_CHUNK]
                left, right = np.divmod(code, count)
                no_text = np.full(len(code), settings.middle)
                known = log_odds(no_text, sizes, fields, days, left, right, settings).sum(axis=1)
                needed = settings.middle + (wanted - known) / settings.steepness
                flat, starts, one, other = self._of_pairs(offsets, left, right)
                good = promising(flat, starts, one, other, needed)
                code, left, right = code[good], left[good], right[good]
                cosine = text_agreement(flat, starts, one[good], other[good], weights, settings.sketch)
                score = to_score(log_odds(cosine, sizes, fields, days, left, right, settings))
                good = score >= least
                codes.append(code[good])
                scores.append(score[good])
        if not codes:
            return
        code, first = np.unique(np.concatenate(codes), return_index=True)
        score = np.concatenate(scores)[first]
        del codes, scores
        kept = _best(code // count, code % count, score, settings.neighbours)
        code = code[kept]
        for start in range(0, len(code), SCORE_CHUNK):
            left, right = np.divmod(code[start : start + SCORE_CHUNK], count)
            cosine = text_agreement(*self._of_pairs(offsets, left, right), weights, settings.sketch)
            parts = log_odds(cosine, sizes, fields, days, left, right, settings)
            yield from self._pairs(left, right, cosine, parts)

    def query(self, record: Record, limit: int = 10) -> list[Match]:
        """The records already added that are most like ``record``, best first; at least ``settings.similar``."""
        if not self.ids:
            return []
        settings = self.settings
        offsets, sizes, band_keys, fields, days = self._columns()
        new_flat, new_offsets = self._table.features([record.text])
        own_bands = bands(new_flat, new_offsets)[0]
        own_fields = np.array(self._field_hashes(record), np.uint32)
        hit = ((band_keys == own_bands) & (own_bands != 0)).any(axis=1)
        for columns in ((3,), (2,), (0, 1)):
            if own_fields[list(columns)].all():
                hit |= (fields[:, columns] == own_fields[list(columns)]).all(axis=1)
        rows = np.flatnonzero(hit)
        if not len(rows):
            return []
        kept, ends = _cut(new_flat, new_offsets, settings.sketch)
        picked = np.concatenate(
            [self._features.parts(offsets[rows], offsets[rows + 1]), kept.astype(np.uint32)]
        )
        lengths = np.append(offsets[rows + 1] - offsets[rows], ends[0])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        both_sizes = np.append(sizes[rows], new_offsets[1])
        left = np.arange(len(rows))
        right = np.full(len(rows), len(rows))
        weights = self.stats.squared_weights_with(new_flat)
        cosine = text_agreement(picked, starts, left, right, weights, settings.sketch)
        both_fields = np.vstack([fields[rows], own_fields])
        both_days = np.append(days[rows], np.int32(days_of(record)))
        parts = log_odds(cosine, both_sizes, both_fields, both_days, left, right, settings)
        score = to_score(parts)
        best = [n for n in np.lexsort((rows, -score))[:limit] if score[n] >= settings.similar]
        return [Match(self.ids[rows[n]], float(score[n]), reasons_of(cosine[n], parts[n])) for n in best]

    def _field_hashes(self, record: Record) -> tuple[int, ...]:
        key = (record.customer, record.item, record.batch, record.order)
        known = self._known_fields.get(key)
        if known is None:
            if len(self._known_fields) > 50_000:
                self._known_fields.clear()
            known = self._known_fields[key] = field_hashes(record)
        return known

    def _columns(self) -> tuple[np.ndarray, ...]:
        """Where features end, sizes before the cut, bands, fields, days; views on the growing arrays."""
        count = len(self.ids)
        return (
            np.frombuffer(self._ends, np.int64),
            np.frombuffer(self._sizes, np.uint32),
            np.frombuffer(self._bands, np.uint32).reshape(count, BANDS),
            np.frombuffer(self._fields, np.uint32).reshape(count, 4),
            np.frombuffer(self._days, np.int32),
        )

    def _of_pairs(
        self, offsets: np.ndarray, left: np.ndarray, right: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Features of the records of some pairs, where those of each end, and the places of left and right among them."""
        if isinstance(self._features, _InMemory):
            return self._features.all(), offsets, left, right
        rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        starts, ends = offsets[rows], offsets[rows + 1]
        flat = self._features.parts(starts, ends)
        return flat, np.concatenate([[0], np.cumsum(ends - starts)]), place[: len(left)], place[len(left) :]

    def _pairs(
        self, left: np.ndarray, right: np.ndarray, cosine: np.ndarray, parts: np.ndarray
    ) -> Iterator[Pair]:
        rows = zip(
            left.tolist(),
            right.tolist(),
            to_score(parts).tolist(),
            cosine.tolist(),
            parts.tolist(),
            strict=True,
        )
        for one, other, value, agreement, contributions in rows:
            yield Pair(self.ids[one], self.ids[other], value, reasons_of(agreement, contributions))


def find_pairs(
    records: Iterable[Record], *, threshold: float | None = None, settings: Settings | None = None
) -> Iterator[Pair]:
    """Likely pairs among ``records``; see :meth:`Index.pairs`."""
    index = Index(settings)
    index.add_many(records)
    yield from index.pairs(threshold)


def _cut(flat: np.ndarray, offsets: np.ndarray, sketch: int) -> tuple[np.ndarray, np.ndarray]:
    """The first (smallest) ``sketch`` features of each text, and where each text ends."""
    sizes = np.diff(offsets)
    position = np.arange(len(flat)) - np.repeat(offsets[:-1], sizes)
    return flat[position < sketch], np.cumsum(np.minimum(sizes, sketch))


def _best(left: np.ndarray, right: np.ndarray, score: np.ndarray, neighbours: int) -> np.ndarray:
    """Which pairs are among the best ``neighbours`` of at least one of their ends; bool of shape (pairs,)."""
    kept = np.zeros(len(score), bool)
    for ends, other in ((left, right), (right, left)):
        order = np.lexsort((other, -score, ends))
        grouped = ends[order]
        position = np.arange(len(order))
        starts = np.searchsorted(grouped, grouped)
        kept[order[position - starts < neighbours]] = True
    return kept
