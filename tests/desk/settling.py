"""Builds complaints and settlements for the tests of settling."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from tests.desk import factory

PROPOSER = ("Complaint Agent",)
APPROVER = ("Complaint Manager",)


def complaint_on(sale: Document, **values: object) -> Document:
    """A complaint of the customer of an invoice or delivery note."""
    field = "sales_invoice" if sale.doctype == "Sales Invoice" else "delivery_note"
    data = {
        "subject": "Cracked housing",
        "company": sale.company,
        "customer": sale.customer,
        field: sale.name,
    }
    return factory.complaint(**data | values)


def proposal(complaint: Document, sale: Document, *lines: dict, **values: object) -> Document:
    """An unsaved settlement with `lines` on `sale`."""
    field = "sales_invoice" if sale.doctype == "Sales Invoice" else "delivery_note"
    return frappe.get_doc(
        {
            "doctype": "Complaint Settlement",
            "complaint": complaint.name,
            "customer": sale.customer,
            "company": sale.company,
            "currency": sale.currency,
            "reason": "Agreed by phone.",
            field: sale.name,
            "lines": [{"remedy": "credit", **line} for line in lines],
            **values,
        }
    )


def proposed(sale: Document, *lines: dict, **values: object) -> Document:
    """A saved settlement with a complaint of its own, proposed by the agent."""
    complaint = complaint_on(sale)
    with acting_as(*PROPOSER):
        return proposal(complaint, sale, *lines, **values).insert()


def submitted(sale: Document, *lines: dict, **values: object) -> Document:
    """A settlement proposed by the agent and submitted by the manager."""
    doc = proposed(sale, *lines, **values)
    return approve(doc)


def approve(doc: Document, *roles: str) -> Document:
    """Submit as a user with `roles` (the manager's when none are given) and read the settlement again."""
    with acting_as(*(roles or APPROVER)):
        frappe.get_doc(doc.doctype, doc.name).submit()
    return doc.reload()


class acting_as:
    """Run as a user with exactly these roles, then as the one from before."""

    def __init__(self, *roles: str) -> None:
        self.user = factory.user(*roles)

    def __enter__(self) -> str:
        self.before = frappe.session.user
        frappe.set_user(self.user)
        return self.user

    def __exit__(self, *_exc: object) -> None:
        frappe.set_user(self.before)


def documents(settlement: Document) -> dict[str, Document]:
    """Drafted documents by purpose (one of each)."""
    return {row.purpose: frappe.get_doc(row.document_type, row.document_name) for row in settlement.documents}


def figures(complaint: str) -> tuple[str, float]:
    """(settlement_status, settled_amount) as stored."""
    return tuple(frappe.db.get_value("Complaint", complaint, ["settlement_status", "settled_amount"]))


def states(settlement: Document) -> dict[str, str]:
    """Where each drafted document stands, by purpose."""
    return {row.purpose: row.document_status for row in settlement.reload().documents}


def comments(complaint: str) -> list[str]:
    """What the system noted on a complaint, oldest first."""
    about = {"reference_doctype": "Complaint", "reference_name": complaint, "comment_type": "Info"}
    return frappe.get_all("Comment", about, pluck="content", order_by="creation")


def expense_account() -> str:
    """An account of the company that goodwill or a discount is booked on."""
    found = {"company": factory.company(), "root_type": "Expense", "is_group": 0}
    return frappe.get_all("Account", found, pluck="name", order_by="name", limit=1)[0]
