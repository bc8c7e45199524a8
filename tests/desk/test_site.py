"""The test site itself: what every other desk test takes for granted."""

from __future__ import annotations

import frappe
import pytest

pytestmark = pytest.mark.smoke


def test_site_has_erpnext_and_the_app() -> None:
    assert {"erpnext", "complaint_qms"} <= set(frappe.get_installed_apps())


def test_a_company_and_the_current_fiscal_year_exist() -> None:
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)
    assert company
    today = frappe.utils.nowdate()
    assert frappe.db.exists(
        "Fiscal Year", {"year_start_date": ("<=", today), "year_end_date": (">=", today), "disabled": 0}
    )


def test_every_app_module_is_synced() -> None:
    modules = frappe.get_module_list("complaint_qms")
    known = frappe.get_all("Module Def", {"app_name": "complaint_qms"}, pluck="name", order_by="name")
    assert sorted(modules) == known
