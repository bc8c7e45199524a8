"""Which columns the lists of the app's records show, and in what order: made once, from then on the site's (List Settings)."""

import json

import frappe

from complaint_qms.constants.list_columns import COLUMNS, FIXED


def make_list_views() -> None:
    """Settings of lists that have none yet. Frappe takes fewer columns on small screens unless a number is set."""
    for doctype, fields in COLUMNS.items():
        if frappe.db.exists("List View Settings", doctype):
            continue
        meta = frappe.get_meta(doctype)
        named = [{"label": "Status", "fieldname": "status_field"}]
        named += [{"label": meta.get_label(field), "fieldname": field} for field in fields]
        settings = frappe.new_doc("List View Settings")
        settings.update({"fields": json.dumps(named), "total_fields": str(len(fields) + FIXED)})
        settings.name = doctype
        settings.insert(ignore_permissions=True)
