"""Complaints that a message may belong to."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.inbox.complaint_numbers import complaint_numbers

_MOST: Final = 8
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
        field = "contact_email" if "@" in item.sender_address else "contact_phone"
        rows = _list({field: item.sender_address, "stage": ("!=", "void")})
        for row in sorted(rows, key=lambda row: row.stage in COMPLAINT_ENDED):
            found.setdefault(row.name, {**row, "why": _("From the same sender")})
    return list(found.values())[:_MOST]


def _list(filters: dict[str, Any]) -> list[dict[str, Any]]:
    if not frappe.has_permission("Complaint", "read"):
        return []
    return frappe.get_list(
        "Complaint", filters=filters, fields=list(_FIELDS), order_by="received_at desc", limit=_MOST
    )
