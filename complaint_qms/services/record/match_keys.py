"""By what a complaint is found again among a million: its caller and its wording, in a narrow table of indexed columns.

One row a complaint, written with it. What is indexed on the complaint itself (customer, item, numbers) is not kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import frappe
from frappe.utils import now_datetime
from pypika import Parameter
from pypika.terms import Values

from complaint_qms.engine.phone_number import stored_digits
from complaint_qms.engine.similar.wording import KEYS, text_keys
from complaint_qms.integrations.erpnext.contact_keys import email_key
from complaint_qms.services.record.tags import without_tags

DOCTYPE: Final = "Complaint Match Key"
TEXT_COLUMNS: Final = tuple(f"text_{number}" for number in range(1, KEYS + 1))
_MADE_FROM: Final = ("subject", "description", "contact_phone", "contact_email")
_REWRITTEN: Final = ("modified", "modified_by", "phone", "email", *TEXT_COLUMNS)
_COLUMNS: Final = ("name", "creation", "owner", *_REWRITTEN)
_BATCH: Final = 2_000
# A pasted log is known by its beginning.
_LONGEST: Final = 20_000


def wording(complaint: Mapping[str, Any]) -> str:
    """What a complaint says, as plain text."""
    return (
        f"{complaint.get('subject') or ''}. {without_tags((complaint.get('description') or '')[:_LONGEST])}"
    )


def keep(complaints: Iterable[Mapping[str, Any]]) -> None:
    """Write the rows of complaints that have none yet; one statement."""
    _write([_row(complaint) for complaint in complaints])


def follow(doc: Any) -> None:
    """After a save: the row of a complaint whose words or caller changed says so."""
    if any(doc.has_value_changed(field) for field in _MADE_FROM):
        _write([_row(doc)], instead=True)


def rewrite(complaints: Iterable[Any]) -> None:
    """Write the rows of complaints that were changed past a save."""
    _write([_row(doc) for doc in complaints], instead=True)


def fill() -> None:
    """Give a row to each complaint that has none, in batches that are committed by themselves."""
    last = ""
    while rows := _unkept(last):
        keep(rows)
        frappe.db.commit()
        last = rows[-1]["name"]


def _row(complaint: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = text_keys(wording(complaint)) or (0,) * KEYS
    now, user = (
        complaint.get("modified") or now_datetime(),
        complaint.get("modified_by") or frappe.session.user,
    )
    phone = stored_digits(complaint.get("contact_phone")) or None
    email = email_key(complaint.get("contact_email")) or None
    return (complaint.get("name"), now, user, now, user, phone, email, *keys)


def _write(rows: list[tuple[Any, ...]], instead: bool = False) -> None:
    if rows:
        frappe.db.sql(_statement(len(rows), instead), [value for row in rows for value in row])


@lru_cache(maxsize=16)
def _statement(count: int, instead: bool) -> str:
    """An INSERT of `count` rows with a place for every value: built once, not for each complaint."""
    places = [Parameter("%s")] * len(_COLUMNS)
    query = frappe.qb.into(frappe.qb.DocType(DOCTYPE)).columns(*_COLUMNS).insert(*[places] * count)
    if instead:
        for name in _REWRITTEN:
            query = query.on_duplicate_key_update(name, Values(name))
    return query.get_sql()


def _unkept(after: str) -> list[dict[str, Any]]:
    complaint, key = frappe.qb.DocType("Complaint"), frappe.qb.DocType(DOCTYPE)
    return (
        frappe.qb.from_(complaint)
        .left_join(key)
        .on(key.name == complaint.name)
        .select(
            complaint.name,
            complaint.modified,
            complaint.modified_by,
            *(complaint[field] for field in _MADE_FROM),
        )
        .where(key.name.isnull() & (complaint.name > after))
        .orderby(complaint.name)
        .limit(_BATCH)
    ).run(as_dict=True)
