import frappe

from complaint_qms.services.reporting import figures


@frappe.whitelist()
def get(filters: str | None = None) -> dict:
    return figures.severe_open()
