"""Keeps, beside each telephone and mail address of a contact, what an index finds it by."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.matching import EMAIL_KEY, PHONE_KEY
from complaint_qms.engine.phone_number import stored_digits

_ROWS: Final = {"Contact Phone": ("phone", PHONE_KEY), "Contact Email": ("email_id", EMAIL_KEY)}
_BATCH: Final = 5_000


def email_key(address: str | None) -> str:
    """A mail address in one spelling."""
    return (address or "").strip().casefold()[:140]


def set_keys(contact: Document) -> None:
    """Of a contact that is about to be saved."""
    for row in contact.get("phone_nos") or ():
        row.set(PHONE_KEY, stored_digits(row.phone))
    for row in contact.get("email_ids") or ():
        row.set(EMAIL_KEY, email_key(row.email_id))


def fill() -> None:
    """Of the contacts that were there before, batch by batch; what has its key already is passed over."""
    for doctype, (source, key) in _ROWS.items():
        made_of = stored_digits if key == PHONE_KEY else email_key
        last = ""
        while rows := _unfilled(doctype, source, key, last):
            values = {row["name"]: {key: made_of(row[source])} for row in rows}
            frappe.db.bulk_update(doctype, values, update_modified=False)
            frappe.db.commit()
            last = rows[-1]["name"]


def _unfilled(doctype: str, source: str, key: str, after: str) -> list[dict[str, Any]]:
    row = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(row).select(row.name, row[source])
    query = query.where((row[key].isnull() | (row[key] == "")) & (row.name > after) & (row[source] != ""))
    return query.orderby(row.name).limit(_BATCH).run(as_dict=True)
