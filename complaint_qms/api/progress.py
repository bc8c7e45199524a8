"""Stage bar and next step of a complaint, an investigation, a root cause or a CAPA over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.constants.records import FLOW
from complaint_qms.services.investigation import root_cause_overview
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle import overview as overview_service
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["GET", "POST"])
@checked
def overview(name: str, doctype: str = "Complaint") -> dict[str, Any]:
    """Stages done and to come, and the next moves with what they lack, of one record; of a complaint its clock and
    headline as well. A root cause is judged by its form: its next step is named, and not taken by `take_step`."""
    if doctype == "Root Cause":
        cause = frappe.get_doc(doctype, name)
        cause.check_permission("read")
        return root_cause_overview.overview(cause)
    return overview_service.overview(_get(doctype, name, "read"))


@frappe.whitelist(methods=["POST"])
@checked
def take_step(name: str, action: str, values: Any = None, doctype: str = "Complaint") -> dict[str, Any]:
    """Enter `values` and take the workflow action in one go: both happen, or neither does."""
    fields = read_object(values or {}, _("Send the fields to change as an object in “values”."))

    first = _get(doctype, name, "write").get("workflow_state")

    def step() -> Document:
        doc = _get(doctype, name, "write")
        if doc.get("workflow_state") != first:
            # Somebody else's step, or the other click of a double one: the next state may have a step of the same name.
            frappe.throw(
                _("Somebody else has just taken a step of {0}. Look at it before you take another.").format(
                    escape_html(name)
                )
            )
        guard.take_step(doc, action, fields)
        return doc

    return overview_service.overview(once_others_are_done(step))


def _get(doctype: str, name: str, permission: str) -> Document:
    if doctype not in FLOW:
        frappe.throw(_("{0} has no stages to show.").format(escape_html(_(doctype))))
    doc = frappe.get_doc(doctype, name)
    doc.check_permission(permission)
    return doc
