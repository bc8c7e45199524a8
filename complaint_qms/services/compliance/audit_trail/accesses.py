"""Entries of what happens without a change of a record: exports, refusals, sign-ins that failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import frappe

from complaint_qms.constants import audit
from complaint_qms.constants.records import DOCTYPES, QUALITY_RECORDS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.record.scalars import is_storable

LIST: Final = "frappe.desk.reportview.export_query"
REPORT: Final = "frappe.desk.query_report.export_query"
PREPARED: Final = "frappe.core.doctype.prepared_report.prepared_report.download_attachment"
DATA_EXPORT: Final = "frappe.core.doctype.data_export.exporter.export_data"
TEMPLATE: Final = "frappe.core.doctype.data_import.data_import.download_template"
EXPORTS: Final = frozenset((LIST, REPORT, PREPARED, DATA_EXPORT, TEMPLATE))
"""The framework's doors by which many records leave the site as a file."""
_PATH: Final = re.compile(r"^/api/(?:v1/|v2/)?(?:resource|document)/([^/]+)/([^/]+)")
_LONGEST: Final = 2000
"""Signs of filters that are kept."""
_NAMES: Final = (("doctype", "name"), ("doctype", "docname"), ("dt", "dn"), ("reference_doctype", "reference_name"))  # fmt: skip


def exported(door: str, form: Mapping[str, Any]) -> bool:
    """Tell of a file with records of the app that a door of `EXPORTS` gave out; whether it was one."""
    if door in (REPORT, PREPARED):
        report = form.get("report_name") if door == REPORT else _report_of(form.get("dn"))
        if _text(report) and frappe.db.get_value("Report", report, "ref_doctype") in DOCTYPES:
            _tell_export(audit.REPORT, report, form, "file_format_type", "filters")
            return True
        return False
    doctype = _doctype(form.get("doctype"))
    if doctype not in DOCTYPES or _is_empty_form(door, form):
        return False
    filters = "export_filters" if door == TEMPLATE else "filters"
    _tell_export(doctype, "", form, "file_format_type" if door == LIST else "file_type", filters)
    return True


def mailed_report(report: str, file_format: str) -> None:
    """A report about records of the app was made to be mailed."""
    _tell_export(audit.REPORT, report, {"format": file_format}, "format", "")
    frappe.local.flags.commit = True  # by hand it is asked for by a request that stores nothing else


def exported_index(filters: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """An index of complaints was made; `made`: {complaints, pages, sha256_of_pdf, sha256 of the archive or empty}. Filters may name persons."""
    apart = Apart()
    asked = apart.hide(frappe.as_json(dict(filters), indent=None)[:_LONGEST])
    told = {"export": {"format": "PDF", "filters": asked}, "index": dict(made)}
    write_entries([NewEntry(audit.EXPORT, "Complaint", "", told, apart)])


def refused(door: str, doctype: Any, name: Any) -> bool:
    """Tell of something that a user was not allowed to do with a quality record; whether there is such a record."""
    if not (
        _text(doctype) and doctype in QUALITY_RECORDS and _text(name) and frappe.db.exists(doctype, name)
    ):
        return False
    write_entries([NewEntry(audit.REFUSED, doctype, name, {"door": door[:140]}, Apart())])
    return True


def asked_for(form: Mapping[str, Any], path: str) -> tuple[Any, Any]:
    """DocType and name of the record that a request names by its address or its parameters; None of both where it names none."""
    if found := _PATH.match(path):
        return found.groups()
    sent = form.get("doc")
    if isinstance(sent, str) and is_storable(sent):
        try:
            sent = frappe.parse_json(sent)
        except (ValueError, RecursionError):
            sent = None
    for given in (sent, form):
        if isinstance(given, Mapping):
            for doctype, name in _NAMES:
                if given.get(doctype) and given.get(name):
                    return given[doctype], given[name]
    return None, None


def sign_in_failed(user: str) -> None:
    """Somebody gave a wrong password for an account of the site. What was typed for no account may be anything, a password too."""
    if _text(user) and frappe.db.exists("User", user):
        write_entries([NewEntry(audit.SIGN_IN, "User", user, {}, Apart())])


def _tell_export(doctype: str, name: str, form: Mapping[str, Any], file_format: str, filters: str) -> None:
    apart = Apart()
    told: dict[str, Any] = {"format": str(form.get(file_format) or "CSV")[:20]}
    asked = form.get(filters)
    if asked and asked not in ("{}", "[]"):
        # Filters may name persons.
        told["filters"] = apart.hide((asked if isinstance(asked, str) else frappe.as_json(asked, indent=None))[:_LONGEST])  # fmt: skip
    write_entries([NewEntry(audit.EXPORT, doctype, name, {"export": told}, apart)])


def _report_of(prepared: Any) -> Any:
    return frappe.db.get_value("Prepared Report", prepared, "report_name") if _text(prepared) else None


def _is_empty_form(door: str, form: Mapping[str, Any]) -> bool:
    """Whether only the columns leave the site, to be filled in."""
    if door == TEMPLATE:
        return form.get("export_records") == "blank_template"
    return door == DATA_EXPORT and _is_set(form.get("template")) and not _is_set(form.get("with_data"))


def _is_set(given: Any) -> bool:
    return str(given or "0").lower() not in ("0", "false")


def _doctype(given: Any) -> str:
    """The first of those that are named: the others are its tables."""
    if isinstance(given, str) and given.startswith("[") and is_storable(given):
        try:
            given = frappe.parse_json(given)
        except (ValueError, RecursionError):
            return ""
    if isinstance(given, list) and given:
        given = given[0]
    return given if _text(given) else ""


def _text(given: Any) -> bool:
    return isinstance(given, str) and bool(given) and is_storable(given)
