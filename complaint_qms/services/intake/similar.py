"""Complaints that tell the same story as the one on screen, and those that are the same complaint told twice."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import Field

from complaint_qms.engine.message import Message
from complaint_qms.engine.phone_number import PHONE_END, stored_digits
from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar import Record, Told, judge, rank, shared_words, text_keys
from complaint_qms.engine.text import fold, words
from complaint_qms.integrations.erpnext.contact_keys import email_key
from complaint_qms.services.record import match_keys
from complaint_qms.services.record.bulk_read import gathered
from complaint_qms.services.reporting.access import permitted, readable

TOLD_TWICE: Final = "told_twice"
SIMILAR: Final = "similar"
_INDEXED: Final = (
    "serial_no", "batch_no", "sales_order", "delivery_note", "sales_invoice", "customer", "item_code",
)  # fmt: skip
_WHOSE: Final = {"phone": "contact_phone", "email": "contact_email"}
_PER_KEY: Final = 30
_MOST_BY_FIELD: Final = 40
WORDING: Final = "wording"
# Boilerplate is shared by many: of each key the newest, of those the ones with most keys in common.
_PER_TEXT_KEY: Final = 300
_MOST_NEAR: Final = 300
_MOST_BY_WORDING: Final = 40
_SHOWN_BESIDE: Final = 8
# Below the score of a likely duplicate: a colleague judges better than a number whether a case is alike.
_WORTH_SHOWING: Final = 0.3
_FIELDS: Final = (
    "name", "company", "subject", "description", "customer", "complainant_name", "contact_email", "contact_phone",
    "customer_reference", "item_code", "batch_no", "serial_no", "sales_order", "delivery_note", "sales_invoice", "received_at",
    "stage", "severity", "duplicate_of",
)  # fmt: skip
_SHOWN: Final = ("subject", "stage", "received_at", "customer", "complainant_name", "duplicate_of")
_ORDERS: Final = ("sales_order", "delivery_note", "sales_invoice")
Rows = list[dict[str, Any]]


def akin(doc: Document) -> dict[str, Rows]:
    """What has something in common with a complaint → those complaints, void ones left out, newest first; of those that the
    user may read, as far as the user may read them. Two queries.

    The names of the parts are fields of Complaint (the same value), and "wording" (words or caller in common).
    """
    names = {part: [row["name"] for row in rows] for part, rows in gathered(_queries(doc)).items()}
    worded = names.pop(WORDING, [])
    shared = Counter(name for found in names.values() for name in found)
    beside = {name for found in names.values() for name in found[:_SHOWN_BESIDE]}
    # What has more in common goes first; of equals the newer.
    others = sorted(shared, key=lambda name: (shared[name], name), reverse=True)
    rows = read_rows({*beside, *others[:_MOST_BY_FIELD], *worded})
    return {part: _newest(rows, found) for part, found in (names | {WORDING: worded}).items()}


def most_alike(doc: Document, others: dict[str, Rows], limit: int = 6) -> list[dict[str, Any]]:
    """Those of `others`, as of `akin`, that are the same complaint told twice or most nearly its story; best first.

    Returns:
        [{name, kind: TOLD_TWICE or SIMILAR, score 0 … 1, reasons: [sentence], subject, stage, …}]. What was told twice leads,
        and is of the same company: no other could be merged.
    """
    rows = {row["name"]: row for found in others.values() for row in found}
    # What was merged here already is no news.
    rows = {name: row for name, row in rows.items() if not doc.name or row.get("duplicate_of") != doc.name}
    if doc.get("company"):
        rows = {name: row for name, row in rows.items() if row.get("company", doc.company) == doc.company}
    texts = {name: match_keys.wording(row) for name, row in rows.items()}
    own = match_keys.wording(doc)
    records = [_record(row, texts[name]) for name, row in rows.items()]
    told, found = _told(doc, own), []
    for match in rank(_record(doc, own), records, limit=len(rows), quote=False):
        verdict = judge(told, _told(rows[match.id], texts[match.id]), match.agreement)
        if verdict.is_told_twice:
            found.append((1, verdict.score, match.id, verdict.reasons))
        elif match.score >= _WORTH_SHOWING:
            found.append((0, match.score, match.id, match.reasons))
    found.sort(key=lambda one: one[:2], reverse=True)
    return [
        {
            "name": name,
            "kind": TOLD_TWICE if is_double else SIMILAR,
            "score": round(score, 2),
            "reasons": [_sentence(reason) for reason in (*reasons, *_quoted(own, texts[name]))],
            **{field: rows[name].get(field) for field in _SHOWN},
        }
        for is_double, score, name, reasons in found[:limit]
    ]


def read_rows(names: set[str]) -> dict[str, dict[str, Any]]:
    """Name → what of a complaint is compared and shown, as far as the user may read its fields; whether the user may read it is the
    caller's to ask. One query."""
    if not names:
        return {}
    complaint = frappe.qb.DocType("Complaint")
    fields = [complaint[field] for field in readable("Complaint", _FIELDS)]
    query = frappe.qb.from_(complaint).select(*fields).where(complaint.name.isin(sorted(names)))
    return {row["name"]: row for row in query.run(as_dict=True)}


def _queries(doc: Document) -> dict[str, QueryBuilder]:
    """For each thing that may be in common the newest complaints that have it, through an index of its own."""
    complaint = frappe.qb.DocType("Complaint")
    found = {}
    for field in readable("Complaint", _INDEXED):
        if doc.get(field):
            query = (
                frappe.qb.from_(complaint).select(complaint.name).where(complaint[field] == doc.get(field))
            )
            found[field] = _narrowed(query, doc)
    told = set(readable("Complaint", ("subject", "description", *_WHOSE.values())))
    values = {
        column: value
        for column, value in _match_values(doc).items()
        if _WHOSE.get(column, "description") in told
    }
    if values:
        found[WORDING] = _worded(doc, values)
    return found


def _worded(doc: Document, values: dict[str, Any]) -> QueryBuilder:
    """Complaints with most of these keys in common. Which they are is read from the narrow indexes of the keys alone."""
    complaint, key = frappe.qb.DocType("Complaint"), frappe.qb.DocType(match_keys.DOCTYPE)
    parts = []
    for column, value in values.items():
        same = key[column].like(f"{value}%") if column == "phone" else key[column] == value
        newest = frappe.qb.from_(key).select(key.name).where(same).orderby(key.name, order=Order.desc)
        parts.append(frappe.qb.from_(newest.limit(_PER_TEXT_KEY).as_(column)).select("name"))
    every = parts[0]
    for part in parts[1:]:
        every = every.union_all(part)
    one = Field("name")
    near = (
        frappe.qb.from_(every.as_("every_key"))
        .select(one, Count("*").as_("shared"))
        .groupby(one)
        .orderby(Field("shared"), one, order=Order.desc)
        .limit(_MOST_NEAR)
    ).as_("near")
    query = frappe.qb.from_(near).inner_join(complaint).on(complaint.name == near.name).select(complaint.name)
    query = query.where((complaint.name != (doc.name or "")) & (complaint.stage != "void"))
    if doc.get("company"):
        query = query.where(complaint.company == doc.company)
    return permitted(query.orderby(near.shared, near.name, order=Order.desc).limit(_MOST_BY_WORDING))


def _match_values(doc: Document) -> dict[str, Any]:
    texts = dict(zip(match_keys.TEXT_COLUMNS, text_keys(match_keys.wording(doc)), strict=False))
    who = {
        "phone": stored_digits(doc.get("contact_phone"))[:PHONE_END],
        "email": email_key(doc.get("contact_email")),
    }
    return texts | {column: value for column, value in who.items() if value}


def _narrowed(query: QueryBuilder, doc: Document) -> QueryBuilder:
    complaint = frappe.qb.DocType("Complaint")
    query = query.where((complaint.name != (doc.name or "")) & (complaint.stage != "void"))
    # Numbers go up with time, and each index ends with them: no sorting.
    return permitted(query.orderby(complaint.name, order=Order.desc).limit(_PER_KEY))


def _newest(rows: dict[str, dict[str, Any]], names: Any) -> Rows:
    there = [rows[name] for name in names if name in rows]
    return sorted(there, key=lambda row: (str(row.get("received_at") or ""), row["name"]), reverse=True)


def _quoted(one: str, other: str) -> tuple[Reason, ...]:
    shared = shared_words(one, other)
    return (Reason("text", Message("both say: {words}", {"words": ", ".join(shared)})),) if shared else ()


def _sentence(reason: Reason) -> str:
    values = reason.message.params.items()
    filled = {key: _(value) if key == "field" else value for key, value in values}
    return _(reason.message.key).format(**filled)


def _record(row: Any, text: str) -> Record:
    return Record(
        id=row.get("name") or "",
        text=text,
        customer=row.get("customer") or "",
        item=row.get("item_code") or "",
        batch=row.get("batch_no") or "",
        order=row.get("sales_order") or row.get("delivery_note") or "",
        date=getdate(row.get("received_at")) if row.get("received_at") else None,
    )


def _told(row: Any, text: str) -> Told:
    named = {
        "reference": row.get("customer_reference"),
        "serial": row.get("serial_no"),
        "batch": row.get("batch_no"),
        "item": row.get("item_code"),
    }
    persons = {
        "customer": row.get("customer"),
        "email": email_key(row.get("contact_email")),
        "phone": stored_digits(row.get("contact_phone"))[:PHONE_END],
    }
    return Told(
        values={field: fold(value) for field, value in named.items() if value},
        orders=frozenset((field, row.get(field)) for field in _ORDERS if row.get(field)),
        persons=frozenset((kind, value) for kind, value in persons.items() if value),
        words=_size(text),
        day=getdate(row.get("received_at")) if row.get("received_at") else None,
    )


def _size(text: str) -> int:
    """Words of a text; two Chinese characters are one."""
    return sum(1 if word.isascii() else (len(word) + 1) // 2 for word in words(fold(text[:2_000])))
