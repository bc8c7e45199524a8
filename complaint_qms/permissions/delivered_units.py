"""Which deliveries count for somebody: those of the companies, customers, territories and products that user permissions keep them to.

Whoever is kept from some complaints is kept from the units of the same, so that a rate is that of what they may see.
"""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from frappe.permissions import get_allowed_docs_for_doctype, get_user_permissions
from frappe.utils import cint

from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.query import NOTHING

_KEPT_BY: Final = {
    "company": "Company",
    "customer": "Customer",
    "territory": "Territory",
    "item_code": "Item",
    "batch_no": "Batch",
    "item_group": "Item Group",
}
_APPLIED_TO: Final = ("Complaint", "Delivered Units")
_NAMED_BY: Final = {
    "Delivered Units": {"company", "customer", "territory", "item_code", "batch_no"},
    "Delivered Units Week": {"company"},
}
"""What rows name themselves, by which the framework keeps people from them."""


def query(user: str | None = None, doctype: str = "Delivered Units") -> str:
    """Condition for lists: sums over more than somebody is kept to are not shown. An empty one restricts nothing."""
    return NOTHING if _is_too_much(doctype, user or frappe.session.user) else ""


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one row."""
    return unless(_is_too_much(doc.doctype, user or frappe.session.user) or None)


def kept_to(user: str) -> dict[str, set[str]]:
    """Field (of Delivered Units, or `item_group`) → the values that somebody is kept to; an empty text where deliveries without one count too."""
    if user == "Administrator":
        return {}
    found: dict[str, set[str]] = {}
    restrictions = get_user_permissions(user)
    loose = not cint(frappe.get_system_settings("apply_strict_user_permissions"))
    for field, doctype in _KEPT_BY.items():
        for applied_to in _APPLIED_TO:
            names = get_allowed_docs_for_doctype(restrictions.get(doctype, []), applied_to)
            if names:
                found[field] = found.get(field, set(names)) & set(names)
        if field in found and loose:
            found[field].add("")
    return found


def _is_too_much(doctype: str, user: str) -> bool:
    return bool(kept_to(user).keys() - _NAMED_BY[doctype])
