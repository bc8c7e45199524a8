"""Complaints that wait for a person: as their handler, or because the stage names them or a role of theirs."""

from collections import defaultdict
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import getdate

from complaint_qms.constants import roles, work
from complaint_qms.constants.clock import HOLD
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import AT_ONCE, COMPLAINT_FLOW, COMPLAINT_UNENDED
from complaint_qms.services.correspondence import promise
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.facts import facts_of_complaints
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.sop.clock import bring_up_to_date
from complaint_qms.services.work.loading import Found, about, documents_of, row_of
from complaint_qms.services.work.timing import Viewer, clock_of, date_of, order_of

_FAR = "9999-12-31"


def complaint_work(viewer: Viewer) -> Found:
    """A row for each complaint of the viewer, the most urgent `MOST` of them."""
    candidates = _candidates(viewer)
    allowed = readable("Complaint", candidates)
    mine = [name for name in candidates if name in allowed]
    docs = documents_of("Complaint", mine[: work.MOST])
    for doc in docs:
        bring_up_to_date(doc, viewer.now)
    facts = facts_of_complaints(docs) if docs else {}
    return [_row(doc, facts[doc.name], viewer) for doc in docs], len(mine) > work.MOST


def _candidates(viewer: Viewer) -> list[str]:
    """Open complaints that concern the viewer, before permissions; one query beside those of the responsibilities."""
    complaint = frappe.qb.DocType("Complaint")
    nobody = Coalesce(complaint.complaint_owner, "").isin(["", *sorted(viewer.cover.orphans)])
    concerns = [complaint.complaint_owner.isin(viewer.stands_for(roles.MANAGER))]
    for (role, person), sops in _responsibilities(viewer).items():
        here = Criterion.any(
            [(complaint.sop == sop) & complaint.stage.isin(stages) for sop, stages in sops.items()]
        )
        if person:
            concerns.append(here)
        else:
            # A handler who holds the role does it; else it is everybody's who holds it.
            concerns.append(here & (nobody | complaint.complaint_owner.notin(_holders(role))))
    if _fallback() in viewer.roles:
        concerns.append(nobody & (Coalesce(complaint.sop, "") == ""))
    return (
        frappe.qb.from_(complaint)
        .select(complaint.name)
        .where(complaint.stage.isin(COMPLAINT_UNENDED) & Criterion.any(concerns))
        .orderby(Coalesce(complaint.stage_due, complaint.resolution_due, _FAR), order=Order.asc)
        .orderby(complaint.name, order=Order.asc)
        .limit(work.CANDIDATES)
    ).run(pluck=True)


def _responsibilities(viewer: Viewer) -> dict[tuple[str, bool], dict[str, list[str]]]:
    """(role, whether the viewer, or somebody absent whose work is theirs, is named in person) → SOP → stages."""
    stage, mine = frappe.qb.DocType("Complaint SOP Stage"), viewer.stands_for()
    named = Coalesce(stage.responsible_user, "")
    of_role = named.isin(["", *sorted(viewer.cover.orphans)]) & stage.responsible_role.isin(
        sorted(viewer.roles)
    )
    rows = (
        frappe.qb.from_(stage)
        .select(stage.parent, stage.stage, stage.responsible_role, stage.responsible_user)
        .where(stage.parenttype == "Complaint SOP")
        .where(named.isin(mine) | of_role)
        .orderby(stage.parent)
        .orderby(stage.idx)
    ).run(as_dict=True)
    found: dict[tuple[str, bool], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        key = ("", True) if row.responsible_user in mine else (row.responsible_role, False)
        found[key][row.parent].append(row.stage)
    return found


def _holders(role: str):
    has_role = frappe.qb.DocType("Has Role")
    return (
        frappe.qb.from_(has_role)
        .select(has_role.parent)
        .where((has_role.role == role) & (has_role.parenttype == "User"))
    )


def _fallback() -> str | None:
    return frappe.db.get_single_value(SETTINGS, "fallback_handler_role", cache=True)


def _row(doc: Document, facts: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    row, forward, steps = row_of(work.COMPLAINT, doc, facts, viewer)
    row |= {**about(doc), "time": clock_of(doc, viewer.now)}
    if doc.stage == HOLD:
        row["time"] = date_of(doc.hold_until, doc.on_hold_since, viewer.today)
        if not doc.hold_until or getdate(doc.hold_until) > viewer.today:
            row["waits_for"] = {"text": doc.hold_reason}
    elif not forward:
        row["waits_for"] = {"roles": _roles_forward(doc, steps)}
    row["time"] = _promised_first(doc, row["time"], viewer)
    return row


def _promised_first(doc: Document, piece: dict[str, Any] | None, viewer: Viewer) -> dict[str, Any] | None:
    """What was promised to the customer, where that day comes before the clock's."""
    if not promise.is_owed(doc):
        return piece
    told = date_of(doc.promised_on, doc.received_at, viewer.today) | {"promised": True}
    return told if order_of(told, viewer) < order_of(piece, viewer) else piece


def _roles_forward(doc: Document, steps: list[Document]) -> list[str]:
    """Roles that may take the complaint further."""
    stages, here = guard.stage_map("Complaint"), COMPLAINT_FLOW.index(doc.stage)
    ahead = [
        step.allowed
        for step in steps
        if (target := stages.get(step.next_state)) in COMPLAINT_FLOW[here + 1 :]
        and (doc.stage, target) not in AT_ONCE
    ]
    return list(dict.fromkeys(ahead))
