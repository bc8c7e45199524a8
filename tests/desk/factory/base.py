"""What every builder needs: names, the company, any document at all."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


def unique(prefix: str) -> str:
    """A name nobody has used on this site."""
    return f"{prefix} {frappe.generate_hash(length=10)}"


def make(doctype: str, **values: object) -> Document:
    """Insert a document of any kind."""
    return frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def company() -> str:
    """The site's company (the oldest, when a test has made others)."""
    return frappe.get_all("Company", pluck="name", order_by="creation, name", limit=1)[0]


def company_value(fieldname: str) -> str:
    return frappe.get_cached_value("Company", company(), fieldname)


def store() -> str:
    """Warehouse that deliveries leave from."""
    return f"Stores - {company_value('abbr')}"


def other_company(**values: object) -> str:
    """A second company in the first one's country: another country's would change tables, which ends a transaction."""
    name = unique("Company")
    defaults = {
        "company_name": name,
        "abbr": name[-6:].upper(),
        "default_currency": "USD",
        "country": company_value("country"),
    }
    return make("Company", **defaults | values).name


def first_leaf(doctype: str) -> str:
    """First record of a tree that has no children."""
    return frappe.get_all(doctype, {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
