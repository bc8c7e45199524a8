"""Reports to authorities over the wire: drafted, completed, reviewed, submitted, and fetched as files."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.services.evidence import capture, protection
from complaint_qms.services.record.input_validation import read_day, refuse
from complaint_qms.services.reportability import regulatory_reports, report_files

_FILES = {"json": report_files.as_report_json, "xml": report_files.as_report_xml}


@frappe.whitelist(methods=["POST"])
@checked
def draft(assessment: str, kind: str) -> str:
    """Begin a report about an assessment, filled from the record; its name."""
    frappe.has_permission(REPORT, "create", throw=True)
    return regulatory_reports.draft_report(assessment, kind).name


@frappe.whitelist(methods=["POST"])
@checked
def enter(name: str, element: str, value: str) -> dict[str, Any]:
    """Enter one element of a draft; empty takes over what the record says again. How the report stands then."""
    _report(name, "write")
    return regulatory_reports.shown_report(regulatory_reports.enter_element(name, element, value))


@frappe.whitelist(methods=["POST"])
@checked
def fill(name: str) -> dict[str, Any]:
    """Take over what the record says by now; what was entered by hand stays."""
    _report(name, "write")
    return regulatory_reports.shown_report(regulatory_reports.fill_again(name))


@frappe.whitelist(methods=["POST"])
@checked
def review(name: str) -> str:
    """Find a draft complete and right, as somebody else than who wrote it. Its status then."""
    _report(name, "read")
    return regulatory_reports.review_report(name).status


@frappe.whitelist(methods=["POST"])
@checked
def send_back(name: str) -> str:
    """Make a reviewed report a draft again. Its status then."""
    _report(name, "read")
    return regulatory_reports.send_report_back(name).status


@frappe.whitelist(methods=["POST"])
@checked
def submit(name: str, submitted_on: str, reference: str, receipt: str = "") -> str:
    """Keep that a reviewed report was sent: its day, the authority's reference, and the file with its receipt. Its status then."""
    _report(name, "write")
    day = read_day(_("Submitted On"), submitted_on)
    if not day:
        refuse(_("Submitted On: enter when the report was sent."))
    if receipt:
        protection.refuse_address(frappe.get_doc({"doctype": "File", "file_url": receipt}))
        receipt = next(iter(capture.attach([(receipt, REPORT, name)]).values())).file_url
    return regulatory_reports.submit_report(name, day, reference, receipt).status


@frappe.whitelist(methods=["GET", "POST"])
@checked
def download(name: str, kind: str = "json") -> None:
    """The report as a file, json or xml, to be submitted by hand."""
    doc = _report(name, "read")
    if kind not in _FILES:
        refuse(_("A report is fetched as json or xml."))
    content = _FILES[kind](doc)
    frappe.local.response.update(
        {"filename": f"{doc.name}.{kind}", "filecontent": content.encode(), "type": "download"}
    )


def _report(name: str, permission: str) -> Document:
    doc = frappe.get_doc(REPORT, name)
    doc.check_permission(permission)
    return doc
