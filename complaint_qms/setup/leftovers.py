"""Rows that the framework keeps about our records and does not remove with their DocTypes."""

import frappe

MODULE = "Complaint QMS"

# DocType → (field that names the DocType of the record the row is about)
_ABOUT = {
    "Comment": "reference_doctype",
    "Version": "ref_doctype",
    "ToDo": "reference_type",
    "File": "attached_to_doctype",
    "DocShare": "share_doctype",
    "Document Follow": "ref_doctype",
    "Notification Log": "document_type",
    "Tag Link": "document_type",
    "View Log": "reference_doctype",
    "Activity Log": "reference_doctype",
    "Energy Point Log": "reference_doctype",
    "Assignment Rule": "document_type",
    "Auto Repeat": "reference_doctype",
    "Notification": "document_type",
    "Email Queue": "reference_doctype",
    "Communication Link": "link_doctype",
    "Dynamic Link": "link_doctype",
    "User Permission": "allow",
    "List Filter": "reference_doctype",
    "List View Settings": "name",
    "Kanban Board": "reference_doctype",
    "Calendar View": "reference_doctype",
    "Data Import": "reference_doctype",
    "Custom Field": "dt",
    "Property Setter": "doc_type",
    "Custom DocPerm": "parent",
    "Client Script": "dt",
    "Server Script": "reference_doctype",
    "Webhook": "webhook_doctype",
    "Print Format": "doc_type",
    "Deleted Document": "deleted_doctype",
    "Document Naming Rule": "document_type",
    "__global_search": "doctype",
    "__UserSettings": "doctype",
}
# Series of our numbers; the year in a prefix is part of the key.
_SERIES = ("CMP-", "CIV-", "CRC-", "CAPA-", "CST-", "CRA-")


def our_doctypes() -> list[str]:
    """Names of every DocType of the app, child tables included."""
    return frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name")


def remove_leftovers(doctypes: list[str]) -> None:
    """Delete what other tables still hold about `doctypes`."""
    if not doctypes:
        return
    for doctype, field in _ABOUT.items():
        table = doctype if doctype.startswith("__") else f"tab{doctype}"
        if not frappe.db.sql("SHOW TABLES LIKE %s", (table,)):
            continue
        frappe.db.delete(doctype, {field: ("in", doctypes)})
    _unlink_communications(doctypes)
    _remove_series()


def _unlink_communications(doctypes: list[str]) -> None:
    # A mail belongs to its sender and receiver as well: it stays, without the link.
    communication = frappe.qb.DocType("Communication")
    (
        frappe.qb.update(communication)
        .set(communication.reference_doctype, None)
        .set(communication.reference_name, None)
        .where(communication.reference_doctype.isin(doctypes))
    ).run()


def _remove_series() -> None:
    # Only counters in exactly our form: another app may well number with the same first letters.
    series = frappe.qb.Table("tabSeries")
    for prefix in _SERIES:
        frappe.qb.from_(series).delete().where(series.name.regexp(f"^{prefix}[0-9]{{4}}-$")).run()
