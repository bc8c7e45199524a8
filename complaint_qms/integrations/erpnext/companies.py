"""Companies of the site, their warehouses and their holiday lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import frappe
from frappe.utils import getdate


def trading_companies() -> list[frappe._dict]:
    """`name` and `default_holiday_list` of each company that is no group."""
    return frappe.get_all("Company", {"is_group": 0}, ["name", "default_holiday_list"], order_by="name asc")


def current_holiday_lists(day: str) -> set[str]:
    """Those that reach as far as a day."""
    return set(frappe.get_all("Holiday List", {"to_date": (">=", day)}, pluck="name", order_by="name asc"))


def company_holidays(company: str | None) -> frozenset[date]:
    """Days on which a company does not work, by its default Holiday List."""
    name = frappe.get_cached_value("Company", company, "default_holiday_list") if company else None
    days = frappe.get_cached_doc("Holiday List", name).holidays if name else ()
    return frozenset(getdate(row.holiday_date) for row in days)


def warehouses(names: Iterable[str]) -> dict[str, frappe._dict]:
    """Warehouse → whose it is, and whether it is a group or disabled; one query."""
    fields = ["name", "company", "is_group", "disabled"]
    rows = frappe.get_all("Warehouse", {"name": ("in", sorted(set(names)))}, fields, order_by="name asc")
    return {row.name: row for row in rows}
