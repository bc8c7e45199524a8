"""What waits for a person's word without a workflow: root causes, reportability, settlements to approve."""

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles, work
from complaint_qms.constants.contributing import FIELD
from complaint_qms.constants.settlement import REJECTED
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.services.compliance import contributors
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.settlement.approval_limits import granted_before, limit_of, refusal
from complaint_qms.services.work.loading import Found, about, complaints_of, documents_of
from complaint_qms.services.work.timing import Viewer, clock_of, date_of


def cause_work(viewer: Viewer) -> Found:
    """Root causes that the viewer is finding, and those of others that are ready for the viewer to verify."""
    if not frappe.has_permission("Root Cause"):
        return [], False
    judges = viewer.roles & set(source_defaults.REVIEWERS)
    names = frappe.get_list(
        "Root Cause",
        filters={"status": "draft"}
        if judges
        else {"status": "draft", "analyst": ("in", viewer.stands_for())},
        pluck="name",
        order_by="creation asc, name asc",
        limit=work.MOST + 1,
    )
    docs = documents_of("Root Cause", names[: work.MOST])
    due = values_of("Investigation", (doc.investigation for doc in docs), "due_date")
    rows = [_cause(doc, bool(judges), viewer) for doc in docs]
    return [
        row | {"time": date_of(due.get(doc.investigation), doc.creation, viewer.today)}
        for doc, row in zip(docs, rows, strict=True)
        if row
    ], len(names) > work.MOST


def assessment_work(viewer: Viewer) -> Found:
    """Events on which Regulatory Affairs has to decide, by the authority's deadline."""
    if roles.REGULATORY not in viewer.roles or not frappe.has_permission("Reportability Assessment"):
        return [], False
    rows = frappe.get_list(
        "Reportability Assessment",
        filters={"status": "open"},
        # Those that somebody else answers for come to everybody once their deadline has passed.
        or_filters=[
            ["assessor", "in", viewer.stands_for(roles.REGULATORY)],
            ["assessor", "is", "not set"],
            ["deadline", "<", viewer.today],
        ],
        fields=["name", "complaint", "jurisdiction", "awareness_date", "deadline"],
        order_by="deadline asc, name asc",
        limit=work.MOST + 1,
    )
    complaints = complaints_of({row.complaint for row in rows})
    return [
        {
            "kind": work.ASSESSMENT,
            "doctype": "Reportability Assessment",
            "name": row.name,
            **about(complaints.get(row.complaint)),
            "complaint": row.complaint,
            "missing": 0,
            "field": "status",
            "time": date_of(row.deadline, row.awareness_date, viewer.today),
        }
        for row in rows[: work.MOST]
    ], len(rows) > work.MOST


def settlement_work(viewer: Viewer) -> Found:
    """Proposed settlements that the viewer may submit, and rejected ones for who proposed them or handles their complaint; they
    run with the clock of their complaint."""
    if not frappe.has_permission("Complaint Settlement"):
        return [], False
    rows = frappe.get_list(
        "Complaint Settlement",
        filters={"docstatus": 0},
        fields=["name", "complaint", "customer", "customer_name", "company", "proposed_by", "total_amount",
                "base_total_amount", "currency", "status", "rejection_reason", "rejected_by", "rejected_at", "creation"],
        order_by="creation asc, name asc",
        limit=work.CANDIDATES,
    )  # fmt: skip
    mine = {row.name for row in _to_approve(rows, viewer)} | {row.name for row in _to_revise(rows, viewer)}
    rows = [row for row in rows if row.name in mine]
    shown = rows[: work.MOST]
    complaints = complaints_of({row.complaint for row in shown})
    names = values_of("User", (row.rejected_by or row.proposed_by for row in shown), "full_name")
    return [
        {
            "kind": work.SETTLEMENT,
            "doctype": "Complaint Settlement",
            "name": row.name,
            "customer": row.customer,
            "customer_name": row.customer_name,
            "amount": row.total_amount,
            "currency": row.currency,
            "missing": 0,
            **about(complaints.get(row.complaint)),
            "complaint": row.complaint,
            "rejected": row.rejection_reason if row.status == REJECTED else None,
            "by": names.get(_last_word(row)[0], _last_word(row)[0]),
            "since": _last_word(row)[1],
            "field": "lines" if row.status == REJECTED else None,
            "time": clock_of(complaints[row.complaint], viewer.now) if row.complaint in complaints else None,
        }
        for row in shown
    ], len(rows) > len(shown)


def _last_word(row: frappe._dict) -> tuple[str, Any]:
    """Who spoke last about a settlement, and when."""
    return (row.rejected_by, row.rejected_at) if row.status == REJECTED else (row.proposed_by, row.creation)


def _to_approve(rows: list[frappe._dict], viewer: Viewer) -> list[frappe._dict]:
    rows = [row for row in rows if row.status != REJECTED]
    if not rows or not frappe.has_permission("Complaint Settlement", "submit"):
        return []
    parts = contributors.parts_of("Complaint Settlement", (row.name for row in rows))
    for row in rows:
        row[FIELD] = parts[row.name]
    limits = {company: limit_of(viewer.user, company) for company in {row.company for row in rows}}
    return [
        row for row, granted in zip(rows, granted_before(rows), strict=True)
        if not refusal(row, viewer.user, granted, limits[row.company])
    ]  # fmt: skip


def _to_revise(rows: list[frappe._dict], viewer: Viewer) -> list[frappe._dict]:
    rows = [row for row in rows if row.status == REJECTED]
    if not rows or not frappe.has_permission("Complaint Settlement", "write"):
        return []
    handlers = values_of("Complaint", (row.complaint for row in rows), "complaint_owner")
    me = viewer.stands_for(roles.MANAGER)
    return [row for row in rows if row.proposed_by in me or handlers.get(row.complaint) in me]


def _cause(doc: Document, judges: bool, viewer: Viewer) -> dict[str, Any] | None:
    found = root_cause_missing(facts_of(doc) | {"stored": doc.as_dict()}, "verified")
    own = any(item.gate == "G6" for item in found)
    # How it was verified is the verifier's to write.
    lacking = [item for item in found if item.gate != "G6" and item.field != "verification_method"]
    mine = doc.analyst in viewer.stands_for(*source_defaults.REVIEWERS)
    ready = judges and not own and not lacking
    if not mine and not ready:
        return None
    told = [guard.describe(doc, item) for item in lacking]
    return {
        "kind": work.ROOT_CAUSE,
        "doctype": doc.doctype,
        "name": doc.name,
        "subject": doc.title,
        "product": doc.item_code,
        "action": work.VERIFY if ready else None,
        "missing": len(told),
        "first_missing": told[0]["message"] if told else None,
        "field": told[0]["field"] if told else "verification_method",
        "waits_for": {"roles": list(source_defaults.REVIEWERS)} if not ready and not lacking else None,
    }
