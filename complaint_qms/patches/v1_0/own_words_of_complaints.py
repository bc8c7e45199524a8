"""New complaints are read anew: our own words below the customer's no longer count, and paragraphs are told apart."""

import frappe

from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.services import writing
from complaint_qms.services.intake.learned_proposals import FIELD


def execute() -> None:
    read = {"stage": ("in", COMPLAINT_EARLY), FIELD: ("is", "set")}
    names = frappe.get_all("Complaint", read, pluck="name", order_by="name asc")
    writing.set_where("Complaint", names, {FIELD: None}, "patch")
