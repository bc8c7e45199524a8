"""Stored secrets are for the computer that they were entered for: whoever changes its address enters them anew."""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _
from frappe.model.document import Document

from complaint_qms.integrations.messaging import http


def check_moved(doc: Document, was: str, now: str, secrets: Iterable[str]) -> list[str]:
    """What is wrong with a record whose service moves from one address to another, by its password fields."""
    return check_places(doc, (was,), (now,), secrets)


def check_places(doc: Document, was: Iterable[str], now: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The same of a record whose secrets go to several addresses: none may come to know one that was not entered for it."""
    if {http.place_of(one) for one in now} <= {http.place_of(one) for one in was}:
        return []
    said = _("{0}: enter it anew, or empty it, because the service address has changed.")
    # Stars are one that is stored.
    kept = [field for field in secrets if (value := doc.get(field)) and not value.strip("*")]
    return [said.format(_(doc.meta.get_label(field), context=doc.doctype)) for field in kept]
