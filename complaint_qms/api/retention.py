"""Legal holds and disposals, over the wire."""

from functools import partial

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.constants.retention import DISPOSAL, LEGAL_HOLD
from complaint_qms.services.compliance import legal_holds
from complaint_qms.services.disposal import proposing, running
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["POST"])
@checked
def release_hold(name: str, reason: str) -> dict[str, str]:
    """Release a legal hold, by another person than who holds: {name, status}."""
    frappe.has_permission(LEGAL_HOLD, "write", doc=name, throw=True)
    return _answer(once_others_are_done(partial(legal_holds.release_legal_hold, name, reason)))


@frappe.whitelist(methods=["POST"])
@checked
def propose(name: str) -> dict[str, str]:
    """Put a Record Disposal before somebody who decides: {name, status}."""
    frappe.has_permission(DISPOSAL, "write", doc=name, throw=True)
    return _answer(once_others_are_done(partial(proposing.propose, name)))


@frappe.whitelist(methods=["POST"])
@checked
def approve(name: str) -> dict[str, str]:
    """Approve a Record Disposal that somebody else proposed; a job removes what it lists: {name, status}."""
    frappe.has_permission(DISPOSAL, "write", doc=name, throw=True)
    doc = once_others_are_done(partial(proposing.approve, name))
    running.start_disposal(doc.name)
    return _answer(doc)


@frappe.whitelist(methods=["POST"])
@checked
def reject(name: str, reason: str) -> dict[str, str]:
    """Keep what a Record Disposal lists, with a reason: {name, status}."""
    frappe.has_permission(DISPOSAL, "write", doc=name, throw=True)
    return _answer(once_others_are_done(partial(proposing.reject, name, reason)))


def _answer(doc: frappe.model.document.Document) -> dict[str, str]:
    return {"name": doc.name, "status": doc.status}
