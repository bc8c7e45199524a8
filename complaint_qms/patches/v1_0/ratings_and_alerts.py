"""Severities that came with the app get their FMEA rating, and the settings say who is told at once."""

import frappe

from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.risk.matrix import forget_matrices
from complaint_qms.setup.seed import seed_alerts


def execute() -> None:
    for row in SEVERITIES:
        if frappe.db.get_value("Risk Severity", row["name"], "fmea_rating") == 0:
            writing.set_values("Risk Severity", row["name"], {"fmea_rating": row["fmea_rating"]}, "patch")
    forget_matrices()
    settings = frappe.get_single(SETTINGS)
    if settings.alerts or not settings.default_sop:
        return
    seed_alerts(settings)
    settings.flags.ignore_permissions = True
    settings.save()
