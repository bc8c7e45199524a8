"""Management reviews and the view of whoever directs, over the wire."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.constants.review import DOCTYPE
from complaint_qms.services.review import document, making, overview, workbook


@frappe.whitelist(methods=["GET", "POST"])
@checked
def view(company: str, period: str = "", narrow: bool = False) -> dict[str, Any]:
    """Five numbers, findings, risk, cost, promises and the months to come, of what the caller may see; see services.review.overview.

    Args:
        company: empty for all that the caller may see.
        period: as the reports name it; the last 90 days without.
        narrow: whether the charts are for a narrow screen.
    """
    frappe.has_permission("Complaint", "read", throw=True)
    return overview.overview_of({"company": company, "period": period}, narrow)


@frappe.whitelist(methods=["POST"])
@checked
def take_figures(name: str) -> dict[str, Any]:
    """Count the figures of a draft again: {name, figures_at}."""
    doc = frappe.get_doc(DOCTYPE, name)
    doc.check_permission("write")
    making.take_anew(doc)
    return {"name": doc.name, "figures_at": doc.figures_at}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def pdf(name: str) -> None:
    """The document as PDF."""
    doc = frappe.get_doc(DOCTYPE, name)
    doc.check_permission("print")
    _send_file(document.pdf_name(doc), document.review_pdf(doc), "pdf")


@frappe.whitelist(methods=["GET", "POST"])
@checked
def tables(name: str) -> None:
    """Its tables as XLSX."""
    doc = frappe.get_doc(DOCTYPE, name)
    doc.check_permission("export")
    _send_file(f"{doc.name}.xlsx", workbook.review_workbook(doc), "binary")


def _send_file(name: str, content: bytes, kind: str) -> None:
    frappe.local.response.update({"filename": name, "filecontent": content, "type": kind})
