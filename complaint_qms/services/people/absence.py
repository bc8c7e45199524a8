"""People who cannot act any more, and with whom their work appears instead.

Absent is a disabled user, and one whose employee records all say that they left or are not active. Their work goes to
the next superior who can act; without one it is open to whoever holds the role for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe.query_builder import Order

from complaint_qms.services.people.role_holders import system_users

_LEVELS = 20
"""Superiors of superiors that are asked at most; the tree of employees may be wrong and run in a circle."""


@dataclass(frozen=True)
class Cover:
    """Whose work falls to somebody: ``reports``, absent users under them; ``orphans``, absent users without a superior."""

    reports: frozenset[str] = frozenset()
    orphans: frozenset[str] = frozenset()


def cover_of(user: str) -> Cover:
    """What falls to a user as things stand. A fixed number of queries, one more for each level of superiors."""
    superiors = superiors_of(absent_users())
    return Cover(
        frozenset(name for name, superior in superiors.items() if superior == user),
        frozenset(name for name, superior in superiors.items() if superior is None),
    )


def acts_for(user: str, other: str) -> bool:
    """Whether the work of `other`, who is absent, falls to a user; asks about nobody else."""
    return other in absent_users([other]) and superiors_of([other])[other] == user


def absent_users(among: Iterable[str] | None = None) -> set[str]:
    """Users who cannot act; of all desk users, or of those named."""
    user, employee = frappe.qb.DocType("User"), frappe.qb.DocType("Employee")
    query = (
        frappe.qb.from_(user)
        .left_join(employee)
        .on(employee.user_id == user.name)
        .select(user.name, user.enabled, employee.status)
        .where(system_users(user))
    )
    if among is not None:
        wanted = sorted(set(among))
        if not wanted:
            return set()
        query = query.where(user.name.isin(wanted))
    else:
        query = query.where((user.enabled == 0) | (employee.status != "Active"))
    rows = query.orderby(user.name, order=Order.asc).run()
    working = {name for name, enabled, status in rows if enabled and status in (None, "Active")}
    if among is None and rows:
        # The query passes over an active employee record beside an old one of the same person.
        working |= _active({name for name, enabled, _status in rows if enabled})
    return {name for name, _enabled, _status in rows} - working


def superiors_of(users: Iterable[str]) -> dict[str, str | None]:
    """User → login of the nearest superior who can act; None where there is none."""
    found: dict[str, str | None] = dict.fromkeys(users)
    reached = _reports_to(found)
    for _level in range(_LEVELS):
        known = _employees(set(reached.values()))
        further = {}
        for user, employee in reached.items():
            row = known.get(employee)
            if row and row.status == "Active" and row.user_id not in (None, user):
                found[user] = row.user_id
            elif row and row.reports_to:
                further[user] = row.reports_to
        reached = further
        if not reached:
            break
    return found


def _reports_to(users: Iterable[str]) -> dict[str, str]:
    """User → employee they report to, by their active record where there are several."""
    wanted = sorted(users)
    if not wanted:
        return {}
    employee = frappe.qb.DocType("Employee")
    rows = (
        frappe.qb.from_(employee)
        .select(employee.user_id, employee.reports_to, employee.status)
        .where(employee.user_id.isin(wanted) & employee.reports_to.isnotnull() & (employee.reports_to != ""))
        .orderby(employee.name, order=Order.asc)
    ).run()
    return {user: superior for user, superior, status in sorted(rows, key=lambda row: row[2] == "Active")}


def _employees(names: set[str]) -> dict[str, frappe._dict]:
    if not names:
        return {}
    employee, user = frappe.qb.DocType("Employee"), frappe.qb.DocType("User")
    rows = (
        frappe.qb.from_(employee)
        .left_join(user)
        .on((user.name == employee.user_id) & (user.enabled == 1) & system_users(user))
        .select(employee.name, employee.status, employee.reports_to, user.name.as_("user_id"))
        .where(employee.name.isin(sorted(names)))
        .orderby(employee.name, order=Order.asc)
    ).run(as_dict=True)
    return {row.name: row for row in rows}


def _active(users: set[str]) -> set[str]:
    if not users:
        return set()
    employee = frappe.qb.DocType("Employee")
    return set(
        frappe.qb.from_(employee)
        .select(employee.user_id)
        .where(employee.user_id.isin(sorted(users)) & (employee.status == "Active"))
        .run(pluck=True)
    )
