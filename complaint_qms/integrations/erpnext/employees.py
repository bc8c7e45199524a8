"""Employees of the site: whom they report to, who of them has left, and the days on which they do not work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce, NullIf
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case, Criterion

_LEAVE: Final = "Leave Application"
"""Of Frappe HR, which a site may have or not."""


def has_left(user: Table) -> Criterion:
    """Condition on the table of users: there are employee records of theirs, and none is active."""
    employee = frappe.qb.DocType("Employee")
    employed = frappe.qb.from_(employee).select(employee.user_id).where(employee.user_id.isnotnull())
    return user.name.isin(employed) & user.name.notin(employed.where(employee.status == "Active"))


def reports_to(users: Iterable[str]) -> dict[str, str]:
    """User → employee they report to, by their active record where there are several."""
    return _told_by_records("reports_to", users)


def departments_of(users: Iterable[str]) -> dict[str, str]:
    """User → department, by their active record where there are several."""
    return _told_by_records("department", users)


def employees(names: set[str], people: Callable[[Table], Criterion]) -> dict[str, frappe._dict]:
    """Employee → status, whom they report to, and their login where it is enabled and among `people`."""
    if not names:
        return {}
    employee, user = frappe.qb.DocType("Employee"), frappe.qb.DocType("User")
    rows = (
        frappe.qb.from_(employee)
        .left_join(user)
        .on((user.name == employee.user_id) & (user.enabled == 1) & people(user))
        .select(employee.name, employee.status, employee.reports_to, user.name.as_("user_id"))
        .where(employee.name.isin(sorted(names)))
        .orderby(employee.name, order=Order.asc)
    ).run(as_dict=True)
    return {row.name: row for row in rows}


def holidays_of(users: list[str], first: date, last: date) -> list[tuple[str, date]]:
    """(user, holiday) by the holiday list of the employee, else by that of their company, as ERPNext counts their days."""
    employee, company = frappe.qb.DocType("Employee"), frappe.qb.DocType("Company")
    holiday = frappe.qb.DocType("Holiday")
    query = (
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
    return query.run()


def leaves_of(users: list[str], first: date, last: date) -> list[tuple[str, date, date, date | None]]:
    """(user, from, to, the day that is half of one) of approved leaves; none where the site keeps none."""
    return _leaves(users, first, last).run() if frappe.db.table_exists(_LEAVE) else []


def _leaves(users: list[str], first: date, last: date) -> QueryBuilder:
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


def _told_by_records(field: str, users: Iterable[str]) -> dict[str, str]:
    """User → what a field of their employee record says, by the active one where there are several."""
    wanted = sorted(users)
    if not wanted:
        return {}
    employee = frappe.qb.DocType("Employee")
    rows = (
        frappe.qb.from_(employee)
        .select(employee.user_id, employee[field], employee.status)
        .where(employee.user_id.isin(wanted) & (Coalesce(employee[field], "") != ""))
        .orderby(employee.name, order=Order.asc)
    ).run()
    return {user: told for user, told, status in sorted(rows, key=lambda row: row[2] == "Active")}
