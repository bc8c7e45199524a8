"""Complaint over the wire: register, look, and take the next step.

`overview` and `take_step` are those of every record with stages, also under this address.
"""

from functools import partial
from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, read_parts
from complaint_qms.api.progress import overview, take_step
from complaint_qms.services.compliance import legal_holds
from complaint_qms.services.field_action.contained import contained
from complaint_qms.services.inbox import rest, rest_batch
from complaint_qms.services.intake import context as context_service
from complaint_qms.services.intake.proposed_matches import matches_beside
from complaint_qms.services.record.input_validation import read_object, refuse
from complaint_qms.services.transactions import once_others_are_done

__all__ = ["candidates", "context", "opened", "overview", "register", "register_many", "take_step"]


@frappe.whitelist(methods=["POST"])
@checked
def register(data: Any = None) -> dict[str, Any]:
    """Register a complaint; with an `idempotency_key` in `data` it happens once however often it is sent.

    Args:
        data: fields of Complaint by name, as an object or as its JSON text.

    Returns:
        {name, stage, workflow_state}
    """
    frappe.has_permission("Complaint", "create", throw=True)
    fields = read_object(data, _("Send the fields of the complaint as an object in “data”."))
    doc = once_others_are_done(partial(rest.register_sent, fields))
    return {"name": doc.name, "stage": doc.stage, "workflow_state": doc.workflow_state}


@frappe.whitelist(methods=["POST"])
@checked
def register_many(data: Any = None) -> dict[str, Any]:
    """Register up to a hundred complaints; each is registered or refused by itself, and once however often it is sent.

    Args:
        data: a list of what `register` takes, or its JSON text; each entry with an `idempotency_key` of its own.

    Returns:
        {registered, refused (how many), results: [{index, idempotency_key, name, stage, workflow_state} or
        {index, idempotency_key, error: {type, messages, fields}}]}
    """
    frappe.has_permission("Complaint", "create", throw=True)
    entries = read_parts("data", data)
    if not isinstance(entries, list):
        refuse(_("Send the complaints as a list in “data”."))
    results = once_others_are_done(partial(rest_batch.register_batch, entries))
    refused = sum("error" in result for result in results)
    return {"registered": len(results) - refused, "refused": refused, "results": results}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def context(name: str, chosen: Any = None) -> dict[str, Any]:
    """Customer at a glance, neighbours and linked records of one complaint.

    Args:
        chosen: {customer, item_code, batch_no, serial_no} as they stand on a form that is not saved yet; `filled` in the answer is what
            they say of those that are empty.
    """
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    fields = read_object(
        chosen or {}, _("Send the fields of the complaint as an object in “{0}”.").format("chosen")
    )
    return context_service.context(doc, fields)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def opened(name: str) -> dict[str, Any]:
    """What the form of a stored complaint shows around its fields, in one answer: {overview, context, contained}; the overview is None
    where it cannot be told, `contained` says what of its goods is held or recalled (see services.field_action.contained), and under `legal` which legal holds
    are in force on it."""
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    held = {**contained(doc), "legal": legal_holds.legal_holds_shown(doc.name)}
    return {**context_service.around(doc), "contained": held}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def candidates(name: str) -> dict[str, list[dict[str, Any]]]:
    """Who may have complained and which product may be meant, while nobody has said: {who, what}, the likeliest first."""
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    return matches_beside(doc)
