"""Rows that the framework keeps about our records and does not remove with their DocTypes."""

from pathlib import Path

import frappe

from complaint_qms.constants.about_records import ABOUT_RECORDS
from complaint_qms.constants.onboarding import STEPS
from complaint_qms.constants.records import SERIES
from complaint_qms.services.record.framework_remarks import delete_remarks

MODULE = "Complaint QMS"
APP = "complaint_qms"

# Rows about a DocType as a whole, beside those about its records → field that names it
_ABOUT = {kind: fields[0] for kind, fields in ABOUT_RECORDS.items()} | {
    "Assignment Rule": "document_type",
    "Auto Repeat": "reference_doctype",
    "Notification": "document_type",
    "Communication Link": "link_doctype",
    "Dynamic Link": "link_doctype",
    "User Permission": "allow",
    "List Filter": "reference_doctype",
    "List View Settings": "name",
    "Calendar View": "reference_doctype",
    "Data Import": "reference_doctype",
    "Milestone Tracker": "document_type",
    "Dashboard Chart": "document_type",
    "Number Card": "document_type",
    "Custom Field": "dt",
    "Property Setter": "doc_type",
    "Custom DocPerm": "parent",
    "Client Script": "dt",
    "Server Script": "reference_doctype",
    "Webhook": "webhook_doctype",
    "Print Format": "doc_type",
    "Document Naming Rule": "document_type",
    "Permission Log": "for_doctype",
    "__UserSettings": "doctype",
    "__Auth": "doctype",
}


def our_doctypes() -> list[str]:
    """Names of every DocType of the app, child tables included."""
    return frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name")


def remove_leftovers(doctypes: list[str]) -> None:
    """Delete what other tables still hold about `doctypes`."""
    if not doctypes:
        return
    remove_files(doctypes)
    _remove_by_way_of("Auto Email Report", "report", "Report", {"ref_doctype": ("in", doctypes)})
    _remove_by_way_of(
        "Data Import Log", "data_import", "Data Import", {"reference_doctype": ("in", doctypes)}
    )
    for doctype, field in _ABOUT.items():
        table = doctype if doctype.startswith("__") else f"tab{doctype}"
        if not frappe.db.sql("SHOW TABLES LIKE %s", (table,)):
            continue
        if not doctype.startswith("__"):
            _remove_tables_of(doctype, {field: ("in", doctypes)})
            delete_remarks(doctype, {field: ("in", doctypes)})
        frappe.db.delete(doctype, {field: ("in", doctypes)})
    _remove_settings(doctypes)
    _remove_rows_in_tables_of_others(doctypes)
    _remove_jobs()
    _remove_patches()
    _remove_blocks()
    _remove_onboarding()
    remove_from_start()
    _unlink_communications(doctypes)
    _remove_series()


def remove_files(doctypes: list[str]) -> None:
    """Delete the files attached to records of `doctypes`, and what they hold on the disk once that is committed.

    A file that a record of somebody else is attached to as well stays on the disk for it.
    """
    attached = {"attached_to_doctype": ("in", doctypes), "is_folder": 0}
    names = frappe.get_all("File", attached, pluck="name", order_by="name asc")
    if not names:
        return
    files = [frappe.get_doc("File", name) for name in names]
    delete_remarks("File", {"name": ("in", names)})
    frappe.db.delete("File", {"name": ("in", names)})
    urls = {file.file_url for file in files if file.file_url}
    kept = set(frappe.get_all("File", {"file_url": ("in", urls)}, pluck="file_url", order_by="file_url asc"))
    for file in files:
        # An address elsewhere is no file of this site.
        if file.file_url not in kept and not file.is_remote_file:
            frappe.db.after_commit.add(file.delete_file_data_content)


def remove_screens() -> None:
    """Reports and pages with the roles that a site gave them, before the framework takes them away itself.

    It would leave those roles, and on 16 a log of each screen's change of rights.
    """
    for doctype, field in (("Report", "report"), ("Page", "page")):
        _remove_by_way_of("Custom Role", field, doctype, {"module": MODULE})
        names = frappe.get_all(doctype, {"module": MODULE}, pluck="name", order_by="name asc")
        for name in names:
            frappe.delete_doc(doctype, name, ignore_on_trash=True, force=True)
        if names and frappe.db.exists("DocType", "Permission Log"):
            frappe.db.delete("Permission Log", {"for_doctype": doctype, "for_document": ("in", names)})


def remove_from_start() -> None:
    """Icons and the sidebar by which Frappe 16 leads to the app: it looks for them under another name."""
    for doctype in ("Desktop Icon", "Workspace Sidebar"):
        if frappe.db.exists("DocType", doctype) and frappe.get_meta(doctype).has_field("app"):
            _remove_tables_of(doctype, {"app": APP})
            frappe.db.delete(doctype, {"app": APP})


def _remove_by_way_of(doctype: str, field: str, between: str, filters: dict[str, tuple]) -> None:
    """Rows of `doctype` that name, in `field`, one of the records of `between` that are about ours."""
    names = frappe.get_all(between, filters, pluck="name", order_by="name asc")
    if names:
        filters = {field: ("in", names)}
        _remove_tables_of(doctype, filters)
        frappe.db.delete(doctype, filters)


def _remove_tables_of(doctype: str, filters: dict[str, tuple]) -> None:
    """Rows of the tables of records that are about to go: receivers of a mail, conditions of a rule."""
    tables = frappe.get_meta(doctype).get_table_fields()
    names = frappe.get_all(doctype, filters, pluck="name", order_by="name asc") if tables else []
    for table in tables if names else ():
        frappe.db.delete(table.options, {"parenttype": doctype, "parent": ("in", names)})


def _remove_settings(doctypes: list[str]) -> None:
    # Deleting a single DocType leaves its values.
    frappe.db.delete("Singles", {"doctype": ("in", doctypes)})


def _remove_rows_in_tables_of_others(doctypes: list[str]) -> None:
    """Rows of child tables that belong to ERPNext (working hours are its Service Day) under our records."""
    tables = frappe.get_all(
        "DocField",
        filters={"parent": ("in", doctypes), "fieldtype": ("in", frappe.model.table_fields)},
        pluck="options",
        order_by="options",
    )
    for table in set(tables) - set(doctypes):
        frappe.db.delete(table, {"parenttype": ("in", doctypes)})


def _remove_jobs() -> None:
    methods = ("like", "complaint_qms.%")
    jobs = frappe.get_all("Scheduled Job Type", {"method": methods}, pluck="name", order_by="name")
    if jobs:
        frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ("in", jobs)})
        frappe.db.delete("Scheduled Job Type", {"name": ("in", jobs)})


def _remove_patches() -> None:
    """The framework remembers which patches ran, and that would outlive us."""
    frappe.db.delete("Patch Log", {"patch": ("like", f"{frappe.scrub(MODULE)}.%")})


def _remove_blocks() -> None:
    """Custom HTML Blocks that came with the app's dashboards: they name no module, so the framework keeps them."""
    shipped = Path(frappe.get_module_path(MODULE)) / f"{frappe.scrub(MODULE)}_dashboard"
    for file in shipped.glob("*/*.json"):
        record = frappe.parse_json(file.read_text("utf-8"))
        if record["doctype"] == "Custom HTML Block":
            frappe.delete_doc(record["doctype"], record["name"], force=True, ignore_missing=True)


def _remove_onboarding() -> None:
    """Steps of the module onboarding: they name no module, so the framework keeps them."""
    frappe.db.delete("Onboarding Step", {"name": ("in", STEPS)})


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
    for prefix in SERIES:  # the year in a prefix is part of the key
        frappe.qb.from_(series).delete().where(series.name.regexp(f"^{prefix}[0-9]{{4}}-$")).run()
