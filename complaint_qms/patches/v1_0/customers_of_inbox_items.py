"""Messages in the inbox are of the customer that their sender can only be, or of the complaint they stand on."""

import frappe

from complaint_qms.constants.inbox import DOCTYPE, TAKEN
from complaint_qms.services import writing
from complaint_qms.services.inbox.senders import customer_of
from complaint_qms.services.record.bulk_read import values_of


def execute() -> None:
    """Fill the field where it is empty."""
    rows = frappe.get_all(
        DOCTYPE,
        {"customer": ("is", "not set")},
        ["name", "state", "complaint", "sender_address", "sender_name", "company", "road"],
        order_by="name asc",
    )
    of_complaints = values_of("Complaint", (row.complaint for row in rows), "customer")
    found = {
        row.name: of_complaints.get(row.complaint)
        if row.state in TAKEN
        else customer_of(row.sender_address or "", row.sender_name or "", row.company, row.road)
        for row in rows
    }
    updates = {name: {"customer": customer} for name, customer in found.items() if customer}
    writing.set_many(DOCTYPE, updates, "customer of a message that came in before")
