"""Signal scans and what is decided about signals, over the wire."""

from datetime import date
from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.constants.signals import SCAN
from complaint_qms.services.signals import deciding, starting


@frappe.whitelist(methods=["GET", "POST"])
@checked
def progress(name: str) -> dict[str, Any]:
    """How far a scan is: {name, status, progress (percent), alive, error_message, findings, new_signals}."""
    doc = frappe.get_doc(SCAN, name)
    doc.check_permission("read")
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def run_again(name: str) -> dict[str, Any]:
    """Run a scan that was interrupted; its progress."""
    doc = frappe.get_doc(SCAN, name)
    doc.check_permission("submit")
    starting.run_again(doc)
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def start_review(name: str) -> dict[str, str]:
    """Take a new signal up: {name, state}."""
    doc = deciding.start_review(name)
    return {"name": doc.name, "state": doc.state}


@frappe.whitelist(methods=["POST"])
@checked
def decide(
    name: str, decision: str, reason: str = "", linked: str = "", until: date | None = None
) -> dict[str, str | None]:
    """Decide about a signal: `decision` is investigation, capa, watched (`until` a day) or set_aside (with a `reason`); `linked` an
    investigation or CAPA that is there already, else a new one is opened. {name, state, investigation, capa}."""
    doc = deciding.decide_signal(name, deciding.SignalDecision(decision, reason, linked, until))
    return {
        "name": doc.name, "state": doc.state, "investigation": doc.investigation, "capa": doc.capa,
    }  # fmt: skip
