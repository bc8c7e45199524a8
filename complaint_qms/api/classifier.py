"""What is learned from closed complaints, over the wire."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.classifier import requests, versions


@frappe.whitelist(methods=["POST"])
@checked
def train() -> dict[str, Any]:
    """Have a worker learn now: {begun, text}; `text` says how many complaints there are, or why there are too few."""
    versions.check_trainer()
    return requests.request_training(frappe.session.user)


@frappe.whitelist(methods=["POST"])
@checked
def activate(name: str) -> dict[str, str]:
    """Let a retired version propose: {name, state}."""
    versions.check_trainer()
    doc = versions.activate(name)
    return {"name": doc.name, "state": doc.state}


@frappe.whitelist(methods=["POST"])
@checked
def retire(name: str) -> dict[str, str]:
    """Let the keyword rules alone propose: {name, state}."""
    versions.check_trainer()
    doc = versions.retire(name)
    return {"name": doc.name, "state": doc.state}
