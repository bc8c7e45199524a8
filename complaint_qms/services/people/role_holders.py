"""People behind roles."""

from collections.abc import Iterable

import frappe
from pypika.queries import Table
from pypika.terms import Criterion

_NOT_PEOPLE = ("Administrator", "Guest")


def holders_of(roles: Iterable[str]) -> dict[str, list[str]]:
    """Role → its holders who can sign in to the desk, by name. One query."""
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
        .where((user.enabled == 1) & system_users(user))
        .orderby(has_role.role)
        .orderby(user.name)
        .run()
    )
    return {role: [name for held, name in rows if held == role] for role in wanted}


def system_users(user: Table) -> Criterion:
    """Condition on the table of users: people who work in the desk, disabled or not."""
    return (user.user_type == "System User") & user.name.notin(_NOT_PEOPLE)
