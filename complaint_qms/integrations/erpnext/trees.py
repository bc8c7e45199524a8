"""Trees of ERPNext: what stands above a record, and who is below one."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.query_builder import Order

_PARENT: Final = {"Item Group": "parent_item_group", "Territory": "parent_territory"}


def path(doctype: str, name: str) -> list[str]:
    """A record of a tree and those above it, the nearest first; read from the cache."""
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = frappe.get_cached_value(doctype, name, _PARENT[doctype])
    return found


def users_of(department: str) -> list[str]:
    """Logins of the active employees of a department and those below it, by name; one query."""
    employee, own, below = (frappe.qb.DocType(name) for name in ("Employee", "Department", "Department"))
    own, below = own.as_("own"), below.as_("below")
    return (
        frappe.qb.from_(employee)
        .inner_join(below)
        .on(below.name == employee.department)
        .inner_join(own)
        .on((own.lft <= below.lft) & (own.rgt >= below.rgt))
        .select(employee.user_id)
        .distinct()
        .where((own.name == department) & (employee.status == "Active"))
        .where(employee.user_id.isnotnull() & (employee.user_id != ""))
        .orderby(employee.user_id, order=Order.asc)
        .run(pluck=True)
    )
