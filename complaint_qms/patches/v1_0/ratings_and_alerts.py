"""Severities that came with the app get their FMEA rating, and the settings say who is told at once."""

import frappe

from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.risk.matrix import forget_matrices
from complaint_qms.setup.seed import seed_alerts


def execute() -> None:
    unrated = frappe.get_all("Risk Severity", {"fmea_rating": 0}, pluck="name", order_by="name asc")
    ratings = {row["name"]: {"fmea_rating": row["fmea_rating"]} for row in SEVERITIES}
    writing.set_many("Risk Severity", {name: ratings[name] for name in unrated if name in ratings}, "patch")
    forget_matrices()
    _add_alerts()


def _add_alerts() -> None:
    """The rows alone: a save would check settings that have nothing to do with them, and stop for any that is wrong."""
    settings = frappe.get_single(SETTINGS)
    if settings.alerts:
        return
    seed_alerts(settings)
    severities = set(frappe.get_all("Risk Severity", pluck="name", order_by="name asc"))
    for row in settings.alerts:
        # The site may have taken away a level that came with the app.
        row.severity = row.severity if row.severity in severities else None
        if row.severity or row.harm_level:
            writing.insert_row(row, "patch")
    writing.drop_cached(SETTINGS, [SETTINGS])
