"""People behind roles."""

from collections.abc import Iterable

import frappe
from frappe.permissions import ALL_USER_ROLE, GUEST_ROLE, SYSTEM_USER_ROLE

from complaint_qms.services.people.absence import absent
from complaint_qms.services.people.system_users import system_users


def holders_of(roles: Iterable[str]) -> dict[str, list[str]]:
    """Role → its holders who can act, by name. One query."""
    wanted = sorted(set(roles))
    if not wanted:
        return {}
    user, has_role = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
    rows = (
        frappe.qb.from_(has_role)
        .inner_join(user)
        .on(user.name == has_role.parent)
        .select(has_role.role, user.name)
        .distinct()
        .where(has_role.role.isin(wanted) & (has_role.parenttype == "User"))
        .where(system_users(user) & user.name.notin(absent(user.as_("gone"))))
        .orderby(has_role.role)
        .orderby(user.name)
        .run()
    )
    return {role: [name for held, name in rows if held == role] for role in wanted}


def roles_of(users: Iterable[str]) -> dict[str, set[str]]:
    """System user → their roles, with those that the framework gives everybody. One query."""
    given = {GUEST_ROLE, ALL_USER_ROLE, SYSTEM_USER_ROLE}
    found = {user: set(given) for user in users}
    if "Administrator" in found:
        found["Administrator"] |= {*frappe.get_roles("Administrator")}
    filters = {"parenttype": "User", "parent": ("in", sorted(found) or [""])}
    for row in frappe.get_all("Has Role", filters, ["parent", "role"], order_by="parent asc, role asc"):
        found[row.parent].add(row.role)
    return found
