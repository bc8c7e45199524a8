"""Days of ERPNext's holiday lists."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.utils import getdate


def listed_holidays(holiday_list: str) -> list[date]:
    """The days of a list in their order, each once; its weekly days off among them."""
    days = frappe.get_all(
        "Holiday", {"parent": holiday_list}, pluck="holiday_date", order_by="holiday_date asc"
    )
    return list(dict.fromkeys(getdate(day) for day in days))
