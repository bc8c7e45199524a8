"""Complaint over the wire: register, look, and take the next step."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.services.intake import context as context_service
from complaint_qms.services.intake import register as intake
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle import overview as overview_service
from complaint_qms.services.record.input_validation import read_object


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
    doc = intake.register(fields)
    return {"name": doc.name, "stage": doc.stage, "workflow_state": doc.workflow_state}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def overview(name: str) -> dict[str, Any]:
    """Stages done and to come, next moves with what they lack, clock and headline of one complaint."""
    return overview_service.overview(_readable(name))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def context(name: str) -> dict[str, Any]:
    """Customer at a glance, neighbours and linked records of one complaint."""
    return context_service.context(_readable(name))


@frappe.whitelist(methods=["POST"])
@checked
def take_step(name: str, action: str, values: Any = None) -> dict[str, Any]:
    """Enter `values` and take the workflow action in one go: both happen, or neither does."""
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("write")
    fields = read_object(values or {}, _("Send the fields to change as an object in “values”."))
    guard.take_step(doc, action, fields)
    return overview_service.overview(doc)


def _readable(name: str):
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    return doc
