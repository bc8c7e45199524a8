"""People who cannot act any more, and with whom their work appears instead.

Absent is a disabled user, and one whose employee records all say that they left or are not active. Their work goes to
the next superior who can act; without one it is open to whoever holds the role for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe.query_builder import Criterion, Order
from pypika.queries import QueryBuilder, Table

from complaint_qms.constants.work import DUTIES, Duty
from complaint_qms.integrations.erpnext.employees import employees, has_left, reports_to
from complaint_qms.services.people.system_users import system_users

_LEVELS = 20
"""Superiors of superiors that are asked at most; the tree of employees may be wrong and run in a circle."""


@dataclass(frozen=True)
class Cover:
    """Whose work falls to somebody: ``reports``, absent users under them; ``orphans``, absent users without a superior.
    Of those alone who are named for work that is not done."""

    reports: frozenset[str] = frozenset()
    orphans: frozenset[str] = frozenset()


def cover_of(user: str) -> Cover:
    """What falls to a user as things stand: one query, and where somebody absent has work, one more for each level of
    superiors. Leavers whose work is done or handed over cost nothing, however many there are."""
    superiors = superiors_of(_absent_with_work())
    return Cover(
        frozenset(name for name, superior in superiors.items() if superior == user),
        frozenset(name for name, superior in superiors.items() if superior is None),
    )


def acts_for(user: str, other: str) -> bool:
    """Whether the work of `other`, who is absent, falls to a user; asks about nobody else."""
    return other in absent_users([other]) and superiors_of([other])[other] == user


def absent_users(among: Iterable[str]) -> set[str]:
    """Those of the users who cannot act. One query."""
    wanted = sorted(set(among))
    if not wanted:
        return set()
    user = frappe.qb.DocType("User")
    return set(absent(user).where(user.name.isin(wanted)).run(pluck=True))


def absent(user: Table) -> QueryBuilder:
    """Names of the users who cannot act; an active employee record counts for more than older ones of the same person."""
    return (
        frappe.qb.from_(user)
        .select(user.name)
        .where(system_users(user) & ((user.enabled == 0) | has_left(user)))
        .orderby(user.name, order=Order.asc)
    )


def superiors_of(users: Iterable[str]) -> dict[str, str | None]:
    """User → login of the nearest superior who can act; None where there is none."""
    found: dict[str, str | None] = dict.fromkeys(users)
    reached = reports_to(found)
    for _level in range(_LEVELS):
        known = employees(set(reached.values()), system_users)
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


def chains_of(users: Iterable[str], length: int) -> dict[str, list[str]]:
    """User → logins of the superiors who can act, the nearest first, so many at most; a query for each level."""
    found: dict[str, list[str]] = {user: [] for user in users}
    reached = reports_to(found)
    for _level in range(_LEVELS):
        if not reached:
            break
        known = employees(set(reached.values()), system_users)
        further = {}
        for user, employee in reached.items():
            row = known.get(employee)
            if not row:
                continue
            if row.status == "Active" and row.user_id and row.user_id not in (user, *found[user]):
                found[user].append(row.user_id)
            if row.reports_to and len(found[user]) < length:
                further[user] = row.reports_to
        reached = further
    return found


def _absent_with_work() -> set[str]:
    """Users who cannot act and are named for work that is not done."""
    user = frappe.qb.DocType("User")
    return set(
        absent(user).where(Criterion.any(user.name.isin(_named(duty)) for duty in DUTIES)).run(pluck=True)
    )


def _named(duty: Duty) -> QueryBuilder:
    table = frappe.qb.DocType(duty.doctype)
    named = frappe.qb.from_(table).select(table[duty.person]).where(table[duty.person].isnotnull())
    return named.where(table[duty.state].isin(duty.open)) if duty.state else named
