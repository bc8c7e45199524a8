"""Who opens the facts around a unit that were kept as a file: whoever may read the record that it is attached to, and what it was read from.

It tells of one company, and of no person, customer, supplier or hold by name. Whom user permissions keep to some of what it names opens
none: a file leaves single rows out for nobody.
"""

from __future__ import annotations

from typing import Final

import frappe
from frappe.permissions import get_role_permissions, get_user_permissions

KEPT: Final = "unit_facts"
"""`attached_to_field` of such a File."""
READ_FROM: Final = ("Job Card", "Quality Inspection")
_NAMED: Final = ("Item", "Batch", "Serial No", "Warehouse", "Work Order", "BOM", "Operation", "Workstation", *READ_FROM)  # fmt: skip


def may_open(user: str) -> bool:
    """Whether somebody may be told all that such a file tells."""
    if user == "Administrator":
        return True
    by_role = all(
        get_role_permissions(frappe.get_meta(doctype), user=user).get("read") for doctype in READ_FROM
    )
    return by_role and not set(_NAMED) & set(get_user_permissions(user))
