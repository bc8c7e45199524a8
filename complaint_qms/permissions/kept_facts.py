"""Who opens the facts around a unit that were kept as a file: whoever may read the record that it is attached to, and what it was read from.

It tells of one company, and of no person, customer, supplier or hold by name. Who is kept from some of what it names, by user permissions
on that or on what it belongs to (item group, brand, project), opens none: a file leaves single rows out for nobody.
"""

from __future__ import annotations

from typing import Final

import frappe
from frappe.permissions import get_role_permissions

from complaint_qms.permissions.query import restrictions

KEPT: Final = "unit_facts"
"""`attached_to_field` of such a File."""
READ_FROM: Final = ("Job Card", "Quality Inspection")
_NAMED: Final = ("Item", "Batch", "Serial No", "Warehouse", "Work Order", "BOM", "Operation", "Workstation", *READ_FROM)  # fmt: skip

OF_THE_RECORD: Final = ("Company",)
"""Who may read the record to which a file is attached may know of its company, and a file tells of no other."""


def may_open(user: str) -> bool:
    """Whether somebody may be told all that such a file tells."""
    if user == "Administrator":
        return True
    by_role = all(
        get_role_permissions(frappe.get_meta(doctype), user=user).get("read") for doctype in READ_FROM
    )
    return by_role and not any(restrictions(doctype, user, apart_from=OF_THE_RECORD) for doctype in _NAMED)
