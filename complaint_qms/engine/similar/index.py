"""All likely pairs of a history, in bounded memory and without comparing everything with everything."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar.blocking import BANDS, bands, candidates, field_hashes
from complaint_qms.engine.similar.cluster import Facts
from complaint_qms.engine.similar.features import FeatureTable, distinct, expand
from complaint_qms.engine.similar.records import FIELDS, Match, Pair, Record, Settings
from complaint_qms.engine.similar.scoring import (
    NO_DATE,
    Stats,
    days_of,
    log_odds,
    promising,
    reasons_of,
    text_agreement,
    to_score,
    word_counts,
)
from complaint_qms.engine.similar.told_twice import FORBID
from complaint_qms.engine.similar.told_twice_many import log_odds_twice, reasons_twice, text_weight

CHUNK = 2_000
SCORE_CHUNK = 8_000
JOINED = 1_000_000
"""Candidates that are gathered before they are scored."""


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


class _Columns(NamedTuple):
    """Where features end, sizes before the cut, words of them, bands, fields, days: of each record."""

    ends: np.ndarray
    sizes: np.ndarray
    words: np.ndarray
    bands: np.ndarray
    fields: np.ndarray
    days: np.ndarray

    def similar(
        self, cosine: np.ndarray, left: np.ndarray, right: np.ndarray, settings: Settings
    ) -> np.ndarray:
        return log_odds(cosine, self.sizes, self.words, self.fields, self.days, left, right, settings)

    def twice(
        self, cosine: np.ndarray, left: np.ndarray, right: np.ndarray, settings: Settings
    ) -> np.ndarray:
        whole = settings.whole_serials
        return log_odds_twice(cosine, self.words, self.fields, self.days, left, right, whole)

    def judged(
        self, cosine: np.ndarray, left: np.ndarray, right: np.ndarray, settings: Settings
    ) -> Iterator[tuple[float, tuple[Reason, ...], bool]]:
        """Score, reasons and whether it is told twice, pair by pair."""
        similar, twice = (
            self.similar(cosine, left, right, settings),
            self.twice(cosine, left, right, settings),
        )
        score, score_twice = to_score(similar).tolist(), to_score(twice).tolist()
        known = (self.days[left] != NO_DATE) & (self.days[right] != NO_DATE)
        apart = np.abs(self.days[left].astype(np.int64) - self.days[right]).tolist()
        for n, agreement in enumerate(cosine.tolist()):
            if score_twice[n] >= settings.duplicate:
                days = apart[n] if known[n] else None
                yield score_twice[n], reasons_twice(agreement, twice[n].tolist(), days), True
            else:
                yield score[n], reasons_of(agreement, similar[n].tolist()), False


@dataclass(frozen=True)
class RecordFacts:
    """Days (n,) and hashed fields (n, fields) of the records of an index, in the order they were added."""

    days: np.ndarray
    fields: np.ndarray

    def of(self, place: int, *more: int) -> Facts:
        """Of one record; ``more``: codes of what else a group has one of, ``UNKNOWN`` where not named."""
        day = int(self.days[place])
        codes = dict(zip(FIELDS, self.fields[place].tolist(), strict=True))
        single = (*(codes[name] for name in FORBID), *more)
        return Facts(None if day == NO_DATE else day, single, (codes["customer"], codes["region"]))


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
        self._words = array("I")
        self._bands = array("I")
        self._fields = array("I")
        self._days = array("i")

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
            self._words.frombytes(word_counts(flat, offsets).astype(np.uint32).tobytes())
            self._ends.frombytes((ends + self._ends[-1]).astype(np.int64).tobytes())
            self._features.append(kept.astype(np.uint32))
            for record in chunk:
                self._fields.extend(field_hashes(record))
                self.ids.append(record.id)
            self._days.extend(map(days_of, chunk))

    def facts(self) -> RecordFacts:
        """What groups of the records have to hold by; remains when the index is gone."""
        columns = self._columns()
        return RecordFacts(columns.days.copy(), columns.fields.copy())

    def pairs(self, threshold: float | None = None) -> Iterator[Pair]:
        """Every pair found that is one complaint told twice (``settings.duplicate``), or a similar case with a score of at
        least ``threshold`` (default ``settings.similar``), in input order of ``left``, then ``right``."""
        settings = self.settings
        if len(self.ids) < 2:
            return
        columns = self._columns()
        offsets = columns.ends
        weights = self.stats.squared_weights()
        least = settings.similar if threshold is None else threshold
        wanted, wanted_twice = _odds(least), _odds(settings.duplicate)
        count = len(self.ids)
        codes: list[np.ndarray] = []
        scores: list[np.ndarray] = []
        for portion in _joined(candidates(columns.bands, columns.fields, settings)):
            for start in range(0, len(portion), SCORE_CHUNK):
                code = portion[start : start + SCORE_CHUNK]
                left, right = np.divmod(code, count)
                no_text = np.full(len(code), settings.middle)
                known = columns.similar(no_text, left, right, settings).sum(axis=1)
                needed = settings.middle + (wanted - known) / settings.steepness
                known = columns.twice(np.zeros(len(code)), left, right, settings).sum(axis=1)
                worth = np.maximum(text_weight(columns.words, left, right), 1e-9)
                needed = np.clip(np.minimum(needed, (wanted_twice - known) / worth), -1.0, 1.0)
                flat, starts, one, other = self._of_pairs(offsets, left, right)
                good = promising(flat, starts, one, other, needed)
                code, left, right = code[good], left[good], right[good]
                cosine = text_agreement(flat, starts, one[good], other[good], weights, settings.sketch)
                score = to_score(columns.similar(cosine, left, right, settings))
                twice = to_score(columns.twice(cosine, left, right, settings))
                told_twice = twice >= settings.duplicate
                good = told_twice | (score >= least)
                codes.append(code[good])
                # One told twice goes before any similar case, where only the best are kept.
                scores.append(np.where(told_twice, 1.0 + twice, score)[good])
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
            for one, other, match in zip(
                left.tolist(), right.tolist(), columns.judged(cosine, left, right, settings), strict=True
            ):
                yield Pair(self.ids[one], self.ids[other], *match)

    def query(self, record: Record, limit: int = 10) -> list[Match]:
        """The records already added that are most like ``record``: those that are one complaint told twice, then similar
        cases, best first; at least ``settings.similar``."""
        if not self.ids:
            return []
        settings = self.settings
        columns = self._columns()
        offsets, fields = columns.ends, columns.fields
        new_flat, new_offsets = self._table.features([record.text])
        own_bands = bands(new_flat, new_offsets)[0]
        own_fields = np.array(field_hashes(record), np.uint32)
        hit = ((columns.bands == own_bands) & (own_bands != 0)).any(axis=1)
        units = ((4,),) if settings.whole_serials else ()
        for blocked in (*units, (3,), (2,), (0, 1)):
            if own_fields[list(blocked)].all():
                hit |= (fields[:, blocked] == own_fields[list(blocked)]).all(axis=1)
        rows = np.flatnonzero(hit)
        if not len(rows):
            return []
        kept, ends = _cut(new_flat, new_offsets, settings.sketch)
        picked = np.concatenate(
            [self._features.parts(offsets[rows], offsets[rows + 1]), kept.astype(np.uint32)]
        )
        lengths = np.append(offsets[rows + 1] - offsets[rows], ends[0])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        left = np.arange(len(rows))
        right = np.full(len(rows), len(rows))
        weights = self.stats.squared_weights_with(new_flat)
        cosine = text_agreement(picked, starts, left, right, weights, settings.sketch)
        both = _Columns(
            starts,
            np.append(columns.sizes[rows], new_offsets[1]),
            np.append(columns.words[rows], word_counts(new_flat, new_offsets)),
            np.empty(0, np.uint32),
            np.vstack([fields[rows], own_fields]),
            np.append(columns.days[rows], np.int32(days_of(record))),
        )
        found = list(both.judged(cosine, left, right, settings))
        order = sorted(range(len(found)), key=lambda n: (not found[n][2], -found[n][0], rows[n]))
        best = [n for n in order if found[n][2] or found[n][0] >= settings.similar][:limit]
        return [
            Match(self.ids[rows[n]], found[n][0], found[n][1], float(cosine[n]), found[n][2]) for n in best
        ]

    def _columns(self) -> _Columns:
        """Views on the growing arrays."""
        count = len(self.ids)
        return _Columns(
            np.frombuffer(self._ends, np.int64),
            np.frombuffer(self._sizes, np.uint32),
            np.frombuffer(self._words, np.uint32),
            np.frombuffer(self._bands, np.uint32).reshape(count, BANDS),
            np.frombuffer(self._fields, np.uint32).reshape(count, len(FIELDS)),
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


def find_pairs(
    records: Iterable[Record], *, threshold: float | None = None, settings: Settings | None = None
) -> Iterator[Pair]:
    """Likely pairs among ``records``; see :meth:`Index.pairs`."""
    index = Index(settings)
    index.add_many(records)
    yield from index.pairs(threshold)


def _joined(portions: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Fewer and larger portions: texts that are alike share many keys, and are to be compared once."""
    held: list[np.ndarray] = []
    for portion in portions:
        held.append(portion)
        if sum(map(len, held)) >= JOINED:
            yield distinct(np.concatenate(held))
            held = []
    if held:
        yield distinct(np.concatenate(held))


def _odds(score: float) -> float:
    return float(np.log(max(score, 1e-9) / max(1.0 - score, 1e-9)))


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
