"""Complaints for the lists of work: many at once, as documents with the tables that gates and clocks read."""

from collections import defaultdict
from typing import Any

import frappe
from frappe.model.document import Document

_TABLES = {"checklist": "Complaint Checklist Item", "stage_log": "Complaint Stage Log"}


def documents_of(names: list[str]) -> list[Document]:
    """The complaints in the order of `names`; a query a table. Whether the user may read them is the caller's to ask."""
    if not names:
        return []
    tables: dict[str, dict[str, list]] = {field: defaultdict(list) for field in _TABLES}
    for field, doctype in _TABLES.items():
        rows = frappe.get_all(
            doctype,
            filters={"parent": ("in", names), "parenttype": "Complaint", "parentfield": field},
            fields=["*"],
            order_by="parent asc, idx asc",
        )
        for row in rows:
            tables[field][row.parent].append(row)
    rows = frappe.get_all("Complaint", filters={"name": ("in", names)}, fields=["*"], order_by="name asc")
    found = {
        row.name: frappe.get_doc(
            {"doctype": "Complaint", **row} | {field: tables[field][row.name] for field in _TABLES}
        )
        for row in rows
    }
    return [found[name] for name in names if name in found]


def readable(names: set[str | None]) -> dict[str, Document]:
    """Those of the complaints that the user may read, by name."""
    wanted = sorted(name for name in names if name)
    if not wanted or not frappe.has_permission("Complaint"):
        return {}
    allowed = frappe.get_list(
        "Complaint", filters={"name": ("in", wanted)}, pluck="name", order_by="name asc"
    )
    return {doc.name: doc for doc in documents_of(allowed)}


def about(doc: Document | None) -> dict[str, Any]:
    """What every row tells of its complaint."""
    if not doc:
        return {}
    return {
        "subject": doc.subject,
        "customer": doc.customer,
        "customer_name": doc.complainant_name,
        "product": doc.item_name or doc.item_code or doc.product_model,
    }
