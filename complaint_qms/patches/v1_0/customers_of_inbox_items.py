"""Messages in the inbox are of the customer that their sender can only be, or of the complaint they stand on."""

from __future__ import annotations

from typing import Any, Final

import frappe

from complaint_qms.constants.inbox import DOCTYPE, TAKEN
from complaint_qms.services import writing
from complaint_qms.services.inbox.senders import customer_of
from complaint_qms.services.record.bulk_read import values_of

_AT_ONCE: Final = 1_000
_FIELDS: Final = ["name", "state", "complaint", "sender_address", "sender_name", "company", "road"]


def execute() -> None:
    """Fill the field where it is empty, and commit after each batch."""
    last = ""
    while rows := _without_customer(last):
        _fill(rows)
        frappe.db.commit()
        last = rows[-1].name


def _without_customer(after: str) -> list[Any]:
    wanted = {"customer": ("is", "not set"), "name": (">", after)}
    return frappe.get_all(DOCTYPE, wanted, _FIELDS, order_by="name asc", limit=_AT_ONCE)


def _fill(rows: list[Any]) -> None:
    of_complaints = values_of("Complaint", (row.complaint for row in rows), "customer")
    # Whoever writes often is looked up once.
    senders = {_sender(row): None for row in rows if row.state not in TAKEN}
    of_senders = {sender: customer_of(*sender) for sender in senders}
    found = {
        row.name: of_complaints.get(row.complaint) if row.state in TAKEN else of_senders[_sender(row)]
        for row in rows
    }
    updates = {name: {"customer": customer} for name, customer in found.items() if customer}
    writing.set_many(DOCTYPE, updates, "customer of a message that came in before")


def _sender(row: Any) -> tuple[str, str, str | None, str]:
    return row.sender_address or "", row.sender_name or "", row.company, row.road
