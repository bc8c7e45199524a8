"""Where a lot came from and who holds it, over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.access_log.access_log import make_access_log

from complaint_qms.api.arguments import checked
from complaint_qms.services.trace.answer import genealogy_answer, holders_answer, picture_answer
from complaint_qms.services.trace.export import as_csv, as_pdf, asked_lines
from complaint_qms.services.trace.report import check_may_trace
from complaint_qms.services.trace.starts import COMPLAINT


@frappe.whitelist(methods=["GET", "POST"])
@checked
def genealogy(kind: str, name: str, way: str = "both", supplier: str = "") -> dict[str, Any]:
    """All lots that one came from and went into, as nodes and edges; all quantities in the items' stock units.

    Args:
        kind: "Complaint", "Batch", "Serial No", "Supplier Lot", "Work Order" or "Purchase Receipt".
        name: of that record; of a supplier's lot its number.
        way: "up", "down", "both", or "family" for everything made of the same components.
        supplier: narrows a supplier's lot.

    Returns:
        {starts, lots, edges, notes, not_shown (documents), is_cut}; see services.trace.answer.
    """
    check_may_trace()
    return genealogy_answer(kind, name, way, supplier)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def picture(kind: str, name: str, way: str = "both", supplier: str = "") -> dict[str, Any]:
    """A genealogy as nodes and edges to be drawn from left to right: suppliers' lots, receipts, batches, what made them, deliveries, customers.

    Args: as for `genealogy`.

    Returns:
        {nodes, edges, notes, not_shown (documents), is_cut}; see services.trace.picture.
    """
    check_may_trace()
    return picture_answer(kind, name, way, supplier)


@frappe.whitelist(methods=["POST"])
@checked
def picture_csv(kind: str, name: str, way: str = "both", supplier: str = "") -> None:
    """What the picture shows as a CSV file: what went where, and the quantities of each batch. Args: as for `genealogy`."""
    check_may_trace()
    _send(f"{name}.csv", as_csv(picture_answer(kind, name, way, supplier)), "download")


@frappe.whitelist(methods=["POST"])
@checked
def picture_pdf(kind: str, name: str, way: str = "both", supplier: str = "", drawing: str = "") -> None:
    """The same as PDF.

    Args:
        drawing: the picture itself, a PNG as a data address; without it the file has the tables alone.
    """
    check_may_trace()
    title = f"{_(kind)} {name}"
    picture = picture_answer(kind, name, way, supplier)
    _send(f"{name}.pdf", as_pdf(picture, title, drawing, asked_lines(kind, name, way, supplier)), "pdf")


@frappe.whitelist(methods=["GET", "POST"])
@checked
def holders(complaint: str, others: bool = True, way: str = "down") -> dict[str, Any]:
    """Customers who hold the batch that a complaint is about, or what it went into.

    Args:
        others: without the customer who complains.
        way: "down", or "family" for everything made of the same components.

    Returns:
        {holders: [{customer, label, lot, item_code, delivered, returned, held, uom, deliveries, date, email, phone, note}], notes, not_shown}
    """
    check_may_trace()
    frappe.get_doc(COMPLAINT, complaint).check_permission("read")
    return holders_answer(complaint, others=others, way=way)


def _send(filename: str, content: bytes, kind: str) -> None:
    make_access_log(file_type=filename.rsplit(".", 1)[-1].upper(), method="Genealogy")
    frappe.response.filename = filename.replace("/", "-")
    frappe.response.filecontent = content
    frappe.response.type = kind
