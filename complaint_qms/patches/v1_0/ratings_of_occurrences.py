"""Occurrences that came with the app, and have their rates still, get their FMEA rating; open complaints are rated anew by it."""

import frappe

from complaint_qms.constants.risk import OCCURRENCES
from complaint_qms.services import writing
from complaint_qms.services.risk.matrix import forget_matrices
from complaint_qms.services.risk.priority import rate_open


def execute() -> None:
    shipped = {row["name"]: row for row in OCCURRENCES}
    unrated = frappe.get_all(
        "Risk Occurrence", {"fmea_rating": 0}, ["name", "rate_from", "rate_to"], order_by="name asc"
    )
    ratings = {
        row.name: {"fmea_rating": shipped[row.name]["fmea_rating"]}
        for row in unrated
        if row.name in shipped and all(row[end] == shipped[row.name][end] for end in ("rate_from", "rate_to"))
    }
    writing.set_many("Risk Occurrence", ratings, "patch")
    forget_matrices()
    rate_open()
