"""What the texts say where the file says nothing: type and severity.

When part of the history carries a type, a model is learned from it and fills in the rest; when none does, the
engine's keywords name the type. The same for the severity, which is proposed only where the file has none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from complaint_qms.cli.likeness import reasons_json
from complaint_qms.cli.policy import Policy
from complaint_qms.cli.store import Store
from complaint_qms.constants.vocabulary import TYPES
from complaint_qms.engine.classify import Proposal, TextModel, propose_many, train

CHUNK = 1_000
TEACHERS = 2_000
"""Texts a model is learned from at most, spread evenly over the history."""
LEAST_TEACHERS, LEAST_OF_LABEL = 100, 8
FIELDS = ("type", "severity")


def read(store: Store, policy: Policy, tick: Callable[[int], None]) -> None:
    """Fill ``reading``; goes on after the last stored chunk."""
    done = store.done("read text")
    if done < 0:
        tick(store.count("complaint"))
        return
    tick(done)
    models = _learn(store, policy)
    names = type_names()
    while True:
        rows = store.db.execute(
            "SELECT row_id, subject, text, item, channel, type, severity FROM complaint "
            "WHERE row_id > ? ORDER BY row_id LIMIT ?",
            (done, CHUNK),
        ).fetchall()
        if not rows:
            break
        wanted = [r for r in rows if (r[1] or r[2]) and None in r[5:7]]
        texts = [_words(r[1], r[2]) for r in wanted]
        contexts = [{"item": r[3], "channel": r[4]} for r in wanted]
        found = propose_many(texts, models, contexts=contexts, fields=FIELDS) if wanted else []
        with store.transaction():
            store.insert("reading", _rows(wanted, found, names), 5)
            done = rows[-1][0]
            store.set_done("read text", done)
        tick(len(rows))
    with store.transaction():
        store.set_done("read text", -1)


def _rows(wanted: list[tuple], found: list[list[Proposal]], names: dict[str, str]) -> list[tuple]:
    result = []
    for row, proposals in zip(wanted, found, strict=True):
        given = dict(zip(FIELDS, row[5:7], strict=True))
        for p in proposals:
            if given[p.field] is None and p.value and p.source != "none":
                value = (
                    names.get(p.value, p.value) if p.field == "type" and p.source == "keywords" else p.value
                )
                result.append((row[0], p.field, value, round(p.confidence, 4), reasons_json(p.reasons)))
    return result


def _learn(store: Store, policy: Policy) -> dict[str, TextModel]:
    """Models of the company's own types and severities, where there is something to learn and something to fill in."""
    words = policy.severity_words
    own = {"type": str, "severity": lambda value: words.get(value.strip().lower(), "")}
    return {field: model for field, value in own.items() if (model := _learn_field(store, field, value))}


def _learn_field(store: Store, field: str, value_of: Callable[[str], str]) -> TextModel | None:
    has_text = "(text IS NOT NULL OR subject IS NOT NULL)"
    known, missing = store.db.execute(
        f"SELECT count({field}), count(*) - count({field}) FROM complaint WHERE {has_text}"
    ).fetchone()
    if known < LEAST_TEACHERS or not missing:
        return None
    step = max(1, known // TEACHERS)
    rows = store.db.execute(
        f"SELECT subject, text, item, channel, {field} FROM (SELECT *, row_number() OVER (ORDER BY row_id) AS n "
        f"FROM complaint WHERE {field} IS NOT NULL AND {has_text}) WHERE n % ? = 0 ORDER BY n",
        (step,),
    ).fetchall()
    labels = [value_of(r[4]) for r in rows]
    counts = Counter(labels)
    kept = [
        (r, label) for r, label in zip(rows, labels, strict=True) if label and counts[label] >= LEAST_OF_LABEL
    ]
    if len({label for _, label in kept}) < 2 or len(kept) < LEAST_TEACHERS:
        return None
    contexts = [{"item": r[2], "channel": r[3]} for r, _ in kept]
    return train([_words(r[0], r[1]) for r, _ in kept], [label for _, label in kept], contexts=contexts)


def _words(subject: str | None, text: str | None) -> str:
    return "\n".join(t for t in (subject, text) if t)


def type_names() -> dict[str, str]:
    """Key of a seeded type -> its English name."""
    found: dict[str, str] = {}

    def walk(types: tuple) -> None:
        for kind in types:
            found[kind["key"]] = kind["name"]
            walk(kind["children"])

    walk(TYPES)
    return found


def reasons(text: str | None) -> list[list]:
    """Stored reasons as a list of [template, arguments, weight]."""
    return json.loads(text) if text else []
