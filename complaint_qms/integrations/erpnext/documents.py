"""ERPNext documents that a settlement drafted, and where they stand."""

from typing import Any

import frappe

SETTLED_BY = ("Sales Invoice", "Delivery Note", "Sales Order")


def drafted_documents(settlements: list[str]) -> list[dict[str, Any]]:
    """Documents of `settlements` that nobody has submitted yet: [{doctype, name}]; one query a DocType."""
    if not settlements:
        return []
    return [
        {"doctype": doctype, "name": name}
        for doctype in SETTLED_BY
        for name in frappe.get_all(
            doctype,
            filters={"complaint_settlement": ("in", settlements), "docstatus": 0},
            pluck="name",
            order_by="name asc",
        )
    ]
