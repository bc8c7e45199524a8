"""Sites that kept their settings before the public page: with the limits that a new site has."""

import frappe

from complaint_qms.constants.settings import SETTINGS

FIELDS = ("page_most_files", "page_link_days")


def execute() -> None:
    kept, meta = frappe.db.get_singles_dict(SETTINGS), frappe.get_meta(SETTINGS)
    for field in FIELDS:
        if kept.get(field) is None:
            frappe.db.set_single_value(SETTINGS, field, int(meta.get_field(field).default))
