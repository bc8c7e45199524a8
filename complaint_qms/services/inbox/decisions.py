"""What a person decides about an item: it is a complaint, it is none, it belongs to one, or it is read once more.

Each decision holds the item under a lock and is made once, with name and time.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, NEW, OPEN, OPENERS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.inbox import draft, same_form, understanding
from complaint_qms.services.inbox.adding import add_to
from complaint_qms.services.inbox.item import locked, write
from complaint_qms.services.inbox.origin import check_free
from complaint_qms.services.intake import register
from complaint_qms.services.record.input_validation import refuse


def make_complaint(name: str, values: dict[str, Any]) -> Document:
    """Register the complaint that an item is; its files become evidence.

    Args:
        values: fields of Complaint that say more, or otherwise, than the message does.

    Raises:
        frappe.ValidationError: the item stands on a complaint already, or the values are none of a complaint.
    """
    item = _to_decide(name)
    check_free(item)
    if values.get("idempotency_key") is not None:
        # The complaint that it made already would be the answer, and the message would wait on.
        refuse(
            _(
                "“{0}” cannot be sent here: a message becomes one complaint without a key. Leave it out."
            ).format("idempotency_key")
        )
    sent = draft.proposed_values(item) | values
    return register.register(sent | {"source_doctype": DOCTYPE, "source_name": item.name})


def not_a_complaint(name: str, reason: str) -> Document:
    """Put an item away, with a reason.

    Raises:
        frappe.ValidationError: there is no reason, or it was decided already.
    """
    item = _to_decide(name)
    check_free(item)
    if item.state not in OPEN:
        refuse(_("It was decided already that {0} is no complaint.").format(item.name))
    if blank(reason):
        refuse(_("Reason: write why this is no complaint."))
    _decide(item, state=DISMISSED, decision_note=reason.strip())
    return item


def belongs_to(name: str, complaint: str) -> Document:
    """Put what an item says on a complaint that is there: its words as a message of the customer, its files as evidence.

    Raises:
        frappe.ValidationError: the item stands on a complaint already.
        frappe.PermissionError: the user may not change that complaint.
    """
    item = _to_decide(name)
    check_free(item)
    target = frappe.get_doc("Complaint", complaint, for_update=True)
    target.check_permission("write")
    communication = add_to(item, target)
    _decide(item, state=ADDED, complaint=target.name, communication=communication)
    same_form.read_form_again(item)
    return item


def try_again(name: str) -> Document:
    """Have an item read once more, by the job that reads new ones.

    Raises:
        frappe.ValidationError: it was decided already.
    """
    item = _to_decide(name)
    check_free(item)
    if item.state not in OPEN:
        refuse(_("It was decided already that {0} is no complaint.").format(item.name))
    write(item, state=NEW, attempts=0, next_attempt=now_datetime(), reason=None)
    understanding.request(item.name)
    return item


def _to_decide(name: str) -> Document:
    item = locked(name)
    item.check_permission("write")
    if item.is_sealed:
        # Decided before its job has come to it.
        frappe.get_attr(OPENERS[item.road])(item)
    return item


def _decide(item: Document, **values: Any) -> None:
    by = {"decided_by": frappe.session.user, "decided_at": now_datetime()}
    write(item, reason=None, next_attempt=None, **by, **values)
