"""Learns terms and topics from the texts of complaints in a worker, finds the topics of last time again, and reads all complaints anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint, now_datetime, nowdate

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.topics import ACTIVE, FIT, RETIRED, TERMS, TOPIC
from complaint_qms.engine.topics.fit import Topics, best_terms, fit_topics
from complaint_qms.engine.topics.matching import matched
from complaint_qms.engine.topics.terms import LANGUAGES, ComplaintText, Vocabulary, code_of, learn_vocabulary
from complaint_qms.services import writing
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.topics import reading, store
from complaint_qms.services.topics.keeping import as_document, drop_of_none, keep_read

LOCK: Final = "complaint-topics"
_AGAIN: Final = 0.5
"""Cosine from which on a topic is one that was not found for a while."""


def fit_all(by: str = "Administrator") -> str | None:
    """Fit, and read every complaint; the name of the fit. Another run at the same time ends this one without a word."""
    try:
        with exclusive_run(LOCK, overtaken=_("Texts are being read for topics already.")):
            return _fit(by)
    except Overtaken:
        frappe.clear_last_message()
        return None


def read_new(most: int = 5_000) -> int:
    """Read complaints that nobody has read yet by the fit in use; how many. While all are being read, nothing."""
    try:
        with exclusive_run(LOCK):
            rows = reading.unread(most)
            return _read_in_parts(store.fit_in_use(), rows) if rows else 0
    except Overtaken:
        frappe.clear_last_message()
        return 0


def _fit(by: str) -> str:
    began = time.monotonic()
    former = store.fit_in_use()
    wanted = cint(frappe.db.get_single_value(SETTINGS, "topics_wanted"))
    told = _learned_from()
    fits: dict[str, tuple[Vocabulary, Topics | None]] = {}
    for code in LANGUAGES:
        some = told[code]
        vocabulary = learn_vocabulary(some, code, former.vocabularies.get(code))
        matrix = vocabulary.matrix([vocabulary.numbers_in(one) for one in some])
        fits[code] = (
            vocabulary,
            fit_topics(matrix, wanted or None, len(former.topics.get(code, ())) or None),
        )
    counts = _keep_topics(fits)
    doc = as_document(FIT)
    figures = [_figures(code, topics) for code, (_vocabulary, topics) in fits.items() if topics]
    doc.update(
        {
            "fitted_at": now_datetime(),
            "fitted_by": by,
            "learned": sum(map(len, told.values())),
            "figures": "\n".join(figures),
            "vocabulary": frappe.as_json([one.to_data() for one, _topics in fits.values()], indent=None),
            **counts,
        }
    )
    doc.insert()
    frappe.db.commit()
    fitted, read = store.fit_in_use(), 0
    for rows in reading.every_complaint():
        read += _read_in_parts(fitted, rows)
    drop_of_none()
    _count_topics()
    store.drop_old_vocabularies()
    seconds = round(time.monotonic() - began, 1)
    writing.set_values(FIT, doc.name, {"seconds": seconds, "complaints": read}, "all complaints read")
    frappe.db.commit()
    return doc.name


def _learned_from() -> dict[str, list[ComplaintText]]:
    told: dict[str, list[ComplaintText]] = {code: [] for code in LANGUAGES}
    for rows in reading.sample():
        customers = reading.customer_names(rows)
        for row in rows:
            one = store.as_told(row, customers)
            told[code_of(one.text)].append(one)
    return told


def _read_in_parts(fitted: store.FittedTopics, rows: Sequence[Any]) -> int:
    done = 0
    for begin in range(0, len(rows), reading.AT_ONCE):
        part = rows[begin : begin + reading.AT_ONCE]
        done += sum(in_parts(part, _reader(fitted), "Reading a complaint for topics", lambda row: ("Complaint", row.name)))  # fmt: skip
    return done


def _reader(fitted: store.FittedTopics) -> Callable[[Sequence[Any]], int]:
    def read(rows: Sequence[Any]) -> int:
        keep_read(fitted.read(rows), {row.name: (row.topic, row.sentiment) for row in rows})
        return len(rows)

    return read


def _keep_topics(fits: dict[str, tuple[Vocabulary, Topics | None]]) -> dict[str, int]:
    """Write the topics that were found, each as the one it was before where it is like one; {topics, new_topics, retired_topics}."""
    every = frappe.get_all(TOPIC, fields=["name", "language", "state"], order_by="name asc")
    stored = {name: {term: weight for term, (_shown, weight) in words.items()} for name, words in store.words_of([one.name for one in every]).items()}  # fmt: skip
    found = new = 0
    kept: set[str] = set()
    for code, (vocabulary, topics) in fits.items():
        if topics is None:
            continue
        ours = [one for one in every if one.language == code]
        rows = [_weights(row, vocabulary) for row in topics.weights]
        same = matched({one.name: stored.get(one.name, {}) for one in ours if one.state == ACTIVE}, rows)
        left = [at for at in range(len(rows)) if at not in same]
        rested = {one.name: stored.get(one.name, {}) for one in ours if one.state == RETIRED}
        again = matched(rested, [rows[at] for at in left], _AGAIN)
        same |= {left[at]: name for at, name in again.items()}
        names = best_terms(topics.weights, vocabulary)
        for at, row in enumerate(rows):
            title = ", ".join(vocabulary.shown[number] for number in names[at])
            doc = as_document(TOPIC, same.get(at))
            doc.update({"state": ACTIVE, "last_found_on": nowdate(), "coherence": round(float(topics.coherence[at]), 2)})  # fmt: skip
            doc.example = None  # read anew at the end; the former one may be gone
            if doc.is_new():
                doc.update({"topic_name": title[:140], "language": code, "first_found_on": nowdate()})
                new += 1
            shown = {term: vocabulary.shown[vocabulary.numbers[term]] for term in row}
            doc.set("words", [{"term": term, "shown": shown[term], "weight": weight} for term, weight in row.items()])  # fmt: skip
            doc.save()
            kept.add(doc.name)
            found += 1
    retired = [
        one.name for one in every if one.state == ACTIVE and one.name not in kept and fits[one.language][1]
    ]
    writing.set_where(TOPIC, retired, {"state": RETIRED}, "found in texts no longer")
    return {"topics": found, "new_topics": new, "retired_topics": len(retired)}


def _weights(row: Any, vocabulary: Vocabulary) -> dict[str, float]:
    """Term → weight, heaviest first."""
    order = sorted((at for at in range(len(row)) if row[at] > 0), key=lambda at: (-row[at], at))
    return {vocabulary.terms[at]: round(float(row[at]), 3) for at in order if row[at] >= 0.0005}


def _count_topics() -> None:
    """How many complaints each topic has, and the one that speaks of it most."""
    complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
    counts = dict(frappe.qb.from_(complaint).select(complaint.topic, Count("*")).where(complaint.topic.notnull()).groupby(complaint.topic).run())  # fmt: skip
    best = (
        frappe.qb.from_(complaint)
        .join(kept)
        .on(kept.name == complaint.name)
        .select(complaint.topic, store.clearest(kept))
        .where(complaint.topic.notnull())
        .groupby(complaint.topic)
    )
    examples = {topic: store.example_in(told) for topic, told in best.run()}
    names = frappe.get_all(TOPIC, pluck="name", order_by="name asc")
    values = {name: {"complaints": counts.get(name, 0), "example": examples.get(name)} for name in names}
    writing.set_many(TOPIC, values, "counted")


def _figures(code: str, topics: Topics) -> str:
    tried = ", ".join(f"{number}: {value:.2f}" for number, value in topics.tried.items())
    return f"{code}: {len(topics.weights)} ({tried})" if tried else f"{code}: {len(topics.weights)}"
