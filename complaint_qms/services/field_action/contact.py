"""Whom a customer calls or writes to about a field action."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import validate_email_address

from complaint_qms.integrations.erpnext.company_contact import contact_of


def whom_to_call(action: Document) -> dict[str, str]:
    """{phone, email, website} of the company, those that are entered; with neither phone nor address those of the handler."""
    company = contact_of(action.company)
    if company.get("phone") or company.get("email"):
        return company
    return {**company, **_of_handler(action.handler)}


def _of_handler(user: str | None) -> dict[str, str]:
    # The Administrator's address is the one that the framework came with.
    if not user or user == "Administrator":
        return {}
    row = frappe.db.get_value("User", user, ["email", "phone", "mobile_no"], as_dict=True)
    if not row:
        return {}
    address = row.email if validate_email_address(row.email or "") else ""
    found = {"phone": (row.phone or row.mobile_no or "").strip(), "email": address}
    return {kind: value for kind, value in found.items() if value}
