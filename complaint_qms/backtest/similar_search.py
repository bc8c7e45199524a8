"""Complaints of a finished replay that are like one of them, or like a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import yaml

from complaint_qms.backtest import duplicates, history
from complaint_qms.backtest.errors import USAGE, CommandError
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.engine.similar import Index, Reason, Record, Search, shared_words

LEAST_SCORE = 0.5
"""Of a similar case to be shown: who asks about one complaint sees more than the report shows of all."""
LEAST_SHARE = 0.25
"""Of a text that another must hold to be shown."""
_HOLDS = "{percent} % of the text is found in it"
_SHARED = "both say: {words}"


@dataclass(frozen=True)
class Hit:
    """A complaint that was found; `reasons`: key and values of the message of each."""

    id: str
    received: str
    item: str | None
    words: str
    score: float
    reasons: list[tuple[str, dict]]
    told_twice: bool = False


@dataclass(frozen=True)
class Hits:
    """`stories`: likely one complaint told twice, then similar cases, by text, customer, item, batch, serial number and date;
    `texts`: those that hold most of the text, whatever else they are."""

    stories: list[Hit] = field(default_factory=list)
    texts: list[Hit] = field(default_factory=list)


def like_text(store: Store, text: str, limit: int) -> Hits:
    """Complaints that hold most of a text."""
    past = history.load_history(store)
    search = Search(text)
    for part in _parts(store, past):
        search.add([record.text for record in part])
    return Hits(texts=_held(store, past, search, text, limit))


def like_complaint(store: Store, key: str, limit: int) -> Hits:
    """Complaints that tell the story of the one numbered `key`, filled up with those that hold most of its text."""
    past = history.load_history(store)
    found = store.db.execute("SELECT row_id FROM complaint WHERE id = ?", (key,)).fetchone()
    if not found:
        raise CommandError("no_such_complaint", USAGE, id=key, file=store.path)
    own = int((past.row_id == found[0]).argmax())
    record = next(duplicates.records(store, past, own, own + 1))
    wanted = duplicates.settings(Policy(yaml.safe_load(store.meta("policy"))), store)
    index = Index(replace(wanted, similar=min(wanted.similar, LEAST_SCORE)))
    search = Search(record.text)
    for part in _parts(store, past):
        index.add_many(other for other in part if other.id != record.id)
        search.add([other.text for other in part])
    matches = index.query(record, limit)
    stories = [_hit(store, past, int(m.id) - 1, m.score, _reasons(m.reasons), m.told_twice) for m in matches]
    known = [own, *(int(m.id) - 1 for m in matches)]
    rest = limit - len(stories)
    return Hits(stories, _held(store, past, search, record.text, rest, known) if rest else [])


def _parts(store: Store, past: history.History) -> Iterator[list[Record]]:
    for start in range(0, len(past), duplicates.CHUNK):
        yield list(duplicates.records(store, past, start, min(start + duplicates.CHUNK, len(past))))


def _held(
    store: Store,
    past: history.History,
    search: Search,
    text: str,
    limit: int,
    without: list[int] | None = None,
) -> list[Hit]:
    hits = []
    for found in search.best(limit, LEAST_SHARE, without or ()):
        hit = _hit(store, past, found.place, found.share, [(_HOLDS, {"percent": round(100 * found.share)})])
        if common := shared_words(text, hit.words):
            hit.reasons.append((_SHARED, {"words": ", ".join(common)}))
        hits.append(hit)
    return hits


def _reasons(found: tuple[Reason, ...]) -> list[tuple[str, dict]]:
    return [(reason.message.key, dict(reason.message.params)) for reason in found]


def _hit(
    store: Store,
    past: history.History,
    place: int,
    score: float,
    reasons: list[tuple[str, dict]],
    told_twice: bool = False,
) -> Hit:
    row = store.db.execute(
        "SELECT id, received, item, coalesce(subject || ' ', '') || coalesce(text, '') FROM complaint WHERE row_id = ?",
        (int(past.row_id[place]),),
    ).fetchone()
    return Hit(*row, score, reasons, told_twice)
