"""Events of Transaction Deletion Record: what sweeps out a company's transactions leaves its quality records alone."""

import frappe
from frappe.model.document import Document


def before_submit(doc: Document, method: str | None = None) -> None:
    """Put back those of the app's DocTypes that somebody took off the list of excluded ones.

    ERPNext fills that list from the hook `company_data_to_be_ignored` only while it is empty, and lets a user shorten it.
    """
    kept = frappe.get_hooks("company_data_to_be_ignored", app_name="complaint_qms")
    excluded = {row.doctype_name for row in doc.doctypes_to_be_ignored}
    for name in kept:
        if name not in excluded:
            doc.append("doctypes_to_be_ignored", {"doctype_name": name})
    if doc.meta.has_field("doctypes_to_delete"):
        # From ERPNext 16 on, what is deleted has a list of its own.
        wanted = [row for row in doc.doctypes_to_delete if row.doctype_name not in kept]
        doc.set("doctypes_to_delete", wanted)
