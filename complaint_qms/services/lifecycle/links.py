"""Records that hang on complaints, for one complaint or for many: one query a kind, whatever the number."""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext.drafted_documents import drafted_documents
from complaint_qms.services.lifecycle.settlement_state import lost_documents_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.row_locks import lock_rows

Rows = list[dict[str, Any]]
# Fact about the original of a merge → its field.
ORIGINAL = {
    "original_stage": "stage",
    "original_company": "company",
    "original_harm": "harm_level",
    "original_reportable": "reportable",
    "original_awareness": "awareness_date",
}


def linked_facts(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """What the gates of complaints ask about other records, by the name of the complaint."""
    names = [doc.name for doc in docs]
    investigations, capas, settlements = investigations_of(names), capas_of(names), settlements_of(names)
    cause, assessment = frappe.qb.DocType("Root Cause"), frappe.qb.DocType("Reportability Assessment")
    causes = _by_complaint(cause, names, ["name", "status"])
    assessments = _by_complaint(assessment, names, ["name", "status"])
    covering = values_of("Investigation", (doc.covered_by_investigation for doc in docs), "stage")
    originals = _originals({doc.duplicate_of for doc in docs if doc.duplicate_of})
    merged = merged_into(names)
    lost = lost_documents_of(names)
    open_documents: dict[str, Rows] = {}
    for row in drafted_documents([row["name"] for rows in settlements.values() for row in rows]):
        open_documents.setdefault(row.pop("settlement"), []).append(row)
    return {
        doc.name: {
            "investigations": investigations[doc.name],
            "covering_stage": covering.get(doc.covered_by_investigation),
            "merged_here": merged[doc.name],
            **originals.get(doc.duplicate_of, dict.fromkeys(ORIGINAL)),
            "root_causes": sum(row["status"] == "verified" for row in causes[doc.name]),
            "causes": [row["name"] for row in causes[doc.name]],
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


def merged_into(names: list[str]) -> dict[str, list[str]]:
    """Complaint → those that were merged into it, by name; one query."""
    complaint = frappe.qb.DocType("Complaint")
    rows = (
        frappe.qb.from_(complaint)
        .select(complaint.duplicate_of, complaint.name)
        .where(complaint.duplicate_of.isin(names) & (complaint.stage == "duplicate"))
        .orderby(complaint.name)
    ).run()
    found: dict[str, list[str]] = {name: [] for name in names}
    for original, name in rows:
        found[original].append(name)
    return found


def investigations_of(complaints: list[str]) -> dict[str, Rows]:
    """Investigations, void ones left out, that name a complaint or cover it in their table (`covers`: only there)."""
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
        own, covered = row.pop("complaint"), row.pop("covered")
        for complaint in {own, covered} & found.keys():
            found[complaint][row["name"]] = {**row, "covers": complaint != own}
    return {name: list(rows.values()) for name, rows in found.items()}


def complaints_about(
    investigation: str, stages: Iterable[str], fields: list[str], held: bool = False
) -> list[dict[str, Any]]:
    """Complaints at one of `stages` that an investigation is about, covers in its table or is named by as covering.

    Args:
        held: as they are this moment, locked until the transaction ends.
    """
    complaint = frappe.qb.DocType("Complaint")
    study, row = frappe.qb.DocType("Investigation"), frappe.qb.DocType("Investigation Complaint")
    own = frappe.qb.from_(study).select(study.complaint).where(study.name == investigation)
    table = frappe.qb.from_(row).select(row.complaint).where(row.parent == investigation)
    named = (
        (complaint.covered_by_investigation == investigation)
        | complaint.name.isin(own)
        | complaint.name.isin(table)
    )
    if held:
        names = frappe.qb.from_(complaint).select(complaint.name).where(named).run(pluck=True)
        covered = frappe.qb.from_(complaint).select(complaint.name)
        names += (
            covered.where(complaint.covered_by_investigation == investigation).for_update().run(pluck=True)
        )
        rows = lock_rows("Complaint", names, *fields, "stage").values()
        return [row for row in rows if row.stage in stages]
    return (
        frappe.qb.from_(complaint)
        .select(*(complaint[field] for field in fields))
        .where(named & complaint.stage.isin(list(stages)))
        .orderby(complaint.name, order=Order.asc)
    ).run(as_dict=True)


def facts_of_original(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the gates of a merge ask of the complaint that is to carry the case."""
    return {fact: row[field] for fact, field in ORIGINAL.items()}


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
    fields = ["name", "docstatus", "status", "rejection_reason", "total_amount", "currency"]
    settlement = frappe.qb.DocType("Complaint Settlement")
    return _by_complaint(settlement, complaints, fields, settlement.docstatus < 2)


def _originals(names: set[str]) -> dict[str, dict[str, Any]]:
    if not names:
        return {}
    complaint = frappe.qb.DocType("Complaint")
    rows = (
        frappe.qb.from_(complaint)
        .select(complaint.name, *(complaint[field] for field in ORIGINAL.values()))
        .where(complaint.name.isin(sorted(names)))
        .orderby(complaint.name)
        .run(as_dict=True)
    )
    return {row.name: facts_of_original(row) for row in rows}


def _by_complaint(
    record: Table, complaints: list[str], fields: list[str], wanted: Criterion | None = None
) -> dict[str, Rows]:
    named = record.complaint.isin(complaints)
    rows = (
        frappe.qb.from_(record)
        .select(*(record[field] for field in (*fields, "complaint")))
        .where(named & wanted if wanted else named)
        .orderby(record.name)
        .run(as_dict=True)
    )
    return _sorted_out(rows, complaints)


def _sorted_out(rows: Iterable[dict[str, Any]], complaints: list[str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {name: [] for name in complaints}
    for row in rows:
        found[row.pop("complaint")].append(row)
    return found
