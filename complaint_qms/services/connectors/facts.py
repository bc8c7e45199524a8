"""Facts as they were seen: kept with time and source, compared with what was seen before, shown beside a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order

from complaint_qms.constants.connectors import (
    ASK_FACTS,
    BATCH,
    CALL,
    CONNECTOR,
    FACT,
    FACT_VALUE,
    FAILED,
    ITEM,
    OUTSIDE_FACTS,
    WAITING,
)
from complaint_qms.engine.connectors import compared
from complaint_qms.services import writing
from complaint_qms.services.connectors.storing import insert_by_server
from complaint_qms.services.connectors.subjects import Subject, is_about, subject_named, subjects_of
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record.labels import word

_SHOWN: Final = (
    "name",
    "connector",
    "about",
    "source",
    "seen_at",
    "confirmed_at",
    "is_changed",
    "item_code",
    "batch_no",
    "complaint",
    "investigation",
)


def store_facts(
    connector: Document, subject: Subject, facts: dict[str, str], content: bytes, source: str, at: datetime
) -> str:
    """Keep what was seen, with the answer as a private file; what was seen just so before is seen again. Name of the record.

    What came before the fact that was seen last, and is read after it, is a former one from the beginning. The caller has locked the connector, so that of two answers one is compared with the other.
    """
    before = _latest([subject], [connector.name]).get((connector.name, subject.about))
    known = _facts_of([before.name]).get(before.name) if before else None
    if before and known == facts:
        if at > before.confirmed_at:
            writing.set_values(FACT, before.name, {"confirmed_at": at}, "seen again")
        return before.name
    is_latest = not before or at >= before.confirmed_at
    rows = compared(facts, known if is_latest else None)
    if before and is_latest:
        writing.set_values(FACT, before.name, {"is_latest": 0}, "seen anew")
    doc = frappe.get_doc(
        {
            "doctype": FACT,
            "connector": connector.name,
            "company": connector.company,
            "source": source[:1000],
            "seen_at": at,
            "confirmed_at": at,
            "about": subject.about,
            "is_latest": int(is_latest),
            **subject.links,
            "is_changed": int(any(row.is_changed for row in rows)),
            "facts": [
                {
                    "label": row.name,
                    "value": row.value,
                    "before": row.before,
                    "is_changed": int(row.is_changed),
                }
                for row in rows
            ],
        }
    )
    insert_by_server(doc)
    _attach(doc, content)
    return doc.name


def facts_beside(doc: Document) -> list[dict[str, Any]]:
    """What each connector has seen last about a complaint or an investigation, its item and its batch.

    Returns:
        [{name, connector, about, about_label, subject, source, seen_at, confirmed_at, is_changed, file, facts: [{label, value, before,
        is_changed}]}]
    """
    subjects = subjects_of(doc)
    rows = _latest(subjects).values()
    return _told([row for row in rows if not row.company or row.company == doc.company], subjects)


def facts_of_lot(batch: str) -> list[dict[str, Any]]:
    """The same about a batch and its item, as far as the user may read facts."""
    subject = subject_named(BATCH, batch)
    subjects = [subject]
    if item := subject.links.get(ITEM):
        subjects.append(Subject(ITEM, item, {ITEM: item}))
    rows = _latest(subjects).values()
    names = [row.name for row in rows]
    allowed = frappe.get_list(FACT, {"name": ("in", names)}, pluck="name", limit=len(names) or 1)
    return _told([row for row in rows if row.name in allowed], subjects)


def pending(doc: Document) -> dict[str, Any]:
    """Calls about the same that wait, and those that were given up last: {waiting, failed: [{call, connector, error}]}."""
    subjects, call = subjects_of(doc), frappe.qb.DocType(CALL)
    rows = (
        frappe.qb.from_(call)
        .select(call.name, call.connector, call.state, call.error, call.about, call.creation)
        .where((call.kind == OUTSIDE_FACTS) & call.state.isin([WAITING, FAILED]))
        .where(is_about(call, subjects))
        .orderby(call.creation, order=Order.desc)
        .orderby(call.name)
        .limit(200)
        .run(as_dict=True)
    )
    seen = {(row.connector, row.about): row.confirmed_at for row in _latest(subjects).values()}
    told, failed = set(), []
    for row in rows:
        at = row.connector, row.about
        if row.state == FAILED and at not in told and (at not in seen or seen[at] < row.creation):
            failed.append(
                {"call": row.name, "connector": row.connector, "error": reasons.in_words(row.error)}
            )
        told.add(at)
    return {"waiting": sum(row.state == WAITING for row in rows), "failed": failed}


def connectors_for(doc: Document) -> dict[str, list[str]]:
    """Key of what is asked about → connectors that are switched on for the record's company."""
    rows = frappe.get_all(
        CONNECTOR,
        {"enabled": 1, "purpose": ASK_FACTS, "company": ("in", ["", doc.company or ""])},
        ["name", "about"],
        order_by="name asc",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.about, []).append(row.name)
    return found


def are_shown() -> bool:
    """Whether a system is connected, or has told something before."""
    return bool(frappe.db.exists(CONNECTOR, {"enabled": 1}) or frappe.db.exists(FACT, {"is_latest": 1}))


def has_connectors(doc: Document) -> bool:
    """Whether any of them is asked about the record, its item or its batch."""
    asked = connectors_for(doc)
    return any(subject.about in asked for subject in subjects_of(doc))


def _told(rows: Sequence[frappe._dict], subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    by_about = {one.about: one for one in subjects}
    names = [row.name for row in rows]
    values, files = _values_of(names), _files_of(names)
    fields = ("name", "connector", "about", "source", "seen_at", "confirmed_at", "is_changed")
    return [
        {
            **{field: row[field] for field in fields},
            "about_label": word(row.about),
            "subject": by_about[row.about].name,
            "file": files.get(row.name, ""),
            "facts": values.get(row.name, []),
        }
        for row in sorted(rows, key=lambda row: (row.about, row.connector))
    ]


def _latest(
    subjects: Sequence[Subject], connectors: Sequence[str] | None = None
) -> dict[tuple[str, str], frappe._dict]:
    """(connector, key of what was asked about) → what was seen last.

    Args:
        subjects: one of a kind.
    """
    fact = frappe.qb.DocType(FACT)
    query = frappe.qb.from_(fact).select(*(fact[field] for field in (*_SHOWN, "company")))
    query = query.where((fact.is_latest == 1) & is_about(fact, subjects))
    if connectors is not None:
        query = query.where(fact.connector.isin(list(connectors)))
    rows = query.orderby(fact.seen_at).orderby(fact.name).run(as_dict=True)
    return {(row.connector, row.about): row for row in rows}


def _facts_of(names: Sequence[str]) -> dict[str, dict[str, str]]:
    return {name: {row["label"]: row["value"] for row in rows} for name, rows in _values_of(names).items()}


def _values_of(names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    rows = frappe.get_all(
        FACT_VALUE,
        {"parent": ("in", list(names)), "parenttype": FACT},
        ["parent", "label", "value", "before", "is_changed"],
        order_by="parent asc, idx asc",
        limit=0,
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        one = {
            "label": row.label,
            "value": row.value or "",
            "before": row.before or "",
            "is_changed": row.is_changed,
        }
        found.setdefault(row.parent, []).append(one)
    return found


def _files_of(names: Sequence[str]) -> dict[str, str]:
    filters = {"attached_to_doctype": FACT, "attached_to_name": ("in", list(names))}
    rows = frappe.get_all("File", filters, ["attached_to_name", "file_url"], order_by="creation asc", limit=0)
    return {row.attached_to_name: row.file_url for row in rows}


def _attach(doc: Document, content: bytes) -> None:
    """The answer as it came, readable by who may read the fact; its size was bounded when it was read."""
    frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"{doc.name}.json",
            "content": content,
            "is_private": 1,
            "folder": "Home/Attachments",
            "attached_to_doctype": FACT,
            "attached_to_name": doc.name,
        }
    ).insert(ignore_permissions=True)
