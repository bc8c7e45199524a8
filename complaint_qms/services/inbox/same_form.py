"""A form that was sent again with other words, because its answer was lost: what became of one of them, becomes of the other."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.inbox import DOCTYPE, NEW, PAGE, PORTAL, WAITING
from complaint_qms.services import writing
from complaint_qms.services.inbox import understanding

BETWEEN: Final = "."
"""Between the key of a form and the sum of what was said with it, in the name of a message."""


def read_form_again(item: Document) -> None:
    """An item stands on a complaint: those of the same form that wait are read once more, and go there."""
    key = (item.message_id or "").partition(BETWEEN)[0]
    if item.road not in (PAGE, PORTAL) or not key:
        return
    same = {
        "road": item.road,
        "scope": item.scope,
        "message_id": ("like", f"{key}{BETWEEN}%"),
        "name": ("!=", item.name),
        "state": WAITING,
    }
    waiting = frappe.get_all(DOCTYPE, same, pluck="name", order_by="name asc")
    values = {"state": NEW, "attempts": 0, "next_attempt": now_datetime(), "reason": None}
    writing.set_where(DOCTYPE, waiting, values, "the same form stands on a complaint", modified=True)
    for name in waiting:
        understanding.request(name)
