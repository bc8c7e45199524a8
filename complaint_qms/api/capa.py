"""CAPA over the wire: report an action, measure effectiveness, judge the residual risk."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from complaint_qms.api.arguments import checked
from complaint_qms.constants.stages import CAPA_ACTION_OPEN
from complaint_qms.services.capa import actions, effectiveness, residual_risk
from complaint_qms.services.record.gate_codes import gate_code


@frappe.whitelist(methods=["POST"])
@checked
def complete_action(
    capa: str, row: str, evidence_note: str | None = None, evidence: str | None = None
) -> dict[str, Any]:
    """Report one's own action as done, with evidence. Its owner needs no right on the CAPA, not even sight of it.

    Returns:
        {name, open_actions}: the CAPA and how many of the caller's actions are still open.
    """
    if not actions.owns(frappe.session.user, capa, row):
        frappe.throw(
            gate_code("G6") + _("Only the owner of an action reports it as done."), frappe.PermissionError
        )
    doc = frappe.get_doc("CAPA", capa)
    actions.complete(doc, row, evidence_note, evidence)
    mine = [action for action in doc.actions if action.action_owner == frappe.session.user]
    return {
        "name": doc.name,
        "open_actions": sum(action.status in CAPA_ACTION_OPEN for action in mine),
    }


@frappe.whitelist(methods=["POST"])
@checked
def compute_effectiveness(capa: str) -> dict[str, Any]:
    """Count complaints and units before and after, and let the engine judge; see services.effectiveness.

    Returns:
        {verdict, reason, rate_ratio, interval, before, after, counts}: `counts` is False while the window still runs.
    """
    doc = frappe.get_doc("CAPA", capa)
    doc.check_permission("write")
    effectiveness.compute(doc)
    return {
        "counts": getdate(doc.computed_at) > getdate(doc.window_end),
        "verdict": doc.verdict,
        "reason": effectiveness.reason_in_words(doc),
        "rate_ratio": doc.rate_ratio,
        "interval": [doc.rate_ratio_low, doc.rate_ratio_high],
        "before": [doc.before_count, doc.before_exposure],
        "after": [doc.after_count, doc.after_exposure],
    }


@frappe.whitelist(methods=["POST"])
@checked
def extend_window(capa: str, days: int, reason: str) -> dict[str, Any]:
    """Extend the effectiveness window by `days` from today; see services.effectiveness.

    Returns:
        {window_end, extensions}: the new end, and how often the window was extended.
    """
    doc = frappe.get_doc("CAPA", capa)
    doc.check_permission("write")
    effectiveness.extend(doc, days, reason)
    return {"window_end": doc.window_end, "extensions": len(doc.window_extensions)}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def residual_proposal(capa: str) -> dict[str, Any]:
    """What the figures since say of the risk that is left; see services.capa.residual_risk."""
    doc = frappe.get_doc("CAPA", capa)
    doc.check_permission("read")
    return residual_risk.residual_proposal(doc)


@frappe.whitelist(methods=["POST"])
@checked
def judge_residual(capa: str, severity: str, occurrence: str, reason: str | None = None) -> dict[str, Any]:
    """Keep a judgement of the risk that is left after a CAPA; see services.capa.residual_risk.

    Returns:
        {risk_level, acceptability, judgements}: of this judgement, and how many there are.
    """
    doc = frappe.get_doc("CAPA", capa)
    doc.check_permission("write")
    row = residual_risk.judge_residual(doc, severity, occurrence, reason)
    return {
        "risk_level": row.risk_level,
        "acceptability": row.acceptability,
        "judgements": len(doc.residual_risks),
    }
