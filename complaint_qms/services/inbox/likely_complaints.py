"""Complaints that a message may belong to."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.phone_number import PHONE_END, stored_digits
from complaint_qms.services.inbox.complaint_numbers import complaint_numbers
from complaint_qms.services.record.match_keys import DOCTYPE as KEYS

_MOST: Final = 8
_MOST_ALIKE: Final = 50
_FIELDS: Final = ("name", "subject", "stage", "customer", "received_at")


def likely_complaints(item: Document) -> list[dict[str, Any]]:
    """Those of the user's complaints whose number the message names, then those of the same sender, open ones first, the
    newest first; each with `why`."""
    numbers = complaint_numbers(f"{item.subject or ''} {item.text or ''} {item.reason or ''}")
    found = {
        row.name: {**row, "why": _("Its number is in the message")}
        for row in (_list({"name": ("in", sorted(numbers))}) if numbers else ())
    }
    if item.sender_address:
        rows = _list({"stage": ("!=", "void"), **_of_sender(item)})
        for row in sorted(rows, key=lambda row: row.stage in COMPLAINT_ENDED):
            found.setdefault(row.name, {**row, "why": _("From the same sender")})
    return list(found.values())[:_MOST]


def _of_sender(item: Document) -> dict[str, Any]:
    """What complaints of the same sender have in common: the address, or the telephone number, however it was written."""
    if "@" in item.sender_address:
        return {"contact_email": item.sender_address}
    digits = stored_digits(item.sender_address)
    if not digits:
        return {"contact_phone": item.sender_address}
    key = {"phone": ("like", f"{digits[:PHONE_END]}%")}
    return {"name": ("in", frappe.get_all(KEYS, key, pluck="name", order_by="name desc", limit=_MOST_ALIKE))}


def _list(filters: dict[str, Any]) -> list[dict[str, Any]]:
    if not frappe.has_permission("Complaint", "read"):
        return []
    return frappe.get_list(
        "Complaint", filters=filters, fields=list(_FIELDS), order_by="received_at desc", limit=_MOST
    )
