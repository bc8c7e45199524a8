"""“Create → Complaint” on ERPNext's documents."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.integrations.erpnext.source_facts import check_source, complaint_from
from complaint_qms.services.intake.register import fill_in
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.scalars import shown


@frappe.whitelist(methods=["GET", "POST"])
@checked
def from_document(source_doctype: str, source_name: str) -> dict[str, Any]:
    """An unsaved complaint about an ERPNext document, with all that the document answers filled in."""
    check_source(source_doctype)
    frappe.has_permission("Complaint", "create", throw=True)
    if not readable(source_doctype, [source_name]):
        frappe.throw(
            _("There is no {0} {1} that you may read.").format(_(source_doctype), shown(source_name)),
            frappe.PermissionError,
        )
    doc = frappe.new_doc("Complaint")
    doc.update(complaint_from(source_doctype, source_name))
    fill_in(doc)
    return doc.as_dict()
