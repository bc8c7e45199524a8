import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.reporting import figures


@frappe.whitelist()
@checked
@frappe.read_only()
def get(filters: dict | str | None = None) -> dict:
    return figures.open_by_stage(filters)
