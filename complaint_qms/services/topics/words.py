"""Names of topics, and words, as far as the reader may see them: a word that stands in none of the complaints they may read is not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import frappe
from pypika import Order

from complaint_qms.constants.topics import TERMS, TOPIC
from complaint_qms.engine.topics.fit import NAME_WORDS
from complaint_qms.engine.topics.terms import Vocabulary
from complaint_qms.permissions.topic import sees_some
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.topics import store

_AT_ONCE: Final = 5_000
_MOST_LOOKED_AT: Final = 100_000
"""Complaints of somebody who sees but some, the latest, in which their words are looked for; a word that is in none of these is not told."""


def topic_names(topics: Iterable[str]) -> dict[str, str]:
    """Topic → its name for the session's user. Whoever sees but some complaints is told a name that a person gave, and else the heaviest
    words that stand in their own."""
    wanted = sorted({topic for topic in topics if topic})
    if not wanted:
        return {}
    rows = frappe.get_all(TOPIC, {"name": ("in", wanted)}, ["name", "topic_name", "renamed", "language"], order_by="name asc")  # fmt: skip
    if not sees_some(frappe.session.user):
        return {row.name: row.topic_name for row in rows}
    words = store.words_of(wanted)
    seen = _seen_terms(store.vocabulary_in_use(), [(row.language, words.get(row.name, {})) for row in rows])
    return {row.name: _name(row, words.get(row.name, {}), seen.get(row.language, set())) for row in rows}


def _name(row: Any, words: Mapping[str, tuple[str, float]], seen: set[str]) -> str:
    if row.renamed:
        return row.topic_name
    shown = {said: term for term, (said, _weight) in words.items()}
    if all(shown.get(part) in seen for part in row.topic_name.split(", ")):
        return row.topic_name
    own = [said for term, (said, _weight) in words.items() if term in seen]
    return ", ".join(own[:NAME_WORDS]) or row.name


def _seen_terms(vocabularies: Mapping[str, Vocabulary], asked: Sequence[tuple[str, Iterable[str]]]) -> dict[str, set[str]]:  # fmt: skip
    """Language → those of the terms that stand in a complaint the user may read."""
    wanted: dict[str, dict[str, str]] = {}
    for code, terms in asked:
        numbers = vocabularies[code].numbers if code in vocabularies else {}
        wanted.setdefault(code, {}).update({str(numbers[term]): term for term in terms if term in numbers})
    found: dict[str, set[str]] = {code: set() for code in wanted}
    complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
    last, looked_at = "", 0
    while any(wanted.values()) and looked_at < _MOST_LOOKED_AT:
        query = frappe.qb.from_(complaint).join(kept).on(kept.name == complaint.name)
        query = query.select(complaint.name, kept.language, kept.terms)
        query = query.where(complaint.name < last) if last else query
        rows = permitted(query).orderby(complaint.name, order=Order.desc).limit(_AT_ONCE).run()
        for _name_of, code, terms in rows:
            left = wanted.get(code)
            for number in (terms or "").split() if left else ():
                if number in left:
                    found[code].add(left.pop(number))
        looked_at += len(rows)
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1][0]
    return found
