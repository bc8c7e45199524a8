"""The key of a request that was refused: the complaint that a person makes of it answers to the same key."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.services.intake import idempotency


def scope_of(company: str, user: str) -> str:
    """Within what a caller's key counts, as an item keeps it."""
    return idempotency.SEPARATOR.join((company, user))


def pass_on(item: Document, complaint: Document) -> None:
    """Give a complaint that is made of a refused request its key, so that its sender gets this record when they send again.

    Raises:
        frappe.ValidationError: the sender has registered it meanwhile.
    """
    company, _separator, user = (item.scope or "").partition(idempotency.SEPARATOR)
    unique = idempotency.hash_of(company, user, item.message_id)
    known = frappe.db.get_value("Complaint", {"idempotency_hash": unique}, "name", for_update=True)
    if known:
        frappe.throw(
            _("Its sender has registered it meanwhile as {0}. Choose “Belongs to a Complaint”.").format(known)
        )
    complaint.flags.update({"idempotency_key": item.message_id, "idempotency_hash": unique})
