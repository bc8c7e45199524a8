"""What stands beside a complaint: its customer, its batch's other complaints, the records linked to it."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count

from complaint_qms.constants.settlement import SUBMITTABLE
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.integrations.erpnext.customer import customer_at_a_glance
from complaint_qms.services.intake.similar import similar_complaints
from complaint_qms.services.lifecycle.links import capas_of, investigations_of, settlements_of
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.reporting.access import permitted

_NEIGHBOUR = ("name", "subject", "stage", "severity", "received_at", "customer", "batch_no")
_MOST = 8


def context(doc: Document) -> dict[str, Any]:
    """Customer at a glance, neighbours by batch, item and customer, and linked records. Shows only what the user may
    read: each list goes through the user's own permissions."""
    return {
        **beside(doc),
        "linked": {
            "investigations": _readable("Investigation", investigations_of([doc.name])[doc.name]),
            "root_causes": _list(
                "Root Cause", {"complaint": doc.name}, ("name", "title", "status", "cause_type")
            ),
            "capas": _readable("CAPA", capas_of([doc.name])[doc.name]),
            "settlements": _readable("Complaint Settlement", settlements_of([doc.name])[doc.name]),
            "assessments": _list(
                "Reportability Assessment",
                {"complaint": doc.name},
                ("name", "jurisdiction", "status", "deadline"),
            ),
            "documents": _documents(doc),
        },
    }


def beside(doc: Document) -> dict[str, Any]:
    """The same without linked records: what can be said of a complaint that is not saved yet as well."""
    return {
        "customer": customer_at_a_glance(doc.customer, doc.company, permitted) if doc.customer else None,
        "past_complaints": _count({"customer": doc.customer}, doc) if doc.customer else None,
        "neighbours": {
            "batch": _neighbours({"batch_no": doc.batch_no}, doc) if doc.batch_no else [],
            "item": _neighbours({"item_code": doc.item_code}, doc) if doc.item_code else [],
            "customer": _neighbours({"customer": doc.customer}, doc) if doc.customer else [],
        },
        "similar": similar_complaints(doc),
    }


def _neighbours(filters: dict[str, Any], doc: Document) -> list[dict[str, Any]]:
    return frappe.get_list(
        "Complaint",
        filters=filters | {"name": ("!=", doc.name or ""), "stage": ("!=", "void")},
        fields=list(_NEIGHBOUR),
        order_by="received_at desc",
        limit=_MOST,
    )


def _count(filters: dict[str, Any], doc: Document) -> dict[str, int]:
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(complaint.stage, Count("*"))
        .where(complaint.name != (doc.name or ""))
    )
    for field, value in filters.items():
        query = query.where(complaint[field] == value)
    counts = dict(permitted(query).groupby(complaint.stage).run())
    return {"total": sum(counts.values()), "open": sum(counts.get(stage, 0) for stage in COMPLAINT_UNENDED)}


def _list(doctype: str, filters: dict[str, Any], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not frappe.has_permission(doctype, "read"):
        return []
    return frappe.get_list(doctype, filters=filters, fields=list(fields), order_by="name asc", limit=_MOST)


def _readable(doctype: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `rows` that the user's own list of them would hold."""
    open_to_user = readable(doctype, (row["name"] for row in rows))
    return [row for row in rows if row["name"] in open_to_user]


def _documents(doc: Document) -> list[dict[str, Any]]:
    rows = []
    for doctype in SUBMITTABLE:
        if not frappe.has_permission(doctype, "read"):
            continue
        for row in frappe.get_list(
            doctype,
            filters={"complaint": doc.name, "docstatus": ("<", 2)},
            fields=["name", "docstatus", "grand_total", "currency", "status"],
            order_by="name asc",
            limit=_MOST,
        ):
            rows.append({"doctype": doctype, **row})
    return rows
