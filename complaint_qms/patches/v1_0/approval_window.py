"""Sites that kept their settings before limits held over complaints: with the days a new site has."""

import frappe

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.settlement.approval_limits import WINDOW_DAYS


def execute() -> None:
    if frappe.db.get_singles_dict(SETTINGS).get("approval_window_days") is None:
        frappe.db.set_single_value(SETTINGS, "approval_window_days", WINDOW_DAYS)
