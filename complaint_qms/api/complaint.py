"""Complaint over the wire: register, look, and take the next step.

`overview` and `take_step` are those of every record with stages, also under this address.
"""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.api.progress import overview, take_step
from complaint_qms.services.intake import context as context_service
from complaint_qms.services.intake import register as intake
from complaint_qms.services.record.input_validation import read_object

__all__ = ["context", "overview", "register", "take_step"]


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
def context(name: str) -> dict[str, Any]:
    """Customer at a glance, neighbours and linked records of one complaint."""
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    return context_service.context(doc)
