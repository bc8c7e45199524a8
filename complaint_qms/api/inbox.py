"""Messages that came in, over the wire: what a person decides about them."""

from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.services.inbox import decisions
from complaint_qms.services.inbox import likely_complaints as likely
from complaint_qms.services.inbox.draft import proposed_values
from complaint_qms.services.inbox.origin import check_free
from complaint_qms.services.intake.register import fill_in
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["GET", "POST"])
@checked
def draft(name: str) -> dict[str, Any]:
    """An unsaved complaint that is filled with what the message says; saving it makes the item registered."""
    frappe.has_permission("Complaint", "create", throw=True)
    item = _item(name, "write")
    check_free(item)
    doc = frappe.new_doc("Complaint")
    doc.update(proposed_values(item))
    fill_in(doc)
    return doc.as_dict()


@frappe.whitelist(methods=["GET", "POST"])
@checked
def likely_complaints(name: str) -> list[dict[str, Any]]:
    """Complaints that a message may belong to: [{name, subject, stage, customer, received_at, why}], the likeliest first."""
    return likely.likely_complaints(_item(name, "read"))


@frappe.whitelist(methods=["POST"])
@checked
def make_complaint(name: str, values: Any = None) -> dict[str, Any]:
    """Register the complaint that a message is; `values`: fields of Complaint that say more than it does.

    Returns:
        {name, stage, workflow_state} of the complaint
    """
    frappe.has_permission("Complaint", "create", throw=True)
    _item(name, "write")
    sent = read_object(
        values or {}, _("Send the fields of the complaint as an object in “{0}”.").format("values")
    )
    doc = once_others_are_done(partial(decisions.make_complaint, name, sent))
    return {"name": doc.name, "stage": doc.stage, "workflow_state": doc.workflow_state}


@frappe.whitelist(methods=["POST"])
@checked
def not_a_complaint(name: str, reason: str) -> dict[str, Any]:
    """Put a message away, with a reason: {name, state}."""
    _item(name, "write")
    return _standing(once_others_are_done(partial(decisions.not_a_complaint, name, reason)))


@frappe.whitelist(methods=["POST"])
@checked
def belongs_to(name: str, complaint: str) -> dict[str, Any]:
    """Put a message on a complaint that is there: {name, state, complaint}."""
    _item(name, "write")
    frappe.has_permission("Complaint", "write", doc=complaint, throw=True)
    return _standing(once_others_are_done(partial(decisions.belongs_to, name, complaint)))


@frappe.whitelist(methods=["POST"])
@checked
def try_again(name: str) -> dict[str, Any]:
    """Have a message read once more, by a job: {name, state}."""
    _item(name, "write")
    return _standing(decisions.try_again(name))


def _item(name: str, right: str) -> Document:
    frappe.has_permission(DOCTYPE, right, throw=True)
    item = frappe.get_doc(DOCTYPE, name)
    item.check_permission(right)
    return item


def _standing(item: Document) -> dict[str, Any]:
    return {"name": item.name, "state": item.state, "complaint": item.complaint}
