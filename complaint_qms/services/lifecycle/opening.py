"""A complaint that a form has just read, left for the request that tells what stands around its fields: to read a record of so many
fields with its tables anew takes a quarter of that answer."""

from __future__ import annotations

import pickle
from functools import partial
from typing import Final

import frappe
from frappe.model.document import Document

_KEPT: Final = 5
"""Seconds; the request comes as soon as the form has the record."""


def note_read(doc: Document) -> None:
    """From `onload`, before what is kept from the reader is taken out of the form's copy. What a request writes is not final before it
    ends: only of one that reads."""
    request = getattr(frappe.local, "request", None)
    if request and request.method == "GET":
        frappe.flags.complaint_read = pickle.dumps(doc)


def leave() -> None:
    """What was noted, at the end of the request. It lies where the framework keeps its copies, so that whatever changes the record
    meanwhile drops it."""
    noted = frappe.flags.pop("complaint_read", None)
    if not noted:
        return
    doc = pickle.loads(noted)
    key = frappe.get_document_cache_key(doc.doctype, doc.name)
    keep = partial(frappe.cache.set_value, key, doc, expires_in_sec=_KEPT)
    # Who opens a record for the first time is written down with it, and copies are dropped once that is committed.
    if frappe.flags.commit:
        frappe.db.after_commit.add(keep)
    else:
        keep()


def take_left(doctype: str, name: str) -> Document:
    """What was left, once; else the record as it is stored. Whether the session's user may read it is the caller's to ask."""
    key = frappe.get_document_cache_key(doctype, name)
    doc = frappe.cache.get_value(key, expires=True)
    if not doc:
        return frappe.get_doc(doctype, name)
    frappe.cache.delete_value(key)
    return doc
