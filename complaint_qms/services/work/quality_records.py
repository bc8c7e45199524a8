"""Investigations and CAPAs that wait for a person: their own, those that a step of theirs takes on, and actions of theirs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from complaint_qms.constants import roles, work
from complaint_qms.permissions.query import in_list
from complaint_qms.services.lifecycle.facts import (
    facts_of_capas,
    facts_of_field_actions,
    facts_of_investigations,
)
from complaint_qms.services.work.loading import Found, about, complaints_of, documents_of, row_of
from complaint_qms.services.work.timing import Viewer, date_of


def investigation_work(viewer: Viewer) -> Found:
    """Investigations of the viewer that are under way, and those of others that wait for the viewer's review."""
    mine = viewer.stands_for(roles.QUALITY_MANAGER)
    names, more = _names(
        "Investigation",
        [
            {"investigator": ("in", mine), "stage": ("in", work.OPEN_STATES["Investigation"])},
            {"stage": "review"},
        ],
        "due_date asc, name asc",
    )
    docs = documents_of("Investigation", names)
    facts = facts_of_investigations(docs) if docs else {}
    complaints = complaints_of({doc.complaint for doc in docs})
    rows = []
    for doc in docs:
        row = _row(work.INVESTIGATION, doc, doc.investigator, facts[doc.name], viewer)
        if row:
            row |= {**about(complaints.get(doc.complaint)), "subject": doc.title, "complaint": doc.complaint}
            row["time"] = date_of(doc.due_date, doc.opened_on or doc.creation, viewer.today)
            rows.append(row)
    return rows, more


def capa_work(viewer: Viewer) -> Found:
    """CAPAs of the viewer, and those of others whose plan, verification or effectiveness waits for the viewer's judgement."""
    mine = viewer.stands_for(roles.QUALITY_MANAGER)
    names, more = _names(
        "CAPA",
        [
            {"capa_owner": ("in", mine), "stage": ("in", work.OPEN_STATES["CAPA"])},
            {"stage": ("in", ("plan_review", "verify"))},
            {"stage": "effectiveness", "window_end": ("<", viewer.today)},
        ],
        "modified asc, name asc",
    )
    docs = documents_of("CAPA", names)
    facts = facts_of_capas(docs) if docs else {}
    rows = []
    for doc in docs:
        row = _row(work.CAPA, doc, doc.capa_owner, facts[doc.name], viewer)
        if row:
            rows.append(
                row | {"subject": doc.title, "product": doc.item_code, "time": _capa_time(doc, viewer.today)}
            )
    return rows, more


def field_action_work(viewer: Viewer) -> Found:
    """Field actions of the viewer, and those of others that wait for the viewer's approval."""
    mine = viewer.stands_for(roles.QUALITY_MANAGER)
    names, more = _names(
        "Field Action",
        [
            {"handler": ("in", mine), "stage": ("in", work.OPEN_STATES["Field Action"])},
            {"stage": "approval"},
        ],
        "due_date asc, name asc",
    )
    docs = documents_of("Field Action", names)
    facts = facts_of_field_actions(docs) if docs else {}
    rows = []
    for doc in docs:
        row = _row(work.FIELD_ACTION, doc, doc.handler, facts[doc.name], viewer)
        if row:
            time = date_of(doc.due_date, doc.opened_on or doc.creation, viewer.today)
            rows.append(row | {"subject": doc.title, "product": doc.item_code, "time": time})
    return rows, more


def action_work(viewer: Viewer) -> Found:
    """Open actions that the viewer owns in CAPAs being implemented, with what it takes to do them and nothing else of the
    CAPA: whoever owns an action needs no sight of the CAPA. Those of the absent only as far as the viewer sees CAPAs."""
    action, capa = frappe.qb.DocType("CAPA Action"), frappe.qb.DocType("CAPA")
    concerns = action.action_owner == viewer.user
    if frappe.has_permission("CAPA"):
        seen = in_list("CAPA", action.parent, viewer.user)
        of_absent = action.action_owner.isin(viewer.stands_for(roles.QUALITY_MANAGER))
        concerns |= of_absent if seen is None else of_absent & seen
    rows = (
        frappe.qb.from_(action)
        .inner_join(capa)
        .on((action.parent == capa.name) & (action.parenttype == "CAPA"))
        .select(capa.name, capa.title, capa.item_code, capa.plan_approved_at, action.name.as_("row"))
        .select(action.action, action.action_owner, action.start_date, action.due_date)
        .select(action.evidence_note, action.evidence)
        .where(concerns & action.status.isin(work.OPEN_STATES["CAPA Action"]))
        .where(capa.stage == "implement")
        .orderby(action.due_date)
        .orderby(capa.name)
        .orderby(action.idx)
        .limit(work.MOST + 1)
    ).run(as_dict=True)
    return [
        {
            "kind": work.CAPA_ACTION,
            "doctype": "CAPA",
            "name": row.name,
            "row": row.row if row.action_owner == viewer.user else None,
            "subject": row.action,
            "title": row.title,
            "product": row.item_code,
            "missing": 0 if row.evidence_note or row.evidence else 1,
            "field": "actions",
            "time": date_of(row.due_date, row.start_date or row.plan_approved_at, viewer.today),
        }
        for row in rows[: work.MOST]
    ], len(rows) > work.MOST


def _names(doctype: str, concerns: Iterable[dict[str, Any]], order_by: str) -> tuple[list[str], bool]:
    """Records that one of `concerns` (filters) finds and the user may read, and whether there are more of them."""
    if not frappe.has_permission(doctype):
        return [], False
    found = [
        frappe.get_list(doctype, filters=filters, pluck="name", order_by=order_by, limit=work.MOST + 1)
        for filters in concerns
    ]
    names = list(dict.fromkeys(name for part in found for name in part[: work.MOST]))
    return names, any(len(part) > work.MOST for part in found)


def _row(
    kind: str, doc: Document, owner: str | None, facts: dict[str, Any], viewer: Viewer
) -> dict[str, Any] | None:
    """What a record asks of the viewer; nothing where it is somebody else's and the next word is not the viewer's."""
    row, forward, steps = row_of(kind, doc, facts, viewer)
    missing = forward["missing"] if forward else []
    refused = next((item["message"] for item in missing if item["gate"] == "G6"), None)
    if owner not in viewer.stands_for(roles.QUALITY_MANAGER) and (refused or not forward):
        return None
    if not forward:
        row["waits_for"] = {"roles": list(dict.fromkeys(step.allowed for step in steps))}
    elif refused:
        row |= {"action": None, "waits_for": {"text": refused}}
    elif kind == work.CAPA:
        row |= _effect_step(doc, missing, viewer.today)
    return row


def _effect_step(doc: Document, missing: list[dict[str, Any]], today: date) -> dict[str, Any]:
    """What is to be done once a window is over and its figures do not allow a judgement."""
    if doc.stage != "effectiveness" or not doc.window_end or getdate(doc.window_end) >= today:
        return {}
    lacking = {item["field"] for item in missing}
    if "verdict" in lacking:
        return {"action": work.COMPUTE, "waits_for": None}
    if "window_end" in lacking:
        return {"action": work.EXTEND, "waits_for": None}
    return {}


def _capa_time(doc: Document, today: date) -> dict[str, Any] | None:
    """The last action while they are done; the first day on which effectiveness can be judged; else no limit."""
    if doc.stage == "implement":
        days = [getdate(row.due_date) for row in doc.actions if row.due_date and row.status != "cancelled"]
        return date_of(max(days, default=None), doc.plan_approved_at, today)
    if doc.stage == "effectiveness":
        return date_of(add_days(doc.window_end, 1), doc.window_start, today)
    return None
