"""Who is away today and comes back: an approved leave, where the site keeps leaves, or a holiday of their own list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import frappe
from frappe.query_builder.functions import Coalesce, NullIf
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import Case

_LEAVE: Final = "Leave Application"
"""Of Frappe HR, which a site may have or not."""


def away(users: Iterable[str], day: date) -> set[str]:
    """Those of the users who do not work on a day, though they can act on others; two queries at most."""
    return set(days_away(users, day, day))


def days_away(users: Iterable[str], first: date, last: date) -> dict[str, set[date]]:
    """User → days from the first to the last on which they do not work, of those who have such a day; two queries at most."""
    wanted = sorted(set(users))
    found: dict[str, set[date]] = defaultdict(set)
    if not wanted:
        return found
    for user, day in _on_holiday(wanted, first, last).run():
        found[user].add(getdate(day))
    if frappe.db.table_exists(_LEAVE):
        for user, begin, end, half in _on_leave(wanted, first, last).run():
            begin, end = max(first, getdate(begin)), min(last, getdate(end))
            days = {begin + timedelta(days=number) for number in range((end - begin).days + 1)}
            # Who is away for half a day reads what came in.
            if whole := days - {half and getdate(half)}:
                found[user] |= whole
    return found


def _on_holiday(users: list[str], first: date, last: date) -> QueryBuilder:
    """By the holiday list of the employee, else by that of their company, as ERPNext counts their days."""
    employee, company = frappe.qb.DocType("Employee"), frappe.qb.DocType("Company")
    holiday = frappe.qb.DocType("Holiday")
    return (
        frappe.qb.from_(employee)
        .left_join(company)
        .on(company.name == employee.company)
        .inner_join(holiday)
        .on(holiday.parent == Coalesce(NullIf(employee.holiday_list, ""), company.default_holiday_list))
        .select(employee.user_id, holiday.holiday_date)
        .distinct()
        .where(employee.user_id.isin(users) & (employee.status == "Active"))
        .where((holiday.holiday_date >= first) & (holiday.holiday_date <= last))
    )


def _on_leave(users: list[str], first: date, last: date) -> QueryBuilder:
    """(user, from, to, the day that is half of one)."""
    employee, leave = frappe.qb.DocType("Employee"), frappe.qb.DocType(_LEAVE)
    return (
        frappe.qb.from_(leave)
        .inner_join(employee)
        .on(employee.name == leave.employee)
        .select(employee.user_id, leave.from_date, leave.to_date)
        .select(Case().when(leave.half_day == 1, leave.half_day_date).else_(None))
        .where(employee.user_id.isin(users) & (leave.docstatus == 1) & (leave.status == "Approved"))
        .where((leave.from_date <= last) & (leave.to_date >= first))
    )
