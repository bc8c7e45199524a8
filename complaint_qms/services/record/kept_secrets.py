"""Stored secrets are for the computer that they were entered for: whoever changes its address enters them anew."""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _
from frappe.model.document import Document

from complaint_qms.integrations.messaging import http


def check_moved(doc: Document, was: str, now: str, secrets: Iterable[str]) -> list[str]:
    """What is wrong with a record whose service moves from one address to another, by its password fields."""
    if http.place_of(was) == http.place_of(now):
        return []
    said = _("{0}: enter it anew, or empty it, because the service address has changed.")
    # Stars are one that is stored.
    kept = [field for field in secrets if (value := doc.get(field)) and not value.strip("*")]
    return [said.format(_(doc.meta.get_label(field), context=doc.doctype)) for field in kept]
