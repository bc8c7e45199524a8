"""The key of a request that was refused: the complaint that a person makes of it answers to the same key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.intake import idempotency


def scope_of(company: str, user: str) -> str:
    """Within what a caller's key counts, as an item keeps it."""
    return idempotency.SEPARATOR.join((company, user))


def key_of(sent: Mapping[str, Any]) -> str:
    """The key of a request; empty where it has none that counts."""
    key = sent.get("idempotency_key")
    return key if isinstance(key, str) and key.strip() and len(key) <= idempotency.LONGEST else ""


def request_of(item: Document) -> dict[str, Any]:
    """What a request has sent; nothing of one that is no object, or whose file is lost."""
    try:
        sent = json.loads(raw_of(item))
    except (ValueError, OSError):
        return {}
    return sent if isinstance(sent, dict) else {}


def pass_on(item: Document, complaint: Document) -> None:
    """Give a complaint that is made of a refused request its key, so that its sender gets this record when they send again.

    Raises:
        frappe.ValidationError: the sender has registered it meanwhile.
    """
    # To the letter: `message_id` of the item is one line for lists.
    key = key_of(request_of(item)) or item.message_id
    if not key:
        return
    company, _separator, user = (item.scope or "").partition(idempotency.SEPARATOR)
    # Where no company is called what was sent, its sender comes back with the company that this complaint gets.
    company = idempotency.real_company(company) or idempotency.company_of(complaint.company)
    unique = idempotency.hash_of(company, user, key)
    known = frappe.db.get_value("Complaint", {"idempotency_hash": unique}, "name", for_update=True)
    if known:
        frappe.throw(
            _("Its sender has registered it meanwhile as {0}. Choose “Belongs to a Complaint”.").format(known)
        )
    complaint.flags.update({"idempotency_key": key, "idempotency_hash": unique})
