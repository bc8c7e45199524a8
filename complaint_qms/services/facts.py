"""Collects what the gates ask about a record: its fields and the records linked to it, one query a kind."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import getdate

from complaint_qms.integrations.erpnext.documents import drafted_documents


def facts_of(doc: Document) -> dict[str, Any]:
    """Facts of `doc` as the gates of its DocType want them (see complaint_qms.engine.sop)."""
    return {
        "Complaint": _complaint,
        "Investigation": _investigation,
        "CAPA": _capa,
        "Root Cause": _root_cause,
    }[doc.doctype](doc)


def investigations_of(complaint: str) -> list[dict[str, Any]]:
    """Investigations, void ones left out, that name the complaint or cover it in their table."""
    investigation = frappe.qb.DocType("Investigation")
    covered = frappe.qb.DocType("Investigation Complaint")
    return (
        frappe.qb.from_(investigation)
        .left_join(covered)
        .on((covered.parent == investigation.name) & (covered.complaint == complaint))
        .select(investigation.name, investigation.stage, investigation.title, investigation.investigator)
        .distinct()
        .where((investigation.complaint == complaint) | (covered.complaint == complaint))
        .where(investigation.stage != "void")
        .orderby(investigation.name, order=Order.asc)
    ).run(as_dict=True)


def capas_of(complaint: str) -> list[dict[str, Any]]:
    """CAPAs, void ones left out, that name the complaint."""
    capa, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Complaint")
    return (
        frappe.qb.from_(capa)
        .inner_join(row)
        .on(row.parent == capa.name)
        .select(capa.name, capa.stage, capa.title)
        .distinct()
        .where((row.complaint == complaint) & (capa.stage != "void"))
        .orderby(capa.name, order=Order.asc)
    ).run(as_dict=True)


def settlements_of(complaint: str) -> list[dict[str, Any]]:
    """Settlements of the complaint that are not cancelled."""
    return frappe.get_all(
        "Complaint Settlement",
        filters={"complaint": complaint, "docstatus": ("<", 2)},
        fields=["name", "docstatus", "total_amount", "currency"],
        order_by="name asc",
    )


def _complaint(doc: Document) -> dict[str, Any]:
    facts = _base(doc)
    if doc.is_new():
        return facts
    causes = frappe.get_all(
        "Root Cause", filters={"complaint": doc.name, "status": "verified"}, pluck="name", order_by="name asc"
    )
    settlements = settlements_of(doc.name)
    facts.update(
        {
            "investigations": investigations_of(doc.name),
            "covering_stage": _value("Investigation", doc.covered_by_investigation, "stage"),
            "original_stage": _value("Complaint", doc.duplicate_of, "stage"),
            "root_causes": len(causes),
            "assessments": frappe.get_all(
                "Reportability Assessment",
                filters={"complaint": doc.name},
                fields=["name", "status"],
                order_by="name asc",
            ),
            "settlements": settlements,
            "open_documents": drafted_documents([row["name"] for row in settlements]),
            "capas": capas_of(doc.name),
            "checklist": [row.as_dict() for row in doc.checklist],
            "review_submitted_by": _last_step_by(doc, "review"),
        }
    )
    return facts


def _investigation(doc: Document) -> dict[str, Any]:
    facts = _base(doc)
    facts["root_causes"] = [] if doc.is_new() else _causes(doc.name)
    return facts


def _causes(investigation: str) -> list[dict[str, Any]]:
    return frappe.get_all(
        "Root Cause",
        filters={"investigation": investigation, "status": ("!=", "rejected")},
        fields=["name", "status"],
        order_by="name asc",
    )


def _capa(doc: Document) -> dict[str, Any]:
    facts = _base(doc)
    names = [row.root_cause for row in doc.root_causes]
    status = dict(
        frappe.get_all(
            "Root Cause",
            filters={"name": ("in", names)},
            fields=["name", "status"],
            as_list=True,
            order_by="name asc",
        )
        if names
        else ()
    )
    facts["root_causes"] = [{"root_cause": name, "status": status.get(name)} for name in names]
    facts["actions"] = [row.as_dict() for row in doc.actions]
    facts["window_end"] = getdate(doc.window_end) if doc.window_end else None
    facts["today"] = getdate()
    return facts


def _root_cause(doc: Document) -> dict[str, Any]:
    facts = _base(doc)
    facts["whys"], facts["factors"] = list(doc.whys), list(doc.factors)
    return facts


def _base(doc: Document) -> dict[str, Any]:
    facts = doc.get_valid_dict(ignore_virtual=True)
    before = doc.get_doc_before_save()
    # The gates ask from where the record comes, which is what is stored, not what was sent.
    facts["stage"] = before.get("stage") if before else doc.get("stage")
    facts["user"] = frappe.session.user
    return facts


def _last_step_by(doc: Document, stage: str) -> str | None:
    entries = [row for row in doc.stage_log if row.stage == stage]
    return entries[-1].entered_by if entries else None


def _value(doctype: str, name: str | None, field: str) -> Any:
    return frappe.db.get_value(doctype, name, field) if name else None
