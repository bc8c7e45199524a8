"""What the desk is told with a form, without the attachments that the user may not open.

The framework lists every File of a record with its address to whoever reads the record. Each function stands in for one of the framework's
(`override_whitelisted_methods`) and answers like it.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.desk.form import load, save

from complaint_qms.services.evidence.kept_files import open_among


@frappe.whitelist()
def getdoc(doctype: str, name: str | int) -> Any:
    """A record for its form."""
    answer = load.getdoc(doctype, name)
    _leave_out_closed()
    return answer


@frappe.whitelist()
def get_docinfo(doc: Any = None, doctype: str | None = None, name: str | int | None = None) -> None:
    """What stands beside a form."""
    load.get_docinfo(doc, doctype, name)
    _leave_out_closed()


@frappe.whitelist(methods=["POST", "PUT"])
def savedocs(doc: str, action: str) -> None:
    """Save or submit a form; both are told with it again."""
    save.savedocs(doc, action)
    _leave_out_closed()


@frappe.whitelist(methods=["POST", "PUT"])
def cancel(
    doctype: str | None = None,
    name: str | int | None = None,
    workflow_state_fieldname: str | None = None,
    workflow_state: str | None = None,
) -> None:
    """Cancel a record from its form."""
    save.cancel(doctype, name, workflow_state_fieldname, workflow_state)
    _leave_out_closed()


def _leave_out_closed() -> None:
    told = frappe.response.get("docinfo")
    if told and told.get("attachments"):
        told["attachments"] = open_among(told["attachments"], frappe.session.user)
