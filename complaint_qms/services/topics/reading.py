"""Texts of complaints in parts, as the engine reads them. Nothing here loads arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import add_to_date, now_datetime
from pypika import CustomFunction, Order
from pypika.queries import QueryBuilder

from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.constants.topics import MOST_LEARNED, MOST_NEW, NEW_DAYS, TERMS
from complaint_qms.services.record.bulk_read import values_of

AT_ONCE: Final = 500
_TEXT: Final = ("subject", "description", "item_name")
SENDER: Final = ("customer", "contact_email", "contact_phone", "complainant_name")
"""By the first of these that is there, two complaints are known to come from different senders."""
_NAMES: Final = ("complainant_name", "contact_person")
_STORED: Final = ("topic", "sentiment")
_digest = CustomFunction("CRC32", ["name"])
_remainder = CustomFunction("MOD", ["number", "by"])


def sample() -> Iterator[list[Any]]:
    """Complaints that are learned from, in parts: all, or an even share by their names and the latest besides."""
    complaint = frappe.qb.DocType("Complaint")
    valid = complaint.stage.notin(NO_COMPLAINT) & (complaint.confidential == 0)
    number = frappe.qb.from_(complaint).select(Count("*")).where(valid).run()[0][0]
    share = -(-number // MOST_LEARNED)
    even = _remainder(_digest(complaint.name), share) == 0 if share > 1 else None
    yield from _by_name(lambda query: query.where(valid if even is None else valid & even))
    if even is not None:
        new = complaint.received_at > add_to_date(now_datetime(), days=-NEW_DAYS)
        query = _selected().where(valid & new & even.negate())
        rows = query.orderby(complaint.received_at, order=Order.desc).limit(MOST_NEW).run(as_dict=True)
        for begin in range(0, len(rows), AT_ONCE):
            yield rows[begin : begin + AT_ONCE]


def every_complaint(after: str = "") -> Iterator[list[Any]]:
    """All complaints, in parts, by name."""
    return _by_name(lambda query: query, after)


def unread(most: int) -> list[Any]:
    """Complaints that nobody has read for topics yet."""
    complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
    query = frappe.qb.from_(complaint).left_join(kept).on(kept.name == complaint.name)
    query = query.select(complaint.name).where(kept.name.isnull() & (complaint.confidential == 0))
    names = query.limit(most).run(pluck=True)
    return _selected().where(complaint.name.isin(names)).run(as_dict=True) if names else []


def sender_of(row: Mapping[str, Any]) -> str:
    """By whom it came, as a key; empty where it does not say."""
    return next((f"{field}:{str(row[field]).casefold()}" for field in SENDER if row.get(field)), "")


def customer_names(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Customer → its name; one query."""
    return values_of("Customer", [row["customer"] for row in rows], "customer_name")


def names_in(row: Mapping[str, Any], customers: Mapping[str, str]) -> frozenset[str]:
    """Words that name the sender."""
    told = " ".join([customers.get(row["customer"] or "", ""), *(str(row.get(field) or "") for field in _NAMES)]).casefold()  # fmt: skip
    return frozenset(word.strip(".,;()") for word in told.replace("-", " ").split())


def _by_name(narrow: Any, after: str = "") -> Iterator[list[Any]]:
    complaint = frappe.qb.DocType("Complaint")
    while True:
        query = narrow(_selected()).where(complaint.name > after)
        rows = query.orderby(complaint.name).limit(AT_ONCE).run(as_dict=True)
        if not rows:
            return
        yield rows
        after = rows[-1].name


def _selected() -> QueryBuilder:
    complaint = frappe.qb.DocType("Complaint")
    fields = dict.fromkeys(("name", *_TEXT, *SENDER, *_NAMES, *_STORED))
    query = frappe.qb.from_(complaint).select(*(complaint[field] for field in fields))
    # What a topic is called and made of is told to everybody.
    return query.where(complaint.confidential == 0)
