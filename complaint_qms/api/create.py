"""“Create → Complaint” on ERPNext's documents."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.integrations.erpnext.source_facts import check_source, complaint_from
from complaint_qms.services.intake.register import fill_in


@frappe.whitelist(methods=["GET", "POST"])
@checked
def from_document(source_doctype: str, source_name: str) -> dict[str, Any]:
    """An unsaved complaint about an ERPNext document, with all that the document answers filled in."""
    check_source(source_doctype)
    frappe.has_permission(source_doctype, "read", doc=source_name, throw=True)
    frappe.has_permission("Complaint", "create", throw=True)
    doc = frappe.new_doc("Complaint")
    doc.update(complaint_from(source_doctype, source_name))
    fill_in(doc)
    return doc.as_dict()
