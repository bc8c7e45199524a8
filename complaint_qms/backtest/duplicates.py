"""Near-duplicates over the whole history, with the engine's index; needs the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from complaint_qms.backtest.disk_array import Spill
from complaint_qms.backtest.history import History, fetch
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.engine.similar import Index, Pair, Record, Settings, clusters

CHUNK = 5_000
IN_MEMORY = 250_000
"""Complaints whose features (half a kilobyte each) are kept in memory, which is faster than in a file."""
_FIELDS = ("subject", "text", "customer", "item", "batch")


def settings(policy: Policy) -> Settings:
    """The engine's settings with the policy's threshold and span of days."""
    return replace(policy.similar, date_limit=float(policy.data["similar"]["days"]), date_far=-3.0)


def find(store: Store, policy: Policy, history: History, tick: Callable[[int], None]) -> None:
    """Fill ``pair`` and ``cluster``. One step: a killed run does it again from its start."""
    if store.done("similar") < 0:
        tick(len(history))
        return
    large = len(history) > IN_MEMORY
    index = Index(settings(policy), Spill(store.path.parent) if large else None)
    for start in range(0, len(history), CHUNK):
        stop = min(start + CHUNK, len(history))
        index.add_many(records(store, history, start, stop))
        tick(stop - start)
    known = index.settings
    with store.transaction():
        duplicates: list[Pair] = []
        store.insert("pair", _rows(index.pairs(policy.data["similar"]["duplicate"]), duplicates), 4)
        del index  # grouping needs memory of its own
        groups = clusters(duplicates, settings=known)
        store.insert(
            "cluster",
            ((n, int(i)) for n, group in enumerate(groups, 1) for i in sorted(group.ids, key=int)),
            2,
        )
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
    for seq, (subject, text, customer, item, batch), day in zip(
        range(start + 1, stop + 1), rows, days, strict=True
    ):
        yield record(str(seq), subject, text, customer, item, batch, day)


def record(
    key: str,
    subject: str | None,
    text: str | None,
    customer: str | None,
    item: str | None,
    batch: str | None,
    day: date,
) -> Record:
    """One complaint as the engine's similarity sees it."""
    words = "\n".join(t for t in (subject, text) if t)
    return Record(key, words, customer or "", item or "", batch or "", "", day)


def _rows(pairs: Iterator[Pair], kept: list[Pair]) -> Iterator[tuple]:
    for pair in pairs:
        kept.append(replace(pair, reasons=()))
        yield int(pair.left), int(pair.right), round(pair.score, 4), reasons_json(pair.reasons)


def _plain(value: object) -> object:
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, int | float | str | bool | type(None)) else str(value)
