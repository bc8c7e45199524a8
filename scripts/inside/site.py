"""Runs inside a bench's Python, in its `sites` folder: tells how a site is, completes ERPNext's setup wizard.

python site.py status SITE     prints one JSON line: apps, companies, setup complete
python site.py wizard SITE     company, chart of accounts, fiscal years, switches for tests
"""

from __future__ import annotations

import json
import sys

import frappe
from frappe.utils import getdate

COMPANY = {
    "company_name": "Harbour Housewares",
    "company_abbr": "HBH",
    "country": "United States",
    "currency": "USD",
    "timezone": "America/New_York",
    "chart_of_accounts": "Standard",
    "industry": "Manufacturing",
    "language": "English",
    "full_name": "Site Administrator",
    "company_tagline": "Kettles, flasks and home care",
}
YEARS_BACK, YEARS_AHEAD = 6, 1


def status() -> dict:
    """How far the site is: installed apps, number of companies, whether the wizard is done."""
    return {
        "apps": frappe.get_installed_apps(),
        "companies": frappe.db.count("Company") if frappe.db.table_exists("Company") else 0,
        "setup_complete": bool(frappe.is_setup_complete()),
    }


def wizard() -> dict:
    """Complete the wizard as a person would unless it is done, then add the fiscal years that tests and demo data reach into."""
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

    year = getdate().year
    dates = {"fy_start_date": f"{year}-01-01", "fy_end_date": f"{year}-12-31"}
    setup_complete(COMPANY | dates)
    fiscal_years(range(year - YEARS_BACK, year + YEARS_AHEAD + 1))
    frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
    frappe.db.set_single_value("System Settings", "enable_telemetry", 0)
    frappe.db.commit()
    frappe.clear_cache()
    return status()


def fiscal_years(years: range) -> None:
    """Create the calendar years that no fiscal year of the site covers yet."""
    for year in years:
        start, end = f"{year}-01-01", f"{year}-12-31"
        if not frappe.db.exists("Fiscal Year", {"year_start_date": start}):
            values = {"year": str(year), "year_start_date": start, "year_end_date": end}
            frappe.get_doc({"doctype": "Fiscal Year", **values}).insert(ignore_permissions=True)


def main(verb: str, site: str) -> None:
    frappe.init(site=site)
    frappe.connect()
    try:
        answer = {"status": status, "wizard": wizard}[verb]()
    finally:
        frappe.destroy()
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
