"""Complaints told twice and similar cases over the whole history, with the engine's index; needs the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from complaint_qms.backtest.disk_array import Spill
from complaint_qms.backtest.history import History, fetch
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import PAIR_KINDS, SIMILAR_CASE, TOLD_TWICE, Store
from complaint_qms.engine.similar import Index, Pair, Record, Settings, clusters
from complaint_qms.engine.similar.cluster import Cluster, Facts
from complaint_qms.engine.similar.index import RecordFacts
from complaint_qms.engine.similar.told_twice import WINDOW

CHUNK = 5_000
IN_MEMORY = 250_000
"""Complaints whose features (half a kilobyte each) are kept in memory, which is faster than in a file."""
LEAST_DIFFERENT = 0.5
"""Share of serial numbers that stand once in a file where they name units and not models."""
MOST_CUT = 0.9
_FIELDS = ("subject", "text", "customer", "item", "batch", "serial", "region")


def settings(policy: Policy, store: Store) -> Settings:
    """The engine's settings with the policy's thresholds and span of days, and with what the serial numbers of the history tell."""
    days = float(policy.data["similar"]["days"])
    return replace(policy.similar, date_limit=days, date_far=-3.0, whole_serials=serial_names_units(store))


def find(store: Store, policy: Policy, history: History, tick: Callable[[int], None]) -> None:
    """Fill ``pair`` and ``cluster``. One step: a killed run does it again from its start."""
    if store.done("similar") < 0:
        tick(len(history))
        return
    large = len(history) > IN_MEMORY
    index = Index(settings(policy, store), Spill(store.path.parent) if large else None)
    for start in range(0, len(history), CHUNK):
        stop = min(start + CHUNK, len(history))
        index.add_many(records(store, history, start, stop))
        tick(stop - start)
    known = index.settings
    with store.transaction():
        kept: dict[str, list[Pair]] = {kind: [] for kind in PAIR_KINDS}
        store.insert("pair", _rows(index.pairs(), kept, history.codes["model"]), 5)
        facts = index.facts()
        del index  # grouping needs memory of its own
        number = 0
        for kind, pairs in kept.items():
            for group in _groups(kind, pairs, known, facts, history.codes["model"]):
                number += 1
                store.insert("cluster", ((number, seq, kind) for seq in sorted(map(int, group.ids))), 3)
        store.set_done("similar", -1)


def reasons_json(reasons: tuple) -> str:
    """Reasons as JSON: key and values of the message, weight."""
    return json.dumps(
        [
            [r.message.key, {k: _plain(v) for k, v in r.message.params.items()}, round(float(r.weight), 3)]
            for r in reasons
        ],
        ensure_ascii=False,
    )


def records(store: Store, history: History, start: int, stop: int) -> Iterator[Record]:
    """Similarity records of a stretch of the event order; the id is the sequence number."""
    days = history.received[start:stop].astype("datetime64[D]").tolist()
    rows = fetch(store, history, start, stop, _FIELDS)
    for seq, (subject, text, customer, item, batch, serial, region), day in zip(
        range(start + 1, stop + 1), rows, days, strict=True
    ):
        words = "\n".join(t for t in (subject, text) if t)
        yield Record(
            str(seq),
            words,
            customer or "",
            item or "",
            batch or "",
            "",
            day,
            serial or "",
            region or "",
        )


@lru_cache(maxsize=1)
def serial_names_units(store: Store) -> bool:
    """Whether the serial numbers of a file tell one unit from another: most stand once, and they are no beginnings of vehicle
    identification numbers (11 of 17 signs), which a production line of a year shares."""
    given, different, cut = store.db.execute(
        "SELECT count(serial), count(DISTINCT serial), total(length(serial) = 11 AND serial NOT GLOB '*[^A-HJ-NPR-Z0-9]*' "
        "AND serial GLOB '*[A-Z]*' AND serial GLOB '*[0-9]*') FROM complaint"
    ).fetchone()
    return different >= LEAST_DIFFERENT * given and cut < MOST_CUT * max(given, 1)


def _groups(
    kind: str, pairs: list[Pair], known: Settings, facts: RecordFacts, models: np.ndarray
) -> list[Cluster]:
    """Groups of one kind. Each two complaints that are told twice may be one; similar cases lie within the days of the policy."""
    if kind != TOLD_TWICE:
        return clusters(
            pairs, threshold=known.similar, facts=lambda seq: _day(facts, seq), days=int(known.date_limit)
        )
    return clusters(
        pairs,
        threshold=known.duplicate,
        facts=lambda seq: facts.of(int(seq) - 1, int(models[int(seq) - 1]) + 1),
        days=WINDOW,
    )


def _day(facts: RecordFacts, seq: str) -> Facts:
    return Facts(facts.of(int(seq) - 1).day)


def _rows(pairs: Iterator[Pair], kept: dict[str, list[Pair]], models: np.ndarray) -> Iterator[tuple]:
    """Rows of ``pair``; complaints of two models (model years) are two cases, however alike their words."""
    for pair in pairs:
        one, other = (int(models[int(seq) - 1]) for seq in (pair.left, pair.right))
        models_differ = one >= 0 and other >= 0 and one != other
        kind = TOLD_TWICE if pair.told_twice and not models_differ else SIMILAR_CASE
        kept[kind].append(replace(pair, reasons=()))
        yield int(pair.left), int(pair.right), round(pair.score, 4), reasons_json(pair.reasons), kind


def _plain(value: object) -> object:
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, int | float | str | bool | type(None)) else str(value)
