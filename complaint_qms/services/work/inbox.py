"""Messages that wait in the inbox for somebody to decide what they are."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import getdate

from complaint_qms.constants import work
from complaint_qms.constants.inbox import DOCTYPE, WAITING
from complaint_qms.services.inbox.reasons import in_words
from complaint_qms.services.work.loading import Found
from complaint_qms.services.work.timing import Viewer, date_of

_FIELDS = ("name", "subject", "sender_name", "sender_address", "reason", "received_at", "road")


def message_work(viewer: Viewer) -> Found:
    """A row for each message that the viewer may decide on, the oldest first; each is due on the day it came in."""
    if not frappe.has_permission(DOCTYPE, "write"):
        return [], False
    rows = frappe.get_list(
        DOCTYPE,
        filters={"state": WAITING},
        fields=list(_FIELDS),
        order_by="received_at asc, name asc",
        limit=work.MOST + 1,
    )
    return [_row(row, viewer) for row in rows[: work.MOST]], len(rows) > work.MOST


def _row(row: frappe._dict, viewer: Viewer) -> dict[str, Any]:
    return {
        "kind": work.MESSAGE,
        "doctype": DOCTYPE,
        "name": row.name,
        "subject": row.subject,
        "customer_name": row.sender_name or row.sender_address,
        "missing": 0,
        "first_missing": in_words(row.reason),
        "time": date_of(getdate(row.received_at), row.received_at, viewer.today),
    }
