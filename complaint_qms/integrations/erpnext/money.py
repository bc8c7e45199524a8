"""Exchange rates as ERPNext keeps them."""

from __future__ import annotations

from datetime import date

import frappe
from erpnext.setup.utils import get_exchange_rate


def exchange_rate(currency: str, company: str, on: date | str) -> float:
    """Units of the company's currency for one of `currency` on a day.

    Raises:
        frappe.ValidationError: ERPNext knows no rate; the message says for which pair.
    """
    home = frappe.get_cached_value("Company", company, "default_currency")
    if currency == home:
        return 1.0
    rate = get_exchange_rate(currency, home, on)
    if not rate:
        frappe.throw(
            frappe._(
                "There is no exchange rate from {0} to {1} on {2}: enter one under Currency Exchange."
            ).format(currency, home, on)
        )
    return float(rate)
