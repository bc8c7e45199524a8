"""ERPNext documents that a settlement drafted, and where they stand."""

from typing import Any

import frappe

SETTLED_BY = ("Sales Invoice", "Delivery Note", "Sales Order")
_REPAIR = "Warranty Claim"
_REPAIR_OVER = ("Closed", "Cancelled")


def drafted_documents(settlements: list[str]) -> list[dict[str, Any]]:
    """Documents of `settlements` that nobody has finished yet: drafts, and repairs under way.

    Returns [{doctype, name, settlement}]; one query a DocType.
    """
    if not settlements:
        return []
    own = {"complaint_settlement": ("in", settlements)}
    unfinished = {doctype: own | {"docstatus": 0} for doctype in SETTLED_BY}
    unfinished[_REPAIR] = own | {"status": ("not in", _REPAIR_OVER)}
    return [
        {"doctype": doctype, **row}
        for doctype, filters in unfinished.items()
        for row in frappe.get_all(
            doctype,
            filters=filters,
            fields=["name", "complaint_settlement as settlement"],
            order_by="name asc",
        )
    ]
