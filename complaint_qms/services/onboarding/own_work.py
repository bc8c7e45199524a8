"""Whether a site has work of its own, which the demo would mix with: it trades through the company's books as people do."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _

from complaint_qms.services.record.language import comma_list

# What books write, and what is submitted before or beside it. One row is enough.
_SUBMITTED: Final = (
    "Quotation",
    "Sales Order",
    "Delivery Note",
    "Sales Invoice",
    "Material Request",
    "Request for Quotation",
    "Supplier Quotation",
    "Purchase Order",
    "Purchase Receipt",
    "Purchase Invoice",
    "Work Order",
)
_ENTERED: Final[dict[str, dict[str, int]]] = {
    "GL Entry": {"is_cancelled": 0},
    "Stock Ledger Entry": {"is_cancelled": 0},
    **{doctype: {"docstatus": 1} for doctype in _SUBMITTED},
}


class OwnWork(frappe.ValidationError):
    """The site has work of its own."""


def check_no_own_work() -> None:
    """Refuse a site that has complaints, entries or submitted documents of its own.

    Raises:
        OwnWork: naming what is there.
    """
    if has_own_complaints():
        frappe.throw(_("This site has complaints of its own. Use a site for trials."), OwnWork)
    if found := entered():
        frappe.throw(
            _(
                "This site has work of its own ({0}), and the demo buys, makes and sells in the same company. Use a site for trials."
            ).format(comma_list(map(_, found))),
            OwnWork,
        )


def has_own_complaints() -> bool:
    """Whether the site has a complaint that the demo did not make."""
    complaint, demo = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Complaint Demo Record")
    of_demo = frappe.qb.from_(demo).select(demo.document_name).where(demo.document_type == "Complaint")
    return bool(
        frappe.qb.from_(complaint).select(complaint.name).where(complaint.name.notin(of_demo)).limit(1).run()
    )


def entered() -> list[str]:
    """DocTypes of which the site holds something entered, in one query; no look at who made it."""
    query = frappe.qb
    columns = []
    for doctype, wanted in _ENTERED.items():
        table = query.DocType(doctype)
        ((field, value),) = wanted.items()
        columns.append(query.from_(table).select(1).where(table[field] == value).limit(1))
    row = query.select(*columns).run()[0]
    return [doctype for doctype, found in zip(_ENTERED, row, strict=True) if found]
