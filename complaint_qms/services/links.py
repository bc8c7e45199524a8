"""Records that hang on complaints, for one complaint or for many: one query a kind, whatever the number."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order

from complaint_qms.integrations.erpnext.drafted import drafted_documents
from complaint_qms.services.settlement.figures import lost_documents_of
from complaint_qms.services.values import values_of

Rows = list[dict[str, Any]]


def linked_facts(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """What the gates of complaints ask about other records, by the name of the complaint."""
    names = [doc.name for doc in docs]
    investigations, capas, settlements = investigations_of(names), capas_of(names), settlements_of(names)
    causes = _by_complaint("Root Cause", names, ["name"], status="verified")
    assessments = _by_complaint("Reportability Assessment", names, ["name", "status"])
    covering = values_of("Investigation", (doc.covered_by_investigation for doc in docs), "stage")
    originals = values_of("Complaint", (doc.duplicate_of for doc in docs), "stage")
    lost = lost_documents_of(names)
    open_documents: dict[str, Rows] = {}
    for row in drafted_documents([row["name"] for rows in settlements.values() for row in rows]):
        open_documents.setdefault(row.pop("settlement"), []).append(row)
    return {
        doc.name: {
            "investigations": investigations[doc.name],
            "covering_stage": covering.get(doc.covered_by_investigation),
            "original_stage": originals.get(doc.duplicate_of),
            "root_causes": len(causes[doc.name]),
            "assessments": assessments[doc.name],
            "settlements": settlements[doc.name],
            "open_documents": [
                document for row in settlements[doc.name] for document in open_documents.get(row["name"], ())
            ],
            "lost_documents": lost[doc.name],
            "capas": capas[doc.name],
        }
        for doc in docs
    }


def investigations_of(complaints: list[str]) -> dict[str, Rows]:
    """Investigations, void ones left out, that name a complaint or cover it in their table."""
    investigation = frappe.qb.DocType("Investigation")
    covered = frappe.qb.DocType("Investigation Complaint")
    rows = (
        frappe.qb.from_(investigation)
        .left_join(covered)
        .on((covered.parent == investigation.name) & covered.complaint.isin(complaints))
        .select(
            investigation.name,
            investigation.stage,
            investigation.title,
            investigation.investigator,
            investigation.complaint,
            covered.complaint.as_("covered"),
        )
        .distinct()
        .where(investigation.complaint.isin(complaints) | covered.complaint.isin(complaints))
        .where(investigation.stage != "void")
        .orderby(investigation.name, order=Order.asc)
    ).run(as_dict=True)
    found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in complaints}
    for row in rows:
        about = {row.pop("complaint"), row.pop("covered")}
        for complaint in about & found.keys():
            found[complaint][row["name"]] = row
    return {name: list(rows.values()) for name, rows in found.items()}


def capas_of(complaints: list[str]) -> dict[str, Rows]:
    """CAPAs, void ones left out, that name a complaint."""
    capa, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Complaint")
    rows = (
        frappe.qb.from_(capa)
        .inner_join(row)
        .on(row.parent == capa.name)
        .select(capa.name, capa.stage, capa.title, row.complaint)
        .distinct()
        .where(row.complaint.isin(complaints) & (capa.stage != "void"))
        .orderby(capa.name, order=Order.asc)
    ).run(as_dict=True)
    return _sorted_out(rows, complaints)


def settlements_of(complaints: list[str]) -> dict[str, Rows]:
    """Settlements that are not cancelled."""
    fields = ["name", "docstatus", "total_amount", "currency"]
    return _by_complaint("Complaint Settlement", complaints, fields, docstatus=("<", 2))


def _by_complaint(doctype: str, complaints: list[str], fields: list[str], **filters: Any) -> dict[str, Rows]:
    rows = frappe.get_all(
        doctype,
        filters={"complaint": ("in", complaints), **filters},
        fields=[*fields, "complaint"],
        order_by="name asc",
    )
    return _sorted_out(rows, complaints)


def _sorted_out(rows: Iterable[dict[str, Any]], complaints: list[str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {name: [] for name in complaints}
    for row in rows:
        found[row.pop("complaint")].append(row)
    return found
