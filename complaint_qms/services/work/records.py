"""Work beside the complaints themselves: investigations, actions of CAPAs, settlements to approve."""

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants import work
from complaint_qms.services import lifecycle, progress
from complaint_qms.services.facts import facts_of_investigations
from complaint_qms.services.settlement.limits import granted_on, limit_of, refusal
from complaint_qms.services.work.loading import about, readable
from complaint_qms.services.work.timing import Viewer, clock_of, date_of

_ACTION_OPEN = ("open", "in_progress")


def investigation_work(viewer: Viewer) -> list[dict[str, Any]]:
    """Investigations of the viewer that are under way, and those of others that wait for the viewer's review."""
    if not frappe.has_permission("Investigation"):
        return []
    names = frappe.get_list(
        "Investigation",
        filters={"stage": ("in", ("planned", "in_progress", "review"))},
        or_filters={"investigator": viewer.user, "stage": "review"},
        pluck="name",
        order_by="due_date asc, name asc",
        limit=work.MOST,
    )
    if not names:
        return []
    rows = frappe.get_all("Investigation", filters={"name": ("in", names)}, fields=["*"], order_by="name asc")
    docs = [frappe.get_doc({"doctype": "Investigation", **row}) for row in rows]
    facts = facts_of_investigations(docs)
    complaints = readable({doc.complaint for doc in docs})
    found = [_investigation(doc, facts[doc.name], complaints.get(doc.complaint), viewer) for doc in docs]
    return [row for row in found if row]


def action_work(viewer: Viewer) -> list[dict[str, Any]]:
    """Open actions that the viewer owns in CAPAs being implemented."""
    if not frappe.has_permission("CAPA"):
        return []
    rows = frappe.get_list(
        "CAPA",
        filters=[
            ["CAPA", "stage", "=", "implement"],
            ["CAPA Action", "action_owner", "=", viewer.user],
            ["CAPA Action", "status", "in", _ACTION_OPEN],
        ],
        fields=[
            "name",
            "title",
            "item_code",
            "plan_approved_at",
            "`tabCAPA Action`.action as task",
            "`tabCAPA Action`.start_date",
            "`tabCAPA Action`.due_date",
            "`tabCAPA Action`.evidence_note",
            "`tabCAPA Action`.evidence",
        ],
        order_by="`tabCAPA Action`.due_date asc, name asc",
        limit=work.MOST,
    )
    return [
        {
            "kind": work.CAPA_ACTION,
            "doctype": "CAPA",
            "name": row.name,
            "subject": row.task,
            "title": row.title,
            "product": row.item_code,
            "missing": 0 if row.evidence_note or row.evidence else 1,
            "field": "actions",
            "time": date_of(row.due_date, row.start_date or row.plan_approved_at, viewer.today),
        }
        for row in rows
    ]


def settlement_work(viewer: Viewer) -> list[dict[str, Any]]:
    """Drafted settlements that the viewer may submit; they run with the clock of their complaint."""
    if not frappe.has_permission("Complaint Settlement", "submit"):
        return []
    rows = frappe.get_list(
        "Complaint Settlement",
        filters={"docstatus": 0},
        fields=["name", "complaint", "customer", "customer_name", "company", "proposed_by", "total_amount",
                "base_total_amount", "currency"],
        order_by="creation asc, name asc",
        limit=work.CANDIDATES,
    )  # fmt: skip
    limits = {company: limit_of(viewer.user, company) for company in {row.company for row in rows}}
    granted = granted_on({row.complaint for row in rows})
    mine = [
        row for row in rows
        if not refusal(row, viewer.user, granted[row.complaint], limits[row.company])
    ][: work.MOST]  # fmt: skip
    complaints = readable({row.complaint for row in mine})
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
            "time": clock_of(complaints[row.complaint], viewer.now) if row.complaint in complaints else None,
        }
        for row in mine
    ]


def _investigation(
    doc: Document, facts: dict[str, Any], complaint: Document | None, viewer: Viewer
) -> dict[str, Any] | None:
    steps = [step for step in lifecycle.steps_from(doc) if step.allowed in viewer.roles]
    moves = progress.next_moves(doc, steps, facts)
    forward = next((move for move in moves if move["kind"] == "forward"), None)
    missing = forward["missing"] if forward else []
    own = doc.investigator == viewer.user
    refused = any(item["gate"] == "G6" for item in missing)
    if not own and (not forward or refused):
        return None
    return {
        "kind": work.INVESTIGATION,
        "doctype": doc.doctype,
        "name": doc.name,
        **about(complaint),
        "subject": doc.title,
        "complaint": doc.complaint,
        "stage": doc.stage,
        "action": forward["action"] if forward else None,
        "missing": len(missing),
        "first_missing": missing[0]["message"] if missing else None,
        "field": next((item["field"] for item in missing if item["field"]), None),
        "time": date_of(doc.due_date, doc.opened_on or doc.creation, viewer.today),
        "waits_for": {"text": missing[0]["message"] if missing else None} if refused or not forward else None,
    }
