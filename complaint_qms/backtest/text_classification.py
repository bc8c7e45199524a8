"""What the texts say where the file says nothing: type and severity; and what harm to a person they tell of.

When part of the history carries a type, a model is learned from it and fills in the rest; when none does, the
engine's keywords name the type. The same for the severity, which is proposed only where the file has none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from complaint_qms.backtest.duplicates import reasons_json
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.backtest.stored_reasons import type_names
from complaint_qms.engine.classify import Proposal, TextModel, propose_many, train_many
from complaint_qms.engine.classify.harm import WEIGHT_OF_INJURY
from complaint_qms.engine.classify.languages import OWN_LISTS
from complaint_qms.engine.text_language import written_language

CHUNK = 1_000
FEWEST_TEACHERS, MOST_TEACHERS, TEXTS_PER_TEACHER = 1_000, 2_000, 10
"""Of how many texts one is learned from, and the bounds of that."""
LEAST_TEACHERS, LEAST_OF_LABEL = 100, 8
FIELDS = ("type", "severity")
HARM = "harm"
"""Read from every text: a file that names type and severity need not say who was hurt."""
LANGUAGE = "language"
UNDECIDED = "und"
"""A text whose language nothing decides, beside texts in other languages than English: its words may mean another thing."""
_PLAIN = ("", "en", "zh", "zh-TW")
"""Languages of which nothing need be said."""
LANGUAGE_SAMPLE, LEAST_OF_LANGUAGE, USUAL = 400, 2, 0.8
"""Texts by which the language of a history is judged; how many, and which share of them, must be in one."""


def classify(store: Store, policy: Policy, tick: Callable[[int], None]) -> None:
    """Fill ``reading``; goes on after the last stored chunk."""
    done = store.done("read text")
    if done < 0:
        tick(store.count("complaint"))
        return
    tick(done)
    models = _learn(store, policy)
    names = type_names()
    usual = _usual_language(store)
    while True:
        rows = store.db.execute(
            "SELECT row_id, subject, text, item, channel, type, severity, deaths, injured FROM complaint "
            "WHERE row_id > ? ORDER BY row_id LIMIT ?",
            (done, CHUNK),
        ).fetchall()
        if not rows:
            break
        # A word that the policy does not know says nothing: the text is read as without it
        rows = [(*r[:6], r[6] if r[6] and policy.severity_of(r[6]) else None, *r[7:]) for r in rows]
        wanted = [r for r in rows if r[1] or r[2]]
        texts = [_words(r[1], r[2]) for r in wanted]
        codes = [written_language(text) or usual for text in texts]
        found = _proposals(wanted, texts, codes, models)
        with store.transaction():
            store.insert("reading", _rows(wanted, found, names), 5)
            told = [
                (row[0], LANGUAGE, code, 1.0, "[]")
                for row, code in zip(wanted, codes, strict=True)
                if code not in _PLAIN
            ]
            store.insert("reading", told, 5)
            done = rows[-1][0]
            store.set_done("read text", done)
        tick(len(rows))
    with store.transaction():
        _note_languages(store)
        store.set_done("read text", -1)


def teachers(texts: int) -> int:
    """How many texts a history of so many is learned from: learning must stay a small part of reading."""
    return min(MOST_TEACHERS, max(FEWEST_TEACHERS, texts // TEXTS_PER_TEACHER))


def reasons(text: str | None) -> list[list]:
    """Stored reasons as a list of [key, values, weight]."""
    return json.loads(text) if text else []


def _proposals(
    rows: list[tuple], texts: list[str], codes: list[str], models: dict[str, TextModel]
) -> list[list[Proposal]]:
    """Of each row the harm, and what the file does not say; rows that lack the same are read together."""
    found: list[list[Proposal]] = [[] for _ in rows]
    lacking = [
        tuple(name for name, given in zip(FIELDS, row[5:7], strict=True) if given is None) for row in rows
    ]
    for lack in sorted(set(lacking)):
        places = [place for place, each in enumerate(lacking) if each == lack]
        # By words alone, a severity rests on the type as well.
        needed = {*lack, "type"} if "severity" in lack and "severity" not in models else lack
        proposals = propose_many(
            [texts[place] for place in places],
            {name: model for name, model in models.items() if name in needed},
            contexts=[{"item": rows[place][3], "channel": rows[place][4]} for place in places],
            fields=(*lack, HARM),
            languages=[codes[place] for place in places],
            counted=[rows[place][7:9] for place in places],
        )
        for place, each in zip(places, proposals, strict=True):
            found[place] = each
    return found


def _rows(wanted: list[tuple], found: list[list[Proposal]], names: dict[str, str]) -> list[tuple]:
    result = []
    for row, proposals in zip(wanted, found, strict=True):
        given = dict(zip(FIELDS, row[5:7], strict=True))
        for p in proposals:
            if p.field == HARM and not _is_of_people(p):
                continue
            if given.get(p.field) is None and p.value and p.source != "none":
                value = (
                    names.get(p.value, p.value) if p.field == "type" and p.source == "keywords" else p.value
                )
                result.append((row[0], p.field, value, round(p.confidence, 4), reasons_json(p.reasons)))
    return result


def _is_of_people(harm: Proposal) -> bool:
    """Whether a text tells of somebody dead or injured, and not of a crash, a fire, or a hurt that may be a figure of speech."""
    return harm.value == "death" or (
        harm.value != "none" and any(reason.weight >= WEIGHT_OF_INJURY for reason in harm.reasons)
    )


def _usual_language(store: Store) -> str:
    """The language that nearly all texts are in whose language can be told: short ones are taken to be in it too.
    `UNDECIDED` where there is none and some texts are neither English nor Chinese, "" where all of them are."""
    (count,) = store.db.execute("SELECT count(*) FROM complaint WHERE text IS NOT NULL").fetchone()
    rows = store.db.execute(
        "SELECT text FROM (SELECT text, row_number() OVER (ORDER BY row_id) AS n FROM complaint WHERE text IS NOT NULL) "
        "WHERE n % ? = 0",
        (max(1, count // LANGUAGE_SAMPLE),),
    )
    told = Counter(code for (text,) in rows if (code := written_language(text)))
    if not told:
        return ""
    ((code, most),) = told.most_common(1)
    if most >= LEAST_OF_LANGUAGE and most >= USUAL * told.total():
        return code
    foreign = told.total() - sum(told[code] for code in _PLAIN)
    return UNDECIDED if foreign >= LEAST_OF_LANGUAGE else ""


def _note_languages(store: Store) -> None:
    """Texts in other languages than English and Chinese into the list of data quality."""
    rows = store.db.execute(
        "SELECT value, count(*), min(complaint.row), min(coalesce(text, subject)) FROM reading "
        "JOIN complaint ON complaint.row_id = reading.row_id WHERE field = ? GROUP BY value",
        (LANGUAGE,),
    ).fetchall()
    for code, count, row, example in rows:
        kind = "read" if code in OWN_LISTS else "unread"
        store.note_quality("text", f"language_{kind}_{code}", count, row, example)


def _learn(store: Store, policy: Policy) -> dict[str, TextModel]:
    """Models of the company's own types and severities, where there is something to learn and something to fill in.

    All from the same texts, spread evenly over the history, so that their words are counted once.
    """
    has_text = "(text IS NOT NULL OR subject IS NOT NULL)"
    texts, types = store.db.execute(
        f"SELECT count(*), count(type) FROM complaint WHERE {has_text}"
    ).fetchone()
    written = store.db.execute(
        f"SELECT severity, count(*) FROM complaint WHERE severity IS NOT NULL AND {has_text} GROUP BY severity"
    )
    known = (types, sum(count for word, count in written if policy.severity_of(word)))
    wanted = [field for field, count in zip(FIELDS, known, strict=True) if LEAST_TEACHERS <= count < texts]
    if not wanted:
        return {}
    usable = f"{has_text} AND coalesce({', '.join((*wanted, 'NULL'))}) IS NOT NULL"
    count = store.db.execute(f"SELECT count(*) FROM complaint WHERE {usable}").fetchone()[0]
    rows = store.db.execute(
        f"SELECT subject, text, item, channel, {', '.join(wanted)} FROM complaint WHERE row_id IN (SELECT row_id FROM "
        f"(SELECT row_id, row_number() OVER (ORDER BY row_id) AS n FROM complaint WHERE {usable}) WHERE n % ? = 0) "
        "ORDER BY row_id",
        (max(1, count // teachers(texts)),),
    ).fetchall()
    own = {"type": str, "severity": lambda value: policy.severity_of(value) or ""}
    labels = {}
    for place, field in enumerate(wanted, 4):
        given = [own[field](row[place]) if row[place] is not None else "" for row in rows]
        counts = Counter(given)
        given = [label if counts[label] >= LEAST_OF_LABEL else "" for label in given]
        if len(set(given) - {""}) >= 2 and sum(map(bool, given)) >= LEAST_TEACHERS:
            labels[field] = given
    contexts = [{"item": row[2], "channel": row[3]} for row in rows]
    return train_many([_words(row[0], row[1]) for row in rows], labels, contexts=contexts) if labels else {}


def _words(subject: str | None, text: str | None) -> str:
    return "\n".join(t for t in (subject, text) if t)
