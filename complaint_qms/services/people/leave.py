"""Who is away today and comes back: an approved leave, where the site keeps leaves, or a holiday of their own list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import frappe
from frappe.query_builder.functions import Coalesce, NullIf
from pypika.queries import QueryBuilder

_LEAVE: Final = "Leave Application"
"""Of Frappe HR, which a site may have or not."""


def away(users: Iterable[str], day: date) -> set[str]:
    """Those of the users who do not work on a day, though they can act on others; two queries at most."""
    wanted = sorted(set(users))
    if not wanted:
        return set()
    found = set(_on_holiday(wanted, day).run(pluck=True))
    if frappe.db.table_exists(_LEAVE):
        found |= set(_on_leave(wanted, day).run(pluck=True))
    return found


def _on_holiday(users: list[str], day: date) -> QueryBuilder:
    """By the holiday list of the employee, else by that of their company, as ERPNext counts their days."""
    employee, company = frappe.qb.DocType("Employee"), frappe.qb.DocType("Company")
    holiday = frappe.qb.DocType("Holiday")
    return (
        frappe.qb.from_(employee)
        .left_join(company)
        .on(company.name == employee.company)
        .inner_join(holiday)
        .on(holiday.parent == Coalesce(NullIf(employee.holiday_list, ""), company.default_holiday_list))
        .select(employee.user_id)
        .distinct()
        .where(employee.user_id.isin(users) & (employee.status == "Active") & (holiday.holiday_date == day))
    )


def _on_leave(users: list[str], day: date) -> QueryBuilder:
    """Whole days alone: who is away for half a day reads what came in."""
    employee, leave = frappe.qb.DocType("Employee"), frappe.qb.DocType(_LEAVE)
    whole = (leave.half_day == 0) | (leave.half_day_date != day)
    return (
        frappe.qb.from_(leave)
        .inner_join(employee)
        .on(employee.name == leave.employee)
        .select(employee.user_id)
        .distinct()
        .where(employee.user_id.isin(users) & (leave.docstatus == 1) & (leave.status == "Approved"))
        .where((leave.from_date <= day) & (leave.to_date >= day) & whole)
    )
