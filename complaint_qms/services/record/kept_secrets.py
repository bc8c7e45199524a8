"""Stored secrets are for the computer that they were entered for: whoever changes its address enters them anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.password import get_decrypted_password

from complaint_qms.constants import chat, connectors, notify
from complaint_qms.integrations.messaging import http

_SIGNING: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    (connectors.CONNECTOR, "secret", {"purpose": ("in", connectors.SIGNED)}),
    (chat.CHANNEL, "app_secret", {"provider": chat.SIGNED}),
    (notify.CHANNEL, "app_secret", {"service": notify.WEBHOOK}),
)
"""What signs time and body of a message: record, its field, and which of the records do."""


def check_own(doc: Document, field: str) -> list[str]:
    """What is wrong with a signing secret that is entered: another record's would sign for both, and a message for one be taken at the
    other, or what we send be sent back to us."""
    secret = (doc.get(field) or "").strip()
    if not secret.strip("*"):
        return []
    said = _("{0}: {1} signs with the same. Choose one of its own, at random.")
    label = _(doc.meta.get_label(field), context=doc.doctype)
    return [
        said.format(label, f"{_(doctype)} {escape_html(name)}")
        for doctype, its_field, where in _SIGNING
        for name in frappe.get_all(doctype, where, pluck="name", order_by="name asc")
        if (doctype, name) != (doc.doctype, doc.name)
        and get_decrypted_password(doctype, name, its_field, raise_exception=False) == secret
    ]


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
