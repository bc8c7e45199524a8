"""Solving a complaint at once over the wire."""

from functools import partial
from typing import Any

import frappe
from frappe import _

from complaint_qms.api.answers import moment_of
from complaint_qms.api.arguments import checked
from complaint_qms.services.correspondence import at_once
from complaint_qms.services.lifecycle import overview as overview_service
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["POST"])
@checked
def solve(
    name: str, values: Any = None, medium: str = "", at: str | None = None, given: str = ""
) -> dict[str, Any]:
    """Note what the customer was told, and send the complaint past the stages between to its final review: both, or neither.

    Args:
        values: fields of the complaint by name; `reply` is what the customer was told.
        medium: "Phone", "Visit", "Meeting", "Chat", "SMS" or "Other"; empty when a mail has told them.
        at: when they were told, in the time zone of the site unless it names its own; now by default.
        given: "information", "explanation" or "apology"; empty where the fields of the remedy say what was given.

    Returns:
        The overview of the complaint.
    """
    fields = read_object(values or {}, _("Send the fields to change as an object in “values”."))
    doc = frappe.get_doc("Complaint", name)
    for permission in ("read", "write", *(["email"] if medium else [])):
        doc.check_permission(permission)
    act = partial(at_once.solve, name, fields, medium, moment_of(at), given)
    return overview_service.overview(once_others_are_done(act))
