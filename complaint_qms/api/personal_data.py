"""Requests of persons about their data over the wire: what there is, and the decision."""

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.services.personal_data import requests
from complaint_qms.services.personal_data.find import REQUEST


@frappe.whitelist(methods=["POST"])
@checked
def look(name: str) -> dict[str, Any]:
    """What is there of the person: {counts: {DocType: rows}, own: [complaint], possible: {DocType: [name]}, obstacles: [sentence]}."""
    return requests.look_for_person(_request(name))


@frappe.whitelist(methods=["POST"])
@checked
def approve(name: str) -> dict[str, Any]:
    """Have a job do what is asked, by somebody else than who entered it: {status}."""
    doc = _request(name)
    requests.approve_request(doc)
    return _standing(name)


@frappe.whitelist(methods=["POST"])
@checked
def reject(name: str, reason: str) -> dict[str, Any]:
    """Say no, with a reason: {status}."""
    requests.reject_request(_request(name), reason)
    return _standing(name)


@frappe.whitelist(methods=["POST"])
@checked
def try_again(name: str) -> dict[str, Any]:
    """Start the job once more, after a failure: {status}."""
    requests.start_anew(_request(name))
    return _standing(name)


def _request(name: str) -> Document:
    doc = frappe.get_doc(REQUEST, name)
    doc.check_permission("read")
    doc.check_permission("write")
    return doc


def _standing(name: str) -> dict[str, Any]:
    return {"status": frappe.db.get_value(REQUEST, name, "status")}
