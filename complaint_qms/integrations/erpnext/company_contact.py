"""How a company can be reached, as its own record in ERPNext says."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.utils import validate_email_address

_FIELDS: Final = {"email": "email", "phone": "phone_no", "website": "website"}


def contact_of(company: str | None) -> dict[str, str]:
    """{email, phone, website} of a company, those that are entered; addresses of a website begin with http."""
    row = frappe.db.get_value("Company", company, list(_FIELDS.values()), as_dict=True) if company else None
    if not row:
        return {}
    found = {kind: (row.get(field) or "").strip() for kind, field in _FIELDS.items()}
    if not validate_email_address(found["email"]):
        found["email"] = ""
    if found["website"] and not found["website"].lower().startswith(("http://", "https://")):
        found["website"] = f"https://{found['website']}"
    return {kind: value for kind, value in found.items() if value}
