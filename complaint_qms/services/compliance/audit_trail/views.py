"""Each view of a confidential complaint, and of what rests on one, is an entry: by whichever door, whoever it is, Administrator included.

A list that holds one among others is no view of it, one that was asked for by its number is. One entry a person, record and hour is enough to say who has looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

import frappe

from complaint_qms.constants import audit
from complaint_qms.constants.about_records import LISTED_APART
from complaint_qms.constants.evidence import TALK
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.permissions.confidential import COMPLAINT, all_confidential, is_closed, resting_on
from complaint_qms.services.compliance.audit_trail.accesses import asked_for
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.record.sent_parts import FILTERS, read_sent, texts_in

ONCE: Final = 3600
"""Seconds in which somebody's further views of a record are the same view."""
_NAMING: Final = (*FILTERS, "docname", "docnames", "docs", "items", "name", "names", "selected_items")
"""Parameters that name several records, or one by a filter."""
_FILES: Final = "/private/files/"
_LONGEST: Final = 140


def viewed(door: str, form: Mapping[str, Any], path: str) -> bool:
    """Tell of the confidential records that a request, which was answered, had asked for; whether there were any that had to be told of.

    No query where no complaint of the site is confidential, but the one that says so.
    """
    if not all_confidential():
        return False
    new = [record for record in _asked(form, path) if _is_first(*record)]
    write_entries(NewEntry(audit.VIEW, *record, {"door": door[:_LONGEST]}, Apart()) for record in new)
    return bool(new)


def _asked(form: Mapping[str, Any], path: str) -> set[tuple[str, str]]:
    """(DocType, name) of confidential records: what the request names, and those to which a file belongs that it fetches."""
    asked = {asked_for(form, path), *_of_file(form, path)}
    every = all_confidential()
    # The app's own doors name a complaint by one argument or another.
    asked |= {(COMPLAINT, value) for value in form.values() if isinstance(value, str) and value in every}
    asked |= {
        (COMPLAINT, text) for key in _NAMING for text in texts_in(read_sent(form.get(key))) if text in every
    }
    return {
        (doctype, name)
        for doctype, name in asked
        if isinstance(name, str)
        and is_storable(name)
        and doctype in QUALITY_RECORDS
        and resting_on(doctype, [name])
        # Whoever it is closed to was answered without it.
        and not is_closed(doctype, name, frappe.session.user)
    }


def _of_file(form: Mapping[str, Any], path: str) -> Iterator[tuple[Any, Any]]:
    address = path if path.startswith(_FILES) else form.get("file_url")
    if not (isinstance(address, str) and is_storable(address) and _FILES in address):
        return
    fields = ["attached_to_doctype", "attached_to_name"]
    for row in frappe.get_all("File", {"file_url": unquote(address)}, fields, order_by="name asc"):
        if row.attached_to_doctype in TALK:
            about = list(LISTED_APART[row.attached_to_doctype])
            yield frappe.db.get_value(row.attached_to_doctype, row.attached_to_name, about) or (None, None)
        else:
            yield row.attached_to_doctype, row.attached_to_name


def _is_first(doctype: str, name: str) -> bool:
    key = f"complaint_qms_viewed:{frappe.session.user}:{doctype}:{name}"
    if frappe.cache.get_value(key, expires=True):
        return False
    frappe.cache.set_value(key, 1, expires_in_sec=ONCE)
    return True
