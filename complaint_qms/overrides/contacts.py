"""Contacts of ERPNext: their telephones and addresses are found by keys kept beside them."""

from frappe.model.document import Document

from complaint_qms.integrations.erpnext import contact_keys


def validate(doc: Document, method: str | None = None) -> None:
    contact_keys.set_keys(doc)
