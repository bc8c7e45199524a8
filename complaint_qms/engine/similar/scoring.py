"""How alike two complaints are: agreement of the texts, moved by agreeing and contradicting fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from complaint_qms.constants.stop_words import STOP_SIGNS, STOP_WORDS
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar.blocking import field_hashes
from complaint_qms.engine.similar.features import HASH_BITS, FeatureTable
from complaint_qms.engine.similar.records import FIELDS, Match, Record, Settings
from complaint_qms.engine.text import canonical_tokens, han_ngrams, is_han

DF_SIZE = 1 << 20
_DF_MASK = DF_SIZE - 1
NO_DATE = np.iinfo(np.int32).min
TRIPLE_WEIGHT = 0.8
UNSEEN_IN = 20.0
"""Texts after which a feature that only one of them has counts half; see :meth:`Stats.weigh`."""


@dataclass(eq=False)
class Stats:
    """How common each feature is: ``frequency`` int32 of shape (DF_SIZE,), counted in texts; ``count`` texts seen."""

    frequency: np.ndarray
    count: int = 0
    _weights: np.ndarray | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def empty(cls) -> Stats:
        return cls(np.zeros(DF_SIZE, np.int32))

    def add(self, flat: np.ndarray, texts: int) -> None:
        """Count the features of ``texts`` further texts."""
        self.frequency += np.bincount(flat & _DF_MASK, minlength=DF_SIZE).astype(np.int32)
        self.count += texts
        self._weights = None

    def squared_weights(self) -> np.ndarray:
        """float32 of shape (DF_SIZE,): :meth:`weigh` of every feature."""
        if self._weights is None:
            self._weights = self.weigh(self.frequency, np.arange(DF_SIZE) & 1)
        return self._weights

    def squared_weights_with(self, flat: np.ndarray) -> np.ndarray:
        """:meth:`squared_weights` as if the distinct features ``flat`` of one more text had been counted."""
        weights = self.squared_weights().copy()
        places = np.unique(flat & _DF_MASK)
        weights[places] = self.weigh(self.frequency[places] + 1, places & 1)
        return weights

    def weigh(self, frequency: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """Squared weights, float32, of features that ``frequency`` texts have; ``kind``: 0 words, 1 letter triples.

        The root of the smoothed inverse document frequency: milder than the usual idf², since a mistyped word is rare.
        What a single text has can agree with nothing, it only makes texts differ; and the more texts are known, the
        likelier it is a slip of the finger and not a word. Its weight falls with their number.
        """
        weights = np.sqrt(np.log1p((self.count + 20.0) / (frequency + 1.0))).astype(np.float32)
        weights[kind == 1] *= TRIPLE_WEIGHT**2
        weights[frequency <= 1] /= 1.0 + self.count / UNSEEN_IN
        return weights


QUICK = 32
QUICK_SPREAD = 3.0


def promising(
    flat: np.ndarray, offsets: np.ndarray, left: np.ndarray, right: np.ndarray, needed: np.ndarray
) -> np.ndarray:
    """Which pairs deserve a full comparison, bool (pairs,).

    ``needed`` (pairs,): the cosine below which a pair is of no interest. It means a share J = c / (2 - c) of common
    features, of which the ``QUICK`` smallest hashes are a random sample; a pair passes unless its sample lies more
    than ``QUICK_SPREAD`` standard deviations below. Pairs with a short text always pass.
    """
    keep = offsets[left + 1] - offsets[left] < QUICK
    keep |= offsets[right + 1] - offsets[right] < QUICK
    rows = np.flatnonzero(~keep)
    if not len(rows):
        return keep
    first = sliding_window_view(flat, QUICK)
    both = [first[offsets[left[rows]]], first[offsets[right[rows]]]]
    smallest = np.sort(np.concatenate(both, axis=1), axis=1)
    common = (smallest[:, 1:] == smallest[:, :-1]).sum(axis=1)
    share = np.clip(needed[rows] / (2.0 - needed[rows]), 0.0, 1.0)
    keep[rows] = common >= QUICK * share - QUICK_SPREAD * np.sqrt(QUICK * share * (1.0 - share))
    return keep


PAD = np.uint32(0xFFFFFFFF)


def text_agreement(
    flat: np.ndarray,
    offsets: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    weights: np.ndarray,
    sketch: int,
) -> np.ndarray:
    """Weighted cosine of feature sets for many pairs at once, float64 of shape (pairs,), 0 … 1.

    ``flat`` / ``offsets``: sorted features of each text, at most ``sketch`` (the smallest hashes) each. Where a text was
    cut, both are compared on the hash range that both cover, which is the same random sample of features for both.
    """
    pairs = len(left)
    if not pairs or not len(flat):
        return np.zeros(pairs)
    limit = np.full(pairs, (1 << HASH_BITS) - 1, np.uint32)
    for rows in (left, right):
        cut = offsets[rows + 1] - offsets[rows] >= sketch
        limit[cut] = np.minimum(limit[cut], flat[offsets[rows[cut] + 1] - 1])
    sides = [_table(flat, offsets, rows, limit) for rows in (left, right)]
    norms = [((side != PAD) * weights[side & _DF_MASK]).sum(axis=1, dtype=np.float64) for side in sides]
    joined = np.sort(np.concatenate(sides, axis=1), axis=1)
    common = np.flatnonzero((joined[:, 1:] == joined[:, :-1]) & (joined[:, 1:] != PAD))
    pair, place = np.divmod(common, joined.shape[1] - 1)
    dot = np.bincount(pair, weights[joined[pair, place] & _DF_MASK], pairs)
    product = np.sqrt(norms[0] * norms[1])
    return np.minimum(np.divide(dot, product, out=np.zeros(pairs), where=product > 0), 1.0)


def word_counts(flat: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many different words (pairs of Chinese characters) each text has, int64 (texts,)."""
    words = np.concatenate([[0], np.cumsum((flat & 1) == 0)])
    return words[offsets[1:]] - words[offsets[:-1]]


def log_odds(
    cosine: np.ndarray,
    sizes: np.ndarray,
    words: np.ndarray,
    fields: np.ndarray,
    days: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    settings: Settings,
) -> np.ndarray:
    """Contributions of shape (pairs, 8): text, the fields of :data:`.records.FIELDS`, date.

    ``sizes`` (n,): features of each text before any cut, ``words`` (n,) words of them; ``fields`` int64 (n, 6) of field hashes, 0 unknown; ``days`` int32 (n,), ``NO_DATE`` unknown.
    """
    parts = np.zeros((len(left), 2 + len(FIELDS)))
    one, other = np.maximum(sizes[left], 1).astype(float), np.maximum(sizes[right], 1).astype(float)
    fewer = np.minimum(words[left], words[right])
    parts[:, 0] = (
        settings.steepness * (cosine - settings.middle)
        + settings.length * np.abs(np.log(one / other))
        + settings.little * np.clip(1.0 - fewer / settings.enough, 0.0, 1.0)
    )
    agree = [settings.agree[name] if name != "serial" or settings.whole_serials else 0.0 for name in FIELDS]
    differ = [settings.differ[name] for name in FIELDS]
    parts[:, 1:-1] = field_odds(fields, left, right, agree, differ)
    one, other = days[left].astype(np.int64), days[right].astype(np.int64)
    apart = np.abs(one - other).astype(float)
    near = settings.date_near * np.exp(-apart / settings.date_scale)
    far = settings.date_far * np.clip(apart / settings.date_limit, 0.0, 1.0)
    parts[:, -1] = np.where((one != NO_DATE) & (other != NO_DATE), near + far, 0.0)
    return parts


def field_odds(
    fields: np.ndarray, left: np.ndarray, right: np.ndarray, agree: Sequence[float], differ: Sequence[float]
) -> np.ndarray:
    """Contributions of the fields, (pairs, fields): ``agree`` where both name the same, ``differ`` where another one, else 0."""
    one, other = fields[left], fields[right]
    known = (one != 0) & (other != 0)
    return np.where(known, np.where(one == other, agree, differ), 0.0)


def to_score(parts: np.ndarray) -> np.ndarray:
    """Log-odds contributions (pairs, parts) to scores 0 … 1."""
    return 1.0 / (1.0 + np.exp(-parts.sum(axis=1)))


def reasons_of(cosine: float, parts: Sequence[float], shared: Sequence[str] = ()) -> tuple[Reason, ...]:
    """The contributions of one pair in words, strongest first."""
    found = [Reason("text", _agree(round(100 * cosine)), float(parts[0]))]
    for name, weight in zip(FIELDS, parts[1:-1], strict=True):
        if weight > 0:
            found.append(Reason("field", _SAME[name], float(weight)))
        elif weight < 0:
            found.append(Reason("field", _OTHER[name], float(weight)))
    if parts[-1] > 0:
        found.append(Reason("date", _CLOSE, float(parts[-1])))
    elif parts[-1] < 0:
        found.append(Reason("date", _FAR, float(parts[-1])))
    found.sort(key=lambda reason: -abs(reason.weight))
    if shared:
        found.append(Reason("text", Message("both say: {words}", {"words": ", ".join(shared)}), 0.0))
    return tuple(found)


def days_of(record: Record) -> int:
    """Proleptic day number of the record's date, ``NO_DATE`` when unknown."""
    return record.date.toordinal() if record.date else int(NO_DATE)


# Said of thousands of pairs: each is one object.
_SAME = {name: Message("same {field}", {"field": name}) for name in FIELDS}
_OTHER = {name: Message("another {field}", {"field": name}) for name in FIELDS}
_CLOSE, _FAR = Message("received close together"), Message("received far apart")


def rank(
    record: Record,
    candidates: Sequence[Record],
    *,
    stats: Stats | None = None,
    settings: Settings | None = None,
    limit: int = 10,
    quote: bool = True,
) -> list[Match]:
    """The ``limit`` candidates most like ``record``, best first; texts are compared in full, not by sample.

    Without ``stats`` the record and its candidates are all that is known of how common words are. ``quote``: name the words
    that the texts have in common, which costs as much as all the rest.
    """
    if not candidates:
        return []
    settings = settings or Settings()
    records = [record, *candidates]
    flat, offsets = FeatureTable().features([each.text for each in records])
    left = np.zeros(len(candidates), np.int64)
    right = np.arange(1, len(records))
    if stats is None:
        weights = _weights_among(flat, len(records))
    else:
        weights = stats.squared_weights_with(flat[: offsets[1]])
    cosine = text_agreement(flat, offsets, left, right, weights, np.iinfo(np.int64).max)
    fields = np.array([field_hashes(each) for each in records], np.int64)
    days = np.array([days_of(each) for each in records], np.int32)
    words = word_counts(flat, offsets)
    parts = log_odds(cosine, np.diff(offsets), words, fields, days, left, right, settings)
    scores = to_score(parts)
    best = np.lexsort((right, -scores))[:limit]
    matches = []
    for number in best:
        other = candidates[number]
        shared = shared_words(record.text, other.text) if quote else ()
        matches.append(
            Match(
                other.id,
                float(scores[number]),
                reasons_of(cosine[number], parts[number], shared),
                float(cosine[number]),
            )
        )
    return matches


def score(
    left: Record, right: Record, *, stats: Stats | None = None, settings: Settings | None = None
) -> Match:
    """One pair; symmetric. The match carries the id of ``right``."""
    return rank(left, [right], stats=stats, settings=settings, limit=1)[0]


def shared_words(one: str, other: str, most: int = 5) -> list[str]:
    """Words that two texts have in common and that say something, the longest first."""
    common = {word for word in _words(one) & _words(other) if _is_telling(word)}
    return sorted(common, key=lambda word: (-len(word), word))[:most]


def _weights_among(flat: np.ndarray, texts: int) -> np.ndarray:
    """:meth:`Stats.squared_weights` where the features ``flat`` of these ``texts`` are all there is; those that none of
    them has weigh nothing."""
    places, frequency = np.unique(flat & _DF_MASK, return_counts=True)
    weights = np.zeros(DF_SIZE, np.float32)
    weights[places] = Stats(frequency, texts).weigh(frequency, places & 1)
    return weights


def _table(flat: np.ndarray, offsets: np.ndarray, rows: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Features of ``rows`` up to ``limit`` (rows,), uint32 of shape (rows, features of the longest), filled with ``PAD``."""
    starts = offsets[rows]
    size = offsets[rows + 1] - starts
    width = max(int(size.max()), 1)
    if starts.max() + width <= len(flat):
        table = sliding_window_view(flat, width)[starts].astype(np.uint32, copy=False)
    else:  # the last texts have too few features behind them for a window
        table = flat[np.minimum(starts[:, None] + np.arange(width), len(flat) - 1)].astype(np.uint32)
    if size.min() < width:
        table[np.arange(width) >= size[:, None]] = PAD
    table[table > limit[:, None]] = PAD
    return table


@lru_cache(maxsize=128)
def _agree(percent: int) -> Message:
    return Message("the texts agree to {percent} %", {"percent": percent})


def _is_telling(word: str) -> bool:
    if is_han(word):
        return word[0] not in STOP_SIGNS and word[-1] not in STOP_SIGNS
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def _words(text: str) -> set[str]:
    out: set[str] = set()
    for token in canonical_tokens(text):
        out.update(han_ngrams(token) if is_han(token) else [token])
    return out
